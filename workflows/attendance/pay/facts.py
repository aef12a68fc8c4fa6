"""Fills in what the rules ask of a roster, and groups its lines as the paper prints them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Sum

from registry.models import Worker
from workflows.core.actors import Actor
from workflows.core.models import DeskTask

from ..models import AUDITED, LineKind, PayLine, PayRoster, RosterState
from ..sheets import days
from .rules import LineFacts, RosterFacts

# Whoever did these may not do what follows; who reviewed a roster that came back reviews it again.
BEFORE_REVIEW, BEFORE_PAYMENT = ("pay.submit",), ("pay.submit", "pay.review")


@dataclass(frozen=True)
class Payee:
    """What one person gets in one roster, all lines together; what is taken back is in it."""

    worker: Worker
    amount: Decimal
    villages: str
    remark: str


def lines_of(roster: PayRoster) -> list[PayLine]:
    """The lines that count, with their people and sheets (one query, once per page)."""
    notes = roster.case.notes()
    if "pay_lines" not in notes:
        kept = PayLine.objects.filter(roster=roster, counts=True).select_related("worker", "village", "sheet")
        notes["pay_lines"] = list(kept.order_by("position"))
    return list(notes["pay_lines"])


def in_rows(lines: Sequence[PayLine]) -> list[list[PayLine]]:
    """One row for each person and month: parts of two villages stand in one."""
    rows: dict[tuple[int, date, str], list[PayLine]] = {}
    for line in lines:
        rows.setdefault((line.worker_id, line.for_month, line.kind), []).append(line)
    return list(rows.values())


def remark_of(row: Sequence[PayLine], month: date) -> str:
    """How the amount of a row came about."""
    first = row[0]
    if first.kind == LineKind.CORRECTION:
        back = sum((line.amount for line in row), Decimal(0)) < 0
        return f"{days.spoken(first.for_month)}更正，{'扣回' if back else '补发'}"
    parts = []
    if first.for_month != month:
        parts.append(f"补发{days.spoken(first.for_month)}")
    inside = sum(line.inside for line in row)
    if not any(line.due for line in row):
        parts.append("未出勤" if not any(line.attended for line in row) else "当月已在别处发放")
    elif any(line.by_days for line in row):
        parts.append(f"按天{inside}/{first.calendar_days}")
    elif inside < first.calendar_days:
        parts.append("不满月按整月")
    return "，".join(parts)


def payees(lines: Sequence[PayLine]) -> list[Payee]:
    """What the bank pays: one amount for each person."""
    by_worker: dict[int, list[PayLine]] = {}
    for line in lines:
        by_worker.setdefault(line.worker_id, []).append(line)
    return [
        Payee(
            worker=own[0].worker,
            amount=sum((line.amount for line in own), Decimal(0)),
            villages="、".join(dict.fromkeys(line.village.name for line in own)),
            remark="含更正差额" if any(line.kind == LineKind.CORRECTION for line in own) else "",
        )
        for own in by_worker.values()
    ]


def total_of(lines: Sequence[PayLine]) -> Decimal:
    return sum((line.amount for line in lines), Decimal(0))


def facts_of(
    roster: PayRoster,
    lines: Sequence[PayLine],
    *,
    on: date,
    actor: Actor | None = None,
    voucher: str = "",
    paid_on: date | None = None,
) -> RosterFacts:
    """Two queries: what the people's months come to in the whole county, and whether the actor had a hand in it."""
    sums = PayLine.objects.filter(
        counts=True, worker__in={line.worker_id for line in lines}, for_month__in={line.for_month for line in lines}
    )
    totals = {
        (row["worker"], row["for_month"]): row["total"]
        for row in sums.values("worker", "for_month").annotate(total=Sum("amount")).order_by()
    }
    prepared = False
    if actor is not None and actor.user is not None and not roster.is_live:
        acts = BEFORE_REVIEW if roster.state == RosterState.AWAITING_REVIEW else BEFORE_PAYMENT
        done = DeskTask.objects.filter(process=roster.case_id, owner=actor.user, outcome__in=acts, status="DONE")
        prepared = done.exists()
    return RosterFacts(
        on=on,
        lines=tuple(
            LineFacts(
                name=line.worker.name,
                amount=line.amount,
                audited=line.sheet.state in AUDITED and line.sheet.locked_on is not None,
                standard=line.standard,
                month_total=totals.get((line.worker_id, line.for_month), line.amount),
                has_account=bool(line.worker.account),
            )
            for line in lines
        ),
        actor_prepared=prepared,
        sealed_on=roster.sealed_on,
        voucher=voucher,
        paid_on=paid_on,
    )


def waited(roster: PayRoster, lines: Sequence[PayLine], on: date) -> tuple[int, int] | None:
    """Days from the audit of its sheets to the payment (or to `on`, while it is not paid): shortest and longest."""
    locked = [line.sheet.locked_on for line in lines if line.sheet.locked_on is not None]
    if not locked:
        return None
    until = roster.paid_on or on
    return max((until - max(locked)).days, 0), max((until - min(locked)).days, 0)
