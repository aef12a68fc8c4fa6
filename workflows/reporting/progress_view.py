"""How far the month is in the whole county, township by township."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from workflows.attendance.models import RosterState
from workflows.attendance.pay.documents import TAGS as ROSTER_TAGS
from workflows.attendance.sheets.days import month_before, month_of, next_month, parse_month, spoken
from workflows.core.actors import Actor
from workflows.core.clock import today
from workflows.core.county_sight import county_seen_by
from workflows.core.requests import actor_of, office_page

from .ledgers.documents import TAGS as LEDGER_TAGS
from .progress import STAGES, TownshipMonth, county_month

LABELS = {"filling": "填写中", "signing": "村里签字", "audit": "待乡镇审核盖章", "locked": "已锁定"}


def may_see_progress(actor: Actor) -> bool:
    return county_seen_by(actor) is not None


@office_page
def county_progress(request: HttpRequest) -> HttpResponseBase:
    """The month before this one unless another is asked for: it is the one that closes."""
    county, on = county_seen_by(actor_of(request)), today()
    if county is None:
        raise Http404
    this = month_of(on)
    month = min(parse_month(request.GET.get("month")) or month_before(this), this)
    found = county_month(county, month, on)
    context = {
        "title": f"{spoken(month)}办理进度",
        "rows": [_row(each, month) for each in found],
        "stages": [LABELS[stage] for stage in STAGES],
        "total": _total(found),
        "earlier_url": f"{reverse('county_month')}?month={month_before(month):%Y-%m}",
        "later_url": f"{reverse('county_month')}?month={next_month(month):%Y-%m}" if month < this else "",
        "ledgers_url": f"{reverse('ledgers')}?month={month:%Y-%m}",
    }
    return render(request, "progress/county.html", context)


def _row(each: TownshipMonth, month: date) -> dict[str, Any]:
    return {
        "name": each.township.name,
        "url": f"{reverse('attendance')}?township={each.township.pk}&until={month:%Y-%m}",
        "wanted": each.wanted,
        "opened": each.opened,
        "missing": each.missing,
        "named": list(zip(LABELS.values(), each.stages.values(), strict=True)),
        "corrections": each.corrections,
        "roster": _tag(each.roster, ROSTER_TAGS),
        "roster_url": reverse("case", args=[each.roster_case]) if each.roster_case and _shown(each.roster) else "",
        "rosters": f"{each.rosters}册，已发放{each.rosters_paid}册" if each.rosters > 1 else "",
        "ledger": _tag(each.ledger, LEDGER_TAGS),
        "ledger_url": reverse("case", args=[each.ledger_case]) if each.ledger_case else "",
        "ledger_late": (f"迟报{each.ledger_late}天" if each.ledger_filed else f"超期{each.ledger_late}天未报")
        if each.ledger_late
        else "",
        "late": each.late,
    }


def _shown(state: RosterState | None) -> bool:
    """A roster that is still being drawn up is the township's own."""
    return state is not None and state != RosterState.PREPARING


def _tag(state: Any, tags: Any) -> dict[str, str] | None:
    return {"kind": tags.get(state, ""), "label": state.label} if state is not None else None


def _total(found: Sequence[TownshipMonth]) -> dict[str, Any]:
    stages = {stage: sum(each.stages[stage] for each in found) for stage in STAGES}
    return {
        "wanted": sum(each.wanted for each in found),
        "opened": sum(each.opened for each in found),
        "named": list(zip(LABELS.values(), stages.values(), strict=True)),
        "locked": stages["locked"],
        "most": max(sum(each.wanted for each in found), sum(each.opened for each in found)),
        "missing": sum(each.missing for each in found),
        "rosters": sum(each.rosters for each in found),
        "paid": sum(each.rosters_paid for each in found),
        "ledgers_filed": sum(1 for each in found if each.ledger_filed),
        "ledgers_late": sum(1 for each in found if each.ledger_late),
        "townships": len(found),
        "late": sum(each.late for each in found),
    }
