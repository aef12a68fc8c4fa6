"""Draws a whole flow from its declaration: its steps from top to bottom, the way walked, and every return beside it.

Twice, for the desk and the printer with what was said beside the steps, and for a phone with it below them: one
picture made smaller would not be read there. The stylesheet shows the one that fits.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from unicodedata import east_asian_width

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

_NODE_HEIGHT = 54
_LINE = 20
_GAP = 22
_MOST_ARCS = 5
_NEVER_FIRST = "，。、；：）"


@dataclass(frozen=True)
class Layout:
    """Lengths in the units of the picture; `room` is how many Chinese characters of a line there is room for."""

    kind: str
    width: int
    left: int
    node_width: int
    arc_step: int
    room: int
    beside: bool  # what was said stands beside the step, not below it

    @property
    def way(self) -> float:
        """Where the line from a step to the next one runs; what is said below a step needs room beside it."""
        return self.left + self.node_width / 2 if self.beside else self.left + 14

    def height_of(self, lines: int) -> int:
        return max(_NODE_HEIGHT, _LINE * lines) if self.beside else _NODE_HEIGHT + _LINE * lines + (4 if lines else 0)

    def line_at(self, top: int, number: int) -> tuple[int, int]:
        if self.beside:
            return self.left + self.node_width + 18, top + 18 + _LINE * number
        return self.left + 32, top + _NODE_HEIGHT + 19 + _LINE * number


WIDE = Layout("wide", width=640, left=96, node_width=176, arc_step=16, room=25, beside=True)
NARROW = Layout("narrow", width=348, left=54, node_width=290, arc_step=8, room=19, beside=False)


def draw(rows: Sequence[Mapping[str, Any]], returns: Sequence[tuple[int, int]], spoken: str) -> SafeString:
    """`rows` have name, role, status (done, now, next) and lines; `returns` are pairs of rows, from and to."""
    return format_html("{}{}", *(_drawn(layout, rows, returns, spoken) for layout in (WIDE, NARROW)))


def _drawn(
    layout: Layout, rows: Sequence[Mapping[str, Any]], returns: Sequence[tuple[int, int]], spoken: str
) -> SafeString:
    said = [[part for line in row["lines"] for part in _broken(line, layout.room)] for row in rows]
    tops, height = _tops(layout, said)
    return format_html(
        '<svg class="flow flow--chart flow--{}" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}{}</svg>',
        layout.kind,
        layout.width,
        height,
        spoken,
        format_html_join("", "{}", ((_way_on(layout, tops, place, rows[place]),) for place in range(len(rows) - 1))),
        format_html_join("", "{}", ((_node(layout, tops[place], row, said[place]),) for place, row in enumerate(rows))),
        format_html_join(
            "", "{}", ((_arc(layout, tops, number, *pair),) for number, pair in enumerate(returns[-_MOST_ARCS:]))
        ),
    )


def _broken(line: str, room: int) -> Iterator[str]:
    """The line in pieces that there is room for; letters and digits are half as wide as Chinese characters."""
    piece, wide = "", 0.0
    for character in line:
        width = 1.0 if east_asian_width(character) in "WF" else 0.55
        if wide + width > room and character not in _NEVER_FIRST:
            yield piece
            piece, wide = "", 0.0
        piece += character
        wide += width
    yield piece


def _tops(layout: Layout, said: Sequence[Sequence[str]]) -> tuple[list[int], int]:
    tops, y = [], 4
    for lines in said:
        tops.append(y)
        y += layout.height_of(len(lines)) + _GAP
    return tops, y - _GAP + 6


def _node(layout: Layout, top: int, row: Mapping[str, Any], said: Sequence[str]) -> SafeString:
    middle = layout.left + layout.node_width / 2
    lines = format_html_join(
        "",
        '<text class="said" x="{}" y="{}">{}</text>',
        ((*layout.line_at(top, number), line) for number, line in enumerate(said)),
    )
    return format_html(
        '<g class="{}"><rect x="{}" y="{}" width="{}" height="{}" rx="5"/><text class="name" x="{}" y="{}">{}</text>'
        '<text class="name role" x="{}" y="{}">{}</text></g>{}',
        row["status"],
        layout.left,
        top,
        layout.node_width,
        _NODE_HEIGHT,
        middle,
        top + 23,
        row["name"],
        middle,
        top + 43,
        row["role"],
        lines,
    )


def _way_on(layout: Layout, tops: Sequence[int], place: int, row: Mapping[str, Any]) -> SafeString:
    x, start, end = layout.way, tops[place] + _NODE_HEIGHT, tops[place + 1] - 1
    walked = "walked" if row["status"] == "done" else "ahead"
    return format_html(
        '<path class="{0}" d="M{1} {2}V{3}"/><path class="{0}" d="M{4} {5}l4 5 4-5"/>',
        walked, x, start, end, x - 4, end - 5,
    )  # fmt: skip


def _arc(layout: Layout, tops: Sequence[int], number: int, start: int, goal: int) -> SafeString:
    if start == goal:
        return mark_safe("")
    left = layout.left
    x = left - 14 - layout.arc_step * number
    y_from, y_to = tops[start] + 20 + 4 * number, tops[goal] + 34
    return format_html(
        '<path class="back" d="M{0} {1}H{2}V{3}H{4}"/><path d="M{5} {6}l6 4-6 4"/>',
        left, y_from, x, y_to, left - 2, left - 8, y_to - 4,
    )  # fmt: skip
