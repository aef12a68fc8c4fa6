"""In which way each hand on a paper signed: on the screen, on a scan, on the printed page, by thumb, for another.

电子签 and 纸签 are never confused: the paper's page says of each which it is, and links the page that was signed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone

from forms_templates.models import Document
from signatures.models import Method, PaperScan, Signature

from .guards import chinese

ELECTRONIC, ON_PAPER, THUMB = "电子签", "纸签", "按手印"
KIND_OF = {
    Method.DRAWN: f"{ELECTRONIC}（屏幕手写）",
    Method.SCAN: f"{ELECTRONIC}（签字扫描件）",
    Method.THUMB: THUMB,
    Method.PAPER: f"{ON_PAPER}（纸质原件上签字）",
}


@dataclass(frozen=True)
class HandLine:
    """One hand on a paper, in words."""

    who: str
    kind: str
    facts: str
    scan_url: str = ""
    reused: str = ""
    revoked: str = ""


def hands_on(document: Document, pictures: Mapping[str, bytes]) -> list[HandLine]:
    """Every hand this version shows, in the order of signing (two queries at most)."""
    signatures = Signature.objects.filter(
        subject_kind=document.subject_kind,
        subject_key=document.subject_key,
        place__in=list(pictures),
        at__lte=document.created_at,
    ).select_related("proxy", "revocation", "resembles")
    standing = {signature.place: signature for signature in signatures.order_by("at", "pk")}
    signed = sorted(standing.values(), key=lambda each: (each.at, each.pk))
    digests = [each.paper_digest for each in signed if each.paper_digest]
    scans = {each.file_digest: each for each in PaperScan.objects.filter(file_digest__in=digests)} if digests else {}
    return [_line(signature, scans.get(signature.paper_digest)) for signature in signed]


def _line(signature: Signature, scan: PaperScan | None) -> HandLine:
    on = chinese(timezone.localtime(signature.at).date())
    facts = on
    if signature.witness_name:
        facts += f"，见证人{signature.witness_name}"
    proxy = getattr(signature, "proxy", None)
    if proxy is not None:
        facts += f"，{proxy.relation}，委托书已存档；原因：{proxy.why}"
    reused = ""
    if signature.resembles is not None:
        earlier = signature.resembles
        day = chinese(timezone.localtime(earlier.at).date())
        alike = "一样" if earlier.strokes_digest == signature.strokes_digest else "几乎一样"
        reused = f"笔画与{earlier.signer_name}{day}的签字{alike}，请核实是不是本人亲手签的。"
    return HandLine(
        who=f"{signature.signer_name}代{signature.on_behalf_of}" if signature.on_behalf_of else signature.signer_name,
        kind=f"代签，{KIND_OF[Method(signature.method)]}" if proxy is not None else KIND_OF[Method(signature.method)],
        facts=facts,
        scan_url=reverse("scan", args=[scan.pk]) if scan is not None else "",
        reused=reused,
        revoked=signature.revocation.why if hasattr(signature, "revocation") else "",
    )
