"""Whose people one may see: those of one's own village, of the villages of one's township, or of the county."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from registry.models import Worker
from registry.roles import SEES, OrganisationKind, Role, Sight
from workflows.core.actors import Actor


def workers_seen(actor: Actor) -> QuerySet[Worker]:
    """One indexed condition per office; nobody for an office that sees no business data."""
    seen = Q(pk__in=[])
    for appointment in actor.appointments:
        organisation, sight = appointment.organisation, SEES[Role(appointment.role)]
        if sight == Sight.COUNTY:
            seen |= Q(county_id=organisation.county_id)
        elif sight == Sight.OWN and organisation.kind == OrganisationKind.VILLAGE:
            seen |= Q(village_id=organisation.pk)
        elif sight == Sight.OWN and organisation.kind == OrganisationKind.TOWNSHIP:
            seen |= Q(village__parent_id=organisation.pk)
    return Worker.objects.filter(seen)
