"""Article 17: every policy set is told to every village, and every village signs that it passed the rules on."""

import html
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from audit.models import Event
from registry.models import PolicySet
from signatures.demo_strokes import demo_signature
from signatures.signing import verify_signature
from tests.cast import Cast, events_of, nothing_happens, papers_of, signed, task_of
from workflows.briefings.documents import words_of
from workflows.briefings.models import Briefing, State
from workflows.core.door import Step, perform_together
from workflows.core.models import Case
from workflows.core.refusals import NotFound, NotYours, Overtaken, Refused
from workflows.core.seen import seen_of

Browser = Callable[[str], Client]
PASSED_ON = "9月16日在村委会逐条宣读，并在公开栏张贴。"


def current() -> PolicySet:
    row: PolicySet = PolicySet.objects.latest("effective_on")
    return row


def send(cast: Cast, village: str = "104001", part: str = "township_clerk") -> Case:
    data = {"policy_set": current(), "strokes": demo_signature(cast.people[part].name)}
    case: Case = cast.do("briefings.send", cast.places[village], cast.people[part], data).result
    return case


def receive(cast: Cast, case: Case, part: str = "head", **more: Any) -> None:
    cast.do("briefings.receive", task_of(case), cast.people[part], signed(cast.people[part].name, PASSED_ON), **more)


def codes(error: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [refusal.code for refusal in error.value.refusals]


def text_of(response: Any) -> str:
    return html.unescape(response.content.decode())


@pytest.mark.article("《办法》第十七条")
def test_a_village_is_told_and_signs_its_receipt(cast: Cast) -> None:
    case = send(cast)
    assert case.number == "2020-104-传-0001"
    assert task_of(case).office_role == "village_head"
    receive(cast, case)
    briefing = Briefing.objects.get()
    assert briefing.state == State.RECEIVED
    assert [event.action for event in events_of(case)] == ["briefings.send", "briefings.receive"]
    assert all(event.policy.startswith("2019-06-20") for event in events_of(case))
    first, second = papers_of(case)
    assert (first.values["passed_on"], second.values["passed_on"]) == ("", PASSED_ON)
    assert second.values["received_on"] == "2020年9月15日"
    assert briefing.signature is not None
    assert verify_signature(briefing.signature)
    case.refresh_from_db()
    assert case.finished


def test_the_notice_says_what_the_set_says(cast: Cast) -> None:
    assert words_of(current()) == {
        "people": "16周岁至65周岁的已脱贫、未脱贫、边缘户",
        "quota": "边缘户每乡镇原则上不超过5户",
        "stipend": "每人每月400元",
        "term": "累计在岗不超过36个月，每份协议不超过12个月",
        "changes": "本次为首次传达，没有变动。",
    }


def newer(cast: Cast, effective_on: date, **changes: Any) -> PolicySet:
    first = current()
    row: PolicySet = PolicySet.objects.create(
        county=cast.county,
        effective_on=effective_on,
        document_number="昌政办字2020年第9号",
        title="调整的政策参数",
        parameters=first.parameters | changes,
        approved_by="安宏图",
    )
    return row


@pytest.mark.article("《办法》第十七条")
def test_a_new_set_is_told_again_with_what_changed(cast: Cast) -> None:
    send(cast)
    newer(cast, date(2020, 9, 20), edge_household_quota=8)
    case = send(cast)
    assert papers_of(case)[0].values["changes"] == "与以前相比：每乡镇边缘户名额由5户改为8户。"
    assert Briefing.objects.count() == 2


def test_the_same_set_is_told_once(cast: Cast) -> None:
    send(cast)
    with nothing_happens(), pytest.raises(Refused) as refused:
        send(cast)
    assert codes(refused) == ["sent_before"]


def test_a_set_that_was_replaced_is_told_to_nobody(cast: Cast) -> None:
    old = current()
    newer(cast, date(2020, 9, 15), edge_household_quota=8)
    data = {"policy_set": old, "strokes": demo_signature("罗晓敏")}
    with nothing_happens(), pytest.raises(Refused) as refused:
        cast.do("briefings.send", cast.village, cast.township_clerk, data)
    assert codes(refused) == ["replaced"]


def test_a_notice_needs_a_signature(cast: Cast) -> None:
    with nothing_happens(), pytest.raises(Refused) as refused:
        cast.do("briefings.send", cast.village, cast.township_clerk, {"policy_set": current(), "strokes": ""})
    assert {refusal.anchor for refusal in refused.value.refusals} == {"strokes"}


def test_a_receipt_needs_words_and_a_signature(cast: Cast) -> None:
    case = send(cast)
    with nothing_happens(), pytest.raises(Refused) as refused:
        cast.do("briefings.receive", task_of(case), cast.head, {"opinion": "", "strokes": ""})
    assert {refusal.anchor for refusal in refused.value.refusals} == {"opinion", "strokes"}


@pytest.mark.article("《办法》第十四条")
def test_who_sent_does_not_receive(cast: Cast) -> None:
    cast.people["both"] = cast.also("head", "township_clerk", "104")
    case = send(cast, part="both")
    with nothing_happens(), pytest.raises(Refused) as refused:
        receive(cast, case, "both")
    assert codes(refused) == ["own_notice"]


def test_another_township_finds_nothing_and_another_office_may_not_sign(cast: Cast) -> None:
    case = send(cast)
    data = {"policy_set": current(), "strokes": demo_signature("段玉洁")}
    with nothing_happens(), pytest.raises(NotFound):
        cast.do("briefings.send", cast.village, cast.other_reviewer, data)
    with nothing_happens(), pytest.raises(NotYours):
        receive(cast, case, "clerk")
    with nothing_happens(), pytest.raises(NotFound):
        receive(cast, case, "other_head")


def test_a_receipt_is_signed_once(cast: Cast) -> None:
    case = send(cast)
    task, seen = task_of(case), seen_of(task_of(case), Case.objects.get(pk=case.pk))
    receive(cast, case)
    with nothing_happens(), pytest.raises(Overtaken):
        cast.do("briefings.receive", task, cast.head, signed("秦守义", PASSED_ON), seen=seen)


def test_a_township_sends_to_all_its_villages_or_to_none(cast: Cast) -> None:
    send(cast, "104002")
    data = {"policy_set": current(), "strokes": demo_signature("罗晓敏")}
    steps = [Step("briefings.send", cast.places[code], data) for code in ("104001", "104002")]
    with nothing_happens(), pytest.raises(Refused):
        perform_together(steps, cast.township_clerk, at=cast.tick())


# --- pages --------------------------------------------------------------------------------------------


@pytest.mark.article("《办法》第十七条")
def test_the_clerk_signs_once_and_sees_who_has_not_confirmed(cast: Cast, browser: Browser) -> None:
    client, pk = browser("township_clerk"), current().pk
    assert "还没有传达" in text_of(client.get("/briefings/"))
    form = {"villages": [cast.village.pk, cast.places["104002"].pk], "strokes": demo_signature("罗晓敏")}
    refused = client.post(f"/briefings/{pk}/send/", form | {"strokes": ""})
    assert refused.status_code == 422
    assert client.post(f"/briefings/{pk}/send/", form | {"villages": []}).status_code == 422
    assert client.post(f"/briefings/{pk}/send/", form).status_code == 303
    assert Event.objects.filter(action="briefings.send").count() == 2
    receive(cast, Briefing.objects.get(village=cast.village).case)
    page = text_of(client.get(f"/briefings/{pk}/"))
    assert "已回执" in page
    assert "待回执" in page
    county = text_of(browser("supervisor").get(f"/briefings/{pk}/"))
    assert "泥井镇" in county
    assert "1个村没有回执" in county
    assert "还没有传达" in county
    assert browser("reviewer").get(f"/briefings/{pk}/?township={cast.places['101'].pk}").status_code == 404


def test_the_head_signs_the_receipt_on_the_sheet(cast: Cast, browser: Browser) -> None:
    case = send(cast)
    client, url = browser("head"), f"/tasks/{task_of(case).pk}/"
    page = text_of(client.get(url))
    assert "关于传达扶贫专岗管理规定的通知" in page
    assert 'name="opinion"' in page
    form = {**signed("秦守义", PASSED_ON), "action": "briefings.receive"}
    assert client.post(url, form).status_code == 303
    assert PASSED_ON in text_of(client.get(f"/cases/{case.pk}/"))


@pytest.mark.parametrize("part", ["supervisor", "township_clerk"])
@pytest.mark.parametrize("url", ["/briefings/", "/briefings/{}/"])
def test_a_page_takes_ten_queries_at_most(cast: Cast, browser: Browser, part: str, url: str) -> None:
    send(cast)
    client = browser(part)
    client.get(url.format(current().pk))
    with CaptureQueriesContext(connection) as asked:
        assert client.get(url.format(current().pk)).status_code == 200
    assert len(asked) <= 10
