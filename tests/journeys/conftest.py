"""The product in a real browser: one browser for all stories, the server inside the test, so that the cast's county
and the clock of the story hold for both.

The server shares the test's own database connection (nothing is ever committed), one request at a time.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from socketserver import ThreadingMixIn
from threading import Lock, Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.wsgi import get_wsgi_application
from django.db import connections
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.fixtures import Settings
from time_machine import travel

from tests.cast import AFTERNOON, Cast, browser_of
from tests.core.conftest import cast
from tests.core.test_access_matrix import waiting

__all__ = ["cast", "waiting"]

DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
SCREENS = {"desk": DESK, "phone": PHONE}
PATIENCE_MS = 15_000
expect.set_options(timeout=PATIENCE_MS)  # a machine that makes PDFs beside the browser is slow now and then
# Everything one may press or fill in, except links inside a sentence: those may be as small as their line.
SMALL_TARGETS = """() => [
    ...document.querySelectorAll("a, button, summary, input:not([type=hidden]), select, textarea"),
  ].filter((each) => {
    const box = (each.closest("label") || each).getBoundingClientRect();
    const style = getComputedStyle(each);
    const hidden = !box.width || !box.height || style.visibility === "hidden" || !each.checkVisibility();
    const inText = each.matches("a") && each.closest("p, li, dd, cite") && style.display === "inline";
    return !hidden && !inText && !each.closest(".sr, .skip") && box.height < 43.5;
  }).map((each) => `${each.tagName} ${(each.textContent || each.name).trim().slice(0, 24)}`)"""


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, *args: Any) -> None:
        pass


class _OneByOne:
    """Browsers ask for many things at once; the test's one connection, lent to each thread, answers one at a time."""

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self.application = application
        self.lock = Lock()
        self.connection = connections["default"]

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        with self.lock:
            connections["default"] = self.connection
            answer = self.application(environ, start_response)
            try:
                return list(answer)
            finally:
                close = getattr(answer, "close", None)
                if close is not None:
                    close()


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The address of the product; it sees whatever the running test has in its database."""
    application = StaticFilesHandler(get_wsgi_application())
    with make_server("127.0.0.1", 0, _OneByOne(application), _Server, _Quiet) as made:
        thread = Thread(target=made.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{made.server_port}"
        made.shutdown()
        thread.join()


@dataclass
class Office:
    """The county at work: everybody with a browser of their own."""

    server: str
    chromium: Browser
    cast: Cast
    contexts: list[BrowserContext] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def somebody(self, **screen: Any) -> Page:
        """A browser in which nobody is logged in."""
        context = self.chromium.new_context(base_url=self.server, locale="zh-CN", **screen)
        context.set_default_timeout(PATIENCE_MS)
        self.contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: self._complain(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page

    def of(self, part: str, **screen: Any) -> Page:
        """The browser of that person of the cast, logged in."""
        client = browser_of(self.cast.people[part])
        page = self.somebody(**screen)
        page.context.add_cookies(
            [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": self.server}]
        )
        return page

    def _complain(self, text: str) -> None:
        # What the story itself asked for: a refused form, a page that is not there, a broken line.
        if not text.startswith("Failed to load resource: ") or "500" in text:
            self.complaints.append(text)


@pytest.fixture
def office(cast: Cast, chromium: Browser, server: str, settings: Settings) -> Iterator[Office]:
    """The practice county in the afternoon of the story's day; a complaint of any page fails the test."""
    settings.DEMO = True
    opened = Office(server, chromium, cast)
    connections["default"].inc_thread_sharing()
    with travel(AFTERNOON, tick=True):
        yield opened
        for context in opened.contexts:
            context.close()
    connections["default"].dec_thread_sharing()
    assert opened.complaints == []


def faults(page: Page) -> list[str]:
    """What axe finds, what must be pushed sideways, and on a phone what a finger misses."""
    found = [
        f"{violation['id']}: {node['html'][:200]}"
        for violation in Axe().run(page).response["violations"]
        for node in violation["nodes"]
    ]
    beyond = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    if beyond > 0:
        found.append(f"{beyond} px beyond the edge")
    viewport = page.viewport_size
    if viewport is not None and viewport["width"] < 780:
        found += [f"too small for a finger: {each}" for each in page.evaluate(SMALL_TARGETS)]
    return found
