"""离岗: the list, and the page on which an exit is begun."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from registry.policies import policy_on
from workflows.core.actors import Actor
from workflows.core.case_list import case_list
from workflows.core.clock import now, today
from workflows.core.desk_view import errors_of, refusal_rows
from workflows.core.door import perform
from workflows.core.opening import opener
from workflows.core.procedure import open_tasks
from workflows.core.refusals import Refusal, Refused
from workflows.core.requests import actor_of, office_page
from workflows.employment.models import LASTING, EndReason, Tenure, TenureState
from workflows.employment.people.ways_on import register_ways_on

from .actions import TOWNSHIP_OPENERS, running_exit
from .documents import OPENERS
from .facts import prospect_of
from .flow_v1 import ExitFlow
from .grounds import GROUNDS, KIND_WORDS
from .models import Termination, TerminationState


@office_page
def exits(request: HttpRequest) -> HttpResponseBase:
    """All exits one may see, newest first."""
    rows = Termination.objects.all()
    context = case_list(request, ExitFlow, rows, url_name="exits", states=TerminationState.choices)
    return render(request, "terminations/exits.html", context)


def may_open(actor: Actor, tenure: Tenure) -> bool:
    """Whether this person may begin the exit of that tenure."""
    own = opener(actor, tenure.village_id, OPENERS) or opener(actor, tenure.township_id, TOWNSHIP_OPENERS)
    return own is not None


@register_ways_on
def exit_button(actor: Actor, tenure: Tenure) -> list[dict[str, str]]:
    """办理离岗 on the person's page."""
    if not may_open(actor, tenure):
        return []
    return [{"label": "办理离岗", "url": reverse("exit_new", args=[tenure.pk])}]


@office_page
def exit_new(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Why somebody leaves: one choice, then the paper is filled in at the village's desk."""
    actor = actor_of(request)
    tenure = Tenure.objects.select_related("worker", "village", "post").filter(pk=pk).first()
    if tenure is None or not may_open(actor, tenure):
        raise Http404
    running = running_exit(tenure)
    if running is not None:
        return redirect("case", running.case.pk)
    if request.method != "POST":
        return _show(request, tenure, [])
    data = {"reason": request.POST.get("reason", ""), "opening_key": request.POST.get("opening_key", "")}
    try:
        case = perform("terminations.open", tenure, actor, data, at=now()).case
    except Refused as error:
        return _show(request, tenure, list(error.refusals), status=422)
    if case is None:
        raise LookupError("an exit was opened without a case")
    messages.success(request, "已开始办理离岗，请写明事实和证据。")
    (task,) = open_tasks(case)
    mine = actor.appointment_for(task.office_id or 0, task.office_role) is not None
    response = redirect("task", task.pk) if mine else redirect("case", case.pk)
    response.status_code = 303
    return response


def _by_itself(tenure: Tenure) -> str:
    """Why it has run out, for a tenure that waits to be settled: the choice then stands there already."""
    if tenure.state != TenureState.EXPIRED:
        return ""
    on = today()
    return prospect_of(tenure, policy_on(tenure.county, on), on).last.reason


def _show(request: HttpRequest, tenure: Tenure, refusals: list[Refusal], status: int = 200) -> HttpResponse:
    chosen = request.POST.get("reason", "") or _by_itself(tenure)
    pending = tenure.state == TenureState.PENDING
    fitting = [
        ground
        for ground in GROUNDS.values()
        if (bool(ground.outside) if pending else ground.reason != EndReason.NOT_STARTED)
    ]
    groups: dict[str, list[dict[str, Any]]] = {}
    for ground in fitting:
        groups.setdefault(ground.kind_word, []).append(
            {
                "value": ground.reason,
                "label": EndReason(ground.reason).label,
                "words": ground.words,
                "checked": ground.reason == chosen,
            }
        )
    order = [KIND_WORDS[kind] for kind in KIND_WORDS if KIND_WORDS[kind] in groups]
    context = {
        "title": f"{tenure.worker.name}离岗",
        "where": f"{tenure.village.name}{tenure.post.type_name if tenure.post else ''}",
        "groups": [{"kind": kind, "grounds": groups[kind]} for kind in order],
        "opening_key": f"exit-{tenure.pk}-{request.user.pk}-{now():%Y%m%d%H%M%S%f}",
        "back_url": reverse("worker", args=[tenure.worker_id]),
        "lasts": tenure.state in LASTING,
        "error": errors_of(refusals).get("reason", ""),
        "refusals": refusal_rows(refusals),
        "refusal_title": f"还不能办理，请先改好{len(refusals)}处" if refusals else "",
    }
    return render(request, "terminations/exit_new.html", context, status=status)
