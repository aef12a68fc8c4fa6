"""什么样的Word文件可以上传、批准为新的表样。"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from workflows.core.guards import GuardsOn, chinese
from workflows.core.refusals import Refusal

BASIS = "《办法》第十六条"


@dataclass(frozen=True)
class ProposalFacts:
    """A proposed form on the day of the act, beside the one it would take the place of."""

    on: date
    effective_on: date
    digest: str
    digest_in_force: str
    fields_are_current: bool  # it was made for the shipped version that flows fill in today
    actor_proposed: bool = False


guard = GuardsOn(ProposalFacts)


@guard(title="不追溯", basis="《办法》第十八条", says=lambda f: f"{chinese(f.effective_on)}起用，以前的文书不变。")
def not_in_the_past(facts: ProposalFacts) -> Refusal | None:
    """What was written yesterday was written on yesterday's form."""
    if facts.effective_on < facts.on:
        return Refusal(
            "in_the_past",
            f"请把启用日期改到{chinese(facts.on)}或以后：以前的文书不改。",
            "《办法》第十八条",
            "effective_on",
        )
    return None


@guard(title="有改动", basis=BASIS, says=lambda f: "和现行的表样不一样。")
def something_changes(facts: ProposalFacts) -> Refusal | None:
    if facts.digest == facts.digest_in_force:
        return Refusal("unchanged", "请上传改过的文件：这一份和现行的表样完全一样。", BASIS, "file")
    return None


@guard(title="栏目是现行的", basis=BASIS, says=lambda f: "栏目和程序现在填的一致。")
def fields_are_current(facts: ProposalFacts) -> Refusal | None:
    if not facts.fields_are_current:
        return Refusal("outdated", "请在现行模板上重新改、重新上传：程序更新以后，这种表的栏目变了。", BASIS)
    return None


@guard(title="上传人不批准", basis="《办法》第十四条", says=lambda f: "上传人和批准人不是同一人。")
def another_person_approves(facts: ProposalFacts) -> Refusal | None:
    """Nobody approves what they proposed."""
    if facts.actor_proposed:
        return Refusal("own_proposal", "请由另一位有权的人批准：这一份是您上传的，您不能自己批准。", "《办法》第十四条")
    return None


PROPOSING = (not_in_the_past, something_changes)
APPROVING = (*PROPOSING, fields_are_current, another_person_approves)
