"""Who reads the register of which seal."""

from __future__ import annotations

from django.db.models import QuerySet

from registry.roles import Role
from signatures.models import Seal

from .actors import Actor

# Who reads a seal register: the keepers of their own seal, the bureau and the auditor of every seal.
MAY_READ_ALL_SEALS = (Role.BUREAU_SUPERVISOR, Role.AUDITOR)


def readable_seals(actor: Actor) -> QuerySet[Seal] | None:
    """The seals whose register this person reads; None for those who read none."""
    overseer = actor.holds(MAY_READ_ALL_SEALS)
    if overseer is not None:
        return Seal.objects.filter(organisation__county=overseer.organisation.county)
    kept = [
        office.organisation_id
        for office in actor.offices
        if office.role in (Role.TOWNSHIP_SEAL_KEEPER, Role.VILLAGE_SEAL_KEEPER)
    ]
    return Seal.objects.filter(organisation__in=kept) if kept else None
