"""Two people at the same moment in one short script: Django is loaded once, whoever acts is forked from there.

The script itself never opens a connection. `python -m` it with a database of its own; it prints what was told.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.races.theatre import together
from workflows.core.daily import run_daily
from workflows.core.door import perform
from workflows.core.refusals import DoorError

Click = Callable[[], str]


def alone(work: Callable[[], Any]) -> Any:
    """What one process does by itself, and its plain values."""

    def told(wait_at_gate: Callable[[], None]) -> object:
        wait_at_gate()
        return {"told": work()}

    (answer,) = together([told])
    if "told" not in answer:
        raise AssertionError(str(answer.get("message", answer)))
    return answer["told"]


def at_once(*looks: Callable[[], Click]) -> list[str]:
    """Each looks at the page in a process of its own; then all click together."""

    def player(look: Callable[[], Click]) -> Callable[[Callable[[], None]], object]:
        def work(wait_at_gate: Callable[[], None]) -> object:
            click = look()
            wait_at_gate()
            return {"told": click()}

        return work

    answers = together([player(look) for look in looks])
    return [str(answer.get("told") or answer.get("message") or answer) for answer in answers]


def press(action: str, subject: Any, actor: Any, data: Any, seen: str, at: Any) -> Click:
    """The door's answer in a word: done, Refused, Overtaken, NotYours, NotFound."""

    def click() -> str:
        try:
            perform(action, subject, actor, data, seen, at=at)
        except DoorError as error:
            return type(error).__name__
        return "done"

    return click


def clock(at: Any, title: str) -> Callable[[], Click]:
    """The daily round: tells what of this work was refused, or done."""

    def look() -> Click:
        def click() -> str:
            refused = [sentence for done in run_daily(at) if done.title == title for sentence in done.refused]
            return "；".join(refused) or "done"

        return click

    return look


def tell(told: dict[str, Any]) -> None:
    print("TOLD", json.dumps(told, ensure_ascii=False))
