"""An exit, a review or a finding as it must lie for each of its actions: for the table of who may do what."""

from __future__ import annotations

from typing import Any

from tests.cast import Cast, signed, task_of
from tests.inspections import steps as findings
from tests.terminations import steps
from workflows.core.models import Case
from workflows.employment.models import EndReason
from workflows.terminations.models import TerminationState

UNABLE = {"proof": "腿部手术，不能久站", "happened_on": "2020-08-20"}
FLOWS = ("terminations", "exit_reviews", "findings", "recoveries.open", "inspections")
# How far an exit has come for each action at a desk of its own.
LIES_IN = {
    "hear": TerminationState.AWAITING_HEARING,
    "decide": TerminationState.AWAITING_DECISION,
    "send_back": TerminationState.AWAITING_DECISION,
    "reject": TerminationState.AWAITING_DECISION,
    "seal": TerminationState.AWAITING_SEAL,
    "deliver": TerminationState.AWAITING_DELIVERY,
    "void": TerminationState.AWAITING_HEARING,
    "take_effect": TerminationState.AWAITING_EFFECT,
}
ON_CASE = ("void", "take_effect", "object", "correct", "open_for_finding")


def subject_of(code: str, cast: Cast) -> Any:
    """What the action is done to; made once in a story."""
    made: dict[str, Any] = cast.__dict__.setdefault("exits", {})
    if code not in made:
        made[code] = _made_for(code, cast)
    return made[code]


def _made_for(code: str, cast: Cast) -> Any:
    flow, _, act = code.partition(".")
    if code.startswith("recoveries.open"):
        return findings.found(cast, steps.on_post(cast))
    if code == "inspections.open":
        return cast.township
    if flow == "inspections":
        steps.on_post(cast)
        begun = {"kind": "planned", "title": "秋季督查"}
        case: Case = cast.do("inspections.open", cast.township, cast.reviewer, begun).result
        return case if act == "void" else task_of(case)
    if code == "findings.open":
        return cast.village
    if code == "terminations.open":
        return steps.on_post(cast)
    made = {"terminations": _exit, "exit_reviews": _review, "findings": _finding}
    case = made[flow](act, cast)
    return case if act in ON_CASE else task_of(case)


def _exit(act: str, cast: Cast) -> Case:
    if act == "open_for_finding":
        return findings.found(cast, steps.on_post(cast))
    tenure = steps.on_post(cast)
    case = steps.opened(cast, tenure, EndReason.UNSUITABLE if act == "confirm" else EndReason.UNABLE)
    if act in ("save_draft", "propose"):
        return case
    steps.propose(cast, case, cast.now.date(), **UNABLE)
    if act != "confirm":
        steps.walk(cast, case, LIES_IN[act])
    return case


def _review(act: str, cast: Cast) -> Case:
    case = _exit("take_effect", cast)
    if act in ("object", "correct"):
        return case
    if act == "propose_correction":
        return _opened(cast.do("exit_reviews.correct", case, cast.reviewer, {}).case)
    review = _opened(cast.do("exit_reviews.object", case, cast.clerk, {}).case)
    if act not in ("submit_objection", "void"):
        claim = {"claim": "手术已经痊愈，能正常工作。", **steps.INK}
        cast.do("exit_reviews.submit_objection", task_of(review), cast.clerk, claim)
    if act == "seal":
        cast.act(review, "exit_reviews.uphold", cast.colleague, signed("苏文静"))
    return review


def _finding(act: str, cast: Cast) -> Case:
    weights = {"establish": "fraud", "dismiss": "fraud", "hand_over": "fraud"}
    weights |= dict.fromkeys(("warn", "deliver_warning", "close", "find_serious"), "serious")
    case = findings.found(cast, steps.on_post(cast), weight=weights.get(act, "ordinary"))
    if act in ("correct", "refuse"):
        findings.tell(cast, case)
    if act in ("deliver_warning", "close", "find_serious"):
        findings.warn(cast, case)
    if act in ("close", "find_serious"):
        findings.tell(cast, case, action="findings.deliver_warning")
    if act == "hand_over":
        cast.act(case, "findings.establish", cast.reviewer, signed("林书平", "考勤由他人代签，情况属实。"))
    return case


def _opened(case: Case | None) -> Case:
    assert case
    return case
