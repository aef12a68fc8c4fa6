"""Three hundred applications before one reviewer, decided in one sitting in a browser, at the product as served."""

import os
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.core.test_sittings_killed import HERE, standing
from tests.journeys.conftest import DESK, PHONE, faults
from tests.journeys.steps import Hands
from tests.processes import Running, Server
from tests.races.scenes import AT_QINGHE, PASSWORD

NUMBER = int(os.environ.get("PAPERS", "300"))
ALBUM = os.environ.get("ALBUM", "")
MOST_SECONDS = 30.0
pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.xdist_group("browser")]


def look(page: Page, name: str) -> None:
    """Nothing is wrong with this page at the desk or on the phone; its pictures are kept."""
    for screen in (PHONE, DESK):
        page.set_viewport_size(screen["viewport"])
        if ALBUM:
            page.screenshot(path=Path(ALBUM) / f"{name}-{screen['viewport']['width']}.png")
        assert faults(page) == [], name


def test_three_hundred_in_one_sitting_then_printed_in_one_go(
    run_python: Callable[..., Running],
    live_server_process: Callable[..., Server],
    any_database_url: str,
    chromium: Browser,
) -> None:
    url = any_database_url
    gathering = run_python(HERE, url, SITTING=f"gather {NUMBER}")
    assert gathering.process.stdout is not None
    for _ in gathering.process.stdout:
        pass
    gathering.finish()
    server = live_server_process(url)
    page = chromium.new_context(base_url=server.url, locale="zh-CN", **DESK).new_page()
    page.set_default_timeout(180_000)
    page.goto("/login/")
    page.locator("[name=username]").fill(AT_QINGHE.reviewer)
    page.locator("[name=password]").fill(PASSWORD)
    with page.expect_navigation():
        page.locator("main form button").click()
    page.goto("/inbox/")
    look(page, "inbox")

    listed = time.monotonic()
    with page.expect_navigation():
        page.get_by_role("button", name=re.compile("全部")).click()
    listed = time.monotonic() - listed
    expect(page.locator("[name=picks]:checked")).to_have_count(NUMBER)
    look(page, "list")
    hands = Hands(page)
    hands.say("情况属实，符合条件，同意安置。")
    hands.sign()
    look(page, "signed")

    begun = time.monotonic()
    page.get_by_role("button", name=re.compile(rf"同意并签字\s*（{NUMBER}件）")).click()
    expect(page.locator("[data-settled]")).not_to_have_text(re.compile(f"^(0|{NUMBER})$"), timeout=60_000)
    progress = page.locator("[data-settled]").inner_text()
    if ALBUM:
        page.screenshot(path=Path(ALBUM) / "progress-1280.png")
    print_button = page.get_by_role("button", name="打印这一批")
    expect(print_button).to_be_visible(timeout=120_000)
    decided = time.monotonic() - begun
    look(page, "done")
    expect(page.locator("td[data-l=结果]").get_by_text("已办", exact=True)).to_have_count(NUMBER)

    printed = time.monotonic()
    with page.expect_navigation():
        print_button.click()
    expect(page.locator(".printed")).to_have_count(NUMBER)
    printed = time.monotonic() - printed
    if ALBUM:
        page.screenshot(path=Path(ALBUM) / "printed-1280.png")
    print(f"list {listed:.1f} s, decided {decided:.1f} s (seen at {progress}), printed {printed:.1f} s")
    assert server.stop()
    told = standing(run_python, url)
    assert told["events"] == told["cases"] == told["of_this_sitting"] == told["signatures"] == NUMBER
    assert told["states"] == {"done": NUMBER}
    assert decided < MOST_SECONDS
