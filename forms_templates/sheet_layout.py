"""What stands where on a Word page: the few things an official form is made of, read from document.xml.

Paragraphs, one level of tables with merged cells, runs, line breaks, tabs and anchored pictures. Lengths in
mm.
"""

import posixpath
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from forms_templates.ooxml import PKG_RELS, WP, A, R, W, parse
from forms_templates.word_styles import Look, WordStyles, is_on, merge, mm, style_of
from forms_templates.zip_container import unpack

_EMU_PER_MM = 36000
_SIDES = ("top", "right", "bottom", "left")


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
    """`margins` and `open` follow top, right, bottom, left; an open side has no border."""

    column: int
    span: int
    paragraphs: tuple[Paragraph, ...]
    margins: tuple[float, float, float, float]
    middle: bool
    open: frozenset[str]
    rows: int = 1

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
        for row in self.rows:
            for cell in row.cells if row.header else ():
                if cell.column <= column < cell.column + cell.span and cell.text:
                    found = cell.text
        return found


@dataclass(frozen=True, slots=True)
class Layout:
    """One document: page size, margins (top, right, bottom, left), its usual type, and what stands on it."""

    width: float
    height: float
    margins: tuple[float, float, float, float]
    usual: Look
    blocks: tuple[Paragraph | Table, ...]

    def paragraphs(self) -> Iterator[Paragraph]:
        """Every paragraph, in reading order."""
        for block in self.blocks:
            if isinstance(block, Paragraph):
                yield block
            else:
                for row in block.rows:
                    for cell in row.cells:
                        yield from cell.paragraphs


@dataclass(slots=True)
class _Reader:
    styles: WordStyles
    media: Mapping[str, bytes]
    # Rows and paragraphs that only hold a template's control tags are left out.
    bare: bool = False
    merged: dict[int, Cell] = field(default_factory=dict)

    def block(self, element: etree._Element) -> Paragraph | Table | None:
        if self.bare and element.tag == f"{W}p" and _is_control(element):
            return None
        if element.tag == f"{W}p":
            return self.paragraph(element)
        return self.table(element) if element.tag == f"{W}tbl" else None

    def paragraph(self, element: etree._Element) -> Paragraph:
        items: list[Item] = []
        for run in element.iter(f"{W}r"):
            items += self.run(run)
        return Paragraph(style_of(element), self.styles.paragraph(element), tuple(items))

    def run(self, run: etree._Element) -> Iterator[Item]:
        properties = self.styles.run(run)
        style = properties.get("rStyle", {}).get("val", "")
        for child in run:
            if child.tag == f"{W}t":
                yield Text(child.text or "", style, is_on(properties, "b"))
            elif child.tag == f"{W}tab":
                yield Tab()
            elif child.tag == f"{W}br":
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
                data=None if data is None or _is_blank(data) else data,
                inline=anchor.tag == f"{WP}inline",
            )

    def table(self, element: etree._Element) -> Table:
        borders = self.styles.table(element, "tblBorders")
        margins = self.styles.table(element, "tblCellMar")
        self.merged = {}
        return Table(
            columns=tuple(mm(column.get(f"{W}w", "0")) for column in element.iterfind(f"{W}tblGrid/{W}gridCol")),
            frame=_thickness(borders.get("top", {})),
            lines=_thickness(borders.get("insideH", {})),
            rows=tuple(
                self.row(row, margins) for row in element.iterfind(f"{W}tr") if not (self.bare and _is_control(row))
            ),
        )

    def row(self, element: etree._Element, margins: dict[str, dict[str, str]]) -> Row:
        properties = merge([element.find(f"{W}trPr")])
        cells: list[Cell] = []
        column = 0
        for tc in element.iterfind(f"{W}tc"):
            shape = tc.find(f"{W}tcPr")
            facts = merge([shape])
            span = int(facts.get("gridSpan", {}).get("val", "1"))
            merging = facts.get("vMerge", {"val": ""}).get("val", "continue")
            if merging == "continue" and column in self.merged:
                self.merged[column].rows += 1
            else:
                cells.append(self.cell(tc, shape, margins, column, span))
                self.merged[column] = cells[-1]
            column += span
        return Row(
            height=mm(properties.get("trHeight", {}).get("val", "0")),
            may_split=not is_on(properties, "cantSplit"),
            cells=tuple(cells),
            header=is_on(properties, "tblHeader"),
        )

    def cell(
        self,
        tc: etree._Element,
        shape: etree._Element | None,
        margins: dict[str, dict[str, str]],
        column: int,
        span: int,
    ) -> Cell:
        own = merge([None if shape is None else shape.find(f"{W}tcMar")])
        borders = merge([None if shape is None else shape.find(f"{W}tcBorders")])
        top, right, bottom, left = (mm((own.get(s) or margins.get(s, {})).get("w", "0")) for s in _SIDES)
        return Cell(
            column=column,
            span=span,
            paragraphs=tuple(self.paragraph(p) for p in tc.iterfind(f"{W}p")),
            margins=(top, right, bottom, left),
            middle=merge([shape]).get("vAlign", {}).get("val") == "center",
            open=frozenset(side for side in _SIDES if borders.get(side, {}).get("val") in ("nil", "none")),
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
    reader = _Reader(WordStyles(parts["word/styles.xml"].content()), media, bare)
    body = parse(parts["word/document.xml"].content())[0]
    section = merge([body.find(f"{W}sectPr")])
    top, right, bottom, left = (mm(section["pgMar"][side]) for side in _SIDES)
    return Layout(
        width=mm(section["pgSz"]["w"]),
        height=mm(section["pgSz"]["h"]),
        margins=(top, right, bottom, left),
        usual=reader.styles.usual(),
        blocks=tuple(block for element in body if (block := reader.block(element)) is not None),
    )


def _is_control(element: etree._Element) -> bool:
    text = "".join(node.text or "" for node in element.iter(f"{W}t")).strip()
    return text.startswith("{%") and text.endswith("%}") and text.count("{%") == 1


def _offset(anchor: etree._Element, axis: str) -> float:
    found = anchor.findtext(f"{WP}{axis}/{WP}posOffset")
    return int(found or "0") / _EMU_PER_MM


def _thickness(border: dict[str, str]) -> float:
    return 0.0 if border.get("val", "nil") in ("nil", "none") else int(border.get("sz", "4")) / 8


def _is_blank(png: bytes) -> bool:
    """Whether a picture is the template's place holder: one transparent pixel."""
    return len(png) >= 24 and struct.unpack(">2L", png[16:24]) == (1, 1)
