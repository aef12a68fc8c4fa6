"""The months of the villages: who has handed in, who has not; and opening a sheet by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from registry.models import Organisation
from registry.roles import SEES, OrganisationKind, Role, Sight
from workflows.core.actors import Actor
from workflows.core.clock import now, today
from workflows.core.door import perform
from workflows.core.procedure import open_tasks
from workflows.core.refusals import Overtaken, Refused
from workflows.core.requests import actor_of, office_page, row_number, see_other
from workflows.employment.models import Agreement, AgreementState, TenureState

from ..models import AttendanceSheet, SheetState
from . import days

SHOWN_MONTHS = 6
KINDS = {
    SheetState.FILLING: "",
    SheetState.RETURNED: "back",
    SheetState.LOCKED: "done",
    SheetState.IN_PAY: "done",
}


def sees_sheets(actor: Actor) -> bool:
    """Whether there is a township whose sheets the reader may see (no query)."""
    scopes = [(SEES[Role(each.role)], each.organisation) for each in actor.appointments]
    return any(scope == Sight.COUNTY or (scope == Sight.OWN and place.township) for scope, place in scopes)


def townships_of(actor: Actor) -> list[Organisation]:
    """The townships whose sheets the reader may see: all of the county, or their own (one query for a county's)."""
    own: dict[int, Organisation] = {}
    for appointment in actor.appointments:
        place = appointment.organisation
        scope = SEES[Role(appointment.role)]
        if scope == Sight.COUNTY:
            found = Organisation.objects.filter(county=place.county_id, kind=OrganisationKind.TOWNSHIP)
            return list(found.order_by("code"))
        if scope == Sight.OWN and place.township is not None:
            own[place.township.pk] = place.township
    return list(own.values())


def villages_shown(actor: Actor, township: Organisation) -> list[Organisation]:
    """All villages of the township for those who see it whole, else one's own (one query)."""
    villages = Organisation.objects.filter(parent=township, kind=OrganisationKind.VILLAGE)
    whole = any(
        SEES[Role(each.role)] == Sight.COUNTY or each.organisation_id == township.pk for each in actor.appointments
    )
    if not whole:
        villages = villages.filter(pk__in=[each.organisation_id for each in actor.appointments])
    return list(villages.order_by("code"))


def months_until(month: date) -> list[date]:
    months = [month]
    while len(months) < SHOWN_MONTHS:
        months.insert(0, days.month_before(months[0]))
    return months


@office_page
def sheets(request: HttpRequest) -> HttpResponseBase:
    """One township's villages with the state of their months; one query for the sheets, whatever their number."""
    return show_sheets(request)


def show_sheets(request: HttpRequest, *, refusal: str = "", status: int = 200) -> HttpResponse:
    actor = actor_of(request)
    townships = townships_of(actor)
    if not townships:
        raise Http404
    wanted = row_number(request.GET.get("township"))
    township = next((each for each in townships if each.pk == wanted), townships[0])
    last = days.parse_month(request.GET.get("until")) or days.month_of(today())
    months = months_until(min(last, days.month_of(today())))
    villages = villages_shown(actor, township)
    found = AttendanceSheet.objects.filter(village__in=villages, month__gte=months[0], month__lte=months[-1]).exclude(
        Q(state=SheetState.VOIDED) | Q(state=SheetState.CORRECTED)
    )
    # A draft is nobody's but the village's, as with every case.
    own = {each.organisation_id for each in actor.appointments}
    visible = [
        sheet
        for sheet in found.select_related("case").order_by("version")
        if sheet.case.submitted_at is not None or sheet.village_id in own
    ]
    latest = {(sheet.village_id, sheet.month): sheet for sheet in visible}
    begun = {(sheet.village_id, sheet.month) for sheet in found}
    needed = _needed(township, months)
    clerk_at = {each.organisation_id for each in actor.appointments if each.role == Role.VILLAGE_CLERK}
    rows = [
        {
            "name": village.name,
            "cells": [
                {"of": f"{month.month}月"}
                | _cell(village, month, latest, begun, needed, can_open=village.pk in clerk_at)
                for month in months
            ],
        }
        for village in villages
    ]
    context = {
        "title": "考勤",
        "township": township,
        "townships": townships if len(townships) > 1 else [],
        "months": [{"text": f"{month.month}月", "year": month.year, "value": f"{month:%Y-%m}"} for month in months],
        "range": f"{days.spoken(months[0])}至{days.spoken(months[-1])}",
        "rows": rows,
        "earlier_url": f"{reverse('attendance')}?township={township.pk}&until={days.month_before(months[0]):%Y-%m}",
        "later_url": ""
        if months[-1] >= days.month_of(today())
        else f"{reverse('attendance')}?township={township.pk}&until={_later(months[-1]):%Y-%m}",
        "refusal": refusal,
        "missing": sum(
            1 for village in villages if (village.pk, months[-1]) in needed and (village.pk, months[-1]) not in begun
        ),
    }
    return render(request, "attendance/sheets.html", context, status=status)


def _later(month: date) -> date:
    for _ in range(SHOWN_MONTHS):
        month = days.next_month(month)
    return min(month, days.month_of(today()))


def _needed(township: Organisation, months: list[date]) -> set[tuple[int, date]]:
    """Which village and month has somebody inside an agreement by today (one query)."""
    last = min(days.last_day(months[-1]), today())
    sealed = Agreement.objects.filter(
        state=AgreementState.CONCLUDED, tenure__township=township, start_on__lte=last, end_on__gte=months[0]
    ).exclude(tenure__state=TenureState.CANCELLED)
    needed = set()
    spans = sealed.values_list("tenure__village", "start_on", "end_on", "tenure__end_on")
    for village, first, end, left in spans:
        until = min(last, end, left or end)
        needed |= {(village, month) for month in months if first <= min(days.last_day(month), until) and until >= month}
    return needed


def _cell(
    village: Organisation,
    month: date,
    latest: dict[tuple[int, date], AttendanceSheet],
    begun: set[tuple[int, date]],
    needed: set[tuple[int, date]],
    *,
    can_open: bool,
) -> dict[str, Any]:
    place = (village.pk, month)
    sheet = latest.get(place)
    if sheet is not None:
        state = SheetState(sheet.state)
        label = state.label + (f"（更正{sheet.version - 1}）" if sheet.version > 1 else "")
        kind = KINDS.get(state, "wait")
        return {"url": reverse("case", args=[sheet.case_id]), "label": label, "kind": kind}
    if place in begun:
        return {"label": "村里填写中", "kind": "soft"}
    if place not in needed:
        return {"label": "无人在岗", "kind": "soft"}
    if can_open:
        return {"label": "开考勤表", "kind": "open", "village": village.pk, "month": f"{month:%Y-%m}"}
    return {"label": "还没有开", "kind": "soft"}


@office_page
def open_sheet(request: HttpRequest) -> HttpResponseBase:
    """By hand, for a month the clock has not opened; answers to POST."""
    if request.method != "POST":
        return redirect("attendance")
    village = Organisation.objects.filter(pk=row_number(request.POST.get("village")) or 0).first()
    data = {"month": request.POST.get("month", ""), "opening_key": request.POST.get("opening_key", "")}
    try:
        outcome = perform("attendance.open", village or Organisation(), actor_of(request), data, at=now())
    except Refused as error:
        return show_sheets(request, refusal=str(error), status=422)
    except Overtaken as error:
        return redirect(error.url)
    messages.success(request, "考勤表已开，请填写。")
    return see_other(reverse("task", args=[open_tasks(outcome.result)[0].pk]))
