"""A long list ends well: its signatures are never alone on the last page, and every page says what its columns are."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from forms_templates.library import Form, shipped
from forms_templates.libreoffice import word_to_pdf
from tests.forms_templates.pdf_preview import print_sheet

LISTS = {
    "aggregate_bulletin": "lines",
    "appraisal_summary": "results",
    "attendance_sheet": "workers",
    "employment_ledger": "people",
    "employment_support_report": "lines",
    "inspection_record": "items",
    "monthly_bulletin": "places",
    "named_roster": "departures",
    "pay_roster": "payments",
    "quarterly_summary": "places",
    "seal_register_book": "uses",
    "ten_day_dispatch": "places",
}
# The first words of the heading, and in which column each line says its number.
HEADING = {
    "inspection_record": "检查内容",
    "monthly_bulletin": "整改时限",
    "quarterly_summary": "整改时限",
    "seal_register_book": "用印时间",
    "ten_day_dispatch": "整改时限",
}
NUMBERED = ("village", "township", "unit", "subject", "name")
# Counts at which the signatures would have been alone, each list's own; and what lies around them.
TELLING = {
    "attendance_sheet": (1, 9, 12, 27),
    "employment_ledger": (1, 24, 28, 200, 203),
    "named_roster": (0, 25, 30),
    "monthly_bulletin": (37, 39),
    "pay_roster": (29, 30, 36),
    "quarterly_summary": (35, 59),
    "seal_register_book": (24, 38),
    "ten_day_dispatch": (40,),
}
EVERY = (1, *range(14, 41), *range(199, 204))


def filled(sheet: Form, count: int) -> dict[str, Any]:
    """The sample with so many lines, each with its number in it."""
    values = sheet.sample()
    lines = values[LISTS[sheet.code]]
    lines = values[LISTS[sheet.code]] = [dict(lines[number % len(lines)]) for number in range(count)]
    for number, line in enumerate(lines, 1):
        line[next(name for name in NUMBERED if name in line)] = f"行{number:03d}"
    return values


def pages(pdf: Path) -> list[str]:
    said = subprocess.run(
        ["pdftotext", "-layout", str(pdf), "-"], check=True, capture_output=True, text=True, timeout=60
    )
    return said.stdout.split("\f")[:-1]


def numbers(page: str) -> list[int]:
    return [int(number) for number in re.findall(r"行(\d{3})", page)]


def ends_well(code: str, count: int, said: list[str]) -> None:
    assert [number for page in said for number in numbers(page)] == list(range(1, count + 1))
    assert len(numbers(said[-1])) >= min(2, count), f"{code}, {count} lines: {[numbers(page) for page in said]}"
    for page in said:
        assert not numbers(page) or HEADING.get(code, "序号") in page, f"{code}, {count} lines: no heading"


@pytest.fixture(scope="module")
def telling(need_tool: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    need_tool("libreoffice")
    folder = tmp_path_factory.mktemp("lists")
    papers = {
        f"{code}-{count}": shipped(code).render(filled(shipped(code), count), {})
        for code, counts in TELLING.items()
        for count in counts
    }
    made = word_to_pdf(papers)
    assert made.troubles == {}
    for name, pdf in made.pdfs.items():
        (folder / f"{name}.pdf").write_bytes(pdf)
    return folder


@pytest.mark.parametrize(("code", "count"), [(code, count) for code, counts in TELLING.items() for count in counts])
def test_the_last_lines_of_a_list_are_on_the_page_of_its_signatures(telling: Path, code: str, count: int) -> None:
    ends_well(code, count, pages(telling / f"{code}-{count}.pdf"))


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize("code", LISTS)
def test_however_long_a_list_is_word_and_browser_end_it_alike(
    need_tool: Callable[[str], str], chromium: Browser, tmp_path: Path, code: str
) -> None:
    need_tool("libreoffice")
    sheet = shipped(code)
    papers = {f"n{count}": sheet.render(filled(sheet, count), {}) for count in EVERY}
    made = word_to_pdf(papers)
    tab = chromium.new_page()
    for count in EVERY:
        word, printed = tmp_path / "word.pdf", tmp_path / "sheet.pdf"
        word.write_bytes(made.pdfs[f"n{count}"])
        print_sheet(tab, sheet, papers[f"n{count}"], printed)
        ends_well(code, count, pages(word))
        assert [numbers(page) for page in pages(word)] == [numbers(page) for page in pages(printed)], count
    tab.close()
