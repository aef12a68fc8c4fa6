"""The few words a form is drafted with: one line of text for each line of the paper.

    page form | card | letter | statement | notice | contract | wide      the sheet, see look.py
    title, subtitle, h1, h2, p, p0, pr, centre TEXT
    line LEFT >> RIGHT
    sign TEXT @picture             a signature after the words
    stamp TEXT, date TEXT @seal    the seal lies over the date
    gap                            an empty line
    keep LINE                      on the page of what follows: a paragraph, or a row and the row below it
    free ROW                       may part from the row below it, though it begins with a signature
    if CONDITION … end             paragraphs that stand only then (inside a table: rows)
    table 23 53 23 81              column widths in mm; the table ends at an empty line
    list 12 30 60                  a table in small type
    plain 156                      a table without lines
    row HEIGHT | cell | cell       #label, <left, >right, ~small, ^small label; *2 spans; // new line
    head HEIGHT | cell | cell      comes again on every page
    foot HEIGHT | cell | cell      the row of signatures at the end of a list, in large type
    each worker in workers … end   rows that come once for each
    last 2 row HEIGHT | …          the row of such a list; the last two are on the page of what follows it
    opinion HEIGHT | head | text   the upper part of an opinion, `sign` rows below it belong to it
    area HEIGHT | head | text | text   a part of the form, full width: lines one below the other
    signs HEIGHT | =TEXT | TEXT @picture | （公章） | DATE @seal          ^TEXT over the date, as （公章） stands
    closing HEIGHT | TEXT | DATE @seal   the office and its sealed date, the frameless end of a list
    [[category]]                   in a cell of its own: the words of a choice, the chosen one marked

Everything else in a line is printed as it stands, docxtpl's tags included.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

PARAGRAPHS = {
    "title": "PaperTitle",
    "subtitle": "PaperSubtitle",
    "h1": "Heading1",
    "h2": "Heading2",
    "p": "BodyText",
    "p0": "BodyFlush",
    "pr": "BodyRight",
    "centre": "BodyCentre",
    "line": "PaperLine",
    "sign": "SignLine",
    "stamp": "StampWord",
    "date": "StampDate",
    "note": "PaperNote",
}
_KEEPING = {"keep": True, "free": False}
_TABLES = ("table", "list", "plain")
_ROWS = ("row", "head", "foot", "opinion", "area", "signs", "closing")
_PICTURE = re.compile(r"\s*@([a-z_.]+)")
_SPAN = re.compile(r"\*(\d+)")
_CELL_STYLES = {"#": "label", "<": "left", ">": "right", "~": "tight", "^": "tight label", "": "centre"}


class DraftError(ValueError):
    """A line of a draft cannot be understood; the sentence names it."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A paragraph: its style, its text, the pictures anchored in it; `keeps` on the page of the next (None: as its
    style says)."""

    style: str
    text: str
    pictures: tuple[str, ...] = ()
    keeps: bool | None = None


@dataclass(frozen=True, slots=True)
class Box:
    """A cell; outside opinions and signatures the styles of its pieces are label, left, right, centre, tight."""

    pieces: tuple[Piece, ...]
    span: int = 1


@dataclass(frozen=True, slots=True)
class Line:
    """A row: its least height in mm; `word` as in the draft; a control row has a tag and no cells."""

    word: str
    height: float
    boxes: tuple[Box, ...] = ()
    tag: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """A table; `word` as in the draft."""

    columns: tuple[float, ...]
    word: str
    lines: tuple[Line, ...]

    @property
    def small(self) -> bool:
        return self.word == "list"


@dataclass(frozen=True, slots=True)
class Draft:
    """What one draft says, `page` the name of its sheet."""

    page: str
    blocks: tuple[Piece | Grid, ...]


def read_draft(text: str) -> Draft:
    """A draft from its text; raises DraftError."""
    page = "form"
    blocks: list[Piece | Grid] = []
    lines = iter([*enumerate(text.splitlines(), 1), (0, "")])
    for number, line in lines:
        keeps, word, rest = _words(line)
        if not word:
            continue
        if word == "page":
            page = rest.strip()
        elif word in _TABLES:
            blocks.append(_table(word, rest, lines))
        elif word == "if":
            blocks.append(Piece("BodyFlush", f"{{%p if {rest} %}}"))
        elif word == "gap":
            blocks.append(Piece("BodyFlush", "", keeps=keeps))
        elif word == "end":
            blocks.append(Piece("BodyFlush", "{%p endif %}"))
        elif word in PARAGRAPHS:
            blocks.append(replace(_piece(PARAGRAPHS[word], rest), keeps=keeps))
        else:
            raise DraftError(f"第{number}行：不认识“{word}”。")
    return Draft(page, tuple(blocks))


def _words(line: str) -> tuple[bool | None, str, str]:
    """Whether the line is kept with the next, its first word, and the rest."""
    word, _, rest = line.strip().partition(" ")
    if word not in _KEEPING:
        return None, word, rest
    return (_KEEPING[word], *_words(rest)[1:])


def _kept(row: Line, *, keeps: bool | None) -> Line:
    """A row is kept by its first paragraph."""
    if keeps is None or not row.boxes:
        return row
    first, *boxes = row.boxes
    pieces = (replace(first.pieces[0], keeps=keeps), *first.pieces[1:])
    return replace(row, boxes=(replace(first, pieces=pieces), *boxes))


def _piece(style: str, text: str) -> Piece:
    return Piece(style, _PICTURE.sub("", text), tuple(_PICTURE.findall(text)))


def _table(word: str, widths: str, lines: Iterator[tuple[int, str]]) -> Grid:
    rows: list[Line] = []
    ends: list[str] = []
    for number, line in lines:
        keeps, kind, rest = _words(line)
        if not kind:
            break
        if kind == "last":
            rows += _last(*rest.split(" ", 2))
        elif kind in ("each", "if"):
            ends.append("for" if kind == "each" else "if")
            rows.append(Line("tag", 0, tag=f"{{%tr {ends[-1]} {rest} %}}"))
        elif kind == "end" and ends:
            rows.append(Line("tag", 0, tag=f"{{%tr end{ends.pop()} %}}"))
        elif kind in _ROWS:
            rows.append(_kept(_row(kind, rest), keeps=keeps))
        else:
            raise DraftError(f"第{number}行：表格里不认识“{kind}”。")
    return Grid(tuple(float(width) for width in widths.split()), word, tuple(rows))


def _last(count: str, kind: str, rest: str) -> list[Line]:
    """A list's row twice: as it is, and as the last `count` lines have it, kept with what comes after them."""
    row = _row(kind, rest)
    tags = [Line("tag", 0, tag=f"{{%tr {tag} %}}") for tag in (f"if loop.revindex <= {count}", "else", "endif")]
    return [tags[0], _kept(row, keeps=True), tags[1], row, tags[2]]


def _row(kind: str, rest: str) -> Line:
    height, *cells = [part.strip() for part in f"{rest} ".split(" | ")]
    if kind == "opinion":
        boxes: tuple[Box, ...] = (Box((Piece("OpinionHead", cells[0]), Piece("OpinionText", cells[1]))),)
    elif kind == "area":
        head, *texts = cells
        pieces = [Piece("OpinionHead", head), *(_piece("AreaText", text) for text in texts)]
        boxes = (Box(tuple(piece for piece in pieces if piece.text)),)
    elif kind == "signs":
        boxes = (Box(tuple(_signs(cells))),)
    elif kind == "closing":
        office, date = cells
        # The seal reaches 21 mm above its date, and over no line of the list.
        pieces = [Piece("StampWord", ""), _piece("StampWord", office), _piece("StampDate", date)]
        boxes = (Box(tuple(pieces)),)
    else:
        boxes = tuple(_box(cell) for cell in cells)
    return Line(kind, float(height), boxes)


def _signs(cells: list[str]) -> Iterator[Piece]:
    *before, date = cells
    for cell in before:
        if cell.startswith("="):
            yield _piece("AreaText", cell.removeprefix("="))
        else:
            stamp = cell.startswith("^") or cell.endswith("章）")
            yield _piece("StampWord" if stamp else "SignLine", cell.removeprefix("^"))
    yield _piece("StampDate" if "@" in date else "SignDate", date)


def _box(cell: str) -> Box:
    span = 1
    if found := _SPAN.match(cell):
        span, cell = int(found[1]), cell[found.end() :].strip()
    pieces = []
    for line in cell.split("//"):
        mark = line.strip()[:1]
        mark = mark if mark in _CELL_STYLES else ""
        pieces.append(_piece(_CELL_STYLES[mark], line.strip().removeprefix(mark).strip()))
    return Box(tuple(pieces), span)
