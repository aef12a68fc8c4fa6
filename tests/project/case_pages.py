"""Every kind of case and task page of a county, as those see them who may: how often each asks the database."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from registry.models import Appointment, User
from registry.roles import Role
from workflows.core.models import Case, DeskTask

WATCHING = (Role.BUREAU_SUPERVISOR, Role.AUDITOR)
CONCERNED = (Role.VILLAGE_CLERK, Role.TOWNSHIP_REVIEWER)


def pages_that_ask_more_than(most: int, but: Collection[str] = ()) -> list[str]:
    """Of each flow and state, with and without a return and a remark, one case: its page for four kinds of readers,
    and the task pages of those with whom it lies. `but`: flows that are left out, by name."""
    clients: dict[int, Client] = {}
    found = []
    for user, url in _looks(but):
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


def _looks(but: Collection[str]) -> Iterator[tuple[User, str]]:
    seen = set()
    for case in Case.objects.order_by("-pk").prefetch_related("comments", "returns"):
        kind = (case.flow_class, case.entity.state, bool(case.comments.all()), bool(case.returns.all()))
        if kind in seen or case.flow_class.__name__ in but:
            continue
        seen.add(kind)
        here = reverse("case", args=[case.pk])
        holders = Appointment.objects.select_related("user")
        for places, roles in (((case.village_id, case.township_id), CONCERNED), (None, WATCHING)):
            of_them = holders.filter(role__in=roles)
            if places is not None:
                of_them = of_them.filter(organisation__in=[place for place in places if place is not None])
            for role in roles:
                if (appointment := of_them.filter(role=role).first()) is not None:
                    yield appointment.user, here
        for task in DeskTask.objects.filter(process=case, office__isnull=False, finished__isnull=True):
            holder = holders.filter(organisation=task.office_id, role=task.office_role).first()
            if holder is not None:
                yield holder.user, reverse("task", args=[task.pk])
