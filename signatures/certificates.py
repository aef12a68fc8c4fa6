"""Certificates: read from the PKCS#12 file an authority hands over, or issued by the practice county's own root."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

MOST_BYTES = 64 * 1024
SMALLEST_RSA = 2048
DEMO_YEARS = 30  # the practice county tells stories of past years and must not run out
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


class CertificateError(ValueError):
    """The certificate can't be used; the message is a Chinese sentence that says what to do."""


@dataclass(frozen=True)
class Identity:
    """A certificate with its key and those that stand above it, the next one first."""

    certificate: x509.Certificate
    key: PrivateKey
    chain: tuple[x509.Certificate, ...] = ()

    @property
    def subject(self) -> str:
        return name_of(self.certificate.subject)

    @property
    def issuer(self) -> str:
        return name_of(self.certificate.issuer)

    @property
    def serial(self) -> str:
        return f"{self.certificate.serial_number:x}"

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(self.certificate.public_bytes(serialization.Encoding.DER)).hexdigest()

    @property
    def certificates_pem(self) -> str:
        return pem_of([self.certificate, *self.chain])

    @property
    def key_pem(self) -> str:
        return key_pem(self.key)


def name_of(name: x509.Name) -> str:
    """The common name, else the organisation, else all of it."""
    for oid in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME):
        for attribute in name.get_attributes_for_oid(oid):
            return str(attribute.value)[:200]
    return name.rfc4514_string()[:200]


def pem_of(certificates: Sequence[x509.Certificate]) -> str:
    return "".join(each.public_bytes(serialization.Encoding.PEM).decode("ascii") for each in certificates)


def key_pem(key: PrivateKey) -> str:
    """Unencrypted PKCS#8: the column it goes into is encrypted."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode("ascii")


def read_key(pem: str) -> PrivateKey:
    key = serialization.load_pem_private_key(pem.encode("ascii"), None)
    if not isinstance(key, (rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey)):
        raise CertificateError("证书的密钥不是RSA或椭圆曲线密钥，不能用来签章。")
    return key


def read_certificate(pem: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate(pem.encode("ascii"))


def read_pkcs12(data: bytes, password: str, at: datetime) -> Identity:
    """The identity in a .p12 or .pfx file. Raises CertificateError."""
    if len(data) > MOST_BYTES:
        raise CertificateError("文件太大，不像是证书文件。请选认证机构给的.p12或.pfx文件。")
    try:
        key, certificate, above = pkcs12.load_key_and_certificates(data, password.encode())
    except ValueError:
        raise CertificateError("打不开证书文件：请核对密码；文件应是认证机构给的.p12或.pfx文件。") from None
    except Exception as error:
        raise CertificateError("证书文件的算法不认识，请让认证机构重新导出.p12文件。") from error
    if key is None or certificate is None:
        raise CertificateError("文件里没有证书或没有私钥，请让认证机构连同私钥一起导出.p12文件。")
    if not isinstance(key, (rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey)):
        raise CertificateError("证书的密钥不是RSA或椭圆曲线密钥，不能用来签章。")
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size < SMALLEST_RSA:
        raise CertificateError(f"证书的RSA密钥只有{key.key_size}位，已不安全，请换{SMALLEST_RSA}位以上的证书。")
    _require_for_signing(certificate, at)
    return Identity(certificate, key, chain_of(certificate, above))


def _require_for_signing(certificate: x509.Certificate, at: datetime) -> None:
    if at > certificate.not_valid_after_utc:
        raise CertificateError(f"证书已于{_day(certificate.not_valid_after_utc)}到期，请换新的证书。")
    try:
        if certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca:
            raise CertificateError("这是颁发证书用的上级证书，不能用来签章。请选本单位的证书。")
    except x509.ExtensionNotFound:
        pass
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return
    if not (usage.digital_signature or usage.content_commitment):
        raise CertificateError("证书的用途里没有签名，不能用来签章。请向认证机构申请签名证书。")


def chain_of(certificate: x509.Certificate, above: Sequence[x509.Certificate]) -> tuple[x509.Certificate, ...]:
    """Those that really issued one another, from the certificate upwards; the rest of the file is left out."""
    chain: list[x509.Certificate] = []
    here, rest = certificate, list(above)
    while here.issuer != here.subject:
        issuer = next((each for each in rest if each.subject == here.issuer), None)
        if issuer is None:
            break
        rest.remove(issuer)
        chain.append(issuer)
        here = issuer
    return tuple(chain)


def demo_root(county: str, at: datetime) -> Identity:
    """The practice county's own root; it is trusted by nobody else."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(f"{county}演示认证机构（无法律效力）", county)
    return Identity(_issued(name, name, key.public_key(), key, at, ca=True), key)


def demo_identity(root: Identity, organisation: str, at: datetime) -> Identity:
    """A certificate of the practice county for one organisation."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(f"{organisation}（演示）", organisation)
    certificate = _issued(name, root.certificate.subject, key.public_key(), root.key, at, ca=False)
    return Identity(certificate, key, (root.certificate,))


def _name(common: str, organisation: str) -> x509.Name:
    # X.520 allows 64 characters.
    parts = ((NameOID.COUNTRY_NAME, "CN"), (NameOID.ORGANIZATION_NAME, organisation), (NameOID.COMMON_NAME, common))
    return x509.Name([x509.NameAttribute(oid, text[:64]) for oid, text in parts])


def _issued(
    subject: x509.Name,
    issuer: x509.Name,
    public_key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey,
    issuer_key: PrivateKey,
    at: datetime,
    *,
    ca: bool,
) -> x509.Certificate:
    usage = x509.KeyUsage(
        digital_signature=not ca, content_commitment=not ca, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=ca, crl_sign=ca, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(days=1))
        .not_valid_after(at + timedelta(days=DEMO_YEARS * 365))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=0 if ca else None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
        .sign(issuer_key, hashes.SHA256())
    )


def _day(moment: datetime) -> str:
    return f"{moment.year}年{moment.month}月{moment.day}日"
