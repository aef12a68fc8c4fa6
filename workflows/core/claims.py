"""Claimed papers whose owner may no longer act: back on the office's pile, so that a colleague can take them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from viewflow.workflow.status import STATUS

from registry.models import Appointment, Delegation, User
from registry.roles import Role

from .actions import CaseAction, Move, register
from .actors import Office
from .daily import daily
from .door import Step
from .models import OPEN_STATUSES, DeskTask
from .refusals import Overtaken, Refusal


def release_claims(user: User, offices: Iterable[Office]) -> list[DeskTask]:
    """Give back everything this person has claimed at these desks; inside the door's transaction.

    Returns the tasks, with their cases. A page that was open on one of them is overtaken: its revision has moved.
    """
    at_these = Q(pk__in=[])
    for office in offices:
        at_these |= Q(office_id=office.organisation_id, office_role=office.role)
    claimed = DeskTask.objects.filter(at_these, owner=user, finished__isnull=True, status__in=OPEN_STATUSES)
    tasks = list(claimed.select_for_update(of=("self",)).select_related("process").order_by("pk"))
    DeskTask.objects.filter(pk__in=[task.pk for task in tasks]).update(
        owner=None, status=STATUS.NEW, assigned=None, revision=F("revision") + 1
    )
    return tasks


def held_by_nobody_in_office(on: date) -> Iterable[DeskTask]:
    """Open papers whose owner has the office no more: a deputy's days are over, a leaver's hand-over has come."""
    here = Appointment.objects.in_force(on).filter(user=OuterRef("owner"), organisation=OuterRef("office"))
    own = here.filter(role=OuterRef("office_role"))
    with_seal = here.filter(role=Role.VILLAGE_CLERK, organisation__clerk_may_hold_seal=True)
    entrusted = Delegation.objects.in_force(on).filter(
        deputy=OuterRef("owner"),
        appointment__organisation=OuterRef("office"),
        appointment__role=OuterRef("office_role"),
    )
    taken = DeskTask.objects.filter(owner__isnull=False, finished__isnull=True, office__isnull=False)
    taken = taken.exclude(Q(office_role=Role.VILLAGE_SEAL_KEEPER) & Exists(with_seal))
    return taken.filter(~Exists(own), ~Exists(entrusted)).select_related("process").order_by("pk")


@register
class ReleaseClaim(CaseAction):
    """A paper that somebody had taken who has the office no more goes back on the office's pile."""

    code = "desk.release_claim"
    label = "退还本岗位"
    told = "领取人已不在岗，退还本岗位"
    system_may = quiet = True

    def may(self, move: Move) -> bool:
        return False

    def refusals(self, move: Move) -> Iterable[Refusal]:
        stuck = [task for task in held_by_nobody_in_office(move.on) if task.pk == move.data["task"]]
        if not stuck:
            raise Overtaken("这一件已经退还，或者领取人还在岗。")
        return ()

    def apply(self, move: Move) -> None:
        DeskTask.objects.filter(pk=move.data["task"]).update(
            owner=None, status=STATUS.NEW, assigned=None, revision=F("revision") + 1
        )


@daily("退还离岗人员领取的待办")
def claims_of_leavers(at: datetime) -> Iterator[Step]:
    for task in held_by_nobody_in_office(timezone.localtime(at).date()):
        yield Step("desk.release_claim", task.process, {"task": task.pk})
