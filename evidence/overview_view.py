"""全县概况: what the county's offices see first."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from registry.policies import NoPolicy, Policy, policy_on
from workflows.attendance.sheets.days import month_before, month_of
from workflows.core.actors import Actor
from workflows.core.clock import now, today
from workflows.core.county_sight import county_seen_by
from workflows.core.requests import actor_of, office_page

from .county_figures import Figures, TownshipFigures, figures_of, term_of
from .plots import bars_of, line_of, term_mark

# The plots in the table, in px.
BAR_PX, DAY_PX, DOTS_MOST = 150, 5.6, 8


def may_see_overview(actor: Actor) -> bool:
    """Those who see the whole county."""
    return county_seen_by(actor) is not None


@office_page
def overview(request: HttpRequest) -> HttpResponseBase:
    """People on posts, last month's money, how long decisions take, and every township."""
    actor = actor_of(request)
    county = county_seen_by(actor)
    if county is None:
        raise Http404
    on = today()
    try:
        policy = policy_on(county, on)
    except NoPolicy as error:
        return render(request, "evidence/overview.html", {"missing": str(error)})
    return render(request, "evidence/overview.html", _context(figures_of(county, policy, on), policy))


def _context(figures: Figures, policy: Policy) -> dict[str, Any]:
    on, term = today(), term_of(policy)
    last, this = month_before(month_of(on)), month_of(on)
    decided = sum(figures.waits.values())
    late = sum(number for days, number in figures.waits.items() if term is not None and days > term)
    bars = bars_of(figures.waits, term)
    most = max((place.working for place in figures.townships), default=0)
    findings = [place for place in figures.townships if place.open_findings]
    return {
        "at": timezone.localtime(now()),
        "this_month": f"{this.month}月",
        "last_month": f"{last.month}月",
        "last_year": f"{last:%Y}年{last.month}月",
        "working": figures.at_work[-1],
        "more": figures.at_work[-1] - figures.at_work[-2],
        "began": figures.began,
        "left": figures.left,
        "due": f"{figures.pay.due:,.0f}",
        "paid": f"{figures.pay.paid:,.0f}",
        "people": figures.pay.people,
        "sheets": sum(place.sheets for place in figures.townships),
        "locked": sum(place.locked for place in figures.townships),
        "decided": decided,
        "late": late,
        "median": _median(figures),
        "term": term,
        "term_x": term_mark(bars),
        "findings": sum(place.open_findings for place in findings),
        "finding_townships": len(findings),
        "overdue": sum(place.overdue for place in figures.townships),
        "line": line_of(figures.months, figures.at_work),
        "bars": bars,
        "quota": policy.edge_household_quota,
        "due_day": policy.ledger_due_day,
        "due_x": round(policy.ledger_due_day * DAY_PX, 1),
        "rows": [_row(place, most, policy) for place in figures.townships],
        "links": {name: reverse(name) for name in ("workers", "pay", "ledgers", "findings", "attendance")},
    }


def _median(figures: Figures) -> int | None:
    """Half were decided in so many working days or fewer."""
    half, seen = (sum(figures.waits.values()) + 1) // 2, 0
    for days in sorted(figures.waits):
        seen += figures.waits[days]
        if seen >= half:
            return days
    return None


def _row(place: TownshipFigures, most: int, policy: Policy) -> dict[str, Any]:
    quota, edge = policy.edge_household_quota, place.edge_households
    dots = [{"x": 10 + 20 * number, "filled": number < edge} for number in range(min(max(quota, edge), DOTS_MOST))]
    filed = timezone.localtime(place.ledger_filed_at).date() if place.ledger_filed_at else None
    days_late = (filed - place.ledger_due_on).days if filed and place.ledger_due_on else 0
    overdue = not filed and place.ledger_due_on is not None and place.ledger_due_on < today()
    words = f"{edge}户" + ("，超过限额" if edge > quota else "，已满" if edge == quota else "")
    return {
        "name": place.name,
        "url": f"{reverse('attendance')}?township={place.pk}",
        "working": place.working,
        "bar": round(BAR_PX * place.working / most) if most else 0,
        "dots": dots,
        "dots_width": 20 * len(dots),
        "edge": words,
        "beyond": edge > quota,
        "filed_x": round(filed.day * DAY_PX, 1) if filed and days_late <= 0 else None,
        "ledger": f"{filed.day}日" + (f"，迟{days_late}天" if days_late > 0 else "")
        if filed
        else "超期未报"
        if overdue
        else "还没有报送"
        if place.ledger_due_on
        else "还没有建立",
        "ledger_late": days_late > 0 or overdue,
        "sheets": f"{place.locked}/{place.sheets}" if place.sheets else "无",
        "overdue": place.overdue,
        "findings": place.open_findings,
    }
