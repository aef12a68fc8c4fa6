"""Opening what a township has once or more in a year: its scheme, its batches of results."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workflows.core.opening import OpenInTownship

from .schemes.documents import number


class OpenForYear(OpenInTownship):
    """A new case of a township's year."""

    def draft(self, data: Mapping[str, Any]) -> dict[str, Any]:
        return {"year": number(data.get("year"))}
