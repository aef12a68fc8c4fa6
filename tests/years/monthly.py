"""What every month brings in the three years: a sheet that three sign, its pay, and the township's 实名台账."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

from registry.policies import POLICY_2019
from tests.attendance.months import at, month_of
from tests.attendance.test_pay import open_roster, pay, to_finance
from tests.cast import Cast, task_of
from workflows.core.daily import run_daily
from workflows.core.models import Case
from workflows.employment.models import Tenure
from workflows.reporting.ledgers.opening import opening_day_of
from workflows.reporting.models import Ledger, LedgerState

EVERY_MONTH = tuple(date(2020 + (9 + each) // 12, (9 + each) % 12 + 1, 1) for each in range(36))
"""The thirty-six months of the story, by their first days."""
TELLING_MONTHS = (EVERY_MONTH[0], date(2021, 7, 1), date(2021, 12, 1), date(2022, 7, 1), date(2023, 7, 1))
"""Enough of them for the rest of the story to stand on: what was paid before, too long, and what is appraised."""
COUNTED = {
    date(2020, 10, 1): (0, 8, 0, 8),
    date(2021, 10, 1): (8, 0, 1, 7),  # who failed has left
    date(2022, 1, 1): (7, 0, 0, 7),  # with the dead, of whom nobody knows yet
    date(2022, 4, 1): (6, 0, 1, 5),  # the dismissed
    date(2022, 10, 1): (5, 0, 0, 5),
    date(2023, 10, 1): (5, 0, 5, 0),  # after the thirty-sixth month nobody is left
}
"""What the ledgers say, counted by hand: last month, joined, left, now."""
EVERY_LEDGER = (*EVERY_MONTH, date(2023, 10, 1))


@dataclass
class Months:
    """The township goes on from day to day; the months in `months` are paid, those in `ledgers` reported."""

    cast: Cast
    months: tuple[date, ...] = TELLING_MONTHS
    ledgers: tuple[date, ...] = tuple(COUNTED)
    to_come: list[tuple[date, Callable[[date], None], date]] = field(init=False)  # what every month brings

    def __post_init__(self) -> None:
        paid = [(after(month), self.work_and_pay, month) for month in self.months]
        filed = [(opening_day_of(month, POLICY_2019), self.report, month) for month in self.ledgers]
        self.to_come = sorted([*paid, *filed], key=lambda each: each[0])

    def day(self, year: int, month: int, day: int) -> None:
        """Go on to a morning, with the night's round behind it; what the months bring before it is done first."""
        wanted = at(year, month, day)
        while self.to_come and self.to_come[0][0] <= wanted.date():
            _, act, of = self.to_come.pop(0)
            act(of)
        self.cast.now = max(self.cast.now, wanted)
        run_daily(self.cast.now)

    def work_and_pay(self, month: date) -> None:
        month_of(self.cast, month).lock()
        roster = open_roster(self.cast, f"{month:%Y-%m}")
        to_finance(self.cast, roster)
        pay(self.cast, roster, voucher=f"{month:%Y-%m}-0031")

    def report(self, month: date) -> None:
        """《办法》第五条: the township's ledger opens by itself, is signed twice, sealed, in time, and received."""
        opens = opening_day_of(month, POLICY_2019)
        self.cast.now = max(self.cast.now, at(opens.year, opens.month, opens.day))
        run_daily(self.cast.now)
        ledger = Ledger.objects.get(township=self.cast.township, month=month, version=1)
        self.hand_in(ledger)
        assert ledger.days_late(self.cast.now.date()) == 0
        if month in COUNTED:
            assert counts(ledger) == COUNTED[month]
        there = Tenure.objects.filter(start_on__lte=ledger.snapshot_on).exclude(end_on__lt=ledger.snapshot_on)
        assert ledger.now_count == there.count()

    def hand_in(self, ledger: Ledger) -> None:
        file(self.cast, ledger.case)
        self.cast.do("ledgers.receive", task_of(ledger.case), self.cast.officer)
        ledger.refresh_from_db()
        assert ledger.state == LedgerState.RECEIVED


def file(cast: Cast, case: Case) -> None:
    """Checked, reviewed, sealed and so handed in."""
    cast.act(case, "ledgers.check", cast.township_clerk)
    cast.act(case, "ledgers.review", cast.reviewer)
    cast.do("ledgers.file", task_of(case), cast.township_keeper)


def counts(ledger: Ledger) -> tuple[int, int, int, int]:
    return ledger.last_count, ledger.joined_count, ledger.left_count, ledger.now_count


def after(month: date) -> date:
    """The first day of the month that follows."""
    return (month + timedelta(days=32)).replace(day=1)
