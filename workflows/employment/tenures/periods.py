"""Who was on a post in a place and a period, and on which days: what attendance, pay and ledger stand on.

A handful of queries whatever the number of people.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Q

from registry.models import Organisation
from registry.policies import Policy, policy_on
from registry.roles import OrganisationKind

from ..models import Agreement, Leave, LeaveState, Tenure, TenureState
from ..service import Stretch, clipped, days_of
from .ends import last_day_of
from .spans import Histories, agreements_by_tenure, service_in, service_of, stretches_of

TAKEN_LEAVE = (LeaveState.APPROVED, LeaveState.BACK, LeaveState.CUT_OFF)


@dataclass(frozen=True)
class LeaveSpan:
    """An approved leave, cut to the period: its days, and the case whose paper it is."""

    first_on: date
    last_on: date
    leave: Leave


@dataclass(frozen=True)
class Served:
    """One tenure in a period: the days inside its agreements and not after its end, and the days of leave."""

    tenure: Tenure
    agreements: tuple[Agreement, ...]
    stretches: tuple[Stretch, ...]
    leaves: tuple[LeaveSpan, ...]

    @property
    def days(self) -> frozenset[date]:
        """Every day on the post, those of a leave included."""
        return days_of(self.stretches)

    @property
    def leave_days(self) -> frozenset[date]:
        return days_of(Stretch(each.first_on, each.last_on) for each in self.leaves) & self.days

    def agreement_on(self, day: date) -> Agreement | None:
        """The agreement in force that day."""
        return next((each for each in self.agreements if each.start_on <= day <= each.end_on), None)


def at_place(place: Organisation) -> Q:
    """Tenures of a village, of a township, or of the whole county (for a department's office)."""
    if place.kind == OrganisationKind.VILLAGE:
        return Q(village=place)
    if place.kind == OrganisationKind.TOWNSHIP:
        return Q(township=place)
    return Q(county=place.county_id)


def served_in(place: Organisation, first_day: date, last_day: date) -> list[Served]:
    """Who was on a post there from `first_day` to `last_day` (both inclusive), by village and person.

    Whoever has no day in the period is left out. A leave from which nobody has come back yet lasts until the day it
    was asked for.
    """
    found = (
        Tenure.objects.filter(at_place(place), start_on__lte=last_day)
        .filter(Q(end_on__isnull=True) | Q(end_on__gte=first_day))
        .exclude(state=TenureState.CANCELLED)
    )
    return served(found.order_by("village", "start_on", "pk"), first_day, last_day)


def served(tenures: Any, first_day: date, last_day: date) -> list[Served]:
    """As `served_in`, of these tenures (a queryset)."""
    with_all = ("county", "worker__household", "post", "village", "township")
    rows: Sequence[Tenure] = list(tenures.select_related(*with_all))
    agreements = agreements_by_tenure(rows)
    leaves: dict[int, list[LeaveSpan]] = {}
    taken = Leave.objects.filter(tenure__in=[row.pk for row in rows], state__in=TAKEN_LEAVE, first_on__lte=last_day)
    for leave in taken.select_related("case").order_by("first_on", "pk"):
        span = leave_span(leave, first_day, last_day)
        if span is not None:
            leaves.setdefault(leave.tenure_id, []).append(span)
    found = []
    last_days = _limits_of_the_undated(rows, agreements, last_day)
    for tenure in rows:
        own = agreements.get(tenure.pk, [])
        until = min(last_day, last_days.get(tenure.pk, last_day))
        stretches = clipped(stretches_of(tenure, own), first_day, until)
        if stretches:
            found.append(Served(tenure, tuple(own), stretches, tuple(leaves.get(tenure.pk, ()))))
    return found


def _limits_of_the_undated(rows: Sequence[Tenure], agreements: dict[int, list[Agreement]], on: date) -> dict[int, date]:
    """Work from before this system has no agreement that ends: three years and the age limit do."""
    undated = [row for row in rows if row.end_on is None and row.pk not in agreements]
    if not undated:
        return {}
    service = service_of({row.worker_id for row in undated})
    policy = policy_on(undated[0].county, on)
    return {row.pk: last_day_of(row, (), service.get(row.worker_id, ()), policy).day for row in undated}


def days_on_post(tenure: Tenure, histories: Histories, policy: Policy, first: date, last: date) -> frozenset[date]:
    """The days of one tenure in a period, from what was read of all tenures of the person (`histories_of`); `policy`
    says how long work without an agreement may go on. It comes with its worker."""
    _, own = histories[tenure.pk]
    if tenure.end_on is None and not own:
        service = service_in(histories).get(tenure.worker_id, ())
        last = min(last, last_day_of(tenure, (), service, policy).day)
    return days_of(clipped(stretches_of(tenure, own), first, last))


def leave_span(leave: Leave, first_day: date, last_day: date) -> LeaveSpan | None:
    """The days of a leave that lie in the period: as it was approved, or until the day before coming back earlier.
    Whoever comes back late, or not at all, is not on leave on the days past its end."""
    if leave.first_on is None or leave.last_on is None:
        return None
    until = leave.last_on if leave.back_on is None else min(leave.last_on, leave.back_on - timedelta(days=1))
    first, last = max(leave.first_on, first_day), min(until, last_day)
    return LeaveSpan(first, last, leave) if first <= last else None
