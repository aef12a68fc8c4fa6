"""What the county's offices watch, counted in the database: people on posts, money, decisions, townships.

Five questions whatever the size of the county; each answers with rows per township or month, never per person.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone

from registry.models import County, Organisation
from registry.policies import Policy
from registry.roles import OrganisationKind
from workflows.applications.models import Application, State
from workflows.attendance.models import AttendanceSheet, SheetState
from workflows.attendance.pay_models import PayLine, RosterState
from workflows.attendance.sheets.days import last_day, month_before, month_of, next_month
from workflows.core.models import DeskTask
from workflows.core.working_days import working_days_between
from workflows.employment.models import Tenure, TenureState
from workflows.inspections.models import Finding, FindingState
from workflows.reporting.models import Ledger, LedgerState

MONTHS_SHOWN = 13
# The steps of an application: what they may take together is its term.
STEPS = ("village_opinion", "village_seal", "township_opinion", "township_seal")
LOCKED = (SheetState.LOCKED, SheetState.IN_PAY)
SETTLED = (
    FindingState.CORRECTED,
    FindingState.CLOSED,
    FindingState.HANDED_OVER,
    FindingState.UNFOUNDED,
    FindingState.VOIDED,
)
LONGEST_APPROVAL = timedelta(days=400)  # an older application is not looked for among those approved last month


@dataclass(frozen=True)
class TownshipFigures:
    """One township today; `ledger_*` are of this month's ledger, None while there is none; of last month's attendance
    `sheets` there are `locked` that pay may be drawn from."""

    pk: int
    name: str
    working: int
    edge_households: int
    overdue: int
    open_findings: int
    ledger_filed_at: datetime | None
    ledger_due_on: date | None
    sheets: int
    locked: int


@dataclass(frozen=True)
class Pay:
    """Last month's rosters so far."""

    due: Decimal
    people: int
    paid: Decimal


@dataclass(frozen=True)
class Figures:
    """`months` are first days; `at_work` counts who was on a post on each month's last day (today, in this one)."""

    months: list[date]
    at_work: list[int]
    began: int
    left: int
    townships: list[TownshipFigures]
    pay: Pay
    waits: Counter[int]  # working days from handing in to approval -> applications, approved last month


def figures_of(county: County, policy: Policy, on: date) -> Figures:
    """Everything on the page, as of the day `on`."""
    months = [month_of(on)]
    while len(months) < MONTHS_SHOWN:
        months.insert(0, month_before(months[0]))
    townships = _townships(county, on)
    people = _people([place["pk"] for place in townships], months, policy, on)
    none = dict.fromkeys((*(f"month_{number}" for number in range(MONTHS_SHOWN)), "now", "edge", "began", "left"), 0)
    of_township = {row["township"]: row for row in people}
    rows = [(place, of_township.get(place["pk"], none)) for place in townships]
    return Figures(
        months=months,
        at_work=[sum(row[f"month_{number}"] for _, row in rows) for number in range(MONTHS_SHOWN)],
        began=sum(row["began"] for _, row in rows),
        left=sum(row["left"] for _, row in rows),
        townships=[TownshipFigures(**place, working=row["now"], edge_households=row["edge"]) for place, row in rows],
        pay=_pay(county, month_before(month_of(on))),
        waits=_waits(county, month_before(month_of(on))),
    )


def _townships(county: County, on: date) -> list[dict[str, Any]]:
    """Each with what is overdue in it, its open findings and this month's ledger: one query."""
    ledger = Ledger.objects.filter(township=OuterRef("pk"), month=month_of(on)).exclude(state=LedgerState.VOIDED)
    late = DeskTask.objects.filter(process__township=OuterRef("pk"), finished__isnull=True, due_on__lt=on)
    findings = Finding.objects.filter(township=OuterRef("pk")).exclude(state__in=SETTLED)
    sheets = AttendanceSheet.objects.filter(township=OuterRef("pk"), month=month_before(month_of(on)))
    sheets = sheets.exclude(state__in=(SheetState.VOIDED, SheetState.CORRECTED))
    places = Organisation.objects.existing(on).filter(county=county, kind=OrganisationKind.TOWNSHIP)
    rows = places.order_by("code").values(
        "pk",
        "name",
        overdue=_counted(late, "process__township"),
        open_findings=_counted(findings, "township"),
        sheets=_counted(sheets, "township"),
        locked=_counted(sheets.filter(state__in=LOCKED), "township"),
        # The first version says when it was handed in first.
        ledger_filed_at=Subquery(ledger.order_by("version").values("first_filed_at")[:1]),
        ledger_due_on=Subquery(ledger.order_by("version").values("due_on")[:1]),
    )
    return [{**row} for row in rows]


def _counted(rows: QuerySet[Any], by: str) -> Coalesce:
    number = rows.order_by().values(by).annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(number, output_field=IntegerField()), Value(0))


def _people(townships: list[int], months: list[date], policy: Policy, on: date) -> Iterable[dict[str, Any]]:
    """Who is and was on a post, by township: one query."""
    this_month = months[-1]
    edge = [category.code for category in policy.categories if policy.counts_as_edge(category.code)]
    ends = [min(last_day(month), on) for month in months]
    there = Q(end_on__isnull=True, start_on__lte=on)
    tenures = Tenure.objects.filter(township__in=townships).exclude(state=TenureState.CANCELLED)
    return (
        tenures.order_by()
        .values("township")
        .annotate(
            **{
                f"month_{number}": Count(
                    "pk", filter=Q(start_on__lte=day) & (Q(end_on__isnull=True) | Q(end_on__gte=day))
                )
                for number, day in enumerate(ends)
            },
            now=Count("pk", filter=there | Q(start_on__lte=on, end_on__gte=on)),
            edge=Count(
                "worker__household",
                filter=Q(end_on__isnull=True, worker__household__category__in=edge),
                distinct=True,
            ),
            began=Count("pk", filter=Q(start_on__gte=this_month, start_on__lte=on)),
            left=Count("pk", filter=Q(end_on__gte=this_month, end_on__lt=on)),
        )
    )


def _pay(county: County, month: date) -> Pay:
    """The lines of the month's rosters: one query."""
    lines = PayLine.objects.filter(roster__county=county, roster__month=month)
    found = lines.exclude(roster__state=RosterState.VOIDED).aggregate(
        due=Sum("amount"),
        people=Count("worker", distinct=True),
        paid=Sum("amount", filter=Q(roster__state=RosterState.PAID)),
    )
    return Pay(due=found["due"] or Decimal(0), people=found["people"], paid=found["paid"] or Decimal(0))


def _waits(county: County, month: date) -> Counter[int]:
    """How long those waited who were approved in the month, in working days: one query, a row per pair of days."""
    zone = timezone.get_current_timezone()
    first, after = (datetime.combine(day, time.min, zone) for day in (month, next_month(month)))
    approved = Application.objects.filter(
        county=county,
        state__in=(State.APPROVED, State.SIGNED, State.DECLINED, State.LAPSED),
        case__created__gte=first - LONGEST_APPROVAL,
        case__finished__gte=first,
        case__finished__lt=after,
    )
    pairs = (
        approved.order_by()
        .values(handed_in=TruncDate("case__submitted_at"), approved=TruncDate("case__finished"))
        .annotate(number=Count("pk"))
    )
    waits: Counter[int] = Counter()
    for pair in pairs:
        waits[working_days_between(pair["handed_in"], pair["approved"])] += pair["number"]
    return waits


def term_of(policy: Policy) -> int | None:
    """What the steps of an application may take together, in working days; None where the policy sets no term."""
    days = [policy.step_days[step] for step in STEPS if step in policy.step_days]
    return sum(days) if len(days) == len(STEPS) else None
