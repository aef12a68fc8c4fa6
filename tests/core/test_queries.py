"""Pages ask the database a fixed number of times, however much lies in it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from time_machine import travel

from forms_templates.models import Document
from tests.cast import AFTERNOON, Cast, task_of, user_of
from workflows.applications.models import State
from workflows.core.models import Case

pytestmark = pytest.mark.django_db
MOST = 10  # the session's once-a-minute refresh (three statements) stands apart


def statements(client: Client, url: str) -> int:
    """How many statements a page takes once the session is fresh."""
    client.get(url)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(url).status_code == 200
    return len(asked)


PAGES: dict[str, tuple[str, Callable[[Case], str]]] = {
    "home": ("reviewer", lambda case: "/"),
    "inbox": ("reviewer", lambda case: "/inbox/"),
    "done": ("reviewer", lambda case: "/inbox/?tab=done"),
    "sent": ("clerk", lambda case: "/inbox/?tab=sent"),
    "applications": ("supervisor", lambda case: "/applications/"),
    "new application": ("clerk", lambda case: "/applications/new/"),
    "task": ("reviewer", lambda case: f"/tasks/{task_of(case).pk}/"),
    "case": ("clerk", lambda case: f"/cases/{case.pk}/"),
    "paper": ("clerk", lambda case: f"/papers/{Document.objects.filter(case_key=case.key).latest('pk').pk}/"),
    "posts": ("reviewer", lambda case: "/posts/"),
    "new post": ("clerk", lambda case: "/posts/new/"),
    "trail": ("supervisor", lambda case: "/trail/"),
    "seal register": ("supervisor", lambda case: "/seals/"),
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_asks_as_often_with_many_cases_as_with_few(name: str, cast: Cast) -> None:
    part, url_of = PAGES[name]
    case = cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW)
    client = Client()
    client.force_login(user_of(cast.people[part]), backend="django.contrib.auth.backends.ModelBackend")
    with travel(AFTERNOON, tick=False):
        few = statements(client, url_of(case))
        for _ in range(6):
            cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW)
        many = statements(client, url_of(case))
    assert many == few
    assert many <= MOST


def test_a_draft_asks_no_more(cast: Cast) -> None:
    case: Any = cast.draft()
    client = Client()
    client.force_login(user_of(cast.clerk), backend="django.contrib.auth.backends.ModelBackend")
    with travel(AFTERNOON, tick=False):
        url = f"/tasks/{task_of(case).pk}/"
        assert statements(client, url) <= MOST
