"""What stands beside the desk, in the browser: where a round is, who only reads, remarks with files, the supervisor's
exception, and a changed flow with what it would change."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.cast import Cast, state_of, user_of
from tests.journeys.conftest import DESK, PHONE, Office, faults
from tests.journeys.steps import scan
from tests.journeys.test_desk import deliberating
from workflows.applications.models import State
from workflows.core.models import Case, PublishedFlow
from workflows.core.procedure import open_tasks

pytestmark = [pytest.mark.django_db, pytest.mark.browser, pytest.mark.xdist_group("browser")]
ALBUM = os.environ.get("ALBUM", "")


def look(page: Page, name: str) -> None:
    """Nothing is wrong with this page at the desk or on the phone; its pictures are kept."""
    for screen in (PHONE, DESK):
        page.set_viewport_size(screen["viewport"])
        if ALBUM:
            page.screenshot(path=Path(ALBUM) / f"{name}-{screen['viewport']['width']}.png", full_page=True)
        assert faults(page) == [], name


def one_has_signed(cast: Cast) -> Case:
    """An application before the three of the village, of whom one has spoken."""
    case = deliberating(cast)
    task = next(task for task in open_tasks(case) if task.seat == "head")
    cast.do("applications.support_in_village", task, cast.head, {})
    return case


def test_the_picture_names_all_who_must_sign_and_prints(office: Office) -> None:
    case = one_has_signed(office.cast)
    page = office.of("supervisor", **DESK)
    page.goto(f"/cases/{case.pk}/")
    picture = page.locator("svg.flow").first
    expect(picture).to_contain_text("2人待签")
    expect(picture).to_contain_text("已签1/3")
    assert (picture.get_attribute("aria-label") or "").count("村两委成员") == 2
    look(page, "case-in-a-round")
    page.goto(f"/cases/{case.pk}/flow/")
    chart = page.locator("svg.flow--wide")
    expect(chart).to_contain_text("已签1/3，2人同意即可")
    expect(chart.get_by_text("现在：村两委成员评议表态")).to_have_count(2)
    look(page, "where-is-it")
    page.emulate_media(media="print")
    expect(chart).to_be_visible()
    expect(page.locator(".actions, header.top, nav").first).to_be_hidden()
    if ALBUM:
        page.pdf(path=Path(ALBUM) / "where-is-it.pdf", format="A4")


def test_who_is_copied_reads_and_nothing_else(office: Office) -> None:
    case = office.cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW)
    reviewer, reader = office.of("reviewer", **DESK), office.of("other_reviewer", **DESK)
    assert reader.goto(f"/cases/{case.pk}/").status == 404  # type: ignore[union-attr]
    reviewer.goto(f"/cases/{case.pk}/companions/")
    look(reviewer, "companions")
    reviewer.locator("[name=person]").fill(user_of(office.cast.other_reviewer).username)
    with reviewer.expect_navigation():
        reviewer.get_by_role("button", name="抄送", exact=True).click()
    expect(reviewer.locator("main")).to_contain_text("段玉洁")
    reader.goto("/notices/")
    expect(reader.locator("main")).to_contain_text("林书平抄送给您")
    reader.goto(f"/cases/{case.pk}/")
    expect(reader.locator(".paper")).to_be_visible()
    expect(reader.locator("main")).not_to_contain_text("留言、补充附件")
    expect(reader.locator(".actions button")).to_have_count(0)
    look(reader, "only-reads")


def test_a_remark_carries_a_file(office: Office) -> None:
    case = office.cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW)
    page = office.of("reviewer", **DESK)
    page.goto(f"/cases/{case.pk}/")
    page.locator("#comment-panel summary").click()
    page.locator("#comment-text").fill("现场照片请看附件。")
    page.locator("#comment-file").set_input_files(scan())
    look(page, "remark")
    with page.expect_navigation():
        page.get_by_role("button", name="发送留言").click()
    expect(page.locator("main")).to_contain_text("现场照片请看附件。")
    expect(page.locator("main a[href*='/attachments/']")).to_have_count(1)
    look(page, "remarked")


def test_the_supervisor_moves_a_stuck_case_and_it_says_so(office: Office) -> None:
    case = office.cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW)
    page = office.of("supervisor", **DESK)
    page.goto(f"/cases/{case.pk}/")
    panel = page.locator("details.reason", has=page.locator("summary", has_text="例外处理"))
    panel.locator("summary").click()
    panel.locator("textarea").fill("乡镇审核人调离，退回村里重新安排。")
    look(page, "exception")
    with page.expect_navigation():
        panel.locator("button").click()
    assert state_of(case) != State.AWAITING_TOWNSHIP_REVIEW
    page.goto(f"/cases/{case.pk}/flow/")
    expect(page.locator("main")).to_contain_text("例外处理")
    expect(page.locator("main")).to_contain_text("乡镇审核人调离")
    look(page, "exception-told")


def test_a_changed_flow_says_what_it_would_change_and_moves_all_that_can_move(office: Office) -> None:
    cases = [office.cast.apply(), office.cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW)]
    page = office.of("supervisor", **DESK)
    page.goto("/flows/applications/")
    look(page, "flow")
    page.goto("/flows/applications/?version=2")
    look(page, "flow-2")
    with page.expect_navigation():
        page.get_by_role("button", name="发布第2版").click()
    expect(page.locator(".messages")).to_contain_text("已发布")
    assert PublishedFlow.objects.get().version == 2
    look(page, "flow-published")
    with page.expect_navigation():
        page.get_by_role("button", name="可以移的2件都改用第2版").click()
    expect(page.locator(".messages")).to_contain_text("2件")
    assert {Case.objects.get(pk=case.pk).flow_class.version for case in cases} == {2}
    look(page, "flow-moved")
