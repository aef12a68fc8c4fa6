"""What a cell of a Word table measures in a browser, and how its label is tied to what is filled in."""

from django.utils.html import escape

from forms_templates.sheet_layout import Cell, Paragraph, Row, Table
from forms_templates.slots import Slot

MM_PER_PT = 25.4 / 72
_PIXELS_PER_PT, _MM_PER_PIXEL = 96 / 72, 25.4 / 96
# The row of signatures at the end of a list: its cells stand under no heading.
_FOOT = ("FootLine", "FootDate")
# After its last table Word wants a paragraph, the smallest there is, and the page must have room for it, too.
_AFTER_TABLE_PT = 1.0


def height(paragraph: Paragraph) -> float:
    """The height of a paragraph of one line (mm)."""
    look = paragraph.look
    return ((look.line or 0.0) + look.before + look.after) * MM_PER_PT


def padding(cell: Cell, table: Table) -> tuple[float, float, float, float]:
    """Word measures a cell's margins from the middle of the line, CSS from its inner edge (mm)."""
    last = cell.column + cell.span == len(table.columns)
    top, right, bottom, left = cell.margins
    right -= (table.frame if last else table.lines) / 2 * MM_PER_PT
    left -= (table.frame if cell.column == 0 else table.lines) / 2 * MM_PER_PT
    # Browsers draw lines in whole pixels: what they are too thick is taken from the margin, or rows add up to more.
    bottom -= _drawn(table.lines) - table.lines * MM_PER_PT if table.lines else 0
    return top, max(right, 0.0), max(bottom, 0.0), max(left, 0.0)


def _drawn(line: float) -> float:
    """How thick a line of so many points is drawn (mm)."""
    return max(1, int(line * _PIXELS_PER_PT)) * _MM_PER_PIXEL


def row_height(row: Row, table: Table, *, ends: bool) -> float:
    """The least height of a row (mm); the row that ends the paper is on its page with its lower line and what Word
    has after it."""
    return row.height + (table.frame + _AFTER_TABLE_PT) * MM_PER_PT if ends and row.height else row.height


def ends_squarely(table: Table) -> bool:
    """Whether all cells of the last row begin in it and have a line below: the row can then draw that line."""
    last = table.rows[-1]
    whole = sum(cell.span for cell in last.cells) == len(table.columns)
    return whole and not any("bottom" in cell.open for cell in last.cells)


def heading(cell: Cell, table: Table) -> str:
    """What a phone says before a cell of a list; over several columns it is under none of them."""
    is_foot = any(paragraph.style in _FOOT for paragraph in cell.paragraphs)
    return "" if cell.span > 1 or is_foot else table.heading(cell.column)


def spans(cell: Cell) -> str:
    return (f' colspan="{cell.span}"' if cell.span > 1 else "") + (f' rowspan="{cell.rows}"' if cell.rows > 1 else "")


def labelled(content: str, slot: Slot) -> str:
    if slot.label_for:
        return f'<label for="{escape(slot.label_for)}">{content}</label>'
    return f'<span id="{escape(slot.label_id)}">{content}</span>'
