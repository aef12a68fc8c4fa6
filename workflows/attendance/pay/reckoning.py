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
    others = _rows_in_pay(before, sheets)
    rates = Rates(roster.county, [row.tenure for row in (*rows, *others)])
    worths = _worths_elsewhere(before, sheets, others, rates)
    made = _Reckoning(roster, before, rates, worths).lines(sheets, rows)
    for position, line in enumerate(made, 1):
        line.position = position
    return made


def _rows_in_pay(before: Before, sheets: list[AttendanceSheet]) -> list[AttendanceRow]:
    """The rows of these people on sheets that are in pay already, of the same months (one query)."""
    parts = before.lines
    found = AttendanceRow.objects.filter(
        worker__in={worker for worker, _, _ in parts},
        sheet__month__in={month for _, _, month in parts},
        sheet__state=SheetState.IN_PAY,
    ).exclude(sheet__in=sheets)
    return list(found.select_related("sheet", "tenure"))


def _worths_elsewhere(
    before: Before, sheets: list[AttendanceSheet], rows: list[AttendanceRow], rates: Rates
) -> dict[Part, Decimal]:
    """What each part that was paid is worth by the sheet that stands, whatever was left of the standard for it. One
    whose correction waits in another township is settled there: until then it is worth what was paid."""
    standing = AttendanceSheet.objects.filter(
        state=SheetState.IN_PAY,
        village__in={village for _, village, _ in before.lines},
        month__in={month for _, _, month in before.lines},
    ).exclude(pk__in=[sheet.pk for sheet in sheets])
    in_pay = set(standing.values_list("village", "month"))
    worths = {
        part: Decimal(0) if part[1:] in in_pay else sum((line.amount for line in lines), Decimal(0))
        for part, lines in before.lines.items()
    }
    for row in rows:
        worth = rates.reckon(row.tenure_id, row.marks, row.sheet.month).worth.amount
        worths[row.worker_id, row.sheet.village_id, row.sheet.month] = worth
    return worths


class _Reckoning:
    """`worths`: what each part is worth by its sheet as it stands, whatever was paid for it."""

    def __init__(self, roster: PayRoster, before: Before, rates: Rates, worths: dict[Part, Decimal]) -> None:
        self.roster, self.before, self.rates, self.worths = roster, before, rates, worths

    def lines(self, sheets: list[AttendanceSheet], rows: list[AttendanceRow]) -> list[PayLine]:
        of_sheet: dict[int, list[AttendanceRow]] = {}
        for row in rows:
            of_sheet.setdefault(row.sheet_id, []).append(row)
        made: list[PayLine] = []
        for sheet in sheets:
            own = of_sheet.get(sheet.pk, [])
            found = [self._of_row(sheet, row) for row in own]
            found += self._of_those_gone(sheet, {row.worker_id for row in own})
            for line in found:
                made.append(line)
                self.before.add(line)
        self._even_out(made)
        return [line for line in made if line.kind == LineKind.PAY or line.amount]

    def _even_out(self, made: list[PayLine]) -> None:
        """A person's month is worth what all its parts are, at most the standard. Where whole months are paid, a
        village whose part was nothing, because another had paid it all, makes up for what is taken back there, and the
        other way round: the last correction of the month settles that, too."""
        last = {(line.worker_id, line.for_month): line for line in made if line.kind == LineKind.CORRECTION}
        for (worker, month), line in last.items():
            of_month = [part for part in {*self.worths, *self.before.lines} if (part[0], part[2]) == (worker, month)]
            worth = sum((self.worths.get(part, Decimal(0)) for part in of_month), Decimal(0))
            paid = sum((each.amount for part in of_month for each in self.before.of(part)), Decimal(0))
            rest = min(worth, Decimal(line.standard)) - paid
            line.due += rest
            line.amount += rest

    def _of_row(self, sheet: AttendanceSheet, row: AttendanceRow) -> PayLine:
        part = (row.worker_id, sheet.village_id, sheet.month)
        found = self.rates.reckon(row.tenure_id, row.marks, sheet.month)
        self.worths[part] = found.worth.amount
        line = PayLine(
            worker=row.worker,
            post_type=row.post_type,
            attended=found.counts.attended,
            inside=found.counts.inside,
            standard=found.standard,
            by_days=found.worth.by_days,
            due=self._due(part, found.standard),
        )
        return self._settle(sheet, line, self.before.of(part))

    def _due(self, part: Part, standard: int) -> Decimal:
        """What the part is worth, as far as the other villages' parts of the month leave of the standard."""
        return max(min(self.worths[part], standard - self.before.elsewhere(part)), Decimal(0))

    def _of_those_gone(self, sheet: AttendanceSheet, there: set[int]) -> list[PayLine]:
        """Whom the corrected sheet does not name any more: what they were paid is taken back."""
        if sheet.corrects_id is None:
            return []
        gone = [
            lines[-1]
            for (worker, village, month), lines in self.before.lines.items()
            if (village, month) == (sheet.village_id, sheet.month) and worker not in there
        ]
        self.worths |= {(last.worker_id, sheet.village_id, sheet.month): Decimal(0) for last in gone}
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

    def _settle(self, sheet: AttendanceSheet, line: PayLine, earlier: list[PayLine]) -> PayLine:
        """The difference to what was reckoned before."""
        line.roster, line.sheet, line.village = self.roster, sheet, sheet.village
        line.for_month, line.calendar_days = sheet.month, days.length(sheet.month)
        line.amount = line.due - sum((each.amount for each in earlier), Decimal(0))
        line.kind = LineKind.CORRECTION if earlier else LineKind.PAY
        return line
