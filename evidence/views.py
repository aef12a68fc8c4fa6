"""The public check of a printed page: no login, nothing but what the holder of the paper may know."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from forms_templates.codes import spaced, typed_code

from .limits import LOOKS, count_wrong_code, guesses_too_often, network_of
from .printed_page import page_of


@never_cache
def check(request: HttpRequest) -> HttpResponseBase:
    """Where a code is typed that cannot be scanned."""
    typed = request.GET.get("code", "").strip()
    if not typed:
        return render(request, "evidence/check.html")
    code = typed_code(typed)
    if code:
        return redirect("checked", code)
    return _answer(request, {"typed": typed[:30], "slip": True}, status=422)


@never_cache
def checked(request: HttpRequest, code: str) -> HttpResponseBase:
    """Genuine or not, and whether it still counts."""
    address = _address_of(request)
    if guesses_too_often(address) or LOOKS.is_reached(address):
        return _answer(request, {"too_often": True}, status=429)
    LOOKS.count(address)
    known = typed_code(code)
    page = page_of(known) if known else None
    if page is None:
        count_wrong_code(address)
        return _answer(request, {"unknown": True, "typed": spaced(known) if known else code[:30]}, status=404)
    return _answer(request, {"paper": page, "code": spaced(known)}, status=200)


def _answer(request: HttpRequest, context: dict[str, object], status: int) -> HttpResponse:
    response = render(request, "evidence/check.html", context, status=status)
    response["X-Robots-Tag"] = "noindex"
    return response


def _address_of(request: HttpRequest) -> str:
    """Behind our own https proxy every request comes from the proxy: it names the address it saw itself, last."""
    if settings.HTTPS and (forwarded := request.headers.get("X-Forwarded-For")):
        return network_of(forwarded.rsplit(",", 1)[-1].strip())
    return network_of(str(request.META.get("REMOTE_ADDR", "")))
