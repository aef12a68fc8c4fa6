"""请假: the list, the page on which a leave is begun, and the way to the desk where it ends."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import get_random_string

from registry.roles import Role
from workflows.core.actors import Actor
from workflows.core.case_list import case_list
from workflows.core.clock import now
from workflows.core.desk_view import errors_of, refusal_rows
from workflows.core.door import perform
from workflows.core.models import Case
from workflows.core.procedure import open_tasks
from workflows.core.refusals import Refusal, Refused
from workflows.core.requests import actor_of, office_page, row_number

from ..models import AT_WORK, Leave, LeaveState, Tenure, TenureState
from ..people.ways_on import register_ways_on
from .flow_v1 import LeaveFlow

OPENERS = (Role.VILLAGE_CLERK,)


@office_page
def leaves(request: HttpRequest) -> HttpResponseBase:
    """All leaves one may see, newest first."""
    context = case_list(request, LeaveFlow, Leave.objects.all(), url_name="leaves", states=LeaveState.choices)
    context["can_open"] = actor_of(request).holds(OPENERS) is not None
    return render(request, "leaves/leaves.html", context)


def at_work_in_own_villages(actor: Actor) -> QuerySet[Tenure]:
    """Whom this person may write a slip for."""
    villages = [each.organisation_id for each in actor.appointments if each.role in OPENERS]
    found = Tenure.objects.filter(village__in=villages, state__in=AT_WORK).select_related("worker", "village", "post")
    return found.order_by("village", "worker__name", "pk")


@register_ways_on
def leave_button(actor: Actor, tenure: Tenure) -> list[dict[str, str]]:
    """请假 or 销假 on the person's page."""
    if tenure.state not in AT_WORK or not actor.appointment_for(tenure.village_id, Role.VILLAGE_CLERK):
        return []
    if tenure.state == TenureState.ON_LEAVE:
        return [{"label": "销假", "url": reverse("leave_return", args=[tenure.pk])}]
    return [{"label": "请假", "url": f"{reverse('leave_new')}?tenure={tenure.pk}"}]


@office_page
def leave_new(request: HttpRequest) -> HttpResponseBase:
    """Who asks for leave: one choice, then the slip is filled in at the clerk's desk."""
    actor = actor_of(request)
    if actor.holds(OPENERS) is None:
        raise Http404
    people = list(at_work_in_own_villages(actor))
    wanted = row_number(request.POST.get("tenure") or request.GET.get("tenure"))
    if request.method != "POST":
        return _show(request, people, wanted, [])
    tenure = next((each for each in people if each.pk == wanted), None)
    if tenure is None:
        chosen = Refusal("nobody", "请选择给谁请假。", "《办法》第四条", "tenure")
        return _show(request, people, wanted, [chosen], status=422)
    try:
        outcome = perform("leaves.open", tenure, actor, {"opening_key": request.POST.get("opening_key", "")}, at=now())
    except Refused as error:
        return _show(request, people, wanted, list(error.refusals), status=422)
    case: Case = outcome.result
    messages.success(request, "请写明事由和日期，请本人签字。")
    response = redirect("task", open_tasks(case)[0].pk)
    response.status_code = 303
    return response


def _show(
    request: HttpRequest, people: list[Tenure], wanted: int | None, refusals: list[Refusal], status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {
        "title": "新请假单",
        "people": [
            {
                "value": tenure.pk,
                "label": f"{tenure.worker.name}（{tenure.village.name}{tenure.post.type_name if tenure.post else ''}）",
                "selected": tenure.pk == wanted,
            }
            for tenure in people
        ],
        "error": errors_of(refusals).get("tenure", ""),
        "opening_key": request.POST.get("opening_key") or get_random_string(32),
        "refusals": refusal_rows(refusals),
        "refusal_title": f"还不能填写，请先改好{len(refusals)}处" if refusals else "",
    }
    return render(request, "leaves/leave_new.html", context, status=status)


@office_page
def leave_return(request: HttpRequest, pk: int) -> HttpResponseBase:
    """To the desk where the running leave of this tenure waits for the coming back."""
    actor = actor_of(request)
    visible = Q(case__in=Case.objects.visible_to(actor))
    running = Leave.objects.filter(visible, tenure=pk, state=LeaveState.APPROVED).select_related("case")
    leave = running.order_by("first_on", "pk").first()
    if leave is None:
        raise Http404
    (task,) = open_tasks(leave.case)
    mine = actor.appointment_for(task.office_id or 0, task.office_role) is not None
    return redirect("task", task.pk) if mine else redirect("case", leave.case.pk)
