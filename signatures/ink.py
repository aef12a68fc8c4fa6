"""From touched points to ink: smooth lines whose width follows the speed of the hand.

Pure geometry in the pad's pixels; `strokes.svg` and `strokes.png` draw what is computed here.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import NamedTuple

Pen = Sequence[tuple[float, float, int]]
"""One stroke as touched: x and y in pixels of the pad, milliseconds since the first touch."""

NIB = 0.042  # of the height of the writing: as broad as a gel pen looks on a form
FLATTEST = 4.5  # a signature wider than this many heights is measured by its width
_SHARP = math.radians(65)  # a turn sharper than this gets a round corner
_CAP = 5  # corners of a rounded end


class Dab(NamedTuple):
    """A round touch of ink; a line is a row of them."""

    x: float
    y: float
    radius: float


@dataclass(frozen=True)
class Ink:
    """The lines of a signature and the box around them, in pixels of the pad."""

    lines: tuple[tuple[Dab, ...], ...]
    left: float
    top: float
    width: float
    height: float


def ink_of(strokes: Sequence[Pen]) -> Ink:
    """Smooth lines from the strokes as touched; there is at least one point."""
    xs = [x for stroke in strokes for x, _, _ in stroke]
    ys = [y for stroke in strokes for _, y, _ in stroke]
    nib = NIB * max(max(ys) - min(ys), (max(xs) - min(xs)) / FLATTEST, 20.0)
    samples = [resampled(_steadied(stroke), nib * 0.55) for stroke in strokes]
    usual = _usual_speed(samples)
    lines = tuple(_inked(line, nib, usual) for line in samples)
    left = min(dab.x - dab.radius for line in lines for dab in line)
    top = min(dab.y - dab.radius for line in lines for dab in line)
    right = max(dab.x + dab.radius for line in lines for dab in line)
    bottom = max(dab.y + dab.radius for line in lines for dab in line)
    return Ink(lines, left, top, right - left, bottom - top)


def _steadied(stroke: Pen) -> list[tuple[float, float, float]]:
    """Without resting points and without the trembling of whole pixels; both ends stay where they are."""
    kept: list[tuple[float, float, float]] = []
    for x, y, t in stroke:
        if not kept or math.hypot(x - kept[-1][0], y - kept[-1][1]) >= 0.7:
            kept.append((x, y, float(t)))
    calm = kept[:1]
    for before, here, after in zip(kept, kept[1:], kept[2:], strict=False):
        near = (
            math.hypot(before[0] - here[0], before[1] - here[1])
            < 6
            > math.hypot(after[0] - here[0], after[1] - here[1])
        )
        weight = 0.5 if near else 1.0
        mean = ((before[0] + after[0]) / 2, (before[1] + after[1]) / 2)
        calm.append((here[0] * weight + mean[0] * (1 - weight), here[1] * weight + mean[1] * (1 - weight), here[2]))
    return calm + kept[1:][-1:]


def resampled(points: list[tuple[float, float, float]], spacing: float) -> list[tuple[float, float, float]]:
    """A Catmull-Rom curve through the points (centripetal: no loops at corners), sampled about every `spacing`."""
    if len(points) < 2:
        return points
    before, after = _mirrored(points[1], points[0]), _mirrored(points[-2], points[-1])
    walk = [before, *points, after]
    line = [points[0]]
    for p0, p1, p2, p3 in zip(walk, walk[1:], walk[2:], walk[3:], strict=False):
        steps = max(1, math.ceil(math.hypot(p2[0] - p1[0], p2[1] - p1[1]) / spacing))
        line.extend(_between(p0, p1, p2, p3, step / steps) for step in range(1, steps + 1))
    return line


def _mirrored(point: tuple[float, float, float], centre: tuple[float, float, float]) -> tuple[float, float, float]:
    return (2 * centre[0] - point[0], 2 * centre[1] - point[1], centre[2])


def _between(
    p0: tuple[float, float, float],
    p1: tuple[float, float, float],
    p2: tuple[float, float, float],
    p3: tuple[float, float, float],
    share: float,
) -> tuple[float, float, float]:
    d1, d2, d3 = (max(math.hypot(b[0] - a[0], b[1] - a[1]), 1e-6) ** 0.5 for a, b in ((p0, p1), (p1, p2), (p2, p3)))
    place = []
    for axis in (0, 1):
        a, b, c, d = p0[axis], p1[axis], p2[axis], p3[axis]
        m1 = (c - b) + d2 * ((b - a) / d1 - (c - a) / (d1 + d2))
        m2 = (c - b) + d2 * ((d - c) / d3 - (d - b) / (d2 + d3))
        s2, s3 = share * share, share * share * share
        place.append((2 * s3 - 3 * s2 + 1) * b + (s3 - 2 * s2 + share) * m1 + (3 * s2 - 2 * s3) * c + (s3 - s2) * m2)
    return (place[0], place[1], p1[2] + (p2[2] - p1[2]) * share)


def _speeds(line: list[tuple[float, float, float]]) -> list[float]:
    """Pixels per millisecond at each sample, evened out; 0 where there is no timing."""
    raw = [math.hypot(b[0] - a[0], b[1] - a[1]) / (b[2] - a[2]) if b[2] > a[2] else 0.0 for a, b in pairwise(line)]
    if not raw:
        return [0.0]
    even = [raw[0]]
    for speed in raw:
        even.append(even[-1] * 0.8 + speed * 0.2)
    return even


def _usual_speed(lines: list[list[tuple[float, float, float]]]) -> float:
    moving = [speed for line in lines for speed in _speeds(line) if speed > 0]
    return median(moving) if moving else 0.0


def _inked(line: list[tuple[float, float, float]], nib: float, usual: float) -> tuple[Dab, ...]:
    """Slow is broad, fast is thin; the pen comes down quickly and leaves in a point."""
    if len(line) < 2:
        return (Dab(line[0][0], line[0][1], nib * 0.62),)
    along = [0.0]
    for a, b in pairwise(line):
        along.append(along[-1] + math.hypot(b[0] - a[0], b[1] - a[1]))
    whole = along[-1]
    dabs = []
    for (x, y, _), speed, done in zip(line, _speeds(line), along, strict=True):
        breadth = 1.3 - 0.6 * speed / (speed + usual) if usual else 1.0
        down = 0.72 + 0.28 * min(1.0, done / (1.5 * nib))
        lift = 1.0 if whole < 6 * nib else 0.5 + 0.5 * min(1.0, (whole - done) / (3.5 * nib))
        dabs.append(Dab(x, y, nib / 2 * breadth * down * lift))
    return tuple(dabs)


# --- the outline of a line, for a filled path ------------------------------------------------------------------------


def outlines(line: Sequence[Dab]) -> list[list[tuple[float, float]]]:
    """Polygons that together cover the line, all turning the same way, so that overlaps stay filled."""
    if len(line) == 1:
        x, y, radius = line[0]
        return [[_on_circle(x, y, radius, math.tau * corner / 12) for corner in range(12)]]
    return [_band(part) for part in _split_at_corners(line)]


def _split_at_corners(line: Sequence[Dab]) -> list[Sequence[Dab]]:
    parts, start = [], 0
    for index in range(1, len(line) - 1):
        before = _direction(line[index - 1], line[index])
        after = _direction(line[index], line[index + 1])
        if abs(math.remainder(after - before, math.tau)) > _SHARP:
            parts.append(line[start : index + 1])
            start = index
    return [*parts, line[start:]]


def _band(part: Sequence[Dab]) -> list[tuple[float, float]]:
    """Along one side, round the end, back along the other side, round the start."""
    ways = [_direction(part[max(0, i - 1)], part[min(len(part) - 1, i + 1)]) for i in range(len(part))]
    there = [_on_circle(d.x, d.y, d.radius, way - math.pi / 2) for d, way in zip(part, ways, strict=True)]
    back = [_on_circle(d.x, d.y, d.radius, way + math.pi / 2) for d, way in zip(part, ways, strict=True)]
    back.reverse()
    return [*there, *_cap(part[-1], ways[-1]), *back, *_cap(part[0], ways[0] + math.pi)]


def _cap(dab: Dab, way: float) -> list[tuple[float, float]]:
    return [
        _on_circle(dab.x, dab.y, dab.radius, way - math.pi / 2 + math.pi * corner / (_CAP + 1))
        for corner in range(1, _CAP + 1)
    ]


def _direction(a: Dab, b: Dab) -> float:
    return math.atan2(b.y - a.y, b.x - a.x)


def _on_circle(x: float, y: float, radius: float, angle: float) -> tuple[float, float]:
    return (x + radius * math.cos(angle), y + radius * math.sin(angle))
