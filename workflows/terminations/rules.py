"""离岗能不能提出、能不能审定：每一种原因有每一种的证据和前提。"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from registry.policies import Policy
from workflows.core.guards import Guard, GuardsOn, chinese
from workflows.core.refusals import Refusal
from workflows.employment.models import EndReason

from .grounds import Ground

LEAST_WORDS = 10


@dataclass(frozen=True)
class FindingFacts:
    """The record of a problem on which an exit stands."""

    number: str
    concerns_worker: bool  # this worker, and nobody else
    delivered_on: date | None
    warned_on: date | None  # a warning that has reached the person
    is_serious: bool
    is_fraud: bool
    handed_over_on: date | None


@dataclass(frozen=True)
class ExitFacts:
    """Everything the rules may ask about one exit on one day.

    `limit_on` is the last day on which the person may be on the post at all, and `limit_reason` why.
    """

    on: date
    policy: Policy
    ground: Ground
    name: str
    tenure_lasts: bool
    has_started: bool
    start_on: date
    limit_on: date
    limit_reason: str
    facts: str
    last_on: date | None
    happened_on: date | None
    proof: str
    verified_by: str
    verified_on: date | None
    evidence: int
    finding: FindingFacts | None
    confirmed: bool = False
    failed_appraisal: bool | None = None  # None: the ground is another one
    actor_proposed: bool = False
    decides: bool = False  # asked at the decision, not at the proposal


guard = GuardsOn(ExitFacts)
ExitGuard = Guard[ExitFacts]


@guard(title="还在岗", basis="《办法》第五条", says=lambda f: f"{f.name}的用工协议没有结束。")
def exit_of_a_lasting_tenure(facts: ExitFacts) -> Refusal | None:
    if not facts.tenure_lasts:
        return Refusal("ended_already", "这段在岗经历已经结束，不用再办离岗。", "《办法》第五条")
    return None


@guard(title="原因与在岗情况相符", basis="《办法》第五条", says=lambda f: f"按{f.ground.reason.label}办理。")
def fits_what_has_begun(facts: ExitFacts) -> Refusal | None:
    """Who has not begun yet did not start, or withdraws; who has begun did start."""
    outside = bool(facts.ground.outside)
    if not facts.has_started and not outside:
        return Refusal("not_started", "请按没有上岗或者自愿退出办理：劳动者还没有上岗。", "《办法》第五条")
    if facts.has_started and facts.ground.reason == EndReason.NOT_STARTED:
        return Refusal("has_started", "请按实际原因办理：劳动者已经上岗。", "《办法》第五条")
    return None


@guard(title="事实和理由", basis="《办法》第六条", says=lambda f: "已写明。")
def states_facts(facts: ExitFacts) -> Refusal | None:
    """坚持以事实为依据。"""
    if len(facts.facts.strip()) < LEAST_WORDS:
        return Refusal(
            "no_facts",
            f"请写清楚事实和理由（什么时候、什么事、怎样核实的），不少于{LEAST_WORDS}个字。",
            "《办法》第六条",
            "facts",
        )
    return None


@guard(
    title="证据材料",
    basis="《办法》第六条",
    says=lambda f: f"列了{f.evidence}件。" if f.evidence else "这种情形不要求。",
)
def lists_evidence(facts: ExitFacts) -> Refusal | None:
    if facts.ground.evidence and facts.evidence < 1:
        return Refusal("no_evidence", "请至少列一件证据材料：名称和形成日期。", "《办法》第六条", "evidence_1_name")
    return None


@guard(title="最后在岗日", basis="《办法》第十条", says=lambda f: f"{chinese(f.last_on)}。" if f.last_on else "")
def within_the_limits(facts: ExitFacts) -> Refusal | None:
    """Inside the tenure: not before it began, not after the last day on which it may last."""
    if facts.last_on is None:
        return Refusal("no_last_day", "请填写最后在岗日。", "《办法》第十条", "last_on")
    if facts.has_started and facts.last_on < facts.start_on:
        return Refusal(
            "before_start", f"请核对最后在岗日：{chinese(facts.start_on)}才上岗。", "《办法》第十条", "last_on"
        )
    if facts.last_on > facts.limit_on:
        return Refusal(
            "after_the_limit",
            f"请把最后在岗日改到{chinese(facts.limit_on)}或以前：在岗最迟到这一天"
            f"（{EndReason(facts.limit_reason).label}）。",
            "《办法》第十条",
            "last_on",
        )
    return None


@guard(
    title="不倒填日期",
    basis="《办法》第十一条",
    says=lambda f: "自行终止，按实际日期。" if f.ground.by_itself else "最后在岗日不早于今天。",
)
def not_backdated(facts: ExitFacts) -> Refusal | None:
    """A decision takes effect after it was made: days already worked are worked and paid."""
    if facts.ground.by_itself or facts.last_on is None or not facts.has_started:
        return None
    # Between the proposal and the decision days go by: the notice then moves the day on (notices.py).
    if facts.last_on < facts.on and not facts.decides:
        return Refusal(
            "backdated",
            f"请把最后在岗日改到{chinese(facts.on)}或以后：这种情形从决定以后生效，已经在岗的日子不能倒扣。",
            "《办法》第十一条",
            "last_on",
        )
    return None


exit_not_own_proposal = guard.done_by_another(
    "exit_not_own_proposal",
    title="谁提出谁不审定",
    says="提出人和审定人不是同一人。",
    mine=lambda f: f.actor_proposed,
    asks="请由别人审定：这一件是您提出的，您不能自己审定。",
)


EVERY: tuple[ExitGuard, ...] = (
    exit_of_a_lasting_tenure,
    fits_what_has_begun,
    states_facts,
    lists_evidence,
    within_the_limits,
    not_backdated,
)
