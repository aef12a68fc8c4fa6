"""Who sees the whole county."""

from __future__ import annotations

from registry.models import County
from registry.roles import SEES, Role, Sight

from .actors import Actor


def county_seen_by(actor: Actor) -> County | None:
    """The county the reader may see whole: its offices, not a township's; no query."""
    for each in actor.appointments:
        if SEES[Role(each.role)] == Sight.COUNTY:
            county: County = each.organisation.county
            return county
    return None
