"""What a 更正单 says otherwise than the sheet it corrects, day by day, and what that is worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from ..models import AttendanceRow, AttendanceSheet
from ..pay.rates import Rates
from . import days
from .facts import Line


@dataclass(frozen=True)
class Difference:
    """One worker: which days read otherwise, and the money (new less old) by the policy of the month."""

    name: str
    changed: str
    yuan: Decimal


def differences(sheet: AttendanceSheet, lines: Sequence[Line]) -> list[Difference]:
    """Everybody whose row reads otherwise; empty for a first version."""
    if sheet.corrects_id is None:
        return []
    before = {
        row.worker_id: row
        for row in AttendanceRow.objects.filter(sheet=sheet.corrects_id).select_related("tenure__worker")
    }
    now = {line.key: line for line in lines}
    tenures = [*(row.tenure for row in before.values()), *(line.tenure for line in now.values())]
    rates, nothing = Rates(sheet.county, tenures), days.OUTSIDE * days.length(sheet.month)
    found = []
    for key in dict.fromkeys([*now, *before]):
        old, new = before.get(key), now.get(key)
        was, will = old.marks if old else nothing, new.marks if new else nothing
        if was == will:
            continue
        tenure = new.tenure if new else before[key].tenure
        worths = [rates.reckon(tenure.pk, marks, sheet.month).worth.amount for marks in (was, will) if marks != nothing]
        yuan = worths[1] - worths[0] if len(worths) == 2 else worths[0] if new else -worths[0]
        found.append(Difference(tenure.worker.name, _said(was, will), yuan))
    return found


def _said(was: str, will: str) -> str:
    changed = [
        f"{number}日{days.WORDS[old]}改{days.WORDS[new]}"
        for number, (old, new) in enumerate(zip(was, will, strict=True), 1)
        if old != new
    ]
    more = f"等{len(changed)}天" if len(changed) > 6 else ""
    return "，".join(changed[:6]) + more


def difference_panel(sheet: AttendanceSheet, lines: Sequence[Line]) -> SafeString:
    found = differences(sheet, lines)
    total = sum((each.yuan for each in found), Decimal(0))
    context = {"sheet": sheet, "differences": found, "total": total, "before": sheet.corrects}
    return SafeString(render_to_string("attendance/_difference.html", context))
