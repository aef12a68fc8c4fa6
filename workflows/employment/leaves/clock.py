"""What the clock does when a leave is over and nobody has written down the coming back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from registry.policies import policy_on
from workflows.core.actions import Move, register
from workflows.core.daily import daily
from workflows.core.door import Step
from workflows.core.guards import chinese
from workflows.core.refusals import Overtaken, Refusal

from ..models import Leave, LeaveState
from ..tenures.actions import TenureAction
from .facts import days_overdue

FIRST = 1
"""The first reminder comes on the day on which somebody should have been back and was not until it was over."""


def overdue_reminder(leave: Leave, days: Iterable[int], on: date) -> int | None:
    """Which reminder is to be given and was not: on the first day past the end, then after the policy's days (7, 30,
    90); the latest when a week was missed."""
    late = days_overdue(leave, on)
    due = max((each for each in (FIRST, *days) if late >= each), default=None)
    return due if due is not None and (leave.reminded_days is None or due > leave.reminded_days) else None


@register
class RemindOfReturn(TenureAction):
    """假满未返岗: the village and the township are told; the days past the end are no leave."""

    code = "employment.remind_of_return"
    label = "催返岗"
    told = "请假期满没有返岗，提醒村里和乡镇"

    def _leave(self, move: Move) -> tuple[Leave, int]:
        days = policy_on(move.county, move.on).reminder_days
        waiting = Leave.objects.filter(tenure=move.subject, state=LeaveState.APPROVED, last_on__lt=move.on)
        for leave in waiting.select_related("case").order_by("pk"):
            due = overdue_reminder(leave, days, move.on)
            if due is not None:
                return leave, due
        raise Overtaken("已经提醒过。")

    def refusals(self, move: Move) -> Iterable[Refusal]:
        self._leave(move)
        return ()

    def apply(self, move: Move) -> None:
        leave, due = self._leave(move)
        leave.reminded_days = due
        leave.save()
        late = days_overdue(leave, move.on)
        last: Any = leave.last_on
        text = (
            f"{move.subject.worker.name}请假到{chinese(last)}，逾期{late}天没有返岗，请核实：返岗了的销假，没有返岗的按实"
            "记考勤；经指出仍不返岗的，按《办法》第十一条办理。"
        )
        self.tell_offices(move, leave.case, text)
        move.details |= {"leave": leave.case.key, "last_on": last.isoformat(), "days_late": late}
        self.write_down(move)


@daily("请假期满")
def returns_overdue(at: datetime) -> Iterable[Step]:
    """Everybody whose approved leave is over and who is not back."""
    on = timezone.localtime(at).date()
    waiting = Leave.objects.filter(state=LeaveState.APPROVED, last_on__lt=on)
    policies: dict[int, Any] = {}
    steps = []
    for leave in waiting.select_related("tenure", "county").order_by("pk"):
        if leave.county_id not in policies:
            policies[leave.county_id] = policy_on(leave.county, on)
        if overdue_reminder(leave, policies[leave.county_id].reminder_days, on) is not None:
            steps.append(Step("employment.remind_of_return", leave.tenure, {}))
    return steps
