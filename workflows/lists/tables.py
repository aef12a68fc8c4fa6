"""Tables as offices keep them: read from .xlsx, .xls, .ods or .csv, written as an empty .xlsx to fill in."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import python_calamine

from workflows.core.workbooks import new_workbook

from .kinds import Column, Reading

MOST_BYTES = 4 * 1024 * 1024
MOST_UNPACKED = 60 * 1024 * 1024
MOST_ROWS = 3000
MOST_COLUMNS = 60
EXACT = 15  # digits a spreadsheet keeps of a number; the rest become zeros


class TableError(ValueError):
    """Why a file can't be taken, as a sentence that says what to do."""


@dataclass(frozen=True)
class Table:
    """Rows of text by column, and the line of the sheet each stands on, as the office counts them."""

    rows: list[dict[str, str]]
    lines: list[int]


def read_table(name: str, content: bytes, columns: Sequence[Column]) -> Table:
    """The first sheet. Raises TableError for anything that is not a table with these columns."""
    if not content:
        raise TableError("这个文件是空的，请选对文件。")
    if len(content) > MOST_BYTES:
        raise TableError(f"文件超过{MOST_BYTES // 1024 // 1024}MB，请分成几份导入。")
    cells = _csv(content) if name.lower().endswith((".csv", ".txt")) else _sheet(content)
    found = [(line, row) for line, row in enumerate(cells, 1) if any(_text(cell) for cell in row)]
    if not found:
        raise TableError("表里没有内容，请选对文件；内容要在第一张工作表里。")
    head_at, places = _head(found, columns)
    body = found[head_at + 1 :]
    if not body:
        raise TableError("表头下面没有一行内容，请先填好再导入。")
    if len(body) > MOST_ROWS:
        raise TableError(f"一次最多导入{MOST_ROWS}行，这份有{len(body)}行，请分成几份。")
    rows, lines, faults = [], [], []
    for line, row in body:
        values = {}
        for column in columns:
            at = places.get(column.key)
            cell = row[at] if at is not None and at < len(row) else ""
            values[column.key] = _text(cell, day=column.is_day)
            if _lost_digits(cell):
                faults.append(f"第{line}行的{column.label}")
        rows.append(values)
        lines.append(line)
    if faults:
        more = "等" if len(faults) > 3 else ""
        raise TableError(
            f"{'、'.join(faults[:3])}{more}存成了数字，后几位已经丢失：请把这一列设成“文本”格式，再重新填写号码。"
        )
    return Table(rows, lines)


def _head(found: Sequence[tuple[int, Sequence[Any]]], columns: Sequence[Column]) -> tuple[int, dict[str, int]]:
    """Which row is the head (a title may stand above it), and where each column stands in it."""
    wanted = {_bare(column.label): column.key for column in columns}
    best: tuple[int, dict[str, int]] = (0, {})
    for at, (_, row) in enumerate(found[:10]):
        places: dict[str, int] = {}
        for place, cell in enumerate(row[:MOST_COLUMNS]):
            key = wanted.get(_bare(_text(cell)))
            if key is not None:
                places.setdefault(key, place)
        if len(places) > len(best[1]):
            best = (at, places)
    missing = [column.label for column in columns if column.required and column.key not in best[1]]
    if missing:
        raise TableError(f"表头里没有找到：{'、'.join(missing)}。请用下载的空白表填写，不要改表头。")
    return best


def _bare(label: str) -> str:
    """A head as it is compared: only its words, without what stands in brackets."""
    return "".join(re.findall(r"\w+", re.split(r"[（(]", label, maxsplit=1)[0]))


def _sheet(content: bytes) -> list[list[Any]]:
    if content[:2] == b"PK":
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                unpacked = sum(info.file_size for info in archive.infolist())
        except (zipfile.BadZipFile, ValueError, OSError) as error:
            raise TableError(_NOT_A_TABLE) from error
        if unpacked > MOST_UNPACKED:
            raise TableError("文件解开后太大，不像一份名单，没有打开。")
    try:
        sheet = python_calamine.CalamineWorkbook.from_object(io.BytesIO(content)).get_sheet_by_index(0)
        too_large = sheet.total_height > 20 * MOST_ROWS or sheet.total_width > 10 * MOST_COLUMNS
        # The lines keep their numbers: what is empty above the table is read as well.
        cells = [] if too_large else [list(row) for row in sheet.to_python(skip_empty_area=False)]
    # Whatever the reader says of a broken file means one thing to the office.
    except Exception as error:
        raise TableError(_NOT_A_TABLE) from error
    if too_large:
        raise TableError("表太大，不像一份名单，没有打开。请只留要导入的行和列。")
    return cells


_NOT_A_TABLE = "打不开这个文件：请用Excel或WPS另存为.xlsx（或者.csv）再导入。"


def _csv(content: bytes) -> list[list[str]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise TableError("认不出这个文件的文字编码：请另存为.xlsx再导入。")
    if "\0" in text:
        raise TableError(_NOT_A_TABLE)
    try:
        return list(csv.reader(io.StringIO(text, newline="")))
    except csv.Error as error:
        raise TableError(_NOT_A_TABLE) from error


def _text(cell: Any, *, day: bool = False) -> str:
    """A cell as the office reads it."""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    text = " ".join(str(cell).split()) if cell is not None else ""
    return _iso(text) if day else text


def _iso(text: str) -> str:
    """2019年7月1日, 2019/7/1 and 2019.7.1 as an ISO date; anything else as it stands."""
    parts = text.replace("年", "-").replace("月", "-").replace("日", "").replace("/", "-").replace(".", "-").split("-")
    if len(parts) == 3 and all(part.isascii() and part.isdigit() for part in parts) and len(parts[0]) == 4:
        return f"{parts[0]}-{int(parts[1]):02d}-{int(parts[2]):02d}"
    return text


def _lost_digits(cell: Any) -> bool:
    return isinstance(cell, (float, int)) and not isinstance(cell, bool) and abs(cell) >= 10**EXACT


def blank_table(title: str, columns: Sequence[Column], reading: Reading) -> bytes:
    """An empty table to fill in: the head, every column as text, choices to pick from, one example beside it."""
    out = io.BytesIO()
    book = new_workbook(out)
    sheet = book.add_worksheet(title)
    text = book.add_format({"num_format": "@"})
    must = book.add_format({"bold": True, "bg_color": "#DDEBEC", "border": 1, "num_format": "@"})
    may = book.add_format({"bg_color": "#F1F1EC", "border": 1, "num_format": "@"})
    for at, column in enumerate(columns):
        sheet.set_column(at, at, column.width, text)
        sheet.write_string(0, at, column.label, must if column.required else may)
        known = column.means(reading) if column.offered and column.means is not None else {}
        if choices := column.choices or tuple(known):
            sheet.data_validation(1, at, MOST_ROWS, at, {"validate": "list", "source": list(choices)})
    sheet.freeze_panes(1, 0)
    notes = book.add_worksheet("填写说明")
    notes.set_column(0, 0, 16)
    notes.set_column(1, 1, 70)
    notes.set_column(2, 2, 26, text)
    for at, word in enumerate(("列", "怎么填", "例子")):
        notes.write_string(0, at, word, must)
    for line, column in enumerate(columns, 1):
        must_text = "必填。" if column.required else "可以空着。"
        notes.write_string(line, 0, column.label)
        notes.write_string(line, 1, f"{must_text}{column.hint}")
        notes.write_string(line, 2, column.example, text)
    book.close()
    return out.getvalue()
