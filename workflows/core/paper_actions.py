"""What is done with a filed paper: print it, take it out in Word or PDF, and what the system itself adds or finds."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django import forms

from audit.trail import SubjectStamp
from forms_templates.early_mark import WORDS
from forms_templates.models import Document, PaperPdf, PdfTrouble
from forms_templates.store import put
from registry.models import Organisation
from registry.roles import Role
from signatures.models import Seal, SignedPdf

from .actions import CaseAction, Move, register
from .actors import Actor
from .early_copies import is_in_force
from .models import Case, Notice
from .pdf_jobs import ATTEMPTS, PAUSES_MINUTES, make_pdf
from .refusals import NotFound, Refusal
from .seal_readers import readable_seals
from .signing_jobs import may_be_signed, sign_sealed_pdf


class CopiesForm(forms.Form):
    copies = forms.IntegerField(
        label="份数",
        required=False,
        min_value=1,
        max_value=50,
        error_messages={
            "invalid": "份数请填1至50的整数。",
            "min_value": "份数请填1至50的整数。",
            "max_value": "份数请填1至50的整数。",
        },
    )


class PaperAction(CaseAction):
    """Taking a paper out in full: one's own office's papers and those one must audit; it leaves a trace."""

    acts_on = (Document,)

    def find(self, move_subject: Any, actor: Actor) -> tuple[Any, Any]:
        document = Document.objects.filter(pk=getattr(move_subject, "pk", None)).first()
        if document is None:
            raise NotFound("没有找到这份材料。")
        if not document.case_key:
            return self._of_a_seal(document, actor)
        case = Case(pk=int(document.case_key.removeprefix("case:")))
        county, found = super().find(case, actor)
        found.document = document
        return county, found

    def _of_a_seal(self, document: Document, actor: Actor) -> tuple[Any, Any]:
        """A book of the register: no case's paper, but of those who read that seal's register."""
        seals = Seal.objects.all() if actor.is_system else readable_seals(actor)
        if document.subject_kind != Seal._meta.label_lower or seals is None:
            raise NotFound("没有找到这份材料。")
        if not seals.filter(pk=int(document.subject_key)).exists():
            raise NotFound("没有找到这份材料。")
        document.document = document  # type: ignore[attr-defined]
        return document.county, document

    def may(self, move: Move) -> bool:
        move.appointment = self.office_appointment(move)
        return move.appointment is not None

    def apply(self, move: Move) -> None:
        document: Document = move.subject.document
        move.papers.append(document.stamp)
        move.result = document

    def tell_of_copy(self, move: Move) -> None:
        """Which version goes out, and whether it carries the mark of what is not decided yet."""
        move.details["paper_version"] = move.subject.document.number
        if move.on_case is not None and not is_in_force(move.case):
            move.details["mark"] = WORDS

    def stamp(self, move: Move) -> SubjectStamp:
        number = move.on_case.number if move.on_case is not None else ""
        return SubjectStamp(kind="forms_templates.document", key=str(move.subject.document.pk), number=number)


class SystemPaperAction(PaperAction):
    """What the worker does with a paper; nobody else may."""

    system_may = True

    def may(self, move: Move) -> bool:
        return False

    def tell_bureau(self, move: Move, text: str) -> None:
        bureau = Organisation.objects.filter(county=move.county, code="bureau").first()
        if bureau is not None:
            Notice.objects.create(
                office=bureau, office_role=Role.BUREAU_SUPERVISOR, case=move.on_case, text=text[:200], at=move.at
            )


@register
class PrintPaper(PaperAction):
    """Who printed which version, and how many times."""

    code = "desk.print_paper"
    label = "打印本表"
    told = "打印全表"
    form = CopiesForm

    def apply(self, move: Move) -> None:
        super().apply(move)
        self.tell_of_copy(move)
        move.details["copies"] = move.data["copies"] or 1


@register
class DownloadPaper(PaperAction):
    code = "desk.download_paper"
    label = "Word"
    told = "下载Word全表"

    def apply(self, move: Move) -> None:
        super().apply(move)
        self.tell_of_copy(move)


@register
class DownloadPdf(PaperAction):
    code = "desk.download_pdf"
    label = "PDF"
    told = "下载PDF全表"

    def refusals(self, move: Move) -> Iterable[Refusal]:
        if not PaperPdf.objects.filter(document=move.subject.document).exists():
            return [Refusal("no_pdf", "请稍候：这份文书的PDF还没有做好。")]
        return ()

    def apply(self, move: Move) -> None:
        pdf = PaperPdf.objects.select_related("document__person_key", "signed").get(document=move.subject.document)
        # Where an organisation has signed it, what goes out is the signed one; the mark would break its signature.
        found: PaperPdf | SignedPdf = getattr(pdf, "signed", pdf) if move.on_case and is_in_force(move.case) else pdf
        self.tell_of_copy(move)
        move.papers.append(found.stamp)
        move.result = found


@register
class MakePdfAgain(PaperAction):
    """After the last attempt has failed: one more, asked for by a person."""

    code = "desk.make_pdf_again"
    label = "再做一次PDF"
    told = "要求再做一次PDF"

    def refusals(self, move: Move) -> Iterable[Refusal]:
        document: Document = move.subject.document
        if PaperPdf.objects.filter(document=document).exists():
            return [Refusal("made", "不用再做：这份文书已经有PDF。")]
        if document.pdf_troubles.count() < ATTEMPTS:
            return [Refusal("being_made", "请稍候：PDF正在做，没有做成时系统会自己再试。")]
        return ()

    def apply(self, move: Move) -> None:
        super().apply(move)
        make_pdf.enqueue(move.result.pk, even_after_failures=True)


@register
class FilePdf(SystemPaperAction):
    """The PDF of a paper is stored beside its Word file, once."""

    quiet = True
    code = "desk.file_pdf"
    label = "生成PDF"
    told = "生成PDF"

    def refusals(self, move: Move) -> Iterable[Refusal]:
        if PaperPdf.objects.filter(document=move.subject.document).exists():
            return [Refusal("made", "这份文书已经有PDF。")]
        return ()

    def apply(self, move: Move) -> None:
        document: Document = move.subject.document
        content: bytes = move.data["pdf"]
        pdf = PaperPdf.objects.create(
            document=document,
            file_digest=put(content, document.person_key),
            size=len(content),
            pages=move.data["pages"],
            created_at=move.at,
        )
        move.papers.append(pdf.stamp)
        move.details["pages"] = pdf.pages
        move.result = pdf
        if may_be_signed(document):
            sign_sealed_pdf.enqueue(document.pk)


@register
class ReportPdfTrouble(SystemPaperAction):
    """One attempt failed. The next is queued in the same transaction; after the last the bureau is told."""

    code = "desk.report_pdf_trouble"
    label = "报告PDF未做成"
    told = "PDF没有做成"

    def apply(self, move: Move) -> None:
        super().apply(move)
        document: Document = move.result
        move.reason = move.data["why"]
        PdfTrouble.objects.create(document=document, why=move.reason[:300], at=move.at)
        attempt = document.pdf_troubles.count()
        if attempt < ATTEMPTS:
            later = move.at + timedelta(minutes=PAUSES_MINUTES[attempt - 1])
            make_pdf.using(run_after=later).enqueue(document.pk)
        elif attempt == ATTEMPTS:
            about = move.on_case.title if move.on_case is not None else document.label
            self.tell_bureau(move, f"{about}的文书，PDF没有做成：{move.reason}")


@register
class ReportDamagedPaper(SystemPaperAction):
    """The system found that a filed paper can no longer be read as it was filed: on the trail, and to the bureau."""

    code = "desk.report_damaged_paper"
    label = "报告损坏"
    told = "发现留存的文书损坏"

    def apply(self, move: Move) -> None:
        super().apply(move)
        move.reason = move.data["what"]
        self.tell_bureau(move, move.reason)
