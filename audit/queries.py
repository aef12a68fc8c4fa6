"""Reading the trail. Who may read is decided by the callers; every page here is one query on an index."""

from dataclasses import dataclass

from django.db.models import QuerySet

from audit.models import Event


@dataclass(frozen=True)
class TrailPage:
    """Newest first. `older_before` is the next page's `before_sequence`; None on the last page."""

    events: list[Event]
    older_before: int | None


def case_timeline(case_key: str) -> QuerySet[Event]:
    """All events of one case, oldest first. One query; use .reverse() for the screen."""
    if not case_key:
        return Event.objects.none()
    return Event.objects.filter(case_key=case_key).order_by("sequence")


def county_page(
    county: str,
    *,
    before_sequence: int | None = None,
    action: str | None = None,
    actor: int | None = None,
    organisation: str | None = None,
    case_number: str | None = None,
    limit: int = 50,
) -> TrailPage:
    """One page of a county's trail, newest first, paged by key: always one query.

    `actor` is a user id, `organisation` a code the event was filed under, `case_number` the exact 编号.
    """
    events = Event.objects.filter(county=county)
    order = "-sequence"
    if organisation is not None:
        # Filter, keyset and order all on the side table, so that its one index carries the page.
        order = "-organisations__sequence"
        keyset = {} if before_sequence is None else {"organisations__sequence__lt": before_sequence}
        events = Event.objects.filter(
            organisations__county=county, organisations__organisation_code=organisation, **keyset
        )
    elif before_sequence is not None:
        events = events.filter(sequence__lt=before_sequence)
    if action is not None:
        events = events.filter(action=action)
    if actor is not None:
        events = events.filter(actor_user_id=actor)
    if case_number is not None:
        events = events.filter(subject_number=case_number)
    found = list(events.order_by(order)[: limit + 1])
    more = len(found) > limit
    return TrailPage(found[:limit], found[limit - 1].sequence if more else None)
