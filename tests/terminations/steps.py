"""Short ways through an exit, for every story about one."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from registry.models import Worker
from signatures.demo_strokes import demo_signature
from tests.cast import CHINA, Cast, signed, task_of
from workflows.core.models import Case
from workflows.core.refusals import Refused
from workflows.employment.models import Post, Tenure, TenureState
from workflows.terminations.models import Review, Termination, TerminationState

FACTS = "经村委会和乡镇核实，情况属实，有材料为证。"
INK = {"worker_strokes": demo_signature("周桂兰")}


def at(year: int, month: int, day: int, hour: int = 9) -> datetime:
    return datetime(year, month, day, hour, tzinfo=CHINA)


def worker_of(cast: Cast, number: int = 500, **changes: Any) -> Worker:
    """Somebody on the current list of the first village."""
    cast.do("registry.enter_household", cast.county, cast.system, {**cast.listed(number), **changes})
    found: Worker = cast.county.worker_set.order_by("-pk")[0]
    return found


def on_post(cast: Cast, start_on: date = date(2020, 3, 1), *, number: int = 500, **changes: Any) -> Tenure:
    """Somebody at work since that day on the first village's only greening post; service from before the system."""
    worker = worker_of(cast, number, **changes)
    post: Post = cast.posts["104001"][1]
    stretch = {"township": cast.township, "worker": worker, "post": post, "start_on": start_on, "end_on": None}
    cast.do("employment.record_service", cast.county, cast.system, stretch)
    return Tenure.objects.get(worker=worker, end_on=None)


def opened(cast: Cast, tenure: Tenure, reason: str, **data: Any) -> Case:
    case = cast.do("terminations.open", tenure, cast.clerk, {"reason": reason, **data}).case
    assert case
    return case


def sheet(last: date, **changes: Any) -> dict[str, Any]:
    """The village's desk, filled in rightly for most grounds."""
    return {
        "facts": FACTS,
        "last_on": last.isoformat(),
        "evidence_1_name": "村委会核实记录",
        "evidence_1_made_on": "2020-09-10",
        "evidence_1_pages": "2",
        **signed("何素琴", "提请乡镇审定。"),
    } | changes


def propose(cast: Cast, case: Case, last: date, **changes: Any) -> None:
    cast.do("terminations.propose", task_of(case), cast.clerk, sheet(last, **changes))


def hear(cast: Cast, case: Case, **changes: Any) -> None:
    data = {
        "way": "signed",
        "heard_on": cast.now.date().isoformat(),
        "place": "青禾村村委会",
        "statement": "没有意见。",
        **INK,
        **signed("何素琴"),
    }
    cast.do("terminations.hear", task_of(case), cast.clerk, data | changes)


def witnessed(first: str, second: str) -> dict[str, str]:
    """拒签 before these two."""
    return {
        "refusal_said": "不同意，不签。",
        "first_witness_name": first,
        "first_witness_strokes": demo_signature(f"{first}一"),
        "second_witness_name": second,
        "second_witness_strokes": demo_signature(f"{second}二"),
    }


def decide(cast: Cast, case: Case) -> None:
    cast.act(case, "terminations.decide", cast.reviewer, signed("林书平", "事实清楚，同意。"))


def seal(cast: Cast, case: Case) -> None:
    cast.act(case, "terminations.seal", cast.township_keeper, {})


def deliver(cast: Cast, case: Case, **changes: Any) -> None:
    data = {"way": "signed", "delivered_on": cast.now.date().isoformat(), "place": "青禾村村委会", **INK}
    cast.do("terminations.deliver", task_of(case), cast.clerk, data | signed("何素琴") | changes)


def walk(cast: Cast, case: Case, to: str = TerminationState.AWAITING_EFFECT) -> None:
    """Along the plain way from the proposal to a state."""
    steps = {
        TerminationState.AWAITING_HEARING: hear,
        TerminationState.AWAITING_DECISION: decide,
        TerminationState.AWAITING_SEAL: seal,
        TerminationState.AWAITING_DELIVERY: deliver,
    }
    while (state := state_of(case)) != to and state in steps:
        steps[TerminationState(state)](cast, case)


def exit_of(case: Case) -> Termination:
    return Termination.objects.select_related("tenure").get(case=case)


def review_of(case: Case) -> Review:
    return Review.objects.get(case=case)


def state_of(case: Case) -> str:
    return str(exit_of(case).state)


def lasts(tenure: Tenure) -> bool:
    now = Tenure.objects.get(pk=tenure.pk)
    return now.end_on is None and now.state in (TenureState.WORKING, TenureState.PENDING)


def codes(caught: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [refusal.code for refusal in caught.value.refusals]
