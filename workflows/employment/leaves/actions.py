"""What can be done with a leave: applied for by the village's clerk, approved by its head, ended by coming back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django import forms

from registry.models import Worker
from registry.policies import policy_on
from workflows.core.actions import Move, TaskAction, register, with_slips
from workflows.core.actors import Actor
from workflows.core.desk_forms import OpinionForm, RejectionForm, SignatureForm
from workflows.core.guards import chinese, refusals
from workflows.core.models import Case
from workflows.core.notices import tell
from workflows.core.numbers import next_number
from workflows.core.opening import OpenInVillage, VoidInVillage, opener
from workflows.core.opinions import give_opinion
from workflows.core.refusals import NotFound, Overtaken, Refusal
from workflows.core.returning import SendBack, go_on
from workflows.core.worker_ink import ink_and_slips, void_ink

from ..models import AT_WORK, BEFORE_APPROVED, Leave, LeaveState, Tenure, TenureState
from ..tenures.endings import close_leave, lock_tenure
from . import rules
from .documents import APPROVING, FILLING, RETURNING, file_signed, file_signed_by_worker
from .facts import facts_of, parsed_day
from .flow_v1 import LeaveFlow

LONGEST_REASON = 200


class LeaveForm(forms.Form):
    """The cells the clerk fills in; what is missing, the guards say with their article."""

    reason = forms.CharField(
        required=False,
        max_length=LONGEST_REASON,
        error_messages={"max_length": f"请假事由太长，请控制在{LONGEST_REASON}个字以内。"},
    )
    first_on = forms.DateField(required=False, error_messages={"invalid": "请把请假开始写成2020-09-21这样。"})
    last_on = forms.DateField(required=False, error_messages={"invalid": "请把请假截止写成2020-09-30这样。"})


class ReturnForm(SignatureForm):
    """The day of coming back, signed."""

    back_on = forms.DateField(required=False, error_messages={"invalid": "请把返岗日期写成2020-10-01这样。"})


def facts_for(move: Move, typed: Mapping[str, Any] | None = None) -> rules.LeaveFacts:
    """The facts at this moment, for the person who acts; the tenure is locked: no day belongs to two leaves."""
    leave: Leave = move.entity
    leave.tenure = lock_tenure(leave.tenure_id)
    policy = policy_on(move.county, move.on)
    return facts_of(leave, on=move.on, policy=policy, typed=typed, actor=move.actor)


@register
class OpenLeave(OpenInVillage):
    """请假 of somebody at work, by the village's clerk; one that is not decided yet is gone on with."""

    code = "leaves.open"
    label = "请假"
    told = "填写请假单"
    acts_on = (Tenure,)
    flow = LeaveFlow
    thing = "这张请假单"

    def draft(self, data: Mapping[str, Any]) -> dict[str, Any]:
        return {}

    def find(self, move_subject: Any, actor: Actor) -> tuple[Any, Any]:
        pk = getattr(move_subject, "pk", None) or 0
        found = Tenure.objects.filter(pk=pk).first()
        if found is None or opener(actor, found.village_id, self.roles) is None:
            raise NotFound("没有找到这段在岗经历，或者您不是这个村的经办人。")
        Worker.objects.select_for_update(of=("self",), no_key=True).get(pk=found.worker_id)
        tenure = lock_tenure(pk)
        village: Any = tenure.village
        village.tenure = tenure
        return tenure.county, village

    def refusals(self, move: Move) -> Iterable[Refusal]:
        tenure: Tenure = move.subject.tenure
        undecided = Leave.objects.filter(tenure=tenure, state__in=BEFORE_APPROVED).first()
        if undecided is not None:
            raise Overtaken("这个人的请假单已经在办，没有重复新建。", url=f"/cases/{undecided.case_id}/")
        if tenure.state not in AT_WORK:
            return [Refusal("not_at_work", "不能请假：只有在岗的人可以请假。", rules.ARTICLE_4, "tenure")]
        return super().refusals(move)

    def entity_for(self, move: Move, case: Case) -> Leave:
        tenure: Tenure = move.subject.tenure
        case.person_key = tenure.worker.person_key
        leave: Leave = Leave.objects.create(county=move.county, village=tenure.village, tenure=tenure, case=case)
        move.details["tenure"] = tenure.pk
        return leave


@register
class SaveLeaveDraft(TaskAction):
    """Keep what was typed, as far as the row can hold it."""

    code = "leaves.save_draft"
    label = "保存草稿"
    told = "保存草稿"
    nodes = (FILLING,)
    stays = quiet = True

    def parse(self, data: Mapping[str, Any], files: Any, context: Any = None) -> dict[str, Any]:
        first, last = parsed_day(data.get("first_on")), parsed_day(data.get("last_on"))
        if first is not None and (last is None or last < first):
            last = None
        reason = str(data.get("reason", "")).replace("\x00", "")[:LONGEST_REASON]
        return {"reason": reason, "first_on": first if last is not None else None, "last_on": last}

    def apply(self, move: Move) -> None:
        for name, value in move.data.items():
            setattr(move.entity, name, value)
            move.fields[name] = str(value or "")
        move.entity.save()


@register
class SubmitLeave(TaskAction):
    """The worker signs on the clerk's screen; then it goes to the head of the village."""

    code = "leaves.submit"
    label = "本人已签，交批准"
    told = "本人签字，交村批准"
    nodes = (FILLING,)
    weight = "primary"

    def parse(self, data: Mapping[str, Any], files: Any, context: Any = None) -> dict[str, Any]:
        cells = LeaveForm(data)
        ink, slips = ink_and_slips(data, files, cells, rules.ARTICLE_4)
        return {**cells.cleaned_data, "ink": ink, "slips": slips}

    def refusals(self, move: Move) -> Iterable[Refusal]:
        return with_slips(move.data["slips"], refusals(rules.APPLYING, facts_for(move, move.data)))

    def apply(self, move: Move) -> None:
        leave, case = move.entity, move.case
        policy = policy_on(move.county, move.on)
        for name in ("reason", "first_on", "last_on"):
            setattr(leave, name, move.data[name])
            move.fields[name] = str(move.data[name])
        leave.policy_set_id, move.policy = policy.set_id, policy.reference
        if not case.number:
            case.number = next_number(move.county, f"{move.on.year}-{leave.tenure.township.code}-假")
            case.submitted_at = move.at
        go_on(move, leave.submit)
        leave.save()
        file_signed_by_worker(move, move.data["ink"])


@register
class ApproveLeave(TaskAction):
    """批准 by the head of the village: the work stops on the first day."""

    code = "leaves.approve"
    label = "批准并签字"
    told = "批准请假"
    nodes = (APPROVING,)
    weight = "primary"
    form = OpinionForm

    def refusals(self, move: Move) -> Iterable[Refusal]:
        return refusals(rules.APPROVING, facts_for(move))

    def apply(self, move: Move) -> None:
        leave: Leave = move.entity
        leave.approve()
        leave.save()
        text = str(move.data["opinion"]).strip()
        move.fields["opinion"] = text
        file_signed(move, "村批准", sign=give_opinion(move, verdict="agree", text=text))
        _go_on_from_earlier(move, leave)
        tenure: Tenure = leave.tenure
        begun = leave.first_on is not None and leave.first_on <= move.on
        if begun and tenure.state in (TenureState.WORKING, TenureState.AWAITING_RENEWAL):
            tenure.go_on_leave()
            tenure.save()

    def after(self, move: Move) -> None:
        tell(move, LeaveFlow.fill_leave, "请假已批准，返岗的那天请销假")


def _go_on_from_earlier(move: Move, leave: Leave) -> None:
    """续假: a leave that follows one from which nobody has come back yet takes its place from its first day."""
    open_ones = Leave.objects.select_related("case").filter(tenure=leave.tenure_id, state=LeaveState.APPROVED)
    for earlier in open_ones.filter(last_on__lt=leave.first_on).exclude(pk=leave.pk):
        last: date | None = earlier.last_on
        earlier.back_on = last + timedelta(days=1) if last is not None else leave.first_on
        if earlier.back_on != leave.first_on:
            continue  # days at work lie between: that return is written down by itself
        earlier.come_back()
        close_leave(move, earlier)
        move.details["goes_on_from"] = earlier.case.key


@register
class RejectLeave(TaskAction):
    code = "leaves.reject"
    label = "不批准"
    told = "不批准请假"
    nodes = (APPROVING,)
    weight = "final"
    needs_reason = True
    form = RejectionForm

    def refusals(self, move: Move) -> Iterable[Refusal]:
        return refusals((rules.leave_not_own_submission,), facts_for(move))

    def apply(self, move: Move) -> None:
        move.reason = str(move.data["reason"]).strip()
        move.entity.reject()
        move.entity.save()
        opinion = give_opinion(move, verdict="reject", text=f"不批准。理由：{move.reason}")
        file_signed(move, "不批准", sign=opinion)

    def after(self, move: Move) -> None:
        tell(move, LeaveFlow.fill_leave, f"请假没有批准：{move.reason}")


@register
class SendLeaveBack(SendBack):
    code = "leaves.send_back"
    nodes = (APPROVING,)


@register
class ReturnFromLeave(TaskAction):
    """销假: the worker is back; the clerk signs for the day."""

    code = "leaves.come_back"
    label = "销假"
    told = "返岗销假"
    nodes = (RETURNING,)
    weight = "primary"
    form = ReturnForm

    def refusals(self, move: Move) -> Iterable[Refusal]:
        leave: Leave = move.entity
        typed = {"first_on": leave.first_on, "last_on": leave.last_on, "back_on": move.data.get("back_on")}
        return refusals(rules.RETURNING, facts_for(move, typed))

    def apply(self, move: Move) -> None:
        leave: Leave = move.entity
        back: date = move.data["back_on"]
        leave.back_on = back
        leave.come_back()
        leave.save()
        move.fields["back_on"] = back.isoformat()
        opinion = give_opinion(move, verdict="agree", text=f"{chinese(back)}返岗，销假。")
        file_signed(move, "返岗销假", sign=opinion)
        tenure: Tenure = leave.tenure
        if tenure.state == TenureState.ON_LEAVE:
            tenure.come_back()
            tenure.save()


@register
class VoidLeave(VoidInVillage):
    """作废 before it is approved."""

    code = "leaves.void"
    label = "作废"
    told = "作废请假单"
    until = BEFORE_APPROVED

    def apply(self, move: Move) -> None:
        super().apply(move)
        void_ink(move, why=f"作废：{move.reason}")
