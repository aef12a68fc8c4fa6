"""Every page of every role, at a desk and on a phone: reachable by all, nothing cut off, with its help in place."""

import re

import pytest
from playwright.sync_api import expect

from tests.cast import browser_of
from tests.core.access_pages import PAGES, PARTS
from tests.core.access_subjects import url_of
from tests.journeys.conftest import SCREENS, Office, faults
from workflows.core.models import Case

pytestmark = [pytest.mark.django_db, pytest.mark.browser, pytest.mark.xdist_group("browser")]

_WORDS = re.compile(r">[^<]+<|\d+|value=\"[^\"]*\"|href=\"[^\"]*\"")


@pytest.mark.parametrize("name", [name for name, who in PAGES.items() if 200 in who])
def test_everybody_can_use_the_page(name: str, office: Office, waiting: Case) -> None:
    url = url_of(name, office.cast, waiting)
    seen = set()
    for part, expected in zip(PARTS, PAGES[name], strict=True):
        answer = browser_of(office.cast.people[part]).get(url) if expected == 200 else None
        if answer is None or not answer["Content-Type"].startswith("text/html"):
            continue
        shape = shape_of(answer.content.decode())
        if shape in seen:
            continue
        seen.add(shape)
        page = office.of(part, **SCREENS["phone"])
        page.goto(url)
        expect(page.get_by_text("练习用演示县").first).to_be_visible()
        assert faults(page) == [], (part, "phone")
        page.set_viewport_size(SCREENS["desk"]["viewport"])
        page.evaluate("document.querySelectorAll('details:not(.reason, .unmask)').forEach((d) => { d.open = true; })")
        if page.locator(".bar").count():
            lines = page.locator(".help__box ol > li").all_inner_texts()
            assert 2 <= len(lines) <= 6, (part, lines)
            assert all(line.endswith("。") for line in lines), lines
        assert faults(page) == [], (part, "desk, everything open")
        page.context.close()


def shape_of(page: str) -> str:
    """The same tags and classes with other words: axe would find the same again."""
    body = page[page.find("<main") :]
    return _WORDS.sub("", body)
