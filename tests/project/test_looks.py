"""Every page with full and with empty content, on a desk's screen and on a phone: reachable by all, nothing cut off."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.template.loader import render_to_string
from playwright.sync_api import expect

from forms_templates.library import form
from forms_templates.sheet import stylesheet
from project.forms import LoginForm
from tests.project import samples
from tests.project.conftest import Desk

pytestmark = pytest.mark.browser

PAGES = samples.pages()
EMPTY = ["desk/home.html", "desk/inbox.html", "desk/cases.html", "desk/trail.html", "desk/seal_register.html"]
SCREENS = [(1280, 900), (390, 844)]


def show(desk: Desk, template: str, content: samples.Content, screen: tuple[int, int]) -> None:
    desk.tab.set_viewport_size({"width": screen[0], "height": screen[1]})
    desk.pages["/sheet.css"] = stylesheet(form("post_application", 1))
    desk.open(render_to_string(template, samples.AROUND | content))


def faults(desk: Desk) -> list[str]:
    """What axe finds, and whether the page must be pushed sideways."""
    found = [
        f"{violation['id']}: {node['html'][:160]}"
        for violation in Axe().run(desk.tab).response["violations"]
        for node in violation["nodes"]
    ]
    beyond = desk.tab.evaluate("document.documentElement.scrollWidth - innerWidth")
    return found + ([f"{beyond} px beyond the edge"] if beyond > 0 else [])


@pytest.mark.parametrize("screen", SCREENS, ids=["desk", "phone"])
@pytest.mark.parametrize("template", PAGES)
def test_everybody_can_use_the_page(desk: Desk, template: str, screen: tuple[int, int]) -> None:
    show(desk, template, PAGES[template], screen)
    desk.tab.evaluate("document.querySelectorAll('details:not(.reason)').forEach((d) => { d.open = true; })")
    assert faults(desk) == []


@pytest.mark.parametrize("template", EMPTY)
def test_an_empty_page_says_what_to_do_and_is_as_usable(desk: Desk, template: str) -> None:
    show(desk, template, {"tab": "mine", "greeting": "林书平，您好"}, SCREENS[0])
    expect(desk.tab.locator(".empty")).to_be_visible()
    assert faults(desk) == []


@pytest.mark.parametrize("screen", SCREENS, ids=["desk", "phone"])
def test_everybody_can_log_in(desk: Desk, screen: tuple[int, int]) -> None:
    content = {"form": LoginForm(), "sheet": samples.blank(), "sheet_css_url": "/sheet.css"}
    show(desk, "registration/login.html", content, screen)
    assert faults(desk) == []


def test_on_a_phone_the_sheet_is_a_column_until_one_asks_for_the_paper(desk: Desk) -> None:
    show(desk, "desk/task.html", PAGES["desk/task.html"], SCREENS[1])
    label, field = desk.tab.locator("th:has-text('姓名')"), desk.tab.locator("#f-name")
    above, below = label.bounding_box(), field.bounding_box()
    assert above is not None
    assert below is not None
    assert below["y"] >= above["y"] + above["height"]
    assert below["width"] > 300
    desk.tab.click("text=看表样")
    row, cell = label.bounding_box(), field.bounding_box()
    assert row is not None
    assert cell is not None
    assert cell["x"] > row["x"]
    assert abs(cell["y"] - row["y"]) < 8


def test_the_refusal_takes_the_focus_and_leads_to_its_cell(desk: Desk) -> None:
    show(desk, "desk/task.html", PAGES["desk/task.html"], SCREENS[0])
    expect(desk.tab.locator("#refusal")).to_be_focused()
    desk.tab.click("text=去改")
    expect(desk.tab.locator("#f-phone")).to_be_in_viewport()


def test_in_print_only_the_sheet_is_left_and_without_tints(desk: Desk) -> None:
    show(desk, "desk/task.html", PAGES["desk/task.html"], SCREENS[0])
    desk.tab.emulate_media(media="print")
    for gone in (".bar", ".actions", ".rail", ".head", ".refusal", ".quick", ".foot"):
        expect(desk.tab.locator(gone).first).to_be_hidden()
    expect(desk.tab.locator(".paper__title")).to_be_visible()
    background = desk.tab.eval_on_selector("td.live", "(cell) => getComputedStyle(cell).backgroundColor")
    assert background == "rgba(0, 0, 0, 0)"
