"""用工协议可以签订的条件：期限不超过一年、累计不超过三年、不超过65周岁，岗位写明职责、标准和时间。"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from registry.id_numbers import last_day_within
from registry.policies import Policy
from workflows.core.guards import Guard, GuardsOn, chinese
from workflows.core.refusals import Refusal

from ..service import Stretch, months_after
from ..service import last_day_of_service as last_day_within_service


@dataclass(frozen=True)
class AgreementFacts:
    """Everything the rules may ask about one agreement on one day."""

    on: date
    policy: Policy
    name: str
    birth_on: date
    start_on: date | None
    end_on: date | None
    earlier: tuple[Stretch, ...]  # all service under the ID number, without this agreement
    works_already: bool
    post_type: str
    post_is_described: bool
    actor_submitted: bool = False
    former_end_on: date | None = None  # of a renewal: the last day agreed so far
    has_left: bool = False  # of a renewal: the tenure it would carry on is over


guard = GuardsOn(AgreementFacts)
AgreementGuard = Guard[AgreementFacts]


def last_day_of_term(facts: AgreementFacts, start_on: date) -> date:
    """The last day of the longest single agreement that begins then."""
    return months_after(start_on, facts.policy.agreement_max_months) - timedelta(days=1)


def last_day_of_age(facts: AgreementFacts) -> date:
    """The last day on which the person is not over the age limit."""
    return last_day_within(facts.birth_on, facts.policy.max_age, facts.policy.age_boundary)


def last_day_of_service(facts: AgreementFacts, start_on: date) -> date:
    """The last day on which all service together is within the limit; the day before the start when none is left."""
    last = last_day_within_service(facts.earlier, start_on, facts.policy.max_tenure_months)
    return min(last, last_day_of_term(facts, start_on))


def latest_end(facts: AgreementFacts, start_on: date) -> date:
    """The latest day on which an agreement that begins then may end: what the sheet offers."""
    return min(last_day_of_term(facts, start_on), last_day_of_age(facts), last_day_of_service(facts, start_on))


@guard(
    title="起止日期",
    basis="《办法》第三条",
    says=lambda f: f"{chinese(f.start_on or f.on)}至{chinese(f.end_on or f.on)}。",
)
def has_dates(facts: AgreementFacts) -> Refusal | None:
    if facts.start_on is None or facts.end_on is None:
        return Refusal("no_dates", "请填写协议的开始日期和终止日期。", "《办法》第三条", "start_on")
    if facts.start_on < facts.on:
        return Refusal(
            "starts_in_the_past",
            f"请把开始日期改到{chinese(facts.on)}或以后：协议不能倒签。",
            "《办法》第三条",
            "start_on",
        )
    if facts.end_on < facts.start_on:
        return Refusal("ends_before_start", "请核对日期：终止日期不能早于开始日期。", "《办法》第三条", "end_on")
    return None


@guard(title="协议期限", basis="《办法》第六条至第九条", says=lambda f: f"不超过{f.policy.agreement_max_months}个月。")
def within_term(facts: AgreementFacts) -> Refusal | None:
    """每份协议不超过一年：年度考核决定续签。"""
    if facts.start_on is None or facts.end_on is None:
        return None
    last = last_day_of_term(facts, facts.start_on)
    if facts.end_on > last:
        return Refusal(
            "term_too_long",
            f"请把终止日期改到{chinese(last)}或以前：一份协议最长{facts.policy.agreement_max_months}个月，"
            "考核合格后再续签。",
            "《办法》第六条至第九条",
            "end_on",
        )
    return None


@guard(title="累计不超过3年", basis="《办法》第十条", says=lambda f: "连同以前的经历，不超过三年。")
def agreement_within_three_years(facts: AgreementFacts) -> Refusal | None:
    """All stretches under the ID number together; exactly three years is allowed."""
    if facts.start_on is None or facts.end_on is None:
        return None
    last = last_day_of_service(facts, facts.start_on)
    if last < facts.start_on:
        return Refusal("three_years_used", "不能再签协议：累计上岗已满3年。", "《办法》第十条", "end_on")
    if facts.end_on > last and last < last_day_of_term(facts, facts.start_on):
        return Refusal(
            "beyond_three_years",
            f"请把终止日期改到{chinese(last)}或以前：到这一天累计上岗满3年。",
            "《办法》第十条",
            "end_on",
        )
    return None


@guard(title="年龄", basis="《办法》第十条", says=lambda f: f"最晚可上岗到{chinese(last_day_of_age(f))}。")
def agreement_within_age(facts: AgreementFacts) -> Refusal | None:
    last = last_day_of_age(facts)
    if facts.end_on is not None and facts.end_on > last:
        return Refusal(
            "beyond_age",
            f"请把终止日期改到{chinese(last)}或以前：{facts.name}到这一天满{facts.policy.max_age}周岁。",
            "《办法》第十条",
            "end_on",
        )
    return None


@guard(title="职责、标准、时间", basis="《办法》第四条", says=lambda f: f"{f.post_type}岗位三项都已写明。")
def agreement_describes_duties(facts: AgreementFacts) -> Refusal | None:
    if not facts.post_is_described:
        return Refusal("post_not_described", "请先由村里写明岗位的职责范围、工作标准和工作时间。", "《办法》第四条")
    return None


@guard(title="一人一岗", basis="政策参数", says=lambda f: "没有别的在岗记录。")
def works_nowhere_else(facts: AgreementFacts) -> Refusal | None:
    if facts.works_already:
        return Refusal(
            "works_already", "请先核实：这个人已有待上岗或在岗的记录，一个人只能有一个岗位。", "《方案》三（二）4"
        )
    return None


@guard(title="接着原协议", basis="《办法》第九条", says=lambda f: "从原协议终止的第二天或以后开始。")
def carries_on(facts: AgreementFacts) -> Refusal | None:
    """A renewal begins after what is agreed already, and only for somebody who is still there."""
    if facts.has_left:
        return Refusal("has_left", "不能续签：这个人已经离岗。请作废这份续签协议。", "《办法》第九条")
    last = facts.former_end_on
    if last is not None and facts.start_on is not None and facts.start_on <= last:
        begins = chinese(last + timedelta(days=1))
        return Refusal(
            "overlaps", f"请把开始日期改到{begins}或以后：原协议到{chinese(last)}。", "《办法》第九条", "start_on"
        )
    return None


signer_did_not_draw_it_up = guard.done_by_another(
    "signer_did_not_draw_it_up",
    title="经办人和签字人不是同一人",
    mine=lambda f: f.actor_submitted,
    asks="请由别人代表甲方签字：这份协议是您经办的。",
)


CONTENT: tuple[AgreementGuard, ...] = (
    has_dates,
    within_term,
    agreement_within_three_years,
    agreement_within_age,
    agreement_describes_duties,
    works_nowhere_else,
    carries_on,
)
SIGNING: tuple[AgreementGuard, ...] = (*CONTENT, signer_did_not_draw_it_up)
