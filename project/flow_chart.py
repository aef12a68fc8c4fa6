"""Draws a whole flow from its declaration: its steps from top to bottom, the way walked, and every return beside it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

WIDTH = 640
_LEFT, _NODE_WIDTH, _NODE_HEIGHT = 96, 176, 54
_LINE = 20
_GAP = 22
_ARC_STEP = 16
_MOST_ARCS = 5


def draw(rows: Sequence[Mapping[str, Any]], returns: Sequence[tuple[int, int]], spoken: str) -> SafeString:
    """`rows` have name, role, status (done, now, next) and lines; `returns` are pairs of rows, from and to."""
    tops, height = _tops(rows)
    return format_html(
        '<svg class="flow flow--chart" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}{}</svg>',
        WIDTH,
        height,
        spoken,
        format_html_join("", "{}", ((_way_on(tops, place, rows[place]),) for place in range(len(rows) - 1))),
        format_html_join("", "{}", ((_node(tops[place], row),) for place, row in enumerate(rows))),
        format_html_join("", "{}", ((_arc(tops, number, *pair),) for number, pair in enumerate(returns[-_MOST_ARCS:]))),
    )


def _tops(rows: Sequence[Mapping[str, Any]]) -> tuple[list[int], int]:
    tops, y = [], 4
    for row in rows:
        tops.append(y)
        y += max(_NODE_HEIGHT, _LINE * len(row["lines"])) + _GAP
    return tops, y - _GAP + 6


def _node(top: int, row: Mapping[str, Any]) -> SafeString:
    middle = _LEFT + _NODE_WIDTH / 2
    lines = format_html_join(
        "",
        '<text class="said" x="{}" y="{}">{}</text>',
        ((_LEFT + _NODE_WIDTH + 18, top + 18 + _LINE * number, line) for number, line in enumerate(row["lines"])),
    )
    return format_html(
        '<g class="{}"><rect x="{}" y="{}" width="{}" height="{}" rx="5"/><text class="name" x="{}" y="{}">{}</text>'
        '<text class="name role" x="{}" y="{}">{}</text></g>{}',
        row["status"],
        _LEFT,
        top,
        _NODE_WIDTH,
        _NODE_HEIGHT,
        middle,
        top + 23,
        row["name"],
        middle,
        top + 43,
        row["role"],
        lines,
    )


def _way_on(tops: Sequence[int], place: int, row: Mapping[str, Any]) -> SafeString:
    x, start, end = _LEFT + _NODE_WIDTH / 2, tops[place] + _NODE_HEIGHT, tops[place + 1] - 1
    walked = "walked" if row["status"] == "done" else "ahead"
    return format_html(
        '<path class="{0}" d="M{1} {2}V{3}"/><path class="{0}" d="M{4} {5}l4 5 4-5"/>',
        walked, x, start, end, x - 4, end - 5,
    )  # fmt: skip


def _arc(tops: Sequence[int], number: int, start: int, goal: int) -> SafeString:
    if start == goal:
        return mark_safe("")
    x = _LEFT - 14 - _ARC_STEP * number
    y_from, y_to = tops[start] + 20 + 4 * number, tops[goal] + 34
    return format_html(
        '<path class="back" d="M{0} {1}H{2}V{3}H{4}"/><path d="M{5} {6}l6 4-6 4"/>',
        _LEFT, y_from, x, y_to, _LEFT - 2, _LEFT - 8, y_to - 4,
    )  # fmt: skip
