"""Nothing typed is lost, and nothing typed is left behind on a shared computer; told in a real browser."""

import json
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.project.conftest import ORIGIN, Desk

pytestmark = pytest.mark.browser

MINUTE = 60_000
RESTORED = "已恢复您刚才填写的内容。"
LOST = "网络断了，已填内容还在，连上后再点。"
STROKES = '{"w":340,"h":96,"strokes":[[[10,10,0],[90,60,200]]]}'
TOLD = '<div class="messages"><p class="notice--ok">好</p></div>'
LOGIN = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>登录</title>
<form method="post" action="/login/" data-login><input name="username"><input type="password" name="password">
<button>登录</button></form><script src="/static/keep.js" defer></script></html>"""
DONE = """<!doctype html><html lang="zh-CN" data-reader="{reader}"{mark}><meta charset="utf-8"><title>好</title>
<main>好了</main><form method="post" action="/logout/" data-logout><button>退出</button></form>
<script src="/static/keep.js" defer></script></html>"""


def form(*, reader: str = "clerk", seen: str = "7.1.abc", more: str = "", opinion: str = "") -> str:
    return f"""<!doctype html><html lang="zh-CN" data-reader="{reader}"><meta charset="utf-8"><title>表</title>
<main>{more}<form id="deed" method="post" action="/tasks/7/"><input type="hidden" name="seen" value="{seen}">
<textarea name="opinion" aria-label="意见">{opinion}</textarea>
<label><input type="radio" name="has_job" value="no" checked>没有</label>
<label><input type="radio" name="has_job" value="yes">有</label>
<label><input type="checkbox" name="is_willing">愿意</label>
<select name="post" aria-label="岗位"><option value="">请选择</option><option value="3">保洁</option></select>
<div class="pad"><input type="hidden" name="strokes" id="strokes"></div>
<input type="file" name="scan" aria-label="扫描件"></form>
<details class="reason"><summary>退回补正</summary>
<textarea name="reason_back" form="deed" aria-label="原因"></textarea></details>
<button form="deed" name="action" value="take" data-stays>领取</button>
<button form="deed" name="action" value="agree">同意并签字</button></main>
<form method="post" action="/logout/" data-logout><button>退出</button></form>
<script src="/static/keep.js" defer></script></html>"""


def done(reader: str = "clerk", mark: str = "") -> str:
    return DONE.format(reader=reader, mark=mark)


def leads_to(path: str) -> Any:
    """As the server answers a deed: come and see. Playwright does not ask the test what a redirect leads to (under
    load it is looked for in the network), so a page stands for the redirect that goes on by itself."""
    onward = f"<!doctype html><title>…</title><script>location.replace({json.dumps(path)})</script>"
    return lambda route: route.fulfill(body=onward, content_type="text/html; charset=utf-8")


def kept(tab: Page) -> list[str]:
    values: list[str] = tab.evaluate("Object.keys(sessionStorage).map((key) => sessionStorage.getItem(key))")
    return values


@pytest.fixture
def tab(desk: Desk) -> Page:
    desk.pages |= {"/case/": done(), "/login/": LOGIN, "/other/": done()}
    return desk.open(form(), "/tasks/7/")


def type_everything(tab: Page) -> None:
    tab.fill("[name=opinion]", "情况属实，同意推荐。")
    tab.check("[name=has_job][value=yes]")
    tab.check("[name=is_willing]")
    tab.select_option("[name=post]", "3")
    tab.evaluate(
        "(strokes) => { const f = document.getElementById('strokes'); f.value = strokes;"
        " f.dispatchEvent(new Event('input', { bubbles: true })); }",
        STROKES,
    )
    tab.click("summary")
    tab.fill("[name=reason_back]", "电话打不通")


def expect_everything(tab: Page) -> None:
    expect(tab.get_by_text(RESTORED)).to_be_visible()
    expect(tab.locator("[name=opinion]")).to_have_value("情况属实，同意推荐。")
    expect(tab.locator("[name=has_job][value=yes]")).to_be_checked()
    expect(tab.locator("[name=is_willing]")).to_be_checked()
    expect(tab.locator("[name=post]")).to_have_value("3")
    expect(tab.locator("#strokes")).to_have_value(STROKES)
    expect(tab.locator("[name=reason_back]")).to_have_value("电话打不通")
    expect(tab.locator("[name=reason_back]")).to_be_visible()


def test_everything_typed_and_signed_is_there_after_a_reload(tab: Page) -> None:
    type_everything(tab)
    tab.reload()
    expect_everything(tab)
    tab.reload()
    expect_everything(tab)


def test_who_does_not_want_it_back_begins_with_an_empty_form(tab: Page) -> None:
    type_everything(tab)
    tab.reload()
    tab.click("text=不要，清空重填")
    expect(tab.locator("[name=opinion]")).to_have_value("")
    expect(tab.locator("#strokes")).to_have_value("")
    expect(tab.locator("[name=has_job][value=no]")).to_be_checked()
    tab.reload()
    expect(tab.get_by_text(RESTORED)).to_have_count(0)


def test_a_press_without_a_network_keeps_the_page_and_says_so(desk: Desk, tab: Page) -> None:
    type_everything(tab)
    broken = "**/icon.svg"
    tab.route(broken, lambda route: route.abort())
    tab.click("text=同意并签字")
    expect(tab.get_by_text(LOST)).to_be_visible()
    assert tab.url == f"{ORIGIN}/tasks/7/"
    expect(tab.locator("[name=opinion]")).to_have_value("情况属实，同意推荐。")
    tab.unroute(broken)
    desk.answer = leads_to("/case/")
    tab.click("text=同意并签字")
    expect(tab.get_by_text("好了")).to_be_visible()
    assert [path for _, path, _ in desk.asked] == ["/tasks/7/"]
    assert kept(tab) == []


def test_a_server_that_is_down_gets_nothing_sent(desk: Desk, tab: Page) -> None:
    tab.fill("[name=opinion]", "同意。")
    tab.route("**/icon.svg", lambda route: route.fulfill(status=502))
    tab.click("text=同意并签字")
    expect(tab.get_by_text(LOST)).to_be_visible()
    assert desk.asked == []


def test_after_a_deed_nothing_is_left(desk: Desk, tab: Page) -> None:
    type_everything(tab)
    desk.answer = leads_to("/case/")
    tab.click("text=同意并签字")
    expect(tab.get_by_text("好了")).to_be_visible()
    assert kept(tab) == []


def test_a_deed_that_stays_on_the_page_leaves_nothing_either(desk: Desk, tab: Page) -> None:
    type_everything(tab)
    desk.pages["/tasks/7/"] = form(seen="7.2.abc")
    desk.pages["/tasks/7/?saved"] = form(
        seen="7.2.abc", more='<div class="messages"><p class="notice--ok">好</p></div>'
    )
    desk.answer = leads_to("/tasks/7/?saved")
    tab.route("**/tasks/7/", lambda route: desk.answer(route) if route.request.method == "POST" else route.fallback())
    tab.click("text=同意并签字")
    expect(tab.locator(".messages")).to_be_visible()
    assert kept(tab) == []
    expect(tab.locator("[name=opinion]")).to_have_value("")


def test_taking_the_task_carries_along_what_is_typed_already(desk: Desk, tab: Page) -> None:
    type_everything(tab)
    desk.pages["/tasks/7/?taken"] = form(
        seen="7.2.abc", more='<div class="messages"><p class="notice--ok">好</p></div>'
    )
    desk.answer = leads_to("/tasks/7/?taken")
    tab.route("**/tasks/7/", lambda route: desk.answer(route) if route.request.method == "POST" else route.fallback())
    tab.click("text=领取")
    expect_everything(tab)


def test_a_refused_form_shows_what_the_server_gave_back_and_keeps_that(desk: Desk, tab: Page) -> None:
    tab.fill("[name=opinion]", "同意")
    page = form(seen="7.1.abc", opinion="同意", more='<div id="refusal" role="alert">还不能办理</div>')
    desk.answer = lambda route: route.fulfill(status=422, body=page, content_type="text/html; charset=utf-8")
    tab.route("**/tasks/7/", lambda route: desk.answer(route) if route.request.method == "POST" else route.fallback())
    tab.click("text=同意并签字")
    expect(tab.locator("#refusal")).to_be_visible()
    expect(tab.get_by_text(RESTORED)).to_have_count(0)
    expect(tab.locator("[name=opinion]")).to_have_value("同意")
    tab.goto(f"{ORIGIN}/tasks/7/")
    expect(tab.locator("[name=opinion]")).to_have_value("同意")
    expect(tab.get_by_text(RESTORED)).to_be_visible()


def test_a_login_that_ended_gives_everything_back_after_the_next_one(desk: Desk, tab: Page) -> None:
    type_everything(tab)
    desk.answer = leads_to("/login/")
    tab.route("**/tasks/7/", lambda route: desk.answer(route) if route.request.method == "POST" else route.fallback())
    tab.click("text=同意并签字")
    expect(tab.get_by_text("您刚才填写的内容还在，登录后接着填。")).to_be_visible()
    tab.fill("[name=password]", "secret-word")
    desk.answer = leads_to("/tasks/7/")
    tab.route("**/login/", lambda route: desk.answer(route) if route.request.method == "POST" else route.fallback())
    tab.click("button:text('登录')")
    expect_everything(tab)
    assert "secret-word" not in json.dumps(kept(tab))


def test_a_page_that_says_nothing_was_done_gives_everything_back(desk: Desk, tab: Page) -> None:
    type_everything(tab)
    desk.pages["/broken/"] = done(mark=" data-nothing-done")
    desk.answer = leads_to("/broken/")
    tab.route("**/tasks/7/", lambda route: desk.answer(route) if route.request.method == "POST" else route.fallback())
    tab.click("text=同意并签字")
    expect(tab.get_by_text("好了")).to_be_visible()
    tab.goto(f"{ORIGIN}/other/")
    tab.goto(f"{ORIGIN}/tasks/7/")
    expect_everything(tab)


def test_a_form_that_changed_meanwhile_only_offers_what_was_typed(desk: Desk, tab: Page) -> None:
    tab.fill("[name=opinion]", "同意。")
    tab.goto(f"{ORIGIN}/other/")
    desk.pages["/tasks/7/"] = form(seen="7.2.xyz")
    tab.goto(f"{ORIGIN}/tasks/7/")
    expect(tab.locator("[name=opinion]")).to_have_value("")
    tab.get_by_role("button", name="填回来").click()
    expect(tab.locator("[name=opinion]")).to_have_value("同意。")


def test_a_new_paper_comes_back_with_its_own_key_so_that_it_is_opened_once(desk: Desk, tab: Page) -> None:
    desk.pages["/tasks/7/"] = form(seen="a" * 32)
    tab.reload()
    tab.fill("[name=opinion]", "同意。")
    desk.pages["/tasks/7/"] = form(seen="b" * 32)
    tab.reload()
    expect(tab.locator("[name=opinion]")).to_have_value("同意。")
    assert tab.input_value("[name=seen]") == "a" * 32


def test_the_next_reader_of_the_same_computer_finds_nothing(desk: Desk, tab: Page) -> None:
    type_everything(tab)
    desk.pages["/tasks/7/"] = form(reader="somebody else")
    tab.reload()
    expect(tab.locator("[name=opinion]")).to_have_value("")
    assert kept(tab) == []


def test_logging_out_empties_the_drawer_of_every_tab(desk: Desk, tab: Page) -> None:
    type_everything(tab)
    second = Desk(tab.context.new_page())
    second.pages |= {"/case/": done()}
    second.open(done(), "/case/")
    second.answer = leads_to("/case/")
    tab.wait_for_timeout(400)
    assert len(kept(tab)) == 1
    second.tab.click("text=退出")
    second.tab.wait_for_load_state()
    expect(second.tab.get_by_text("好了")).to_be_visible()
    tab.wait_for_timeout(100)
    assert kept(tab) == []


def test_after_the_login_has_run_out_nothing_is_left(desk: Desk) -> None:
    desk.tab.clock.install()
    tab = desk.open(form(), "/tasks/7/")
    tab.fill("[name=opinion]", "同意。")
    tab.clock.run_for(1000)
    assert len(kept(tab)) == 1
    tab.clock.run_for(39 * MINUTE)
    assert len(kept(tab)) == 1
    tab.clock.run_for(2 * MINUTE)
    assert kept(tab) == []


def test_what_has_no_form_of_the_office_is_never_kept(desk: Desk) -> None:
    page = '<label>姓名<input name="q"></label>'
    tab = desk.open(
        f'<!doctype html><html lang="zh-CN" data-reader="clerk"><meta charset="utf-8"><title>找</title>'
        f'<form method="get">{page}</form>'
        '<form method="post"><input type="password" name="old" aria-label="密码"></form>'
        '<script src="/static/keep.js" defer></script></html>'
    )
    tab.fill("[name=q]", "田玉福")
    tab.fill("[name=old]", "secret-word")
    tab.wait_for_timeout(500)
    assert kept(tab) == []
