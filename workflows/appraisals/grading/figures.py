"""What a year comes to in numbers: the criteria of the township's scheme, each with its points."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from ..attendance import Month
from ..models import DailyRecord, HeardOpinion, RecordKind, View, Voice
from ..scheme_models import CRITERIA, Scheme

# As the scheme's table says it in words (scheme_models.CRITERIA).
SHARE_OF_VIEW = {View.SATISFIED: Decimal(1), View.FAIRLY: Decimal("0.5"), View.DISSATISFIED: Decimal(0)}
TENTH = Decimal("0.1")
KIND_OF = {"learning": RecordKind.LEARNING, "tasks": RecordKind.TASK, "fit": RecordKind.FIT}


@dataclass(frozen=True)
class Looked:
    """How many of the looks at one thing were good."""

    good: int = 0
    total: int = 0


@dataclass(frozen=True)
class Figures:
    """Everything that was counted of one person's year, and the points it gives."""

    months: tuple[Month, ...]
    looked: dict[str, Looked]
    cadres: int
    villagers: int
    shares: dict[str, Decimal | None]
    points: dict[str, Decimal]

    @property
    def total(self) -> Decimal:
        return sum(self.points.values(), Decimal(0))

    @property
    def missing(self) -> list[str]:
        """The criteria that are worth points and of which nothing is known."""
        return [code for code in CRITERIA if code in self.points and self.shares[code] is None]

    def days(self, name: str) -> int:
        """The year's sum of due, attended, leave or absent."""
        return sum(int(getattr(month, name)) for month in self.months)

    def as_json(self) -> dict[str, Any]:
        """As the appraisal keeps it when the village hands it in."""
        return {
            "months": [
                [month.number, month.due, month.attended, month.leave, month.absent, month.known]
                for month in self.months
            ],
            "looked": {code: [each.good, each.total] for code, each in self.looked.items()},
            "voices": [self.cadres, self.villagers],
            "shares": {code: None if share is None else str(share) for code, share in self.shares.items()},
            "points": {code: str(points) for code, points in self.points.items()},
        }


def from_json(kept: dict[str, Any]) -> Figures:
    """What was kept when the village handed the appraisal in."""
    return Figures(
        months=tuple(Month(*row) for row in kept["months"]),
        looked={code: Looked(*pair) for code, pair in kept["looked"].items()},
        cadres=kept["voices"][0],
        villagers=kept["voices"][1],
        shares={code: None if share is None else Decimal(share) for code, share in kept["shares"].items()},
        points={code: Decimal(points) for code, points in kept["points"].items()},
    )


def figures_of(
    scheme: Scheme, months: Sequence[Month], records: Iterable[DailyRecord], voices: Iterable[HeardOpinion]
) -> Figures:
    """Count a year by the scheme. Records and opinions that were struck out must not be among them."""
    records, voices = list(records), list(voices)
    looked = {
        code: Looked(
            sum(1 for record in records if record.kind == kind and record.good),
            sum(1 for record in records if record.kind == kind),
        )
        for code, kind in KIND_OF.items()
    }
    shares: dict[str, Decimal | None] = {
        # Leave that was granted takes nothing away.
        "attendance": _share(
            sum(each.attended for each in months), sum(each.attended + each.absent for each in months)
        ),
        "tasks": _share(looked["tasks"].good, looked["tasks"].total),
        "learning": _of_target(looked["learning"], scheme.learning_target),
        "fit": _share(looked["fit"].good, looked["fit"].total),
        "opinions": _average([SHARE_OF_VIEW[View(voice.view)] for voice in voices]),
    }
    points = {
        code: ((shares[code] or Decimal(0)) * worth).quantize(TENTH, ROUND_HALF_UP)
        for code, worth in scheme.points().items()
        if worth
    }
    return Figures(
        months=tuple(months),
        looked=looked,
        cadres=sum(1 for voice in voices if voice.kind == Voice.CADRE),
        villagers=sum(1 for voice in voices if voice.kind == Voice.VILLAGER),
        shares=shares,
        points=points,
    )


def _share(part: int, whole: int) -> Decimal | None:
    return Decimal(part) / whole if whole else None


def _of_target(looked: Looked, target: int) -> Decimal | None:
    """Attended of so many due in the year; more than due is no more than all."""
    if not looked.total or not target:
        return None
    return min(Decimal(looked.good) / target, Decimal(1))


def _average(shares: list[Decimal]) -> Decimal | None:
    return sum(shares, Decimal(0)) / len(shares) if shares else None
