"""复核的条件：异议在期限以内提出，错误的通知在生效以前撤销，原审定人不复核。"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from workflows.core.guards import Guard, GuardsOn, chinese
from workflows.core.refusals import Refusal
from workflows.core.working_days import after_working_days

from ..models import ReviewCause


@dataclass(frozen=True)
class ReviewFacts:
    """Everything the rules may ask about one review on one day; `days` are working days for an objection."""

    on: date
    cause: str
    claim: str
    notice_stands: bool
    in_effect: bool
    delivered_on: date | None
    days: int
    actor_decided: bool = False
    actor_claimed: bool = False


guard = GuardsOn(ReviewFacts)
ReviewGuard = Guard[ReviewFacts]


@guard(title="通知还有效", basis="《办法》第六条", says=lambda f: "通知书没有撤销。")
def notice_still_stands(facts: ReviewFacts) -> Refusal | None:
    if not facts.notice_stands:
        return Refusal("notice_gone", "请看离岗办理的现状：通知书没有发出，或者已经撤销，不用复核。", "《办法》第六条")
    return None


@guard(
    title="异议期限",
    basis="《办法》第六条",
    says=lambda f: f"最晚{chinese(last_day_to_object(f))}提出。" if f.delivered_on else "",
)
def objects_in_time(facts: ReviewFacts) -> Refusal | None:
    """送达以后，政策参数里的工作日以内提出。"""
    if facts.cause != ReviewCause.OBJECTION:
        return None
    if facts.delivered_on is None:
        return Refusal("not_delivered", "请等通知书送达以后再提出异议。", "《办法》第六条")
    last = last_day_to_object(facts)
    if facts.on > last:
        return Refusal(
            "objection_too_late",
            f"不能再提出异议：通知书{chinese(facts.delivered_on)}送达，期限到{chinese(last)}为止。",
            "《办法》第六条",
        )
    return None


def last_day_to_object(facts: ReviewFacts) -> date:
    """The last working day of the term; the day of delivery does not count."""
    return after_working_days(facts.delivered_on or facts.on, facts.days)


@guard(title="生效以前撤销", basis="《办法》第六条", says=lambda f: "通知书还没有生效。")
def mends_before_effect(facts: ReviewFacts) -> Refusal | None:
    """发现通知有误的，生效以前撤销；生效以后由本人提出异议。"""
    if facts.cause == ReviewCause.CORRECTION and facts.in_effect:
        return Refusal("in_effect", "不能撤销：离岗已经生效。本人不同意的，请按异议办理。", "《办法》第六条")
    return None


@guard(title="写明理由", basis="《办法》第六条", says=lambda f: "已写明。")
def states_reasons(facts: ReviewFacts) -> Refusal | None:
    if len(facts.claim.strip()) < 4:
        return Refusal("no_claim", "请写明理由：哪里不对、有什么证据。", "《办法》第六条", "claim")
    return None


@guard(title="原审定人不复核", basis="《办法》第六条", says=lambda f: "复核人不是原审定人，也不是提出人。")
def ruled_by_another(facts: ReviewFacts) -> Refusal | None:
    """公平：谁审定的、谁提出撤销的，不由谁复核。"""
    if facts.actor_decided:
        return Refusal("own_decision", "请由别人复核：这份通知是您审定的。", "《办法》第六条")
    if facts.actor_claimed:
        return Refusal("own_claim", "请由别人复核：这次撤销是您提出的。", "《办法》第六条")
    return None


OPENING: tuple[ReviewGuard, ...] = (notice_still_stands, objects_in_time, mends_before_effect)
CLAIM: tuple[ReviewGuard, ...] = (*OPENING, states_reasons)
RULING: tuple[ReviewGuard, ...] = (notice_still_stands, mends_before_effect, ruled_by_another)
CONCLUSION: tuple[ReviewGuard, ...] = (notice_still_stands, mends_before_effect)
