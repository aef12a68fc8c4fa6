"""Does acts in this process, as a web process does them: look at the page first, press the button later."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

from registry.models import Organisation, User
from tests.races.scenes import AT, OPEN_AND_SUBMIT
from workflows.core.actors import Actor
from workflows.core.door import Outcome, Step, perform, perform_together
from workflows.core.models import Case
from workflows.core.procedure import open_tasks
from workflows.core.refusals import DoorError, Refused
from workflows.core.seen import seen_of
from workflows.employment.models import Post

Press = Callable[[], Outcome]


def look(act: dict[str, Any], before: int = 0) -> Press:
    """Read what the page shows (rights, desk, stamp); the returned call is the click."""
    actor = Actor.of(User.objects.get(username=act["who"]), AT.date())
    data = dict(act["data"])
    if act["village"]:
        return _opening(act, actor, data)
    case = Case.objects.get(pk=act["case"] or before)
    if "post" in data:
        data["post"] = _post(case.village, data["post"])
    if act["action"].startswith("desk."):
        return lambda: perform(act["action"], case, actor, data, str(case.revision), at=AT)
    task = open_tasks(case)[0]
    seen = seen_of(task, case)
    return lambda: perform(act["action"], task, actor, data, seen, at=AT)


def _opening(act: dict[str, Any], actor: Actor, data: dict[str, Any]) -> Press:
    village = Organisation.objects.get(code=act["village"])
    data["post"] = _post(village, data["post"])
    steps = [Step("applications.open", village, data)]
    if act["action"] == OPEN_AND_SUBMIT:
        steps.append(Step("applications.submit", None, data))
    return lambda: perform_together(steps, actor, at=AT)[-1]


def _post(village: Any, type_name: str) -> str:
    return str(Post.objects.get(village=village, type_name=type_name).pk)


def click(press: Press, pause: Callable[[float], None] = time.sleep) -> dict[str, Any]:
    """The door's answer in plain values, and how often it had to try again; a crash comes with its traceback."""
    pauses = 0

    def counted(seconds: float) -> None:
        nonlocal pauses
        pauses += 1
        pause(seconds)

    with patch("time.sleep", counted):
        answer = _answer(press)
    return {**answer, "pauses": pauses}


def _answer(press: Press) -> dict[str, Any]:
    try:
        outcome = press()
    except DoorError as error:
        codes = [refusal.code for refusal in error.refusals] if isinstance(error, Refused) else []
        return {"answer": type(error).__name__, "status": error.status, "message": str(error), "codes": codes}
    except Exception:  # noqa: BLE001 - reported to the test, which fails on it
        return {"answer": "crashed", "message": traceback.format_exc()}
    case = outcome.case
    return {"answer": "done", "case": case.pk if case else 0, "number": case.number if case else ""}


def play_all(acts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One act after the other; stops at the first that is not done."""
    answers: list[dict[str, Any]] = []
    for act in acts:
        answers.append(click(look(act, answers[-1]["case"] if answers else 0)))
        if answers[-1]["answer"] != "done":
            break
    return answers
