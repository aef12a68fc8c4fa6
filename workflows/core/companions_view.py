"""催办, 抄送, 关注 of one case: a page of its own, so that the case's page asks nothing for it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from .actions import ACTIONS
from .clock import now
from .companions import CopyForm
from .desk_view import errors_of, refusal_rows, visible_case
from .door import perform
from .models import CaseReader
from .procedure import open_tasks
from .refusals import Refused
from .requests import actor_of, office_page
from .standing_in import heads_here

WAYS = ("desk.urge", "desk.copy", "desk.follow", "desk.unfollow")


@office_page
def companions(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Who has the paper, who reads it beside, and what one may do about it without deciding."""
    actor = actor_of(request)
    case = visible_case(actor, pk)
    refused: list[Any] = []
    code = request.POST.get("action", "")
    form = CopyForm(request.POST if code == "desk.copy" else None)
    if request.method == "POST":
        if code not in WAYS:
            raise Http404
        try:
            perform(code, case, actor, request.POST, at=now())
        except Refused as error:
            refused = list(error.refusals)
        else:
            messages.success(request, ACTIONS.recorded(code))
            response = redirect("companions", pk)
            response.status_code = 303
            return response
    readers = list(CaseReader.objects.filter(case=case).select_related("user", "copied_by").order_by("pk"))
    mine = next((each for each in readers if actor.user and each.user_id == actor.user.pk), None)
    tasks = open_tasks(case)
    context = {
        "title": f"{case.title}：催办、抄送、关注",
        "back_url": reverse("case", args=[pk]),
        "reassign_url": reverse("reassign", args=[pk])
        if any(heads_here(actor, task.office_id) for task in tasks)
        else "",
        "refusals": refusal_rows(refused),
        "refusal_title": "还不能办理" if refused else "",
        "fields": form.rows(errors_of(refused)),
        "desks": [
            {"what": task.flow_task.task_title, "who": task.owner.name if task.owner else "还没有人领取"}
            for task in tasks
        ],
        "copied": [
            {"who": each.user.name, "by": each.copied_by.name, "at": each.at} for each in readers if each.copied_by
        ],
        "following": mine is not None and mine.copied_by_id is None,
        "may_follow": mine is None,
        "open": bool(tasks) and case.submitted_at is not None,
    }
    return render(request, "desk/companions.html", context, status=422 if refused else 200)
