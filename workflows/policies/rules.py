"""什么样的政策参数可以提出、批准。"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from registry.policy_parameters import PolicyError, parse_policy
from registry.policy_words import Difference, in_chinese, parameter_in
from workflows.core.guards import GuardsOn, chinese
from workflows.core.refusals import Refusal


@dataclass(frozen=True)
class ProposalFacts:
    """A proposed set on the day of the act, beside what is there already."""

    on: date
    effective_on: date
    document_number: str
    title: str
    parameters: Mapping[str, Any]
    changed: tuple[Difference, ...]  # against the set it would follow
    set_that_day: bool
    proposed_that_day: bool
    actor_proposed: bool = False


guard = GuardsOn(ProposalFacts)


@guard(title="参数写全写对", basis="《办法》第十六条", says=lambda f: "每一项都写全了，没有前后矛盾。")
def parameters_make_sense(facts: ProposalFacts) -> Refusal | None:
    """Every decision of the county reads these numbers."""
    try:
        parse_policy(
            facts.parameters,
            effective_on=facts.effective_on,
            document_number=facts.document_number,
            title=facts.title,
        )
    except PolicyError as error:
        name = parameter_in(str(error))
        return Refusal(
            "nonsense", f"请改好这一项：{in_chinese(str(error))}", "《办法》第十六条", f"p-{name}" if name else ""
        )
    return None


@guard(
    title="不追溯",
    basis="《办法》第十八条",
    says=lambda f: f"{chinese(f.effective_on)}生效，在那以前一切照旧。",
)
def not_in_the_past(facts: ProposalFacts) -> Refusal | None:
    """What was decided yesterday was decided under yesterday's rules."""
    if facts.effective_on < facts.on:
        return Refusal(
            "in_the_past",
            f"请把生效日期改到{chinese(facts.on)}或以后：已经办理的按当时的政策，不追溯。",
            "《办法》第十八条",
            "effective_on",
        )
    return None


@guard(title="一天一套", basis="《办法》第十八条", says=lambda f: "那一天没有别的政策参数生效。")
def the_day_is_free(facts: ProposalFacts) -> Refusal | None:
    if facts.set_that_day:
        return Refusal(
            "day_taken",
            f"请改一个生效日期：{chinese(facts.effective_on)}已有一套政策参数生效。",
            "《办法》第十六条",
            "effective_on",
        )
    if facts.proposed_that_day:
        return Refusal(
            "day_proposed",
            f"请先等{chinese(facts.effective_on)}的另一份提案有结果，或者改一个生效日期。",
            "《办法》第十六条",
            "effective_on",
        )
    return None


@guard(
    title="有改动",
    basis="《办法》第十六条",
    says=lambda f: f"改了{len(f.changed)}项：{'、'.join(each.label for each in f.changed)}。",
)
def something_changes(facts: ProposalFacts) -> Refusal | None:
    if not facts.changed:
        return Refusal("unchanged", "请先改要改的参数：现在和它接替的那一套完全一样。", "《办法》第十六条")
    return None


@guard(title="提出人不批准", basis="《办法》第十四条", says=lambda f: "提出人和批准人不是同一人。")
def another_person_approves(facts: ProposalFacts) -> Refusal | None:
    """Nobody approves what they proposed."""
    if facts.actor_proposed:
        return Refusal("own_proposal", "请由另一位有权的人批准：这一份是您提出的，您不能自己批准。", "《办法》第十四条")
    return None


PROPOSING = (parameters_make_sense, not_in_the_past, the_day_is_free, something_changes)
APPROVING = (*PROPOSING, another_person_approves)
