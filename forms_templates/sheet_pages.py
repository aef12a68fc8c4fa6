"""What of a sheet belongs together, in one cell or on one page, and the number below each page."""

from collections.abc import Iterator, Sequence

from forms_templates.sheet_geometry import family, mm, pt
from forms_templates.sheet_layout import Paragraph, Picture, Row, Section, Table

_MM_PER_PT = 25.4 / 72


def groups(blocks: Sequence[Paragraph | Table]) -> Iterator[list[Paragraph | Table]]:
    """Each block by itself, but a table of rows that all stay together with the paragraphs that must stay with it."""
    before: list[Paragraph | Table] = []
    for block in blocks:
        if isinstance(block, Paragraph) and block.look.keep_next:
            before.append(block)
            continue
        if isinstance(block, Table) and before and all(_stays(row) for row in block.rows[:-1]):
            yield [*before, block]
        else:
            yield from ([each] for each in (*before, block))
        before = []
    yield from ([each] for each in before)


def _stays(row: Row) -> bool:
    """Whether a row stays on the page of the next."""
    return not row.may_split and bool(row.cells[0].paragraphs) and row.cells[0].paragraphs[0].look.keep_next


def joined_rows(table: Table, index: int) -> list[Row]:
    """This row and those below it that no line parts from it."""
    rows = [table.rows[index]]
    for below in table.rows[index + 1 :]:
        upper, lower = rows[-1].cells, below.cells
        if len(upper) != 1 or len(lower) != 1 or "bottom" not in upper[0].open or "top" not in lower[0].open:
            break
        rows.append(below)
    return rows


def open_sides(rows: Sequence[Row], table: Table) -> dict[str, str]:
    """The sides of these rows of one cell where no line stands, as CSS has it.

    A cell's missing line gives way to its neighbour's, but at the edge of the table the cell overrules the frame.
    """
    first, last = rows[0].cells[0].open, rows[-1].cells[0].open
    edges = {"top": table.rows[0] is rows[0], "bottom": table.rows[-1] is rows[-1], "left": True, "right": True}
    sides = (first & {"top"}) | (last & {"bottom"}) | (first & last & {"left", "right"})
    return {f"border-{side}": "hidden" if edges[side] else "0" for side in sorted(sides)}


def is_signed(row: Row, table: Table) -> bool:
    """A row of one cell with a place for ink or a seal, as at the foot of an agreement."""
    if len(row.cells) != 1 or row.cells[0].span != len(table.columns):
        return False
    return any(isinstance(item, Picture) for paragraph in row.cells[0].paragraphs for item in paragraph.items)


def page_number(section: Section) -> dict[str, str] | None:
    """The number below the text: a box in the page's margin, and since that is none at all, drawn up into it."""
    number = section.page_number
    if number is None:
        return None
    look = number.look
    line = look.line or look.size * 1.3
    _, right, _, left = section.margins
    return {
        "content": " ".join("counter(page)" if word is None else _quoted(word) for word in number.words),
        "font-family": family(look.font),
        "font-size": pt(look.size),
        "line-height": pt(line),
        "color": "#000",
        "height": pt(line),
        "margin-top": mm(-number.from_edge - line * _MM_PER_PT),
        # Word has it in the middle of the text, not of the page.
        "padding-left": mm(max(left - right, 0)),
        "padding-right": mm(max(right - left, 0)),
    }


def _quoted(word: str) -> str:
    """A string of CSS; what could end it or the rule is written as its number."""
    return '"{}"'.format("".join(char if char.isalnum() or char in " —-" else f"\\{ord(char):x} " for char in word))
