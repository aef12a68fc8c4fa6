"""Certificates of organisations: imported, taken out of use; in the demo issued by its own authority."""

from __future__ import annotations

import html
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import NameOID
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from audit.models import Event
from signatures.certificates import CertificateError, demo_root, read_pkcs12
from signatures.models import DemoAuthority, Seal, SealCertificate
from tests.cast import Cast
from workflows.core.refusals import Refused

Browser = Callable[[str], Client]
SECRET = "Mima-2020"
AT = datetime(2020, 9, 15, 8, 0, tzinfo=UTC)
TODAY = "2020-09-15"


def container(
    name: str = "昌黎县泥井镇人民政府",
    *,
    key: Any = None,
    days: int = 365,
    ca: bool = False,
    signs: bool = True,
    password: str = SECRET,
    with_key: bool = True,
) -> bytes:
    """A PKCS#12 file as an authority hands it over: the certificate, its key, and the authority's own certificate."""
    root = demo_root("某认证机构", AT)
    own = key or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, name)])
    usage = x509.KeyUsage(
        digital_signature=signs, content_commitment=False, key_encipherment=True, data_encipherment=False,
        key_agreement=False, key_cert_sign=ca, crl_sign=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(root.certificate.subject)
        .public_key(own.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(AT - timedelta(days=400))
        .not_valid_after(AT + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca, None), critical=True)
        .add_extension(usage, critical=True)
        .sign(root.key, hashes.SHA256())
    )
    data: bytes = pkcs12.serialize_key_and_certificates(
        b"seal",
        own if with_key else None,
        certificate,
        [demo_root("无关的机构", AT).certificate, root.certificate],
        BestAvailableEncryption(password.encode()),
    )
    return data


def asked(data: bytes, **changes: Any) -> dict[str, Any]:
    typed: dict[str, Any] = {"password": SECRET, "valid_from": TODAY, "reason": ""}
    return {**typed, "file": SimpleUploadedFile("seal.p12", data), **changes}


def text_of(response: Any) -> str:
    return html.unescape(response.content.decode())


def test_the_administrator_imports_the_townships_certificate_in_the_browser(cast: Cast, browser: Browser) -> None:
    url = f"/organisations/{cast.township.pk}/certificate/"
    assert 'type="password"' in text_of(browser("administrator").get(url))
    response = browser("administrator").post(url, asked(container()))
    assert response.status_code == 303
    kept = SealCertificate.objects.get()
    assert (kept.organisation, kept.subject, kept.valid_from) == (
        cast.township,
        "昌黎县泥井镇人民政府",
        date(2020, 9, 15),
    )
    assert kept.certificates_pem.count("BEGIN CERTIFICATE") == 2, "its own and its authority's, not a stranger's"
    event = Event.objects.latest("pk")
    assert (event.action, event.actor_name) == ("registry.register_certificate", cast.administrator.name)
    assert event.content["details"]["fingerprint"] == kept.fingerprint
    assert SECRET not in str(event.content)
    assert "PRIVATE" not in str(event.content)
    page = text_of(browser("administrator").get(f"/organisations/{cast.township.pk}/"))
    assert "昌黎县泥井镇人民政府" in page
    assert "某认证机构" in page


@pytest.mark.parametrize(
    ("made", "changes", "sentence"),
    [
        ({}, {"password": "别的"}, "请核对密码"),
        ({"days": -1}, {}, "证书已于2020年9月14日到期"),
        ({"ca": True}, {}, "这是颁发证书用的上级证书"),
        ({"signs": False}, {}, "证书的用途里没有签名"),
        ({"with_key": False}, {}, "没有证书或没有私钥"),
        ({"name": "昌黎县靖安镇人民政府"}, {}, "证书上写的是“昌黎县靖安镇人民政府”"),
        ({}, {"valid_from": "2020-09-14"}, "以前盖的章不补签"),
    ],
)
def test_what_cannot_be_a_seals_certificate_is_refused_in_words(
    cast: Cast, browser: Browser, made: dict[str, Any], changes: dict[str, Any], sentence: str
) -> None:
    url = f"/organisations/{cast.township.pk}/certificate/"
    response = browser("administrator").post(url, asked(container(**made), **changes))
    page = text_of(response)
    assert response.status_code == 422
    assert sentence in page
    assert SECRET not in page, "a password is never sent back"
    assert SealCertificate.objects.count() == 0


def test_a_weak_key_and_another_file_are_refused() -> None:
    weak = rsa.generate_private_key(65537, 1024)
    with pytest.raises(CertificateError, match="只有1024位"):
        read_pkcs12(container(key=weak), SECRET, AT)
    for data in (b"", b"%PDF-1.4", b"\x30\x82\x01\x00" + b"\x00" * 300):
        with pytest.raises(CertificateError, match="打不开证书文件"):
            read_pkcs12(data, SECRET, AT)
    with pytest.raises(CertificateError, match="文件太大"):
        read_pkcs12(b"\x30" * 100_000, SECRET, AT)


def test_another_name_is_taken_with_its_reason(cast: Cast, browser: Browser) -> None:
    url = f"/organisations/{cast.township.pk}/certificate/"
    data = asked(container("泥井镇政府"), reason="证书上用的是简称，已与认证机构核对。")
    assert browser("administrator").post(url, data).status_code == 303
    assert Event.objects.latest("pk").reason == "证书上用的是简称，已与认证机构核对。"


def test_one_certificate_at_a_time_and_each_once(cast: Cast, browser: Browser) -> None:
    url = f"/organisations/{cast.township.pk}/certificate/"
    client = browser("administrator")
    first = container()
    assert client.post(url, asked(first)).status_code == 303
    page = text_of(client.post(url, asked(first)))
    assert "这份证书已经登记过" in page
    assert "请先登记“昌黎县泥井镇人民政府”的停用日期" in page
    kept = SealCertificate.objects.get()
    retire = f"/certificates/{kept.pk}/retire/"
    assert client.post(retire, {"valid_to": "2020-09-14", "reason": "换证"}).status_code == 422
    assert client.post(retire, {"valid_to": TODAY, "reason": "换证"}).status_code == 303
    assert client.post(url, asked(container(), valid_from="2020-09-16")).status_code == 303
    told = Event.objects.filter(action="registry.retire_certificate").latest("pk")
    assert (told.reason, told.content["details"]["valid_to"]) == ("换证", TODAY)


def test_the_demo_authority_gives_each_sealing_organisation_a_certificate_once(cast: Cast) -> None:
    cast.do("registry.issue_demo_certificates", cast.county, cast.system)
    organisations = set(Seal.objects.values_list("organisation", flat=True))
    assert set(SealCertificate.objects.values_list("organisation", flat=True)) == organisations
    assert SealCertificate.objects.filter(demo=True).count() == len(organisations)
    assert DemoAuthority.objects.get().certificate_pem.startswith("-----BEGIN CERTIFICATE")
    with pytest.raises(Refused, match="都已有证书"):
        cast.do("registry.issue_demo_certificates", cast.county, cast.system)


def test_a_real_county_gets_no_demo_certificates(cast: Cast) -> None:
    cast.county.demo = False
    cast.county.save()
    with pytest.raises(Refused, match="只在演示县颁发"):
        cast.do("registry.issue_demo_certificates", cast.county, cast.system)
