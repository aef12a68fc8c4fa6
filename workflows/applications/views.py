"""The clerk's new application, the early check of an ID number, and the list of applications."""

from __future__ import annotations

from urllib.parse import urlencode

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse

from registry.id_numbers import IdNumber, IdNumberError
from registry.roles import Role
from workflows.core.clock import now
from workflows.core.desk_view import (
    checks_summary,
    typed_by,
)
from workflows.core.guards import verdicts
from workflows.core.inbox import PAGE, key_text, parse_key
from workflows.core.models import Case
from workflows.core.new_case import NewCase, new_case, own_village
from workflows.core.paperwork import Page
from workflows.core.requests import actor_of, office_page, row_number

from . import rules, screen
from .documents import sex_of
from .flow_v1 import ApplicationFlow
from .models import Application, State

NEW_APPLICATION = NewCase(
    flow=ApplicationFlow,
    title="新申请",
    url_name="apply",
    opens="applications.open",
    saves="applications.save_draft",
    submits="applications.submit",
    submit_label="提交申请",
    submitted="申请已提交",
    checked_when="输入身份证号后立即核对",
)


@office_page
def apply(request: HttpRequest) -> HttpResponseBase:
    """A blank 附件5."""
    return new_case(request, NEW_APPLICATION)


@office_page
def eligibility(request: HttpRequest) -> HttpResponseBase:
    """What can be told as soon as the ID number is typed. A POST, so that the number never stands in an address."""
    if request.method != "POST":
        raise Http404
    actor = actor_of(request)
    typed = typed_by(request)
    found = Case.objects.visible_to(actor, copied=False).select_related("village__county", "township")
    case = found.filter(pk=row_number(typed.get("case")) or 0).first()
    village = case.village if case is not None else own_village(request)
    page = Page(actor=actor, at=now(), village=village, typed=typed)
    if case is not None:
        page.case, page.entity = case, case.entity
    facts = screen.facts_for_page(page)
    checks = list(verdicts(rules.ELIGIBILITY, facts, unfinished=screen.UNFINISHED))
    try:
        IdNumber.parse(str(typed.get("id_number") or ""), page.on)
    except IdNumberError as error:
        checks = [{"kind": "stop", "title": "身份证号", "text": str(error), "basis": "", "url": ""}]
    html = render_to_string(
        "desk/_checks_panel.html", {"checks": checks, "checks_summary": checks_summary(checks), "checks_hint": ""}
    )
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
    found = Application.objects.filter(case__in=Case.objects.visible_to(actor, copied=False)).select_related("case")
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
