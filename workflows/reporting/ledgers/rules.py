"""台账可以签字的条件：人数勾稽相符，审核人不是填表人（《办法》第五条）。"""

from __future__ import annotations

from dataclasses import dataclass

from workflows.core.guards import Guard, GuardsOn
from workflows.core.refusals import Refusal

ARTICLE_5 = "《办法》第五条"


@dataclass(frozen=True)
class LedgerFacts:
    """The counts of one ledger, and whether the person who acts filled it in."""

    last: int
    joined: int
    left: int
    now: int
    differences: tuple[str, ...] = ()
    actor_checked: bool = False


guard = GuardsOn(LedgerFacts)
LedgerGuard = Guard[LedgerFacts]


@guard(
    title="人数相符",
    basis=ARTICLE_5,
    says=lambda f: f"{f.last}+{f.joined}-{f.left}={f.now}。{''.join(f.differences)}",
    notable=lambda f: bool(f.differences),
)
def counts_meet(facts: LedgerFacts) -> Refusal | None:
    """上月在岗+本月新增-本月减少=本月在岗。"""
    if facts.last + facts.joined - facts.left != facts.now:
        return Refusal(
            "counts_differ",
            f"请先找出差在谁身上，再重新取数：上月{facts.last}+新增{facts.joined}-减少{facts.left}不等于"
            f"本月{facts.now}。{''.join(facts.differences)}",
            ARTICLE_5,
        )
    return None


@guard(title="填表人和审核人不是同一人", basis=ARTICLE_5, says=lambda f: "不是同一人。")
def reviewer_did_not_fill_in(facts: LedgerFacts) -> Refusal | None:
    if facts.actor_checked:
        return Refusal("own_ledger", "请由别人审核：这份台账是您填的。", ARTICLE_5)
    return None


CHECKING: tuple[LedgerGuard, ...] = (counts_meet,)
SIGNING: tuple[LedgerGuard, ...] = (counts_meet, reviewer_did_not_fill_in)
