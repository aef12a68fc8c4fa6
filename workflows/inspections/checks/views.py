"""检查: the list, and the page on which one is begun."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.crypto import get_random_string

from registry.models import Organisation
from registry.roles import OrganisationKind
from workflows.core.actors import Actor
from workflows.core.case_list import case_list
from workflows.core.clock import now, today
from workflows.core.desk_view import errors_of, refusal_rows
from workflows.core.door import perform
from workflows.core.models import Case
from workflows.core.plain_forms import PlainForm
from workflows.core.procedure import open_tasks
from workflows.core.refusals import Refusal, Refused
from workflows.core.requests import actor_of, office_page, row_number

from ..findings.opening import IN_COUNTY, IN_TOWNSHIP
from ..models import Inspection, InspectionKind, InspectionState
from .flow_v1 import InspectionFlow

INSPECTORS = (*IN_TOWNSHIP, *IN_COUNTY)


class NewInspectionForm(PlainForm):
    """What is to be inspected."""

    kind = forms.ChoiceField(label="类别", choices=InspectionKind.choices, widget=forms.RadioSelect)
    title = forms.CharField(label="督查名称", max_length=60, required=False)
    seed = forms.CharField(label="抽签种子（随机抽查）", max_length=60, required=False)
    number = forms.CharField(label="抽查人数（随机抽查）", max_length=3, required=False)
    from_on = forms.DateField(label="从哪天发现的（回头看）", required=False)
    to_on = forms.DateField(label="到哪天发现的（回头看）", required=False)


@office_page
def inspections(request: HttpRequest) -> HttpResponseBase:
    """All inspections one may see, newest first."""
    rows = Inspection.objects.select_related("township")
    context = case_list(request, InspectionFlow, rows, url_name="inspections", states=InspectionState.choices)
    context["can_open"] = actor_of(request).holds(INSPECTORS) is not None
    return render(request, "inspections/inspections.html", context)


def townships_of(actor: Actor) -> list[Organisation]:
    """Where this person may inspect (one query)."""
    townships = Organisation.objects.existing(today()).filter(kind=OrganisationKind.TOWNSHIP)
    county = actor.holds(IN_COUNTY)
    if county is not None:
        return list(townships.filter(county=county.organisation.county_id).order_by("code"))
    own = [each.organisation_id for each in actor.appointments if each.role in IN_TOWNSHIP]
    return list(townships.filter(pk__in=own).order_by("code"))


@office_page
def inspection_new(request: HttpRequest) -> HttpResponseBase:
    """Which township or village, how, and for a draw the seed and the number."""
    actor = actor_of(request)
    townships = townships_of(actor)
    if not townships:
        raise Http404
    asked = row_number(request.POST.get("township") or request.GET.get("township"))
    township = next((each for each in townships if each.pk == asked), townships[0] if len(townships) == 1 else None)
    if request.method != "POST" or township is None:
        return _show(request, townships, township, [])
    try:
        outcome = perform("inspections.open", township, actor, request.POST.dict(), at=now())
    except Refused as error:
        return _show(request, townships, township, list(error.refusals), status=422)
    made: Case = outcome.result
    messages.success(request, f"已开始检查，编号{made.number}。")
    response = redirect("task", open_tasks(made)[0].pk)
    response.status_code = 303
    return response


def _show(
    request: HttpRequest,
    townships: list[Organisation],
    township: Organisation | None,
    refusals: list[Refusal],
    status: int = 200,
) -> HttpResponse:
    typed = request.POST if request.method == "POST" else None
    villages: list[Any] = []
    if township is not None:
        villages = list(Organisation.objects.existing(today()).filter(parent=township).order_by("code"))
    context = {
        "title": "开始检查",
        "townships": townships,
        "township": township,
        "villages": villages,
        "village": request.POST.get("village", ""),
        "fields": NewInspectionForm(typed).rows(errors_of(refusals)),
        "opening_key": request.POST.get("opening_key") or get_random_string(32),
        "refusals": refusal_rows(refusals),
        "refusal_title": f"还不能开始，请先改好{len(refusals)}处" if refusals else "",
    }
    return render(request, "inspections/inspection_new.html", context, status=status)
