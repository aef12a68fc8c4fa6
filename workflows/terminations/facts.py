"""Fills in what the rules ask of an exit, in one place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from registry.policies import Policy
from workflows.appraisals.grading.settling import filed_results
from workflows.appraisals.models import Grade
from workflows.core.actors import Actor
from workflows.core.doers import doers_of
from workflows.employment.models import LASTING, EndReason, Tenure, TenureState
from workflows.employment.tenures.ends import Prospect, prospects
from workflows.inspections.models import Finding, FindingState, Weight

from .grounds import GROUNDS
from .models import Termination
from .rules import ExitFacts, FindingFacts

# What the clerk fills in, as it is kept.
FIELDS = ("facts", "last_on", "happened_on", "proof", "verified_by", "verified_on", "finding", "evidence")


def prospect_of(tenure: Tenure, policy: Policy, on: date) -> Prospect:
    """When the tenure ends at the latest, and why."""
    (found,) = prospects([tenure], {tenure.county_id: policy}, on)
    return found


def finding_facts(finding: Finding, worker_id: int) -> FindingFacts:
    """What an exit may stand on."""
    return FindingFacts(
        number=finding.case.number,
        concerns_worker=finding.worker_id == worker_id and finding.state != FindingState.VOIDED,
        delivered_on=finding.delivered_on,
        warned_on=finding.warning_delivered_on,
        is_serious=finding.state == FindingState.SERIOUS,
        is_fraud=finding.weight == Weight.FRAUD
        and finding.state in (FindingState.ESTABLISHED, FindingState.HANDED_OVER),
        handed_over_on=finding.handed_over_on,
    )


def findings_about(termination: Termination) -> Iterable[Finding]:
    """The records of problems about this worker, the newest first (one query)."""
    found = Finding.objects.filter(worker=termination.tenure.worker_id).exclude(state=FindingState.VOIDED)
    return found.select_related("case").order_by("-found_on", "-pk")


def has_failed(tenure: Tenure) -> bool:
    """Whether the result on file for the present agreement is a fail (two or three queries)."""
    filed = filed_results(tenure)
    return bool(filed) and filed[0].grade == Grade.FAIL


def fields_of(termination: Termination) -> dict[str, Any]:
    """What is kept of the fields."""
    return {name: getattr(termination, name) for name in FIELDS}


def facts_of(
    termination: Termination,
    fields: Mapping[str, Any],
    *,
    on: date,
    policy: Policy,
    actor: Actor | None = None,
    confirmed: bool = False,
    decides: bool = False,
) -> ExitFacts:
    """The facts of this exit on that day, with these fields (what is typed, or what is kept)."""
    tenure = termination.tenure
    prospect = prospect_of(tenure, policy, on)
    finding = fields.get("finding")
    proposed = False
    if actor is not None and actor.user is not None:
        proposed = actor.user.pk in doers_of(termination.case, ("terminations.propose",))
    return ExitFacts(
        on=on,
        policy=policy,
        ground=GROUNDS[termination.reason],
        name=tenure.worker.name,
        tenure_lasts=tenure.state in LASTING,
        has_started=tenure.state != TenureState.PENDING,
        start_on=tenure.start_on,
        limit_on=prospect.last.day,
        limit_reason=prospect.last.reason,
        facts=str(fields.get("facts") or ""),
        last_on=fields.get("last_on"),
        happened_on=fields.get("happened_on"),
        proof=str(fields.get("proof") or ""),
        verified_by=str(fields.get("verified_by") or ""),
        verified_on=fields.get("verified_on"),
        evidence=len(fields.get("evidence") or ()),
        failed_appraisal=has_failed(tenure) if termination.reason == EndReason.FAILED_APPRAISAL else None,
        finding=finding_facts(finding, tenure.worker_id) if finding is not None else None,
        confirmed=confirmed,
        actor_proposed=proposed,
        decides=decides,
    )
