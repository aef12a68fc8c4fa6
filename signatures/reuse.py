"""Strokes that were used before. No hand writes its name twice alike: the same line again is a copy of the first.

Compared is the shape alone, so that a copy that was moved, enlarged, slowed down or shaken a little is still known.
"""

from __future__ import annotations

import math
from itertools import pairwise

from registry.models import County
from signatures.models import Signature
from signatures.strokes import StrokeError, Strokes, parse

POINTS = 64
ALIKE = 0.035
"""Mean distance of two shapes, as a share of their size, below which one is a copy of the other.

Measured on the demo's hand: a copy shaken by a pixel of the pad stays below 0.025, two writings of one name by the
same hand are above 0.05 (tests/signatures/test_reuse.py holds both).
"""
COMPARED = 8  # earlier signatures of that name: each costs a decryption under the case's lock

Line = list[tuple[float, float]]
Shape = tuple[Line, Line]


def earlier_like(drawn: Strokes, county: County, signer_name: str) -> Signature | None:
    """The signature whose strokes these are: exactly, by whomever, or nearly, of the same name. Two queries at most."""
    same: Signature | None = (
        Signature.objects.filter(county=county, strokes_digest=drawn.digest).order_by("-pk").first()
    )
    if same is not None:
        return same
    shape = shape_of(drawn)
    earlier = Signature.objects.filter(county=county, signer_name=signer_name).exclude(strokes_digest="")
    for signature in earlier.defer("picture_base64").order_by("-pk")[:COMPARED]:
        try:
            other = shape_of(parse(signature.strokes))
        except StrokeError:
            continue
        if distance(shape, other) < ALIKE:
            return signature
    return None


def shape_of(drawn: Strokes) -> Shape:
    """The line as evenly spaced points and as every so-manieth touch, each centred and of size one.

    Shaking lengthens a line and so shifts what is even along it, but not the order of touches; other touches on the
    same line shift the order, but not the line.
    """
    # The pen's way in the air counts as well: it is part of how a hand writes.
    walk = [(point.x, point.y) for stroke in drawn.strokes for point in stroke]
    touches = [walk[round(step * (len(walk) - 1) / (POINTS - 1))] for step in range(POINTS)]
    return _of_size_one(_spaced(walk)), _of_size_one(touches)


def distance(one: Shape, other: Shape) -> float:
    """How far the points of two shapes lie apart on average, in the way in which they lie closer."""
    return min(
        sum(math.hypot(a - c, b - d) for (a, b), (c, d) in zip(mine, theirs, strict=True)) / POINTS
        for mine, theirs in zip(one, other, strict=True)
    )


def _of_size_one(points: Line) -> Line:
    cx, cy = sum(x for x, _ in points) / POINTS, sum(y for _, y in points) / POINTS
    size = math.sqrt(sum((x - cx) ** 2 + (y - cy) ** 2 for x, y in points) / POINTS) or 1.0
    return [((x - cx) / size, (y - cy) / size) for x, y in points]


def _spaced(walk: Line) -> Line:
    lengths = [0.0]
    for (x0, y0), (x1, y1) in pairwise(walk):
        lengths.append(lengths[-1] + math.hypot(x1 - x0, y1 - y0))
    whole, here, spaced = lengths[-1], 0, []
    for step in range(POINTS):
        at = whole * step / (POINTS - 1)
        while here < len(walk) - 2 and lengths[here + 1] < at:
            here += 1
        piece = lengths[here + 1] - lengths[here] if len(walk) > 1 else 0.0
        share = min(1.0, (at - lengths[here]) / piece) if piece else 0.0
        (x0, y0), (x1, y1) = walk[here], walk[min(here + 1, len(walk) - 1)]
        spaced.append((x0 + (x1 - x0) * share, y0 + (y1 - y0) * share))
    return spaced
