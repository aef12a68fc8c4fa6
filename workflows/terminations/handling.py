"""What can be done with an exit that was proposed: heard, decided, sealed, delivered, and taken into effect."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.utils import timezone

from registry.policies import policy_on
from registry.roles import Role
from workflows.core.actions import CaseAction, Move, SealingAction, TaskAction, register
from workflows.core.daily import daily
from workflows.core.delivery import DeliveryForm, file_receipt
from workflows.core.desk_forms import OpinionForm
from workflows.core.door import Step
from workflows.core.guards import chinese, refusals
from workflows.core.notices import tell, tell_office
from workflows.core.opinions import give_opinion, opinion_to_seal
from workflows.core.receipts import Hands
from workflows.core.refusals import Refusal
from workflows.core.returning import go_on
from workflows.employment.tenures.endings import Ending, end_tenure, lock_tenure

from .actions import refusals_at_township
from .facts import prospect_of
from .flow_v1 import ExitFlow
from .forms import HearingForm
from .grounds import GROUNDS
from .handling_rules import DELIVERY, HEARING, MeetingFacts
from .models import BEFORE_RULED, ReviewCause, ReviewState, Termination, TerminationState
from .papers import DECIDE, DELIVER, HEAR, SEAL, delivered, file_approval, file_hearing, file_notice


def settle_last_day(move: Move, termination: Termination, day: date) -> None:
    """A decision that waits for its notice cannot take effect before `day`: the last day moves on, to the limit."""
    ground = GROUNDS[termination.reason]
    last: date | None = termination.last_on
    if last is None or last >= day or not ground.waits_for_notice:
        return
    limit = prospect_of(termination.tenure, policy_on(move.county, move.on), move.on).last.day
    termination.last_on = max(last, min(day, limit))
    move.details["last_on"] = termination.last_on.isoformat()


@register
class HearWorker(TaskAction):
    """事实告知，听取陈述."""

    code = "terminations.hear"
    label = "交乡镇审定"
    told = "听取陈述，交乡镇审定"
    nodes = (HEAR,)
    weight = "primary"
    form = HearingForm

    def refusals(self, move: Move) -> Iterable[Refusal]:
        return refusals(HEARING, meeting_facts(move, met_on=move.data["heard_on"], earliest=proposed_on(move)))

    def apply(self, move: Move) -> None:
        termination: Termination = move.entity
        hands: Hands = move.data["hands"]
        termination.heard_way, termination.heard_on = hands.way, move.data["heard_on"]
        termination.statement = str(move.data["statement"] or "").strip()
        go_on(move, termination.hear)
        termination.save()
        move.details["heard"] = hands.way
        file_hearing(move, hands)


def proposed_on(move: Move) -> date:
    """The day of the proposal that stands."""
    done = move.case.task_set.filter(outcome="terminations.propose").order_by("act_number").last()
    return timezone.localtime(done.finished).date() if done is not None else move.on


def meeting_facts(move: Move, *, met_on: date | None, earliest: date) -> MeetingFacts:
    """What the rules ask of a hearing or a delivery."""
    termination: Termination = move.entity
    return MeetingFacts(
        on=move.on,
        ground=GROUNDS[termination.reason],
        name=termination.tenure.worker.name,
        official=move.actor.name,
        earliest_on=earliest,
        met_on=met_on,
        hands=move.data.get("hands"),
        statement=str(move.data.get("statement") or ""),
        sought_on=(move.data.get("first_sought_on"), move.data.get("second_sought_on")),
        recipient=str(move.data.get("recipient") or ""),
    )


@register
class DecideExit(TaskAction):
    """乡镇审定: one by one, or many in one sitting."""

    code = "terminations.decide"
    label = "同意并签字"
    told = "审定同意离岗"
    nodes = (DECIDE,)
    weight = "primary"
    form = OpinionForm
    in_batch = True

    def refusals(self, move: Move) -> Iterable[Refusal]:
        return refusals_at_township(move, decides=True)

    def apply(self, move: Move) -> None:
        termination: Termination = move.entity
        policy = policy_on(move.county, move.on)
        termination.policy_set_id, move.policy = policy.set_id, policy.reference
        settle_last_day(move, termination, move.on)
        go_on(move, termination.decide)
        termination.save()
        text = str(move.data["opinion"]).strip()
        file_approval(move, "乡镇审定", sign=give_opinion(move, verdict="agree", text=text))


@register
class SealNotice(SealingAction):
    """The employer's seal on the notice: from now on it is given."""

    code = "terminations.seal"
    label = "加盖公章"
    told = "通知书盖章"
    nodes = (SEAL,)
    in_batch = True

    def apply(self, move: Move) -> None:
        termination: Termination = move.entity
        termination.issued_on = move.on
        settle_last_day(move, termination, move.on)
        termination.issue()
        termination.save()
        file_notice(move, "通知书盖章", seal=opinion_to_seal(move, DECIDE))

    def after(self, move: Move) -> None:
        tell(move, ExitFlow.deliver_notice, "通知书已盖章，请送达本人")


@register
class DeliverNotice(TaskAction):
    """送达: signed for, left before two witnesses, or posted."""

    code = "terminations.deliver"
    label = "已送达"
    told = "通知书送达"
    nodes = (DELIVER,)
    weight = "primary"
    form = DeliveryForm

    def refusals(self, move: Move) -> Iterable[Refusal]:
        issued: date = move.entity.issued_on
        return refusals(DELIVERY, meeting_facts(move, met_on=move.data["delivered_on"], earliest=issued))

    def apply(self, move: Move) -> None:
        termination: Termination = move.entity
        hands: Hands = move.data["hands"]
        termination.delivered_way, termination.delivered_on = hands.way, move.data["delivered_on"]
        settle_last_day(move, termination, move.data["delivered_on"])
        termination.deliver()
        move.details["delivered"] = hands.way
        recipient = str(move.data["recipient"] or "").strip()
        signer = recipient or termination.tenure.worker.name
        file_receipt(move, hands, delivered(termination, move.case, recipient), signer=signer)
        if is_due(termination, move.on):
            bring_into_effect(move, termination)
        termination.save()


def is_due(termination: Termination, on: date) -> bool:
    """The last day is over, and nobody is about to take the notice back as wrong."""
    if termination.last_on is None or termination.last_on >= on:
        return False
    under_way = (*BEFORE_RULED, ReviewState.AWAITING_SEAL)
    return not termination.reviews.filter(cause=ReviewCause.CORRECTION, state__in=under_way).exists()


def bring_into_effect(move: Move, termination: Termination) -> None:
    """The tenure ends, its place is free, pay stops, the ledger of the month tells of it; in this very move."""
    ground = GROUNDS[termination.reason]
    tenure = lock_tenure(termination.tenure_id)
    last: date = termination.last_on or move.on
    end_tenure(move, tenure, Ending(ground.kind, ground.reason, ground.basis, last, move.case))
    termination.take_effect()
    move.details["last_on"] = last.isoformat()
    tell_office(
        move,
        termination.township_id,
        Role.TOWNSHIP_CLERK,
        f"{tenure.worker.name}{ground.done_word}，{chinese(last)}是最后在岗日，请在当月台账登记变动",
    )


@register
class TakeEffect(CaseAction):
    """生效, by the clock: the day after the last day on the post."""

    code = "terminations.take_effect"
    label = "生效"
    told = "到生效日期，离岗生效"
    system_may = True

    def may(self, move: Move) -> bool:
        return False

    def refusals(self, move: Move) -> Iterable[Refusal]:
        if move.entity.state != TerminationState.AWAITING_EFFECT or not is_due(move.entity, move.on):
            return [Refusal("not_due", "还没有到生效的日期，或者已经生效。")]
        return ()

    def apply(self, move: Move) -> None:
        bring_into_effect(move, move.entity)
        move.entity.save()


@daily("离岗生效")
def exits_due(at: datetime) -> Iterable[Step]:
    """Every delivered notice whose last day is over."""
    on = timezone.localtime(at).date()
    due = Termination.objects.filter(state=TerminationState.AWAITING_EFFECT, last_on__lte=on - timedelta(days=1))
    rows = due.select_related("case").order_by("pk")
    return [Step("terminations.take_effect", each.case, {}) for each in rows if is_due(each, on)]
