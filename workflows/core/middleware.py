"""The door's answers as pages: whatever a view does not answer itself becomes a calm Chinese page."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template import loader

from registry.policies import NoPolicy

from .door import is_transient
from .refusals import NotFound, NotYours, Overtaken, Refused
from .requests import wants_json

BUSY = "现在办理的人太多，刚才的操作没有提交，什么都没有改变。请稍后再点一次。"
RETRY_SECONDS = 5


def busy(request: HttpRequest) -> HttpResponse:
    """All tries of a busy database are used up: a page that asks the database for nothing. Status 503."""
    if wants_json(request):
        response: HttpResponse = JsonResponse({"error": BUSY}, status=503)
    else:
        page = loader.render_to_string("503.html", {"demo": settings.DEMO, "text": BUSY})
        response = HttpResponse(page, status=503)
    response["Retry-After"] = str(RETRY_SECONDS)
    response["Cache-Control"] = "no-store"
    return response


class DoorAnswers:
    """Refused → 422, NotYours → 403, NotFound → 404, Overtaken → 409, a database that stays busy → 503."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, NotFound):
            raise Http404(str(error)) from error
        if isinstance(error, OperationalError) and is_transient(error):
            return busy(request)
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
