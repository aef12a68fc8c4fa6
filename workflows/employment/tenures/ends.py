"""On which day a tenure ends by itself: its agreement, three years, or sixty-five, whichever comes first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from registry.id_numbers import last_day_within
from registry.policies import Policy

from ..models import Agreement, EndReason, Tenure
from ..service import Stretch, clipped, last_day_of_service
from .spans import Histories, histories_of, service_in, stretches_of


@dataclass(frozen=True, order=True)
class LastDay:
    """The last day on the post, and why that one."""

    day: date
    reason: str


@dataclass(frozen=True)
class Prospect:
    """One lasting tenure on one day: its agreements, its last day, whether it is covered that day, and if not, which
    was the last day before that was (a renewal that begins later may leave days between)."""

    tenure: Tenure
    agreements: Sequence[Agreement]
    last: LastDay
    covered: bool
    passed: LastDay | None = None


def last_day_of(tenure: Tenure, agreements: Sequence[Agreement], service: Sequence[Stretch], policy: Policy) -> LastDay:
    """`agreements` are the concluded ones of this tenure, `service` all stretches of the person, its own included."""
    own = stretches_of(tenure, agreements)
    # What went before the stretch that lasts is used up; that one goes on from its first day.
    before = [*(each for each in service if each not in own), *own[:-1]]
    first = own[-1].first if own else tenure.start_on
    limits = [
        LastDay(last_day_within(tenure.worker.birth_on, policy.max_age, policy.age_boundary), EndReason.AGE),
        LastDay(last_day_of_service(before, first, policy.max_tenure_months), EndReason.FULL_TERM),
    ]
    if own and own[-1].last is not None:
        limits.append(LastDay(own[-1].last, EndReason.EXPIRY))
    # Of two on the same day the person's own limit is told: such an agreement cannot be renewed.
    return min(limits, key=lambda each: (each.day, each.reason == EndReason.EXPIRY))


def prospects(
    tenures: Iterable[Tenure], policies: Mapping[int, Policy], on: date, histories: Histories | None = None
) -> list[Prospect]:
    """When each of these ends and whether it is covered on the day; one query whatever their number, none with the
    `histories` of their people.

    `policies` by county; the tenures come with their workers.
    """
    rows = list(tenures)
    histories = histories if histories is not None else histories_of({row.worker_id for row in rows})
    service = service_in(histories)
    found = []
    for tenure in rows:
        _, own = histories[tenure.pk]
        last = last_day_of(tenure, own, service.get(tenure.worker_id, ()), policies[tenure.county_id])
        inside = clipped(stretches_of(tenure, own), tenure.start_on, last.day)
        covered = any(each.first <= on and (each.last is None or on <= each.last) for each in inside)
        ends = [each.last for each in inside if each.last is not None and each.last < on]
        passed = None if covered or not ends else LastDay(max(ends), EndReason.EXPIRY)
        if passed is not None and passed.day == last.day:
            passed = last
        found.append(Prospect(tenure, own, last, covered, passed))
    return found


def renewal_begins(prospect: Prospect, on: date) -> date:
    """The first day of the next agreement: the day after the last one, never in the past."""
    return max(prospect.last.day + timedelta(days=1), on)
