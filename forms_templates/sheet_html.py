"""The HTML half of a sheet: semantic markup in the vocabulary of the design, measures as classes.

The template's paragraph and character styles say what a piece is (sheet_styles.py).
"""

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.html import escape
from django.utils.safestring import SafeString

from forms_templates.placeholders import TAG, tag
from forms_templates.sheet_cells import MM_PER_PT, ends_squarely, heading, height, labelled, padding, row_height, spans
from forms_templates.sheet_geometry import Geometry, family, mm, pt
from forms_templates.sheet_layout import Break, Cell, Layout, Paragraph, Picture, Row, Section, Tab, Table, Text
from forms_templates.sheet_pages import groups, is_signed, joined_rows, open_sides, page_number
from forms_templates.sheet_styles import HEAD, HEADINGS, LABELS, LINE, MARKS, PIECES, STAMP
from forms_templates.slots import Slot, first_label, mark_html, text_html
from forms_templates.word_styles import Look

# Phone and ID numbers, masked or not, stand in tabular figures.
_NUMBER = re.compile(r"[\d*]{6,}[\dXx]?")


def tags_in(paragraphs: Sequence[Paragraph]) -> list[str]:
    """The fields whose places are in these paragraphs."""
    return [name for paragraph in paragraphs for name in TAG.findall(paragraph.text)]


@dataclass(slots=True)
class SheetWriter:
    """Writes one layout; `slots` by field, `pictures` by place, `numeric` the fields that are figures."""

    layout: Layout
    slots: Mapping[str, Slot] = field(default_factory=dict)
    pictures: Mapping[str, Slot | SafeString] = field(default_factory=dict)
    numeric: frozenset[str] = frozenset()
    geometry: Geometry = field(default_factory=Geometry)
    asked: set[str] = field(default_factory=set)
    on_every_page: str = ""
    ending: Paragraph | Table | None = None

    @property
    def usual(self) -> Look:
        """What the sheet is set in; only what differs is said again."""
        return self.layout.usual

    def article(self) -> str:
        """The whole sheet: an article for each section, whose pages may differ."""
        return "".join(self._article(section) for section in self.layout.sections)

    def _article(self, section: Section) -> str:
        # Word demands a paragraph after a table; an empty one says nothing.
        says_nothing = section.blocks and isinstance(section.blocks[-1], Paragraph) and not section.blocks[-1].items
        shown = section.blocks[:-1] if says_nothing else section.blocks
        self.ending = shown[-1] if shown else None
        content = "".join(self._together(group) for group in groups(shown))
        wide = " paper--across" if section.width > section.height else ""
        return (
            f'<article class="paper paper--form{wide} {self._paper(section)}">'
            f'<div class="paper__top" aria-hidden="true"><div>{self._on_every_page(section)}</div></div>'
            f'<div class="paper__sheet">{content}</div>'
            '<div class="paper__bottom" aria-hidden="true"><div></div></div></article>'
        )

    def _on_every_page(self, section: Section) -> str:
        """What comes again on each page: it hangs on the margin above the text, which browsers repeat, and lies over
        the page."""
        if not self.on_every_page:
            return ""
        _, _, _, left = section.margins
        over = {"left": mm(-left), "width": mm(section.width), "--page": mm(section.height)}
        return f'<div class="paper__page {self.geometry.name("over", over)}">{self.on_every_page}</div>'

    def _block(self, block: Paragraph | Table) -> str:
        return self._paragraph(block) if isinstance(block, Paragraph) else self._table(block)

    def _together(self, blocks: Sequence[Paragraph | Table]) -> str:
        written = [self._block(block) for block in blocks]
        if len(written) == 1:
            return written[0]
        # Browsers rather part a row of a table than what stands before it.
        return f'<div class="{self.geometry.name("keep", {"break-inside": "avoid"})}">{"".join(written)}</div>'

    def _paper(self, section: Section) -> str:
        looks = [paragraph.look for paragraph in self.layout.paragraphs()]
        text = {
            "font-family": family(self.usual.font),
            "font-size": pt(self.usual.size),
            # Where lines end must depend on the paper alone: nothing squeezed, hung or kept together for
            # beauty.
            "text-autospace": "normal" if any(look.autospace for look in looks) else "no-autospace",
            "text-spacing-trim": "space-all",
            "orphans": "1",
            "widows": "1",
        }
        return self.geometry.paper(section.width, section.height, section.margins, text, page_number(section))

    # --- paragraphs -------------------------------------------------------------------------------------

    def _paragraph(self, paragraph: Paragraph, label: Slot | None = None) -> str:
        element, piece = PIECES.get(paragraph.style, ("p", ""))
        classes = f"{piece} {self._shape(paragraph)}".strip()
        if paragraph.style == LINE:
            return f'<{element} class="{classes}">{self._line(paragraph)}</{element}>'
        content = self._inline(paragraph.items, paragraph.look)
        if label is not None and paragraph.style == HEAD:
            content = labelled(content, label)
        return f'<{element} class="{classes}">{content}</{element}>{self._after(paragraph)}'

    def _line(self, paragraph: Paragraph) -> str:
        """The line above the grid: what Word parts by a tab stands left and right."""
        parts: list[list[Text | Break | Picture]] = [[]]
        for item in paragraph.items:
            if isinstance(item, Tab):
                parts.append([])
            else:
                parts[-1].append(item)
        return "".join(f'<span class="nowrap">{self._inline(part, paragraph.look)}</span>' for part in parts)

    def _shape(self, paragraph: Paragraph) -> str:
        look = paragraph.look
        shape = {
            "margin": f"{pt(look.before)} {mm(look.right)} {pt(look.after)} {mm(look.left)}",
            "padding": "0",
            "font-size": pt(look.size),
            "text-indent": mm(look.first_line),
            "text-align": look.align,
        }
        if look.font != self.usual.font:
            shape["font-family"] = family(look.font)
        if look.keep_next:
            shape["break-after"] = "avoid"
        if look.keep_lines:
            shape["break-inside"] = "avoid"
        if paragraph.style in HEADINGS:
            shape["font-weight"] = "400"  # 黑体 and 楷体 are what sets a heading off
        if look.line is not None:
            # Word gives an empty paragraph its line all the same.
            shape |= {"line-height": pt(look.line), "min-height": pt(look.line)}
        if any(isinstance(item, Picture) for item in paragraph.items):
            shape["position"] = "relative"
        if any(isinstance(item, Tab) for item in paragraph.items):
            shape |= {"display": "flex", "justify-content": "space-between"}
        return self.geometry.name("paragraph", shape)

    def _inline(self, items: Sequence[Text | Tab | Break | Picture], look: Look) -> str:
        text, pictures = [], []
        for item in items:
            match item:
                case Text():
                    text.append(self._text(item))
                case Break():
                    text.append("<br>")
                case Tab():
                    text.append("　")
                case Picture():
                    pictures.append(self._picture(item, look))
        # Pictures float in Word; read aloud and on a phone they come after the words they belong to.
        return "".join(text) + "".join(pictures)

    def _text(self, item: Text) -> str:
        pieces = TAG.split(item.text)
        written: list[str] = []
        for index, piece in enumerate(pieces):
            if index % 2:
                # Without a slot it is what somebody typed: rare characters of names stand in that area, too.
                written.append(self._slot(piece) if piece in self.slots else text_html(tag(piece)))
            elif piece and item.style in MARKS:
                written.append(mark_html(piece, chosen=MARKS[item.style]))
            elif piece:
                written.append(f"<b>{text_html(piece)}</b>" if item.bold else text_html(piece))
        return "".join(written)

    def _slot(self, name: str) -> str:
        """What stands in a field's place; what is to be filled in is asked once, however often it is printed."""
        slot = self.slots[name]
        if "live" not in slot.classes:
            return slot.html
        if name in self.asked:
            return '<span class="again">（同上）</span>'
        self.asked.add(name)
        return slot.html

    def _picture(self, picture: Picture, look: Look) -> str:
        if picture.inline:
            place = self.geometry.place_in_line(picture.width, picture.height)
        else:
            place = self.geometry.place(picture.x - look.left, picture.y, picture.width, picture.height)
        given = self.pictures.get(picture.name)
        if isinstance(given, Slot):
            return given.html
        if given is not None:
            return f'<span class="{place}">{given}</span>'
        if picture.data is None:
            return ""
        kind = "seal" if picture.behind else "signature"
        data = base64.b64encode(picture.data).decode()
        image = f'<img class="{kind}" alt="{escape(picture.alt)}" src="data:image/png;base64,{data}">'
        return f'<span class="{place}">{image}</span>'

    def _after(self, paragraph: Paragraph) -> str:
        given = (self.pictures.get(item.name) for item in paragraph.items if isinstance(item, Picture))
        return "".join(slot.after for slot in given if isinstance(slot, Slot))

    # --- tables -----------------------------------------------------------------------------------------

    def _table(self, table: Table) -> str:
        columns = "".join(
            f'<col class="{self.geometry.name("column", {"width": mm(width)})}">' for width in table.columns
        )
        frame = {
            "width": mm(sum(table.columns)),
            # The column lines stand where Word has them: half of the outer line lies outside the table.
            "margin": f"0 0 0 -{pt(table.frame / 2)}",
            "table-layout": "fixed",
            "border-collapse": "collapse",
            "border": f"{pt(table.frame)} solid var(--rule, #000)",
            "--frame": pt(table.frame),
        }
        lines = {"border": f"{pt(table.lines)} solid var(--rule, #000)"}
        classes = f"grid {self.geometry.name('table', frame)} {self.geometry.name('lines', lines)}"
        heads = [self._row(row, table) for row in table.rows if row.header]
        rows, index = [], len(heads)
        while index < len(table.rows):
            joined = joined_rows(table, index)
            wide = len(joined) > 1 or is_signed(joined[0], table)
            rows.append(self._opinion(joined, table) if wide else self._row(joined[0], table))
            if len(joined) > 1 and not self.slots and self._keeps(joined[-1], table):
                # On paper the opinion may stay behind when the ink under it must go to the next page.
                rows[-1] = "".join(self._opinion([row], table) for row in joined)
            index += len(joined)
        head = f"<thead>{''.join(heads)}</thead>" if heads else ""
        classes += " grid--list" if heads else "" if table.frame else " grid--plain"
        classes += " grid--end" if self._ends(table.rows[-1], table) else ""
        return f'<table class="{classes}"><colgroup>{columns}</colgroup>{head}<tbody>{"".join(rows)}</tbody></table>'

    def _row(self, row: Row, table: Table) -> str:
        tall = {"height": mm(row_height(row, table, ends=self._ends(row, table)))}
        classes = f"{self.geometry.name('row', tall)}{self._keeps(row, table)}"
        cells = []
        for cell, following in zip(row.cells, [*row.cells[1:], None], strict=True):
            if all(paragraph.style in LABELS for paragraph in cell.paragraphs):
                label = first_label(self.slots, tags_in(following.paragraphs)) if following else None
                cells.append(self._label(cell, table, label, "col" if row.header else "row"))
            else:
                cells.append(self._value(cell, table))
        return f'<tr class="{classes}{" row--splits" if row.may_split else ""}">{"".join(cells)}</tr>'

    def _ends(self, row: Row, table: Table) -> bool:
        """Whether this is the last row of the paper: it draws the table's lower line itself, or a browser may put the
        line alone on one page more."""
        return table is self.ending and row is table.rows[-1] and table.frame > 0 and ends_squarely(table)

    def _keeps(self, row: Row, table: Table) -> str:
        """A row whose first paragraph must stay with the next is on the next row's page, in Word as here.

        Not the last one: LibreOffice does not keep it with what follows the table, and a browser that has to parts
        the row of signatures instead.
        """
        if row is table.rows[-1]:
            return ""
        keeps = bool(row.cells and row.cells[0].paragraphs) and row.cells[0].paragraphs[0].look.keep_next
        return f" {self.geometry.name('keep', {'break-after': 'avoid'})}" if keeps else ""

    def _label(self, cell: Cell, table: Table, label: Slot | None, scope: str) -> str:
        content = "<br>".join(self._inline(paragraph.items, paragraph.look) for paragraph in cell.paragraphs)
        classes = self._cell_shape(cell, table)
        if label is not None:
            content, classes = labelled(content, label), f"ask {classes}"
        return f'<th scope="{scope}"{spans(cell)} class="{classes}">{content}</th>'

    def _value(self, cell: Cell, table: Table) -> str:
        if cell.blocks:
            content, classes = "".join(map(self._block, cell.blocks)), []
        elif len(cell.paragraphs) == 1:
            paragraph = cell.paragraphs[0]
            content = self._inline(paragraph.items, paragraph.look) + self._after(paragraph)
            if any(isinstance(item, Picture) for item in paragraph.items):
                # What floats is placed from its paragraph's corner.
                corner = {"position": "relative", "min-height": pt(paragraph.look.line or paragraph.look.size)}
                content = f'<div class="{self.geometry.name("paragraph", corner)}">{content}</div>'
            classes = ["start"] if paragraph.look.align == "start" else []
        else:
            content, classes = "".join(self._paragraph(paragraph) for paragraph in cell.paragraphs), []
        names = tags_in(cell.paragraphs)
        text = "".join(paragraph.text for paragraph in cell.paragraphs)
        if self.numeric.intersection(names) or _NUMBER.fullmatch(text):
            classes.append("num")
        classes += [self._cell_shape(cell, table), *self._states(cell.paragraphs)]
        over = heading(cell, table)
        said = f' data-l="{escape(over)}"' if over else ""
        return f'<td{spans(cell)}{said} class="{" ".join(classes)}">{content}</td>'

    def _cell_shape(self, cell: Cell, table: Table) -> str:
        top, right, bottom, left = padding(cell, table)
        # Word breaks a long number rather than let it run over the line; so does the sheet.
        shape = {"vertical-align": "middle" if cell.middle else "top", "overflow-wrap": "anywhere"}
        shape["white-space"] = "normal"
        if len(cell.paragraphs) == 1:
            look = cell.paragraphs[0].look
            left, right = left + look.left, right + look.right
            shape |= {"text-align": look.align, "text-indent": mm(look.first_line)}
            shape |= {"line-height": pt(look.line)} if look.line is not None else {}
            shape |= {"font-size": pt(look.size)} if look.size != self.usual.size else {}
        shape["padding"] = " ".join(mm(each) for each in (top, right, bottom, left))
        edges = {"left": cell.column == 0, "right": cell.column + cell.span == len(table.columns)}
        shape |= {f"border-{side}": "hidden" if edges.get(side) else "0" for side in sorted(cell.open)}
        return self.geometry.name("cell", shape)

    def _opinion(self, rows: Sequence[Row], table: Table) -> str:
        """Rows without a line between them are one cell: the opinion, below it signature and seal."""
        paragraphs = [paragraph for row in rows for paragraph in row.cells[0].paragraphs]
        label = first_label(self.slots, tags_in(paragraphs))
        shape = {
            "height": mm(sum(row.height for row in rows)),
            "padding": "0",
            "text-align": "start",
            "vertical-align": "top",
        }
        shape |= open_sides(rows, table)
        classes = ["opinion", self.geometry.name("opinion", shape), *self._states(paragraphs)]
        if self._sealed(paragraphs):
            classes.append("opinion--sealed")
        parts = "".join(self._part(row, table, label, last=row is rows[-1]) for row in rows)
        splits = "row--splits" if any(row.may_split for row in rows) else ""
        return (
            f'<tr class="{splits}{self._keeps(rows[-1], table)}"><td colspan="{len(table.columns)}" '
            f'class="{" ".join(dict.fromkeys(classes))}">{parts}</td></tr>'
        )

    def _part(self, row: Row, table: Table, label: Slot | None, *, last: bool) -> str:
        cell = row.cells[0]
        signed = any(isinstance(item, Picture) for paragraph in cell.paragraphs for item in paragraph.items)
        shape = {
            "display": "block",
            "width": "auto",
            "max-width": "none",
            "margin": "0",
        }
        top, right, bottom, left = padding(cell, table)
        if row.may_split:
            shape["min-height"] = mm(row.height)
            # On the next page the text starts as far below the edge as on the first.
            shape |= {"-webkit-box-decoration-break": "clone", "box-decoration-break": "clone"}
            if cell.paragraphs[0].look.keep_next and not last:
                shape["break-after"] = "avoid"
        else:
            # Not a least height: the space below the date belongs to the seal, however tall a signature pad
            # is.
            bottom = max(bottom, row.height - top - sum(height(paragraph) for paragraph in cell.paragraphs))
            # Word counts the cell's lines into its height.
            bottom -= table.lines * MM_PER_PT if last else 0
            shape["break-inside"] = "avoid"
        shape["padding"] = " ".join(mm(each) for each in (top, right, bottom, left))
        content, stamp = "", ""
        for paragraph in cell.paragraphs:
            if paragraph.style in STAMP:
                stamp += self._paragraph(paragraph)
            else:
                content += self._paragraph(paragraph, label)
        content += f'<div class="stamp">{stamp}</div>' if stamp else ""
        classes = f"{'sign' if signed else 'opinion__body'} {self.geometry.name('part', shape)}"
        return f'<div class="{classes}">{content}</div>'

    def _states(self, paragraphs: Sequence[Paragraph]) -> list[str]:
        """The classes the slots in a cell ask for, each once."""
        found = [self.slots[name] for name in tags_in(paragraphs) if name in self.slots]
        places = [item for p in paragraphs for item in p.items if isinstance(item, Picture)]
        given = [self.pictures.get(place.name) for place in places]
        found += [slot for slot in given if isinstance(slot, Slot)]
        return list(dict.fromkeys(name for slot in found for name in slot.classes))

    def _sealed(self, paragraphs: Sequence[Paragraph]) -> bool:
        seals = [i for p in paragraphs for i in p.items if isinstance(i, Picture) and i.behind]
        return any(seal.data is not None or seal.name in self.pictures for seal in seals)
