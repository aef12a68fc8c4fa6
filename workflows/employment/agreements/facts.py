"""Fills in what the rules ask of an agreement, in one place."""

from __future__ import annotations

from datetime import date, timedelta

from registry.policies import Policy
from workflows.core.actors import Actor
from workflows.core.models import DeskTask

from ..models import Agreement
from ..service import clipped
from ..tenures.spans import Histories, histories_of, stretches_of
from .rules import AgreementFacts


def facts_of(
    agreement: Agreement,
    *,
    on: date,
    policy: Policy,
    start_on: date | None,
    end_on: date | None,
    actor: Actor | None = None,
    histories: Histories | None = None,
) -> AgreementFacts:
    """The person's stretches in one query, or from their `histories`, and whether the actor drew the agreement up."""
    known = histories if histories is not None else histories_of([agreement.worker_id])
    tenures = sorted((tenure for tenure, _ in known.values()), key=lambda tenure: (tenure.start_on, tenure.pk))
    concluded = {key: own for key, (_, own) in known.items()}
    submitted = False
    if actor is not None and actor.user is not None:
        done = DeskTask.objects.filter(process=agreement.case_id, owner=actor.user, outcome="agreements.submit")
        submitted = done.filter(status="DONE").exists()
    others = [tenure for tenure in tenures if tenure.pk != agreement.tenure_id]
    own = next((tenure for tenure in tenures if tenure.pk == agreement.tenure_id), None)
    earlier = [
        stretch
        for tenure in others
        if tenure.end_on is not None
        for stretch in stretches_of(tenure, concluded.get(tenure.pk, ()))
    ]
    former_end_on = None
    if own is not None:
        carried_on = stretches_of(own, concluded.get(own.pk, ()))
        # What began on paper before this system lasts until the first agreement.
        until = start_on - timedelta(days=1) if start_on is not None else on
        earlier += clipped(carried_on, own.start_on, None if carried_on and carried_on[-1].last else until)
        former_end_on = carried_on[-1].last if carried_on else None
    return AgreementFacts(
        on=on,
        policy=policy,
        name=agreement.worker.name,
        birth_on=agreement.worker.birth_on,
        start_on=start_on,
        end_on=end_on,
        earlier=tuple(earlier),
        works_already=any(tenure.end_on is None for tenure in others),
        post_type=agreement.post.type_name,
        post_is_described=agreement.post.is_described,
        actor_submitted=submitted,
        former_end_on=former_end_on,
        has_left=own is not None and own.end_on is not None,
    )
