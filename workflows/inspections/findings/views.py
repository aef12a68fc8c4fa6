"""发现问题: the list, and the page on which one is recorded."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import get_random_string

from registry.models import Appointment, Organisation, Worker
from registry.roles import OrganisationKind, Role
from workflows.core.actors import Actor
from workflows.core.case_list import case_list
from workflows.core.clock import now, today
from workflows.core.desk_view import errors_of, refusal_rows
from workflows.core.door import perform
from workflows.core.refusals import Refusal, Refused
from workflows.core.requests import actor_of, office_page, row_number
from workflows.employment.models import Tenure
from workflows.employment.people.seen import workers_seen
from workflows.employment.people.ways_on import register_ways_on

from ..models import About, Finding, FindingState, InspectionItem
from .flow_v1 import FindingFlow
from .forms import FindingForm
from .opening import IN_COUNTY, IN_TOWNSHIP, IN_VILLAGE, finder_of, item_of

FINDERS = (*IN_VILLAGE, *IN_TOWNSHIP, *IN_COUNTY)


@office_page
def findings(request: HttpRequest) -> HttpResponseBase:
    """All findings one may see, newest first."""
    context = case_list(request, FindingFlow, Finding.objects.all(), url_name="findings", states=FindingState.choices)
    context["can_record"] = actor_of(request).holds(FINDERS) is not None
    return render(request, "inspections/findings.html", context)


@register_ways_on
def finding_button(actor: Actor, tenure: Tenure) -> list[dict[str, str]]:
    """记录问题 on the person's page."""
    if actor.holds(FINDERS) is None:
        return []
    return [{"label": "记录问题", "url": f"{reverse('finding_new')}?worker={tenure.worker_id}"}]


def villages_of(actor: Actor) -> list[Organisation]:
    """Where this person may record a finding (one query)."""
    own = [each.organisation_id for each in actor.appointments if each.role in FINDERS]
    villages = Organisation.objects.existing(today()).filter(kind=OrganisationKind.VILLAGE).select_related("parent")
    if actor.holds(IN_COUNTY) is not None:
        county = actor.holds(IN_COUNTY)
        return list(villages.filter(county=county.organisation.county_id).order_by("code")) if county else []
    return list((villages.filter(pk__in=own) | villages.filter(parent__in=own)).order_by("code"))


@office_page
def finding_new(request: HttpRequest) -> HttpResponseBase:
    """What was found: about a person (from that person's page), about a village or one of its officials."""
    actor = actor_of(request)
    if actor.holds(FINDERS) is None:
        raise Http404
    worker = None
    seen_at = _seen_at(request, actor)
    wanted = str(seen_at.worker_id or "") if seen_at is not None else _asked(request, "worker")
    if wanted:
        worker = workers_seen(actor).select_related("village__parent").filter(pk=row_number(wanted) or 0).first()
        if worker is None or finder_of(actor, worker.village) is None:
            raise Http404
    villages = [worker.village] if worker is not None else villages_of(actor)
    village = villages[0] if len(villages) == 1 else None
    asked = seen_at.village.pk if seen_at is not None and seen_at.village else row_number(_asked(request, "village"))
    village = next((each for each in villages if each.pk == asked), village)
    if request.method != "POST" or village is None:
        return _show(request, worker, villages, village, [], seen_at=seen_at)
    try:
        case = perform("findings.open", village, actor, request.POST.dict(), at=now(), files=request.FILES).case
    except Refused as error:
        return _show(request, worker, villages, village, list(error.refusals), status=422, seen_at=seen_at)
    if case is None:
        raise LookupError("a finding was opened without a case")
    messages.success(request, f"已记录，编号{case.number}。")
    response = redirect("case", case.pk)
    response.status_code = 303
    return response


def _asked(request: HttpRequest, name: str) -> str:
    return request.POST.get(name) or request.GET.get(name) or ""


def _seen_at(request: HttpRequest, actor: Actor) -> InspectionItem | None:
    """The item of an inspection from which one comes; what was seen there stands in the form already."""
    wanted = _asked(request, "item")
    item = item_of(row_number(wanted) or 0, actor) if wanted else None
    if wanted and (item is None or item.village is None or finder_of(actor, item.village) is None):
        raise Http404
    return item


def _show(
    request: HttpRequest,
    worker: Worker | None,
    villages: list[Organisation],
    village: Organisation | None,
    refusals: list[Refusal],
    status: int = 200,
    seen_at: InspectionItem | None = None,
) -> HttpResponse:
    about = About.WORKER if worker is not None else About.VILLAGE
    initial: dict[str, Any] = {"about": about, "found_on": today(), "weight": "ordinary"}
    if seen_at is not None:
        inspection = seen_at.inspection
        said = f"{inspection.title}（{inspection.case.number}）第{seen_at.position}项：{seen_at.found}"
        initial |= {"found_on": inspection.inspected_on or today(), "problem": said}
    form = FindingForm(request.POST) if request.method == "POST" else FindingForm(initial=initial)
    errors = errors_of(refusals)
    rows = [row for row in form.rows(errors) if row["name"] != "about"]
    context = {
        "title": "记录问题",
        "worker": worker,
        "about": about,
        "villages": villages,
        "village": village,
        "item": str(seen_at.pk) if seen_at is not None else "",
        "officials": officials_of(village) if worker is None and village is not None else [],
        "chosen": request.POST.get("about", about),
        "official": request.POST.get("official", ""),
        "fields": rows,
        "errors": errors,
        "opening_key": request.POST.get("opening_key") or get_random_string(32),
        "pad": {
            "value": request.POST.get("strokes", ""),
            "error": errors.get("strokes") or errors.get("scan") or "",
        },
        "refusals": refusal_rows(refusals),
        "refusal_title": f"还不能记录，请先改好{len(refusals)}处" if refusals else "",
    }
    return render(request, "inspections/finding_new.html", context, status=status)


def officials_of(village: Organisation) -> list[dict[str, Any]]:
    """Who holds office in the village and its township today (one query)."""
    offices = Appointment.objects.in_force(today()).filter(organisation__in=[village.pk, village.parent_id])
    found: dict[int, dict[str, Any]] = {}
    for each in offices.select_related("user", "organisation").order_by("organisation", "pk"):
        said = f"{each.user.name}（{each.organisation.name}{Role(each.role).label}）"
        found.setdefault(each.user_id, {"value": str(each.user_id), "label": said})
    return list(found.values())
