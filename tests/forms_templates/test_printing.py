"""Printed from the browser or from Word, it is the same A4 page: same page count, boxes within 2 mm."""

import os
import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from forms_templates.values import EMPTY_DATE
from tests.forms_templates.papers import application_form, pictures, sample
from tests.forms_templates.pdf_preview import (
    BLUE,
    FONTS,
    RED,
    PageImage,
    pages_of,
    pdf_of_sheet,
    pdf_of_word_file,
)

pytestmark = pytest.mark.browser

CLOSE_MM = 2.0
EMPTY = {
    "village_opinion": "",
    "village_signed_on": EMPTY_DATE,
    "township_opinion": "",
    "township_signed_on": EMPTY_DATE,
}
# Two lines more than the cells have room for; with them the page is full.
GENEROUS = {"village_opinion": "经入户核实，情况属实。" * 15}
LONG = {"village_opinion": "经入户核实，本人家庭情况属实，确无其他就业门路，同意推荐。" * 29}


@dataclass
class Printed:
    """One paper twice: as LibreOffice prints the Word file and as the browser prints the sheet."""

    word: list[PageImage]
    sheet: list[PageImage]
    word_pdf: Path


Print = Callable[..., Printed]


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory, need_tool: Callable[[str], str], chromium: Browser) -> Print:
    soffice, pdftoppm = need_tool("libreoffice"), need_tool("pdftoppm")
    made: dict[str, Printed] = {}

    def make(name: str, changed: dict[str, str], given: dict[str, bytes]) -> Printed:
        if name not in made:
            folder = tmp_path_factory.mktemp(name)
            docx = application_form().render(sample(**changed), given)
            word_pdf = pdf_of_word_file(docx, folder, soffice)
            sheet_pdf = pdf_of_sheet(docx, folder, chromium)
            made[name] = Printed(pages_of(word_pdf, pdftoppm), pages_of(sheet_pdf, pdftoppm), word_pdf)
        return made[name]

    return make


def differences(one: list[float], other: list[float]) -> list[float]:
    assert len(one) == len(other), (one, other)
    return [round(abs(a - b), 2) for a, b in zip(one, other, strict=True)]


@pytest.mark.parametrize(
    ("name", "changed", "given"),
    [("sealed", {}, pictures()), ("empty", EMPTY, {}), ("generous", GENEROUS, pictures())],
)
def test_the_ordinary_paper_is_one_page_with_the_same_boxes(
    printed: Print, name: str, changed: dict[str, str], given: dict[str, bytes]
) -> None:
    paper = printed(name, changed, given)
    assert len(paper.word) == len(paper.sheet) == 1
    word, sheet = paper.word[0], paper.sheet[0]
    assert word.size == pytest.approx((210, 297), abs=0.5)
    assert sheet.size == pytest.approx((210, 297), abs=0.5)
    word_grid, sheet_grid = word.grid(), sheet.grid()
    assert [len(lines) for lines in word_grid] == [7, 7, 5, 7, 5, 2, 2]
    apart = [differences(a, b) for a, b in zip(word_grid, sheet_grid, strict=True)]
    assert max(max(row) for row in apart) <= CLOSE_MM, apart


def test_seals_and_signatures_are_of_their_size_and_in_the_same_places(printed: Print) -> None:
    paper = printed("sealed", {}, pictures())
    for colour, width, height in ((RED, 42, 42), (BLUE, 46, 15)):
        word, sheet = paper.word[0].frames(colour), paper.sheet[0].frames(colour)
        assert len(word) == len(sheet) == 2
        for one, other in zip(word, sheet, strict=True):
            assert max(differences(list(one), list(other))) <= CLOSE_MM
            assert one[2] - one[0] == pytest.approx(width, abs=0.6)
            assert one[3] - one[1] == pytest.approx(height, abs=0.6)


def test_the_seal_is_centred_on_the_date_and_nothing_else_is_under_it(printed: Print) -> None:
    paper = printed("sealed", {}, pictures())
    listed = subprocess.run(
        ["pdftotext", "-bbox", str(paper.word_pdf), "-"], check=True, capture_output=True, text=True, timeout=60
    ).stdout
    boxes = [
        ([float(value) / 72 * 25.4 for value in found[:4]], found[4])
        for found in re.findall(r'<word xMin="(.*?)" yMin="(.*?)" xMax="(.*?)" yMax="(.*?)">(.*?)</word>', listed)
    ]
    for seal in paper.word[0].frames(RED):
        inside = [
            (box, text)
            for box, text in boxes
            if seal[0] < (box[0] + box[2]) / 2 < seal[2] and seal[1] < (box[1] + box[3]) / 2 < seal[3]
        ]
        assert re.fullmatch(r"（公章）2020年9月\d+日", "".join(text for _, text in inside).replace(" ", ""))
        date = [box for box, text in inside if "公章" not in text]
        middle = (min(box[0] for box in date) + max(box[2] for box in date)) / 2
        height = (min(box[1] for box in date) + max(box[3] for box in date)) / 2
        assert middle == pytest.approx((seal[0] + seal[2]) / 2, abs=1)
        assert height == pytest.approx((seal[1] + seal[3]) / 2, abs=1.5)


def test_a_long_opinion_runs_to_a_second_page_and_keeps_its_signature_whole(printed: Print) -> None:
    assert len(LONG["village_opinion"]) > 800
    paper = printed("long", LONG, pictures())
    assert len(paper.word) == len(paper.sheet) == 2
    for pages in (paper.word, paper.sheet):
        assert pages[0].frames(RED) == []
        assert len(pages[1].frames(RED)) == len(pages[1].frames(BLUE)) == 2
    for colour in (RED, BLUE):
        word, sheet = paper.word[1].frames(colour), paper.sheet[1].frames(colour)
        for one, other in zip(word, sheet, strict=True):
            assert max(differences(list(one), list(other))) <= CLOSE_MM
            assert one[2] - one[0] == pytest.approx(42 if colour is RED else 46, abs=0.6)


@pytest.mark.parametrize(
    ("family", "free"),
    [
        ("仿宋_GB2312", "Noto Serif CJK SC"),
        ("方正小标宋简体", "Noto Serif CJK SC SemiBold"),
        ("宋体", "Noto Serif CJK SC"),
        ("黑体", "Noto Sans CJK SC"),
    ],
)
def test_the_official_families_are_mapped_to_free_chinese_ones(family: str, free: str) -> None:
    asked = subprocess.run(
        ["fc-match", "-f", "%{family}", family],
        check=True, capture_output=True, text=True, timeout=60, env=os.environ | {"FONTCONFIG_FILE": str(FONTS)},
    )  # fmt: skip
    assert free in asked.stdout.split(",")
