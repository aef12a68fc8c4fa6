"""Fills in what the rules ask of a finding, in one place."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from workflows.core.actors import Actor
from workflows.core.models import Case, DeskTask

from ..models import Finding
from .papers import issued_on
from .rules import FindingFacts


def facts_of(finding: Finding, case: Case, actor: Actor, on: date, data: Mapping[str, Any]) -> FindingFacts:
    """The facts of this finding for who acts, with what they hand in."""
    found_it = False
    user = actor.user
    if user is not None:
        found_it = case.opened_by_id == user.pk or (
            DeskTask.objects.filter(process=case, owner=user, outcome="findings.refuse").exists()
        )
    delivered_after = finding.warned_on or issued_on(case)
    return FindingFacts(
        on=on,
        whom=finding.whom,
        official=actor.name,
        weight=finding.weight,
        found_on=finding.found_on,
        problem=finding.problem,
        demand=finding.demand,
        deadline_on=finding.deadline_on,
        delivered_on=finding.delivered_on,
        earliest_on=delivered_after,
        met_on=data.get("delivered_on"),
        hands=data.get("hands"),
        statement=str(data.get("statement") or ""),
        recheck_on=data.get("recheck_on"),
        text=str(data.get("opinion") or ""),
        handed_over_to=str(data.get("handed_over_to") or ""),
        handed_over_on=data.get("handed_over_on"),
        actor_is_concerned=user is not None and finding.official_id == user.pk,
        actor_found_it=found_it,
    )
