"""A ledger, and the changes of a county's month, as tables for other programs (xlsx, csv)."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from registry.models import County
from workflows.attendance.sheets.days import spoken
from workflows.core.workbooks import new_workbook

from ..models import Ledger, LedgerRow, RowKind
from .snapshot import said

PEOPLE = (
    ("序号", 6), ("行政村", 12), ("姓名", 10), ("性别", 6), ("身份证号", 22), ("联系电话", 16), ("人员类别", 12),
    ("岗位", 10), ("上岗日期", 12), ("协议终止日期", 14), ("累计月数", 10), ("零头天数", 10), ("本月变动", 16),
)  # fmt: skip
LEFT = (
    ("序号", 6), ("行政村", 12), ("姓名", 10), ("身份证号", 22), ("离岗日期", 12), ("离岗原因", 24), ("依据", 24),
)  # fmt: skip
CHANGES = (
    ("乡镇", 12), ("行政村", 12), ("姓名", 10), ("身份证号", 22), ("变动", 10), ("变动日期", 12), ("岗位", 10),
    ("原因", 24), ("依据", 24), ("办件编号", 20), ("台账编号", 20),
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def digest_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def ledger_table(ledger: Ledger) -> bytes:
    """Two sheets: who is on a post, who left; above them the counts as they were filed."""
    rows = list(ledger.rows.order_by("kind", "position"))
    present = [row for row in rows if row.kind == RowKind.PRESENT]
    gone = [row for row in rows if row.kind == RowKind.DEPARTED]
    counts = (
        f"上月在岗{ledger.last_count}人，本月新增{ledger.joined_count}人，本月减少{ledger.left_count}人，"
        f"本月在岗{ledger.now_count}人"
    )
    head = f"{ledger.county.name}{ledger.township.name}{spoken(ledger.month)}扶贫专岗实名台账 第{ledger.version}版"
    return _workbook(
        (
            ("在岗人员", PEOPLE, [_person(number, row) for number, row in enumerate(present, 1)]),
            ("离岗人员", LEFT, [_gone(number, row) for number, row in enumerate(gone, 1)]),
        ),
        [head, f"编号{ledger.case.number}，数据日期{_day(ledger.snapshot_on)}", counts],
    )


def _person(number: int, row: LedgerRow) -> list[Any]:
    return [
        number, row.village, row.name, row.sex, row.id_number, row.phone, row.category, row.post_type,
        _day(row.start_on), _day(row.end_on), row.months, row.odd_days, said(row.changes),
    ]  # fmt: skip


def _gone(number: int, row: LedgerRow) -> list[Any]:
    return [number, row.village, row.name, row.id_number, _day(row.left_on), row.why, row.basis]


def _day(day: date | None) -> str:
    return day.isoformat() if day is not None else ""


def _change_rows(rows: Iterable[LedgerRow]) -> list[list[Any]]:
    return [
        [
            row.ledger.township.name, row.village, row.name, row.id_number, each["what"], each["on"], row.post_type,
            row.why if each["what"] == "离岗" else "", row.basis if each["what"] == "离岗" else "", each["number"],
            row.ledger.case.number,
        ]
        for row in rows
        for each in row.changes
    ]  # fmt: skip


def changes_table(county: County, month: date, rows: Sequence[LedgerRow]) -> bytes:
    head = f"{county.name}{spoken(month)}扶贫专岗人员变动（录入省系统用）"
    return _workbook((("人员变动", CHANGES, _change_rows(rows)),), [head])


def changes_csv(county: County, month: date, rows: Sequence[LedgerRow]) -> bytes:
    """With a byte order mark, which is how Excel knows that it is UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([title for title, _ in CHANGES])
    writer.writerows([[_inert(cell) for cell in row] for row in _change_rows(rows)])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _inert(cell: Any) -> Any:
    """A typed value that a table program would run as a formula is shown as text."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def _workbook(sheets: Sequence[tuple[str, Sequence[tuple[str, int]], list[list[Any]]]], head: Sequence[str]) -> bytes:
    out = io.BytesIO()
    book = new_workbook(out)
    title = book.add_format({"bold": True})
    label = book.add_format({"bold": True, "border": 1, "bg_color": "#eeeeee"})
    boxed = book.add_format({"border": 1})
    for name, columns, rows in sheets:
        sheet = book.add_worksheet(name)
        for number, line in enumerate(head):
            sheet.write_string(number, 0, line, title)
        for number, (text, width) in enumerate(columns):
            sheet.set_column(number, number, width)
            sheet.write_string(len(head), number, text, label)
        for at, row in enumerate(rows, len(head) + 1):
            for number, cell in enumerate(row):
                # An ID number is eighteen digits of text, never a number.
                write = sheet.write_number if isinstance(cell, int) else sheet.write_string
                write(at, number, cell, boxed)
        sheet.freeze_panes(len(head) + 1, 0)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(len(head))
    book.close()
    return out.getvalue()
