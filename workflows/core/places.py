"""Where a desk stands: the office of a step, found from the case."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from registry.models import Organisation

from .models import Case

Place = Callable[[Case], int | None]


class Lying(NamedTuple):
    """Where one open task lies: an office, and which of several required actors it waits for."""

    office_id: int
    role: str
    seat: str = ""


def at_village(case: Case) -> int | None:
    """The desk stands in the case's village."""
    return case.village_id


def at_township(case: Case) -> int | None:
    """The desk stands in the case's township (乡镇, 区 or 管委)."""
    return case.township_id


def at_county_department(code: str) -> Place:
    """The desk stands in the county department of this code (e.g. `employment_service`)."""

    def place(case: Case) -> int | None:
        return Organisation.objects.filter(county_id=case.county_id, code=code).values_list("pk", flat=True).first()

    place.__name__ = f"at_{code}"
    return place
