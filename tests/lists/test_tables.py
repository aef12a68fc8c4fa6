"""A table is read as the office keeps it, or refused with a sentence that says what to do."""

import io
from datetime import date

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from tests.lists.books import book, csv_of
from workflows.lists import tables
from workflows.lists.kinds import KINDS, Column, Kind, Reading
from workflows.lists.tables import TableError, read_table

COLUMNS = (
    Column("name", "姓名", ""),
    Column("id_number", "身份证号", "", private=True),
    Column("start_on", "上岗日期", "", required=False, is_day=True),
)
HEAD = ["姓名", "身份证号", "上岗日期"]


def test_title_blank_lines_order_and_more_columns_do_not_matter() -> None:
    head = ["备注", "上岗日期（年月日）", "身份证号*", " 姓 名 "]
    first = ["x", "2020-07-01", "130399197501010011", "田红霞"]
    second = ["", "", "130399197501010012", "田红军"]
    content = book([["全乡名单"], [], head, first, [], second])
    table = read_table("名单.xlsx", content, COLUMNS)
    assert table.lines == [4, 6], "as the spreadsheet counts them"
    assert table.rows[0] == {"name": "田红霞", "id_number": "130399197501010011", "start_on": "2020-07-01"}
    assert table.rows[1]["start_on"] == ""


@pytest.mark.parametrize("typed", ["2020-07-01", "2020/7/1", "2020.7.1", "2020年7月1日", date(2020, 7, 1)])
def test_a_day_is_read_however_it_is_written(typed: object) -> None:
    table = read_table("a.xlsx", book([HEAD, ["田红霞", "130399197501010011", typed]]), COLUMNS)
    assert table.rows[0]["start_on"] == "2020-07-01"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gb18030"])
def test_a_csv_file_is_read_in_either_encoding(encoding: str) -> None:
    content = csv_of([HEAD, ["田红霞", "130399197501010011", "2020-07-01"]], encoding)
    assert read_table("名单.CSV", content, COLUMNS).rows[0]["name"] == "田红霞"


def test_a_number_that_lost_its_last_digits_is_found() -> None:
    content = book([HEAD, ["田红霞", 130399197501010011, ""]])
    with pytest.raises(TableError, match="第2行的身份证号存成了数字"):
        read_table("a.xlsx", content, COLUMNS)


def test_what_is_no_table_is_refused_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def says(content: bytes, name: str = "a.xlsx") -> str:
        with pytest.raises(TableError) as refused:
            read_table(name, content, COLUMNS)
        return str(refused.value)

    assert "空的" in says(b"")
    assert "另存为" in says(b"PK\x03\x04 broken")
    assert "另存为" in says(b"\x00\x01\x02 no table")
    assert "另存为" in says("姓名\0,身份证号".encode(), "a.csv")
    assert "没有内容" in says(book([[]]))
    assert "没有一行内容" in says(book([HEAD]))
    assert "没有找到：身份证号" in says(book([["姓名"], ["田红霞"]]))
    monkeypatch.setattr(tables, "MOST_ROWS", 2)
    assert "一次最多导入2行，这份有3行" in says(book([HEAD, *[["田红霞", "1", ""]] * 3]))
    monkeypatch.setattr(tables, "MOST_BYTES", 10)
    assert "MB" in says(b"x" * 11)


def test_a_table_that_unpacks_to_more_than_a_list_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MOST_UNPACKED", 1000)
    with pytest.raises(TableError, match="解开后太大"):
        read_table("a.xlsx", book([HEAD, *[["田红霞", "1", ""]] * 100]), COLUMNS)


def test_a_cell_far_away_does_not_make_a_giant_of_a_table() -> None:
    out = io.BytesIO()
    far = xlsxwriter.Workbook(out, {"in_memory": True})
    far.add_worksheet().write_string(1_000_000, 16_000, "x")
    far.close()
    with pytest.raises(TableError, match="表太大"):
        read_table("a.xlsx", out.getvalue(), COLUMNS)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.slug)
def test_the_empty_table_of_every_list_has_the_columns_that_are_read(kind: Kind, reading: Reading) -> None:
    content = tables.blank_table(kind.title, kind.columns, reading)
    head, *rest = CalamineWorkbook.from_object(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert head == [column.label for column in kind.columns]
    assert rest == []
    filled = book([head, [column.example for column in kind.columns]])
    assert read_table("a.xlsx", filled, kind.columns).rows == [{each.key: each.example for each in kind.columns}]
