"""Whether a paper has its PDF, and if not, why not: said honestly wherever the paper stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse

from forms_templates.libreoffice import what_is_missing
from forms_templates.models import Document, PaperPdf, PdfTrouble

from .pdf_jobs import ATTEMPTS


@dataclass(frozen=True)
class PdfState:
    """`url` when it can be had; otherwise `short` for a list, `text` for the paper's page, `again_url` to ask anew."""

    url: str = ""
    short: str = ""
    text: str = ""
    again_url: str = ""


def pdf_states(documents: Sequence[Document]) -> dict[int, PdfState]:
    """The state of each paper's PDF by its key (two queries at most)."""
    keys = [document.pk for document in documents]
    made = set(PaperPdf.objects.filter(document__in=keys).values_list("document_id", flat=True))
    failures: dict[int, list[str]] = {}
    if missing := [key for key in keys if key not in made]:
        for document_pk, why in PdfTrouble.objects.filter(document__in=missing).values_list("document_id", "why"):
            failures.setdefault(document_pk, []).append(why)
    lacking = what_is_missing() if missing else ""
    return {
        key: PdfState(url=reverse("paper_pdf", args=[key]))
        if key in made
        else _without(key, failures.get(key, []), lacking)
        for key in keys
    }


def _without(key: int, failures: list[str], lacking: str) -> PdfState:
    if lacking:
        return PdfState(short="PDF暂缺：服务器没有装LibreOffice或中文字体", text=lacking)
    if not failures:
        return PdfState(
            short="PDF正在生成", text="PDF正在后台生成，一般不到一分钟。Word现在就可以下载，过一会儿刷新本页再取PDF。"
        )
    why = failures[-1]
    if len(failures) < ATTEMPTS:
        return PdfState(
            short="PDF没有做成，系统会再试", text=f"PDF第{len(failures)}次没有做成，系统会自己再试。原因：{why}"
        )
    return PdfState(
        short="PDF没有做成",
        text=f"请先用Word文件：PDF做了{len(failures)}次都没有做成。原因：{why}",
        again_url=reverse("paper_pdf_again", args=[key]),
    )
