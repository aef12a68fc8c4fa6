"""What was really paid to somebody: the lines of paid rosters, and which of them are asked back already."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet, Sum

from registry.models import Worker
from workflows.attendance.models import PayLine, PayRoster, RosterState

from ..models import Recovery, RecoveryLine, RecoveryState


def paid_lines(worker: Worker) -> QuerySet[PayLine]:
    """Every line of a paid roster for this person that is not asked back already, oldest month first.

    Of a roster that left the person less than nothing no money moved: its lines count once the difference is asked
    back by itself.
    """
    claimed = RecoveryLine.objects.filter(counts=True).values("pay_line")
    paid = PayLine.objects.filter(worker=worker, counts=True, roster__state=RosterState.PAID)
    short = paid.values("roster").annotate(net=Sum("amount")).filter(net__lt=0).order_by().values("roster")
    settled = Recovery.objects.filter(paid_to=worker, roster__isnull=False).exclude(state=RecoveryState.VOIDED)
    unsettled = paid.filter(roster__in=short).exclude(roster__in=settled.values("roster"))
    open_lines = paid.exclude(pk__in=claimed).exclude(pk__in=unsettled.values("pk"))
    return open_lines.select_related("roster").order_by("for_month", "pk")


def difference_lines(roster: PayRoster, worker: Worker) -> list[PayLine]:
    """What one roster says of one person, where it leaves them less than nothing; else empty (one query)."""
    lines = list(PayLine.objects.filter(roster=roster, worker=worker, counts=True).order_by("for_month", "pk"))
    return lines if total_of(lines) < 0 else []


def within(lines: Iterable[PayLine], first: date | None, last: date | None) -> list[PayLine]:
    """The lines of these months (their first days, both inclusive); an open end is no limit."""
    return [
        line
        for line in lines
        if (first is None or line.for_month >= first) and (last is None or line.for_month <= last)
    ]


def by_month(lines: Iterable[PayLine]) -> list[tuple[date, date | None, Decimal]]:
    """Month, day of payment and amount: corrections of a month are put together with it, and what is zero left out."""
    found: dict[date, tuple[date | None, Decimal]] = {}
    for line in lines:
        paid_on, amount = found.get(line.for_month, (line.roster.paid_on, Decimal(0)))
        found[line.for_month] = (paid_on, amount + line.amount)
    return [(month, paid_on, amount) for month, (paid_on, amount) in sorted(found.items()) if amount]


def total_of(lines: Iterable[PayLine]) -> Decimal:
    """The sum in yuan."""
    return sum((line.amount for line in lines), Decimal(0))
