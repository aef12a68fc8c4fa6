"""Working days by the calendar of Chinese holidays and exchanged days (法定节假日、调休).

The State Council announces a year's holidays at the end of the year before. For a year that the installed calendar
does not know yet, Monday to Friday count, and pages that show such a day say so (`is_certain`).
"""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar

CALENDAR_UNTIL = max(chinese_calendar.constants.holidays).replace(month=12, day=31)
"""The last day the installed calendar knows."""
_CALENDAR_FROM = min(chinese_calendar.constants.holidays).replace(month=1, day=1)


def is_certain(day: date) -> bool:
    """Whether the calendar knows the year; otherwise only weekends are left out."""
    return _CALENDAR_FROM <= day <= CALENDAR_UNTIL


def is_working_day(day: date) -> bool:
    """A day on which offices are open."""
    return bool(chinese_calendar.is_workday(day)) if is_certain(day) else day.weekday() < 5


def after_working_days(day: date, number: int) -> date:
    """The last day of a term of so many working days that begins the day after `day`."""
    left = number
    while left > 0:
        day += timedelta(days=1)
        left -= is_working_day(day)
    return day


def working_days_between(first: date, last: date) -> int:
    """Working days after `first` up to and including `last`; negative when `last` lies before."""
    if last < first:
        return -working_days_between(last, first)
    days = (first + timedelta(days=offset) for offset in range(1, (last - first).days + 1))
    return sum(1 for day in days if is_working_day(day))
