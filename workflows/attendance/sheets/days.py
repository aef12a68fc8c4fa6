"""The days of a month and what is marked on them; plain text, no database.

A row's marks are one letter a day, from the 1st to the last:

    v 出勤   r 休息   s 病假   p 事假   l 按记录停岗（请假）   x 旷工   . 还没有填   - 不在协议期内
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from workflows.core.working_days import is_working_day

ATTENDED, REST, SICK, PERSONAL, ON_LEAVE, ABSENT, OPEN, OUTSIDE = "v", "r", "s", "p", "l", "x", ".", "-"
PRINTED = {
    ATTENDED: "√", REST: "休", SICK: "病", PERSONAL: "事", ON_LEAVE: "事", ABSENT: "旷", OPEN: "", OUTSIDE: "／",
}  # fmt: skip
WORDS = {
    ATTENDED: "出勤", REST: "休息", SICK: "病假", PERSONAL: "事假", ON_LEAVE: "停岗", ABSENT: "旷工", OPEN: "未填",
    OUTSIDE: "不在协议期内",
}  # fmt: skip
CHOICES = (ATTENDED, REST, SICK, PERSONAL, ABSENT)
"""What a clerk may mark; the rest follows from records."""
FIXED = (ON_LEAVE, OUTSIDE)
LONGEST = 31

Spans = Iterable[tuple[date, date]]


@dataclass(frozen=True)
class Counts:
    """Days of one row: attended, on leave of any kind, absent, and inside the agreement."""

    attended: int
    leave: int
    absent: int
    inside: int


def month_of(day: date) -> date:
    """The first day of the month in which the day lies."""
    return day.replace(day=1)


def last_day(month: date) -> date:
    return month.replace(day=length(month))


def length(month: date) -> int:
    """Calendar days of the month."""
    return calendar.monthrange(month.year, month.month)[1]


def next_month(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def month_before(month: date) -> date:
    return date(month.year - (month.month == 1), (month.month - 2) % 12 + 1, 1)


def parse_month(typed: object) -> date | None:
    """2020-09 as its first day; None for anything else."""
    year, _, month = str(typed or "").strip().partition("-")
    if not (year.isascii() and year.isdigit() and month.isascii() and month.isdigit() and len(year) == 4):
        return None
    return date(int(year), int(month), 1) if 1 <= int(month) <= 12 and int(year) > 1900 else None


def spoken(month: date) -> str:
    """2020年9月."""
    return f"{month.year}年{month.month}月"


def blank(month: date, inside: Spans, on_leave: Spans = ()) -> str:
    """A row nobody has written on: closed outside the agreement and on recorded leave, rest days marked as such."""
    inside, on_leave = list(inside), list(on_leave)
    marks = []
    for number in range(1, length(month) + 1):
        day = month.replace(day=number)
        if not _in(day, inside):
            marks.append(OUTSIDE)
        elif _in(day, on_leave):
            marks.append(ON_LEAVE)
        else:
            marks.append(OPEN if is_working_day(day) else REST)
    return "".join(marks)


def _in(day: date, spans: Spans) -> bool:
    return any(first <= day <= last for first, last in spans)


def laid_over(fresh: str, kept: str) -> str:
    """What was marked before, on the days that are still open to a mark."""
    if len(fresh) != len(kept):
        return fresh
    return "".join(
        new if new in FIXED or old in FIXED or (old == OPEN and new == REST) else old
        for new, old in zip(fresh, kept, strict=True)
    )


def until(marks: str, month: date, on: date) -> str:
    """No mark stands on a day that is still to come, but what follows from records and the calendar."""
    return "".join(
        OPEN if month.replace(day=number) > on and mark not in (*FIXED, REST) else mark
        for number, mark in enumerate(marks, 1)
    )


def filled(marks: str, month: date, on: date, *, every_day: bool) -> str:
    """The whole row by one key: attended on every working day that has come (or on every day)."""
    return "".join(
        ATTENDED if month.replace(day=number) <= on and (mark == OPEN or (every_day and mark == REST)) else mark
        for number, mark in enumerate(marks, 1)
    )


def counts(marks: str) -> Counts:
    return Counts(
        attended=marks.count(ATTENDED),
        leave=sum(marks.count(mark) for mark in (SICK, PERSONAL, ON_LEAVE)),
        absent=marks.count(ABSENT),
        inside=len(marks) - marks.count(OUTSIDE),
    )


def printed(marks: str) -> list[str]:
    """The thirty-one cells of the paper; a day the month does not have is closed."""
    return [PRINTED[mark] for mark in marks] + [PRINTED[OUTSIDE]] * (LONGEST - len(marks))


def is_full(marks: str) -> bool:
    """Not one day of leave or absence on any day inside the agreement, and some attended."""
    found = counts(marks)
    return found.attended > 0 and found.leave == found.absent == 0
