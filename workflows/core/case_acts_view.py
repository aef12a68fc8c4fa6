"""What is posted to a case as a whole, by whoever reads it: 撤回, 作废, a remark with its file, one number in full."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import redirect

from .actions import ACTIONS
from .clock import now
from .desk_view import show_case, typed_by, visible_case
from .door import perform
from .models import Case
from .procedure import open_tasks
from .refusals import Refused
from .requests import actor_of, office_page, wants_json


@office_page
def case_action(request: HttpRequest, pk: int) -> HttpResponseBase:
    """撤回, 作废, 申报回避: acts on the case as a whole."""
    found = visible_case(actor_of(request), pk)
    if request.method != "POST":
        return redirect("case", pk)
    typed = typed_by(request)
    code = str(typed.get("action", ""))
    try:
        outcome = perform(
            code,
            found,
            actor_of(request),
            {**typed, "relation": typed["reason"]},
            str(typed.get("seen", "")),
            at=now(),
        )
    except Refused as error:
        return show_case(request, visible_case(actor_of(request), pk), status=422, refusals=error.refusals, typed=typed)
    messages.success(request, ACTIONS.recorded(code))
    # An act that opens another case leads there.
    opened = outcome.result if isinstance(outcome.result, Case) else None
    response = redirect("task", open_tasks(opened)[0].pk) if opened is not None else redirect("case", pk)
    response.status_code = 303
    return response


@office_page
def comment(request: HttpRequest, pk: int) -> HttpResponseBase:
    found = visible_case(actor_of(request), pk)
    if request.method != "POST":
        return redirect("case", pk)
    try:
        perform("desk.comment", found, actor_of(request), request.POST, at=now(), files=request.FILES)
    except Refused as error:
        return show_case(
            request, found, status=422, refusals=error.refusals, typed={"text": request.POST.get("text", "")}
        )
    messages.success(request, "留言已发出。")
    response = redirect("case", pk)
    response.status_code = 303
    return response


@office_page
def unmask(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Show one number in full, once: asked for with a reason, written on the trail before it is shown."""
    found = visible_case(actor_of(request), pk)
    if request.method != "POST":
        return redirect("case", pk)
    name = request.POST.get("field", "")
    reason = request.POST.get(f"reason_{name}", request.POST.get("reason", ""))
    try:
        outcome = perform("desk.unmask", found, actor_of(request), {"reason": reason, "field": name}, at=now())
    except Refused as error:
        return show_case(request, found, status=422, refusals=error.refusals)
    value = outcome.result.get(name, "")
    if wants_json(request):
        return JsonResponse({"value": value})
    return show_case(request, visible_case(actor_of(request), pk), full={name: value})
