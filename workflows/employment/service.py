"""How long somebody has been on welfare posts (《办法》第十条 counts all of it together)."""

from __future__ import annotations

from collections.abc import Iterable
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


def service_until(stretches: Iterable[Stretch], on: date) -> Span:
    """All service up to and including `on`.

    Left-over days of several stretches are put together, thirty to a month; those of a single stretch are less
    than a month by the calendar and never make one.
    """
    months = days = broken = 0
    for stretch in stretches:
        if stretch.first > on:
            continue
        span = span_of(stretch.first, min(stretch.last or on, on))
        months += span.months
        days += span.days
        broken += bool(span.days)
    return Span(months + days // 30, days % 30) if broken > 1 else Span(months, days)
