"""Fills in what the rules ask of a sheet, and keeps its rows in step with who works there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from registry.models import Organisation
from workflows.core.actors import Actor
from workflows.core.doers import doers_of
from workflows.core.models import Opinion
from workflows.core.opinions import valid_opinions
from workflows.employment.models import Leave, Tenure
from workflows.employment.tenures import Stint, tenures_in
from workflows.employment.tenures.periods import TAKEN_LEAVE, leave_span

from ..models import AttendanceRow, AttendanceSheet
from . import days
from .rules import RowFacts, SheetFacts

SIGNING = "sign_sheet"
HEAD, MEMBER, WORKERS = f"{SIGNING}.head", f"{SIGNING}.member", f"{SIGNING}.workers"
REMARK_LENGTH = 30
Span = tuple[date, date]
PREPARING = ("attendance.submit", "attendance.report", "attendance.sign_for_workers")


@dataclass
class Line:
    """One worker of the month: what the records say, and what is marked (in the row, or typed)."""

    tenure: Tenure
    fresh: str
    marks: str
    row: AttendanceRow | None = None
    remark: str = ""
    spans: list[tuple[date, date]] = field(default_factory=list)

    @property
    def key(self) -> int:
        return self.tenure.worker_id


def lines_of(village: Organisation, month: date, rows: Mapping[int, AttendanceRow]) -> list[Line]:
    """Everybody with days in the month, in the order of the sheet; `rows` by worker (two queries)."""
    stints, away = _records_of(village, month)
    return lines_from(stints, away, month, rows)


def _records_of(village: Organisation, month: date) -> tuple[list[Stint], dict[int, list[Span]]]:
    """Who has days in the month, and the days of leave by worker (two queries)."""
    stints = tenures_in(village, month, days.last_day(month))
    return stints, leaves_of([stint.tenure.worker_id for stint in stints], month)


def lines_from(
    stints: Iterable[Stint], away: Mapping[int, Sequence[Span]], month: date, rows: Mapping[int, AttendanceRow]
) -> list[Line]:
    """The same, from what was read already."""
    by_worker: dict[int, Line] = {}
    for stint in stints:
        line = by_worker.setdefault(stint.tenure.worker_id, Line(stint.tenure, "", ""))
        line.tenure = stint.tenure
        line.spans.append((stint.first, stint.last))
    for key, line in by_worker.items():
        line.fresh = days.blank(month, line.spans, away.get(key, ()))
        line.row = rows.get(key)
        line.marks = days.laid_over(line.fresh, line.row.marks) if line.row else line.fresh
        line.remark = (line.row.remark if line.row else "") or leave_remark(away.get(key, ()))
    known = {key: row.position for key, row in rows.items()}
    return sorted(by_worker.values(), key=lambda line: known.get(line.key, len(known) + 1))


def leaves_of(workers: list[int], month: date) -> dict[int, list[tuple[date, date]]]:
    """The days of 停岗 by worker (one query): from the first day of an approved leave to its last, or to the day before
    coming back earlier. Whoever comes back late is marked by what really was."""
    found: dict[int, list[tuple[date, date]]] = {}
    taken = Leave.objects.filter(
        tenure__worker__in=workers, state__in=TAKEN_LEAVE, first_on__lte=days.last_day(month), last_on__gte=month
    )
    for leave in taken.select_related("tenure").order_by("first_on", "pk"):
        span = leave_span(leave, month, days.last_day(month))
        if span is not None:
            found.setdefault(leave.tenure.worker_id, []).append((span.first_on, span.last_on))
    return found


def leave_remark(away: Iterable[tuple[date, date]]) -> str:
    """21日至30日请假, as the sheet says beside a row nobody has remarked on."""
    return "，".join(
        f"{first.day}日请假" if first == last else f"{first.day}日至{last.day}日请假" for first, last in away
    )[:REMARK_LENGTH]


def rows_of(sheet: AttendanceSheet) -> list[AttendanceRow]:
    """The rows as they are kept, with worker and ink (one query, once per page)."""
    notes = sheet.case.notes()
    if "attendance_rows" not in notes:
        kept = AttendanceRow.objects.filter(sheet=sheet).select_related("worker", "signature", "tenure__worker")
        notes["attendance_rows"] = list(kept.order_by("position"))
    return list(notes["attendance_rows"])


def lines_for(sheet: AttendanceSheet) -> list[Line]:
    """The lines of a sheet: while it is written those of today's records, afterwards the rows as they stand."""
    if sheet.is_live:
        return _lines_of_today(sheet, {row.worker_id: row for row in rows_of(sheet)})
    return lines_kept(sheet)


def lines_kept(sheet: AttendanceSheet) -> list[Line]:
    """The lines as they were saved last."""
    return [Line(row.tenure, row.marks, row.marks, row, row.remark) for row in rows_of(sheet)]


def _lines_of_today(sheet: AttendanceSheet, rows: Mapping[int, AttendanceRow]) -> list[Line]:
    """The lines as today's records have them, which a page reads once."""
    stints, away = sheet.case.once("attendance_records", lambda: _records_of(sheet.village, sheet.month))
    return lines_from(stints, away, sheet.month, rows)


def signers_of(opinions: Mapping[str, Opinion]) -> tuple[str, ...]:
    """Who has signed for the village, by name; the same person twice is one."""
    signed = {
        opinions[step].written_by_id: opinions[step].written_by.name for step in (HEAD, MEMBER) if step in opinions
    }
    return tuple(signed.values())


def is_signed(sheet: AttendanceSheet) -> bool:
    """Whether a signature stands that a change would void."""
    given = valid_opinions(sheet.case)
    return any(row.signature_id for row in rows_of(sheet)) or any(step in given for step in (HEAD, MEMBER, WORKERS))


def facts_of(sheet: AttendanceSheet, lines: list[Line], *, on: date, actor: Actor | None = None) -> SheetFacts:
    """The records are asked again when the sheet is no longer written: an agreement may have ended since."""
    fresh = {line.key: line.fresh for line in lines}
    if not sheet.is_live:
        rows = {line.key: line.row for line in lines if line.row is not None}
        fresh = {line.key: line.fresh for line in _lines_of_today(sheet, rows)}
    opinions = valid_opinions(sheet.case)
    prepared = signed = False
    if actor is not None and actor.user is not None:
        prepared = not sheet.is_live and actor.user.pk in doers_of(sheet.case, PREPARING)
        signed = any(opinions[step].written_by_id == actor.user.pk for step in (HEAD, MEMBER) if step in opinions)
    return SheetFacts(
        on=on,
        month=sheet.month,
        rows=tuple(
            RowFacts(
                key=line.key,
                name=line.tenure.worker.name if line.row is None else line.row.worker.name,
                marks=line.marks,
                fresh=fresh.get(line.key, days.OUTSIDE * len(line.marks)),
                signed=line.row is not None and line.row.signature_id is not None,
            )
            for line in lines
        ),
        actor_prepared=prepared,
        actor_signed=signed,
        signers=signers_of(opinions),
    )
