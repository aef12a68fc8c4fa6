"""A village lives through fourteen months, through the door with all papers, and the pay of every person and month is
what a reckoning of our own comes to."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest
from django.db.models import Sum

from registry.models import Worker
from tests.attendance.months import Month, at, employ, member_of, month_of
from tests.attendance.test_pay import by_days, corrected, open_roster, pay, to_finance
from tests.cast import Cast, post_of, task_of
from tests.registry.people import id_number
from workflows.attendance.models import AttendanceSheet, PayLine, PayRoster, RosterState, SheetState

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
FIRST = date(2020, 9, 1)
MONTHS = 14


def following(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=1)


def ours(begun: date, ended: date, month: date) -> Decimal:
    """400 a month, the days inside by the days of the month, half a fen up: written down from the rule alone."""
    days = [month + timedelta(days=number) for number in range((following(month) - month).days)]
    inside = sum(1 for day in days if begun <= day <= ended)
    return (Decimal(400) * inside / len(days)).quantize(Decimal("0.01"), ROUND_HALF_UP)


def months() -> Iterator[date]:
    month = FIRST
    for _ in range(MONTHS):
        yield month
        month = following(month)


def leave(worker: Worker, last: date) -> None:
    """They went of their own accord; the exit's own flow is another room's story."""
    tenure = worker.tenures.get()
    if tenure.end_on is None:
        tenure.end("withdrawn")
    tenure.end_on = last
    tenure.save()


def test_fourteen_months_are_paid_to_the_fen(county: Cast) -> None:
    cast = county
    by_days(cast)
    roomy = post_of(cast.village, "养路", 100)
    post = str(cast.do("employment.establish_post", cast.county, cast.system, roomy).result.pk)
    cast.people["member"] = member_of(cast)
    # Who, and the first and the last day we reckon with.
    whole = employ(cast, date(2020, 9, 15), date(2021, 9, 14), post=post)
    leaver = employ(cast, date(2020, 9, 17), date(2021, 9, 16), post=post)
    # Born on 29 February 1956: 65 on 28 February 2021, the last day.
    born = id_number(date(1956, 2, 29), 201)
    old = employ(cast, date(2020, 9, 18), date(2021, 2, 28), post=post, id_number=born)
    spans = {
        whole: (date(2020, 9, 15), date(2021, 9, 14)),
        leaver: (date(2020, 9, 17), date(2021, 1, 15)),
        old: (date(2020, 9, 18), date(2021, 2, 28)),
    }
    paid: list[Month] = []
    for month in months():
        if month == date(2020, 10, 1):
            cast.now = at(2020, 10, 9)
            late = employ(cast, date(2020, 10, 12), date(2021, 10, 11), post=post)
            spans[late] = (date(2020, 10, 12), date(2021, 10, 11))
        if month == date(2021, 1, 1):
            cast.now = at(2021, 1, 21)
            leave(leaver, date(2021, 1, 20))
        sheet = month_of(cast, month)
        if month == date(2020, 11, 1):
            # Signed, then changed: everybody signs again.
            sheet.fill()
            sheet.workers_sign()
            cast.do("attendance.reopen", sheet.case, cast.clerk, {"reason": "有一天请假。"})
            row = sheet.rows[0]
            cast.do("attendance.save", task_of(sheet.case), cast.clerk, {f"d{row.worker_id}_4": "p"})
            assert not any(row.signature for row in sheet.rows)
        sheet.lock()
        case = open_roster(cast, f"{month:%Y-%m}")
        to_finance(cast, case)
        pay(cast, case)
        paid.append(sheet)
        if month == date(2021, 1, 1):
            # After the payment it turns out that the last day was the 15th.
            leave(leaver, date(2021, 1, 15))
            corrected(paid[-1])
    for worker, (begun, ended) in spans.items():
        for month in months():
            lines = PayLine.objects.filter(worker=worker, for_month=month, counts=True)
            found = lines.aggregate(total=Sum("amount"))["total"] or Decimal(0)
            assert found == ours(begun, ended, month), f"{worker.name} {month:%Y-%m}"
    settled = PayLine.objects.get(kind="correction")
    assert (settled.roster.month, settled.amount) == (date(2021, 2, 1), ours(*spans[leaver], date(2021, 1, 1)) -
            ours(date(2020, 9, 17), date(2021, 1, 20), date(2021, 1, 1)))  # fmt: skip
    assert not PayLine.objects.exclude(sheet__state__in=[SheetState.IN_PAY, SheetState.CORRECTED]).exists()
    assert set(PayRoster.objects.values_list("state", flat=True)) == {RosterState.PAID}
    assert AttendanceSheet.objects.count() == MONTHS + 1
