"""发现问题、反馈、复查、警告、认定和移送的条件。"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from workflows.core.guards import Guard, GuardsOn, chinese
from workflows.core.receipts import Hands, hands_refusals
from workflows.core.refusals import Refusal

from ..models import Weight


@dataclass(frozen=True)
class FindingFacts:
    """Everything the rules may ask about one finding on one day."""

    on: date
    whom: str
    official: str
    weight: str
    found_on: date | None
    problem: str
    demand: str
    deadline_on: date | None
    delivered_on: date | None = None
    earliest_on: date | None = None  # what is delivered was issued on this day
    met_on: date | None = None
    hands: Hands | None = None
    statement: str = ""
    recheck_on: date | None = None
    text: str = ""
    handed_over_to: str = ""
    handed_over_on: date | None = None
    actor_is_concerned: bool = False
    actor_found_it: bool = False


guard = GuardsOn(FindingFacts)
FindingGuard = Guard[FindingFacts]


@guard(title="问题写明白", basis="《办法》第十二条", says=lambda f: "已写明什么时候、什么问题、怎样改。")
def states_the_problem(facts: FindingFacts) -> Refusal | None:
    """对于监督检查中发现的问题，要及时提出：什么问题、依据、怎样改。"""
    basis = "《办法》第十二条"
    if len(facts.problem.strip()) < 10:
        return Refusal("no_problem", "请写清楚问题和依据，不少于10个字。", basis, "problem")
    if len(facts.demand.strip()) < 4:
        return Refusal("no_demand", "请写明整改要求。", basis, "demand")
    return None


@guard(title="发现日期", basis="《办法》第十二条", says=lambda f: chinese(f.found_on) if f.found_on else "")
def found_by_now(facts: FindingFacts) -> Refusal | None:
    if facts.found_on is not None and facts.found_on > facts.on:
        return Refusal("found_in_future", "请核对发现日期：还没有到这一天。", "《办法》第十二条", "found_on")
    return None


@guard(
    title="整改期限",
    basis="《办法》第十二条",
    says=lambda f: f"{chinese(f.deadline_on)}以前改正。" if f.deadline_on else "",
)
def sets_a_deadline(facts: FindingFacts) -> Refusal | None:
    """督促其及时纠正：有期限，期限不在过去。"""
    if facts.deadline_on is None:
        return Refusal("no_deadline", "请填写整改期限。", "《办法》第十二条", "deadline_on")
    if facts.deadline_on < facts.on:
        return Refusal("deadline_over", "请把整改期限写到今天或以后。", "《办法》第十二条", "deadline_on")
    return None


@guard(title="不查自己", basis="《办法》第十四条", says=lambda f: "检查人和对象不是同一人。")
def not_about_oneself(facts: FindingFacts) -> Refusal | None:
    """坚决杜绝徇私舞弊：谁也不检查、不处理自己。"""
    if facts.actor_is_concerned:
        return Refusal("about_oneself", "请由别人办理：这条问题关于您本人。", "《办法》第十四条")
    return None


@guard(title="反馈签收", basis="《办法》第十二条", says=lambda f: "由被检查人签收；拒收的要两名见证人，邮寄的要单号。")
def told_to_the_person(facts: FindingFacts) -> Refusal | None:
    """反馈给相关人员：签收，或者拒收由两名见证人签字，或者邮寄。"""
    if facts.hands is None:
        return None
    found = hands_refusals(
        facts.hands, basis="《办法》第十二条", strangers_to=(facts.whom, facts.official), whose="被检查人"
    )
    return found[0] if found else None


@guard(title="送达日期", basis="《办法》第十二条", says=lambda f: "在发出以后、今天以前。")
def delivered_by_now(facts: FindingFacts) -> Refusal | None:
    if facts.met_on is None:
        return None
    if facts.met_on > facts.on:
        return Refusal("day_in_future", "请核对送达日期：还没有到这一天。", "《办法》第十二条", "delivered_on")
    if facts.earliest_on is not None and facts.met_on < facts.earliest_on:
        return Refusal(
            "day_too_early",
            f"请核对送达日期：{chinese(facts.earliest_on)}才发出，不能早于这一天。",
            "《办法》第十二条",
            "delivered_on",
        )
    return None


@guard(
    title="期限已过",
    basis="《办法》第十三条",
    says=lambda f: f"整改期限{chinese(f.deadline_on)}已到。" if f.deadline_on else "",
)
def deadline_is_over(facts: FindingFacts) -> Refusal | None:
    """指出问题拒不纠正：整改期限过了仍不改正。"""
    if facts.deadline_on is not None and facts.on < facts.deadline_on:
        return Refusal(
            "deadline_runs",
            f"请等整改期限（{chinese(facts.deadline_on)}）到了再认定拒不纠正。",
            "《办法》第十三条",
        )
    return None


@guard(title="警告写明白", basis="《办法》第十三条", says=lambda f: "已写本人陈述和复查日期。")
def warning_is_complete(facts: FindingFacts) -> Refusal | None:
    """给予警告，并将处理结果记录在案：写明本人怎么说、哪一天复查。"""
    basis = "《办法》第十三条"
    if len(facts.statement.strip()) < 2:
        return Refusal("no_statement", "请记下本人怎么说；没有意见的，写“没有意见”。", basis, "statement")
    if facts.recheck_on is None:
        return Refusal("no_recheck_day", "请填写复查日期。", basis, "recheck_on")
    if facts.recheck_on <= facts.on:
        return Refusal("recheck_too_soon", "请把复查日期写到今天以后，留出改正的时间。", basis, "recheck_on")
    return None


@guard(title="谁发现谁不认定", basis="《办法》第十四条", says=lambda f: "发现人和认定人不是同一人。")
def judged_by_another(facts: FindingFacts) -> Refusal | None:
    """Nobody settles what they found."""
    if facts.actor_found_it:
        return Refusal("own_finding", "请由别人认定：这条问题是您发现的。", "《办法》第十四条")
    return None


@guard(title="移送在案", basis="《办法》第十四条", says=lambda f: f"移送{f.handed_over_to}。")
def hand_over_is_recorded(facts: FindingFacts) -> Refusal | None:
    """依照有关法律法规严肃处理：移送哪个机关、哪一天。"""
    basis = "《办法》第十四条"
    if len(facts.handed_over_to.strip()) < 2:
        return Refusal("no_authority", "请写明移送哪个机关。", basis, "handed_over_to")
    if facts.handed_over_on is None:
        return Refusal("no_day", "请填写移送日期。", basis, "handed_over_on")
    if facts.handed_over_on > facts.on:
        return Refusal("day_in_future", "请核对移送日期：还没有到这一天。", basis, "handed_over_on")
    return None


@guard(title="认定依据", basis="《办法》第十四条", says=lambda f: "已写明。")
def verdict_has_reasons(facts: FindingFacts) -> Refusal | None:
    if facts.weight == Weight.FRAUD and len(facts.text.strip()) < 10:
        return Refusal("no_reasons", "请写明怎样核实、有什么证据，不少于10个字。", "《办法》第十四条", "opinion")
    return None


OPENING: tuple[FindingGuard, ...] = (states_the_problem, found_by_now, sets_a_deadline, not_about_oneself)
FEEDBACK: tuple[FindingGuard, ...] = (told_to_the_person, delivered_by_now, not_about_oneself)
NOT_CORRECTED: tuple[FindingGuard, ...] = (deadline_is_over, not_about_oneself)
WARNING: tuple[FindingGuard, ...] = (warning_is_complete, not_about_oneself)
VERDICT: tuple[FindingGuard, ...] = (verdict_has_reasons, judged_by_another, not_about_oneself)
HAND_OVER: tuple[FindingGuard, ...] = (hand_over_is_recorded, not_about_oneself)
