"""骑缝章: the strips of one seal lie at the right edges of all pages, and laid together they are the whole seal."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import pikepdf
import pytest
from PIL import Image, ImageChops

from signatures.across_pages import DIAMETER_MM, MOST_PAGES, across_pages
from signatures.seal_drawing import draw_seal
from tests.signatures.seal_pages import POINTS, images_on, pdf_with

SEAL = draw_seal("昌黎县泥井镇人民政府")
A4_MM = (595.3 / POINTS, 841.9 / POINTS)


def strips(pdf: bytes) -> list[list[tuple[float, float, float, float]]]:
    """On each page the boxes of its pictures in millimetres: left, bottom, width, height."""
    found = []
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        for page in opened.pages:
            boxes, matrix = [], [0.0] * 6
            for each in pikepdf.parse_content_stream(page):
                if str(each.operator) == "cm":
                    matrix = [float(number) / POINTS for number in each.operands]
                elif str(each.operator) == "Do":
                    boxes.append((matrix[4], matrix[5], matrix[0], matrix[3]))
            found.append(boxes)
    return found


@pytest.mark.parametrize("pages", [2, 3, 7])
def test_the_strips_make_one_seal_of_42_millimetres_at_the_right_edge(pages: int) -> None:
    marked = strips(across_pages(pdf_with({}, pages=pages), [SEAL]))
    assert [len(boxes) for boxes in marked] == [1] * pages
    assert sum(boxes[0][2] for boxes in marked) == pytest.approx(DIAMETER_MM, abs=0.1)
    for ((left, bottom, width, height),) in marked:
        assert left + width == pytest.approx(A4_MM[0], abs=0.1)
        assert height == pytest.approx(DIAMETER_MM, abs=0.1)
        assert bottom + height / 2 == pytest.approx(A4_MM[1] / 2, abs=0.2)


def test_laid_like_a_fan_the_pages_show_the_whole_seal(tmp_path: Path) -> None:
    (tmp_path / "paper.pdf").write_bytes(across_pages(pdf_with({}, pages=3), [SEAL]))
    subprocess.run(["pdftoppm", "-r", "100", "-png", "paper.pdf", "page"], cwd=tmp_path, check=True, timeout=60)
    side = round(DIAMETER_MM / 25.4 * 100)
    fan = Image.new("RGB", (side, side), "white")
    left = 0
    for path in sorted(tmp_path.glob("page-*.png")):
        with Image.open(path) as page:
            width = round(side / 3)
            top = (page.height - side) // 2
            fan.paste(page.convert("RGB").crop((page.width - width, top, page.width, top + side)), (left, 0))
        left += width
    with Image.open(io.BytesIO(SEAL)) as opened:
        seal = opened.convert("RGBA").resize((side, side), Image.Resampling.LANCZOS)
    whole = Image.alpha_composite(Image.new("RGBA", seal.size, "white"), seal).convert("RGB")
    apart = ImageChops.difference(fan, whole).convert("L").histogram()
    assert sum(apart[100:]) / (side * side) < 0.08, "the same picture but for edges of a pixel"


def test_one_page_needs_none_and_many_pages_get_several() -> None:
    pages = MOST_PAGES + 1
    alone = pdf_with({}, pages=1)
    assert across_pages(alone, [SEAL]) == alone
    widths = [boxes[0][2] for boxes in strips(across_pages(pdf_with({}, pages=pages), [SEAL]))]
    assert min(widths) > 3.5
    assert sum(widths) == pytest.approx(2 * DIAMETER_MM, abs=0.2)


def test_two_parties_stand_apart_and_what_was_drawn_stays() -> None:
    pdf = pdf_with({"employer_seal": SEAL}, pages=2)
    marked = across_pages(pdf, [SEAL, draw_seal("昌黎县泥井镇青禾村村民委员会")])
    assert images_on(marked) == [2, 3]
    first, second = strips(marked)[0]
    assert second[1] - first[1] > DIAMETER_MM
