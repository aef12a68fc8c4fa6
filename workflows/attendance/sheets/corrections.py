"""更正单: a locked sheet is never changed; a later version, signed by three and audited, takes its place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from registry.roles import Role
from workflows.core.actions import Move, refusals_of_form, register
from workflows.core.actors import Actor
from workflows.core.desk_forms import ReasonForm
from workflows.core.models import Case
from workflows.core.opening import opener
from workflows.core.refusals import NotFound, Refusal, Refused

from ..models import AttendanceSheet, SheetState
from . import rules
from .actions import OpensSheet, standing_sheet
from .facts import Line, lines_of, rows_of


@register
class CorrectSheet(OpensSheet):
    """Opened by the village on the case of the sheet that is wrong, with what stood there as a beginning."""

    code = "attendance.correct"
    label = "开更正单"
    told = "开更正单"
    acts_on = (Case,)
    roles = (Role.VILLAGE_CLERK,)

    def parse(self, data: Mapping[str, Any], files: Any, context: Any = None) -> dict[str, Any]:
        form = ReasonForm(data)
        if not form.is_valid():
            raise Refused(refusals_of_form(form))
        return {**super().parse(data, files, context), **form.cleaned_data}

    def find(self, move_subject: Any, actor: Actor) -> tuple[Any, Any]:
        case = Case.objects.visible_to(actor, copied=False).filter(pk=move_subject.pk).first()
        sheet = AttendanceSheet.objects.select_related("case", "village").filter(case=case).first() if case else None
        if sheet is None or opener(actor, sheet.village_id, self.roles) is None:
            raise NotFound("没有找到这张考勤表，或者您不是这个村的经办人。")
        county, village = super().find(sheet.village, actor)
        village.corrects = AttendanceSheet.objects.select_related("case").get(pk=sheet.pk)
        return county, village

    def refusals(self, move: Move) -> Iterable[Refusal]:
        found = list(super().refusals(move))
        sheet: AttendanceSheet = move.subject.corrects
        latest = standing_sheet(sheet.village_id, sheet.month)
        if latest is not None and latest.pk != sheet.pk:
            text = f"这张表已有更正单（{latest.get_state_display()}），请在那一张上办。"
            return [*found, Refusal("corrected", text, rules.ARTICLE_4)]
        if sheet.state not in (SheetState.LOCKED, SheetState.IN_PAY):
            return [*found, Refusal("not_locked", "不用开更正单：这张表还没有审核锁定，可以直接改。", rules.ARTICLE_4)]
        move.data["month"] = sheet.month
        move.data["lines"] = self.lines(move)
        return found

    def lines(self, move: Move) -> list[Line]:
        """What stood there, on today's records; rows of its own."""
        sheet: AttendanceSheet = move.subject.corrects
        lines = lines_of(sheet.village, sheet.month, {row.worker_id: row for row in rows_of(sheet)})
        for line in lines:
            line.row = None
        return lines

    def entity_for(self, move: Move, case: Case) -> AttendanceSheet:
        before: AttendanceSheet = move.subject.corrects
        move.reason = str(move.data["reason"])
        move.details["corrects"] = before.case.key
        return self.sheet_for(move, case, version=before.version + 1, corrects=before, why_corrected=move.reason[:300])
