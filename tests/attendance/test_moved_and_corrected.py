"""Months that are not plain, reckoned by hand beside the system: to the fen, in all villages together."""

from datetime import date
from decimal import Decimal

import pytest
from django.db.models import Sum

from registry.models import Worker
from registry.roles import Role
from tests.attendance.months import SEPTEMBER, Month, at, employ, month_of
from tests.attendance.test_pay import absent, by_days, corrected, open_roster, pay, to_finance
from tests.cast import Cast
from workflows.attendance.models import AttendanceSheet, PayLine

pytestmark = pytest.mark.django_db


def moved(cast: Cast) -> tuple[Worker, Month, Month]:
    """To the 20th in one village, from the 21st in the other: both sheets of September."""
    worker = cast.workers[1]
    tenure = worker.tenures.get()
    cast.now = at(2020, 9, 21, 8)
    tenure.end("withdrawn")
    tenure.end_on = date(2020, 9, 20)
    tenure.save()
    source = {"name": worker.name, "id_number": worker.id_number, "phone": worker.phone}
    employ(cast, date(2020, 9, 21), date(2021, 3, 20), village="104002", **source)
    here = month_of(cast)
    there = AttendanceSheet.objects.get(village=cast.places["104002"], month=SEPTEMBER).case
    return worker, here, Month(cast, there, cast.also("outsider", Role.VILLAGE_COMMITTEE_MEMBER, "104002"))


def paid_out(cast: Cast, month: str = "2020-09") -> None:
    case = open_roster(cast, month)
    to_finance(cast, case)
    pay(cast, case)


def september_of(worker: Worker) -> Decimal:
    found = PayLine.objects.filter(worker=worker, for_month=SEPTEMBER, counts=True).aggregate(total=Sum("amount"))
    return Decimal(found["total"])


def correct_there(there: Month, **typed: str) -> Month:
    """As `corrected`, by the other village's people."""
    cast, clerk = there.cast, there.clerk
    real, cast.people["clerk"] = cast.people["clerk"], clerk
    try:
        return corrected(there, **typed)
    finally:
        cast.people["clerk"] = real


@pytest.mark.article("《方案》三（二）4")
def test_what_one_village_takes_back_the_other_makes_up_for_when_whole_months_are_paid(cast: Cast) -> None:
    """The shipped policy pays any part of a month whole: the second village's part was nothing, because the first had
    paid it all. When it turns out that nobody worked in the first, the month is still worth its 400元; when nobody
    worked in the second either, all of it is taken back."""
    worker, here, there = moved(cast)
    here.lock()
    there.lock()
    paid_out(cast)
    lines = PayLine.objects.filter(worker=worker).order_by("position")
    assert [str(line.amount) for line in lines] == ["400.00", "0.00"]
    first = corrected(here, **absent(worker.pk, 16, 20))
    month_of(cast, date(2020, 10, 1)).lock()
    paid_out(cast, "2020-10")
    assert september_of(worker) == 400
    correct_there(there, **absent(worker.pk, 21, 30))
    paid_out(cast, "2020-10")
    assert september_of(worker) == 0
    # And once more: they had worked on one day after all.
    corrected(first, **{f"d{worker.pk}_16": "v"})
    paid_out(cast, "2020-10")
    assert september_of(worker) == 400


def test_by_days_each_village_has_its_own_days_whatever_the_other_corrects(cast: Cast) -> None:
    by_days(cast)
    worker, here, there = moved(cast)
    here.lock()
    there.lock()
    paid_out(cast)
    assert september_of(worker) == Decimal("66.67") + Decimal("133.33")
    corrected(here, **absent(worker.pk, 16, 20))
    month_of(cast, date(2020, 10, 1)).lock()
    paid_out(cast, "2020-10")
    assert september_of(worker) == Decimal("133.33")
