"""Signatures of the demo people: strokes of our own, written as a hand would, always the same for the same name.

A demo signature goes through the same door as a real one, as the JSON that the pad sends. Characters we have not
drawn become a running scribble, as in many a real signature (the rows named ~ in demo_characters.txt).
"""

import math
import random
from collections.abc import Iterator
from functools import lru_cache
from itertools import cycle
from pathlib import Path

from signatures.ink import resampled
from signatures.strokes import Point, Strokes

PAD = (360, 110)
_CELL = 74.0  # pixels of a character on the pad
_FILE = Path(__file__).with_name("demo_characters.txt")

Line = list[tuple[float, float]]


def demo_signature(name: str, time: int = 0) -> str:
    """The pad's JSON of this name, written by hand; another `time` (a number) gives the same hand's next writing."""
    characters = [character for character in name if character.isalpha()][:6] or ["某"]
    # The swing of a hand, nothing secret.
    dice = random.Random(f"{name} {time}" if time else name)  # noqa: S311
    size = min(_CELL, (PAD[0] - 24) / (0.9 * len(characters)))
    scribbles = _scribbles(random.Random(name))  # noqa: S311 - see above
    lines: list[Line] = []
    left = 12.0
    for character in characters:
        scale = size * dice.uniform(0.9, 1.05) / 100
        top = (PAD[1] - size) / 2 + dice.uniform(-4, 4)
        drawn = _drawn().get(character) or next(scribbles)
        lines += [_placed(line, left, top, scale, dice) for line in _joined(drawn, dice)]
        left += size * dice.uniform(0.82, 0.92)
    return _written(lines, dice).as_json()


@lru_cache(maxsize=1)
def _drawn() -> dict[str, list[Line]]:
    drawn = {}
    for row in _FILE.read_text(encoding="utf-8").splitlines():
        if not row.startswith("#"):
            character, _, text = row.partition(" ")
            drawn[character] = [[_pair(pair) for pair in stroke.split()] for stroke in text.split(";")]
    return drawn


def _pair(text: str) -> tuple[float, float]:
    x, _, y = text.partition(",")
    return float(x), float(y)


def _scribbles(dice: random.Random) -> Iterator[list[Line]]:
    """The running shapes in an order of this hand, each stretched in its own way; none comes twice in a row."""
    shapes = [strokes for name, strokes in _drawn().items() if name.startswith("~")]
    dice.shuffle(shapes)
    for shape in cycle(shapes):
        widths = (dice.uniform(0.8, 1.15), dice.uniform(0.8, 1.15))
        heights = (dice.uniform(0.85, 1.1), dice.uniform(0.85, 1.1))
        # Each half is stretched by itself, so that the shape does not look printed.
        yield [[(50 + (x - 50) * widths[x > 50], 50 + (y - 50) * heights[y > 50]) for x, y in line] for line in shape]


def _joined(lines: list[Line], dice: random.Random) -> list[Line]:
    """Some strokes run into the next one without lifting the pen, when the way is short and to the lower left."""
    joined = [list(lines[0])]
    for line in lines[1:]:
        (x0, y0), (x1, y1) = joined[-1][-1], line[0]
        near = math.hypot(x1 - x0, y1 - y0) < 34 and x1 <= x0 + 4 and y1 >= y0 - 6
        if near and dice.random() < 0.45:
            joined[-1] += line
        else:
            joined.append(list(line))
    return joined


def _placed(line: Line, left: float, top: float, scale: float, dice: random.Random) -> Line:
    """On the pad: rising a little to the right, and never twice quite the same."""
    placed = []
    for x, y in line:
        swung_x, swung_y = x + dice.gauss(0, 1.3), y + dice.gauss(0, 1.3)
        px = left + (swung_x * 0.96 + (100 - swung_y) * 0.07) * scale
        py = top + (swung_y - (swung_x - 50) * 0.06) * scale
        placed.append((min(max(px, 1.0), PAD[0] - 1.0), min(max(py, 1.0), PAD[1] - 1.0)))
    return placed


def _written(lines: list[Line], dice: random.Random) -> Strokes:
    """With the times of a hand: slow at the ends and in turns, quick in between, a pause before each stroke."""
    strokes = []
    now = 0.0
    for line in lines:
        curve = resampled([(x, y, 0.0) for x, y in line], 3.2)
        points = []
        for index, (x, y, _) in enumerate(curve):
            if index:
                rest = min(index, len(curve) - 1 - index) / 4
                turn = _turn(curve, index)
                now += 3.2 / (0.14 + 0.26 * min(1.0, rest)) * (1 + 1.4 * turn)
            points.append(Point(round(x, 1), round(y, 1), round(now)))
        strokes.append(tuple(points))
        now += dice.uniform(70, 150)
    return Strokes(*PAD, tuple(strokes))


def _turn(curve: list[tuple[float, float, float]], index: int) -> float:
    """0 going straight, 1 turning at a right angle or more."""
    if not 0 < index < len(curve) - 1:
        return 0.0
    (ax, ay, _), (bx, by, _), (cx, cy, _) = curve[index - 1 : index + 2]
    angle = math.remainder(math.atan2(cy - by, cx - bx) - math.atan2(by - ay, bx - ax), math.tau)
    return min(1.0, abs(angle) / (math.pi / 2))
