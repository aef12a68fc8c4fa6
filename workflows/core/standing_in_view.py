"""委托代理 on the screen: who stands in for whom, and what deputies did; 转办 of one paper."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from registry.models import Appointment, Delegation
from registry.roles import OrganisationKind, Role

from .actions import ACTIONS
from .actors import Actor
from .clock import now, today
from .deputies import people_at
from .desk_view import errors_of, refusal_rows, visible_case
from .door import Step, perform, perform_together
from .guards import chinese
from .models import DeskTask
from .procedure import open_tasks
from .refusals import Refused
from .requests import actor_of, office_page, row_number
from .standing_in import MAY_SEE_ALL, NOT_DELEGATED, DelegationForm, may_reassign

PAGE = 30


class ChosenDelegationForm(DelegationForm):
    field_order = ("appointment", "deputy", "from_on", "to_on", "reason")

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = forms.ChoiceField(label="委托哪个岗位", choices=choices)
        self.fields["appointment"] = field
        self.speak(field)
        self.order_fields(self.field_order)


def may_delegate(actor: Actor) -> list[Appointment]:
    """One's own appointments first, then those of the offices one heads (one query)."""
    own = [each for each in actor.own_appointments if each.role not in NOT_DELEGATED]
    heads = {
        OrganisationKind.VILLAGE: Role.VILLAGE_HEAD,
        OrganisationKind.TOWNSHIP: Role.TOWNSHIP_REVIEWER,
    }
    headed = [each.organisation_id for each in own if heads.get(OrganisationKind(each.organisation.kind)) == each.role]
    if not headed:
        return own
    others = Appointment.objects.in_force(today()).filter(organisation__in=headed).exclude(user=actor.user)
    others = others.exclude(role__in=[*NOT_DELEGATED, *heads.values()])
    return [*own, *others.select_related("user", "organisation").order_by("organisation_id", "role", "pk")]


@office_page
def delegations(request: HttpRequest) -> HttpResponseBase:
    """Who stands in for me and for whom I stand in, and the form for a new one; the auditor sees the county's."""
    actor = actor_of(request)
    if not actor.appointments:
        raise Http404
    held = may_delegate(actor)
    choices = [(str(each.pk), _name_of(each, actor)) for each in held]
    own = [each for each in held if actor.user is not None and each.user_id == actor.user.pk]
    if len(own) > 1:
        choices.insert(0, ("all", "我的全部岗位"))
    posted = request.method == "POST" and bool(choices)
    first = today()
    form = ChosenDelegationForm(
        request.POST if posted else None, choices=choices, initial={"from_on": first, "to_on": first}
    )
    refused: list[Any] = []
    if posted and form.is_valid():
        chosen = own if form.cleaned_data["appointment"] == "all" else [
            each for each in held if str(each.pk) == form.cleaned_data["appointment"]
        ]  # fmt: skip
        try:
            perform_together([Step("desk.delegate", each, request.POST) for each in chosen], actor, at=now())
        except Refused as error:
            refused = list({refusal.message: refusal for refusal in error.refusals}.values())
        else:
            messages.success(request, "委托代理已登记，到期自动停止。")
            response = redirect("delegations")
            response.status_code = 303
            return response
    context = {
        "fields": form.rows(errors_of(refused)) if choices else [],
        "refusals": refusal_rows(refused),
        "refusal_title": f"还不能登记，请先改好{len(refused)}处" if refused else "",
        **_lists(actor, request),
    }
    return render(request, "desk/delegations.html", context, status=422 if posted else 200)


def _name_of(appointment: Appointment, actor: Actor) -> str:
    mine = actor.user is not None and appointment.user_id == actor.user.pk
    return f"{'' if mine else appointment.user.name + '：'}{appointment}"


def _lists(actor: Actor, request: HttpRequest) -> dict[str, Any]:
    overseer = actor.holds(MAY_SEE_ALL)
    concerns = Q(deputy=actor.user) | Q(appointment__user=actor.user) | Q(made_by=actor.user)
    concerned = Q(county=overseer.organisation.county) if overseer else concerns
    found = Delegation.objects.filter(concerned)
    if (before := row_number(request.GET.get("before"))) is not None:
        found = found.filter(pk__lt=before)
    rows = list(
        found.select_related("deputy", "made_by", "appointment__user", "appointment__organisation").order_by("-pk")[
            : PAGE + 1
        ]
    )
    me = actor.user.pk if actor.user else 0
    shown = [each for each in rows[:PAGE] if overseer or each.appointment.user_id == me]
    acts = DeskTask.objects.filter(
        owner__in=[each.deputy_id for each in shown],
        acted_as__in=[each.appointment_id for each in shown],
        finished__isnull=False,
    )
    done = acts.select_related("process", "owner", "acted_as__user").order_by("-finished", "-pk")[:PAGE]
    return {
        "rows": [_row(each, actor) for each in rows[:PAGE]],
        "done": [
            {
                "who": f"{task.owner.name} 代 {task.acted_as.user.name}" if task.owner and task.acted_as else "",
                "what": ACTIONS.told(task.outcome),
                "case": f"{task.process.title}（{task.process.number or '未编号'}）",
                "url": reverse("case", args=[task.process_id]),
                "at": task.finished,
            }
            for task in done
        ],
        "all": overseer is not None,
        "next_url": f"{reverse('delegations')}?before={rows[PAGE - 1].pk}" if len(rows) > PAGE else "",
        "total_text": "",
    }


def days_of(first: date, last: date) -> str:
    """2020年9月15日至9月18日: the year once where both have it, a single day once."""
    if first == last:
        return chinese(first)
    return (
        f"{chinese(first)}至{last.month}月{last.day}日"
        if first.year == last.year
        else f"{chinese(first)}至{chinese(last)}"
    )


def _row(delegation: Delegation, actor: Actor) -> dict[str, Any]:
    on = today()
    if delegation.ended_at is not None:
        ended = timezone.localtime(delegation.ended_at)
        state = {"kind": "ended", "label": f"{ended.month}月{ended.day}日提前结束"}
    elif delegation.to_on < on:
        state = {"kind": "ended", "label": "已到期"}
    elif delegation.from_on > on:
        state = {"kind": "", "label": "还没有开始"}
    else:
        state = {"kind": "mine", "label": "代理中"}
    running = delegation.ended_at is None and delegation.to_on >= on
    me = actor.user.pk if actor.user else 0
    return {
        "absent": delegation.appointment.user.name,
        "office": str(delegation.appointment),
        "deputy": delegation.deputy.name,
        "days": days_of(delegation.from_on, delegation.to_on),
        "reason": delegation.reason,
        "made_by": delegation.made_by.name,
        "state": state,
        "end_url": reverse("delegation_end", args=[delegation.pk])
        if running and me in (delegation.appointment.user_id, delegation.deputy_id, delegation.made_by_id)
        else "",
    }


@office_page
def delegation_end(request: HttpRequest, pk: int) -> HttpResponseBase:
    """End a delegation before its last day."""
    actor = actor_of(request)
    concerned = Q(deputy=actor.user) | Q(appointment__user=actor.user) | Q(made_by=actor.user)
    found = Delegation.objects.filter(concerned, pk=pk).first()
    if found is None:
        raise Http404
    if request.method == "POST":
        perform("desk.end_delegation", found, actor, {}, at=now())
        messages.success(request, "委托代理已结束。")
    response = redirect("delegations")
    response.status_code = 303
    return response


@office_page
def reassign(request: HttpRequest, pk: int) -> HttpResponseBase:
    """转办: the head chooses who of the office does this paper."""
    actor = actor_of(request)
    case = visible_case(actor, pk)
    tasks = [task for task in open_tasks(case) if may_reassign(actor, task) is not None]
    if not tasks:
        raise Http404
    refused: list[Any] = []
    if request.method == "POST":
        task = next((each for each in tasks if str(each.pk) == request.POST.get("task")), tasks[0])
        try:
            perform("desk.reassign", task, actor, request.POST, at=now())
        except Refused as error:
            refused = list(error.refusals)
        else:
            messages.success(request, "已转办，对方会收到消息。")
            response = redirect("case", pk)
            response.status_code = 303
            return response
    context = {
        "title": f"转办：{case.title}",
        "back_url": reverse("case", args=[pk]),
        "refusals": refusal_rows(refused),
        "refusal_title": "还不能转办" if refused else "",
        "tasks": [
            {
                "pk": task.pk,
                "what": task.flow_task.task_title,
                "owner": task.owner.name if task.owner else "还没有人领取",
                "people": [
                    {"pk": person.pk, "name": person.name}
                    for person in people_at(task, today())
                    if person.pk != task.owner_id
                ],
            }
            for task in tasks
        ],
    }
    return render(request, "desk/reassign.html", context, status=422 if refused else 200)
