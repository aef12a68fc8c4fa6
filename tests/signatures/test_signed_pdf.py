"""Signed PDF: the seal is the appearance of a signature; poppler confirms it, and a changed byte breaks it."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pikepdf
import pytest
from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from PIL import Image, ImageChops
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.timestamps import DummyTimeStamper

from signatures.certificates import Identity, demo_identity, demo_root, pem_of
from signatures.pdf_signing import PdfSigningError, SealToSign, check_pdf, sign_pdf, time_stamper
from signatures.seal_drawing import draw_seal
from signatures.sealed_pdf import SealNotFound
from tests.signatures.seal_pages import images_on, pdf_with, widgets_in

NOW = datetime.now(UTC)
TOWNSHIP, VILLAGE = "昌黎县泥井镇人民政府", "昌黎县泥井镇青禾村村民委员会"


@pytest.fixture(scope="module")
def root() -> Identity:
    return demo_root("昌黎县", NOW)


@pytest.fixture(scope="module")
def seals(root: Identity) -> list[SealToSign]:
    """The village's seal, then the township's."""
    made = []
    for place, name in (("village_seal", VILLAGE), ("township_seal", TOWNSHIP)):
        identity = demo_identity(root, name, NOW)
        made.append(
            SealToSign(
                place,
                draw_seal(name),
                f"{name}盖章",
                "用印登记2020年第1号",
                identity.certificates_pem,
                identity.key_pem,
            )
        )
    return made


@pytest.fixture(scope="module")
def blank(seals: list[SealToSign]) -> bytes:
    return pdf_with({seal.place: seal.picture for seal in seals}, pages=3)


@pytest.fixture(scope="module")
def signed(blank: bytes, seals: list[SealToSign]) -> bytes:
    return sign_pdf(blank, seals, at=NOW)


def pdfsig(pdf: bytes, tmp_path: Path) -> str:
    path = tmp_path / "paper.pdf"
    path.write_bytes(pdf)
    done = subprocess.run(["pdfsig", str(path)], capture_output=True, text=True, timeout=60, check=False)
    return done.stdout


def test_poppler_confirms_both_signatures_in_the_order_of_the_seals(signed: bytes, tmp_path: Path) -> None:
    said = pdfsig(signed, tmp_path)
    assert said.count("Signature is Valid.") == 2
    assert said.count("ETSI.CAdES.detached") == 2
    assert said.index(f"CN={VILLAGE}") < said.index(f"CN={TOWNSHIP}")
    assert "SHA-256" in said


def test_the_last_signature_covers_the_whole_file_and_its_certificate_leads_to_the_root(
    signed: bytes, root: Identity
) -> None:
    village, township = check_pdf(signed, pem_of([root.certificate]))
    assert (village.field, township.field) == ("village_seal", "township_seal")
    assert village.unchanged
    assert township.unchanged
    assert township.covers_all
    assert not village.covers_all, "the township signed after it"
    assert village.trusted
    assert township.trusted
    assert not township.time_stamped


def test_another_root_does_not_vouch_for_it(signed: bytes) -> None:
    other = demo_root("别的县", NOW)
    assert [each.trusted for each in check_pdf(signed, pem_of([other.certificate]))] == [False, False]


@pytest.mark.parametrize(("share", "left"), [(0.02, 0), (0.3, 0), (0.6, 1)])
def test_a_changed_byte_breaks_every_signature_over_it(signed: bytes, tmp_path: Path, share: float, left: int) -> None:
    """What the township added after the village's signature is the township's alone."""
    at = int(len(signed) * share)
    changed = signed[:at] + bytes([signed[at] ^ 1]) + signed[at + 1 :]
    said = pdfsig(changed, tmp_path)
    assert said.count("Signature is Valid.") == left
    assert "Digest Mismatch" in said.rpartition("Signature #")[2] or not left


def test_a_page_added_afterwards_is_seen(signed: bytes) -> None:
    with pikepdf.open(io.BytesIO(signed)) as opened:
        opened.add_blank_page()
        out = io.BytesIO()
        opened.save(out)
    assert not all(each.unchanged and each.covers_all for each in check_pdf(out.getvalue(), ""))


def added(signed: bytes, change: Callable[[IncrementalPdfFileWriter], None]) -> bytes:
    """Something more behind what was signed, as PDF allows: not one signed byte is changed."""
    writer = IncrementalPdfFileWriter(io.BytesIO(signed))
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    assert out.getvalue().startswith(signed)
    return out.getvalue()


def other_words(writer: IncrementalPdfFileWriter) -> None:
    page = writer.root["/Pages"]["/Kids"][0].get_object()
    over = writer.add_object(generic.StreamObject(stream_data=b"BT /F1 30 Tf 100 500 Td (9999) Tj ET"))
    page["/Contents"] = generic.ArrayObject([page.raw_get("/Contents"), over])
    writer.update_container(page)


def other_title(writer: IncrementalPdfFileWriter) -> None:
    writer.set_info(generic.DictionaryObject({generic.pdf_name("/Title"): generic.pdf_string("别的文书")}))


@pytest.mark.parametrize("change", [other_words, other_title])
def test_what_is_written_behind_the_signature_is_seen(
    signed: bytes, root: Identity, tmp_path: Path, change: Callable[[IncrementalPdfFileWriter], None]
) -> None:
    forged = added(signed, change)
    assert not any(each.covers_all for each in check_pdf(forged, pem_of([root.certificate])))
    assert "Not total document signed" in pdfsig(forged, tmp_path).rpartition("Signature #")[2]
    assert "Not total document signed" not in pdfsig(signed, tmp_path).rpartition("Signature #")[2]


def test_a_page_of_another_paper_in_its_place_breaks_it(signed: bytes, blank: bytes, tmp_path: Path) -> None:
    with pikepdf.open(io.BytesIO(signed)) as opened, pikepdf.open(io.BytesIO(blank)) as other:
        opened.pages[0] = other.pages[1]
        out = io.BytesIO()
        opened.save(out)
    assert "Signature is Valid." not in pdfsig(out.getvalue(), tmp_path)


def test_without_its_signatures_it_has_none(signed: bytes, tmp_path: Path) -> None:
    with pikepdf.open(io.BytesIO(signed)) as opened:
        del opened.Root.AcroForm
        for page in opened.pages:
            if "/Annots" in page:
                del page.Annots
        out = io.BytesIO()
        opened.save(out)
    assert check_pdf(out.getvalue(), "") == []
    assert "Signature is Valid." not in pdfsig(out.getvalue(), tmp_path)


def test_signed_anew_by_a_stranger_who_calls_himself_the_same_it_is_not_trusted(
    blank: bytes, seals: list[SealToSign], root: Identity
) -> None:
    stranger = demo_identity(demo_root("昌黎县", NOW), TOWNSHIP, NOW)
    forged = [replace(each, certificates_pem=stranger.certificates_pem, key_pem=stranger.key_pem) for each in seals]
    found = check_pdf(sign_pdf(blank, forged, at=NOW), pem_of([root.certificate]))
    assert [(each.unchanged, each.trusted) for each in found] == [(True, False)] * 2


def test_the_seal_is_drawn_once_as_the_signature_in_its_place_and_at_its_size(blank: bytes, signed: bytes) -> None:
    assert images_on(blank) == [0, 0, 2]
    assert images_on(signed) == [0, 0, 0]
    boxes = widgets_in(signed)
    assert {name: page for name, (page, _) in boxes.items()} == {"village_seal": 2, "township_seal": 2}
    for _, (left, bottom, right, top) in boxes.values():
        assert right - left == pytest.approx(42, abs=0.1)
        assert top - bottom == pytest.approx(42, abs=0.1)
    assert boxes["township_seal"][1][:2] == pytest.approx([120, 120], abs=0.1)


def test_it_looks_like_the_sealed_page(blank: bytes, signed: bytes, tmp_path: Path) -> None:
    red = []
    for name, pdf in (("blank", blank), ("signed", signed)):
        (tmp_path / f"{name}.pdf").write_bytes(pdf)
        subprocess.run(
            ["pdftoppm", "-r", "40", "-f", "3", "-l", "3", "-png", str(tmp_path / f"{name}.pdf"), str(tmp_path / name)],
            check=True,
            timeout=60,
        )
        with Image.open(next(tmp_path.glob(f"{name}-*.png"))) as page:
            planes = page.convert("RGB").split()
        dark = ImageChops.invert(ImageChops.lighter(planes[1], planes[2])).point(lambda each: 255 * (each > 135))
        bright = planes[0].point(lambda each: 255 * (each > 120))
        red.append(ImageChops.multiply(dark, bright).histogram()[255])
    assert red[0] > 500
    assert red[1] == pytest.approx(red[0], rel=0.03)


def test_the_same_seal_in_two_places_is_signed_in_both(seals: list[SealToSign]) -> None:
    one = seals[1]
    twice = [one, SealToSign("second_seal", one.picture, one.label, one.reason, one.certificates_pem, one.key_pem)]
    pdf = pdf_with({seal.place: seal.picture for seal in twice})
    assert set(widgets_in(sign_pdf(pdf, twice, at=NOW))) == {"township_seal", "second_seal"}


def test_a_pdf_that_does_not_show_the_seal_is_not_signed(blank: bytes, seals: list[SealToSign]) -> None:
    other = SealToSign("x", draw_seal("别的印章"), "", "", seals[0].certificates_pem, seals[0].key_pem)
    with pytest.raises(SealNotFound, match="没有找到"):
        sign_pdf(blank, [other], at=NOW)


def test_with_a_time_stamp_authority_the_signature_carries_its_stamp(
    blank: bytes, seals: list[SealToSign], root: Identity, tmp_path: Path
) -> None:
    stamped = sign_pdf(blank, seals[1:], at=NOW, stamper=own_stamper())
    (found,) = check_pdf(stamped, pem_of([root.certificate]))
    assert found.unchanged
    assert found.time_stamped
    assert "Signature is Valid." in pdfsig(stamped, tmp_path)


def own_stamper() -> DummyTimeStamper:
    """A time stamp authority of the test's own (RSA: the library's stand-in knows no other)."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "测试时间戳")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=1))
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        .sign(key, hashes.SHA256())
    )
    der = serialization.Encoding.DER
    pkcs8 = key.private_bytes(der, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return DummyTimeStamper(
        asn1_x509.Certificate.load(certificate.public_bytes(der)), asn1_keys.PrivateKeyInfo.load(pkcs8)
    )


def test_a_time_stamp_authority_that_does_not_answer_is_said_and_nothing_is_signed(
    blank: bytes, seals: list[SealToSign]
) -> None:
    # A port of this machine on which nobody listens.
    with pytest.raises(PdfSigningError, match="时间戳服务没有应答"):
        sign_pdf(blank, seals, at=NOW, stamper=time_stamper("http://127.0.0.1:9/tsa"))


def test_without_an_address_there_is_no_time_stamp_authority() -> None:
    assert time_stamper("") is None
    assert check_pdf(pdf_with({}), "") == []
