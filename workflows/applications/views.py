"""The clerk's new application, the early check of an ID number, and the list of applications."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import get_random_string

from registry.id_numbers import IdNumber, IdNumberError
from registry.roles import Role
from workflows.core.clock import now
from workflows.core.desk_view import (
    checks_summary,
    errors_of,
    refusal_rows,
    sheet_css_url,
    typed_by,
)
from workflows.core.door import Step, perform_together
from workflows.core.guards import verdicts
from workflows.core.inbox import PAGE, key_text, parse_key
from workflows.core.models import Case
from workflows.core.paperwork import Page
from workflows.core.procedure import open_tasks
from workflows.core.refusals import Overtaken, Refusal, Refused
from workflows.core.requests import actor_of, office_page, row_number, wants_json
from workflows.core.seen import seen_of

from . import rules, screen
from .documents import FORM, ApplicationPaperwork, sex_of
from .flow_v1 import ApplicationFlow
from .models import Application, State


def clerks_village(request: HttpRequest) -> Any:
    """The village whose clerk the person is (the one asked for, when there are several); 404 for anybody else."""
    actor = actor_of(request)
    villages = [each.organisation for each in actor.appointments if each.role == Role.VILLAGE_CLERK]
    wanted = request.POST.get("village") or request.GET.get("village")
    if wanted:
        villages = [village for village in villages if str(village.pk) == wanted]
    if not villages:
        raise Http404
    return villages[0]


@office_page
def apply(request: HttpRequest) -> HttpResponseBase:
    """A blank 附件5. Nothing is stored before 保存草稿 or 提交; submitting is opening and handing in at once."""
    village = clerks_village(request)
    if request.method != "POST":
        page = Page(actor=actor_of(request), at=now(), village=village)
        return _show(request, page, get_random_string(32))
    typed = typed_by(request)
    if typed.get("action") not in ("applications.save_draft", "applications.submit"):
        raise Http404
    opening_key = str(typed.get("seen") or get_random_string(32))
    page = Page(actor=actor_of(request), at=now(), village=village, typed=typed)
    steps = [Step("applications.open", village, {**typed, "opening_key": opening_key})]
    if typed.get("action") == "applications.submit":
        steps.append(Step("applications.submit", None, typed))
    try:
        outcomes = perform_together(steps, page.actor, at=page.at)
    except Refused as error:
        page.errors = errors_of(error.refusals)
        return _show(request, page, opening_key, refusals=list(error.refusals), status=422)
    except Overtaken as error:
        if wants_json(request):
            return JsonResponse({"error": str(error), "url": error.url}, status=409)
        raise
    case = outcomes[0].result
    if wants_json(request):
        return _saved(case, page)
    if len(steps) == 2:
        messages.success(request, f"申请已提交，编号{outcomes[-1].case.number}。")  # type: ignore[union-attr]
        response = redirect("case", case.pk)
    else:
        messages.success(request, "草稿已保存。")
        response = redirect("task", open_tasks(case)[0].pk)
    response.status_code = 303
    return response


def _saved(case: Case, page: Page) -> JsonResponse:
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
    page: Page,
    opening_key: str,
    *,
    refusals: list[Refusal] | None = None,
    status: int = 200,
) -> HttpResponse:
    paperwork: ApplicationPaperwork = ApplicationFlow.paperwork
    checks = screen.checks(page)
    say_title, say_text = screen.consequence(page)
    refusals = refusals or []
    context = {
        "title": "新申请",
        "state": {"kind": "", "label": "草稿"},
        "sheet": paperwork.sheet(page),
        "sheet_css_url": sheet_css_url(*FORM),
        "seen": opening_key,
        "hidden": [{"name": "village", "value": page.village.pk}],
        "action_url": reverse("apply"),
        "refusals": refusal_rows(refusals),
        "refusal_title": f"还不能提交，请先改好{len(refusals)}处" if refusals else "",
        "checks": checks,
        "checks_summary": checks_summary(checks) or "输入身份证号后立即核对",
        "steps": [
            {
                "name": desk.name_lines,
                "status": "now" if number == 0 else "next",
                "who": page.actor.name if number == 0 else "",
                "when": "填写中" if number == 0 else "",
            }
            for number, desk in enumerate(desk for desk in ApplicationFlow.desks() if not desk.by_exception)
        ],
        "side_panels": screen.side_panels(page),
        "buttons": [
            {"value": "applications.save_draft", "label": "保存草稿", "weight": "plain", "name": "action"},
            {"value": "applications.submit", "label": "提交申请", "weight": "primary", "name": "action"},
        ],
        "say_title": say_title,
        "say_text": say_text,
        "check_url": paperwork.check_url(page),
        "autosave_url": reverse("apply"),
        "comment": {"can": False},
    }
    return render(request, "desk/apply.html", context, status=status)


@office_page
def eligibility(request: HttpRequest) -> HttpResponseBase:
    """What can be told as soon as the ID number is typed. A POST, so that the number never stands in an address."""
    if request.method != "POST":
        raise Http404
    actor = actor_of(request)
    typed = typed_by(request)
    found = Case.objects.visible_to(actor).select_related("village__county", "township")
    case = found.filter(pk=row_number(typed.get("case")) or 0).first()
    village = case.village if case is not None else clerks_village(request)
    page = Page(actor=actor, at=now(), village=village, typed=typed)
    if case is not None:
        page.case, page.entity = case, case.entity
    facts = screen.facts_for_page(page)
    checks = list(verdicts(rules.ELIGIBILITY, facts, unfinished=screen.UNFINISHED))
    try:
        IdNumber.parse(str(typed.get("id_number") or ""), page.on)
    except IdNumberError as error:
        checks = [{"kind": "stop", "title": "身份证号", "text": str(error), "basis": "", "url": ""}]
    html = render_to_string("desk/_checks_panel.html", {"checks": checks, "checks_summary": checks_summary(checks)})
    return JsonResponse(
        {
            "html": html,
            "sex": sex_of(str(typed.get("id_number") or "")),
            "household": facts.registered_as,
        }
    )


@office_page
def applications(request: HttpRequest) -> HttpResponseBase:
    """All applications one may see, newest first; one query whatever the size of the county."""
    actor = actor_of(request)
    q, state = request.GET.get("q", "").strip()[:40], request.GET.get("state", "")
    found = Application.objects.filter(case__in=Case.objects.visible_to(actor)).select_related("case")
    if q:
        found = found.filter(
            Q(case__title__startswith=q) | Q(case__number__startswith=q) | Q(case__headline__startswith=q)
        )
    if state in State.values:
        found = found.filter(state=state)
    after = parse_key(request.GET.get("after", ""))
    if after is not None:
        at, pk = after
        found = found.filter(Q(case__created__lt=at) | Q(case__created=at, case__pk__lt=pk))
    rows = list(found.order_by("-case__created", "-case__pk")[: PAGE + 1])
    last = rows[PAGE - 1].case if len(rows) > PAGE else None
    following = key_text((last.created, last.pk)) if last else ""
    paperwork = ApplicationFlow.paperwork
    context = {
        "title": "申请",
        "q": q,
        "states": [{"value": value, "label": label, "selected": value == state} for value, label in State.choices],
        "rows": [
            {
                "url": reverse("case", args=[row.case.pk]),
                "who": row.case.title,
                "where": row.case.headline,
                "number": row.case.number,
                "what": paperwork.title,
                "state": paperwork.state_tag(row),
                "at": row.case.created,
            }
            for row in rows[:PAGE]
        ],
        "next_url": f"{reverse('applications')}?{urlencode({'q': q, 'state': state, 'after': following})}"
        if following
        else "",
        "total_text": f"已显示{len(rows[:PAGE])}件。" if rows else "",
        "can_apply": actor.holds((Role.VILLAGE_CLERK,)) is not None,
        "apply_url": reverse("apply"),
    }
    return render(request, "desk/cases.html", context)
