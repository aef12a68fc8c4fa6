"""What stands where on a Word page: the few things an official form is made of, read from document.xml.

Paragraphs, tables with merged cells and tables within them, runs, line breaks, tabs and pictures; what Word wraps
round them (content controls, text boxes, tracked insertions) is looked through. Lengths in mm.
"""

import posixpath
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import takewhile

from lxml import etree

from forms_templates.ooxml import PKG_RELS, WP, A, R, W, inside, is_control, is_not_shown, parse
from forms_templates.sheet_footer import PageNumber, read_page_number
from forms_templates.word_numbering import Numbering, read_numbering
from forms_templates.word_styles import (
    Look,
    Properties,
    WordStyles,
    as_written,
    is_indented,
    is_on,
    merge,
    mm,
    style_of,
)
from forms_templates.zip_container import unpack

_EMU_PER_MM = 36000
_SIDES = ("top", "right", "bottom", "left")
# What a file says that says nothing of its page.
_A4: dict[str, dict[str, str]] = {"pgSz": {"w": "11906", "h": "16838"}, "pgMar": {}}


@dataclass(frozen=True, slots=True)
class Text:
    """Characters of one run; `style` is the id of its character style."""

    text: str
    style: str = ""
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Tab:
    """A jump to the next tab stop."""


@dataclass(frozen=True, slots=True)
class Break:
    """A line break inside a paragraph."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture; x and y from the column's left and the paragraph's top, unless it stands `inline` in its line like a
    character; `data` None: blank."""

    name: str
    alt: str
    x: float
    y: float
    width: float
    height: float
    behind: bool
    data: bytes | None
    inline: bool = False


Item = Text | Tab | Break | Picture


@dataclass(frozen=True, slots=True)
class Paragraph:
    style: str
    look: Look
    items: tuple[Item, ...]

    @property
    def text(self) -> str:
        return "".join(item.text for item in self.items if isinstance(item, Text))


@dataclass(slots=True)
class Cell:
    """`margins` and `open` follow top, right, bottom, left; an open side has no border. `blocks` are given where a
    table stands in the cell, whose paragraphs are then among `paragraphs`, in reading order."""

    column: int
    span: int
    paragraphs: tuple[Paragraph, ...]
    margins: tuple[float, float, float, float]
    middle: bool
    open: frozenset[str]
    rows: int = 1
    blocks: tuple["Paragraph | Table", ...] = ()

    @property
    def text(self) -> str:
        return "".join(paragraph.text for paragraph in self.paragraphs)


@dataclass(frozen=True, slots=True)
class Row:
    """`header` rows come again on every page."""

    height: float
    may_split: bool
    cells: tuple[Cell, ...]
    header: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Borders in pt: the frame's and the inner lines'."""

    columns: tuple[float, ...]
    frame: float
    lines: float
    rows: tuple[Row, ...]

    def heading(self, column: int) -> str:
        """The words that stand over a column in the lowest of the header rows; empty without a header."""
        found = ""
        # Only the first rows come again in Word: below them, thousands of rows need not be looked through.
        for row in takewhile(lambda row: row.header, self.rows):
            for cell in row.cells:
                if cell.column <= column < cell.column + cell.span and cell.text:
                    found = cell.text
        return found


@dataclass(frozen=True, slots=True)
class Section:
    """Pages of one size with the same margins (top, right, bottom, left; mm) and what stands on them."""

    width: float
    height: float
    margins: tuple[float, float, float, float]
    blocks: tuple[Paragraph | Table, ...]
    page_number: PageNumber | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """One document: its sections, its usual type."""

    usual: Look
    sections: tuple[Section, ...]

    @property
    def blocks(self) -> tuple[Paragraph | Table, ...]:
        """What stands on it, whatever the page."""
        return tuple(block for section in self.sections for block in section.blocks)

    def paragraphs(self) -> Iterator[Paragraph]:
        """Every paragraph, in reading order."""
        yield from _paragraphs_of(self.blocks)


@dataclass(frozen=True, slots=True)
class _Shape:
    """What is said of a cell itself; `margins` only those that are its own."""

    span: int
    merging: str
    middle: bool
    open: frozenset[str]
    margins: Properties


@dataclass(slots=True)
class _Reader:
    """Reads the parts of a document. A list says the same of its cells line after line: `shapes` has what was said,
    by how it was written."""

    styles: WordStyles
    media: Mapping[str, bytes]
    numbering: Numbering
    # Rows and paragraphs that only hold a template's control tags are left out.
    bare: bool = False
    merged: dict[int, Cell] = field(default_factory=dict)
    shapes: dict[bytes, _Shape] = field(default_factory=dict)

    def block(self, element: etree._Element) -> Paragraph | Table | None:
        if self.bare and element.tag == f"{W}p" and is_control(element):
            return None
        if element.tag == f"{W}p":
            return self.paragraph(element)
        return self.table(element) if element.tag == f"{W}tbl" else None

    def paragraph(self, element: etree._Element) -> Paragraph:
        items: list[Item] = []
        within = element
        for run in element.iter(f"{W}r"):
            if is_not_shown(run, element):
                continue
            inside = next(run.iterancestors(f"{W}p"))
            if items and inside is not within:
                items.append(Break())  # the lines of a text box
            within = inside
            items += self.run(run)
        look = self.styles.paragraph(element)
        listed = self.styles.list_of(element)
        number = self.numbering.next(*listed) if listed else None
        if number is not None:
            items.insert(0, Text(number.text))
            if number.left is not None and number.first_line is not None and not is_indented(element):
                look = replace(look, left=number.left, first_line=number.first_line)
        return Paragraph(style_of(element), look, tuple(items))

    def run(self, run: etree._Element) -> Iterator[Item]:
        properties = self.styles.run(run)
        style = properties.get("rStyle", {}).get("val", "")
        for child in run:
            if child.tag == f"{W}t":
                yield Text(child.text or "", style, is_on(properties, "b"))
            elif child.tag == f"{W}tab":
                yield Tab()
            elif child.tag == f"{W}noBreakHyphen":
                yield Text("-", style, is_on(properties, "b"))
            elif child.tag in (f"{W}br", f"{W}cr"):
                yield Break()
            elif child.tag == f"{W}drawing":
                yield from self.pictures(child)

    def pictures(self, drawing: etree._Element) -> Iterator[Picture]:
        for anchor in drawing.iter(f"{WP}anchor", f"{WP}inline"):
            extent, names, blip = (
                anchor.find(f"{WP}extent"),
                anchor.find(f"{WP}docPr"),
                anchor.find(f".//{A}blip"),
            )
            if extent is None or names is None or blip is None:
                continue
            # A template's place in the rows of a list has no picture of its own yet.
            data = self.media.get(blip.get(f"{R}embed", ""))
            yield Picture(
                name=names.get("name", ""),
                alt=names.get("descr", ""),
                x=_offset(anchor, "positionH"),
                y=_offset(anchor, "positionV"),
                width=int(extent.get("cx", "0")) / _EMU_PER_MM,
                height=int(extent.get("cy", "0")) / _EMU_PER_MM,
                behind=anchor.get("behindDoc") == "1",
                data=None if data is None or is_blank(data) else data,
                inline=anchor.tag == f"{WP}inline",
            )

    def table(self, element: etree._Element) -> Table:
        borders = self.styles.table(element, "tblBorders")
        margins = self.styles.table(element, "tblCellMar")
        around, self.merged = self.merged, {}
        table = Table(
            columns=tuple(mm(column.get(f"{W}w", "0")) for column in element.iterfind(f"{W}tblGrid/{W}gridCol")),
            frame=_thickness(borders.get("top", {})),
            lines=_thickness(borders.get("insideH", {})),
            rows=tuple(self.row(row, margins) for row in inside(element, "tr") if not (self.bare and is_control(row))),
        )
        self.merged = around
        return table

    def row(self, element: etree._Element, margins: dict[str, dict[str, str]]) -> Row:
        properties = merge([element.find(f"{W}trPr")])
        cells: list[Cell] = []
        # A row may begin some columns in.
        column = int(properties.get("gridBefore", {}).get("val", "0"))
        for tc in inside(element, "tc"):
            shape = self.shape(tc.find(f"{W}tcPr"))
            if shape.merging == "continue" and column in self.merged:
                self.merged[column].rows += 1
            else:
                cells.append(self.cell(tc, shape, margins, column))
                self.merged[column] = cells[-1]
            column += shape.span
        return Row(
            height=mm(properties.get("trHeight", {}).get("val", "0")),
            may_split=not is_on(properties, "cantSplit"),
            cells=tuple(cells),
            header=is_on(properties, "tblHeader"),
        )

    def shape(self, element: etree._Element | None) -> _Shape:
        written = as_written(element)
        if written not in self.shapes:
            facts = merge([element])
            borders = merge([None if element is None else element.find(f"{W}tcBorders")])
            self.shapes[written] = _Shape(
                span=int(facts.get("gridSpan", {}).get("val", "1")),
                merging=facts.get("vMerge", {"val": ""}).get("val", "continue"),
                middle=facts.get("vAlign", {}).get("val") == "center",
                open=frozenset(side for side in _SIDES if borders.get(side, {}).get("val") in ("nil", "none")),
                margins=merge([None if element is None else element.find(f"{W}tcMar")]),
            )
        return self.shapes[written]

    def cell(self, tc: etree._Element, shape: _Shape, margins: Properties, column: int) -> Cell:
        own = shape.margins
        top, right, bottom, left = (mm((own.get(s) or margins.get(s, {})).get("w", "0")) for s in _SIDES)
        blocks = tuple(block for each in inside(tc, "p", "tbl") if (block := self.block(each)) is not None)
        nested = any(isinstance(block, Table) for block in blocks)
        return Cell(
            column=column,
            span=shape.span,
            paragraphs=tuple(_paragraphs_of(blocks)),
            margins=(top, right, bottom, left),
            middle=shape.middle,
            open=shape.open,
            blocks=blocks if nested else (),
        )


def read_layout(docx: bytes, *, bare: bool = False) -> Layout:
    """The layout of a Word file of ours; raises zipfile.BadZipFile, KeyError for files that are none.

    `bare` reads a template without its control tags: every branch once, every loop once.
    """
    parts = {member.name: member for member in unpack(docx)}
    relations = parse(parts["word/_rels/document.xml.rels"].content())
    media = {
        relation.get("Id", ""): parts[target].content()
        for relation in relations.iter(f"{PKG_RELS}Relationship")
        if (target := posixpath.normpath(f"word/{relation.get('Target')}")) in parts and "/media/" in target
    }
    lists = parts["word/numbering.xml"].content() if "word/numbering.xml" in parts else None
    reader = _Reader(WordStyles(parts["word/styles.xml"].content()), media, read_numbering(lists), bare)
    body = parse(parts["word/document.xml"].content()).find(f"{W}body")
    if body is None:
        raise KeyError("w:body")
    sections: list[Section] = []
    waiting: list[Paragraph | Table] = []

    def end(ending: etree._Element | None) -> None:
        number = read_page_number(ending, parts, relations, reader.styles)
        _end_section(sections, ending, tuple(waiting), number)
        waiting.clear()

    for element in inside(body, "p", "tbl"):
        if (block := reader.block(element)) is not None:
            waiting.append(block)
        if (ending := element.find(f"{W}pPr/{W}sectPr")) is not None:
            end(ending)
    end(body.find(f"{W}sectPr"))
    return Layout(usual=reader.styles.usual(), sections=tuple(sections))


def _end_section(
    sections: list[Section],
    ending: etree._Element | None,
    blocks: tuple[Paragraph | Table, ...],
    number: PageNumber | None,
) -> None:
    """A section is described where it ends; one that goes on on the same page is none for us."""
    facts = _A4 | merge([ending])
    top, right, bottom, left = (mm(facts["pgMar"].get(side, "1440")) for side in _SIDES)
    width, height = (mm(facts["pgSz"].get(side, _A4["pgSz"][side])) for side in ("w", "h"))
    if sections:
        before = sections[-1]
        goes_on = facts.get("type", {}).get("val") == "continuous" and (before.width, before.height) == (width, height)
        if goes_on or not blocks:
            sections[-1] = replace(before, blocks=(*before.blocks, *blocks))
            return
        number = number if _has_footer(ending) else before.page_number
    sections.append(Section(width, height, (top, right, bottom, left), blocks, number))


def _has_footer(ending: etree._Element | None) -> bool:
    """Whether a section has a footer of its own; without one it goes on with that of the section before."""
    return ending is not None and ending.find(f"{W}footerReference") is not None


def _paragraphs_of(blocks: tuple[Paragraph | Table, ...]) -> Iterator[Paragraph]:
    for block in blocks:
        if isinstance(block, Paragraph):
            yield block
        else:
            for row in block.rows:
                for cell in row.cells:
                    yield from cell.paragraphs


def _offset(anchor: etree._Element, axis: str) -> float:
    found = anchor.findtext(f"{WP}{axis}/{WP}posOffset")
    return int(found or "0") / _EMU_PER_MM


def _thickness(border: dict[str, str]) -> float:
    return 0.0 if border.get("val", "nil") in ("nil", "none") else int(border.get("sz", "4")) / 8


def is_blank(png: bytes) -> bool:
    """Whether a picture is the template's place holder: one transparent pixel."""
    return len(png) >= 24 and struct.unpack(">2L", png[16:24]) == (1, 1)
