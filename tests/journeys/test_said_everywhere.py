"""What every page says: in the practice county that it is one, in a real one nothing of it; also on paper, in the
colours of the reader's own choice, and when something went wrong.
"""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pytest_django.fixtures import Settings

from tests.core.access_subjects import url_of
from tests.journeys.conftest import SCREENS, Office, faults
from workflows.core import office_view
from workflows.core.models import Case

pytestmark = [pytest.mark.django_db, pytest.mark.browser, pytest.mark.xdist_group("browser")]

SAID = re.compile("练习|演示")
PLACES = ("login", "public check", "not there", "not understood", "too late", "broken", "inbox", "case", "print")


def go(office: Office, place: str, waiting: Case, monkeypatch: pytest.MonkeyPatch) -> Page:
    """The page of that name, as whoever sees it first."""
    if place in ("login", "public check"):
        page = office.somebody()
        page.goto({"login": "/login/", "public check": "/check/"}[place])
        return page
    page = office.of("reviewer")
    if place == "not understood":
        page.goto("/password/")
        # More than any form of ours can hold.
        page.eval_on_selector("[name=old_password]", "(field) => { field.value = 'x'.repeat(7 * 1024 * 1024); }")
        page.get_by_role("button", name="保存新密码").click()
        expect(page.get_by_role("heading", name="没有看懂这次操作")).to_be_visible()
        return page
    if place == "too late":
        page.goto("/password/")
        page.context.clear_cookies(name="csrftoken")
        page.get_by_role("button", name="保存新密码").click()
        expect(page.get_by_role("heading", name="请刷新后再提交")).to_be_visible()
        return page
    if place == "broken":
        monkeypatch.setattr(office_view, "rows", broken)
    addresses = {
        "not there": "/no-such-page/",
        "broken": "/",
        "inbox": "/inbox/",
        "case": url_of("case", office.cast, waiting),
        "print": url_of("paper_print", office.cast, waiting),
    }
    page.goto(addresses[place])
    if place == "broken":
        expect(page.get_by_role("heading", name="刚才没有办成")).to_be_visible()
        office.complaints.clear()  # the answer 500 itself
    return page


def broken(*args: Any) -> None:
    raise RuntimeError("for the test")


@pytest.mark.parametrize("place", PLACES)
def test_the_practice_county_says_that_it_is_one(
    office: Office, waiting: Case, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = go(office, place, waiting, monkeypatch)
    expect(page.locator(".practice")).to_contain_text("练习用演示县")
    for screen in SCREENS.values():
        page.set_viewport_size(screen["viewport"])
        assert faults(page) == []
    page.emulate_media(media="print")
    expect(page.locator(".practice")).to_be_visible()


@pytest.mark.parametrize("place", PLACES)
def test_a_real_county_shows_nothing_of_it(
    office: Office, waiting: Case, place: str, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.DEMO = False
    page = go(office, place, waiting, monkeypatch)
    assert page.locator(".practice").count() == 0
    # The cast's seals carry the word themselves: their county is an invented one.
    text = re.sub(r"公章（演示）", "", page.locator("body").inner_text())
    assert not SAID.search(text)


def test_on_paper_only_the_sheet_is_left_and_the_line_that_it_is_practice(office: Office, waiting: Case) -> None:
    page = office.of("reviewer")
    for name in ("case", "task", "paper_print"):
        page.goto(url_of(name, office.cast, waiting))
        page.emulate_media(media="print")
        for gone in (".bar", ".actions", ".rail", ".foot", ".printbar", ".messages", ".only-phone"):
            for each in page.locator(gone).all():
                expect(each).to_be_hidden()
        expect(page.locator(".paper__title")).to_be_visible()
        expect(page.locator(".practice")).to_contain_text("不作凭据")
        if name == "paper_print":
            expect(page.locator(".paper__page .not-in-force")).to_be_visible()
        page.emulate_media(media="screen")


def test_in_the_readers_own_colours_one_still_sees_what_is_chosen_and_where_one_may_press(office: Office) -> None:
    page = office.of("clerk")
    page.emulate_media(forced_colors="active")
    page.goto("/applications/new/")
    page.locator("[name=category]").first.check()
    borders = page.eval_on_selector_all(
        "[name=category] + span", "(spans) => spans.map((each) => getComputedStyle(each, '::before').borderTopWidth)"
    )
    assert borders[0] != borders[1], "the chosen one differs in shape, not only in colour"
    for edge in (".btn--primary", ".input", "td.live"):
        style = page.eval_on_selector(
            edge,
            "(each) => { const s = getComputedStyle(each); return s.borderTopStyle + ' ' + s.borderTopWidth; }",
        )
        assert style.startswith("solid")
        assert style != "solid 0px"
