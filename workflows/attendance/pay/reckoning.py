"""What a township's next roster holds: every audited sheet that is in no roster yet, person by person, and what a
corrected sheet changes in what was reckoned before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from registry.models import Organisation, Worker

from ..models import AttendanceRow, AttendanceSheet, LineKind, PayLine, PayRoster, SheetState
from ..sheets import days
from .rates import Rates

Part = tuple[int, int, date]
"""A person's part of a month: worker, village, month."""


@dataclass
class Before:
    """What was reckoned for these people and months so far, anywhere in the county."""

    lines: dict[Part, list[PayLine]] = field(default_factory=dict)

    def add(self, line: PayLine) -> None:
        self.lines.setdefault((line.worker_id, line.village_id, line.for_month), []).append(line)

    def of(self, part: Part) -> list[PayLine]:
        return self.lines.get(part, [])

    def elsewhere(self, part: Part) -> Decimal:
        """What other villages' parts of the same month come to."""
        worker, village, month = part
        return sum(
            (
                line.amount
                for (who, where, when), lines in self.lines.items()
                if who == worker and when == month and where != village
                for line in lines
            ),
            Decimal(0),
        )


def sheets_for(township: Organisation, month: date) -> list[AttendanceSheet]:
    """Audited and in no roster, of this month and those before it (one query)."""
    found = AttendanceSheet.objects.filter(township=township, month__lte=month, state=SheetState.LOCKED)
    return list(found.select_related("village", "case").order_by("month", "village__code"))


def reckon(roster: PayRoster, sheets: Iterable[AttendanceSheet]) -> list[PayLine]:
    """The lines of the roster, not saved. The people's rows are locked, always in the same order: two townships that
    pay the same person in the same month wait for each other."""
    sheets = list(sheets)
    rows = list(AttendanceRow.objects.filter(sheet__in=sheets).select_related("worker", "tenure").order_by("position"))
    corrected = [sheet for sheet in sheets if sheet.corrects_id is not None]
    gone = PayLine.objects.filter(
        counts=True,
        village__in=[sheet.village_id for sheet in corrected],
        for_month__in={each.month for each in corrected},
    ).exclude(roster=roster)
    people = {row.worker_id for row in rows} | set(gone.values_list("worker", flat=True))
    locked = Worker.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=people).order_by("pk")
    list(locked)
    before = Before()
    earlier = PayLine.objects.filter(counts=True, worker__in=people, for_month__in={sheet.month for sheet in sheets})
    for line in earlier.exclude(roster=roster).select_related("worker").order_by("pk"):
        before.add(line)
    made = _Reckoning(roster, before, Rates(roster.county, [row.tenure for row in rows])).lines(sheets, rows)
    for position, line in enumerate(made, 1):
        line.position = position
    return made


class _Reckoning:
    def __init__(self, roster: PayRoster, before: Before, rates: Rates) -> None:
        self.roster, self.before, self.rates = roster, before, rates

    def lines(self, sheets: list[AttendanceSheet], rows: list[AttendanceRow]) -> list[PayLine]:
        of_sheet: dict[int, list[AttendanceRow]] = {}
        for row in rows:
            of_sheet.setdefault(row.sheet_id, []).append(row)
        made = []
        for sheet in sheets:
            own = of_sheet.get(sheet.pk, [])
            found = [self._of_row(sheet, row) for row in own]
            found += self._of_those_gone(sheet, {row.worker_id for row in own})
            for line in found:
                if line is not None:
                    made.append(line)
                    self.before.add(line)
        return made

    def _of_row(self, sheet: AttendanceSheet, row: AttendanceRow) -> PayLine | None:
        part = (row.worker_id, sheet.village_id, sheet.month)
        found = self.rates.reckon(row.tenure_id, row.marks, sheet.month, self.before.elsewhere(part))
        line = PayLine(
            worker=row.worker,
            post_type=row.post_type,
            attended=found.counts.attended,
            inside=found.counts.inside,
            standard=found.standard,
            by_days=found.worth.by_days,
            due=found.worth.amount,
        )
        return self._settle(sheet, line, self.before.of(part))

    def _of_those_gone(self, sheet: AttendanceSheet, there: set[int]) -> list[PayLine | None]:
        """Whom the corrected sheet does not name any more: what they were paid is taken back."""
        if sheet.corrects_id is None:
            return []
        gone = [
            lines[-1]
            for (worker, village, month), lines in self.before.lines.items()
            if (village, month) == (sheet.village_id, sheet.month) and worker not in there
        ]
        return [
            self._settle(
                sheet,
                PayLine(
                    worker=last.worker,
                    post_type=last.post_type,
                    attended=0,
                    inside=0,
                    standard=last.standard,
                    by_days=last.by_days,
                    due=Decimal(0),
                ),
                self.before.of((last.worker_id, sheet.village_id, sheet.month)),
            )
            for last in gone
        ]

    def _settle(self, sheet: AttendanceSheet, line: PayLine, earlier: list[PayLine]) -> PayLine | None:
        """The difference to what was reckoned before; a correction that changes nothing has no line."""
        line.roster, line.sheet, line.village = self.roster, sheet, sheet.village
        line.for_month, line.calendar_days = sheet.month, days.length(sheet.month)
        line.amount = line.due - sum((each.amount for each in earlier), Decimal(0))
        line.kind = LineKind.CORRECTION if earlier else LineKind.PAY
        return None if earlier and not line.amount else line
