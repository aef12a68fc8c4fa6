"""Where the strokes of the county's two plots stand, in the units of their drawings; the template draws them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

# The line of months: 640 by 256.
LEFT, RIGHT, TOP, BOTTOM = 54.0, 550.0, 28.0, 196.0
RULES = 6
CROWDED = 9  # the month after which the first year's name would run into the next one's
# The bars of working days: 420 by 246.
BAR_LEFT, BAR_RIGHT, BAR_SHARE, BAR_HIGHEST, BAR_BOTTOM = 10.0, 410.0, 0.85, 150.0, 200.0
BARS = 10  # at least; with a term so many that the last holds only what is past it


@dataclass(frozen=True)
class Point:
    x: float
    y: float
    month: str
    year: str  # where a year begins, "" elsewhere
    minor: bool  # its month gives way on a narrow screen
    crowded: bool  # its year gives way there: the next year begins close by


@dataclass(frozen=True)
class Line:
    """`scale`: height and number of each rule; `area` and `path`: points as SVG wants them."""

    points: list[Point]
    scale: list[tuple[float, int]]
    path: str
    area: str
    first: int
    last: int


@dataclass(frozen=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    label: str
    number: int
    late: bool
    highest: bool

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 1)


def line_of(months: Sequence[date], numbers: Sequence[int]) -> Line:
    """The numbers month by month, from zero up to a round number above the highest."""
    top, step = _scale(max(numbers, default=0))
    width = (RIGHT - 8 - LEFT) / max(len(months) - 1, 1)
    points = [
        Point(
            x=round(LEFT + width * place, 1),
            y=_height(number, top),
            month=f"{month.month}月",
            year=f"{month.year}年" if place == 0 or month.month == 1 else "",
            minor=place % 2 == 1,
            crowded=place == 0 and month.month > CROWDED,
        )
        for place, (month, number) in enumerate(zip(months, numbers, strict=True))
    ]
    path = " ".join(f"{point.x},{point.y}" for point in points)
    return Line(
        points=points,
        scale=[(_height(number, top), number) for number in range(0, top + 1, step)],
        path=path,
        area=f"{points[0].x},{BOTTOM} {path} {points[-1].x},{BOTTOM}",
        first=numbers[0],
        last=numbers[-1],
    )


def bars_of(waits: Counter[int], term: int | None) -> list[Bar]:
    """How many took one working day, two …; the last bar holds all that took longer. Past the term they are late."""
    most = max(BARS, (term or 0) + 1)
    numbers = [waits[0] + waits[1], *(waits[days] for days in range(2, most))]
    numbers.append(sum(number for days, number in waits.items() if days >= most))
    highest, step = max(numbers), (BAR_RIGHT - BAR_LEFT) / most
    bars = []
    for days, number in enumerate(numbers, start=1):
        height = round(BAR_HIGHEST * number / highest, 1) if highest else 0.0
        bars.append(
            Bar(
                x=round(BAR_LEFT + step * (days - 1), 1),
                y=BAR_BOTTOM - height,
                width=round(step * BAR_SHARE, 1),
                height=height,
                label=f"{days}+" if days == most else str(days),
                number=number,
                late=term is not None and days > term,
                highest=bool(number) and number == highest,
            )
        )
    return bars


def term_mark(bars: Sequence[Bar]) -> float | None:
    """Where the term ends: before the first late bar; None without a term."""
    late = next((bar for bar in bars if bar.late), None)
    return round(late.x - late.width * (1 - BAR_SHARE) / 2 / BAR_SHARE, 1) if late is not None else None


def _height(number: int, top: int) -> float:
    return round(BOTTOM - (BOTTOM - TOP) * number / top, 1)


def _scale(number: int) -> tuple[int, int]:
    """The top of the scale and its step: 1, 2, 5, 10, 20, 50 …, so that there are at most six rules above zero."""
    step, tens = 1, 1
    while step * RULES < number:
        step, tens = (
            (tens * 2, tens) if step == tens else (tens * 5, tens) if step == tens * 2 else (tens * 10, tens * 10)
        )
    return max(-(-number // step), 1) * step, step
