"""Programs outside Python that some tests need: skipped where they are missing, failed in CI."""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import NoReturn

import pytest
from playwright.sync_api import Browser, sync_playwright

TOOLS = {
    "chromium": ("chromium", "chromium-browser", "google-chrome"),
    "libreoffice": ("soffice", "libreoffice"),
    "pdftoppm": ("pdftoppm",),
}


def missing(what: str) -> NoReturn:
    """Skips the test, or fails it in CI: there, something that is not tested must not look green."""
    message = f"本机没有 {what}，此项未测试（{what} is not installed）"
    if os.environ.get("CI") == "true":
        pytest.fail(message, pytrace=False)
    pytest.skip(message)


@pytest.fixture(scope="session")
def need_tool() -> Callable[[str], str]:
    """need_tool("chromium" | "libreoffice" | "pdftoppm") gives the program's path, or skips (CI: fails)."""

    def find(tool: str) -> str:
        for command in TOOLS[tool]:
            if path := shutil.which(command):
                return path
        missing(tool)

    return find


@pytest.fixture(scope="session")
def chromium(need_tool: Callable[[str], str]) -> Iterator[Browser]:
    """The one browser of a test process: a second sync_playwright() beside it would refuse to start."""
    program = need_tool("chromium")
    with pytest.MonkeyPatch.context() as environment, sync_playwright() as playwright:
        # Playwright's own loop runs in this thread; nothing of the test's database is asynchronous.
        environment.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()
