"""Programs outside Python that some tests need: skipped where they are missing, failed in CI."""

import os
import shutil
from collections.abc import Callable
from typing import NoReturn

import pytest

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
