"""Claimed papers whose owner may no longer act: back on the office's pile, so that a colleague can take them."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import F, Q
from viewflow.workflow.status import STATUS

from registry.models import User

from .actors import Office
from .models import OPEN_STATUSES, DeskTask


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
