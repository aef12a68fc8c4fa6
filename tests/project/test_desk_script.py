"""What desk.js adds to pages that work without it; told in a real browser."""

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.project.conftest import ORIGIN, Desk

pytestmark = pytest.mark.browser

ID_NUMBER = "130399196002290019"
FORM = """<!doctype html><html lang="zh-CN" data-reader="reader"><meta charset="utf-8"><title>表</title>
<button form="deed" disabled hidden></button>
<form id="deed" method="post" action="/new/" data-deed data-check-url="/check/" data-autosave-url="/new/">
<input type="hidden" name="csrfmiddlewaretoken" value="token"><input type="hidden" name="seen" value="old">
<label>姓名<input name="name"></label><label>身份证号<input name="id_number"></label><span data-sex></span>
<div><textarea name="opinion"></textarea><div class="quick"><button type="button">同意推荐。</button></div></div>
<input type="file" name="scan"><div data-checks>填好身份证号后自动核对</div></form>
<b data-say-title>填好表</b><p role="status" data-status></p>
<details class="reason"><summary>退回补正</summary><textarea name="reason_a" form="deed"></textarea></details>
<details class="reason"><summary>不同意</summary><textarea name="reason_b" form="deed"></textarea></details>
<button form="deed" name="action" value="applications.save_draft">保存草稿</button>
<button form="deed" name="action" value="applications.submit">提交申请</button>
<form id="unmask" method="post" action="/unmask/" data-unmask></form>
<span data-masked="phone"><span data-full>138****2716</span><details open><summary>查看全号</summary>
<select name="reason_phone" form="unmask"><option>审计、督查</option></select>
<button form="unmask" name="field" value="phone">看</button></details></span>
<script src="/static/keep.js" defer></script><script src="/static/desk.js" defer></script>"""


def json_answer(body: dict[str, str], status: int = 200) -> Callable[[Route], None]:
    return lambda route: route.fulfill(status=status, body=json.dumps(body), content_type="application/json")


def open_form(desk: Desk) -> Page:
    desk.tab.clock.install()
    return desk.open(FORM)


def wait_for(desk: Desk, count: int) -> None:
    """Until the browser has asked so often."""
    for _ in range(500):
        if len(desk.asked) >= count:
            return
        desk.tab.evaluate("new Promise((done) => requestAnimationFrame(done))")
    raise AssertionError(f"asked only {desk.asked}")


def everything_asked(desk: Desk) -> list[str]:
    """The paths asked for up to now: a last request of our own comes after whatever was still on its way."""
    before = len(desk.asked)
    desk.tab.evaluate("void fetch('/end/').catch(() => 0)")
    for _ in range(500):
        paths = [path for _, path, _ in desk.asked]
        if "/end/" in paths[before:]:
            return [path for path in paths if path != "/end/"]
        desk.tab.evaluate("0")
    raise AssertionError("the last request never came")


def test_a_ready_phrase_fills_the_opinion(desk: Desk) -> None:
    tab = open_form(desk)
    tab.click("text=同意推荐。")
    expect(tab.locator("[name=opinion]")).to_have_value("同意推荐。")


def test_eligibility_is_asked_for_as_soon_as_the_number_is_whole_and_never_in_an_address(desk: Desk) -> None:
    desk.answer = json_answer({"html": "<p>一人一岗：不符合</p>", "sex": "男"})
    tab = open_form(desk)
    tab.fill("[name=id_number]", ID_NUMBER[:17])
    tab.clock.run_for(1000)
    assert everything_asked(desk) == []
    tab.fill("[name=id_number]", ID_NUMBER)
    tab.clock.run_for(1000)
    expect(tab.locator("[data-checks]")).to_have_text("一人一岗：不符合")
    expect(tab.locator("[data-sex]")).to_have_text("男")
    assert everything_asked(desk) == ["/check/"]
    [(method, body)] = [(method, body) for method, path, body in desk.asked if path == "/check/"]
    assert method == "POST"
    assert ID_NUMBER in body
    assert "token" in body


def test_a_draft_saves_itself_and_from_then_on_the_form_speaks_of_the_stored_one(desk: Desk) -> None:
    desk.answer = json_answer({"seen": "new", "saved_at": "09:12", "action_url": "/tasks/7/"})
    tab = open_form(desk)
    tab.clock.run_for(21_000)
    assert everything_asked(desk) == []  # nothing typed, nothing to save
    tab.fill("[name=name]", "田玉福")
    tab.clock.run_for(21_000)
    expect(tab.locator("[data-say-title]")).to_have_text("已自动保存草稿（09:12）")
    [(_, _, body)] = [asked for asked in desk.asked if asked[1] == "/new/"]
    assert "applications.save_draft" in body
    assert tab.input_value("[name=seen]") == "new"
    assert tab.get_attribute("#deed", "action") == "/tasks/7/"
    assert tab.url == f"{ORIGIN}/tasks/7/"
    tab.clock.run_for(21_000)
    assert everything_asked(desk) == ["/new/"]


def test_what_the_server_has_is_no_longer_kept_in_the_browser(desk: Desk) -> None:
    desk.answer = json_answer({"seen": "new", "saved_at": "09:12", "action_url": "/tasks/7/"})
    tab = open_form(desk)
    tab.fill("[name=name]", "田玉福")
    tab.clock.run_for(21_000)
    wait_for(desk, 1)
    expect(tab.locator("[data-say-title]")).to_have_text("已自动保存草稿（09:12）")
    assert tab.evaluate("localStorage.length + sessionStorage.length") == 0
    assert tab.evaluate("document.cookie") == ""


def test_a_draft_that_cannot_be_saved_stops_trying_and_says_so(desk: Desk) -> None:
    desk.answer = json_answer({"error": "您打开之后，这一件的内容有了变动。"}, status=409)
    tab = open_form(desk)
    tab.fill("[name=name]", "田玉福")
    tab.clock.run_for(21_000)
    expect(tab.locator("[data-status]")).to_have_text("您打开之后，这一件的内容有了变动。")
    tab.fill("[name=name]", "田玉")
    tab.clock.run_for(61_000)
    assert everything_asked(desk) == ["/new/"]


def test_a_broken_line_keeps_what_was_typed_and_tries_again(desk: Desk) -> None:
    desk.answer = lambda route: route.abort()
    tab = open_form(desk)
    tab.fill("[name=name]", "田玉福")
    tab.clock.run_for(21_000)
    expect(tab.locator("[data-status]")).to_have_text("网络断了，已填内容还在，连上后再点。")
    desk.answer = json_answer({"seen": "new", "saved_at": "09:13", "action_url": "/tasks/7/"})
    tab.clock.run_for(21_000)
    expect(tab.locator("[data-status]")).to_have_text("")
    expect(tab.locator("[name=name]")).to_have_value("田玉福")


def test_a_double_click_sends_one_deed(desk: Desk) -> None:
    tab = open_form(desk)
    for _ in range(2):
        tab.locator("text=提交申请").click(no_wait_after=True)
        wait_for(desk, 1)
    assert everything_asked(desk) == ["/new/"]
    assert "applications.submit" in desk.asked[0][2]


def test_a_deed_that_got_no_answer_may_be_tried_again(desk: Desk) -> None:
    # 204: the browser stays on the page, as it does when the person stops a hanging request.
    tab = open_form(desk)
    tab.locator("text=提交申请").click(no_wait_after=True)
    wait_for(desk, 1)
    tab.clock.run_for(16_000)
    tab.locator("text=提交申请").click(no_wait_after=True)
    wait_for(desk, 2)
    assert [path for _, path, _ in desk.asked] == ["/new/", "/new/"]


def test_the_enter_key_in_a_cell_decides_nothing(desk: Desk) -> None:
    tab = open_form(desk)
    tab.press("[name=name]", "Enter")
    assert everything_asked(desk) == []


def test_one_reason_at_a_time_and_escape_closes_it(desk: Desk) -> None:
    tab = open_form(desk)
    tab.click("summary:text('退回补正')")
    expect(tab.locator("[name=reason_a]")).to_be_focused()
    tab.click("summary:text('不同意')")
    expect(tab.locator("[name=reason_a]")).to_be_hidden()
    tab.keyboard.press("Escape")
    expect(tab.locator("[name=reason_b]")).to_be_hidden()
    expect(tab.locator("summary:text('不同意')")).to_be_focused()


def test_the_full_number_appears_in_its_place_with_its_reason_sent_along(desk: Desk) -> None:
    desk.answer = json_answer({"value": "13803352716"})
    tab = open_form(desk)
    tab.click("button:text('看')")
    expect(tab.locator("[data-full]")).to_have_text("13803352716")
    assert desk.asked[0][1] == "/unmask/"
    assert "审计、督查" in desk.asked[0][2]
