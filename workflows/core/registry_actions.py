"""Changes of the registry, through the same door: counties, organisations, people, appointments, lists, seals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError

from audit.trail import SubjectStamp
from registry.id_numbers import IdNumber
from registry.models import Appointment, County, Household, Organisation, PersonKey, User, Worker
from registry.policies import add_shipped_2019
from registry.roles import OrganisationKind, Role
from signatures.models import Seal

from .actions import Action, Move, register
from .actors import Actor
from .refusals import NotFound, Refusal, Refused


class RegistryAction(Action):
    """An action inside one county; its subject is the county."""

    roles: tuple[str, ...] = ()
    acts_on = (County,)
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
class EstablishOrganisation(RegistryAction):
    code = "registry.establish_organisation"
    label = "设立单位"
    told = "设立单位"
    roles = (Role.SYSTEM_ADMINISTRATOR,)

    def make(self, move: Move) -> Organisation:
        organisation = Organisation(county=move.county, **move.data)
        organisation.full_clean(exclude=["parent", "county"])
        organisation.save()
        move.organisations = [organisation]
        return organisation


@register
class RegisterUser(RegistryAction):
    """A person gets a login; without an appointment it opens nothing."""

    code = "registry.register_user"
    label = "登记用户"
    told = "登记用户"
    roles = (Role.SYSTEM_ADMINISTRATOR,)

    def make(self, move: Move) -> User:
        return User.objects.create_user(**move.data)


@register
class Appoint(RegistryAction):
    """A person holds a role at an organisation from a date (to a date)."""

    code = "registry.appoint"
    label = "任职"
    told = "任职"
    roles = (Role.SYSTEM_ADMINISTRATOR,)

    def make(self, move: Move) -> Appointment:
        appointment = Appointment(made_by=move.actor.name, **move.data)
        appointment.save()
        move.organisations = [appointment.organisation]
        move.details["role"] = appointment.role
        move.details["from_on"] = appointment.from_on.isoformat()
        return appointment


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


@register
class RegisterSeal(RegistryAction):
    """An organisation's seal with its picture and dates; who may apply it follows from the appointments."""

    code = "registry.register_seal"
    label = "登记印章"
    told = "登记印章"
    roles = (Role.SYSTEM_ADMINISTRATOR,)

    def refusals(self, move: Move) -> Iterable[Refusal]:
        if move.county.demo and not move.data["demo"]:
            return [Refusal("demo_seal", "演示县的印章必须带“演示”字样。")]
        return ()

    def make(self, move: Move) -> Seal:
        seal = Seal(**move.data)
        seal.save()
        move.organisations = [seal.organisation]
        return seal
