"""From a request to an actor: looked up once, on the day of the request."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.views.decorators.cache import never_cache

from registry.models import User

from .actors import Actor
from .clock import today


def actor_of(request: HttpRequest) -> Actor:
    """The person behind the request with the appointments of today (no query of its own: they come with the login)."""
    actor: Actor | None = getattr(request, "_actor", None)
    if actor is None:
        user: User = request.user  # type: ignore[assignment]
        day, held = getattr(user, "held", (None, ()))
        actor = Actor.holding(user, held) if day == today() else Actor.of(user, today())
        request._actor = actor  # type: ignore[attr-defined]
    return actor


def office_page(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A page of the office: only after login, never from a cache (personal data)."""

    @wraps(view)
    @never_cache
    @login_required
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, **kwargs)

    return page


def wants_json(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")


def row_number(typed: object) -> int | None:
    """A row's number as a browser sent it; None for anything that cannot be one."""
    text = str(typed or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None


def see_other(url: str) -> HttpResponse:
    """The answer to a form that was taken: go and look (303)."""
    response = HttpResponseRedirect(url)
    response.status_code = 303
    return response
