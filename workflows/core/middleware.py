"""The door's answers as pages: whatever a view does not answer itself becomes a calm Chinese page."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from registry.policies import NoPolicy

from .refusals import NotFound, NotYours, Overtaken, Refused


class DoorAnswers:
    """Refused → 422, NotYours → 403, NotFound → 404, Overtaken → 409."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, NotFound):
            raise Http404(str(error)) from error
        if isinstance(error, NotYours):
            return render(request, "403.html", {"exception": str(error)}, status=403)
        if isinstance(error, Overtaken):
            return render(request, "desk/conflict.html", {"text": str(error), "url": error.url}, status=error.status)
        if isinstance(error, (Refused, NoPolicy)):
            refusals = (
                [{"message": r.message, "basis": r.basis, "anchor": ""} for r in error.refusals]
                if isinstance(error, Refused)
                else [{"message": str(error), "basis": "", "anchor": ""}]
            )
            return render(request, "desk/refused.html", {"refusals": refusals}, status=422)
        return None
