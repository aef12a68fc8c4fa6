"""The rosters of the townships, what may be drawn up, and the file for the bank."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import quote, urlencode

from django.contrib import messages
from django.db.models import Count, Max, Min, Q, Sum
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from registry.models import Organisation
from registry.roles import SEES, OrganisationKind, Role, Sight
from workflows.core.actors import Actor
from workflows.core.clock import now, today
from workflows.core.desk_view import show_case, visible_case
from workflows.core.door import perform
from workflows.core.inbox import PAGE
from workflows.core.procedure import open_tasks
from workflows.core.refusals import Overtaken, Refused
from workflows.core.requests import actor_of, office_page, row_number, see_other
from workflows.core.workbooks import XLSX

from ..models import AttendanceSheet, PayRoster, RosterState, SheetState
from ..sheets import days
from . import export
from .documents import TAGS, figures


def rosters_of(actor: Actor) -> Any:
    """A township's people see their own, the county's all that were handed in; a village none."""
    seen = Q(pk__in=[])
    for appointment in actor.appointments:
        place, scope = appointment.organisation, SEES[Role(appointment.role)]
        if scope == Sight.COUNTY:
            seen |= Q(county_id=place.county_id, case__submitted_at__isnull=False)
        elif scope == Sight.OWN and place.kind == OrganisationKind.TOWNSHIP:
            seen |= Q(township_id=place.pk)
    return PayRoster.objects.filter(seen)


def may_see_pay(actor: Actor) -> bool:
    """Whether the page is for this person at all (no query)."""
    return any(
        SEES[Role(each.role)] == Sight.COUNTY
        or (SEES[Role(each.role)] == Sight.OWN and each.organisation.kind == OrganisationKind.TOWNSHIP)
        for each in actor.appointments
    )


@office_page
def rosters(request: HttpRequest) -> HttpResponseBase:
    """Rosters, newest first; one query whatever their number."""
    return show_rosters(request)


def show_rosters(request: HttpRequest, *, refusal: str = "", status: int = 200) -> HttpResponse:
    actor = actor_of(request)
    if not may_see_pay(actor):
        raise Http404
    found = rosters_of(actor).select_related("township", "case")
    after = row_number(request.GET.get("after"))
    if after is not None:
        found = found.filter(pk__lt=after)
    found = found.annotate(
        people=Count("lines__worker", filter=Q(lines__counts=True), distinct=True),
        total=Sum("lines__amount", filter=Q(lines__counts=True)),
        first_locked=Min("lines__sheet__locked_on", filter=Q(lines__counts=True)),
        last_locked=Max("lines__sheet__locked_on", filter=Q(lines__counts=True)),
    )
    rows = list(found.order_by("-pk")[: PAGE + 1])
    shown = rows[:PAGE]
    clerk_at = next((each.organisation for each in actor.appointments if each.role == Role.TOWNSHIP_CLERK), None)
    context = {
        "title": "薪酬",
        "rows": [_row(roster) for roster in shown],
        "ready": _ready(clerk_at) if clerk_at is not None else [],
        "township": clerk_at,
        "can_open": clerk_at is not None,
        "next_url": f"{reverse('pay')}?{urlencode({'after': shown[-1].pk})}" if len(rows) > PAGE else "",
        "total_text": f"已显示{len(shown)}册花名册。" if shown else "",
        "refusal": refusal,
    }
    return render(request, "attendance/rosters.html", context, status=status)


def _ready(township: Organisation) -> list[dict[str, Any]]:
    """Months with audited sheets that are in no roster (one query)."""
    found = AttendanceSheet.objects.filter(township=township, state=SheetState.LOCKED)
    months = found.values("month").annotate(sheets=Count("pk")).order_by("month")
    return [
        {"value": f"{row['month']:%Y-%m}", "text": days.spoken(row["month"]), "sheets": row["sheets"]} for row in months
    ]


def _row(roster: Any) -> dict[str, Any]:
    state = RosterState(roster.state)
    return {
        "url": reverse("case", args=[roster.case_id]),
        "month": days.spoken(roster.month) + (f"第{roster.batch}批" if roster.batch > 1 else ""),
        "where": roster.township.name,
        "people": roster.people,
        "total": figures(roster.total or Decimal(0)),
        "state": {"kind": TAGS.get(state, ""), "label": state.label},
        "waited": _waited(roster.first_locked, roster.last_locked, roster.paid_on),
        "voucher": roster.voucher,
    }


def _waited(first: date | None, last: date | None, paid_on: date | None) -> str:
    """Days from the audit of the sheets to the payment."""
    if first is None or last is None:
        return ""
    until = paid_on or today()
    least, most = max((until - last).days, 0), max((until - first).days, 0)
    span = f"{most}天" if least == most else f"{least}至{most}天"
    return span if paid_on else f"已等{span}"


@office_page
def open_roster(request: HttpRequest) -> HttpResponseBase:
    """Drawn up by the township's clerk; answers to POST."""
    if request.method != "POST":
        return redirect("pay")
    township = Organisation.objects.filter(pk=row_number(request.POST.get("township")) or 0).first()
    data = {"month": request.POST.get("month", ""), "opening_key": request.POST.get("opening_key", "")}
    try:
        outcome = perform("pay.open", township or Organisation(), actor_of(request), data, at=now())
    except Refused as error:
        return show_rosters(request, refusal=str(error), status=422)
    except Overtaken as error:
        return redirect(error.url)
    messages.success(request, "花名册已按审核锁定的考勤表算好，请核对。")
    return see_other(reverse("task", args=[open_tasks(outcome.result)[0].pk]))


@office_page
def export_roster(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file for the bank, asked for with a reason and on the trail before it is made; answers to POST."""
    found = visible_case(actor_of(request), pk)
    if request.method != "POST":
        return redirect("case", pk)
    data = {"kind": request.POST.get("kind", ""), "reason": request.POST.get("reason", "")}
    try:
        outcome = perform("pay.export", found, actor_of(request), data, at=now())
    except Refused as error:
        return show_case(request, visible_case(actor_of(request), pk), status=422, refusals=error.refusals)
    roster, lines = found.entity, outcome.result
    excel = data["kind"] == "xlsx"
    body = export.as_xlsx(roster, lines) if excel else export.as_csv(roster, lines)
    response = HttpResponse(body, content_type=XLSX if excel else export.CSV)
    name = quote(f"{found.title}银行代发.{data['kind']}")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    response["X-Content-Type-Options"] = "nosniff"
    return response
