"""A browser that is shown pages without a server: what it asks for is answered from a table."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route

STATIC = Path("project/static")
ORIGIN = "http://desk.test"
KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


class Desk:
    """One tab at the origin of the desk; `pages` by path, `asked` every other request, `answer` what it gets."""

    def __init__(self, tab: Page) -> None:
        self.tab = tab
        self.pages: dict[str, str] = {}
        self.asked: list[tuple[str, str, str]] = []
        self.answer: Callable[[Route], None] = lambda route: route.fulfill(status=204)
        tab.route("**/*", self._serve)

    def open(self, html: str, path: str = "/page/") -> Page:
        self.pages[path] = html
        self.tab.goto(ORIGIN + path)
        return self.tab

    def _serve(self, route: Route) -> None:
        path = route.request.url.removeprefix(ORIGIN).split("#")[0]
        file = STATIC / path.removeprefix("/static/")
        if route.request.method == "GET" and path in self.pages:
            route.fulfill(body=self.pages[path], content_type="text/html; charset=utf-8")
        elif path.startswith("/static/") and file.is_file():
            route.fulfill(body=file.read_bytes(), content_type=KINDS[file.suffix])
        elif path.endswith(".css"):
            route.fulfill(body=self.pages.get(path, ""), content_type="text/css")
        else:
            self.asked.append((route.request.method, path, route.request.post_data or ""))
            self.answer(route)


@pytest.fixture
def desk(chromium: Browser) -> Iterator[Desk]:
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN")
    yield Desk(context.new_page())
    context.close()
