"""From the blank 附件5 to the first day at work, with what people have: a desk, a phone, keys, no script."""

from collections.abc import Callable
from datetime import datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from playwright.sync_api import Page, expect

from tests.cast import AFTERNOON, state_of, user_of
from tests.journeys.conftest import PHONE, SCREENS, Office, faults
from tests.journeys.steps import Hands, Keys, scan
from workflows.applications.models import State
from workflows.core.models import Case
from workflows.employment.models import Tenure, TenureState

pytestmark = [pytest.mark.django_db, pytest.mark.browser, pytest.mark.xdist_group("browser")]

PASSWORD = "xiangcun-2020A"
OPINION = "经入户核实，情况属实，同意推荐。"
# Who does what until the paper is approved; None: a seal, nothing to write.
STEPS = (
    ("head", OPINION, "同意并签字"),
    ("keeper", None, "加盖公章"),
    ("reviewer", "情况属实，符合条件，同意安置。", "同意并签字"),
    ("township_keeper", None, "加盖公章"),
)


def expect_nothing_kept(page: Page) -> None:
    """The page's scripts come after its words: they may need a moment to tidy up."""
    for _ in range(50):
        kept = page.evaluate("Object.entries(sessionStorage)")
        if not kept:
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"left behind: {kept}")


def apply(office: Office, hands: Hands) -> Case:
    page = hands.page
    page.goto("/")
    hands.follow(page.get_by_role("link", name="新申请"))
    expect(page.get_by_role("heading", name="新申请")).to_be_visible()
    hands.fill_in(office.cast.answers())
    hands.sign("worker_strokes")
    assert faults(page) == []
    hands.press("提交申请")
    expect(page.get_by_text("提交申请，已记录，编号2020-104-0001。")).to_be_visible()
    assert faults(page) == []
    return Case.objects.get()


def do_next(hands: Hands, opinion: str | None, button: str) -> None:
    page = hands.page
    page.goto("/inbox/")
    hands.follow(page.locator(".row .btn").first)
    expect(page.get_by_role("button", name=button, exact=True)).to_be_visible()
    if opinion:
        hands.say(opinion)
    if "签字" in button:
        hands.sign()
    assert faults(page) == []
    hands.press(button)
    expect(page.locator(".messages")).to_contain_text("已记录")
    expect_nothing_kept(page)  # nothing typed is left behind
    assert faults(page) == []


def sign_agreement(office: Office, hands: Hands, case: Case, *, by_thumb: bool = False) -> None:
    """The clerk draws it up from the approval; the worker signs on the clerk's screen."""
    page = hands.page
    page.goto(f"/cases/{case.pk}/")
    hands.press("签用工协议")
    expect(page.get_by_role("heading", name="周桂芝的用工协议")).to_be_visible()
    if by_thumb:
        hands.give_thumb_print("何素琴")
    else:
        hands.sign("worker_strokes")
    assert faults(page) == []
    hands.press("本人已签，交甲方")
    expect(page.locator(".messages")).to_contain_text("已记录")


def from_the_blank_form_to_the_first_day_at_work(
    office: Office, hands_of: Callable[[str], Hands], *, by_thumb: bool
) -> None:
    case = apply(office, hands_of("clerk"))
    for part, opinion, button in STEPS:
        do_next(hands_of(part), opinion, button)
    assert state_of(case) == State.APPROVED
    sign_agreement(office, hands_of("clerk"), case, by_thumb=by_thumb)
    do_next(hands_of("reviewer"), None, "签字")
    do_next(hands_of("township_keeper"), None, "加盖公章")
    assert state_of(case) == State.SIGNED
    tenure = Tenure.objects.exclude(agreements=None).get()
    assert tenure.state == TenureState.PENDING
    call_command("daily", at=datetime.combine(tenure.start_on, AFTERNOON.timetz()).isoformat(), stdout=StringIO())
    page = hands_of("clerk").page
    page.goto(f"/workers/{tenure.worker_id}/")
    expect(page.locator("main")).to_contain_text("在岗")
    assert faults(page) == []


@pytest.mark.parametrize("screen", SCREENS)
def test_from_the_blank_form_to_the_first_day_at_work(office: Office, screen: str) -> None:
    """On the phone the worker can't write: a thumb print, with a witness."""
    from_the_blank_form_to_the_first_day_at_work(
        office, lambda part: Hands(office.of(part, **SCREENS[screen])), by_thumb=screen == "phone"
    )


@pytest.mark.slow  # two minutes of key presses on a busy machine
def test_from_the_blank_form_to_the_first_day_at_work_with_keys_alone(office: Office) -> None:
    log_in(office, "clerk", Keys(page := office.somebody()))
    expect(page.get_by_text("何素琴，您好")).to_be_visible()
    from_the_blank_form_to_the_first_day_at_work(
        office, lambda part: Keys(page if part == "clerk" else office.of(part)), by_thumb=False
    )


def log_in(office: Office, part: str, hands: Hands, path: str = "/") -> None:
    user = user_of(office.cast.people[part])
    user.set_password(PASSWORD)
    user.save()
    page = hands.page
    page.goto(path)
    page.locator("[name=username]").press_sequentially(user.username)
    page.keyboard.press("Tab")
    page.keyboard.insert_text(PASSWORD)
    page.keyboard.press("Enter")


def test_an_application_is_approved_without_script(office: Office) -> None:
    """Nobody can draw then: the name comes as a scan. What was typed comes back with each refusal."""
    quiet: dict[str, Any] = {**PHONE, "java_script_enabled": False}
    clerk = Hands(office.of("clerk", **quiet))
    answers = office.cast.answers()
    clerk.page.goto("/applications/new/")
    clerk.fill_in({**answers, "phone": "123"})
    clerk.press("提交申请")
    expect(clerk.page.get_by_role("alert")).to_contain_text("电话")
    expect(clerk.page.locator("[name=market_verification]")).to_have_value(answers["market_verification"])
    clerk.page.locator("[name=phone]").fill(answers["phone"])
    clerk.page.locator("input[name=worker_scan]").set_input_files(scan())
    clerk.press("提交申请")
    expect(clerk.page.get_by_text("提交申请，已记录，编号2020-104-0001。")).to_be_visible()
    for part, opinion, button in STEPS:
        page = office.of(part, **quiet)
        page.goto("/inbox/")
        page.locator(".row .btn").first.click()
        if opinion:
            page.locator("[name=opinion]").fill(opinion)
            page.get_by_role("button", name=button, exact=True).click()
            expect(page.get_by_role("alert")).to_contain_text("签字")
            expect(page.locator("[name=opinion]")).to_have_value(opinion)
            page.locator("input[name=scan]").set_input_files(scan())
        page.get_by_role("button", name=button, exact=True).click()
        expect(page.locator(".messages")).to_contain_text("已记录")
    assert state_of(Case.objects.get()) == State.APPROVED


def test_a_broken_line_and_an_ended_login_lose_neither_opinion_nor_signature(office: Office) -> None:
    office.cast.apply()
    page = office.of("head", **PHONE)
    hands = Hands(page)
    page.goto("/inbox/")
    page.locator(".row .btn").click()
    hands.say(OPINION)
    hands.sign()
    written = strokes(page)
    page.reload()
    expect(page.get_by_text("已恢复您刚才填写的内容。")).to_be_visible()
    assert faults(page) == []
    assert_all_there(page, written)

    page.context.set_offline(True)
    hands.press("同意并签字")
    expect(page.get_by_text("网络断了，已填内容还在，连上后再点。")).to_be_visible()
    assert_all_there(page, written)
    page.context.set_offline(False)

    page.context.clear_cookies(name="sessionid")
    hands.press("同意并签字")
    expect(page.get_by_text("您刚才填写的内容还在，登录后接着填。")).to_be_visible()
    assert faults(page) == []
    log_in(office, "head", hands, page.url)
    expect(page.get_by_text("已恢复您刚才填写的内容。")).to_be_visible()
    assert_all_there(page, written)
    hands.press("同意并签字")
    expect(page.locator(".messages")).to_contain_text("已记录")
    expect_nothing_kept(page)
    assert state_of(Case.objects.get()) == State.AWAITING_VILLAGE_SEAL


def strokes(page: Page) -> str:
    return page.locator("input[name=strokes]").input_value()


def assert_all_there(page: Page, written: str) -> None:
    expect(page.locator("[name=opinion]")).to_have_value(OPINION)
    assert strokes(page) == written
