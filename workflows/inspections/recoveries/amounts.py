"""What was really paid to somebody: the lines of paid rosters, and which of them are asked back already."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from registry.models import Worker
from workflows.attendance.models import PayLine, PayRoster, RosterState

from ..models import Recovery, RecoveryLine, RecoveryState


def paid_lines(*workers: Worker) -> list[PayLine]:
    """Every line of a paid roster for these people that is not asked back already, oldest month first (three queries).

    Of a roster that left the person less than nothing no money moved: its lines count once the difference is asked
    back by itself.
    """
    paid = PayLine.objects.filter(worker__in=workers, counts=True, roster__state=RosterState.PAID)
    lines = list(paid.select_related("roster").order_by("for_month", "pk"))
    claimed = set(
        RecoveryLine.objects.filter(counts=True, pay_line__worker__in=workers).values_list("pay_line", flat=True)
    )
    settled = Recovery.objects.filter(paid_to__in=workers, roster__isnull=False).exclude(state=RecoveryState.VOIDED)
    settled_pairs = set(settled.values_list("roster", "paid_to"))
    net: dict[tuple[int, int], Decimal] = {}
    for line in lines:
        net[line.roster_id, line.worker_id] = net.get((line.roster_id, line.worker_id), Decimal(0)) + line.amount
    unsettled = {pair for pair, amount in net.items() if amount < 0} - settled_pairs
    return [line for line in lines if line.pk not in claimed and (line.roster_id, line.worker_id) not in unsettled]


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
