"""The clerk's new application, the early check of an ID number, and the list of applications."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse

from registry.id_numbers import IdNumber, IdNumberError
from registry.roles import Role
from workflows.core.case_list import case_list
from workflows.core.clock import now
from workflows.core.desk_view import (
    checks_summary,
    typed_by,
)
from workflows.core.guards import verdicts
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
    context = case_list(
        request, ApplicationFlow, Application.objects.all(), url_name="applications", states=State.choices
    )
    context |= {
        "title": "申请",
        "can_apply": actor_of(request).holds((Role.VILLAGE_CLERK,)) is not None,
        "apply_url": reverse("apply"),
    }
    return render(request, "desk/cases.html", context)
