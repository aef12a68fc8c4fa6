"""A ledger as a table, and the changes for the provincial system (R6): full numbers, so each leaves a trace."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from audit.trail import SubjectStamp
from registry.models import County
from registry.roles import Role
from workflows.attendance.sheets.days import parse_month, spoken
from workflows.core.actions import Action, CaseAction, Move, register
from workflows.core.actors import Actor
from workflows.core.desk_forms import ReasonForm
from workflows.core.refusals import NotFound, Refusal

from ..models import Ledger, LedgerRow, LedgerState
from . import tables

MAY_EXPORT = (
    Role.TOWNSHIP_CLERK,
    Role.TOWNSHIP_REVIEWER,
    Role.EMPLOYMENT_SERVICE_OFFICER,
    Role.BUREAU_SUPERVISOR,
    Role.AUDITOR,
)
MAY_REPORT_UPWARD = (Role.EMPLOYMENT_SERVICE_OFFICER, Role.BUREAU_SUPERVISOR)
ACCEPTED = (LedgerState.RECEIVED, LedgerState.ARCHIVED)


@register
class ExportLedger(CaseAction):
    """One ledger as xlsx."""

    code = "ledgers.export"
    label = "导出表格"
    told = "导出台账表格（全号）"
    roles = MAY_EXPORT

    def may(self, move: Move) -> bool:
        move.appointment = move.actor.holds(MAY_EXPORT, move.county.pk)
        return move.appointment is not None

    def apply(self, move: Move) -> None:
        ledger: Ledger = move.entity
        move.result = tables.ledger_table(ledger)
        move.details["rows"] = ledger.now_count
        move.details["file_digest"] = tables.digest_of(move.result)


@register
class ExportChanges(Action):
    """R6: everything that changed in the received ledgers of a month, for entry into the provincial system."""

    code = "ledgers.export_changes"
    label = "导出变动"
    told = "导出录入省系统的变动（全号）"
    acts_on = (County,)
    roles = MAY_REPORT_UPWARD

    def parse(self, data: Mapping[str, Any], files: Any, context: Any = None) -> dict[str, Any]:
        as_file = str(data.get("format") or "xlsx")
        return {"month": parse_month(data.get("month")), "format": as_file if as_file in ("xlsx", "csv") else "xlsx"}

    def find(self, move_subject: Any, actor: Actor) -> tuple[County, Any]:
        county = County.objects.filter(pk=getattr(move_subject, "pk", None) or 0).first()
        if county is None or actor.holds(self.roles, county.pk) is None:
            raise NotFound("没有找到这个县。")
        return county, county

    def may(self, move: Move) -> bool:
        move.appointment = move.actor.holds(self.roles, move.county.pk)
        return move.appointment is not None

    def refusals(self, move: Move) -> Iterable[Refusal]:
        month: date | None = move.data["month"]
        if month is None:
            return [Refusal("no_month", "请选择台账月份，如2020-09。", anchor="month")]
        move.data["rows"] = changes_of(move.county, month)
        if not Ledger.objects.filter(county=move.county, month=month, state__in=ACCEPTED).exists():
            return [Refusal("nothing_received", f"{spoken(month)}还没有接收任何乡镇的台账，没有可以导出的变动。")]
        return ()

    def apply(self, move: Move) -> None:
        rows: list[LedgerRow] = move.data["rows"]
        month: date = move.data["month"]
        write = tables.changes_csv if move.data["format"] == "csv" else tables.changes_table
        move.result = write(move.county, month, rows)
        move.details |= {"month": month.isoformat(), "format": move.data["format"]}
        move.details |= {"changes": sum(len(row.changes) for row in rows), "file_digest": tables.digest_of(move.result)}

    def stamp(self, move: Move) -> SubjectStamp:
        return SubjectStamp(kind="registry.county", key=str(move.county.pk))


def changes_of(county: County, month: date) -> list[LedgerRow]:
    """The changed people of the month's accepted ledgers; of a supplemented one only what its last version says."""
    accepted = Ledger.objects.filter(county=county, month=month, state__in=ACCEPTED).order_by("version")
    latest = {ledger.township_id: ledger.pk for ledger in accepted}
    rows = LedgerRow.objects.filter(ledger__in=latest.values()).exclude(changes=[])
    return list(rows.select_related("ledger__township", "ledger__case").order_by("ledger__township__code", "pk"))


@register
class ConfirmEntry(CaseAction):
    """By hand: the changes of this ledger stand in the provincial system."""

    code = "ledgers.confirm_entry"
    label = "登记已录入省系统"
    told = "登记已录入省系统"
    form = ReasonForm
    roles = (Role.EMPLOYMENT_SERVICE_OFFICER,)

    def may(self, move: Move) -> bool:
        move.appointment = move.actor.holds(self.roles, move.county.pk)
        return move.appointment is not None

    def refusals(self, move: Move) -> Iterable[Refusal]:
        ledger: Ledger = move.entity
        if ledger.state not in ACCEPTED:
            return [Refusal("not_received", "请先接收这份台账，再登记录入。")]
        if ledger.entered_on is not None:
            return [Refusal("entered", "已经登记过录入，不用再登记。")]
        return ()

    def apply(self, move: Move) -> None:
        ledger: Ledger = move.entity
        move.reason = str(move.data["reason"])
        ledger.entered_on, ledger.entered_note = move.on, move.reason
        ledger.save()
