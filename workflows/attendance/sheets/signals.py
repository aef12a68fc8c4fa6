"""疑点 on a sheet: what the system can see by itself, for the auditor to look into; never a refusal.

The thresholds are the programme's own eye, not rules of the county: nothing is decided by them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import CharField, Value
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString

from signatures.models import Signature
from signatures.strokes import StrokeError, parse
from workflows.core.models import Opinion

from ..models import AUDITED, AttendanceRow, AttendanceSheet
from . import days
from .facts import HEAD, MEMBER

FULL_MONTHS = 3
"""So many months in a row without one free day, this one counted."""
HASTE_SECONDS = 60
"""All three parties within this time is a whole sheet signed in one go."""
HAND_MS = 300
"""No hand writes a name in less."""
LOOK_BACK_MONTHS = 6


@dataclass(frozen=True)
class Hint:
    """One 疑点: its stable code, what it is called, and what was seen."""

    code: str
    title: str
    text: str


def hints(sheet: AttendanceSheet, rows: Sequence[AttendanceRow], opinions: Mapping[str, Opinion]) -> list[Hint]:
    """Everything that asks for a look (one query)."""
    inks = [ink for ink in _inks(rows, opinions) if ink.strokes_digest]
    full = [row.worker_id for row in rows if days.is_full(row.marks)]
    had_full, copied = _earlier(sheet, full, {ink.strokes_digest for ink in inks})
    return [
        *_full_month_after_month(sheet, rows, had_full),
        *_signed_in_haste(rows, opinions),
        *_same_strokes(inks, copied),
        *_not_in_office(opinions),
        *_signs_for_oneself(rows, opinions),
    ]


def hints_of(sheet: AttendanceSheet, rows: Sequence[AttendanceRow], opinions: Mapping[str, Opinion]) -> SafeString:
    """The panel beside the sheet."""
    return SafeString(render_to_string("attendance/_hints.html", {"hints": hints(sheet, rows, opinions)}))


def _names(names: Sequence[str]) -> str:
    return "、".join(names[:4]) + (f"等{len(names)}人" if len(names) > 4 else "")


def _earlier(sheet: AttendanceSheet, full: Iterable[int], digests: Iterable[str]) -> tuple[set[Any], list[str]]:
    """Of the village's months before: who had which month full, as (worker, month), and who signed with one of these
    strokes (one query)."""
    audited = AttendanceRow.objects.order_by().filter(
        worker__in=list(full),
        sheet__month__gte=_months_before(sheet, FULL_MONTHS - 1),
        sheet__month__lt=sheet.month,
        sheet__state__in=AUDITED[:2],
    )
    copied = AttendanceRow.objects.order_by().filter(
        sheet__village=sheet.village_id,
        sheet__month__gte=_months_before(sheet, LOOK_BACK_MONTHS),
        sheet__month__lt=sheet.month,
        signature__strokes_digest__in=list(digests),
    )
    months = audited.values_list("worker_id", "sheet__month", "marks", Value("", output_field=CharField()))
    names = copied.values_list(
        "worker_id", "sheet__month", Value("", output_field=CharField()), "signature__signer_name"
    )
    found = list(months.union(names, all=True))
    return (
        {(worker, month) for worker, month, marks, _ in found if marks and days.is_full(marks)},
        sorted({name for *_, name in found if name}),
    )


def _months_before(sheet: AttendanceSheet, count: int) -> date:
    since = sheet.month
    for _ in range(count):
        since = days.month_before(since)
    return since


def _full_month_after_month(
    sheet: AttendanceSheet, rows: Sequence[AttendanceRow], had_full: set[tuple[int, date]]
) -> Iterator[Hint]:
    before = [_months_before(sheet, count) for count in range(1, FULL_MONTHS)]
    always = [
        row.worker.name
        for row in rows
        if days.is_full(row.marks) and all((row.worker_id, month) in had_full for month in before)
    ]
    if always:
        text = f"{_names(always)}连续{FULL_MONTHS}个月满勤，一天也没有请假，建议抽查。"
        yield Hint("full_months", "月月满勤", text)


def _inks(rows: Sequence[AttendanceRow], opinions: Mapping[str, Opinion]) -> list[Signature]:
    signed = [opinions[step].signature for step in (HEAD, MEMBER) if step in opinions]
    return [ink for ink in [*(row.signature for row in rows), *signed] if ink is not None]


def _signed_in_haste(rows: Sequence[AttendanceRow], opinions: Mapping[str, Opinion]) -> Iterator[Hint]:
    inks = _inks(rows, opinions)
    if HEAD in opinions and MEMBER in opinions and len(inks) > 2:
        took = (max(ink.at for ink in inks) - min(ink.at for ink in inks)).total_seconds()
        if took < HASTE_SECONDS:
            yield Hint("haste", "几秒签完整张表", f"{len(inks)}个签字前后只隔{took:.0f}秒，请核实是不是本人签的。")
    quick = [ink.signer_name for ink in inks if ink.strokes and _hand_ms(ink.strokes) < HAND_MS]
    if quick:
        yield Hint("quick_hand", "一笔带过", f"{_names(quick)}的签字写得比手快，请核实。")


def _hand_ms(strokes: str) -> int:
    try:
        drawn = parse(strokes)
    except StrokeError:
        return HAND_MS
    points = [point.t for stroke in drawn.strokes for point in stroke]
    return max(points) - min(points)


def _same_strokes(inks: Sequence[Signature], copied: Sequence[str]) -> Iterator[Hint]:
    seen: dict[str, str] = {}
    twice = []
    for ink in inks:
        if ink.strokes_digest in seen:
            twice.append(f"{seen[ink.strokes_digest]}和{ink.signer_name}")
        seen.setdefault(ink.strokes_digest, ink.signer_name)
    if twice:
        yield Hint("same_strokes", "笔迹完全相同", f"{_names(twice)}的签字一笔不差，不会是两个人写的，请核实代签。")
    if copied:
        yield Hint("copied_strokes", "笔迹和以前的一笔不差", f"{_names(copied)}的签字和以前月份的完全相同，请核实。")


def _not_in_office(opinions: Mapping[str, Opinion]) -> Iterator[Hint]:
    for step in (HEAD, MEMBER):
        opinion = opinions.get(step)
        if opinion is None:
            continue
        on = timezone.localtime(opinion.at).date()
        if not opinion.acted_as.is_in_force(on):
            text = f"{opinion.written_by.name}{on.year}年{on.month}月{on.day}日签字，按现在的任职登记当天不在任。"
            yield Hint("not_in_office", "签字人当天不在任", text)


def _signs_for_oneself(rows: Sequence[AttendanceRow], opinions: Mapping[str, Opinion]) -> Iterator[Hint]:
    workers = {row.worker.name for row in rows}
    both = [
        opinions[step].written_by.name
        for step in (HEAD, MEMBER)
        if step in opinions and opinions[step].written_by.name in workers
    ]
    if both:
        yield Hint("own_row", "签字人也在表上", f"{_names(both)}与表上的劳动者同名，请核实三方是不是三个人。")
