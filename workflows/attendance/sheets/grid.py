"""The grid of days: what is typed in it, and its cells on the sheet (one row a person; on a phone a calendar each)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from forms_templates.sheet import Slot
from workflows.core.paperwork import Page
from workflows.core.working_days import is_working_day

from ..models import AttendanceRow
from . import days
from .facts import Line

FILLS = (("work", "工作日全勤"), ("all", "每天全勤"), ("clear", "清空"))
_SELECTED, _NOTHING = mark_safe(" selected"), mark_safe("")


def lay_typed(lines: Sequence[Line], typed: Mapping[str, Any], month: date, on: date) -> None:
    """The marks as they were typed: a field a day (d<person>_<day>), or a whole row (marks_<person>); then the row's
    own key (fill_<person>)."""
    for line in lines:
        line.marks = _typed_marks(line, typed)
        fill = str(typed.get(f"fill_{line.key}") or "")
        if fill == "clear":
            line.marks = line.fresh
        elif fill in ("work", "all"):
            line.marks = days.filled(line.marks, month, on, every_day=fill == "all")
        line.remark = str(typed.get(f"remark_{line.key}", line.remark) or "").replace("\x00", "").strip()[:30]


def _typed_marks(line: Line, typed: Mapping[str, Any]) -> str:
    whole = typed.get(f"marks_{line.key}")
    if whole is not None:
        text = str(whole)
        return text if len(text) == len(line.fresh) and set(text) <= set(days.PRINTED) else line.marks
    marks = list(line.marks)
    for number in range(len(marks)):
        given = typed.get(f"d{line.key}_{number + 1}")
        if given is not None:
            marks[number] = str(given) if given in days.CHOICES else days.OPEN
    return "".join(marks)


def rows_html(
    page: Page, lines: Sequence[Line], values: Any, pictures: dict[str, Any], *, filling: bool
) -> list[dict[str, Any]]:
    """The rows of the sheet; the key of a whole row stands where the worker will sign."""
    month: date = page.entity.month
    rows = []
    for index, (line, row) in enumerate(zip(lines, values, strict=True)):
        fault = line.row.fault if line.row is not None else ""
        cells = dict(row) | {"days": _days(page, line, month, filling=filling)}
        marked = ("who", "changed") if fault else ("who",)
        cells["name"] = Slot(_name(page, line, row["name"], fault), classes=marked)
        cells["post_type"] = Slot(format_html("{}", row["post_type"]), classes=("post",))
        cells["attended"] = Slot(format_html('<span data-sum="v">{}</span>', row["attended"]), classes=("sum",))
        for name, marks in (("leave", "spl"), ("absent", "x")):
            cells[name] = Slot(format_html('<span data-sum="{}">{}</span>', marks, row[name]), classes=("part",))
        if filling:
            pictures[f"workers.{index}.signature"] = Slot(_whole_row(line, row["name"]), classes=("live", "mine"))
            cells["remark"] = Slot(_remark(line, row["name"]), classes=("live", "note"))
        elif page.step == "audit_sheet" and line.row is not None:
            cells["remark"] = Slot(_tick(page, line.row, row["remark"]), classes=("note",))
        rows.append(cells)
    return rows


def _name(page: Page, line: Line, name: str, fault: str) -> SafeString:
    error = page.errors.get(f"row_{line.key}")
    notes = format_html('<span class="error" id="e-row_{}">{}</span>', line.key, error) if error else _NOTHING
    if fault:
        notes += format_html('<span class="fault">乡镇标出：{}</span>', fault)
    return format_html('<b id="f-row_{}" tabindex="-1">{}</b>{}', line.key, name, notes)


def _tick(page: Page, row: AttendanceRow, remark: str) -> SafeString:
    """Where the auditor marks a row that must be put right."""
    ticked = mark_safe(" checked") if (page.typed or {}).get(f"fault_{row.pk}") else _NOTHING
    return format_html(
        '{}<label class="faulty"><input type="checkbox" name="fault_{}" value="on"{}>这行要改</label>',
        remark,
        row.pk,
        ticked,
    )


def _days(page: Page, line: Line, month: date, *, filling: bool) -> list[Slot]:
    cells = []
    for number, printed in enumerate(days.printed(line.marks), 1):
        if number > len(line.marks):
            cells.append(Slot(format_html("{}", printed), classes=("day", "day--none")))
            continue
        mark, day = line.marks[number - 1], month.replace(day=number)
        classes = ["day"]
        if number == 1:
            classes.append(f"from-{day.isoweekday()}")
        if not is_working_day(day):
            classes.append("day--rest")
        if mark in (days.SICK, days.PERSONAL, days.ABSENT):
            classes.append("day--leave")
        if filling and line.fresh[number - 1] not in days.FIXED and day <= page.on:
            classes.append("live")
            cells.append(Slot(_select(line, number, mark), classes=tuple(classes)))
        else:
            classes.append("day--shut" if mark in days.FIXED or filling else "day--said")
            cells.append(Slot(format_html("{}", printed), classes=tuple(classes)))
    return cells


def _select(line: Line, number: int, mark: str) -> SafeString:
    options = format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        (
            ("" if code == days.OPEN else code, _SELECTED if code == mark else _NOTHING, days.PRINTED[code])
            for code in (days.OPEN, *days.CHOICES)
        ),
    )
    return format_html(
        '<select class="mark" name="d{0}_{1}" aria-label="{2}，{1}日">{3}</select>',
        line.key,
        number,
        line.tenure.worker.name,
        options,
    )


def _whole_row(line: Line, name: str) -> SafeString:
    options = format_html_join("", '<option value="{}">{}</option>', FILLS)
    return format_html(
        '<select class="fill" name="fill_{0}" aria-label="{1}整行"><option value="">整行</option>{2}</select>'
        '<button class="fill" type="button" data-fill="work" hidden>整行出勤</button>'
        '<button class="fill fill--more" type="button" data-fill="all" hidden>每天</button>'
        '<button class="fill fill--more" type="button" data-fill="clear" hidden>清空</button>',
        line.key,
        name,
        options,
    )


def _remark(line: Line, name: str) -> SafeString:
    return format_html(
        '<input class="input" name="remark_{}" value="{}" maxlength="30" aria-label="{}备注">',
        line.key,
        line.remark,
        name,
    )


def key_panel() -> SafeString:
    """What the marks mean and how the keyboard fills them in."""
    marks = [(days.PRINTED[code], days.WORDS[code], number) for number, code in enumerate(days.CHOICES, 1)]
    return SafeString(render_to_string("attendance/_keys.html", {"marks": marks}))
