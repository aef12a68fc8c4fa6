"""A year's attendance of one person, as the audited monthly sheets tell it: it comes by itself, nobody types it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from workflows.attendance.models import AttendanceRow, SheetState
from workflows.attendance.sheets import days

# A corrected sheet has given way to its correction, which is audited itself.
COUNTED = (SheetState.LOCKED, SheetState.IN_PAY)


@dataclass(frozen=True)
class Month:
    """One month: days that were due, attended, on leave, absent. `known`: there is an audited sheet with the person."""

    number: int
    due: int = 0
    attended: int = 0
    leave: int = 0
    absent: int = 0
    known: bool = False


def years_of(workers: Iterable[int], year: int) -> dict[int, tuple[Month, ...]]:
    """The twelve months of each person by worker; one query."""
    found: dict[int, dict[int, Month]] = {worker: {} for worker in workers}
    rows = AttendanceRow.objects.filter(
        worker__in=list(found),
        sheet__month__gte=date(year, 1, 1),
        sheet__month__lte=date(year, 12, 1),
        sheet__state__in=COUNTED,
    ).select_related("sheet")
    for row in rows.order_by("sheet__month", "sheet__version", "pk"):
        counted = days.counts(row.marks)
        due = counted.attended + counted.leave + counted.absent
        number = row.sheet.month.month
        found[row.worker_id][number] = Month(number, due, counted.attended, counted.leave, counted.absent, known=True)
    return {worker: tuple(months.get(each, Month(each)) for each in range(1, 13)) for worker, months in found.items()}


def year_of(worker: int, year: int) -> tuple[Month, ...]:
    """The twelve months of one person; one query."""
    return years_of([worker], year)[worker]
