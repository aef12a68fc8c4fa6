"""A village's month in a real browser: filled in and signed on a phone, with keys alone, and without script.

What a hand does is counted: a tap is taken for two seconds, a name for eight, a page that comes for four. Eight people
must be done in three minutes.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pytest
from playwright.sync_api import Locator, Page, expect
from time_machine import travel

from tests.attendance.months import SEPTEMBER, at, employ, member_of
from tests.cast import Cast, post_of
from tests.journeys.conftest import PHONE, Office, faults
from workflows.attendance.models import AttendanceRow, AttendanceSheet, SheetState
from workflows.core.daily import run_daily

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
PEOPLE = 8
TAP, NAME, PAGE, LIMIT = 2, 8, 4, 180  # seconds


@dataclass
class Finger:
    """Counts what a hand does."""

    page: Page
    taps: int = 0
    names: int = 0
    pages: int = 0

    def tap(self, wanted: Locator, *, leads_on: bool = False) -> None:
        self.taps += 1
        self.pages += leads_on
        if not leads_on:
            wanted.click()
            return
        with self.page.expect_navigation():
            wanted.click()

    def write(self, pad: Locator) -> None:
        """Never the same twice: the finger begins where the last name ended."""
        self.names += 1
        pad.scroll_into_view_if_needed()
        box = pad.bounding_box()
        assert box is not None
        for share in (0.15, 0.42, 0.7):
            left, top = box["x"] + box["width"] * share + self.names, box["y"] + box["height"] * 0.3
            self.page.mouse.move(left, top)
            self.page.mouse.down()
            self.page.mouse.move(left + box["width"] * 0.12, top + 6 + self.names, steps=4)
            self.page.mouse.move(left + 4, top + box["height"] * 0.35, steps=4)
            self.page.mouse.up()

    @property
    def seconds(self) -> int:
        return self.taps * TAP + self.names * NAME + self.pages * PAGE


@pytest.fixture
def village(cast: Cast, office: Office) -> Iterator[Office]:
    """Eight at work in the first village, on the first of October."""
    roomy = post_of(cast.village, "养路", 100)
    post = str(cast.do("employment.establish_post", cast.county, cast.system, roomy).result.pk)
    for _ in range(PEOPLE):
        employ(cast, date(2020, 9, 16), date(2021, 9, 15), post=post)
    cast.people["member"] = member_of(cast)
    cast.now = at(2020, 10, 1, 8)
    run_daily(cast.now)
    with travel(at(2020, 10, 1), tick=True):
        yield office


def sheet() -> AttendanceSheet:
    return AttendanceSheet.objects.get(month=SEPTEMBER)


def open_task(page: Page) -> None:
    page.goto(f"/cases/{sheet().case_id}/")
    with page.expect_navigation():
        page.get_by_role("link", name="去办理").click()


def test_eight_people_are_filled_in_and_signed_on_a_phone_in_three_minutes(village: Office) -> None:
    page = village.of("clerk", **PHONE)
    page.goto("/attendance/")
    begun = time.monotonic()
    hand = Finger(page)
    hand.tap(page.locator(".months__sheet").first, leads_on=True)
    hand.tap(page.get_by_role("link", name="去办理"), leads_on=True)
    assert faults(page) == []
    for button in page.get_by_role("button", name="整行出勤").all():
        hand.tap(button)
    sick = page.locator("select.mark[name$='_17']").first
    hand.tap(sick)
    hand.tap(sick)
    expect(sick).to_have_value("s")
    hand.tap(page.get_by_role("button", name="填完，交三方签字"), leads_on=True)
    hand.tap(page.get_by_role("link", name="去办理"), leads_on=True)
    assert faults(page) == []
    for pad in page.locator(".inks .pad").all():
        hand.write(pad)
    hand.tap(page.get_by_role("button", name="本人都已签字"), leads_on=True)
    assert hand.seconds < LIMIT, f"{hand.taps} taps, {hand.names} names, {hand.pages} pages: {hand.seconds} seconds"
    assert time.monotonic() - begun < LIMIT
    assert hand.taps == 5 + PEOPLE + 2
    marks = [row.marks for row in AttendanceRow.objects.filter(sheet=sheet()).order_by("position")]
    assert [each[16] for each in marks] == ["s", *["v"] * (PEOPLE - 1)]
    assert all(row.signature_id for row in AttendanceRow.objects.filter(sheet=sheet()))
    for part in ("head", "member"):
        signing = village.of(part, **PHONE)
        open_task(signing)
        assert faults(signing) == []
        other = Finger(signing)
        other.write(signing.locator(".biao .pad"))
        other.tap(signing.get_by_role("button", name="属实，签字"), leads_on=True)
    assert sheet().state == SheetState.SIGNED


def test_a_whole_row_is_one_key_and_every_day_is_reached_with_arrows(village: Office) -> None:
    page = village.of("clerk", viewport={"width": 1280, "height": 900})
    open_task(page)
    assert faults(page) == []
    page.locator("select.mark").first.focus()
    for _ in range(PEOPLE):
        page.keyboard.press("Enter")
    first = AttendanceRow.objects.filter(sheet=sheet()).order_by("position")[0].worker_id
    page.locator(f"select[name=d{first}_16]").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("4")
    expect(page.locator(f"select[name=d{first}_17]")).to_have_value("p")
    expect(page.locator(f"select[name=d{first}_18]")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("0")
    page.keyboard.press("5")
    with page.expect_navigation():
        page.get_by_role("button", name="填完，交三方签字").click()
    marks = [row.marks[15:19] for row in AttendanceRow.objects.filter(sheet=sheet()).order_by("position")]
    assert marks[:3] == ["vpvr", "vxvr", "vvvr"]
    assert sheet().state == SheetState.SIGNING


def test_without_script_the_same_sheet_is_filled_in_with_lists(village: Office) -> None:
    page = village.of("clerk", java_script_enabled=False, **PHONE)
    open_task(page)
    for row in page.locator("select.fill").all():
        row.select_option("work")
    page.locator("select.mark[name$='_17']").first.select_option("x")
    page.get_by_role("button", name="填完，交三方签字").click()
    marks = [row.marks[16] for row in AttendanceRow.objects.filter(sheet=sheet()).order_by("position")]
    assert marks == ["x", *["v"] * (PEOPLE - 1)]
