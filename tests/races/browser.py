"""A plain HTTP client with cookies: reads the hidden fields of a page and sends them back, as a browser does."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from html import unescape
from http.client import HTTPException
from http.cookiejar import CookieJar
from urllib.parse import urlencode

PATIENCE_SECONDS = 60
HIDDEN = re.compile(r'<input[^>]*type="hidden"[^>]*>')


@dataclass(frozen=True)
class Page:
    """An answer of the server; `status` 0 when the connection broke."""

    status: int
    text: str
    url: str = ""

    def hidden(self) -> dict[str, str]:
        fields: dict[str, str] = {}
        for tag in HIDDEN.findall(self.text):
            told = {name: unescape(value) for name, value in re.findall(r'(\w+)="([^"]*)"', tag)}
            fields.setdefault(told.get("name", ""), told.get("value", ""))
        return fields


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """A 303 is the answer that counts; where it leads is not asked."""

    def redirect_request(self, *args: object) -> None:
        return None


@dataclass
class Browser:
    """One person at one server."""

    server: str
    jar: CookieJar = field(default_factory=CookieJar)

    @classmethod
    def logged_in(cls, server: str, username: str, password: str) -> Browser:
        browser = cls(server)
        page = browser.get("/login/")
        answer = browser.post("/login/", {**page.hidden(), "username": username, "password": password})
        assert answer.status == 302, answer.text
        return browser

    def get(self, path: str) -> Page:
        return self._ask(urllib.request.Request(f"{self.server}{path}"))

    def post(self, path: str, data: dict[str, str]) -> Page:
        return self._ask(urllib.request.Request(f"{self.server}{path}", urlencode(data).encode()))

    def _ask(self, request: urllib.request.Request) -> Page:
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar), NoRedirect)
        try:
            with opener.open(request, timeout=PATIENCE_SECONDS) as answer:
                return Page(answer.status, answer.read().decode(), answer.url)
        except urllib.error.HTTPError as error:
            return Page(error.code, error.read().decode(), error.headers.get("Location", ""))
        except (urllib.error.URLError, HTTPException, OSError):
            return Page(0, "")
