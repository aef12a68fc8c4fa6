"""The blank form of a flow: nothing is stored before 保存草稿 or 提交; handing in is opening and submitting at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import get_random_string

from registry.roles import Role

from .actions import ACTIONS
from .case_forms import form_on_page
from .clock import now
from .desk_view import checks_summary, css_url_of, errors_of, refusal_rows, typed_by
from .door import Step, perform_together
from .paperwork import Page
from .procedure import Procedure, open_tasks
from .refusals import Overtaken, Refusal, Refused
from .requests import actor_of, wants_json
from .seen import seen_of


@dataclass(frozen=True)
class NewCase:
    """How a flow is begun on the screen: its actions, its address, who begins it, and its words."""

    flow: type[Procedure]
    title: str
    url_name: str
    opens: str
    saves: str
    submits: str
    submit_label: str
    checked_when: str = "填好以后自动核对"
    openers: tuple[Role, ...] = (Role.VILLAGE_CLERK,)


def own_village(request: HttpRequest, openers: tuple[Role, ...] = (Role.VILLAGE_CLERK,)) -> Any:
    """The village where the person holds one of these roles (the one asked for, when there are several); else 404."""
    actor = actor_of(request)
    villages = [each.organisation for each in actor.appointments if each.role in openers]
    wanted = request.POST.get("village") or request.GET.get("village")
    if wanted:
        villages = [village for village in villages if str(village.pk) == wanted]
    if not villages:
        raise Http404
    return villages[0]


def new_case(request: HttpRequest, new: NewCase) -> HttpResponseBase:
    """GET shows the blank form, POST saves the draft or hands it in."""
    village = own_village(request, new.openers)
    if request.method != "POST":
        page = Page(actor=actor_of(request), at=now(), village=village)
        return _show(request, new, page, get_random_string(32))
    typed = typed_by(request)
    if typed.get("action") not in (new.saves, new.submits):
        raise Http404
    opening_key = str(typed.get("seen") or get_random_string(32))
    page = Page(actor=actor_of(request), at=now(), village=village, typed=typed)
    steps = [Step(new.opens, village, {**typed, "opening_key": opening_key})]
    if typed.get("action") == new.submits:
        steps.append(Step(new.submits, None, typed, files=request.FILES))
    try:
        outcomes = perform_together(steps, page.actor, at=page.at)
    except Refused as error:
        page.errors = errors_of(error.refusals)
        return _show(request, new, page, opening_key, refusals=list(error.refusals), status=422)
    except Overtaken as error:
        if wants_json(request):
            return JsonResponse({"error": str(error), "url": error.url}, status=409)
        raise
    case = outcomes[0].result
    if wants_json(request):
        return _saved(case, page)
    if len(steps) == 2:
        number = outcomes[-1].case.number  # type: ignore[union-attr]
        messages.success(request, ACTIONS.recorded(new.submits, number))
        response = redirect("case", case.pk)
    else:
        messages.success(request, "草稿已保存。")
        response = redirect("task", open_tasks(case)[0].pk)
    response.status_code = 303
    return response


def _saved(case: Any, page: Page) -> JsonResponse:
    task = open_tasks(case)[0]
    return JsonResponse(
        {
            "seen": seen_of(task, case),
            "saved_at": f"{timezone.localtime(page.at):%H:%M}",
            "action_url": reverse("task", args=[task.pk]),
        }
    )


def _show(
    request: HttpRequest,
    new: NewCase,
    page: Page,
    opening_key: str,
    *,
    refusals: list[Refusal] | None = None,
    status: int = 200,
) -> HttpResponse:
    paperwork = new.flow.paperwork
    checks = paperwork.checks(page)
    say_title, say_text = paperwork.consequence(page)
    refusals = refusals or []
    context = {
        "title": new.title,
        "state": {"kind": "", "label": "草稿"},
        "sheet": paperwork.sheet(page),
        "sheet_css_url": css_url_of(form_on_page(paperwork.form, page)),
        "seen": opening_key,
        "hidden": [{"name": "village", "value": page.village.pk}],
        "action_url": reverse(new.url_name),
        "refusals": refusal_rows(refusals),
        "refusal_title": f"还不能提交，请先改好{len(refusals)}处" if refusals else "",
        "checks": checks,
        "checks_summary": checks_summary(checks) or new.checked_when,
        "checks_hint": paperwork.checks_hint,
        "steps": [
            {
                "name": desk.name_lines,
                "status": "now" if number == 0 else "next",
                "who": page.actor.name if number == 0 else "",
                "when": "填写中" if number == 0 else "",
            }
            for number, desk in enumerate(desk for desk in new.flow.desks() if not desk.by_exception)
        ],
        "side_panels": paperwork.side_panels(page),
        "buttons": [
            {"value": new.saves, "label": "保存草稿", "weight": "plain", "name": "action"},
            {"value": new.submits, "label": new.submit_label, "weight": "primary", "name": "action"},
        ],
        "say_title": say_title,
        "say_text": say_text,
        "help": paperwork.help(page),
        "check_url": paperwork.check_url(page),
        "autosave_url": reverse(new.url_name),
        "comment": {"can": False},
    }
    return render(request, "desk/apply.html", context, status=status)
