"""An initial password, set by somebody else, opens only the page where it is replaced."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse


class OwnPasswordFirstMiddleware:
    """Leads everybody with `must_change_password` to the password page, whatever they ask for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if getattr(request.user, "must_change_password", False):
            page = reverse("password_change")
            if request.path not in (page, reverse("logout")):
                return redirect(page)
        return self.get_response(request)
