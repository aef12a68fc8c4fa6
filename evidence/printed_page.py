"""What may be said in public about a paper whose code somebody holds: is it genuine, and does it still count?"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from audit.models import Event
from forms_templates.early_mark import marked_pdf, marked_word
from forms_templates.library import form
from forms_templates.models import Document, PaperCode
from forms_templates.papers import PaperDamaged, read_paper
from forms_templates.store import get as get_file
from registry.models.keys import KeyDestroyed
from workflows.core.models import Case

# The fields of the library's forms that hold the name of the person a paper is about.
NAME_FIELDS = ("name", "worker_name", "worker")


@dataclass(frozen=True)
class Standing:
    """Whether a genuine paper still counts: kind of mark, word, sentence."""

    kind: str
    word: str
    text: str


@dataclass(frozen=True)
class PrintedPage:
    title: str
    issued_by: str
    issued_at: datetime
    name: str
    standing: Standing
    digests: dict[str, str]


def page_of(code: str) -> PrintedPage | None:
    """The paper with this code; None when there is none."""
    found = (
        PaperCode.objects.filter(code=code)
        .select_related("document__person_key", "document__county", "document__pdf__signed")
        .first()
    )
    if found is None:
        return None
    document: Document = found.document
    case = _case_of(document)
    return PrintedPage(
        title=form(document.form_code, document.form_version).title,
        issued_by=_issuer(document, case),
        issued_at=document.created_at,
        name=_masked_name(document),
        standing=_standing(document, case),
        digests=_digests(document),
    )


def _digests(document: Document) -> dict[str, str]:
    """Of every file of this version that ever went out: as filed, signed, and marked before the last decision."""
    digests = {document.file_digest: "Word文件"}
    if hasattr(document, "pdf"):
        digests[document.pdf.file_digest] = "PDF文件"
        if hasattr(document.pdf, "signed"):
            digests[document.pdf.signed.file_digest] = "签章PDF文件"
    with suppress(PaperDamaged, KeyDestroyed):
        digests[_sha256(marked_word(read_paper(document)))] = "印有“未生效”的Word文件"
        if hasattr(document, "pdf"):
            pdf = get_file(document.pdf.file_digest, document.person_key)
            digests[_sha256(marked_pdf(pdf))] = "印有“未生效”的PDF文件"
    return digests


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _case_of(document: Document) -> Case | None:
    if not document.case_key.startswith("case:"):
        return None
    key = int(document.case_key.removeprefix("case:"))
    return Case.objects.select_related("township", "village").filter(pk=key).first()


def _issuer(document: Document, case: Case | None) -> str:
    """The organisation in whose name the act was done that made this version, as the trail has it."""
    for event in Event.objects.filter(case_key=document.case_key, at=document.created_at).order_by("sequence"):
        papers = event.content["papers"]
        if any(paper["file_digest"] == document.file_digest for paper in papers) and event.actor_organisation_name:
            return event.actor_organisation_name
    place = (case.township or case.village) if case is not None else None
    return place.full_name if place is not None else document.county.name


def _masked_name(document: Document) -> str:
    try:
        values = document.values
    except KeyDestroyed:
        return "（个人信息已依法删除）"
    name = next((str(values[field]) for field in NAME_FIELDS if values.get(field)), "")
    return masked(name)


def masked(name: str) -> str:
    """周桂兰 as 周*兰, 周兰 as 周*."""
    if len(name) <= 2:
        return name[:1] + "*" * (len(name) - 1)
    return name[0] + "*" * (len(name) - 2) + name[-1]


def _standing(document: Document, case: Case | None) -> Standing:
    newer = (
        Document.objects.filter(
            subject_kind=document.subject_kind,
            subject_key=document.subject_key,
            form_code=document.form_code,
            number__gt=document.number,
        )
        .order_by("number")
        .first()
    )
    if newer is not None:
        when = timezone.localtime(newer.created_at)
        return Standing(
            "warn", "已被新的一版代替", f"{when.year}年{when.month}月{when.day}日有了新的一版，本版不再作为凭据。"
        )
    if case is None:
        return Standing("ok", "有效", "这是现行的一版。")
    tag = case.flow_class.paperwork.state_tag(case.entity)
    if tag["kind"] == "ended":
        return Standing("stop", "不作为凭据", "这一件没有办成或已经作废。")
    if tag["kind"] == "done":
        return Standing("ok", "有效", "这是现行的一版，已经办结。")
    return Standing("warn", "还没有生效", "这一件还在办理，本页只说明办到了哪一步。")
