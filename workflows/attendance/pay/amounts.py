"""What a month is worth, to the fen; plain numbers, no database.

《方案》三（二）4: 400元 a month. A partial month by the policy in force: paid whole, or the standard times the days
inside the agreement by the calendar days of the month, rounded half up to the fen.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from registry.policies import Policy
from registry.policy_parameters import PartialMonth

FEN = Decimal("0.01")


@dataclass(frozen=True)
class Worth:
    """An amount and how it came about."""

    amount: Decimal
    by_days: bool


def worth_of(*, standard: int, inside: int, calendar_days: int, attended: int, partial: PartialMonth) -> Worth:
    """One village's part of one person's month, by itself; what other villages' parts leave of the standard is told in
    reckoning.py. Whoever did not attend one day gets nothing (《办法》第四条第2项)."""
    by_days = partial == "by_attendance" and inside < calendar_days
    if attended <= 0 or inside <= 0:
        return Worth(Decimal(0), by_days)
    whole = Decimal(standard)
    amount = (whole * inside / calendar_days).quantize(FEN, ROUND_HALF_UP) if by_days else whole
    return Worth(amount, by_days)


def partial_rule(policy: Policy) -> str:
    """The policy's rule in words, for the paper."""
    if policy.partial_month == "by_attendance":
        return "不满整月的，按标准×协议期内天数÷当月天数计发，四舍五入到分"
    return "不满整月的，按整月计发"
