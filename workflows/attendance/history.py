"""A person's months, on their page: attended, signed, audited, paid."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from django.urls import reverse

from forms_templates.money import in_figures
from registry.models import Worker
from workflows.core.actors import Actor
from workflows.core.guards import chinese
from workflows.employment.people.history import Cell, Entry, Panel, Rows, lines, register_history

from .models import AttendanceRow, PayLine, RosterState, SheetState
from .pay.views import may_see_pay
from .sheets import days

HEADS = ("月份", "出勤", "三方签字", "乡镇审核")
SIGNED, UNSIGNED = {"kind": "done", "label": "齐全"}, {"kind": "", "label": "未齐"}
UNSIGNED_IN = (SheetState.FILLING, SheetState.RETURNED, SheetState.SIGNING)
PAY_HEADS = ("薪酬（元）", "发放")


def months_of(worker: Worker, actor: Actor) -> Iterable[Rows]:
    """The sheets that stand (a corrected one has given way), and the lines of rosters that count."""
    rows = AttendanceRow.objects.filter(worker=worker)
    rows = rows.exclude(sheet__state__in=(SheetState.VOIDED, SheetState.CORRECTED))
    yield lines(
        "attendance",
        rows,
        case_pk="sheet__case",
        word="sheet__state",
        more="marks",
        first="sheet__month",
        second="sheet__locked_on",
    )
    if may_see_pay(actor):
        paid = PayLine.objects.filter(worker=worker, counts=True)
        yield lines(
            "pay",
            paid,
            case_pk="roster__case",
            word="roster__state",
            first="for_month",
            second="roster__paid_on",
            amount="amount",
        )


def draw(entries: Sequence[Entry], actor: Actor) -> Panel:
    sees_pay = may_see_pay(actor)
    months = sorted({line.first for line in entries if line.first is not None}, reverse=True)
    rows = []
    paid = [line for line in entries if line.kind == "pay" and line.word == RosterState.PAID]
    for month in months:
        here = [line for line in entries if line.first == month]
        cells = _attended(month, [line for line in here if line.kind == "attendance"])
        rows.append(cells + _paid([line for line in here if line.kind == "pay"]) if sees_pay else cells)
    total = sum((line.amount or Decimal(0) for line in paid), Decimal(0))
    note = (
        f"已发{len({line.first for line in paid})}个月，共{in_figures(total)}元" if sees_pay else f"{len(months)}个月"
    )
    title = "考勤和薪酬" if sees_pay else "考勤"
    return Panel(title, HEADS + PAY_HEADS if sees_pay else HEADS, rows, "还没有考勤。", note)


def _attended(month: date, sheets: Sequence[Entry]) -> list[Cell]:
    """A month in two villages is one line: the days together, the later sheet's state."""
    if not sheets:
        return [Cell(days.spoken(month)), Cell("—"), Cell("—"), Cell("—")]
    last = max(sheets, key=lambda line: line.key)
    counts = [days.counts(line.more) for line in sheets]
    attended, leave = sum(each.attended for each in counts), sum(each.leave for each in counts)
    audited = f"{chinese(last.second)}通过" if last.second is not None else str(SheetState(last.word).label)
    return [
        Cell(days.spoken(month), url=reverse("case", args=[last.case_pk])),
        Cell(f"{attended}天{f'，请假{leave}天' if leave else ''}"),
        Cell(tag=UNSIGNED if any(line.word in UNSIGNED_IN for line in sheets) else SIGNED),
        Cell(audited),
    ]


def _paid(rosters: Sequence[Entry]) -> list[Cell]:
    if not rosters:
        return [Cell("—"), Cell("—")]
    last = max(rosters, key=lambda line: line.key)
    amount = sum((line.amount or Decimal(0) for line in rosters), Decimal(0))
    when = chinese(last.second) if last.second is not None else str(RosterState(last.word).label)
    return [Cell(in_figures(amount)), Cell(when, url=reverse("case", args=[last.case_pk]))]


register_history("attendance", "pay", source=months_of, draw=draw, order=20)
