"""Each village gets its copy of the issued scheme, and its head signs for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.crypto import get_random_string

from audit.trail import SubjectStamp
from registry.models import Organisation, PersonKey
from registry.roles import OrganisationKind, Role
from workflows.core.actions import Action, Move, TaskAction, register
from workflows.core.actors import Actor
from workflows.core.daily import daily
from workflows.core.desk_forms import OpinionForm
from workflows.core.door import Step
from workflows.core.models import Case
from workflows.core.notices import tell_office
from workflows.core.numbers import next_number
from workflows.core.opinions import give_opinion
from workflows.core.refusals import NotFound, Overtaken, Refusal

from ..scheme_models import Scheme, SchemeReceipt, SchemeState
from .documents import RECEIVING, file_receipt
from .flow_v1 import ReceiptFlow


@register
class SendScheme(Action):
    """By the system, once the scheme is sealed: one copy to one village."""

    code = "scheme_receipts.send"
    label = "发给村签收"
    told = "考核方案发给村签收"
    acts_on = (Organisation,)
    system_may = True

    def find(self, move_subject: Any, actor: Actor) -> tuple[Any, Any]:
        village = (
            Organisation.objects.select_related("county", "parent")
            .filter(pk=getattr(move_subject, "pk", None) or 0, kind=OrganisationKind.VILLAGE)
            .first()
        )
        if village is None or not actor.is_system:
            raise NotFound("没有找到这个村。")
        return village.county, village

    def may(self, move: Move) -> bool:
        return False

    def refusals(self, move: Move) -> Iterable[Refusal]:
        village: Organisation = move.subject
        scheme = (
            Scheme.objects.select_for_update(of=("self",), no_key=True)
            .select_related("case", "township", "county")
            .filter(pk=getattr(move.data.get("scheme"), "pk", None) or 0, township=village.parent_id)
            .first()
        )
        if scheme is None or scheme.state != SchemeState.ISSUED:
            return [Refusal("not_issued", "请先印发考核方案，再发给各村。", "《办法》第七条")]
        if SchemeReceipt.objects.filter(scheme=scheme, village=village).exists():
            raise Overtaken("这个村已经发过，没有重复发。")
        move.data["scheme"] = scheme
        return ()

    def apply(self, move: Move) -> None:
        village, scheme = move.subject, move.data["scheme"]
        case = Case(
            flow_class=ReceiptFlow,
            county=move.county,
            village=village,
            township=village.parent,
            opened_by=None,
            opening_key=get_random_string(32),
            person_key=PersonKey.create(move.county),
            created=move.at,
            submitted_at=move.at,
            number=next_number(move.county, f"{move.on.year}-{village.parent.code}-核收"),
        )
        case.moment = move.at
        case.save()
        receipt = SchemeReceipt.objects.create(
            county=move.county, township=village.parent, village=village, case=case, scheme=scheme
        )
        move.on_case, move.entity, move.result = case, receipt, case
        case.entity = receipt
        ReceiptFlow.begin(case)
        move.details["scheme"] = scheme.case.key
        file_receipt(move, "发给村签收")

    def stamp(self, move: Move) -> SubjectStamp:
        return SubjectStamp(kind=move.entity._meta.label_lower, key=str(move.entity.pk), number=move.case.number)


@register
class ReceiveScheme(TaskAction):
    """The head of the village signs for the scheme."""

    code = "scheme_receipts.receive"
    label = "签收"
    told = "签收考核方案"
    nodes = (RECEIVING,)
    weight = "primary"
    form = OpinionForm

    def apply(self, move: Move) -> None:
        text = str(move.data["opinion"]).strip()
        move.fields["opinion"] = text
        move.entity.receive()
        move.entity.save()
        file_receipt(move, "村签收", receipt=give_opinion(move, verdict="agree", text=text))

    def after(self, move: Move) -> None:
        for role in (Role.TOWNSHIP_CLERK,):
            tell_office(move, move.entity.township_id, role, f"{move.entity.village.name}已签收考核方案")


def copies_due(scheme: Scheme, at: datetime) -> Iterator[Step]:
    """The villages of the township that have no copy yet."""
    have = SchemeReceipt.objects.filter(scheme=scheme).values("village")
    villages = Organisation.objects.existing(timezone.localtime(at).date()).filter(parent=scheme.township_id)
    for village in villages.exclude(pk__in=have).order_by("code"):
        yield Step("scheme_receipts.send", village, {"scheme": scheme})


@daily("考核方案发给各村")
def schemes_to_send(at: datetime) -> Iterator[Step]:
    """What the background job did not get to, and villages that came later in the year."""
    year = timezone.localtime(at).year
    for scheme in Scheme.objects.filter(state=SchemeState.ISSUED, year__gte=year - 1).order_by("pk"):
        yield from copies_due(scheme, at)
