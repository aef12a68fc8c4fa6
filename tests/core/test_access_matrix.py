"""Every address and every action, for everybody: a new one fails here until it is said who may use it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from time_machine import travel

from registry.models import Appointment
from tests.cast import AFTERNOON, Cast, applicant_id, browser_of, signed, task_of, user_of
from tests.core.access_acts import ACTS
from tests.core.access_pages import PAGES, PARTS, PUBLIC
from tests.core.access_subjects import subject_of, url_of
from workflows.applications.models import State
from workflows.core.actions import ACTIONS
from workflows.core.door import perform
from workflows.core.models import Case
from workflows.core.refusals import NotFound, NotYours, Overtaken, Refused

pytestmark = pytest.mark.django_db


def addresses(patterns: Any = None) -> Iterator[str]:
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns)
        elif isinstance(pattern, URLPattern):
            assert pattern.name, f"{pattern} has no name"
            yield pattern.name


@pytest.fixture
def waiting(cast: Cast) -> Case:
    """An application before the township's reviewer, with a comment and its file."""
    case = cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW)
    upload = SimpleUploadedFile("材料.pdf", b"%PDF-1.4 test", content_type="application/pdf")
    cast.do("desk.comment", case, cast.clerk, {"text": "补充材料。"}, files={"file": upload})
    case.refresh_from_db()
    return case


def test_every_address_says_who_may_open_it() -> None:
    assert sorted(addresses()) == sorted([*PAGES, *PUBLIC])


@pytest.mark.parametrize("name", PAGES)
def test_a_page_opens_to_those_it_is_for(name: str, cast: Cast, waiting: Case) -> None:
    url = url_of(name, cast, waiting)
    with travel(AFTERNOON, tick=False):
        assert Client().get(url).status_code == 302, "somebody not logged in"
        for part, expected in zip(PARTS, PAGES[name], strict=True):
            client = browser_of(cast.people[part])
            assert client.get(url).status_code == expected, part


@pytest.mark.parametrize("part", ["other_clerk", "other_reviewer", "outsider", "administrator"])
def test_nobody_from_elsewhere_finds_anything(part: str, cast: Cast, waiting: Case) -> None:
    client = browser_of(cast.people[part])
    with travel(AFTERNOON, tick=False):
        for url in ("/inbox/", "/applications/"):
            for tab in ("mine", "office", "done", "sent"):
                for q in (waiting.title, waiting.number, "青禾村"):
                    page = client.get(url, {"q": q, "tab": tab}).content.decode().replace(f'value="{q}"', "")
                    assert waiting.title not in page
                    assert waiting.number not in page


def test_every_action_says_who_may_do_it() -> None:
    assert sorted(action.code for action in ACTIONS.all()) == sorted(ACTS)


@pytest.mark.parametrize("code", ACTS)
def test_an_action_is_done_by_those_it_is_for(code: str, cast: Cast, waiting: Case) -> None:
    data = {**signed("林书平"), **cast.answers(), "reason": "核对纸质证件", "relation": "姐夫", "text": "请核对。"}
    data |= {"places": "2", "review_grade": "pass"}
    data |= {"office": "township_clerk", "to": "draft", "label": "applications", "version": 2}
    data["decision"], data["picks"] = "applications.agree_by_township", [f"{task_of(waiting).pk}:"]
    data |= {"person": cast.auditor.name, "deputy": cast.head.name, "from_on": "2020-09-16", "to_on": "2020-09-17"}
    if code == "pay.export":
        data["kind"] = "xlsx"
    data |= {"way": "signed", "heard_on": "2020-09-15", "delivered_on": "2020-09-15", "place": "青禾村村委会"}
    if code == "desk.reassign":
        data["to"] = user_of(cast.colleague).pk
    ended = ""
    for part in PARTS:
        subject = subject_of(code, cast, waiting)
        try:
            with transaction.atomic():
                perform(code, subject, cast.people[part], {**data, "opening_key": f"{code}-{part}"}, at=cast.tick())
                transaction.set_rollback(True)
            ended += "y"
        except (Refused, Overtaken):
            ended += "y"
        except NotYours:
            ended += "n"
        except NotFound:
            ended += "-"
        except (KeyError, TypeError, ValueError):
            ended += "y"  # past the right: this table asks nothing of the registry's own data
    assert ended == ACTS[code], code


def test_an_appointment_that_ended_yesterday_opens_nothing(cast: Cast, waiting: Case) -> None:
    """Rights follow the appointment of the day, never the login."""
    user = user_of(cast.reviewer)
    appointment = Appointment.objects.get(user=user)
    appointment.to_on = AFTERNOON.date() - timedelta(days=1)
    appointment.save()
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    with travel(AFTERNOON, tick=False):
        assert client.get(url_of("case", cast, waiting)).status_code == 404
        assert client.get(url_of("task", cast, waiting)).status_code == 404
    assert applicant_id(1) not in client.get("/").content.decode()
