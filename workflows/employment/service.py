"""How long somebody has been on welfare posts (《办法》第十条 counts all of it together)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Stretch:
    """First and last day worked, both inclusive; `last` None while it lasts."""

    first: date
    last: date | None


@dataclass(frozen=True, order=True)
class Span:
    """Whole months and the days left over."""

    months: int
    days: int

    def __str__(self) -> str:
        parts = [f"{self.months}个月" if self.months else "", f"{self.days}天" if self.days else ""]
        return "零".join(part for part in parts if part) or "0天"


def months_after(day: date, months: int) -> date:
    """The same day of a later month; the last day where that month is shorter."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    following = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    return date(year, month + 1, min(day.day, (following - timedelta(days=1)).day))


def span_of(first: date, last: date) -> Span:
    """Months and days from `first` to `last`, both inclusive: 1 March to 31 May is 3 months and no day."""
    end = last + timedelta(days=1)
    months = (end.year - first.year) * 12 + end.month - first.month
    if months_after(first, months) > end:
        months -= 1
    return Span(months, (end - months_after(first, months)).days)


def joined(stretches: Iterable[Stretch]) -> list[Stretch]:
    """In order, and those that meet or follow each other without a day between as one."""
    found: list[Stretch] = []
    for stretch in sorted(stretches, key=lambda each: each.first):
        before = found[-1] if found else None
        if before is None or (before.last is not None and stretch.first > before.last + timedelta(days=1)):
            found.append(stretch)
        elif before.last is not None and (stretch.last is None or stretch.last > before.last):
            found[-1] = Stretch(before.first, stretch.last)
    return found


def clipped(stretches: Iterable[Stretch], first: date, last: date | None) -> tuple[Stretch, ...]:
    """The parts of the stretches that lie from `first` to `last`."""
    ends = [(each, min((day for day in (each.last, last) if day is not None), default=None)) for each in stretches]
    return tuple(
        Stretch(max(each.first, first), end) for each, end in ends if end is None or max(each.first, first) <= end
    )


def days_of(stretches: Iterable[Stretch]) -> frozenset[date]:
    """Every day of stretches that have an end."""
    return frozenset(
        each.first + timedelta(days=number)
        for each in stretches
        if each.last is not None
        for number in range((each.last - each.first).days + 1)
    )


def service_until(stretches: Iterable[Stretch], on: date) -> Span:
    """All service up to and including `on`.

    Stretches without a day between are one (an agreement and its renewal). Left-over days of several are put together,
    thirty to a month; those of a single stretch are less than a month by the calendar and never make one.
    """
    months = days = broken = 0
    for stretch in joined(stretches):
        if stretch.first > on:
            continue
        span = span_of(stretch.first, min(stretch.last or on, on))
        months += span.months
        days += span.days
        broken += bool(span.days)
    return Span(months + days // 30, days % 30) if broken > 1 else Span(months, days)


def last_day_of_service(stretches: Sequence[Stretch], first: date, most: int) -> date:
    """The last day until which somebody may work who begins (or goes on) on `first`, so that all service together is
    at most so many months; the day before `first` when none is left."""
    limit = Span(most, 0)
    before, last = first - timedelta(days=1), months_after(first, most)
    while before < last:  # service grows with the day: halve the days between
        middle = before + timedelta(days=(last - before).days // 2 + 1)
        if service_until((*stretches, Stretch(first, middle)), middle) <= limit:
            before = middle
        else:
            last = middle - timedelta(days=1)
    return before
