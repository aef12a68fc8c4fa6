"""Papers as pages: LibreOffice's of the Word file, Chromium's of the sheet; and where things stand on them."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from django.contrib.staticfiles import finders
from PIL import Image, ImageChops
from playwright.sync_api import Browser, Page

import forms_templates
from forms_templates.library import Form
from forms_templates.sheet import sheet_html_of_docx, stylesheet
from tests.forms_templates.papers import application_form

FONTS = Path(forms_templates.__file__).parent / "fonts" / "fonts.conf"
# Noto CJK names itself after its Japanese face; which shapes it draws is decided by the face chosen of the collection.
OUR_FACES = {"NotoSerifCJKjp", "NotoSerifCJKsc", "NotoSansCJKjp", "NotoSansCJKsc", "UKaiCN", "PaperBoxes"}
DPI = 150
# The least and the most of red, green and blue.
Colour = tuple[tuple[int, int], tuple[int, int], tuple[int, int]]
RED: Colour = ((151, 255), (0, 109), (0, 109))
BLUE: Colour = ((0, 89), (0, 109), (121, 255))
_MEAN = Image.Resampling.BOX


def pdf_of_word_file(docx: bytes, folder: Path, soffice: str) -> Path:
    """LibreOffice's PDF, with a profile of its own and the official families mapped to free Chinese ones."""
    source = folder / "paper.docx"
    source.write_bytes(docx)
    subprocess.run(
        [soffice, f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", "pdf",
         "--outdir", str(folder), str(source)],
        check=True, capture_output=True, timeout=120, env=os.environ | {"FONTCONFIG_FILE": str(FONTS)},
    )  # fmt: skip
    return source.with_suffix(".pdf")


def pdf_of_sheet(docx: bytes, folder: Path, chromium: Browser) -> Path:
    """What the browser prints of the finished paper's sheet, on the page the print address serves."""
    printed = folder / "sheet.pdf"
    tab = chromium.new_page()
    print_sheet(tab, application_form(), docx, printed)
    tab.close()
    return printed


def print_sheet(tab: Page, form: Form, docx: bytes, printed: Path) -> None:
    """The finished paper as the browser prints it, with the design and the font a page of ours brings."""
    folder = printed.parent
    (folder / "form.css").write_text(stylesheet(form), encoding="utf-8")
    for name in ("project.css", "paper_boxes.ttf"):
        shutil.copy(str(finders.find(name)), folder / name)
    page = folder / "sheet.html"
    page.write_text(
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<link rel="stylesheet" href="project.css"><link rel="stylesheet" href="form.css"></head>'
        f'<body><main class="page--paper">{sheet_html_of_docx(docx)}</main></body></html>',
        encoding="utf-8",
    )
    tab.goto(f"file://{page}")
    tab.pdf(path=printed, prefer_css_page_size=True)


def faces_in(pdf: Path) -> set[str]:
    """The families a PDF carries, as their fonts call themselves; fails where one is only named."""
    listed = subprocess.run(["pdffonts", str(pdf)], check=True, capture_output=True, text=True, timeout=60).stdout
    lines = [line.split() for line in listed.splitlines()[2:]]
    assert all(line[-5] == "yes" for line in lines), listed
    # Browsers write what is drawn letter by letter (Type 3) without a name.
    return {line[0].partition("+")[2].split("-")[0] for line in lines if line[0] != "[none]"}


def pages_of(pdf: Path, pdftoppm: str) -> list["PageImage"]:
    subprocess.run([pdftoppm, "-r", str(DPI), "-png", str(pdf), str(pdf.with_suffix(""))], check=True, timeout=120)
    return [PageImage(Image.open(png).convert("RGB")) for png in sorted(pdf.parent.glob(f"{pdf.stem}-*.png"))]


@dataclass
class PageImage:
    """One printed page as a picture; all answers in mm from its upper left corner."""

    image: Image.Image

    @property
    def size(self) -> tuple[float, float]:
        return _mm(self.image.width), _mm(self.image.height)

    def lines_across(self) -> list[float]:
        """Where rules run over the whole width of the grid."""
        band = self._dark((_pixels(20), 0, _pixels(190), self.image.height)).resize((1, self.image.height), _MEAN)
        return _centres([mean > 0.9 * 255 for mean in band.tobytes()])

    def lines_down(self, top: float, bottom: float) -> list[float]:
        """Where rules run from `top` to `bottom`."""
        box = (0, _pixels(top + 1), self.image.width, _pixels(bottom - 1))
        band = self._dark(box).resize((self.image.width, 1), _MEAN)
        return _centres([mean > 0.9 * 255 for mean in band.tobytes()])

    def _dark(self, box: tuple[int, int, int, int]) -> Image.Image:
        return self.image.crop(box).convert("L").point([255] * 160 + [0] * 96)

    def grid(self) -> list[list[float]]:
        """The lines across, then for each row between them the lines down."""
        across = self.lines_across()
        return [across, *(self.lines_down(top, bottom) for top, bottom in pairwise(across))]

    def frames(self, colour: Colour) -> list[tuple[float, float, float, float]]:
        """The boxes of pictures in this colour (left, top, right, bottom), from the top down."""
        mask = self._in(colour)
        inked = [mask.crop((0, y, mask.width, y + 1)).getbbox() is not None for y in range(mask.height)]
        boxes = []
        for top, bottom in _runs(inked):
            if bottom - top > _pixels(5) and (box := mask.crop((0, top, mask.width, bottom)).getbbox()):
                boxes.append((_mm(box[0]), _mm(top), _mm(box[2]), _mm(bottom)))
        return boxes

    def _in(self, colour: Colour) -> Image.Image:
        masks = [
            band.point([255 if low <= value <= high else 0 for value in range(256)])
            for band, (low, high) in zip(self.image.split(), colour, strict=True)
        ]
        return ImageChops.darker(masks[0], ImageChops.darker(masks[1], masks[2]))


def _runs(flags: list[bool]) -> list[tuple[int, int]]:
    found, start = [], None
    for index, flag in enumerate([*flags, False]):
        if flag and start is None:
            start = index
        elif not flag and start is not None:
            found.append((start, index))
            start = None
    return found


def _centres(flags: list[bool]) -> list[float]:
    return [_mm((start + end) / 2) for start, end in _runs(flags)]


def _mm(pixels: float) -> float:
    return pixels / DPI * 25.4


def _pixels(mm: float) -> int:
    return round(mm / 25.4 * DPI)
