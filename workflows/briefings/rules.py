"""什么样的传达可以发出、可以签收。"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from workflows.core.guards import GuardsOn, chinese
from workflows.core.refusals import Refusal


@dataclass(frozen=True)
class BriefingFacts:
    """One village and one policy set on one day."""

    on: date
    village: str
    document_number: str
    sent_on: date | None  # when this set was sent to this village before
    replaced_on: date | None  # since when a later set is in force
    actor_sent: bool = False


guard = GuardsOn(BriefingFacts)


@guard(title="每套传达一次", basis="《办法》第十七条", says=lambda f: f"{f.village}还没有收到过。")
def not_sent_before(facts: BriefingFacts) -> Refusal | None:
    """Each set is told once; what is missing is the receipt, not another notice."""
    if facts.sent_on is not None:
        return Refusal(
            "sent_before",
            f"不用再发：{facts.village}在{chinese(facts.sent_on)}已收到{facts.document_number}的传达通知，请催办回执。",
            "《办法》第十七条",
        )
    return None


@guard(title="传达现行的规定", basis="《办法》第十六条", says=lambda f: "这一套现行或者将要生效。")
def still_in_force(facts: BriefingFacts) -> Refusal | None:
    """Nobody is told to follow what is no longer followed."""
    if facts.replaced_on is not None and facts.replaced_on <= facts.on:
        return Refusal(
            "replaced", f"请传达新的一套：{chinese(facts.replaced_on)}起已改用新的政策参数。", "《办法》第十六条"
        )
    return None


@guard(title="传达人不签收", basis="《办法》第十四条", says=lambda f: "传达人和签收人不是同一人。")
def another_person_receives(facts: BriefingFacts) -> Refusal | None:
    """Nobody confirms that they told themselves."""
    if facts.actor_sent:
        return Refusal("own_notice", "请由村里的另一位负责人签收：这份通知是您发出的。", "《办法》第十四条")
    return None


SENDING = (not_sent_before, still_in_force)
RECEIVING = (another_person_receives,)
