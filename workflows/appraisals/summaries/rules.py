"""考核结果汇总、报备的条件（《办法》第七条）。"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workflows.core.guards import Guard, GuardsOn
from workflows.core.refusals import Refusal


@dataclass(frozen=True)
class SummaryFacts:
    """What the rules ask of one batch."""

    year: int
    members: int
    not_ready: Sequence[str] = ()
    actor_filled: bool = False
    actor_reported: bool = False


guard = GuardsOn(SummaryFacts)
SummaryGuard = Guard[SummaryFacts]


@guard(title="有可以汇总的结果", basis="《办法》第七条", says=lambda f: f"共{f.members}人。")
def has_results(facts: SummaryFacts) -> Refusal | None:
    """各行政村组织实施，乡镇盖章以后的结果才能汇总。"""
    if facts.members < 1:
        return Refusal(
            "nobody",
            f"请等{facts.year}年度有人的考核经乡镇盖章以后再汇总：现在一人也没有。",
            "《办法》第七条",
        )
    return None


@guard(title="都已盖章", basis="《办法》第七条", says=lambda f: "每人的考核都经乡镇盖章。")
def everybody_is_sealed(facts: SummaryFacts) -> Refusal | None:
    if facts.not_ready:
        named = "、".join(facts.not_ready)
        return Refusal("not_sealed", f"请先办完{named}的考核，再报备。", "《办法》第七条")
    return None


summary_reviewer_is_another = guard.done_by_another(
    "summary_reviewer_is_another",
    title="填表人和审核人不是同一人",
    mine=lambda f: f.actor_filled,
    asks="请由别人审核：这张汇总表是您填的。",
)


@guard(title="报送人和备案人不是同一人", basis="《办法》第十四条", says=lambda f: "不是同一人。")
def officer_did_not_report(facts: SummaryFacts) -> Refusal | None:
    if facts.actor_filled or facts.actor_reported:
        return Refusal("own_report", "请由别人备案：这张汇总表在乡镇是您经办的。", "《办法》第十四条")
    return None


FILLING: tuple[SummaryGuard, ...] = (has_results, everybody_is_sealed)
REVIEW: tuple[SummaryGuard, ...] = (*FILLING, summary_reviewer_is_another)
FILING: tuple[SummaryGuard, ...] = (*FILLING, officer_did_not_report)
