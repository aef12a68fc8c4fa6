"""Changes of the registry, through the same door: the county itself and the households on its lists.

Organisations, logins, appointments and seals are in the administration's own room.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.core.exceptions import ValidationError

from audit.trail import SubjectStamp
from registry.id_numbers import IdNumber
from registry.models import County, Household, Organisation, PersonKey, Worker
from registry.policies import add_shipped_2019
from registry.roles import OrganisationKind, Role

from .actions import Action, Move, register
from .actors import Actor
from .refusals import NotFound, Refusal, Refused


class RegistryAction(Action):
    """An action inside one county; its subject is the county."""

    acts_on: ClassVar[tuple[type, ...]] = (County,)
    system_may = True
    kind = "registry.county"

    def parse(self, data: Mapping[str, Any], files: Mapping[str, Any] | None, context: Any = None) -> dict[str, Any]:
        return dict(data)

    def find(self, move_subject: Any, actor: Actor) -> tuple[County, Any]:
        county = County.objects.filter(pk=getattr(move_subject, "pk", None) or 0).first()
        if county is None or not (actor.is_system or actor.holds(self.roles, county.pk)):
            raise NotFound("没有找到这个县。")
        return county, county

    def may(self, move: Move) -> bool:
        place = move.data.get("village") or move.data.get("township")
        for appointment in move.actor.appointments:
            office = appointment.organisation
            if appointment.role not in self.roles or office.county_id != move.county.pk:
                continue
            # A township's people work in their own township and its villages, nowhere else.
            elsewhere = isinstance(place, Organisation) and office.pk not in (place.pk, place.parent_id)
            if office.kind == OrganisationKind.TOWNSHIP and elsewhere:
                continue
            move.appointment = appointment
            return True
        return False

    def make(self, move: Move) -> Any:
        raise NotImplementedError

    def apply(self, move: Move) -> None:
        try:
            move.result = self.make(move)
        except ValidationError as error:
            raise Refused([Refusal("registry", message) for message in error.messages]) from error

    def stamp(self, move: Move) -> SubjectStamp:
        row = move.result if move.result is not None else move.county
        return SubjectStamp(kind=row._meta.label_lower, key=str(row.pk))


@register
class EstablishCounty(RegistryAction):
    """A county enters the installation with the shipped 2019 policy set. Only the system may."""

    code = "registry.establish_county"
    label = "建立县"
    told = "建立县并载入2019年政策参数"

    def find(self, move_subject: Any, actor: Actor) -> tuple[County, Any]:
        if not actor.is_system:
            raise NotFound("没有这个办理动作。")
        county = County()
        return county, county

    def make(self, move: Move) -> County:
        county = move.county
        county.code, county.name, county.demo = move.data["code"], move.data["name"], move.data["demo"]
        county.full_clean()
        county.save()
        move.policy = add_shipped_2019(county).policy().reference
        return county


@register
class EnterHousehold(RegistryAction):
    """A household of the current category list (建档立卡, 边缘户) with its people of working age."""

    code = "registry.enter_household"
    label = "录入名单户"
    told = "录入名单户"
    roles = (Role.TOWNSHIP_CLERK, Role.POVERTY_OFFICE_OFFICER)

    def make(self, move: Move) -> Household:
        people = move.data["workers"]
        household = Household(
            county=move.county, **{name: value for name, value in move.data.items() if name != "workers"}
        )
        household.full_clean(exclude=["head_id_index"])
        household.save()
        for person in people:
            number = IdNumber.parse(person["id_number"], move.on)
            Worker.objects.create(
                **person,
                county=move.county,
                household=household,
                village=household.village,
                birth_on=number.birth_on,
                sex=number.sex,
                person_key=PersonKey.create(move.county),
            )
        move.organisations = [household.village, *filter(None, [household.village.parent])]
        move.details["people"] = len(people)
        return household
