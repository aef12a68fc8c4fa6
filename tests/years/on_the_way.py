"""Papers that are on their way when a walk begins: each comes to its place through the door, by the plain way."""

from __future__ import annotations

from datetime import timedelta

from signatures.demo_strokes import demo_signature
from tests.appraisals import years
from tests.cast import Cast, task_of
from tests.inspections import steps as findings
from tests.terminations import steps as exits
from workflows.appraisals.models import State
from workflows.core.models import Case
from workflows.core.refusals import Refused
from workflows.employment.models import EndReason, Tenure
from workflows.inspections.models import Weight
from workflows.terminations.models import TerminationState

APPRAISED = (
    State.AWAITING_VILLAGE, State.AWAITING_WORKER, State.AWAITING_TOWNSHIP, State.AWAITING_SUMMARY, State.FILED,
)  # fmt: skip
LEAVING = (
    TerminationState.AWAITING_HEARING, TerminationState.AWAITING_DECISION, TerminationState.AWAITING_SEAL,
    TerminationState.AWAITING_DELIVERY, TerminationState.AWAITING_EFFECT,
)  # fmt: skip
UNABLE = {"proof": "腿部手术，不能久站", "happened_on": "2020-12-01"}


def appraised(cast: Cast, tenure: Tenure, how: int) -> None:
    """Passed or failed, so far on the way; filed and passed, the renewal is opened where one is left."""
    grade = "fail" if how % 3 == 2 else "pass"
    case = years.begin(cast, tenure.worker, years.BAD if grade == "fail" else years.GOOD)
    years.walk(cast, case, APPRAISED[how % len(APPRAISED)], grade)
    if how % len(APPRAISED) == len(APPRAISED) - 1:
        if grade == "fail":
            cast.do("appraisals.terminate", task_of(case), cast.township_clerk)
            return
        try:
            cast.do("appraisals.renew", task_of(case), cast.township_clerk)
        except Refused:  # three years are used, or sixty-five is reached
            cast.do("appraisals.let_end", task_of(case), cast.township_clerk)


def leaving(cast: Cast, tenure: Tenure, how: int) -> None:
    """Unable to go on; delivered, the worker objects."""
    case = exits.opened(cast, tenure, EndReason.UNABLE)
    exits.propose(cast, case, cast.now.date() + timedelta(days=how % 4), **UNABLE)
    exits.walk(cast, case, LEAVING[how % len(LEAVING)])
    if how % 10 == 9:
        review = cast.do("exit_reviews.object", case, cast.clerk, {}).case
        assert review is not None
        claim = {"claim": "已经痊愈，有医院证明。", "worker_strokes": demo_signature("周桂兰")}
        cast.do("exit_reviews.submit_objection", task_of(review), cast.clerk, claim)


def found(cast: Cast, tenure: Tenure, how: int) -> Case:
    """An ordinary problem, a serious one, fraud; told, warned of, established."""
    weight = (Weight.ORDINARY, Weight.SERIOUS, Weight.FRAUD)[how % 3]
    case = findings.found(cast, tenure, by=cast.colleague, weight=weight)
    if how >= 3 and weight == Weight.ORDINARY:
        findings.tell(cast, case, by=cast.colleague)
    elif how >= 3 and weight == Weight.SERIOUS:
        findings.warn(cast, case)
    elif how >= 3:
        verdict = {"opinion": "走访三户邻居，情况属实，有人作证。", "strokes": demo_signature("林书平")}
        cast.act(case, "findings.establish", cast.reviewer, verdict)
    return case


def asked_back(cast: Cast, tenure: Tenure, how: int) -> None:
    """What was paid is asked back, and reviewed."""
    notice = found(cast, tenure, 5 if how % 2 else 3)
    due = (cast.now.date() + timedelta(days=30)).isoformat()
    asked = {"first_month": "", "last_month": "", "due_on": due, "account": "县财政局非税收入专户"}
    case: Case = cast.do("recoveries.open", notice, cast.township_clerk, asked).result
    if how >= 2:
        cast.do("recoveries.review", task_of(case), cast.reviewer, {"strokes": demo_signature("林书平")})
    if how >= 4:
        cast.do("recoveries.seal", task_of(case), cast.township_keeper, {})


STAGES = (appraised, leaving, found, asked_back)
