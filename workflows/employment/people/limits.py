"""How much of the three years is used, and which limit comes first (《办法》第十条)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from registry.id_numbers import last_day_within
from registry.policies import Policy

from ..models import Agreement, AgreementState, Tenure
from ..service import Span, Stretch, months_after, service_until


@dataclass(frozen=True)
class Month:
    """One of the months that may be served: used, in use, agreed or free."""

    number: int
    kind: str


@dataclass(frozen=True)
class Limits:
    """A person's place in the programme on one day; days may be negative when a limit is past."""

    used: Span
    of_months: int
    months: tuple[Month, ...]
    age_limit_on: date
    age_days: int
    service_limit_on: date | None  # None while nobody is at work: it depends on when one begins again
    agreement_ends_on: date | None
    agreement_days: int | None

    @property
    def left(self) -> int:
        """Whole months that may still be served."""
        return max(self.of_months - self.used.months - bool(self.used.days), 0)


def limits_of(
    birth_on: date, tenures: Sequence[Tenure], agreements: Sequence[Agreement], policy: Policy, on: date
) -> Limits:
    """Reckon it from all tenures and agreements of one person."""
    stretches = [Stretch(tenure.start_on, tenure.end_on) for tenure in tenures]
    used = service_until(stretches, on)
    age_limit = last_day_within(birth_on, policy.max_age, policy.age_boundary)
    running = next(
        (each for each in tenures if each.start_on <= on and (each.end_on is None or each.end_on >= on)), None
    )
    standing = next(
        (each for each in agreements if each.state == AgreementState.CONCLUDED and each.start_on <= on <= each.end_on),
        None,
    )
    agreed = service_until(stretches, standing.end_on) if standing is not None and running is not None else used
    return Limits(
        used=used,
        of_months=policy.max_tenure_months,
        months=_months(used, agreed, policy.max_tenure_months),
        age_limit_on=age_limit,
        age_days=(age_limit - on).days,
        service_limit_on=_last_day(stretches, on, policy.max_tenure_months) if running is not None else None,
        agreement_ends_on=standing.end_on if standing is not None else None,
        agreement_days=(standing.end_on - on).days if standing is not None else None,
    )


def _months(used: Span, agreed: Span, most: int) -> tuple[Month, ...]:
    def kind(number: int) -> str:
        if number <= used.months:
            return "used"
        if number == used.months + 1 and used.days:
            return "part"
        return "agreed" if number <= agreed.months + bool(agreed.days) else "free"

    return tuple(Month(number, kind(number)) for number in range(1, most + 1))


def _last_day(stretches: Sequence[Stretch], on: date, most: int) -> date:
    """The last day on which the stretch that lasts may go on within the limit."""
    lasting = [Stretch(each.first, None if each.last is None or each.last >= on else each.last) for each in stretches]
    limit = Span(most, 0)
    first, last = on - timedelta(days=1), months_after(on, most)
    while first < last:  # service grows with the day: halve the days between
        middle = first + timedelta(days=(last - first).days // 2 + 1)
        if service_until(lasting, middle) <= limit:
            first = middle
        else:
            last = middle - timedelta(days=1)
    return first
