"""Which township has filed its ledger and which is late; one's own months; and the tables."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from registry.models import Organisation
from registry.policies import NoPolicy, policy_on
from registry.roles import OrganisationKind, Role
from workflows.attendance.sheets.days import month_before, month_of, next_month, parse_month, spoken
from workflows.core.actors import Actor
from workflows.core.clock import now, today
from workflows.core.county_sight import county_seen_by
from workflows.core.desk_view import visible_case
from workflows.core.door import perform
from workflows.core.guards import chinese
from workflows.core.refusals import Refused
from workflows.core.requests import actor_of, office_page
from workflows.core.workbooks import XLSX

from ..models import FILED, Ledger, LedgerState
from .documents import TAGS, version_of
from .handing_out import MAY_REPORT_UPWARD
from .opening import due_day_of, opening_day_of

SHOWN = 24


def may_see_ledgers(actor: Actor) -> bool:
    """Townships see their own, the county's offices all; a village has none."""
    return county_seen_by(actor) is not None or bool(_own_townships(actor))


def _own_townships(actor: Actor) -> list[Organisation]:
    return [each.organisation for each in actor.appointments if each.organisation.kind == OrganisationKind.TOWNSHIP]


@office_page
def ledgers(request: HttpRequest) -> HttpResponseBase:
    """The county's month by township, or one township's months."""
    actor = actor_of(request)
    if not may_see_ledgers(actor):
        raise Http404
    county = county_seen_by(actor)
    context = _county_page(request, actor, county) if county is not None else _township_page(actor)
    return render(request, "ledgers/ledgers.html", context)


def _county_page(request: HttpRequest, actor: Actor, county: Any) -> dict[str, Any]:
    on = today()
    month = min(parse_month(request.GET.get("month")) or month_of(on), month_of(on))
    townships = Organisation.objects.existing(on).filter(county=county, kind=OrganisationKind.TOWNSHIP)
    found = Ledger.objects.filter(county=county, month=month).exclude(state=LedgerState.VOIDED)
    latest: dict[int, Ledger] = {}
    for ledger in found.select_related("case", "supplements").order_by("version"):
        latest[ledger.township_id] = ledger
    rows = [_row(place.name, latest.get(place.pk), on) for place in townships.order_by("code")]
    try:
        policy = policy_on(county, on)
        due = f"{chinese(due_day_of(month, policy))}24时截止，{chinese(opening_day_of(month, policy))}自动建立"
    except NoPolicy:
        due = ""
    filed = sum(1 for each in latest.values() if each.first_filed_at is not None or each.version > 1)
    return {
        "title": f"{spoken(month)}实名台账",
        "first_column": "乡镇",
        "rows": rows,
        "due": due,
        "summary": f"{len(rows)}个乡镇，已报送{filed}个，迟报或超期{sum(1 for row in rows if row['late'])}个",
        "earlier_url": f"{reverse('ledgers')}?month={month_before(month):%Y-%m}",
        "later_url": f"{reverse('ledgers')}?month={next_month(month):%Y-%m}" if month < month_of(on) else "",
        "changes_url": f"{reverse('ledger_changes')}?month={month:%Y-%m}"
        if actor.holds(MAY_REPORT_UPWARD, county.pk)
        else "",
        "to_receive": _to_receive(actor, latest.values()),
    }


def _to_receive(actor: Actor, ledgers: Iterable[Ledger]) -> int:
    """How many of these the reader may receive in one sitting."""
    if actor.holds([Role.EMPLOYMENT_SERVICE_OFFICER]) is None:
        return 0
    return sum(1 for each in ledgers if each.state == LedgerState.AWAITING_RECEIPT)


def _township_page(actor: Actor) -> dict[str, Any]:
    on, own = today(), _own_townships(actor)
    found = Ledger.objects.filter(township__in=own).exclude(state=LedgerState.VOIDED)
    shown = found.select_related("case", "supplements").order_by("-month", "-version")[:SHOWN]
    names = "、".join(dict.fromkeys(place.name for place in own))
    return {
        "title": f"{names}实名台账",
        "first_column": "月份",
        "rows": [_row(f"{spoken(each.month)}", each, on) for each in shown],
        "due": "每月自动建立，没有变动也要报",
        "summary": "",
        "changes_url": "",
    }


def _row(name: str, ledger: Ledger | None, on: date) -> dict[str, Any]:
    if ledger is None:
        return {"name": name, "state": {"kind": "", "label": "还没有建立"}, "late": 0}
    state = LedgerState(ledger.state)
    late = ledger.days_late(on) if ledger.version == 1 else 0
    kind = TAGS.get(state, "done" if state in FILED else "")
    return {
        "name": name,
        "url": reverse("case", args=[ledger.case_id]),
        "version": version_of(ledger),
        "counts": (ledger.last_count, ledger.joined_count, ledger.left_count, ledger.now_count),
        "state": {"kind": kind, "label": state.label},
        "filed_at": ledger.first_filed_at,
        "late": late,
        "late_text": (f"迟报{late}天" if ledger.first_filed_at else f"超期{late}天未报") if late else "",
        "entered_on": ledger.entered_on,
    }


@office_page
def ledger_xlsx(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One ledger as a table; the export is on the trail."""
    actor = actor_of(request)
    case = visible_case(actor, pk)
    outcome = perform("ledgers.export", case, actor, at=now())
    return _file(outcome.result, f"{case.title}.xlsx", XLSX)


@office_page
def ledger_changes(request: HttpRequest) -> HttpResponseBase:
    """The county's changes of a month for the provincial system; the export is on the trail."""
    actor = actor_of(request)
    held = actor.holds(MAY_REPORT_UPWARD)
    if held is None:
        raise Http404
    month, as_file = request.GET.get("month", ""), request.GET.get("format", "xlsx")
    try:
        data = {"month": month, "format": as_file}
        content = perform("ledgers.export_changes", held.organisation.county, actor, data, at=now()).result
    except Refused as error:
        messages.error(request, error.refusals[0].message)
        return redirect(f"{reverse('ledgers')}?month={quote(month)}")
    ending = "csv" if as_file == "csv" else "xlsx"
    return _file(content, f"{month}人员变动.{ending}", "text/csv; charset=utf-8" if ending == "csv" else XLSX)


def _file(content: bytes, name: str, content_type: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response
