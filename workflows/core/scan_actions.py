"""纸签回传: a printed page that was signed (or sealed) by hand comes back as a scan or photo, matched by its code.

It belongs to one version of one paper and to the step at which the case lies. While it lies there, the scan can stand
as the signature of whoever decides: their act says 纸签, and names the scan.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from forms_templates.library import form
from forms_templates.models import Document, PaperCode
from forms_templates.store import put
from registry.models import Appointment
from signatures.models import PaperScan
from signatures.paper_scans import ReadScan

from .actions import ACTIONS, Move, register
from .actors import Actor
from .desk_forms import SignatureForm
from .models import Case, DeskTask
from .paper_actions import PaperAction
from .procedure import open_tasks
from .refusals import Refusal
from .signed_pages import office_at

KINDS = {"sign": "纸签", "seal": "实物盖章"}


def paper_with(code: str) -> Document | None:
    """The paper on which this code is printed; whether one may see it, the door says."""
    found = PaperCode.objects.select_related("document").filter(code=code).first()
    return found.document if found is not None else None


def done_by_hand_at(case: Case, step: str) -> str:
    """Whether at this step something is signed ("sign"), sealed ("seal") or neither ("")."""
    actions = ACTIONS.at_desk(case.flow_class.paperwork.flow_label, step)
    if any(action.form is not None and issubclass(action.form, SignatureForm) for action in actions):
        return "sign"
    sealed = case.flow_class.paperwork.sealed_by_hand and any(action.weight == "seal" for action in actions)
    return "seal" if sealed else ""


def signing_task(case: Case) -> DeskTask | None:
    """The open step at which a page may come back; None where nothing is signed or sealed."""
    return next((task for task in open_tasks(case) if done_by_hand_at(case, task.flow_task.name)), None)


def may_bring_back(actor: Actor, case: Case, tasks: Iterable[DeskTask]) -> bool:
    """Whether this person may bring back a signed page of the case, which lies with these tasks."""
    signed = any(done_by_hand_at(case, task.flow_task.name) for task in tasks)
    return case.submitted_at is not None and signed and office_at(actor, case) is not None


@register
class AttachScan(PaperAction):
    """The clerk (or whoever of the village or township has the case) brings back the signed page."""

    code = "desk.attach_scan"
    label = "上传纸签扫描件"
    told = "上传纸签扫描件"

    def parse(self, data: Mapping[str, Any], files: Any, context: Any = None) -> dict[str, Any]:
        scan = data.get("scan")
        return {
            "scan": scan if isinstance(scan, ReadScan) else None,
            "found_by": str(data.get("found_by", "")),
            "expected": data.get("expected"),
        }

    def office_appointment(self, move: Move) -> Appointment | None:
        """An office of the village or township itself; who only oversees brings nothing back."""
        return office_at(move.actor, move.case)

    def refusals(self, move: Move) -> Iterable[Refusal]:
        case, document = move.case, move.subject.document
        expected, scan = move.data["expected"], move.data["scan"]
        if scan is None:
            return [Refusal("no_scan", "请先选择签了字的纸的照片或扫描件。", anchor="file")]
        if expected is not None and expected != case.pk:
            return [
                Refusal(
                    "another_case",
                    f"这张纸是另一件的：{case.title}（{case.number}）。请到那一件上传，或核对拿错了没有。",
                    anchor="file",
                )
            ]
        task = signing_task(case)
        if task is None:
            if not open_tasks(case):
                return [Refusal("closed", "这一件已经办结，不用再上传签字的纸。", anchor="file")]
            return [Refusal("not_signed_here", "现在这一步不用签字盖章，请等到签字、盖章的环节再上传。", anchor="file")]
        wanted = case.flow_class.paperwork.form_of(case.entity)[0]
        title = task.flow_task.task_title
        if document.form_code != wanted:
            sheet = form(document.form_code, document.form_version)
            return [
                Refusal(
                    "another_paper",
                    f"现在是“{title}”，要签的不是《{sheet.title}》。请打印这一步的表，签字后再上传。",
                    anchor="file",
                )
            ]
        base = version_at(document, task)
        if base is not None and document.number < base.number:
            return [
                Refusal(
                    "superseded",
                    f"这张纸是第{document.number}版（{document.label}），现在要签的是第{base.number}版（{base.label}）。"
                    "请打印现在的一版，重新签字再上传。",
                    anchor="file",
                )
            ]
        if PaperScan.objects.filter(document=document, original_digest=scan.original_digest).exists():
            return [Refusal("once", "不用再传：同一个文件已经上传过了。", anchor="file")]
        return ()

    def apply(self, move: Move) -> None:
        document: Document = move.subject.document
        scan: ReadScan = move.data["scan"]
        task = signing_task(move.case)
        assert task is not None
        move.result = PaperScan.objects.create(
            document=document,
            person_key=document.person_key,
            case_key=move.case.key,
            step=task.flow_task.name,
            found_by=move.data["found_by"],
            file_digest=put(scan.content, document.person_key),
            original_digest=scan.original_digest,
            content_type=scan.content_type,
            size=len(scan.content),
            pages=scan.pages,
            uploaded_by=move.user,
            at=move.at,
        )
        move.papers.append(document.stamp)
        kind = KINDS[done_by_hand_at(move.case, task.flow_task.name)]
        move.details["scan"] = f"{kind}扫描件，第{document.number}版，{task.flow_task.task_title}"
        move.details["scan_number"] = move.result.pk
        move.details["found_by"] = str(move.result.get_found_by_display())
        move.details["file_digest"] = move.result.file_digest
        move.details["pages"] = scan.pages


def version_at(document: Document, task: DeskTask) -> Document | None:
    """The version that lay on the desk when the case came to this step: what is printed for it is that or a later one.

    Where several sign one after the other (会签), each act files a version, and all may have signed one printed page.
    """
    return (
        Document.objects.filter(
            subject_kind=document.subject_kind,
            subject_key=document.subject_key,
            form_code=document.form_code,
            created_at__lte=task.created,
        )
        .order_by("-number")
        .first()
    )


@register
class LookAtScan(PaperAction):
    """A scanned page shows numbers in full: looking at it leaves a trace, as taking out a paper does."""

    code = "desk.look_at_scan"
    label = "看扫描件"
    told = "查看纸签扫描件"
    quiet = True

    def apply(self, move: Move) -> None:
        super().apply(move)
        move.details["file_digest"] = str(move.data.get("file_digest", ""))
