"""Spreadsheets as offices hand them over."""

import csv
import io
from collections.abc import Sequence
from datetime import date
from typing import Any

import xlsxwriter


def book(rows: Sequence[Sequence[Any]]) -> bytes:
    """An .xlsx with these rows on its first sheet; "" leaves a cell out."""
    out = io.BytesIO()
    made = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet, day = made.add_worksheet(), made.add_format({"num_format": "yyyy-mm-dd"})
    for line, row in enumerate(rows):
        for at, cell in enumerate(row):
            if isinstance(cell, date):
                sheet.write_datetime(line, at, cell, day)
            elif isinstance(cell, str) and cell:
                sheet.write_string(line, at, cell)
            elif cell != "":
                sheet.write(line, at, cell)
    made.close()
    return out.getvalue()


def csv_of(rows: Sequence[Sequence[str]], encoding: str) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode(encoding)
