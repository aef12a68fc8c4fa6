"""What the clock does with a tenure: it begins, is reminded of, ends, and goes on with a renewal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.utils import timezone

from audit.trail import SubjectStamp
from registry.policies import policy_on
from registry.roles import Role
from workflows.core.actions import Action, Move, register
from workflows.core.actors import Actor
from workflows.core.daily import daily
from workflows.core.door import Step
from workflows.core.guards import chinese
from workflows.core.list_actions import parts
from workflows.core.models import Case, Notice
from workflows.core.refusals import NotFound, Overtaken, Refusal

from ..models import AT_WORK, EndReason, Leave, LeaveState, Tenure, TenureState
from .endings import lock_tenure
from .ends import Prospect, prospects

TOLD = ((True, Role.VILLAGE_CLERK), (False, Role.TOWNSHIP_CLERK), (False, Role.TOWNSHIP_REVIEWER))
WHY = {EndReason.EXPIRY: "协议期满", EndReason.AGE: "达到年龄上限", EndReason.FULL_TERM: "累计满三年"}


class TenureAction(Action):
    """The clock's act on one person's tenure."""

    acts_on = (Tenure,)
    system_may = True

    def find(self, move_subject: Any, actor: Actor) -> tuple[Any, Any]:
        pk = getattr(move_subject, "pk", None) or 0
        if not actor.is_system or not Tenure.objects.filter(pk=pk).exists():
            raise NotFound("没有找到这段在岗经历。")
        tenure = lock_tenure(pk)
        return tenure.county, tenure

    def may(self, move: Move) -> bool:
        return False

    def prospect(self, move: Move) -> Prospect:
        """When it ends, as things stand under the lock."""
        (found,) = prospects([move.subject], {move.county.pk: policy_on(move.county, move.on)}, move.on)
        return found

    def stamp(self, move: Move) -> SubjectStamp:
        return SubjectStamp(kind="employment.tenure", key=str(move.subject.pk))

    def write_down(self, move: Move) -> None:
        tenure: Tenure = move.subject
        move.organisations = [tenure.village, tenure.township]
        move.details["state"] = tenure.state

    def tell_offices(self, move: Move, case: Case | None, text: str) -> None:
        """The village's clerk and the township hear of it."""
        tenure: Tenure = move.subject
        for in_village, role in TOLD:
            office = tenure.village if in_village else tenure.township
            Notice.objects.create(office=office, office_role=role, case=case, text=text[:200], at=move.at)


def case_of(prospect: Prospect) -> Case | None:
    """The case whose paper says until when: the last agreement's."""
    return prospect.agreements[-1].case if prospect.agreements else None


@register
class StartTenure(TenureAction):
    """On the first day of the agreement the worker is 在岗."""

    code = "employment.start_tenure"
    label = "上岗"
    told = "到协议开始日期，上岗"

    def refusals(self, move: Move) -> Iterable[Refusal]:
        if move.subject.state != TenureState.PENDING or move.subject.start_on > move.on:
            return [Refusal("not_due", "还没有到上岗的日期，或者已经上岗。")]
        return ()

    def apply(self, move: Move) -> None:
        move.subject.start()
        move.subject.save()
        self.write_down(move)


@register
class RemindOfEnd(TenureAction):
    """So many days before the last day the village and the township are told; it is told once."""

    code = "employment.remind_of_end"
    label = "到期提醒"
    told = "提醒在岗快到期"

    def refusals(self, move: Move) -> Iterable[Refusal]:
        due = reminder_due(self.prospect(move), policy_on(move.county, move.on).reminder_days, move.on)
        if due is None:
            raise Overtaken("已经提醒过。")
        return ()

    def apply(self, move: Move) -> None:
        tenure: Tenure = move.subject
        prospect = self.prospect(move)
        tenure.reminded_of = prospect.last.day
        tenure.reminded_days = reminder_due(prospect, policy_on(move.county, move.on).reminder_days, move.on)
        tenure.save()
        left = (prospect.last.day - move.on).days
        day, why = chinese(prospect.last.day), WHY[EndReason(prospect.last.reason)]
        when = f"还有{left}天" if left else "今天是最后一天"
        next_step = "请准备续签或者离岗。" if prospect.last.reason == EndReason.EXPIRY else "到期不能续签，请准备离岗。"
        self.tell_offices(move, case_of(prospect), f"{tenure.worker.name}{day}{why}，{when}，{next_step}")
        move.details |= {"last_on": prospect.last.day.isoformat(), "days_left": left, "why": prospect.last.reason}
        self.write_down(move)


@register
class AwaitRenewal(TenureAction):
    """待续签: the second of the policy's reminders has come."""

    code = "employment.await_renewal"
    label = "待续签"
    told = "快到期，待续签"

    def refusals(self, move: Move) -> Iterable[Refusal]:
        if not awaits_renewal(self.prospect(move), policy_on(move.county, move.on).reminder_days, move.on):
            return [Refusal("not_due", "还没有到办理续签的日子，或者已经到期。")]
        return ()

    def apply(self, move: Move) -> None:
        move.subject.await_renewal()
        move.subject.save()
        self.write_down(move)


@register
class ExpireTenure(TenureAction):
    """The day after the last day: 到期待处理, and pay stops; people settle what follows."""

    code = "employment.expire_tenure"
    label = "到期"
    told = "期满，到期待处理，停发补贴"

    def refusals(self, move: Move) -> Iterable[Refusal]:
        if move.subject.state not in AT_WORK or self.prospect(move).covered:
            return [Refusal("not_due", "还没有期满，或者已经处理。")]
        return ()

    def apply(self, move: Move) -> None:
        prospect = self.prospect(move)
        # The round may have missed days: what counts is the last day, not the day it was noticed.
        last = prospect.passed or prospect.last
        move.subject.expire()
        move.subject.save()
        day, why = chinese(last.day), WHY[EndReason(last.reason)]
        next_step = "请办理续签或者离岗。" if last.reason == EndReason.EXPIRY else "不能续签，请办理离岗。"
        text = f"{move.subject.worker.name}{day}{why}，已停发补贴，{next_step}"
        self.tell_offices(move, case_of(prospect), text)
        move.details |= {"last_on": last.day.isoformat(), "why": last.reason}
        self.write_down(move)


@register
class ResumeTenure(TenureAction):
    """A renewal that was signed after the end begins: 在岗 again."""

    code = "employment.resume_tenure"
    label = "续签生效"
    told = "续签协议开始，恢复在岗"

    def refusals(self, move: Move) -> Iterable[Refusal]:
        if move.subject.state != TenureState.EXPIRED or not self.prospect(move).covered:
            return [Refusal("not_due", "没有已经开始的续签协议。")]
        return ()

    def apply(self, move: Move) -> None:
        move.subject.renew()
        move.subject.save()
        self.write_down(move)


@register
class BeginLeave(TenureAction):
    """停岗 on the first day of an approved leave."""

    code = "employment.begin_leave"
    label = "停岗"
    told = "请假开始，停岗"

    def refusals(self, move: Move) -> Iterable[Refusal]:
        begun = Leave.objects.filter(tenure=move.subject, state=LeaveState.APPROVED, first_on__lte=move.on)
        if move.subject.state not in (TenureState.WORKING, TenureState.AWAITING_RENEWAL) or not begun.exists():
            return [Refusal("not_due", "没有已经开始的请假。")]
        return ()

    def apply(self, move: Move) -> None:
        move.subject.go_on_leave()
        move.subject.save()
        self.write_down(move)


def reminder_due(prospect: Prospect, days: Iterable[int], on: Any) -> int | None:
    """Which of the policy's reminders (90, 30, 7 …) is to be given and was not; the nearest when a week was missed."""
    left = (prospect.last.day - on).days
    if left < 0 or prospect.tenure.state == TenureState.EXPIRED:
        return None
    due = min((each for each in days if left <= each), default=None)
    tenure = prospect.tenure
    reminded = tenure.reminded_days if tenure.reminded_of == prospect.last.day else None
    return due if due is not None and (reminded is None or due < reminded) else None


def renewal_days(days: Iterable[int]) -> int:
    """How many days before the end 待续签 begins: with the second reminder (30 of 90, 30 and 7)."""
    ordered = sorted(days, reverse=True)
    return ordered[1] if len(ordered) > 1 else sum(ordered)


def awaits_renewal(prospect: Prospect, days: Iterable[int], on: Any) -> bool:
    left = (prospect.last.day - on).days
    return prospect.covered and prospect.tenure.state == TenureState.WORKING and left <= renewal_days(days)


@daily("上岗", first=True)
def start_due(at: datetime) -> Iterable[Step]:
    """Everybody whose agreement has begun."""
    on = timezone.localtime(at).date()
    due = Tenure.objects.filter(state=TenureState.PENDING, start_on__lte=on).order_by("pk")
    return [Step("employment.start_tenure", tenure, {}) for tenure in due]


@daily("请假停岗", first=True)
def leaves_begun(at: datetime) -> Iterable[Step]:
    """Everybody whose approved leave has begun."""
    on = timezone.localtime(at).date()
    begun = Leave.objects.filter(state=LeaveState.APPROVED, first_on__lte=on).exclude(
        tenure__state__in=(TenureState.ON_LEAVE, TenureState.EXPIRED)
    )
    return [Step("employment.begin_leave", leave.tenure, {}) for leave in begun.select_related("tenure")]


@daily("在岗期限", first=True)
def ends_due(at: datetime) -> Iterator[Step]:
    """Who is past the last day, whose renewal has begun, who nears the end: by agreement, three years and age."""
    on = timezone.localtime(at).date()
    keys = Tenure.objects.filter(state__in=(*AT_WORK, TenureState.EXPIRED)).order_by("pk").values_list("pk", flat=True)
    policies: dict[int, Any] = {}
    for some in parts(list(keys)):
        rows = list(Tenure.objects.filter(pk__in=some).select_related("county", "worker").order_by("pk"))
        for row in rows:
            if row.county_id not in policies:
                policies[row.county_id] = policy_on(row.county, on)
        for prospect in prospects(rows, policies, on):
            yield from _steps_of(prospect, policies[prospect.tenure.county_id].reminder_days, on)


def _steps_of(prospect: Prospect, days: tuple[int, ...], on: Any) -> Iterator[Step]:
    tenure = prospect.tenure
    if tenure.state == TenureState.EXPIRED:
        if prospect.covered:
            yield Step("employment.resume_tenure", tenure, {})
        return
    if not prospect.covered:
        yield Step("employment.expire_tenure", tenure, {})
        return
    if reminder_due(prospect, days, on) is not None:
        yield Step("employment.remind_of_end", tenure, {})
    if awaits_renewal(prospect, days, on):
        yield Step("employment.await_renewal", tenure, {})
