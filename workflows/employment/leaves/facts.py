"""Fills in what the rules ask of a leave, in one place."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from registry.policies import Policy
from workflows.core.actors import Actor
from workflows.core.doers import doers_of
from workflows.core.guards import chinese
from workflows.core.worker_ink import WORKER, ink_on

from ..models import AT_WORK, Leave, LeaveState, Tenure
from ..tenures.ends import prospects
from ..tenures.periods import TAKEN_LEAVE
from .rules import LeaveFacts

COUNTED = (LeaveState.AWAITING_APPROVAL, *TAKEN_LEAVE)
"""Leaves that were handed in and not refused: no day belongs to two of them."""


def parsed_day(typed: Any) -> date | None:
    """A day as the browser sends it, or as it is stored; None for anything else."""
    if isinstance(typed, date):
        return typed
    try:
        return date.fromisoformat(str(typed or ""))
    except ValueError:
        return None


def last_leave_day(leave: Leave) -> date | None:
    """The last day that counts as leave: as approved, or the day before coming back earlier."""
    if leave.last_on is None or leave.back_on is None:
        return leave.last_on
    return min(leave.last_on, leave.back_on - timedelta(days=1))


def days_taken(leave: Leave) -> int:
    """Days of leave really taken, once somebody is back."""
    last = last_leave_day(leave)
    return max((last - leave.first_on).days + 1, 0) if last is not None and leave.first_on is not None else 0


def days_overdue(leave: Leave, on: date) -> int:
    """Days past the approved end on which the worker was not back; `on` while nobody has come back."""
    if leave.last_on is None:
        return 0
    return max(((leave.back_on or on) - leave.last_on).days - 1, 0)


def facts_of(
    leave: Leave,
    *,
    on: date,
    policy: Policy,
    typed: Mapping[str, Any] | None = None,
    actor: Actor | None = None,
) -> LeaveFacts:
    """`typed` is what stands in the cells instead of what is saved. A handful of queries, however many leaves."""
    tenure: Tenure = leave.tenure
    given = typed if typed is not None else {name: getattr(leave, name) for name in ("reason", "first_on", "last_on")}
    first, last = parsed_day(given.get("first_on")), parsed_day(given.get("last_on"))
    (prospect,) = prospects([tenure], {tenure.county_id: policy}, on)
    signed = {} if leave.is_live else ink_on(leave)
    asked_on = timezone.localtime(signed[WORKER].at).date() if WORKER in signed else on
    return LeaveFacts(
        on=on,
        name=tenure.worker.name,
        at_work=tenure.state in AT_WORK,
        reason=str(given.get("reason") or ""),
        first_on=first,
        last_on=last,
        asked_on=asked_on,
        works_from=tenure.start_on,
        works_until=prospect.last.day,
        overlapping=_overlapping(leave, first, last),
        actor_applied=_applied(leave, actor),
        back_on=parsed_day(given.get("back_on")),
    )


def _overlapping(leave: Leave, first: date | None, last: date | None) -> str:
    if first is None or last is None:
        return ""
    others = Leave.objects.filter(tenure=leave.tenure_id, state__in=COUNTED, first_on__lte=last).exclude(pk=leave.pk)
    for other in others.order_by("first_on"):
        until = last_leave_day(other)
        if other.first_on is not None and until is not None and other.first_on <= until and until >= first:
            return f"{chinese(other.first_on)}至{chinese(until)}"
    return ""


def _applied(leave: Leave, actor: Actor | None) -> bool:
    if actor is None or actor.user is None or leave.is_live:
        return False
    return actor.user.pk in doers_of(leave.case, ("leaves.submit",))
