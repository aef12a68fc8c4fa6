"""The pad in a real browser, under the product's security policy: drawn, kept, undone, redrawn."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from playwright.sync_api import Browser, Page, Route, expect

from signatures.demo_strokes import demo_signature
from signatures.strokes import StrokeError, parse
from tests.signatures.test_scans import photo, saved

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

ADDRESS = "http://office.test/"
STATIC = Path(settings.BASE_DIR) / "project" / "static"
POLICY = "; ".join(
    f"{name} {' '.join(sources)}" for name, sources in settings.CONTENT_SECURITY_POLICY["DIRECTIVES"].items()
)

Open = Callable[..., Page]


@pytest.fixture
def open_pad(chromium: Browser) -> Iterator[Open]:
    """open_pad(value="", error="", **context) shows a page with one pad; complaints of the page fail the test."""
    complaints: list[str] = []
    contexts = []

    def show(value: str = "", error: str = "", **context: Any) -> Page:
        pad = render_to_string(
            "signatures/pad.html",
            {"name": "strokes", "label": "乡镇审核人签字", "value": value, "error": error, "scan_name": "scan"},
        )
        document = (
            '<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>签字</title>'
            '<meta name="viewport" content="width=device-width">'
            '<link rel="stylesheet" href="/project.css"><script src="/pad.js" defer></script>'
            f'<form class="paper sign">{pad}<button type="reset">重填</button></form></html>'
        )

        def answer(route: Route) -> None:
            name = route.request.url.removeprefix(ADDRESS)
            if name:
                route.fulfill(path=STATIC / name)
            else:
                headers = {"Content-Security-Policy": POLICY, "Content-Type": "text/html; charset=utf-8"}
                route.fulfill(body=document, headers=headers)

        contexts.append(chromium.new_context(**{"viewport": {"width": 900, "height": 700}} | context))
        page = contexts[-1].new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.route(f"{ADDRESS}**", answer)
        page.goto(ADDRESS)
        return page

    yield show
    for context in contexts:
        context.close()
    assert complaints == []


def corner(page: Page) -> tuple[float, float]:
    page.locator(".pad").scroll_into_view_if_needed()
    box = page.locator(".pad").bounding_box()
    assert box is not None
    return box["x"], box["y"]


def write(page: Page, *points: tuple[float, float]) -> None:
    """One stroke of the mouse, in pixels from the pad's corner."""
    left, top = corner(page)
    page.mouse.move(left + points[0][0], top + points[0][1])
    page.mouse.down()
    for x, y in points[1:]:
        page.mouse.move(left + x, top + y, steps=6)
    page.mouse.up()


def value(page: Page) -> str:
    return page.locator("input[name=strokes]").input_value()


def ink(page: Page) -> int:
    """How many pixels of the pad's canvas carry ink, once it has drawn."""
    count = page.evaluate(
        """() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => {
            const canvas = document.querySelector(".pad canvas");
            const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
            let inked = 0;
            for (let i = 3; i < pixels.length; i += 4) if (pixels[i] > 60) inked += 1;
            done(inked);
        })))"""
    )
    return int(count)


def told(page: Page) -> str:
    return page.locator("[data-pad-status]").inner_text()


def test_what_the_mouse_writes_is_what_the_server_reads(open_pad: Open) -> None:
    page = open_pad()
    assert page.get_by_text("请在此手写签字").is_visible()
    assert value(page) == ""
    write(page, (30, 20), (120, 40), (60, 70))
    write(page, (150, 20), (220, 60))
    strokes = parse(value(page))
    assert len(strokes.strokes) == 2
    first, second = strokes.strokes
    assert len(first) > 8
    assert first[0].t == 0
    assert first[0][:2] == pytest.approx((30, 20), abs=2.5)
    assert first[-1][:2] == pytest.approx((60, 70), abs=2.5)
    assert second[0].t >= first[-1].t
    assert page.get_by_text("请在此手写签字").is_hidden()
    assert ink(page) > 300
    assert told(page) == "已签字，共2笔。"


def test_the_last_stroke_is_taken_back_and_the_whole_signature_cleared(open_pad: Open) -> None:
    page = open_pad()
    undo, clear = page.get_by_role("button", name="撤一笔"), page.get_by_role("button", name="重签")
    assert undo.is_disabled()
    assert clear.is_disabled()
    write(page, (30, 20), (120, 40))
    one = value(page)
    write(page, (30, 60), (120, 70))
    undo.click()
    assert value(page) == one
    assert told(page) == "已撤回一笔，还有1笔。"
    clear.click()
    assert value(page) == ""
    assert ink(page) == 0
    assert page.get_by_text("请在此手写签字").is_visible()
    assert told(page) == "已清空，请重新签字。"
    write(page, (30, 20), (120, 40))
    assert parse(value(page)).strokes[0][0].t == 0


def test_a_finger_writes_without_moving_the_page(open_pad: Open) -> None:
    page = open_pad(viewport={"width": 390, "height": 700}, has_touch=True, is_mobile=True)
    left, top = corner(page)
    client = page.context.new_cdp_session(page)
    for kind, x, y in [("Start", 30, 20), ("Move", 80, 60), ("Move", 140, 30), ("Move", 200, 70), ("End", 0, 0)]:
        points = [] if kind == "End" else [{"x": left + x, "y": top + y}]
        client.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": points})
    assert len(parse(value(page)).strokes) == 1
    assert page.evaluate("scrollY") == 0
    assert page.evaluate("getComputedStyle(document.querySelector('.pad')).touchAction") == "none"


def test_a_stroke_that_leaves_the_pad_stays_at_its_edge(open_pad: Open) -> None:
    page = open_pad()
    write(page, (60, 40), (900, -300))
    strokes = parse(value(page))
    assert strokes.strokes[0][-1].y == 0


def test_a_refused_page_comes_back_with_the_signature_still_on_it(open_pad: Open) -> None:
    page = open_pad(value=demo_signature("林书平"), error="意见还没有写，请先写明意见。")
    assert json.loads(value(page)) == json.loads(demo_signature("林书平"))
    assert ink(page) > 800
    assert page.get_by_text("请在此手写签字").is_hidden()
    assert page.get_by_text("意见还没有写，请先写明意见。").is_visible()
    write(page, (20, 80), (200, 85))
    strokes = parse(value(page)).strokes
    assert len(strokes) == len(parse(demo_signature("林书平")).strokes) + 1
    assert strokes[-1][0].t >= strokes[-2][-1].t


def test_a_smaller_window_redraws_and_loses_nothing(open_pad: Open) -> None:
    page = open_pad()
    write(page, (30, 20), (300, 40), (60, 80))
    before, wide = value(page), ink(page)
    page.set_viewport_size({"width": 320, "height": 700})
    assert value(page) == before
    assert 0 < ink(page) < wide
    write(page, (20, 30), (100, 60))
    strokes = parse(value(page))
    assert len(strokes.strokes) == 2
    assert strokes.width < parse(before).width
    assert ink(page) > 100


def test_a_scan_can_be_chosen_and_the_hand_takes_over_again(open_pad: Open) -> None:
    page = open_pad()
    page.get_by_text("改为上传签字扫描件").press("Enter")
    file = page.locator("input[type=file]")
    file.set_input_files({"name": "签字.jpg", "mimeType": "image/jpeg", "buffer": saved(photo())})
    assert told(page) == "已选签字扫描件，以扫描件为准。"
    write(page, (30, 20), (120, 40))
    assert file.evaluate("input => input.files.length") == 0


def test_without_script_the_scan_is_offered(open_pad: Open) -> None:
    page = open_pad(java_script_enabled=False)
    assert page.get_by_text("不能在屏幕上手写，请上传签字扫描件").is_visible()
    assert page.get_by_text("请在此手写签字").is_hidden()
    assert page.get_by_role("button", name="重签").is_hidden()
    page.get_by_text("改为上传签字扫描件").click()
    assert page.locator("input[type=file]").is_visible()


def test_a_form_that_is_reset_empties_the_pad(open_pad: Open) -> None:
    page = open_pad()
    write(page, (30, 20), (120, 40))
    page.evaluate("document.querySelector('input[name=strokes]').value = ''")
    page.get_by_role("button", name="重填").click()
    expect(page.get_by_text("请在此手写签字")).to_be_visible()
    assert ink(page) == 0


def test_a_single_click_is_no_signature(open_pad: Open) -> None:
    page = open_pad()
    write(page, (60, 40))
    assert ink(page) > 0
    with pytest.raises(StrokeError, match="请在签字框内写上姓名"):
        parse(value(page))


def test_more_strokes_than_the_server_takes_are_not_begun(open_pad: Open) -> None:
    dots = [[[10 + index, 20, index]] for index in range(199)]
    page = open_pad(value=json.dumps({"w": 340, "h": 96, "strokes": [*dots, [[10, 20, 300], [90, 20, 400]]]}))
    write(page, (60, 40), (90, 60))
    assert len(parse(value(page)).strokes) == 200
    assert told(page) == "笔画太多了，请点“重签”，写得简单一些。"


def test_a_finger_gets_the_whole_screen_and_the_written_name_survives_turning_the_phone(open_pad: Open) -> None:
    page = open_pad(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page.get_by_role("button", name="放大签字").click()
    box = page.locator(".pad").bounding_box()
    assert box is not None
    assert box["width"] > 360
    assert box["height"] > 700
    write(page, (40, 200), (160, 240), (60, 300))
    written, upright = value(page), ink(page)
    page.set_viewport_size({"width": 844, "height": 390})
    assert value(page) == written
    assert ink(page) > upright * 0.5
    done = page.get_by_role("button", name="签好了")
    assert done.is_visible()
    done.click()
    expect(page.get_by_role("button", name="放大签字")).to_be_focused()
    page.set_viewport_size({"width": 390, "height": 844})
    assert value(page) == written
    assert ink(page) > upright * 0.3


def test_escape_and_walking_on_with_the_keyboard_give_the_page_back(open_pad: Open) -> None:
    page = open_pad()
    grow = page.get_by_role("button", name="放大签字")
    for leave in ("Escape", "Tab"):
        grow.press("Enter")
        expect(page.locator(".pad--full")).to_be_visible()
        page.keyboard.press(leave)
        expect(page.locator(".pad--full")).to_have_count(0)
    expect(page.get_by_role("button", name="重填")).to_be_focused()
