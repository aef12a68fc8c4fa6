"""Seeing a person's full numbers outside a case: with a reason, on the trail."""

from __future__ import annotations

from typing import Any

from audit.trail import SubjectStamp
from registry.models import Organisation, Worker
from workflows.core.actions import Action, Move, register
from workflows.core.actors import Actor
from workflows.core.desk_actions import MAY_UNMASK, UnmaskForm
from workflows.core.refusals import NotFound

from .seen import workers_seen


@register
class UnmaskWorker(Action):
    """The full ID number or phone of somebody one may see, once."""

    code = "employment.unmask_worker"
    label = "查看全号"
    told = "查看人员的身份证号、电话全号"
    form = UnmaskForm
    roles = MAY_UNMASK
    acts_on = (Worker,)

    def find(self, move_subject: Any, actor: Actor) -> tuple[Any, Any]:
        found = workers_seen(actor).select_related("county", "village__parent")
        worker = found.filter(pk=getattr(move_subject, "pk", None) or 0).first()
        if worker is None:
            raise NotFound("没有找到这个人。")
        return worker.county, worker

    def may(self, move: Move) -> bool:
        move.appointment = move.actor.holds(MAY_UNMASK, move.county.pk)
        return move.appointment is not None

    def apply(self, move: Move) -> None:
        worker: Worker = move.subject
        move.reason = move.data["reason"]
        move.result = {"id_number": worker.id_number, "phone": worker.phone}
        move.details["seen"] = sorted(move.result)
        places: list[Organisation | None] = [worker.village, worker.village.parent]
        move.organisations = [place for place in places if place is not None]

    def stamp(self, move: Move) -> SubjectStamp:
        return SubjectStamp(kind="registry.worker", key=str(move.subject.pk))
