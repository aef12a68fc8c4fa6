"""Signatures drawn on the pad: reading what the browser sends, and drawing it on screen and on paper.

The pad sends JSON: {"w": 340, "h": 96, "strokes": [[[x, y, t], …], …]}; x and y in pixels of the pad, t in whole
milliseconds since the first touch.
"""

import hashlib
import json
import math
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Any, NamedTuple, NoReturn

from django.utils.html import format_html
from django.utils.safestring import SafeString
from PIL import Image, ImageDraw

from audit.canonical import canonical_bytes
from signatures.ink import FLATTEST, Ink, ink_of, outlines
from signatures.pictures import fitted, ink_png

MOST_BYTES = 400_000
MOST_STROKES = 200
MOST_POINTS = 8000
SHORTEST = 25.0
"""Pixels of line below which it is a slip of the hand, not a name."""

COLOUR = (0x17, 0x23, 0x2E)
_SIDES = range(40, 4001)
_LONGEST_MS = 60 * 60 * 1000
_FINE = 4


class StrokeError(ValueError):
    """What came from the pad is no signature; the message is a Chinese sentence for the signer."""


class Point(NamedTuple):
    x: float
    y: float
    t: int


@dataclass(frozen=True)
class Strokes:
    """A drawn signature: the size of the pad in pixels and the strokes in the order they were written."""

    width: int
    height: int
    strokes: tuple[tuple[Point, ...], ...]

    @cached_property
    def digest(self) -> str:
        """SHA-256 (hex) of every point and its time. No hand writes the same twice: an equal digest is a copy."""
        # Tenths of pixels as whole numbers, because canonical bytes know no fractions.
        content = [[[round(p.x * 10), round(p.y * 10), p.t] for p in stroke] for stroke in self.strokes]
        return hashlib.sha256(canonical_bytes([self.width, self.height, content])).hexdigest()

    def as_json(self) -> str:
        """The text that `parse` reads back to equal strokes."""
        content = {"w": self.width, "h": self.height, "strokes": self.strokes}
        return json.dumps(content, separators=(",", ":"))


def parse(text: str) -> Strokes:
    """Reads the pad's JSON. Raises StrokeError when it is empty, too small, too large or no such JSON."""
    if not text.strip():
        raise StrokeError("请先在表上手写签字。")
    if len(text) > MOST_BYTES:
        raise StrokeError("签字的笔画太多，请点“重签”，写得简单一些。")
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        _not_understood()
    if not isinstance(data, dict) or not isinstance(data.get("strokes"), list):
        _not_understood()
    if not data["strokes"]:
        raise StrokeError("请先在表上手写签字。")
    width, height = _side(data.get("w")), _side(data.get("h"))
    strokes = _strokes(data["strokes"], width, height)
    if sum(_length(stroke) for stroke in strokes) < SHORTEST:
        raise StrokeError("请在签字框内写上姓名。")
    return Strokes(width, height, strokes)


def _not_understood() -> NoReturn:
    raise StrokeError("签字没有完整收到，请点“重签”再写一次。")


def _side(value: Any) -> int:
    if not _is_number(value) or int(value) != value or int(value) not in _SIDES:
        _not_understood()
    return int(value)


def _is_number(value: Any) -> bool:
    # bool is an int to Python; a whole number of a thousand digits can't become a float.
    return isinstance(value, (int, float)) and not isinstance(value, bool) and -_LONGEST_MS <= value <= _LONGEST_MS


def _strokes(data: list[Any], width: int, height: int) -> tuple[tuple[Point, ...], ...]:
    if len(data) > MOST_STROKES or sum(len(s) for s in data if isinstance(s, list)) > MOST_POINTS:
        raise StrokeError("签字的笔画太多，请点“重签”，写得简单一些。")
    strokes, now = [], 0
    for stroke in data:
        if not isinstance(stroke, list) or not stroke:
            _not_understood()
        points = []
        for item in stroke:
            point = _point(item, width, height)
            if point.t < now:
                _not_understood()
            now = point.t
            points.append(point)
        strokes.append(tuple(points))
    return tuple(strokes)


def _point(item: Any, width: int, height: int) -> Point:
    if not isinstance(item, list) or len(item) != 3 or not all(map(_is_number, item)):
        _not_understood()
    x, y, t = round(float(item[0]), 1), round(float(item[1]), 1), item[2]
    if not (0 <= x <= width and 0 <= y <= height and int(t) == t and t >= 0):
        _not_understood()
    return Point(x, y, int(t))


def _length(stroke: tuple[Point, ...]) -> float:
    return sum(math.hypot(b.x - a.x, b.y - a.y) for a, b in pairwise(stroke))


# --- drawing ----------------------------------------------------------------------------------------------------------


def svg(strokes: Strokes, label: str) -> SafeString:
    """The signature for the screen: one filled path in the current colour, trimmed to the ink.

    `label` is what a screen reader says, such as 林书平手写签字.
    """
    ink = ink_of(strokes.strokes)
    # A flat signature keeps some white above and below: the style sheet gives the height, the width follows.
    height = max(ink.height, ink.width / FLATTEST)
    left, top = ink.left, ink.top - (height - ink.height) / 2
    path = "".join(
        "M" + "L".join(f"{x - left:.1f} {y - top:.1f}" for x, y in polygon) + "Z"
        for line in ink.lines
        for polygon in outlines(line)
    )
    return format_html(
        '<svg class="signature" viewBox="0 0 {} {}" role="img" aria-label="{}" fill="currentColor">'
        '<path d="{}"/></svg>',
        math.ceil(ink.width),
        math.ceil(height),
        label,
        path,
    )


@lru_cache(maxsize=8)  # 批量: one signature stands under three hundred papers
def png(strokes: Strokes, width_mm: float, height_mm: float) -> bytes:
    """The signature for a place on paper: PNG of exactly that size at 300 dpi, transparent around the ink.

    The ink is as large as fits, at the left, vertically centred. The same strokes give the same bytes.
    """
    ink = ink_of(strokes.strokes)
    width, height, scale, top = fitted(ink.width, ink.height, width_mm, height_mm)
    canvas = Image.new("L", (width * _FINE, height * _FINE), 0)
    _draw(ImageDraw.Draw(canvas), ink, scale * _FINE, top * _FINE)
    return ink_png(canvas.resize((width, height), Image.Resampling.BOX), COLOUR)


def _draw(draw: ImageDraw.ImageDraw, ink: Ink, scale: float, top: float) -> None:
    for line in ink.lines:
        placed = [((dab.x - ink.left) * scale, (dab.y - ink.top) * scale + top, dab.radius * scale) for dab in line]
        for x, y, radius in placed:
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
        for (x0, y0, r0), (x1, y1, r1) in pairwise(placed):
            span = math.hypot(x1 - x0, y1 - y0)
            if span > 0:
                dx, dy = (y0 - y1) / span, (x1 - x0) / span
                draw.polygon(
                    [
                        (x0 + dx * r0, y0 + dy * r0),
                        (x1 + dx * r1, y1 + dy * r1),
                        (x1 - dx * r1, y1 - dy * r1),
                        (x0 - dx * r0, y0 - dy * r0),
                    ],
                    fill=255,
                )
