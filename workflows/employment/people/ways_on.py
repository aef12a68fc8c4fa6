"""What may be begun from a person's page. Rooms above say it here, because this room does not know them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from workflows.core.actors import Actor

from ..models import Tenure

WaysOn = Callable[[Actor, Tenure], Iterable[dict[str, str]]]
_WAYS: list[WaysOn] = []


def register_ways_on(ways: WaysOn) -> WaysOn:
    """`ways` gives the buttons (label, url) that this reader has for a tenure that lasts; no query."""
    _WAYS.append(ways)
    return ways


def ways_on(actor: Actor, tenure: Tenure | None) -> list[dict[str, str]]:
    """Every button of the person's page."""
    return [each for ways in _WAYS for each in ways(actor, tenure)] if tenure is not None else []
