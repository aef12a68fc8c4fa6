"""The PDF of every filed paper, made in the background worker.

Each paper's job is a row of the transaction that files the paper. A job takes the papers after its own along:
one run of LibreOffice for many costs little more than for one, and their own jobs then find nothing to do. Every
job may run twice: a PDF is stored once. What failed is tried again after a pause, a killed worker's job is taken up
by the next worker (`manage.py work`), and papers without LibreOffice wait until it is there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import django
from django.db.models import QuerySet
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from forms_templates.bulk_pdf import Paper, make_pdfs
from forms_templates.library import form
from forms_templates.libreoffice import LibreOfficeMissing, word_to_pdf
from forms_templates.models import Document, PaperPdf, PrintRun
from forms_templates.papers import PaperDamaged, read_paper
from forms_templates.print_run import Line, cover, merged
from registry.models.keys import KeyDestroyed
from signatures.across_pages import across_pages
from signatures.sealing import seals_across

from .actors import Actor
from .clock import now
from .early_copies import pdf_for
from .models import Case
from .procedure import read_entities
from .refusals import Refused

# Django has the same tasks of its own from 6.0 on.
if TYPE_CHECKING or django.VERSION < (6, 0):
    from django_tasks import task
else:
    from django.tasks import task

ATTEMPTS = 3
PAUSES_MINUTES = (1, 10)
BATCH = 100
LOOK_AGAIN_MINUTES = 10
# Somebody waits for a print and watches its progress; papers just filed are made when there is time. Behind what was
# decided in one sitting, which changes cases.
PRINT_PRIORITY = 5
TELL_AFTER = 10
MAKER = "PDF生成"


@task()
def make_pdf(document_pk: int, even_after_failures: bool = False) -> str:  # noqa: FBT001, FBT002 - stored as JSON
    """Make the PDF of this paper and of those filed after it. Safe to run twice."""
    wanted = Document.objects.filter(pk=document_pk, pdf__isnull=True).select_related("person_key", "code").first()
    if wanted is None:
        return "已有PDF"
    tried = wanted.pdf_troubles.count()
    if tried >= ATTEMPTS and not even_after_failures:
        return "不再自动重试"
    # Who has failed before is tried alone: it may be the one that stops all others.
    others = [] if tried else list(waiting(after=document_pk)[: BATCH - 1])
    return _make([wanted, *others])


@task()
def make_waiting_pdfs(after: int = 0) -> str:
    """Papers that were left without a PDF: filed while LibreOffice was missing or before there were any PDFs."""
    batch = list(waiting(after=after)[:BATCH])
    if not batch:
        return "没有待做的PDF"
    said = _make(batch)
    if not look_again_is_queued():
        make_waiting_pdfs.enqueue(after=batch[-1].pk)
    return said


def waiting(after: int = 0) -> QuerySet[Document]:
    """Papers without a PDF that were never tried; those that failed have a job of their own."""
    return (
        Document.objects.filter(pk__gt=after, pdf__isnull=True, pdf_troubles__isnull=True)
        .select_related("person_key", "code")
        .order_by("pk")
    )


def look_again_is_queued() -> bool:
    """Whether somebody will look after the papers left over, now or later."""
    return DBTaskResult.objects.filter(status="READY", task_path=make_waiting_pdfs.module_path).exists()


def _make(documents: Iterable[Document], tell: Callable[[int], object] = int) -> str:
    """The PDFs of these papers, each stored by itself; `tell` hears how many there are after every few."""
    readable = {f"paper{document.pk}": document for document in documents}
    papers = []
    for name, document in readable.items():
        try:
            code = getattr(document, "code", None)
            sheet = (document.form_code, document.form_version)
            papers.append(Paper(name, read_paper(document), code.code if code else "", sheet))
        except KeyDestroyed:
            continue  # deleted as the law demanded: there is nothing left to print
        except PaperDamaged as error:
            _report(document, str(error))
    try:
        made = make_pdfs(papers)
    except LibreOfficeMissing as error:
        if not look_again_is_queued():
            make_waiting_pdfs.using(run_after=now() + timedelta(minutes=LOOK_AGAIN_MINUTES)).enqueue()
        return str(error)
    for number, (name, (pdf, pages)) in enumerate(made.pdfs.items(), 1):
        _file(readable[name], pdf, pages)
        if number % TELL_AFTER == 0:
            tell(number)
    for name, why in made.troubles.items():
        _report(readable[name], why)
    return f"做好{len(made.pdfs)}份" + (f"，{len(made.troubles)}份没有做成" if made.troubles else "")


def _file(document: Document, pdf: bytes, pages: int) -> None:
    from .door import perform

    if pages > 1:
        pdf = across_pages(pdf, seals_across(document))
    try:
        perform("desk.file_pdf", document, Actor.system(MAKER), {"pdf": pdf, "pages": pages}, at=now())
    except Refused:
        # Another worker was faster.
        return


def _report(document: Document, why: str) -> None:
    from .door import perform

    perform("desk.report_pdf_trouble", document, Actor.system(MAKER), {"why": why}, at=now())


def _tell(run_pk: int, before: int, made: int = 0) -> None:
    """How far a print is, for the page that shows its progress."""
    PrintRun.objects.filter(pk=run_pk).update(ready=before + made)


@task(priority=PRINT_PRIORITY)
def make_print_run(run_pk: int) -> str:
    """One PDF of many papers: each one's own first (stored, as always), then all of them in order behind a list."""
    from .door import perform

    run = PrintRun.objects.select_related("person_key").get(pk=run_pk)
    entries = list(
        run.papers.select_related("document__person_key", "document__code", "document__pdf").order_by("position")
    )
    for start in range(0, len(entries), 2 * BATCH):
        run.refresh_from_db()
        if run.state != PrintRun.State.WAITING:
            return "已取消"
        batch = [entry.document for entry in entries[start : start + 2 * BATCH]]
        missing = [document for document in batch if not hasattr(document, "pdf")]
        here = start + len(batch) - len(missing)
        _make(missing, partial(_tell, run_pk, here))
        _tell(run_pk, start + len(batch))
    papers = [entry.document_id for entry in entries]
    made = {pdf.document_id: pdf for pdf in PaperPdf.objects.filter(document__in=papers)}
    keys = [int(entry.document.case_key.removeprefix("case:")) for entry in entries]
    cases = Case.objects.select_related("county", "township", "village").in_bulk(keys)
    read_entities(cases.values())
    lines, pdfs, troubles = [], [], []
    for entry in entries:
        document, pdf = entry.document, made.get(entry.document_id)
        case = cases[int(document.case_key.removeprefix("case:"))]
        title = form(document.form_code, document.form_version).title
        lines.append(Line(title, case.title, case.number, f"{pdf.pages}" if pdf else "缺"))
        if pdf is None:
            troubles.append(f"第{entry.position}份，{case.title}（{case.number}）：PDF没有做成")
        else:
            pdfs.append(pdf_for(document, pdf, case))
    result: dict[str, object] = {"troubles": troubles}
    if pdfs:
        when = timezone.localtime(run.asked_at)
        facts = f"{when.year}年{when.month}月{when.day}日，{run.asked_by.name}打印，共{len(entries)}份。"
        listed = word_to_pdf({"cover": cover(run.title, facts, lines)}).pdfs
        result["pdf"], result["pages"] = merged([*listed.values(), *pdfs])
    try:
        perform("printing.finish", run, Actor.system(MAKER), result, at=now())
    except Refused:
        return "已取消"
    return f"{len(pdfs)}份"
