"""Every kind of case and task page of a county, as those see them who may: how often each asks the database."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from registry.models import Appointment, User
from registry.roles import Role
from workflows.core.models import Case, DeskTask

CONCERNED = (Role.VILLAGE_CLERK, Role.TOWNSHIP_REVIEWER)


def pages_that_ask_more_than(most: int) -> list[str]:
    """Of each flow and state, with and without a return and a remark, one case: its page for the village's clerk, the
    township's reviewer and the bureau's supervisor (of each flow one for the auditor, too), and the task pages of those
    with whom it lies."""
    clients: dict[int, Client] = {}
    found = []
    for user, url in _looks():
        if user.pk not in clients:
            clients[user.pk] = Client()
            clients[user.pk].force_login(user, backend="registry.backends.OfficialBackend")
            clients[user.pk].get(reverse("password_change"))  # the session's first refresh stands apart
        with CaptureQueriesContext(connection) as asked:
            answer = clients[user.pk].get(url)
        if answer.status_code == 200 and len(asked) > most:
            tables = [(q["sql"].partition("FROM")[2].split() or q["sql"].split())[0] for q in asked]
            found.append(f"{url} of {user.name}: {len(asked)} {tables}")
    return found


def _looks() -> Iterator[tuple[User, str]]:
    seen, audited = set(), set()
    holders = Appointment.objects.select_related("user")
    for case in Case.objects.order_by("-pk").prefetch_related("comments", "returns"):
        flow = case.flow_class.__name__
        kind = (flow, case.entity.state, bool(case.comments.all()), bool(case.returns.all()))
        if kind in seen:
            continue
        seen.add(kind)
        here = reverse("case", args=[case.pk])
        of_its_places = holders.filter(organisation__in=[each for each in (case.village_id, case.township_id) if each])
        readers = [of_its_places.filter(role=role).first() for role in CONCERNED]
        readers.append(holders.filter(role=Role.BUREAU_SUPERVISOR).first())
        if flow not in audited:
            readers.append(holders.filter(role=Role.AUDITOR).first())
            audited.add(flow)
        for reader in filter(None, readers):
            yield reader.user, here
        for task in DeskTask.objects.filter(process=case, office__isnull=False, finished__isnull=True):
            holder = holders.filter(organisation=task.office_id, role=task.office_role).first()
            if holder is not None:
                yield holder.user, reverse("task", args=[task.pk])
