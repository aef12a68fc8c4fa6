"""Fills in what the rules ask of an agreement, in one place."""

from __future__ import annotations

from datetime import date

from registry.policies import Policy
from workflows.core.actors import Actor
from workflows.core.models import DeskTask

from ..models import Agreement, Tenure
from ..service import Stretch
from .rules import AgreementFacts


def facts_of(
    agreement: Agreement,
    *,
    on: date,
    policy: Policy,
    start_on: date | None,
    end_on: date | None,
    actor: Actor | None = None,
) -> AgreementFacts:
    """Two queries: the person's stretches, and whether the actor drew the agreement up."""
    tenures = list(Tenure.objects.filter(worker=agreement.worker))
    submitted = False
    if actor is not None and actor.user is not None:
        done = DeskTask.objects.filter(process=agreement.case_id, owner=actor.user, outcome="agreements.submit")
        submitted = done.filter(status="DONE").exists()
    return AgreementFacts(
        on=on,
        policy=policy,
        name=agreement.worker.name,
        birth_on=agreement.worker.birth_on,
        start_on=start_on,
        end_on=end_on,
        earlier=tuple(Stretch(tenure.start_on, tenure.end_on) for tenure in tenures if tenure.end_on is not None),
        works_already=any(tenure.end_on is None for tenure in tenures),
        post_type=agreement.post.type_name,
        post_is_described=agreement.post.is_described,
        actor_submitted=submitted,
    )
