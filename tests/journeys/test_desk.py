"""The desk in the browser: leave, delegate, come back; straight back; advice in ink; a failed round; a pile."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.cast import AFTERNOON, Cast, state_of, task_of, user_of
from tests.journeys.conftest import DESK, PHONE, Office, faults
from tests.journeys.steps import Hands
from workflows.applications.models import State
from workflows.core.models import Case
from workflows.core.procedure import open_tasks

pytestmark = [pytest.mark.django_db, pytest.mark.browser, pytest.mark.xdist_group("browser")]
# Where pictures of the pages go, for who wants to look at them.
ALBUM = os.environ.get("ALBUM", "")


def look(page: Page, name: str) -> None:
    """Nothing is wrong with this page; its picture is kept."""
    if ALBUM:
        page.screenshot(path=Path(ALBUM) / f"{name}.png", full_page=True)
    assert faults(page) == [], name


def decide(page: Page, case: Case, opinion: str, button: str) -> None:
    page.goto(f"/tasks/{task_of(case).pk}/")
    hands = Hands(page)
    hands.say(opinion)
    hands.sign()
    hands.press(button)
    expect(page.locator(".messages")).to_contain_text("已记录")


def give_reason(page: Page, button: str, reason: str, **choices: str) -> None:
    """Open the panel of a button that asks for a reason, and press it."""
    panel = page.locator("details.reason", has=page.locator("summary", has_text=button))
    panel.locator("summary").click()
    for name, value in choices.items():
        panel.locator(f"[name={name}]").select_option(value)
    panel.locator("textarea").fill(reason)
    # The page before may already say that something was recorded: what counts is what the next one says.
    with page.expect_navigation():
        panel.locator("button").click()
    expect(page.locator(".messages")).to_contain_text("已记录")


def test_leave_delegate_and_come_back(office: Office) -> None:
    case = office.cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW)
    absent, deputy = office.of("reviewer", **DESK), office.of("township_clerk", **DESK)
    today = AFTERNOON.date().isoformat()
    absent.goto("/delegations/")
    absent.locator("[name=appointment]").select_option(str(office.cast.reviewer.appointments[0].pk))
    absent.locator("[name=deputy]").fill(user_of(office.cast.township_clerk).username)
    absent.locator("[name=from_on]").fill(today)
    absent.locator("[name=to_on]").fill(today)
    absent.locator("[name=reason]").fill("参加县里培训")
    absent.locator("main form button").last.click()
    expect(absent.locator(".messages")).to_contain_text("到期自动停止")
    look(absent, "delegated")
    deputy.goto("/")
    expect(deputy.get_by_text("您正在代理林书平")).to_be_visible()
    decide(deputy, case, "情况属实，同意安置。", "同意并签字")
    expect(deputy.locator(".paper")).to_contain_text("罗晓敏 代 林书平 签署")
    look(deputy, "signed-by-deputy")
    absent.goto("/delegations/")
    expect(absent.locator("main")).to_contain_text("罗晓敏 代 林书平")
    absent.get_by_role("button", name="现在结束").click()
    expect(absent.get_by_role("button", name="现在结束")).to_have_count(0)
    look(absent, "come-back")
    deputy.goto("/")
    expect(deputy.get_by_text("您正在代理林书平")).to_have_count(0)


def test_returned_and_straight_back_and_fetched_back_with_a_reason(office: Office) -> None:
    case = office.cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW)
    reviewer, keeper = office.of("reviewer", **DESK), office.of("keeper", **PHONE)
    reviewer.goto(f"/tasks/{task_of(case).pk}/")
    give_reason(reviewer, "退回", "公章盖偏了，请核对。", to="village_seal", mode="straight_back")
    look(reviewer, "returned")
    give_reason(reviewer, "拿回", "看错了，不用退。")
    assert state_of(case) == State.AWAITING_TOWNSHIP_REVIEW
    reviewer.goto(f"/tasks/{task_of(case).pk}/")
    give_reason(reviewer, "退回", "公章盖偏了，请核对。", to="village_seal", mode="straight_back")
    keeper.goto(f"/tasks/{task_of(case).pk}/")
    expect(keeper.locator("#return")).to_contain_text("公章盖偏了")
    look(keeper, "returned-to-me")
    keeper.get_by_role("button", name="维持用印", exact=True).click()
    expect(keeper.locator(".messages")).to_contain_text("已记录")
    assert state_of(case) == State.AWAITING_TOWNSHIP_REVIEW
    reviewer.goto(f"/tasks/{task_of(case).pk}/")
    expect(reviewer.locator("#changes")).to_contain_text("没有改动")
    look(reviewer, "straight-back")


def test_another_office_answers_in_ink(office: Office) -> None:
    case = office.cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW)
    reviewer, officer = office.of("reviewer", **DESK), office.of("officer", **DESK)
    reviewer.goto(f"/tasks/{task_of(case).pk}/")
    give_reason(reviewer, "征求意见", "请核实是否已有工作。", office="employment_service")
    question = next(task for task in open_tasks(case) if task.flow_task.name == "consult")
    officer.goto(f"/tasks/{question.pk}/")
    hands = Hands(officer)
    hands.say("社保系统里没有就业登记。")
    hands.sign()
    look(officer, "answering")
    hands.press("答复")
    expect(officer.locator(".messages")).to_contain_text("已记录")
    reviewer.goto(f"/cases/{case.pk}/")
    expect(reviewer.locator("#asked")).to_contain_text("社保系统里没有就业登记")
    expect(reviewer.locator("#asked img.signature")).to_be_visible()
    expect(reviewer.locator("main")).to_contain_text("征求意见答复单")
    look(reviewer, "answered")


def deliberating(cast: Cast) -> Case:
    """An application before the three of the village."""
    for person in ("second_head", "township_clerk"):
        cast.also(person, "village_committee_member", "104001")
    cast.do("flows.publish", cast.county, cast.supervisor, {"label": "applications", "version": 2})
    return cast.apply()


def test_a_round_that_can_no_longer_be_carried_ends_for_all_at_once(office: Office) -> None:
    case = deliberating(office.cast)
    head, member, third = (office.of(part, **DESK) for part in ("head", "second_head", "township_clerk"))
    seats = {task.seat: task for task in open_tasks(case)}
    third.goto(f"/tasks/{seats['member_2'].pk}/")
    expect(third.locator("#round")).to_contain_text("共3人，须2人同意，已签0人")
    look(third, "round-open")
    for page, seat in ((head, "head"), (member, "member_1")):
        page.goto(f"/tasks/{seats[seat].pk}/")
        give_reason(page, "不同意", "本人长期在外，不能到岗。")
    look(member, "round-failed")
    assert state_of(case) == State.RETURNED
    # Whoever still has the page open is told; nothing waits for them any more.
    third.get_by_role("button", name="评议同意", exact=True).click()
    expect(third.locator("main")).to_contain_text("没有提交")
    third.goto("/inbox/")
    expect(third.locator(".row .btn")).to_have_count(0)
    head.goto("/")
    expect(head.locator(".notices")).to_contain_text("不同意")


def test_a_pile_is_decided_in_one_sitting(office: Office) -> None:
    cast = office.cast
    post = cast.posts["104001"][0]
    type(post).objects.filter(pk=post.pk).update(places=50)
    cases = [cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW) for _ in range(4)]
    page = office.of("reviewer", **DESK)
    page.goto("/inbox/")
    page.locator("button[name=all]").click()
    expect(page.locator("main")).to_contain_text("4件")
    hands = Hands(page)
    hands.say("情况属实，符合条件，同意安置。")
    hands.sign()
    look(page, "dry-run")
    page.locator("button.btn--primary[form=deed]").click()
    page.wait_for_url(re.compile(r"/sittings/\d+/$"))
    page.goto("/")  # leaving is safe
    page.goto("/sittings/")
    page.locator("main a[href^='/sittings/']").first.click()
    expect(page.locator("main")).to_contain_text("4件已有结果", timeout=60_000)
    look(page, "sitting-done")
    assert [state_of(case) for case in cases] == [State.AWAITING_TOWNSHIP_SEAL] * 4
