"""What the clock does: it opens the month's ledger of every township, and files away what was received."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from django.utils import timezone

from registry.models import County, Organisation
from registry.policies import NoPolicy, policy_on
from registry.roles import OrganisationKind
from workflows.attendance.sheets.days import month_of, next_month
from workflows.core.daily import daily
from workflows.core.door import Step

from ..models import Ledger, LedgerState
from .opening import opening_day_of


@daily("建立实名台账")
def ledgers_due(at: datetime) -> Iterator[Step]:
    """Every township's, of this month and of any month since the county's first ledger that was missed."""
    on = timezone.localtime(at).date()
    for county in County.objects.order_by("pk"):
        opened = set(Ledger.objects.filter(county=county).values_list("township_id", "month"))
        townships = Organisation.objects.existing(on).filter(county=county, kind=OrganisationKind.TOWNSHIP)
        for month in _months(county, opened, on):
            for township in townships.order_by("code"):
                if (township.pk, month) not in opened:
                    yield Step("ledgers.open", township, {"month": f"{month:%Y-%m}"})


def _months(county: County, opened: set[tuple[int, date]], on: date) -> Iterable[date]:
    """The months whose opening day has come, the earliest first."""
    month = min((month for _, month in opened), default=month_of(on))
    while month <= on:
        try:
            policy = policy_on(county, on if month == month_of(on) else month)
        except NoPolicy:
            return
        if opening_day_of(month, policy) <= on:
            yield month
        month = next_month(month)


@daily("台账归档")
def ledgers_over(at: datetime) -> Iterable[Step]:
    """What was received of months that are over."""
    month = month_of(timezone.localtime(at).date())
    received = Ledger.objects.filter(state=LedgerState.RECEIVED, month__lt=month).select_related("case")
    return [Step("ledgers.archive", ledger.case, {}) for ledger in received.order_by("pk")]
