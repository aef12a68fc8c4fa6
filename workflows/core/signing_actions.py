"""The signed PDF of a sealed paper: filed by the worker, or why it could not be; asked for once more by a person."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from forms_templates.models import Document, PaperPdf
from forms_templates.store import put
from signatures.models import SealSignature, SealUse, SignedPdf, SigningTrouble

from .actions import Move, register
from .paper_actions import PaperAction, SystemPaperAction
from .refusals import Refusal
from .signing_jobs import ATTEMPTS, PAUSES_MINUTES, is_superseded, sign_sealed_pdf


@register
class FileSignedPdf(SystemPaperAction):
    """The signed PDF is stored beside the plain one, once, with whose certificate signed for which use of a seal."""

    quiet = True
    code = "desk.file_signed_pdf"
    label = "PDF签章"
    told = "用数字证书签章PDF"

    def refusals(self, move: Move) -> Iterable[Refusal]:
        document: Document = move.subject.document
        if SignedPdf.objects.filter(pdf__document=document).exists():
            return [Refusal("signed", "这份PDF已经签章。")]
        if is_superseded(document):
            return [Refusal("superseded", "不能签章：这份文书已被新的一版代替。")]
        uses = [use for use, _ in move.data["signatures"]]
        if SealUse.objects.filter(pk__in=uses, revocation__isnull=True).count() != len(set(uses)):
            return [Refusal("revoked", "不能签章：用印已经作废。")]
        return ()

    def apply(self, move: Move) -> None:
        document: Document = move.subject.document
        content: bytes = move.data["pdf"]
        signed = SignedPdf.objects.create(
            pdf=PaperPdf.objects.select_related("document").get(document=document),
            file_digest=put(content, document.person_key),
            size=len(content),
            time_stamped=move.data["time_stamped"],
            created_at=move.at,
        )
        rows = [
            SealSignature.objects.create(
                signed_pdf=signed, position=position, seal_use_id=use, certificate_id=certificate
            )
            for position, (use, certificate) in enumerate(move.data["signatures"], 1)
        ]
        move.papers.append(signed.stamp)
        move.details["certificates"] = [row.certificate.fingerprint for row in rows]
        move.details["signed_by"] = [row.seal_use.seal.name for row in rows]
        move.details["time_stamped"] = signed.time_stamped
        move.result = signed


@register
class ReportSigningTrouble(SystemPaperAction):
    """One attempt failed. The next is queued in the same transaction; after the last the bureau is told."""

    code = "desk.report_signing_trouble"
    label = "报告PDF签章未成"
    told = "PDF没有签章成功"

    def apply(self, move: Move) -> None:
        super().apply(move)
        document: Document = move.result
        move.reason = str(move.data["why"])
        pdf = PaperPdf.objects.get(document=document)
        SigningTrouble.objects.create(pdf=pdf, why=move.reason[:300], at=move.at)
        attempt = pdf.signing_troubles.count()
        if attempt < ATTEMPTS:
            later = move.at + timedelta(minutes=PAUSES_MINUTES[attempt - 1])
            sign_sealed_pdf.using(run_after=later).enqueue(document.pk)
        elif attempt == ATTEMPTS:
            self.tell_bureau(move, f"{move.case.title}的文书，PDF没有签章成功：{move.reason}")


@register
class SignPdfAgain(PaperAction):
    """After the last attempt has failed: one more, asked for by a person."""

    code = "desk.sign_pdf_again"
    label = "再签一次"
    told = "要求再签章一次PDF"

    def refusals(self, move: Move) -> Iterable[Refusal]:
        document: Document = move.subject.document
        if SignedPdf.objects.filter(pdf__document=document).exists():
            return [Refusal("signed", "不用再签：这份PDF已经签章。")]
        if is_superseded(document):
            return [Refusal("superseded", "不能签章：这份文书已被新的一版代替。")]
        if SigningTrouble.objects.filter(pdf__document=document).count() < ATTEMPTS:
            return [Refusal("being_signed", "请稍候：正在签章，没有签成时系统会自己再试。")]
        return ()

    def apply(self, move: Move) -> None:
        super().apply(move)
        sign_sealed_pdf.enqueue(move.result.pk, even_after_failures=True)
