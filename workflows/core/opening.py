"""Opening a case of a village or a township, the first act of most flows, and 作废 by whoever may open one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django.utils.crypto import get_random_string

from audit.trail import SubjectStamp
from registry.models import Appointment, Organisation, PersonKey
from registry.roles import OrganisationKind, Role

from .actions import Action, CaseAction, Move
from .actors import Actor
from .desk_forms import ReasonForm
from .flow_versions import flow_in_force
from .models import Case
from .opinions import void_opinions
from .procedure import Procedure
from .refusals import NotFound, Overtaken, Refusal, Refused


def opener(actor: Actor, village_id: int, roles: Iterable[str]) -> Appointment | None:
    """By which appointment the actor may open such a case there."""
    found = (actor.appointment_for(village_id, role) for role in roles)
    return next((appointment for appointment in found if appointment is not None), None)


class Opens(Action):
    """A new case of an organisation on its first desk. The form's own random key makes a double click one case."""

    acts_on = (Organisation,)
    roles: ClassVar[tuple[str, ...]]
    kind: ClassVar[OrganisationKind]
    flow: ClassVar[type[Procedure]]
    thing: ClassVar[str] = "这一件"
    not_found: ClassVar[str]

    def draft(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """What was typed, as it may be kept: shape only, nothing is refused."""
        raise NotImplementedError

    def entity_for(self, move: Move, case: Case) -> Any:
        """The saved row that the case is about."""
        raise NotImplementedError

    def parse(self, data: Mapping[str, Any], files: Any, context: Any = None) -> dict[str, Any]:
        opening_key = str(data.get("opening_key") or get_random_string(32))[:64]
        return {**self.draft(data), "opening_key": opening_key}

    def find(self, move_subject: Any, actor: Actor) -> tuple[Any, Any]:
        place = (
            Organisation.objects.select_related("county", "parent")
            .filter(pk=getattr(move_subject, "pk", None) or 0, kind=self.kind)
            .first()
        )
        if place is None or opener(actor, place.pk, self.roles) is None:
            raise NotFound(self.not_found)
        return place.county, place

    def may(self, move: Move) -> bool:
        move.appointment = opener(move.actor, move.subject.pk, self.roles)
        return move.appointment is not None

    def refusals(self, move: Move) -> Iterable[Refusal]:
        earlier = Case.objects.filter(opening_key=move.data["opening_key"]).first()
        if earlier is not None:
            raise Overtaken(f"{self.thing}刚才已经保存，没有重复新建。", url=f"/cases/{earlier.pk}/")
        return ()

    def apply(self, move: Move) -> None:
        place: Organisation = move.subject
        flow = flow_in_force(move.county, self.flow, move.at)
        case = Case(
            flow_class=flow,
            county=move.county,
            village=place if place.kind == OrganisationKind.VILLAGE else None,
            township=place.township,
            opened_by=move.actor.user,
            opening_key=move.data["opening_key"],
            person_key=PersonKey.create(move.county),
            created=move.at,
        )
        case.moment = move.at
        case.save()
        entity = self.entity_for(move, case)
        case.entity = entity
        flow.begin(case)
        move.on_case, move.entity, move.result = case, entity, case

    def stamp(self, move: Move) -> SubjectStamp:
        return SubjectStamp(kind=move.entity._meta.label_lower, key=str(move.entity.pk), number="")


class OpenInVillage(Opens):
    """A new case of a village."""

    roles: ClassVar[tuple[str, ...]] = (Role.VILLAGE_CLERK,)
    kind = OrganisationKind.VILLAGE
    not_found = "没有找到这个村，或者您不是这个村的经办人。"


class OpenInTownship(Opens):
    """A new case of a township."""

    roles: ClassVar[tuple[str, ...]] = (Role.TOWNSHIP_CLERK,)
    kind = OrganisationKind.TOWNSHIP
    not_found = "没有找到这个乡镇，或者您不是这个乡镇的经办人。"


class VoidCase(CaseAction):
    """作废 while the case has not been decided, by whoever may open one: nothing is deleted."""

    form = ReasonForm
    roles: ClassVar[tuple[str, ...]]
    kind: ClassVar[OrganisationKind]
    until: ClassVar[tuple[str, ...]] = ()  # the states in which it may still be voided

    def may(self, move: Move) -> bool:
        place = move.case.village_id if self.kind == OrganisationKind.VILLAGE else move.case.township_id
        move.appointment = opener(move.actor, place or 0, self.roles)
        return move.appointment is not None

    def refusals(self, move: Move) -> Iterable[Refusal]:
        if move.entity.state not in self.until:
            return [Refusal("too_late", "不能作废：这一件已经办结。")]
        return ()

    def apply(self, move: Move) -> None:
        last = move.case.task_set.filter(finished__isnull=True).order_by("pk").last()
        source = last.previous.order_by("pk").last() if last is not None else None
        move.entity.void()
        move.entity.save()
        move.reason = str(move.data["reason"])
        void_opinions(move, why=f"作废：{move.reason}")
        if source is None:
            raise Refused([Refusal("too_late", "不能作废：这一件已经办结。")])
        move.case.flow_class.relay(move.case, source)


class VoidInVillage(VoidCase):
    """作废 by the village."""

    roles: ClassVar[tuple[str, ...]] = (Role.VILLAGE_CLERK,)
    kind = OrganisationKind.VILLAGE


class VoidInTownship(VoidCase):
    """作废 by the township."""

    roles: ClassVar[tuple[str, ...]] = (Role.TOWNSHIP_CLERK,)
    kind = OrganisationKind.TOWNSHIP
