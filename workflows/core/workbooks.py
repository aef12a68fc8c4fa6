"""Excel files that go out: every text stays a text, whatever somebody typed into it."""

from __future__ import annotations

import io

import xlsxwriter

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def new_workbook(out: io.BytesIO) -> xlsxwriter.Workbook:
    """An empty workbook that writes into `out` when it is closed; no text of it becomes a formula or a link."""
    return xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
