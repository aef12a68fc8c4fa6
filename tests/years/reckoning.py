"""《办法》第十条 and the terms of days reckoned a second time: day by day, with none of the program's arithmetic."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

Days = tuple[date, date]
"""First and last day, both counted."""
DAY = timedelta(days=1)


def months_on(day: date, months: int) -> date:
    """The same day so many months later, one month after the other; the last day of a month that is shorter."""
    year, month = day.year, day.month
    for _ in range(months):
        month += 1
        if month > 12:
            year, month = year + 1, 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def birthday(born: date, age: int) -> date:
    """In a year without 29 February it is the 28th."""
    if (born.month, born.day) == (2, 29) and not calendar.isleap(born.year + age):
        return date(born.year + age, 2, 28)
    return date(born.year + age, born.month, born.day)


def runs_of(stretches: Iterable[Days]) -> Iterator[Days]:
    """Days one after the other, whatever agreements they belong to."""
    days = sorted({first + DAY * number for first, last in stretches for number in range((last - first).days + 1)})
    begun = 0
    for place, day in enumerate(days):
        if place + 1 == len(days) or days[place + 1] != day + DAY:
            yield days[begun], day
            begun = place + 1


def used(stretches: Iterable[Days]) -> tuple[int, int]:
    """Months and days of service: each run by the calendar, what is left over of several thirty days to a month."""
    months = left = broken = 0
    for first, last in runs_of(stretches):
        whole = 0
        while months_on(first, whole + 1) - DAY <= last:
            whole += 1
        over = (last + DAY - months_on(first, whole)).days
        months, left, broken = months + whole, left + over, broken + (over > 0)
    return (months + left // 30, left % 30) if broken > 1 else (months, left)


def may_be_agreed(born: date, earlier: Iterable[Days], start: date, end: date) -> bool:
    """At most a year, at most thirty-six months with all that was served, at most to the 65th birthday."""
    whole = used([*earlier, (start, end)]) <= (36, 0)
    return start <= end < months_on(start, 12) and whole and end <= birthday(born, 65)


def longest(born: date, earlier: list[Days], start: date) -> date | None:
    """The last day such an agreement may have; None when not even its first day is left."""
    end = start - DAY
    while may_be_agreed(born, earlier, start, end + DAY):
        end += DAY
    return end if end >= start else None
