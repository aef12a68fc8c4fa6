"""A signed PDF somebody holds: did it go out from here, by whom is it signed, was a byte changed?"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from forms_templates.library import form
from signatures.models import DemoAuthority, SealCertificate, SignedPdf
from signatures.pdf_signing import FoundSignature, PdfSigningError, check_pdf


@dataclass(frozen=True)
class CheckedPdf:
    """`good`: kept here, signed, and nothing changed since; the lines say it in words."""

    good: bool
    lines: tuple[str, ...]


def checked_pdf(content: bytes) -> CheckedPdf:
    """What is to be said of this file (four queries)."""
    try:
        signatures = check_pdf(content, roots())
    except PdfSigningError as error:
        return CheckedPdf(good=False, lines=(str(error),))
    kept = SignedPdf.objects.filter(file_digest=hashlib.sha256(content).hexdigest())
    signed = kept.select_related("pdf__document").first()
    lines = [_whence(signed), *(_said(each) for each in signatures)]
    if not signatures:
        lines.append("没有数字签章。")
    elif signed is None and not any(each.covers_all for each in signatures):
        lines.append("最后一个签章以后，文件里又添加了内容：添加的没有人签章，不能作数。")
    unchanged = bool(signatures) and all(each.unchanged for each in signatures)
    return CheckedPdf(good=unchanged and signed is not None, lines=tuple(lines))


def roots() -> str:
    """The authorities at the top of every registered certificate, the practice county's own among them."""
    begin = "-----BEGIN"
    chains = SealCertificate.objects.values_list("certificates_pem", flat=True)
    tops = {begin + chain.rsplit(begin, 1)[1] for chain in chains}
    return "".join([*DemoAuthority.objects.values_list("certificate_pem", flat=True), *sorted(tops)])


def _whence(signed: SignedPdf | None) -> str:
    if signed is None:
        return "不是本系统留存的签章PDF，或者已被改动。"
    document = signed.pdf.document
    title = form(document.form_code, document.form_version).title
    return f"是本系统留存的签章PDF：《{title}》第{document.number}版，{document.label}。"


def _said(found: FoundSignature) -> str:
    if not found.unchanged:
        return f"{found.field}：签章以后内容被改动，或签章已损坏。"
    trust = "证书可信" if found.trusted else "证书的颁发机构没有在本系统登记"
    stamp = "，带时间戳" if found.time_stamped else ""
    return f"{found.field}：{found.signer}签章，签的内容没有改动，{trust}{stamp}。"
