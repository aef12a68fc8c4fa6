"""Short ways through a finding, for every story about one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from signatures.demo_strokes import demo_signature
from tests.cast import Cast, signed, task_of
from workflows.core.actors import Actor
from workflows.core.models import Case
from workflows.employment.models import Tenure
from workflows.inspections.models import Finding

INK = {"worker_strokes": demo_signature("孟照林")}


def found(cast: Cast, tenure: Tenure, *, by: Actor | None = None, **changes: Any) -> Case:
    """A problem with somebody at work in the first village; by default its clerk found it."""
    who = by or cast.clerk
    data = {
        "about": "worker",
        "worker": str(tenure.worker_id),
        "weight": "ordinary",
        "found_on": cast.now.date().isoformat(),
        "problem": "连续三日未清扫二组街道，没有请假，违反《办法》第四条第3项。",
        "demand": "当日补扫，以后按时到岗。",
        "deadline_on": (cast.now.date() + timedelta(days=7)).isoformat(),
        **signed(who.name),
    }
    case: Case = cast.do("findings.open", cast.village, who, data | changes).result
    return case


def tell(cast: Cast, case: Case, *, by: Actor | None = None, action: str = "findings.deliver", **changes: Any) -> None:
    who = by or cast.clerk
    data = {"way": "signed", "delivered_on": cast.now.date().isoformat(), "place": "青禾村村委会", **INK}
    cast.do(action, task_of(case), who, data | signed(who.name) | changes)


def recheck(cast: Cast, case: Case, action: str, *, by: Actor | None = None) -> None:
    who = by or cast.clerk
    cast.do(action, task_of(case), who, signed(who.name, "到现场看过，情况如实记录。"))


def warn(cast: Cast, case: Case, *, by: Actor | None = None, **changes: Any) -> None:
    who = by or cast.reviewer
    later = (cast.now.date() + timedelta(days=10)).isoformat()
    cast.do(
        "findings.warn",
        task_of(case),
        who,
        {"statement": "没有意见。", "recheck_on": later} | signed(who.name) | changes,
    )


def finding_of(case: Case) -> Finding:
    return Finding.objects.get(case=case)


def state_of(case: Case) -> str:
    return str(finding_of(case).state)
