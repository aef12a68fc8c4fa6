"""What the clock does: each day whatever is due is done through the door, by the system.

A room registers what may become due (`@daily("上岗")` in a module of its own that its app config loads). A finder
looks at how things stand at a moment and yields one Step for each thing that has to be done and is not done yet: so
the round may be run twice, or not for a week, and does the same. Each step is a transaction of its own; what the rules
refuse is reported and does not stop the others. Two rounds at once share the work: what was refused and is not due any
more was done by the other one, and nobody is told.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .actors import Actor
from .door import Step, perform
from .refusals import DoorError, Overtaken

logger = logging.getLogger(__name__)

Finder = Callable[[datetime], Iterable[Step]]
DAILY: dict[str, Finder] = {}
FIRST: set[str] = set()
CLOCK = "每日事务"


def daily(title: str, *, first: bool = False) -> Callable[[Finder], Finder]:
    """Register a finder under the words by which the round reports it. `first`: others ask what it decides (who is on
    a post today), so it goes before them in whatever order the rooms are loaded; after a missed week, too, one round is
    enough."""

    def wrap(finder: Finder) -> Finder:
        if title in DAILY:
            raise RuntimeError(f"daily work {title} is registered twice")
        DAILY[title] = finder
        if first:
            FIRST.add(title)
        return finder

    return wrap


@dataclass
class Done:
    """What one kind of daily work came to."""

    title: str
    done: int = 0
    refused: list[str] = field(default_factory=list)


def run_daily(at: datetime, tell: Callable[[Done], None] = lambda done: None) -> list[Done]:
    """Do everything that is due at this moment; `tell` is called after each kind of work."""
    results = []
    actor = Actor.system(CLOCK)
    for title, finder in sorted(DAILY.items(), key=lambda each: each[0] not in FIRST):
        result, refused = Done(title), []
        for step in list(finder(at)):
            try:
                perform(step.action, step.subject, actor, step.data, at=at)
                result.done += 1
            except Overtaken:
                continue  # somebody was faster: it is done
            except DoorError as refusal:
                refused.append((step, refusal))
        due = {_name(step) for step in finder(at)} if refused else set()
        for step, error in refused:
            if _name(step) in due:
                result.refused.append(str(error))
                logger.warning("daily work %s was refused: %s", step.action, type(error).__name__)
        tell(result)
        results.append(result)
    return results


def _name(step: Step) -> tuple[str, Any, str]:
    return step.action, getattr(step.subject, "pk", None), str(sorted(step.data.items()))
