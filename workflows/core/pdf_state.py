"""Whether a paper has its PDF, and if not, why not: said honestly wherever the paper stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.urls import reverse

from forms_templates.libreoffice import what_is_missing
from forms_templates.models import Document, PdfTrouble

from .pdf_jobs import ATTEMPTS


@dataclass(frozen=True)
class PdfState:
    """`url` when it can be had; otherwise `short` for a list, `text` for the paper's page, `again_url` to ask anew."""

    url: str = ""
    short: str = ""
    text: str = ""
    again_url: str = ""


def with_pdf(documents: QuerySet[Document]) -> QuerySet[Document]:
    """The papers together with what `pdf_state` asks (in the same query)."""
    failures = PdfTrouble.objects.filter(document=OuterRef("pk")).order_by("-pk")
    counted = failures.order_by().values("document").annotate(count=Count("pk")).values("count")
    return documents.select_related("pdf__signed").annotate(
        pdf_failures=Subquery(counted), pdf_failed_why=Subquery(failures.values("why")[:1])
    )


def pdf_state(document: Any) -> PdfState:
    """The state of a paper's PDF; the paper was read by `with_pdf`."""
    if hasattr(document, "pdf"):
        return PdfState(url=reverse("paper_pdf", args=[document.pk]))
    if lacking := what_is_missing():
        return PdfState(short="PDF暂缺：服务器没有装LibreOffice或中文字体", text=lacking)
    return _without(document.pk, document.pdf_failures or 0, document.pdf_failed_why)


def _without(key: int, failures: int, why: str) -> PdfState:
    if not failures:
        return PdfState(
            short="PDF正在生成", text="PDF正在后台生成，一般不到一分钟。Word现在就可以下载，过一会儿刷新本页再取PDF。"
        )
    if failures < ATTEMPTS:
        return PdfState(short="PDF没有做成，系统会再试", text=f"PDF第{failures}次没有做成，系统会自己再试。原因：{why}")
    return PdfState(
        short="PDF没有做成",
        text=f"请先用Word文件：PDF做了{failures}次都没有做成。原因：{why}",
        again_url=reverse("paper_pdf_again", args=[key]),
    )
