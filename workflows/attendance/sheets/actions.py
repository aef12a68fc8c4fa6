"""What can be done with an attendance sheet: opened, filled in, handed round for signing, reported, audited, locked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from registry.models import Organisation, Worker
from registry.policies import policy_on
from registry.roles import OrganisationKind, Role
from workflows.core.actions import Move, SealingAction, TaskAction, register
from workflows.core.actors import Actor
from workflows.core.desk_forms import SignatureForm
from workflows.core.guards import refusals
from workflows.core.models import Case
from workflows.core.notices import tell, tell_office
from workflows.core.numbers import next_number
from workflows.core.opening import OpenInVillage, VoidInVillage
from workflows.core.opinions import give_opinion, opinion_to_seal, valid_opinions, void_opinions
from workflows.core.refusals import NotFound, Overtaken, Refusal
from workflows.core.returning import ReturnForm, SendBack, go_on

from ..models import ON_THE_WAY, AttendanceRow, AttendanceSheet, SheetState
from . import days, grid, rules
from .documents import AUDIT, FILLING, SEALING, file_version
from .facts import SIGNING, Line, facts_of, is_signed, lines_for, lines_of, rows_of
from .flow_v1 import SheetFlow
from .ink import void_ink
from .signals import hints


def standing_sheet(village_id: int, month: Any) -> AttendanceSheet | None:
    """The latest sheet of a village's month that is not voided."""
    found = AttendanceSheet.objects.filter(village_id=village_id, month=month).exclude(state=SheetState.VOIDED)
    return found.order_by("-version").first()


class OpensSheet(OpenInVillage):
    """A sheet of one village and month; the village's row is locked, so that the same month is opened once."""

    flow = SheetFlow
    thing = "这张考勤表"

    def draft(self, data: Mapping[str, Any]) -> dict[str, Any]:
        return {"month": days.parse_month(data.get("month"))}

    def find(self, move_subject: Any, actor: Actor) -> tuple[Any, Any]:
        if not actor.is_system:
            county, village = super().find(move_subject, actor)
        else:
            found = Organisation.objects.select_related("county", "parent").filter(
                pk=getattr(move_subject, "pk", None) or 0, kind=OrganisationKind.VILLAGE
            )
            village = found.first()
            if village is None:
                raise NotFound("没有找到这个村。")
            county = village.county
        Organisation.objects.select_for_update(no_key=True).get(pk=village.pk)
        return county, village

    def lines(self, move: Move) -> list[Line]:
        return lines_of(move.subject, move.data["month"], {})

    def sheet_for(self, move: Move, case: Case, **more: Any) -> AttendanceSheet:
        sheet: AttendanceSheet = AttendanceSheet.objects.create(
            county=move.county,
            township=case.township,
            village=case.village,
            case=case,
            month=move.data["month"],
            policy_set_id=policy_on(move.county, move.on).set_id,
            **more,
        )
        keep_rows(sheet, move.data["lines"])
        move.details["month"] = move.data["month"].isoformat()
        return sheet


@register
class OpenSheet(OpensSheet):
    """Opened by the clock on the first of the month, or by hand; a village without workers has no sheet."""

    code = "attendance.open"
    label = "开考勤表"
    told = "开考勤表"
    system_may = True

    def refusals(self, move: Move) -> Iterable[Refusal]:
        found = list(super().refusals(move))
        month = move.data["month"]
        if month is None:
            return [*found, Refusal("no_month", "请选择考勤月份，如2020-09。", anchor="month")]
        if month > move.on:
            return [*found, Refusal("future", f"请等到{days.spoken(month)}再开：这个月还没有到。", rules.ARTICLE_4)]
        standing = standing_sheet(move.subject.pk, month)
        if standing is not None:
            text = f"{days.spoken(month)}的考勤表已经开过，请在那张表上填；锁定以后要改的，开更正单。"
            if move.actor.is_system:
                raise Overtaken(text)  # the clerk, or another round of the clock, was faster: nothing is amiss
            return [*found, Refusal("opened", text, rules.ARTICLE_4)]
        move.data["lines"] = self.lines(move)
        if not move.data["lines"]:
            text = f"{move.subject.name}{days.spoken(month)}没有人在协议期内，不用开考勤表。"
            found.append(Refusal("no_workers", text, rules.ARTICLE_4))
        return found

    def entity_for(self, move: Move, case: Case) -> AttendanceSheet:
        return self.sheet_for(move, case)


def keep_rows(sheet: AttendanceSheet, lines: Iterable[Line]) -> bool:
    """The rows as the lines say; whoever has no day in the month any more has no row. Tells whether a mark changed."""
    lines = list(lines)
    gone = AttendanceRow.objects.filter(sheet=sheet).exclude(worker__in=[line.key for line in lines])
    changed = bool(gone.delete()[0])
    for position, line in enumerate(lines, 1):
        row = line.row or AttendanceRow(sheet=sheet, worker_id=line.key)
        before = (row.marks, row.remark, row.tenure_id)
        row.marks, row.remark, row.tenure = line.marks, line.remark, line.tenure
        row.post_type = line.tenure.post.type_name if line.tenure.post else ""
        changed = changed or before != (row.marks, row.remark, row.tenure_id)
        row.position = position
        row.save()
        line.row = row
    sheet.case.forget("attendance_rows")
    return changed


class _Writes(TaskAction):
    """At the clerk's desk: what was typed is laid over today's records."""

    nodes = (FILLING,)
    roles = (Role.VILLAGE_CLERK,)
    guards: tuple[rules.SheetGuard, ...] = rules.WRITING

    def parse(self, data: Mapping[str, Any], files: Any, context: Any = None) -> dict[str, Any]:
        return {"typed": dict(data.items())}

    def refusals(self, move: Move) -> Iterable[Refusal]:
        sheet: AttendanceSheet = move.entity
        lines = lines_for(sheet)
        grid.lay_typed(lines, move.data["typed"], sheet.month, move.on)
        move.data["lines"] = lines
        return refusals(self.guards, facts_of(sheet, lines, on=move.on, actor=move.actor))

    def keep(self, move: Move) -> None:
        """Write the rows; what was signed before on other marks is void, and whoever signed is told."""
        sheet: AttendanceSheet = move.entity
        changed = keep_rows(sheet, move.data["lines"])
        move.fields["rows"] = [[row.worker_id, row.marks, row.remark] for row in rows_of(sheet)]
        if changed:
            void_signatures(move, "考勤有改动")


def void_signatures(move: Move, why: str) -> None:
    """Every signature on the sheet so far, the workers' too (《办法》第四条第2项: what is signed is what is paid)."""
    voided = void_opinions(move, why=why)
    inks = void_ink(move, why=why)
    if inks:
        move.details["voided_workers"] = inks
    for opinion in voided:
        tell_office(move, opinion.acted_as.organisation_id, opinion.acted_as.role, f"您的签字已作废：{why}，请重新签字")


@register
class SaveSheet(_Writes):
    """Keep what is filled in so far: the sheet may be written day by day."""

    code = "attendance.save"
    label = "保存"
    told = "保存考勤"
    stays = quiet = True

    def offered(self, page: Any) -> bool:
        return not is_signed(page.entity)

    def apply(self, move: Move) -> None:
        self.keep(move)


@register
class ChangeSigned(_Writes):
    """The same to a sheet on which signatures stand: the button and the timeline say what becomes of them."""

    code = "attendance.change"
    label = "保存修改，原签字作废"
    told = "修改考勤，原签字作废"
    stays = True

    def offered(self, page: Any) -> bool:
        return is_signed(page.entity)

    def apply(self, move: Move) -> None:
        self.keep(move)


@register
class SubmitSheet(_Writes):
    """The month is over and every day is marked: handed to the three who sign."""

    code = "attendance.submit"
    label = "填完，交三方签字"
    told = "填完，交三方签字"
    weight = "primary"
    guards = rules.SUBMISSION

    def apply(self, move: Move) -> None:
        sheet, case = move.entity, move.case
        self.keep(move)
        policy = policy_on(move.county, move.on)
        sheet.policy_set_id, move.policy = policy.set_id, policy.reference
        if not case.number:
            case.number = next_number(move.county, f"{move.on.year}-{sheet.township.code}-考")
            case.submitted_at = move.at
        AttendanceRow.objects.filter(sheet=sheet).exclude(fault="").update(fault="")
        move.case.forget("attendance_rows")
        go_on(move, sheet.submit)
        sheet.save()
        file_version(move, "填完交签")

    def after(self, move: Move) -> None:
        if move.entity.state == SheetState.SIGNING:
            tell(move, SheetFlow.sign_sheet, "考勤表填好了，请签字")


@register
class ReportSheet(TaskAction):
    """All three have signed: to the township."""

    code = "attendance.report"
    label = "报乡镇审核"
    told = "报乡镇审核"
    nodes = ("report_sheet",)
    roles = (Role.VILLAGE_CLERK,)
    weight = "primary"
    in_batch = True

    def refusals(self, move: Move) -> Iterable[Refusal]:
        facts = facts_of(move.entity, lines_for(move.entity), on=move.on, actor=move.actor)
        return refusals(rules.REPORT, facts)

    def apply(self, move: Move) -> None:
        go_on(move, move.entity.report)
        move.entity.save()
        file_version(move, "报乡镇审核")


@register
class AuditSheet(TaskAction):
    """审核: three signatures of three people, days inside the agreement; the hints seen are on the trail."""

    code = "attendance.audit"
    label = "审核通过并签字"
    told = "审核通过"
    nodes = (AUDIT,)
    roles = (Role.TOWNSHIP_REVIEWER,)
    weight = "primary"
    form = SignatureForm
    in_batch = True

    def refusals(self, move: Move) -> Iterable[Refusal]:
        facts = facts_of(move.entity, lines_for(move.entity), on=move.on, actor=move.actor)
        return refusals(rules.AUDIT, facts)

    def apply(self, move: Move) -> None:
        sheet = move.entity
        seen = hints(sheet, rows_of(sheet), valid_opinions(move.case))
        if seen:
            move.details["hints"] = [hint.code for hint in seen]
        go_on(move, sheet.audit)
        sheet.save()
        file_version(move, "乡镇审核", sign=give_opinion(move, verdict="agree", text="审核通过。"))


@register
class SealSheet(SealingAction):
    """The township's seal locks the sheet; a 更正单 takes the place of the one it corrects."""

    code = "attendance.seal"
    label = "加盖公章并锁定"
    told = "盖章，考勤锁定"
    nodes = (SEALING,)
    roles = (Role.TOWNSHIP_SEAL_KEEPER,)
    in_batch = True

    def refusals(self, move: Move) -> Iterable[Refusal]:
        # Pay is reckoned from the people's rows: nobody reads them while they change.
        list(Worker.objects.select_for_update(of=("self",), no_key=True).filter(
            pk__in=[row.worker_id for row in rows_of(move.entity)]).order_by("pk"))  # fmt: skip
        facts = facts_of(move.entity, lines_for(move.entity), on=move.on, actor=move.actor)
        return refusals(rules.REPORT, facts)

    def apply(self, move: Move) -> None:
        sheet: AttendanceSheet = move.entity
        sheet.locked_on = move.on
        sheet.lock()
        sheet.save()
        if sheet.corrects is not None:
            move.details["corrects"] = sheet.corrects.case.key
            sheet.corrects.give_way()
            sheet.corrects.save()
        file_version(move, "乡镇盖章，锁定", seal=opinion_to_seal(move, AUDIT))

    def after(self, move: Move) -> None:
        tell(move, SheetFlow.fill_sheet, "考勤表已审核锁定，作为核算薪酬的依据")


class SheetReturnForm(ReturnForm):
    """退回 with the rows that must be put right: `fault_<row>`."""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        marked = [str(name)[6:] for name in self.data if str(name).startswith("fault_") and self.data.get(name)]
        data["faults"] = [int(key) for key in marked if key.isascii() and key.isdigit() and len(key) < 18]
        return data


@register
class SendSheetBack(SendBack):
    """退回: in the village by whoever will not sign, by the township with the row marked."""

    code = "attendance.send_back"
    label = "退回更正"
    told = "退回更正"
    nodes = (SIGNING, AUDIT, SEALING)
    roles = (Role.VILLAGE_HEAD, Role.VILLAGE_COMMITTEE_MEMBER, Role.TOWNSHIP_REVIEWER, Role.TOWNSHIP_SEAL_KEEPER)
    form = SheetReturnForm
    reason_label = "哪里要改"

    def apply(self, move: Move) -> None:
        faulty = AttendanceRow.objects.filter(sheet=move.entity, pk__in=move.data["faults"])
        reason = str(move.data["reason"])[:40]
        named = list(faulty.values_list("worker__name", flat=True).order_by("position"))
        faulty.update(fault=reason)
        move.case.forget("attendance_rows")
        super().apply(move)
        if named:
            move.fields["faulty_rows"] = named

    def offered(self, page: Any) -> bool:
        return bool(page.task is None or page.task.seat != "workers")


@register
class VoidSheet(VoidInVillage):
    """作废 before it is locked: opened by mistake, or nobody has a day in it any more."""

    code = "attendance.void"
    label = "作废"
    told = "作废考勤表"
    until = ON_THE_WAY

    def apply(self, move: Move) -> None:
        super().apply(move)
        void_ink(move, why=f"作废：{move.reason}")


__all__ = ["OpenSheet", "OpensSheet", "keep_rows", "standing_sheet", "void_signatures"]
