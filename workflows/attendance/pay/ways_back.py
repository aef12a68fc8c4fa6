"""How what somebody was paid too much comes back. The room above says it here, because this room does not know it."""

from __future__ import annotations

from collections.abc import Callable

from registry.models import Worker
from workflows.core.actors import Actor

from ..models import PayRoster

WayBack = Callable[[Actor, PayRoster, Worker], str]
_WAYS: list[WayBack] = []


def register_way_back(way: WayBack) -> WayBack:
    """`way` gives the address where this reader may ask it back, or nothing; no query."""
    _WAYS.append(way)
    return way


def way_back(actor: Actor, roster: PayRoster, worker: Worker) -> str:
    """The first way there is."""
    return next((url for way in _WAYS if (url := way(actor, roster, worker))), "")
