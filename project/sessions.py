"""Ends a session that nobody used for half an hour, without writing it at every click."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

REFRESH_SECONDS = 60
_KEY = "used_at"


class IdleTimeoutMiddleware:
    """Pushes the expiry of a logged-in session forward, at most once a minute.

    SESSION_SAVE_EVERY_REQUEST would take SQLite's only write lock for every page that is merely read.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            seconds = int(timezone.now().timestamp())
            if seconds - request.session.get(_KEY, 0) >= REFRESH_SECONDS:
                request.session[_KEY] = seconds
        return self.get_response(request)
