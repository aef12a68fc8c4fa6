"""听取陈述和送达的条件。"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from workflows.core.guards import Guard, GuardsOn, chinese
from workflows.core.receipts import ABSENT, REFUSED, SIGNED, Hands, hands_refusals
from workflows.core.refusals import Refusal
from workflows.employment.models import EndReason

from .grounds import Ground


@dataclass(frozen=True)
class MeetingFacts:
    """One meeting with the person: the hearing, or the delivery of the notice.

    `earliest_on` is the day before which it cannot have been: the proposal's, the notice's.
    """

    on: date
    ground: Ground
    name: str
    official: str
    earliest_on: date
    met_on: date | None
    hands: Hands | None
    statement: str = ""
    sought_on: tuple[date | None, ...] = ()
    recipient: str = ""


guard = GuardsOn(MeetingFacts)
MeetingGuard = Guard[MeetingFacts]


def _day_refusal(facts: MeetingFacts, what: str, after_what: str, anchor: str, basis: str) -> Refusal | None:
    if facts.met_on is None:
        return None  # the form says so
    if facts.met_on > facts.on:
        return Refusal("day_in_future", f"请核对{what}：还没有到这一天。", basis, anchor)
    if facts.met_on < facts.earliest_on:
        return Refusal(
            "day_too_early", f"请核对{what}：{chinese(facts.earliest_on)}{after_what}，不能早于这一天。", basis, anchor
        )
    return None


@guard(title="听取日期", basis="《办法》第十一条", says=lambda f: "在提出以后、今天以前。")
def heard_after_the_proposal(facts: MeetingFacts) -> Refusal | None:
    """先告知事实，再听取陈述。"""
    return _day_refusal(facts, "听取日期", "才提出", "heard_on", "《办法》第十一条")


@guard(title="听取本人陈述", basis="《办法》第十一条", says=lambda f: "由本人签字；拒签的要两名见证人。")
def person_was_heard(facts: MeetingFacts) -> Refusal | None:
    """解除以前听取本人陈述：本人签字，或者拒签由两名见证人签字，或者两次联系不上。"""
    hands = facts.hands
    if hands is None:
        return None
    found = hands_refusals(hands, basis="《办法》第十一条", strangers_to=(facts.name, facts.official))
    if found:
        return found[0]
    if hands.way == SIGNED and len(facts.statement.strip()) < 2:
        return Refusal(
            "no_statement", "请记下本人说了什么；没有意见的，写“没有意见”。", "《办法》第十一条", "statement"
        )
    if hands.way == ABSENT:
        days = [day for day in facts.sought_on if day is not None and day <= facts.on]
        if len(set(days)) < 2:
            return Refusal(
                "sought_once",
                "联系不上的，请写明两次联系的日期（不同的两天，不晚于今天）。",
                "《办法》第十一条",
                "first_sought_on",
            )
    return None


@guard(title="自愿退出由本人签字", basis="《办法》第五条", says=lambda f: "本人签字。")
def withdraws_in_own_hand(facts: MeetingFacts) -> Refusal | None:
    """自愿退出没有本人签字，就不是自愿。"""
    hands = facts.hands
    if facts.ground.reason == EndReason.RESIGNATION and hands is not None and hands.way in (REFUSED, ABSENT):
        return Refusal("not_of_own_will", "请由本人签字：自愿退出没有本人签字的，不能办理。", "《办法》第五条", "way")
    return None


@guard(title="送达日期", basis="《办法》第十一条", says=lambda f: "在通知书发出以后、今天以前。")
def delivered_after_the_notice(facts: MeetingFacts) -> Refusal | None:
    return _day_refusal(facts, "送达日期", "才发出通知书", "delivered_on", "《办法》第十一条")


@guard(title="送达回执", basis="《办法》第十一条", says=lambda f: "本人签收；拒收的要两名见证人，邮寄的要单号。")
def notice_reached_the_person(facts: MeetingFacts) -> Refusal | None:
    """直接送达由本人签收，拒收的留置送达由两名见证人签字，邮寄送达写明单号。"""
    if facts.hands is None:
        return None
    dead = facts.ground.reason == EndReason.DEATH
    if dead and len(facts.recipient.strip()) < 2:
        return Refusal("no_recipient", "请写明由哪位家属签收（姓名和关系）。", "《办法》第五条", "recipient")
    found = hands_refusals(
        facts.hands,
        basis="《办法》第十一条",
        strangers_to=(facts.name, facts.official),
        whose="家属" if dead else "本人",
    )
    return found[0] if found else None


HEARING: tuple[MeetingGuard, ...] = (heard_after_the_proposal, person_was_heard, withdraws_in_own_hand)
DELIVERY: tuple[MeetingGuard, ...] = (delivered_after_the_notice, notice_reached_the_person)
