"""Who may look after the county's offices, and what they find."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.http import Http404, HttpRequest

from registry.models import Appointment, County, Organisation, User
from registry.models.people import AppointmentQuerySet
from registry.roles import Role
from signatures.models import Seal, SealCertificate
from workflows.core.actors import Actor
from workflows.core.clock import today
from workflows.core.requests import actor_of

ADMINISTRATORS = (Role.SYSTEM_ADMINISTRATOR,)


def may_administer(actor: Actor) -> bool:
    return actor.holds(ADMINISTRATORS) is not None


@dataclass(frozen=True)
class Desk:
    """The administrator of one county on one day; nothing beyond that county exists for them."""

    actor: Actor
    county: County
    on: date

    @property
    def organisations(self) -> QuerySet[Organisation]:
        return Organisation.objects.filter(county=self.county)

    @property
    def users(self) -> QuerySet[User]:
        return User.objects.filter(county=self.county)

    @property
    def appointments(self) -> AppointmentQuerySet:
        return Appointment.objects.filter(organisation__county=self.county).select_related("organisation", "user")

    @property
    def seals(self) -> QuerySet[Seal]:
        return Seal.objects.filter(organisation__county=self.county).select_related("organisation")

    @property
    def certificates(self) -> QuerySet[SealCertificate]:
        return SealCertificate.objects.filter(organisation__county=self.county).select_related("organisation")


def administrators_desk(request: HttpRequest) -> Desk:
    """Raises Http404 for everybody else."""
    actor = actor_of(request)
    appointment = actor.holds(ADMINISTRATORS)
    if appointment is None:
        raise Http404
    return Desk(actor, appointment.organisation.county, today())
