"""Reading the trail. Who may read is decided by the callers; every page here is one query on an index."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from audit.models import Event

Key = tuple[datetime, int]
"""Where a page ends: the moment and the sequence of its last event."""


@dataclass(frozen=True)
class TrailPage:
    """Newest first. `older` is the next page's `before`; None on the last page."""

    events: list[Event]
    older: Key | None


@dataclass(frozen=True)
class Subjects:
    """Everything that is about one person: the keys of their cases, and the rows that are themselves."""

    case_keys: tuple[str, ...] = ()
    rows: tuple[tuple[str, str], ...] = ()  # (kind, key)


@dataclass(frozen=True)
class Search:
    """What is looked for. `actor` is a user id, `organisation` a code the event was filed under, `case_number` the
    exact 编号, `since` and `until` the moments between which it happened (`until` no longer belongs to it)."""

    action: str = ""
    actor: int | None = None
    organisation: str = ""
    case_number: str = ""
    subjects: Subjects | None = None
    since: datetime | None = None
    until: datetime | None = None


def case_timeline(case_key: str) -> QuerySet[Event]:
    """All events of one case, oldest first. One query; use .reverse() for the screen."""
    if not case_key:
        return Event.objects.none()
    return Event.objects.filter(case_key=case_key).order_by("sequence")


def county_page(county: str, search: Search | None = None, *, before: Key | None = None, limit: int = 50) -> TrailPage:
    """One page of a county's trail, newest first, paged by key: always one query.

    Filter, keyset and order stand on one index; with an organisation on that of the side table.
    """
    search = search or Search()
    at_side = "organisations__" if search.organisation else ""
    where: dict[str, Any] = {f"{at_side}county": county, **_span(search, at_side)}
    if search.organisation:
        where["organisations__organisation_code"] = search.organisation
    if before is not None:
        where[f"{at_side}at__lte"] = before[0]
    # In one call: each further one would join the side table anew.
    events = Event.objects.filter(**where)
    if before is not None:
        # One range and an exception rather than two ranges: the index is walked once, in its order.
        events = events.exclude(at=before[0], sequence__gte=before[1])
    exact = {"action": search.action, "actor_user_id": search.actor, "subject_number": search.case_number}
    events = events.filter(**{name: value for name, value in exact.items() if value not in (None, "")})
    if search.subjects is not None:
        events = events.filter(_about(search.subjects))
    found = list(events.order_by(f"-{at_side}at", f"-{at_side}sequence")[: limit + 1])
    last = found[limit - 1] if len(found) > limit else None
    return TrailPage(found[:limit], (last.at, last.sequence) if last is not None else None)


def _span(search: Search, at_side: str) -> dict[str, Any]:
    span = {f"{at_side}at__gte": search.since, f"{at_side}at__lt": search.until}
    return {name: moment for name, moment in span.items() if moment is not None}


def _about(subjects: Subjects) -> Q:
    about = Q(case_key__in=subjects.case_keys)
    for kind, key in subjects.rows:
        about |= Q(subject_kind=kind, subject_key=key)
    return about
