"""How much of the three years is used, and which limit comes first (《办法》第十条)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from registry.id_numbers import last_day_within
from registry.policies import Policy

from ..models import Agreement, AgreementState, Tenure
from ..service import Span, Stretch, last_day_of_service, service_until
from ..tenures.spans import stretches_of


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
    stretches = [stretch for tenure in tenures for stretch in _stretches(tenure, agreements)]
    used = service_until(stretches, on)
    age_limit = last_day_within(birth_on, policy.max_age, policy.age_boundary)
    present = next((each for each in stretches if each.first <= on and (each.last is None or on <= each.last)), None)
    # What is agreed further on without a day between counts as one with what runs now.
    agreed_until = present.last if present is not None else None
    before = [each for each in stretches if each != present]
    return Limits(
        used=used,
        of_months=policy.max_tenure_months,
        months=_months(
            used, service_until(stretches, agreed_until) if agreed_until else used, policy.max_tenure_months
        ),
        age_limit_on=age_limit,
        age_days=(age_limit - on).days,
        service_limit_on=(
            last_day_of_service(before, present.first, policy.max_tenure_months) if present is not None else None
        ),
        agreement_ends_on=agreed_until,
        agreement_days=(agreed_until - on).days if agreed_until is not None else None,
    )


def _stretches(tenure: Tenure, agreements: Sequence[Agreement]) -> tuple[Stretch, ...]:
    concluded = [each for each in agreements if each.tenure_id == tenure.pk and each.state == AgreementState.CONCLUDED]
    return stretches_of(tenure, concluded)


def _months(used: Span, agreed: Span, most: int) -> tuple[Month, ...]:
    def kind(number: int) -> str:
        if number <= used.months:
            return "used"
        if number == used.months + 1 and used.days:
            return "part"
        return "agreed" if number <= agreed.months + bool(agreed.days) else "free"

    return tuple(Month(number, kind(number)) for number in range(1, most + 1))
