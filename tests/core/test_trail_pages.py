"""The trail's pages: found by person, case, actor, organisation, action and time; each event opens what was signed."""

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from audit.models import Event
from registry.models import Worker
from signatures.models import Signature
from tests.cast import Cast, applicant_id, user_of
from workflows.applications.models import State
from workflows.core.models import Case

Browser = Callable[[str], Client]


def text_of(response: Any) -> str:
    return html.unescape(response.content.decode())


def found(client: Client, **asked: Any) -> list[int]:
    """The sequences of the events on the page."""
    page = client.get("/trail/", asked).content.decode()
    return [int(number) for number in re.findall(r'href="/trail/(\d+)/"', page)]


def sequences(**which: Any) -> list[int]:
    return list(Event.objects.filter(**which).order_by("-at", "-sequence").values_list("sequence", flat=True))


@pytest.fixture
def approved(cast: Cast) -> Case:
    return cast.walk_to(State.APPROVED, name="周桂兰", id_number=applicant_id(7))


def test_a_worker_is_found_by_number_and_the_number_stands_in_no_address(
    cast: Cast, browser: Browser, approved: Case
) -> None:
    cast.walk_to(State.AWAITING_VILLAGE_REVIEW, name="孟照林")
    client, number = browser("auditor"), applicant_id(7)
    response = client.post("/trail/people/", {"who": number})
    page = text_of(response)
    worker = Worker.objects.get(name="周桂兰")
    assert f'href="/trail/?worker={worker.pk}"' in page
    assert "130399********" in page
    assert number not in "".join(re.findall(r'(?:href|action)="([^"]*)"', page))
    assert found(client, worker=worker.pk) == sequences(case_key=approved.key)
    chosen = text_of(client.get(f"/trail/?worker={worker.pk}"))
    assert "只看劳动者：周桂兰（130399********" in chosen


@pytest.mark.parametrize(("typed", "kind"), [("周桂", "劳动者"), ("林书平", "办理人"), ("林", "办理人")])
def test_people_are_found_by_the_beginning_of_a_name(
    cast: Cast, browser: Browser, approved: Case, typed: str, kind: str
) -> None:
    page = text_of(browser("supervisor").post("/trail/people/", {"who": typed}))
    assert kind in page


@pytest.mark.parametrize("typed", ["", "没有此人", "130399198001011099", "%", "'; --"])
def test_who_is_not_there_is_not_found(cast: Cast, browser: Browser, approved: Case, typed: str) -> None:
    page = text_of(browser("supervisor").post("/trail/people/", {"who": typed}))
    assert "没有找到" in page


def test_an_official_is_found_with_everything_they_did(cast: Cast, browser: Browser, approved: Case) -> None:
    user = user_of(cast.reviewer)
    client = browser("supervisor")
    assert found(client, actor=user.pk) == sequences(actor_user_id=user.pk)
    assert found(client, actor=user.pk, action="applications.submit") == []


def test_by_case_action_organisation_and_day(cast: Cast, browser: Browser, approved: Case) -> None:
    approved.refresh_from_db()
    client = browser("supervisor")
    assert found(client, number=approved.number) == sequences(subject_number=approved.number)
    assert found(client, action="applications.submit") == sequences(action="applications.submit")
    in_village = found(client, organisation="青禾村")
    assert in_village == found(client, organisation="104001")
    assert set(sequences(case_key=approved.key)) <= set(in_village)
    today = found(client, since="2020-09-15", until="2020-09-15")
    assert set(today) == set(sequences(case_key=approved.key))
    assert found(client, until="2019-06-19") == []


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"organisation": "没有此村"}, "没有找到“没有此村”"),
        ({"since": "2020-13-01"}, "请按年-月-日填写日期"),
        ({"since": "2020-09-16", "until": "2020-09-15"}, "不能早于"),
        ({"action": "nonsense"}, "请从列出的事项里选一项"),
        ({"actor": "999999"}, "没有找到这位办理人"),
        ({"worker": "x"}, "没有找到这位劳动者"),
    ],
)
def test_what_makes_no_sense_is_said(cast: Cast, browser: Browser, asked: dict[str, str], sentence: str) -> None:
    response = browser("supervisor").get("/trail/", asked)
    assert response.status_code == 200
    assert sentence in text_of(response)


def test_pages_follow_each_other(cast: Cast, browser: Browser) -> None:
    for _ in range(60):
        cast.draft()
    client, url, seen = browser("supervisor"), "/trail/?organisation=104", []
    while url:
        page = text_of(client.get(url))
        seen += [int(number) for number in re.findall(r'href="/trail/(\d+)/"', page)]
        onward = re.search(r'href="(/trail/\?[^"]*before=[^"]*)"', page)
        url = onward.group(1) if onward else ""
    assert len(seen) > 50
    assert len(seen) == len(set(seen))
    assert seen == [n for n in sequences() if Event.objects.filter(sequence=n, organisations__organisation_code="104")]


def event_of(action: str) -> Event:
    return Event.objects.filter(action=action).latest("pk")


def test_an_event_opens_the_paper_the_signature_and_the_policy_of_that_act(
    cast: Cast, browser: Browser, approved: Case
) -> None:
    event = event_of("applications.agree_by_township")
    page = text_of(browser("auditor").get(f"/trail/{event.sequence}/"))
    (paper,) = event.content["papers"]
    assert paper["file_digest"] in page
    assert re.search(r'href="/papers/\d+/">看这一版', page)
    assert "林书平，泥井镇乡镇审核人，屏幕手写" in page
    assert "笔迹、内容与摘要一致" in page
    assert 'href="/policies/#set-2019-06-20"' in page
    assert "摘要与原文一致，与上一条相连" in page


def test_an_event_of_a_seal_opens_its_line_of_the_register(cast: Cast, browser: Browser, approved: Case) -> None:
    event = event_of("applications.seal_by_township")
    page = text_of(browser("auditor").get(f"/trail/{event.sequence}/"))
    assert "昌黎县泥井镇人民政府公章（演示），用印登记2020年第1号，1份，林书平批准，沈静盖章" in page


def test_a_signature_that_was_tampered_with_is_shown_as_such(cast: Cast, browser: Browser, approved: Case) -> None:
    from django.db import models

    from audit.append_only import ensure_triggers

    event = event_of("applications.agree_by_township")
    signature = Signature.objects.get(digest__in=event.content["signatures"])
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER refuse_update_signatures_signature")
    models.QuerySet(Signature).filter(pk=signature.pk).update(signer_name="别人")
    assert "签字与摘要不一致" in text_of(browser("auditor").get(f"/trail/{event.sequence}/"))
    models.QuerySet(Signature).filter(pk=signature.pk).update(signer_name="林书平")
    ensure_triggers(connection)


def test_details_are_told_in_words(cast: Cast, browser: Browser) -> None:
    event = event_of("registry.appoint")
    page = text_of(browser("supervisor").get(f"/trail/{event.sequence}/"))
    for words in ("系统管理员", "任职开始", "2019年6月20日", "用户"):
        assert words in page


def test_the_codes_of_an_act_are_told_as_the_screen_calls_them(cast: Cast, browser: Browser) -> None:
    """退回: to which step and how it comes again; how the pledge was signed; another case by its number."""
    case = cast.walk_to(State.RETURNED)
    page = text_of(browser("auditor").get(f"/trail/{event_of('applications.send_back').sequence}/"))
    assert re.search(r"退回到.{0,80}填写申请表", page, re.DOTALL)
    assert re.search(r"改好以后.{0,80}重新逐级审批", page, re.DOTALL)
    page = text_of(browser("auditor").get(f"/trail/{event_of('applications.submit').sequence}/"))
    assert "申请与承诺书签字" in page
    assert "pledge" not in page.partition("入链的原文")[0].partition("<main")[2]
    assert case.number in page


@pytest.mark.parametrize("url", ["/trail/", "/trail/?organisation=104&since=2020-09-01", "person", "event", "seal"])
def test_a_page_takes_ten_queries_at_most(cast: Cast, browser: Browser, approved: Case, url: str) -> None:
    url = {
        "person": f"/trail/?worker={Worker.objects.get(name='周桂兰').pk}&organisation=104",
        "event": f"/trail/{event_of('applications.agree_by_township').sequence}/",
        "seal": f"/trail/{event_of('applications.seal_by_township').sequence}/",
    }.get(url, url)
    client = browser("supervisor")
    client.get(url)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(url).status_code == 200
    assert len(asked) <= 10
