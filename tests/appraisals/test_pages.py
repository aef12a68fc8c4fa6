"""The page 考核, the daily records, and the desks of an appraisal in the browser."""

import html
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from time_machine import travel

from tests.appraisals import years
from tests.appraisals.years import appraisal_of, begin, sealed, tenure_of, walk
from tests.cast import Cast, signed, task_of
from workflows.appraisals.models import Appraisal, DailyRecord, State

Browser = Callable[[str], Client]
pytestmark = pytest.mark.django_db


def text_of(response: Any) -> str:
    return html.unescape(response.content.decode())


def test_the_clerk_begins_for_the_chosen_and_sees_what_came_of_each(cast: Cast, browser: Browser) -> None:
    begin(cast, cast.workers[0])
    with travel(cast.tick(), tick=False):
        client = browser("clerk")
        keys = [tenure_of(worker).pk for worker in cast.workers]
        page = text_of(client.post("/appraisals/begin/", {"year": "2020", "tenure": keys}))
        assert "没有重复新建" in page
        assert "已开始，在待办里" in page
        assert client.post("/appraisals/begin/", {"year": "2020"}).status_code == 422
    assert Appraisal.objects.count() == 2


def test_one_entry_is_written_for_all_who_are_ticked(cast: Cast, browser: Browser) -> None:
    with travel(cast.tick(), tick=False):
        client = browser("head")
        keys = [tenure_of(worker).pk for worker in cast.workers]
        entry = {"kind": "learning", "on": "2020-12-18", "good": "yes", "text": "安全生产学习。"}
        assert client.post("/appraisals/records/", entry).status_code == 422
        late = client.post("/appraisals/records/", {**entry, "tenure": keys, "on": "2020-12-25"})
        assert late.status_code == 422
        assert "不能记将来的日常情况" in text_of(late)
        assert client.post("/appraisals/records/", {**entry, "tenure": keys}).status_code == 303
        assert DailyRecord.objects.count() == 2
        row = DailyRecord.objects.first()
        assert row is not None
        address = f"/appraisals/records/{row.pk}/strike/"
        assert client.post(address, {"reason": ""}).status_code == 422
        assert client.post(address, {"reason": "记错了人。"}).status_code == 303
        assert "安全生产学习" in text_of(client.get("/appraisals/records/"))


def test_an_appraisal_is_heard_and_handed_in_on_its_desk(cast: Cast, browser: Browser) -> None:
    case = begin(cast, cast.workers[0])
    url = f"/tasks/{task_of(case).pk}/"
    with travel(cast.tick(), tick=False):
        client = browser("clerk")
        assert "扶贫专岗人员年度考核表" in text_of(client.get(url))
        heard = years.WORDS | years.voice("cadre", "戴永年") | {"action": "appraisals.hear"}
        assert client.post(url, heard).status_code == 303
        refused = client.post(url, years.WORDS | {"grade": "pass", "action": "appraisals.submit"})
        assert refused.status_code == 422
        page = text_of(refused)
        assert "请至少听取一名普通群众的意见" in page
        assert years.WORDS["heard_summary"] in page  # what was typed is kept
        assert "戴永年" in page
    years.hear(cast, case, ("villager", "单秀云"))
    walk(cast, case, State.AWAITING_WORKER)
    with travel(cast.tick(), tick=False):
        client, url = browser("clerk"), f"/tasks/{task_of(case).pk}/"
        assert "拒绝签字" in text_of(client.get(url))
        refusing = years.REFUSAL | {"action": "appraisals.worker_refuses"}
        assert client.post(url, refusing).status_code == 303
        assert "本人拒签" in text_of(client.get(f"/cases/{case.pk}/"))
    assert appraisal_of(case).state == State.AWAITING_TOWNSHIP


def test_the_township_sums_up_from_the_page(cast: Cast, browser: Browser) -> None:
    sealed(cast, cast.workers[0])
    with travel(cast.tick(), tick=False):
        client = browser("township_clerk")
        assert "汇总报备1人" in text_of(client.get("/appraisals/?year=2020"))
        answer = client.post("/appraisals/summary/", {"year": "2020"})
        assert answer.status_code == 303
        assert "考核结果汇总表" in text_of(client.get(answer["Location"]))
        assert client.post("/appraisals/scheme/", {"year": "2021"}).status_code == 303


def test_another_township_sees_nothing_of_it(cast: Cast, browser: Browser) -> None:
    case = sealed(cast, cast.workers[0])
    with travel(cast.tick(), tick=False):
        for part in ("other_reviewer", "other_clerk"):
            client = browser(part)
            page = text_of(client.get("/appraisals/?year=2020"))
            assert case.number not in page
            assert cast.workers[0].name not in page
            assert client.get(f"/cases/{case.pk}/").status_code == 404
        assert cast.workers[0].name in text_of(browser("supervisor").get("/appraisals/?year=2020"))


@pytest.mark.parametrize("part", ["clerk", "township_clerk", "supervisor"])
def test_a_page_takes_few_queries_and_no_more_for_more_people(cast: Cast, browser: Browser, part: str) -> None:
    def asked() -> int:
        with travel(cast.tick(), tick=False):
            client = browser(part)
            client.get("/appraisals/?year=2020")
            with CaptureQueriesContext(connection) as queries:
                assert client.get("/appraisals/?year=2020").status_code == 200
            return len(queries)

    walk(cast, begin(cast, cast.workers[0]), State.AWAITING_VILLAGE)
    one = asked()
    walk(cast, begin(cast, cast.workers[1]), State.AWAITING_WORKER)
    assert asked() == one
    assert one <= 10


def test_a_seal_is_given_to_many_at_once(cast: Cast, browser: Browser) -> None:
    cases = [walk(cast, begin(cast, worker), State.AWAITING_TOWNSHIP) for worker in cast.workers]
    with travel(cast.tick(), tick=False):
        client = browser("reviewer")
        page = text_of(client.post("/sittings/new/", {"pick": [task_of(case).pk for case in cases]}))
        assert "情况属实，同意村考核组意见。" in page
    for case in cases:
        cast.do("appraisals.agree_by_township", task_of(case), cast.reviewer, signed("林书平"))
