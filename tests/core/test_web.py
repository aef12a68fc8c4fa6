"""The pages as a browser meets them: what is kept, what is told, and what is never shown."""

import html
import json
import logging
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import reverse

from audit.models import Event
from registry.id_numbers import check_digit
from tests.cast import Cast, application_of, papers_of, signed, state_of, task_of
from workflows.applications.models import Application, State
from workflows.core.desk_actions import UNMASK_REASONS
from workflows.core.models import Case
from workflows.core.seen import seen_of

Browser = Callable[[str], Client]
NEW = "/applications/new/"
JSON = {"Accept": "application/json"}
ID_NUMBER = "130399198001011012"
PHONE = "13912345678"


def text_of(response: Any) -> str:
    return html.unescape(response.content.decode())


def sheet(cast: Cast, **changes: Any) -> dict[str, Any]:
    """What the browser sends of a new application."""
    fields = cast.answers(id_number=_checked(ID_NUMBER), phone=PHONE)
    return {**fields, "seen": "a" * 32, "village": str(cast.village.pk), "action": "applications.submit"} | changes


def _checked(number: str) -> str:
    return number[:17] + check_digit(number[:17])


def seen_at(case: Case) -> str:
    return seen_of(task_of(case), Case.objects.get(pk=case.pk))


# --- a new application ------------------------------------------------------------------------------


def test_a_submitted_application_leads_to_its_case(cast: Cast, browser: Browser) -> None:
    response = browser("clerk").post(NEW, sheet(cast))
    case = Case.objects.get()
    assert (response.status_code, response["Location"]) == (303, f"/cases/{case.pk}/")
    assert state_of(case) == State.AWAITING_VILLAGE_REVIEW
    page = browser("clerk").get(response["Location"])
    assert case.number in text_of(page)


def test_a_refused_application_keeps_what_was_typed_and_lists_all_failures(cast: Cast, browser: Browser) -> None:
    wrong = {
        "name": "周<b>桂兰", "phone": "1380000", "address": "", "market_verification": "已访。",
        "health": "有慢性病", "work_ability": "无", "category": "", "is_willing": "",
        "head_is_self": "no", "head_name": "周保田",
    }  # fmt: skip
    client = browser("clerk")
    response = client.post(NEW, sheet(cast, **wrong))
    assert response.status_code == 422
    assert not Case.objects.exists()
    assert not Application.objects.exists()
    assert not Event.objects.filter(action__startswith="applications.").exists()
    page = text_of(response)
    for words in (
        "还不能提交，请先改好8处", "姓名里只能有文字", "联系电话少4位", "请填写家庭住址", "请填写入户核实情况",
        "请核对劳动能力", "请选择人员类别", "请先问清本人意愿", "户主：",
        "依据：《办法》第二条。", "依据：《方案》三（二）4、《办法》第二条。",
    ):  # fmt: skip
        assert words in page, words
    raw = response.content.decode()
    for kept in ('value="周&lt;b&gt;桂兰"', 'value="1380000"', f'value="{_checked(ID_NUMBER)}"', 'value="周保田"'):
        assert kept in raw, kept
    assert "已访。</textarea>" in raw
    assert '<option value="有慢性病" selected>' in raw
    assert f'name="seen" value="{"a" * 32}"' in raw
    again = client.post(NEW, sheet(cast))
    assert again.status_code == 303


def test_the_same_form_sent_twice_is_one_application(cast: Cast, browser: Browser) -> None:
    client, form = browser("clerk"), sheet(cast)
    assert client.post(NEW, form).status_code == 303
    second = client.post(NEW, form)
    assert second.status_code == 409
    case = Case.objects.get()
    assert "刚才已经保存" in text_of(second)
    assert f'href="/cases/{case.pk}/"' in text_of(second)


def test_everything_the_sheet_offers_can_be_submitted(cast: Cast, browser: Browser) -> None:
    page = browser("clerk").get(NEW).content.decode()
    for name in ("health", "work_ability", "category"):
        offered = _offered(page, name)
        assert offered, name
        for value in offered:
            refusals = text_of(browser("clerk").post(NEW, sheet(cast, **{name: value}, phone="1")))
            assert "还不能提交，请先改好" in refusals
            assert "请从列出的" not in refusals, value


def _offered(page: str, name: str) -> list[str]:
    chosen = re.search(rf'<select[^>]*name="{name}".*?</select>', page, re.DOTALL)
    if chosen:
        return [value for value in re.findall(r'<option value="([^"]*)"', chosen.group()) if value]
    return re.findall(rf'<input type="radio" name="{name}" value="([^"]*)"', page)


# --- autosave ---------------------------------------------------------------------------------------


def test_autosave_of_a_new_form_answers_with_the_tasks_address_and_stamp(cast: Cast, browser: Browser) -> None:
    client = browser("clerk")
    response = client.post(NEW, sheet(cast, action="applications.save_draft", name="周"), headers=JSON)
    assert response.status_code == 200
    saved = response.json()
    case = Case.objects.get()
    task = task_of(case)
    assert saved == {"seen": seen_at(case), "saved_at": "16:05", "action_url": f"/tasks/{task.pk}/"}
    following = client.post(
        saved["action_url"],
        sheet(cast, action="applications.save_draft", name="周桂兰", seen=saved["seen"]),
        headers=JSON,
    )
    assert following.status_code == 200
    assert following.json()["seen"] == seen_at(case) != saved["seen"]
    assert application_of(case).answers["name"] == "周桂兰"


def test_autosave_with_a_stale_stamp_says_so_and_overwrites_nothing(cast: Cast, browser: Browser) -> None:
    case = cast.draft(name="周桂兰")
    url, stale = f"/tasks/{task_of(case).pk}/", seen_at(case)
    cast.act(case, "applications.save_draft", cast.clerk, cast.answers(name="周玉兰"))
    form = sheet(cast, action="applications.save_draft", name="过时的", seen=stale)
    response = browser("clerk").post(url, form, headers=JSON)
    assert response.status_code == 409
    assert response.json() == {
        "error": "您打开之后，这一件的内容有了变动，您刚才的操作没有提交。请看现在的表再办。",
        "url": f"/cases/{case.pk}/",
    }
    assert application_of(case).answers["name"] == "周玉兰"


def test_a_second_autosave_of_the_same_new_form_is_told_where_the_first_went(cast: Cast, browser: Browser) -> None:
    client, form = browser("clerk"), sheet(cast, action="applications.save_draft")
    client.post(NEW, form, headers=JSON)
    response = client.post(NEW, form, headers=JSON)
    assert response.status_code == 409
    assert response.json()["url"] == f"/cases/{Case.objects.get().pk}/"


def test_eligibility_is_told_as_soon_as_the_number_is_typed(cast: Cast, browser: Browser) -> None:
    cast.apply(id_number=_checked(ID_NUMBER))
    response = browser("other_clerk").post("/applications/check/", {"id_number": _checked(ID_NUMBER)})
    answer = response.json()
    assert set(answer) == {"html", "sex", "household"}
    assert answer["sex"] == "男"
    assert answer["household"] == "", "another village's household is nobody's business"
    assert "在办的申请或在岗记录" in answer["html"]
    assert "周桂" not in json.dumps(answer, ensure_ascii=False)


# --- somebody was faster ----------------------------------------------------------------------------


def test_the_conflict_page_says_who_was_faster_and_when(cast: Cast, browser: Browser) -> None:
    case = cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW)
    url, seen = f"/tasks/{task_of(case).pk}/", seen_at(case)
    cast.act(case, "applications.agree_by_township", cast.reviewer)
    form = {**signed("苏文静"), "action": "applications.agree_by_township", "seen": seen}
    response = browser("colleague").post(url, form)
    assert response.status_code == 409
    assert f"林书平在{cast.now:%H:%M}已办理这一件" in text_of(response)
    assert f'href="/cases/{case.pk}/"' in text_of(response)


def test_a_changed_sheet_comes_back_with_what_was_typed_and_what_is_now(cast: Cast, browser: Browser) -> None:
    case = cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW)
    url, seen = f"/tasks/{task_of(case).pk}/", seen_at(case)
    cast.act(case, "desk.take", cast.reviewer, {})
    form = {**signed("林书平", "我写的意见。"), "action": "applications.agree_by_township", "seen": seen}
    response = browser("reviewer").post(url, form)
    assert response.status_code == 409
    assert "我写的意见。" in text_of(response)
    assert f'name="seen" value="{seen_at(case)}"' in text_of(response)


def test_a_refused_opinion_keeps_words_and_ink(cast: Cast, browser: Browser) -> None:
    cast.fill_quota()
    case = cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW, category="edge")
    form = {**signed("林书平", "我写的意见。"), "action": "applications.agree_by_township", "seen": seen_at(case)}
    response = browser("reviewer").post(f"/tasks/{task_of(case).pk}/", form)
    assert response.status_code == 422
    page = text_of(response)
    for kept in ("我写的意见。", form["strokes"], "请写明超名额安置的理由", 'name="quota_reason"'):
        assert kept in page, kept


# --- numbers of people ------------------------------------------------------------------------------


@pytest.fixture
def known(cast: Cast) -> Case:
    """An approved application whose ID number and phone the tests know."""
    return cast.walk_to(State.APPROVED, id_number=_checked(ID_NUMBER), phone=PHONE)


def shows(response: Any) -> set[str]:
    """Which of the two numbers stands in full anywhere in the page."""
    page = text_of(response)
    return {number for number in (_checked(ID_NUMBER), PHONE) if number in page}


READERS = (
    "clerk", "head", "keeper", "township_clerk", "reviewer", "township_keeper", "officer", "supervisor", "auditor",
)  # fmt: skip


@pytest.mark.parametrize("part", READERS)
def test_every_page_masks_both_numbers_for_everybody(part: str, cast: Cast, browser: Browser, known: Case) -> None:
    client = browser(part)
    urls = ["/", "/inbox/?tab=done", "/applications/", f"/cases/{known.pk}/"]
    urls += [f"/papers/{paper.pk}/" for paper in papers_of(known)]
    for url in urls:
        response = client.get(url)
        assert response.status_code == 200, url
        assert shows(response) == set(), url
    case_page = text_of(client.get(f"/cases/{known.pk}/"))
    assert "130399********" in case_page
    assert "139****5678" in case_page


def test_a_task_masks_them_but_for_the_clerk_who_types_them(cast: Cast, browser: Browser) -> None:
    case = cast.apply(id_number=_checked(ID_NUMBER), phone=PHONE)
    for part in ("head", "keeper", "reviewer", "township_keeper"):
        task = f"/tasks/{task_of(case).pk}/"
        response = browser(part).get(task)
        assert response.status_code == 200
        assert shows(response) == set(), part
        cast.walk(case, _next(state_of(case)))
    returned = cast.walk_to(State.RETURNED, id_number=_checked("13039919810101101"), phone=PHONE)
    page = browser("clerk").get(f"/tasks/{task_of(returned).pk}/")
    assert shows(page) == {PHONE}
    assert shows(browser("clerk").get(f"/cases/{returned.pk}/")) == set()


def _next(state: str) -> str:
    way = [
        State.AWAITING_VILLAGE_REVIEW, State.AWAITING_VILLAGE_SEAL, State.AWAITING_TOWNSHIP_REVIEW,
        State.AWAITING_TOWNSHIP_SEAL, State.APPROVED,
    ]  # fmt: skip
    return way[way.index(State(state)) + 1]


def test_a_full_number_is_shown_once_after_a_reason(cast: Cast, browser: Browser, known: Case) -> None:
    client, url = browser("reviewer"), f"/cases/{known.pk}/unmask/"
    asked = {"field": "phone", "reason_phone": UNMASK_REASONS[0]}
    response = client.post(url, asked)
    assert shows(response) == {PHONE}
    assert "no-store" in response["Cache-Control"]
    assert client.post(url, asked, headers=JSON).json() == {"value": PHONE}
    assert shows(client.get(f"/cases/{known.pk}/")) == set()
    refused = client.post(url, {"field": "phone", "reason_phone": "好奇"})
    assert refused.status_code == 422
    assert shows(refused) == set()
    assert Event.objects.filter(action="desk.unmask").count() == 2
    assert client.post(url, {"field": "name", "reason_name": UNMASK_REASONS[0]}, headers=JSON).json() == {"value": ""}


def test_a_print_and_a_word_file_are_in_full_and_leave_a_trace(cast: Cast, browser: Browser, known: Case) -> None:
    paper, client = papers_of(known)[-1], browser("auditor")
    printed = client.get(f"/papers/{paper.pk}/print/")
    assert shows(printed) == {_checked(ID_NUMBER), PHONE}
    assert "no-store" in printed["Cache-Control"]
    word = client.get(f"/papers/{paper.pk}/word/")
    assert word.content[:2] == b"PK"
    assert "no-store" in word["Cache-Control"]
    told = list(Event.objects.order_by("-sequence").values_list("action", "actor_name")[:2])
    assert told == [("desk.download_paper", "阎正平"), ("desk.print_paper", "阎正平")]


def test_no_number_of_a_person_stands_in_an_address_a_redirect_the_trail_or_the_log(
    cast: Cast, browser: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    clerk = browser("clerk")
    addresses: list[str] = []
    response = clerk.post(NEW, sheet(cast))
    addresses.append(response["Location"])
    case = Case.objects.get()
    clerk.post("/applications/check/", {"id_number": _checked(ID_NUMBER), "case": str(case.pk)})
    cast.walk(case, State.AWAITING_TOWNSHIP_REVIEW)
    reason = f"身份证号{_checked(ID_NUMBER)}、电话{PHONE}与证件不符。"
    reviewer = browser("reviewer")
    back = {"action": "applications.send_back", "reason_applications.send_back": reason, "seen": seen_at(case)}
    response = reviewer.post(f"/tasks/{task_of(case).pk}/", back)
    assert response.status_code == 303
    addresses.append(response["Location"])
    for client, url in (
        (clerk, "/"), (clerk, "/inbox/"), (clerk, f"/cases/{case.pk}/"), (clerk, f"/tasks/{task_of(case).pk}/"),
        (reviewer, "/inbox/?tab=done"), (browser("supervisor"), "/trail/"), (browser("supervisor"), "/applications/"),
    ):  # fmt: skip
        page = client.get(url)
        addresses += re.findall(r'(?:href|action|src)="([^"]*)"', page.content.decode())
        if not url.startswith("/tasks/"):
            assert shows(page) == set(), url
    assert len(addresses) > 30
    spoken = "\n".join(addresses) + caplog.text + "".join(bytes(e.canonical).decode() for e in Event.objects.all())
    assert _checked(ID_NUMBER) not in spoken
    assert PHONE not in spoken
    assert Event.objects.get(action="applications.send_back").reason == (
        f"身份证号130399********{_checked(ID_NUMBER)[-4:]}、电话139****5678与证件不符。"
    )


def test_a_page_of_the_office_is_never_kept_by_a_cache(cast: Cast, browser: Browser, known: Case) -> None:
    client = browser("clerk")
    for name in ("home", "inbox", "applications", "apply"):
        assert "no-store" in client.get(reverse(name))["Cache-Control"], name


def test_a_database_that_stays_busy_answers_calmly_and_has_changed_nothing(
    cast: Cast, browser: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    case = cast.walk_to(State.AWAITING_VILLAGE_SEAL)

    def stays_busy(*args: object, **kwargs: object) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr("workflows.core.desk_view.perform", stays_busy)
    task = task_of(case)
    asked = {"action": "applications.seal_by_village", "seen": ""}
    page = browser("keeper").post(f"/tasks/{task.pk}/", asked)
    assert (page.status_code, page["Retry-After"]) == (503, "5")
    assert "什么都没有改变" in page.content.decode()
    told = browser("keeper").post(f"/tasks/{task.pk}/", asked, headers={"Accept": "application/json"})
    assert told.status_code == 503
    assert "请稍后再点一次" in told.json()["error"]
    assert state_of(case) == State.AWAITING_VILLAGE_SEAL
