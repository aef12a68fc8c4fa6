"""One PDF of many papers in a chosen order, behind a list of what is in it."""

import hashlib
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pikepdf
from docx import Document as Word
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from pikepdf import Dictionary, Name, Pdf

_WIDTHS_MM = (13, 74, 30, 39, 14)


@dataclass(frozen=True)
class Line:
    """One paper in the list: its title, whom it concerns, its number, its pages, a remark where it is missing."""

    title: str
    concerns: str
    number: str
    pages: str


def cover(title: str, facts: str, lines: Sequence[Line]) -> bytes:
    """The list as a Word file: what lies behind it, in order."""
    word = Word()
    section = word.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(20)
    _set_font(word.styles["Normal"].font, "仿宋_GB2312", 12)
    heading = word.add_paragraph()
    heading.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _set_font(heading.add_run(title).font, "方正小标宋简体", 20)
    word.add_paragraph(facts)
    table = word.add_table(rows=1, cols=5, style="Table Grid")
    table.autofit = False
    for column, width in zip(table.columns, _WIDTHS_MM, strict=True):
        column.width = Mm(width)
    for cell, label in zip(table.rows[0].cells, ("序号", "文书", "办理对象", "编号", "页数"), strict=True):
        _set_font(cell.paragraphs[0].add_run(label).font, "黑体", 11)
    head = table.rows[0]._tr.get_or_add_trPr()
    head.append(head.makeelement(qn("w:tblHeader"), {}))
    for position, line in enumerate(lines, 1):
        cells = table.add_row().cells
        for cell, text in zip(cells, (str(position), line.title, line.concerns, line.number, line.pages), strict=True):
            cell.text = text
    for row in table.rows:
        for cell, width in zip(row.cells, _WIDTHS_MM, strict=True):
            cell.width = Mm(width)
    out = io.BytesIO()
    word.save(out)
    return out.getvalue()


def merged(pdfs: Iterable[bytes]) -> tuple[bytes, int]:
    """All pages in order; a face or a seal that many papers have stands in the file once."""
    whole = Pdf.new()
    once: dict[bytes, pikepdf.Object] = {}
    for pdf in pdfs:
        with pikepdf.open(io.BytesIO(pdf)) as single:
            start = len(whole.pages)
            whole.pages.extend(single.pages)
            for page in list(whole.pages)[start:]:
                _share(page.Resources.get(Name.Font), once)
                _share(page.Resources.get(Name.XObject), once)
    out = io.BytesIO()
    whole.save(out)
    return out.getvalue(), len(whole.pages)


def _share(objects: pikepdf.Object | None, once: dict[bytes, pikepdf.Object]) -> None:
    for name, thing in (objects or Dictionary()).items():
        digest = _digest(thing)
        if digest is not None and objects is not None:
            objects[Name(str(name))] = once.setdefault(digest, thing)


def _digest(thing: pikepdf.Object) -> bytes | None:
    if thing.get(Name.Subtype) == Name.Image:
        mask = thing.get(Name.SMask)
        return hashlib.sha256(thing.read_raw_bytes() + (mask.read_raw_bytes() if mask is not None else b"")).digest()
    descriptor = thing.get(Name.FontDescriptor)
    if descriptor is None:
        return None
    for kind in (Name.FontFile, Name.FontFile2, Name.FontFile3):
        if kind in descriptor:
            unicode = thing.get(Name.ToUnicode)
            named = descriptor[kind].read_raw_bytes() + (unicode.read_raw_bytes() if unicode is not None else b"")
            return hashlib.sha256(named).digest()
    return None


def _set_font(font: Any, family: str, points: int) -> None:
    font.name, font.size = family, Pt(points)
    font.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), family)
