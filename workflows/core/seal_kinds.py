"""Which kind of seal stands on a paper, and what it is worth in law: said wherever the paper is shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.urls import reverse

from forms_templates.models import Document
from signatures.models import PaperScan, SealSignature, SealUse, SignedPdf, SigningTrouble
from signatures.sealing import uses_on

from .signing_jobs import ATTEMPTS

IMAGE, CERTIFICATE, DEMO_CERTIFICATE, ON_PAPER = "图片印章", "数字证书签章", "演示证书签章", "实物盖章"
WORTH = {
    IMAGE: (
        "由印章管理员在系统里加盖，办理记录查得到是谁、何时盖的；但不是《电子签名法》第十三条规定的可靠电子签名。"
        "对外作凭据的，以加盖实物印章或数字证书签章的为准。"
    ),
    CERTIFICATE: (
        "PDF由盖章单位的数字证书签署，改动一个字节就查得出来。证书由依法设立的电子认证服务机构颁发、"
        "由本单位专有并控制的，与盖章具有同等的法律效力（《电子签名法》第十三条、第十四条）。打印出来的是复印件。"
    ),
    DEMO_CERTIFICATE: (
        "PDF由演示证书签署，改动一个字节就查得出来；但证书是练习用的，没有依法设立的认证机构作证，没有法律效力。"
    ),
    ON_PAPER: "印章盖在纸质原件上，以盖了章的原件为准；系统里存的是原件的扫描件，Word、PDF在盖章处注明见扫描件。",
}


@dataclass(frozen=True)
class SealLine:
    """One seal on a paper, in words: which, of what kind, what it is worth, and who used it when."""

    seal: str
    kind: str
    worth: str
    facts: str
    revoked: str = ""
    scan_url: str = ""


@dataclass(frozen=True)
class SealState:
    """The seals of one version of a paper, and how far its signing is."""

    lines: tuple[SealLine, ...] = ()
    signed: SignedPdf | None = None
    waits: str = ""
    again_url: str = ""


def seal_state(document: Document, pictures: Mapping[str, bytes]) -> SealState:
    """What a paper's own page says (three queries at most when it bears a seal, one when it does not)."""
    uses = uses_on(document, pictures)
    if not uses:
        return SealState()
    signatures = {
        each.seal_use_id: each
        for each in SealSignature.objects.filter(signed_pdf__pdf__document=document).select_related(
            "certificate", "signed_pdf__pdf"
        )
    }
    signed = next((each.signed_pdf for each in signatures.values()), None)
    scans = _scans_of(uses)
    lines = tuple(_line(use, signatures.get(use.pk), scans.get(use.paper_digest)) for use in uses)
    if signed is not None:
        return SealState(lines, signed)
    return SealState(lines, None, *_waits(document))


def _scans_of(uses: Iterable[SealUse]) -> dict[str, PaperScan]:
    """The pages on which real seals stand (a query only when there are any)."""
    digests = [use.paper_digest for use in uses if use.paper_digest]
    return {each.file_digest: each for each in PaperScan.objects.filter(file_digest__in=digests)} if digests else {}


def _line(use: SealUse, signature: SealSignature | None, scan: PaperScan | None) -> SealLine:
    kind = ON_PAPER if use.paper_digest else kind_of(signature)
    facts = f"用印登记{use.year}年第{use.number}号，{use.keeper.name}加盖"
    if use.across_pages and not use.paper_digest:
        facts += "，PDF各页加盖骑缝章（Word文件没有：排好版以前不知道有几页）"
    if signature is not None:
        certificate = signature.certificate
        stamped = "，带时间戳" if signature.signed_pdf.time_stamped else ""
        facts += f"；证书：{certificate.subject}，{certificate.issuer}颁发{stamped}"
    revoked = use.revocation.why if hasattr(use, "revocation") else ""
    scan_url = reverse("scan", args=[scan.pk]) if scan is not None else ""
    return SealLine(use.seal.name, kind, WORTH[kind], facts, revoked, scan_url)


def kind_of(signature: SealSignature | None) -> str:
    if signature is None:
        return IMAGE
    return DEMO_CERTIFICATE if signature.certificate.demo else CERTIFICATE


def _waits(document: Document) -> tuple[str, str]:
    """The sentence while a signature is still to come, and where to ask for it anew."""
    troubles = list(SigningTrouble.objects.filter(pdf__document=document).order_by("-pk").values_list("why", flat=True))
    if len(troubles) >= ATTEMPTS:
        return f"数字证书签章做了{len(troubles)}次都没有成功。原因：{troubles[0]}", reverse(
            "paper_sign_again", args=[document.pk]
        )
    if troubles:
        return f"数字证书签章第{len(troubles)}次没有成功，系统会自己再试。原因：{troubles[0]}", ""
    return "", ""


def with_seals(documents: QuerySet[Document]) -> QuerySet[Document]:
    """The papers together with what `kind_on` asks (in the same query)."""
    uses = SealUse.objects.filter(
        subject_kind=OuterRef("subject_kind"),
        subject_key=OuterRef("subject_key"),
        document_form=OuterRef("form_code"),
        at__lte=OuterRef("created_at"),
    ).exclude(revocation__at__lte=OuterRef("created_at"))
    signed = SealSignature.objects.filter(signed_pdf__pdf__document=OuterRef("pk"))
    return documents.annotate(
        sealed=Exists(uses.filter(paper_digest="")),
        sealed_on_paper=Exists(uses.exclude(paper_digest="")),
        signed_demo=Subquery(signed.values("certificate__demo")[:1]),
    )


def kind_on(document: Any) -> str:
    """For the list of a case's papers: the kinds of the seals on this version, "" without one."""
    kinds = [ON_PAPER] if document.sealed_on_paper else []
    if document.signed_demo is not None:
        kinds.append(DEMO_CERTIFICATE if document.signed_demo else CERTIFICATE)
    elif document.sealed:
        kinds.append(IMAGE)
    return "、".join(kinds)
