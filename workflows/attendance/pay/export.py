"""The file for the bank: one line a person with full numbers, as Excel or CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import UTC, datetime

from workflows.core.workbooks import new_workbook

from ..models import PayLine, PayRoster
from ..sheets import days
from .facts import Payee, payees

HEADS = ("序号", "户名", "身份证号", "银行账号", "金额（元）", "用途", "行政村", "备注")
CSV = "text/csv; charset=utf-8"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def to_pay(lines: Sequence[PayLine]) -> list[Payee]:
    """Who gets money: whoever owes more than they get stands on the roster, not in the bank's file."""
    return [payee for payee in payees(lines) if payee.amount > 0]


def plain(text: str) -> str:
    """A text no table program takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _texts(roster: PayRoster, payee: Payee) -> tuple[str, str, str, str, str, str]:
    worker = payee.worker
    purpose = f"{days.spoken(roster.month)}扶贫专岗补贴"
    return plain(worker.name), worker.id_number, worker.account, purpose, plain(payee.villages), payee.remark


def as_csv(roster: PayRoster, lines: Sequence[PayLine]) -> bytes:
    """UTF-8 with a mark at the beginning, so that Excel and WPS read the Chinese."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEADS)
    for number, payee in enumerate(to_pay(lines), 1):
        name, id_number, account, purpose, villages, remark = _texts(roster, payee)
        # A tab keeps the long numbers texts when the file is opened in Excel.
        long = [f"\t{text}" if text else "" for text in (id_number, account)]
        writer.writerow([number, name, *long, f"{payee.amount:.2f}", purpose, villages, remark])
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(roster: PayRoster, lines: Sequence[PayLine]) -> bytes:
    """The same as Excel, numbers of persons and accounts as text, with the sum below; the same bytes every time."""
    out = io.BytesIO()
    book = new_workbook(out)
    book.set_properties({"created": datetime(1980, 1, 1, tzinfo=UTC).replace(tzinfo=None)})
    sheet = book.add_worksheet("银行代发")
    text = book.add_format({"num_format": "@", "border": 1})
    money = book.add_format({"num_format": "#,##0.00", "border": 1})
    head = book.add_format({"bold": True, "border": 1, "bg_color": "#E8ECEA", "align": "center"})
    for column, (title, width) in enumerate(zip(HEADS, (6, 12, 22, 24, 12, 26, 20, 16), strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, title, head)
    sheet.freeze_panes(1, 0)
    rows = to_pay(lines)
    for number, payee in enumerate(rows, 1):
        name, id_number, account, purpose, villages, remark = _texts(roster, payee)
        sheet.write_number(number, 0, number, text)
        for column, value in ((1, name), (2, id_number), (3, account), (5, purpose), (6, villages), (7, remark)):
            sheet.write_string(number, column, value, text)
        sheet.write_number(number, 4, float(payee.amount), money)
    last = len(rows)
    sheet.write_string(last + 1, 1, "合计", head)
    total = float(sum(payee.amount for payee in rows))
    sheet.write_formula(last + 1, 4, f"=SUM(E2:E{last + 1})" if last else "=0", money, total)
    book.close()
    return out.getvalue()
