"""Every form of the library is the same page from the browser and as PDF: as many pages, boxes within 2 mm."""

import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser

from forms_templates.close_set import closely_set
from forms_templates.library import Form, form, versions
from forms_templates.libreoffice import word_to_pdf
from forms_templates.sheet import sheet_layout
from forms_templates.zip_container import unpack
from tests.forms_templates.papers import application_form, picture, sample
from tests.forms_templates.pdf_preview import OUR_FACES, faces_in, print_sheet
from tests.forms_templates.test_new_form import drawn

DPI = 100
CLOSE_MM = 2.0
# Across rules longer than a chosen word's frame, down rules as long as a row is high.
LEAST_ACROSS_MM, LEAST_DOWN_MM = 16.0, 8.3
Rule = tuple[str, float, float, float]  # h or v, where, from, to; in mm


@pytest.fixture(scope="module")
def all_as_pdf(need_tool: Callable[[str], str], chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """For each form <code>-<version>-word.pdf and -sheet.pdf, with frames where ink and seals go."""
    need_tool("libreoffice")
    folder = tmp_path_factory.mktemp("all")
    forms = {f"{code}-{version}": form(code, version) for code, version in versions()}
    papers = {name: each.render(each.sample(), frames(each)) for name, each in forms.items()}
    made = word_to_pdf(papers)
    assert made.troubles == {}
    tab = chromium.new_page()
    for name, each in forms.items():
        (folder / f"{name}-word.pdf").write_bytes(made.pdfs[name])
        print_sheet(tab, each, papers[name], folder / f"{name}-sheet.pdf")
    tab.close()
    return folder


def frames(each: Form) -> dict[str, bytes]:
    values = each.sample()
    found: dict[str, bytes] = {}
    for name, spec in each.pictures.items():
        rows, dot, place = name.partition(".")
        names = [f"{rows}.{index}.{place}" for index in range(len(values[rows]))] if dot else [name]
        colour = (195, 22, 28) if spec.kind == "seal" else (20, 40, 160)
        found |= dict.fromkeys(names, picture(spec.width_mm, spec.height_mm, colour))
    return found


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize(("code", "version"), list(versions()))
def test_every_form_is_the_same_page_from_the_browser_and_as_pdf(
    all_as_pdf: Path, need_tool: Callable[[str], str], code: str, version: int
) -> None:
    word, sheet = (
        pages(all_as_pdf / f"{code}-{version}-{kind}.pdf", need_tool("pdftoppm")) for kind in ("word", "sheet")
    )
    assert len(word) == len(sheet)
    for number, (one, other) in enumerate(zip(word, sheet, strict=True), 1):
        lost = [*not_found(one, other), *not_found(other, one)]
        assert lost == [], f"page {number}"
    for kind in ("word", "sheet"):
        assert faces_in(all_as_pdf / f"{code}-{version}-{kind}.pdf") <= OUR_FACES
        assert counted(all_as_pdf / f"{code}-{version}-{kind}.pdf") == (
            list(range(1, len(word) + 1)) if sheet_layout(form(code, version)).sections[0].page_number else []
        )


def counted(pdf: Path) -> list[int]:
    """The numbers of the pages, as they stand below the text."""
    said = subprocess.run(["pdftotext", str(pdf), "-"], check=True, capture_output=True, text=True, timeout=60).stdout
    return [int(number) for number in re.findall(r"^— ?(\d+) ?—$", said, re.MULTILINE)]


def pages(pdf: Path, pdftoppm: str) -> list[list[Rule]]:
    """The rules on each page of a PDF."""
    subprocess.run([pdftoppm, "-r", str(DPI), "-gray", str(pdf), str(pdf.with_suffix(""))], check=True, timeout=120)
    return [list(rules(Image.open(file))) for file in sorted(pdf.parent.glob(f"{pdf.stem}-*.pgm"))]


def rules(page: Image.Image) -> Iterator[Rule]:
    dark = page.convert("L").point([255] * 170 + [0] * 86)
    for kind, image, least in (
        ("h", dark, LEAST_ACROSS_MM),
        ("v", dark.transpose(Image.Transpose.TRANSPOSE), LEAST_DOWN_MM),
    ):
        width, data = image.width, image.tobytes()
        run = re.compile(b"\xff{%d,}" % round(least / 25.4 * DPI))
        for line in range(image.height):
            for found in run.finditer(data[line * width : (line + 1) * width]):
                yield kind, to_mm(line), to_mm(found.start()), to_mm(found.end())


def not_found(these: list[Rule], others: list[Rule]) -> list[Rule]:
    """Those that no rules of the other page cover within 2 mm."""
    return [rule for rule in these if not is_covered(rule, others) and not is_edge_of_page(rule)]


def is_covered(rule: Rule, others: list[Rule]) -> bool:
    kind, where, at, end = rule
    for start, stop in sorted(each[2:] for each in others if each[0] == kind and abs(each[1] - where) <= CLOSE_MM):
        if start - CLOSE_MM <= at < stop:
            at = stop
    return at >= end - CLOSE_MM


def is_edge_of_page(rule: Rule) -> bool:
    """Where a cell goes on on the next page LibreOffice draws a line, the browser none."""
    return rule[0] == "h" and rule[1] < 20


def to_mm(pixels: float) -> float:
    return round(pixels / DPI * 25.4, 1)


def document_of(docx: bytes) -> str:
    return next(member.content() for member in unpack(docx) if member.name == "word/document.xml").decode()


def test_what_libreoffice_is_given_has_a_break_of_no_width_between_chinese_and_figures() -> None:
    given = closely_set(application_form().render(sample(village_opinion="家有3口人，2020年脱贫𠮷1户。"), {}))
    assert "家有\u200b3\u200b口人，2020\u200b年脱贫𠮷\u200b1\u200b户。" in document_of(given)


def test_two_runs_that_meet_are_set_closely_too() -> None:
    changed = document_of(closely_set(form("application_pledge", 1).render(form("application_pledge", 1).sample(), {})))
    assert not re.search(r"[\u4e00-\u9fff]</w:t></w:r><w:r><w:t[^>]*>[0-9]", changed)


def test_a_file_that_is_none_is_left_to_libreoffice() -> None:
    assert closely_set(b"nothing") == b"nothing"


def test_a_form_in_word_s_own_styles_wants_its_gaps_and_keeps_them() -> None:
    plain = drawn()
    assert closely_set(plain) == plain
