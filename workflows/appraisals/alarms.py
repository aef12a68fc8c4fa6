"""An agreement that runs out without a filed result: the village and the township are told, never a silent renewal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from registry.policies import Policy, policy_on
from workflows.core.actions import Move, register
from workflows.core.daily import daily
from workflows.core.door import Step
from workflows.core.guards import chinese
from workflows.core.list_actions import parts
from workflows.core.models import Case
from workflows.core.refusals import Overtaken, Refusal
from workflows.employment.models import AT_WORK, EndReason, Tenure, TenureState
from workflows.employment.tenures.actions import TenureAction, case_of
from workflows.employment.tenures.ends import Prospect, prospects

from .grading.settling import filed_results
from .models import Appraisal, MissingResult, State

OVER = 0
"""What is written down for an agreement that has run out already."""


@dataclass(frozen=True)
class Alarm:
    """Which of the policy's reminders it is, how many days are left, and until when the agreement runs."""

    days: int
    left: int
    ends_on: date


def alarm_due(prospect: Prospect, policy: Policy, on: date) -> Alarm | None:
    """The nearest of the policy's reminders (90, 30, 7 …) that has come, or that the agreement is over."""
    if not prospect.agreements or prospect.last.reason != EndReason.EXPIRY:
        return None
    left = (prospect.last.day - on).days
    if left < 0:
        return Alarm(OVER, left, prospect.last.day)
    days = min((each for each in policy.reminder_days if left <= each), default=None)
    return Alarm(days, left, prospect.last.day) if days is not None else None


def raised(tenure: Tenure, alarm: Alarm) -> bool:
    """Whether it was said already; what was missed while the round did not run is said once, by the nearest."""
    found = MissingResult.objects.filter(tenure=tenure, ends_on=alarm.ends_on, days__lte=alarm.days)
    return bool(found.exists())


@register
class RaiseMissingResult(TenureAction):
    """到期没有备案的考核结果: who has to do it hears of it; without a result nobody can renew."""

    code = "appraisals.raise_alarm"
    label = "到期没有考核结果"
    told = "协议快到期或者已到期，还没有备案的考核结果"

    def refusals(self, move: Move) -> Iterable[Refusal]:
        alarm = alarm_due(self.prospect(move), policy_on(move.county, move.on), move.on)
        if alarm is None or filed_results(move.subject):
            return [Refusal("not_due", "协议没有快到期，或者已有备案的考核结果。", "《办法》第九条")]
        if raised(move.subject, alarm):
            raise Overtaken("已经提醒过。")
        move.data["alarm"] = alarm
        return ()

    def apply(self, move: Move) -> None:
        tenure: Tenure = move.subject
        alarm: Alarm = move.data["alarm"]
        MissingResult.objects.create(tenure=tenure, ends_on=alarm.ends_on, days=alarm.days, raised_at=move.at)
        when = f"还有{alarm.left}天" if alarm.left > 0 else "今天是最后一天" if alarm.left == 0 else "已经到期"
        text = (
            f"{tenure.worker.name}的协议{chinese(alarm.ends_on)}到期，{when}，没有已备案的考核结果，不能续签。"
            "请抓紧考核报备。"
        )
        self.tell_offices(move, self._case(tenure) or case_of(self.prospect(move)), text)
        move.details |= {"ends_on": alarm.ends_on.isoformat(), "days_left": alarm.left}
        self.write_down(move)

    def _case(self, tenure: Tenure) -> Case | None:
        """The appraisal that is on its way, so that a click leads to what has to be done."""
        going = Appraisal.objects.filter(tenure=tenure).exclude(state=State.VOIDED)
        found = going.filter(case__finished__isnull=True).select_related("case").order_by("-year").first()
        return found.case if found is not None else None


@daily("到期没有考核结果")
def results_missing(at: datetime) -> Iterator[Step]:
    """Everybody whose agreement runs out soon, or has run out, without a filed result."""
    on = timezone.localtime(at).date()
    keys = Tenure.objects.filter(state__in=(*AT_WORK, TenureState.EXPIRED), agreements__isnull=False)
    policies: dict[int, Any] = {}
    for some in parts(list(keys.order_by("pk").distinct().values_list("pk", flat=True))):
        rows = list(Tenure.objects.filter(pk__in=some).select_related("county", "worker").order_by("pk"))
        for row in rows:
            if row.county_id not in policies:
                policies[row.county_id] = policy_on(row.county, on)
        for prospect in prospects(rows, policies, on):
            alarm = alarm_due(prospect, policies[prospect.tenure.county_id], on)
            if alarm is None or raised(prospect.tenure, alarm) or filed_results(prospect.tenure):
                continue
            yield Step("appraisals.raise_alarm", prospect.tenure, {})
