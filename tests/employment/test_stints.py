"""Whose days lie in a month: only those inside a sealed agreement."""

from datetime import date
from typing import Any

import pytest

from signatures.demo_strokes import demo_signature
from tests.cast import Cast, task_of
from tests.employment.test_agreements import conclude, drawn_up
from workflows.employment.tenures import tenures_in

pytestmark = pytest.mark.django_db


def days(cast: Cast, first: date, last: date, village: str = "104001") -> list[tuple[str, str]]:
    found = tenures_in(cast.places[village], first, last)
    return [(stint.first.isoformat(), stint.last.isoformat()) for stint in found]


def test_a_month_holds_the_days_inside_the_agreement_and_no_others(cast: Cast) -> None:
    _, case = drawn_up(cast)
    conclude(cast, case, start_on="2020-09-15", end_on="2020-11-10")
    assert days(cast, date(2020, 8, 1), date(2020, 8, 31)) == []
    assert days(cast, date(2020, 9, 1), date(2020, 9, 30)) == [("2020-09-15", "2020-09-30")]
    assert days(cast, date(2020, 10, 1), date(2020, 10, 31)) == [("2020-10-01", "2020-10-31")]
    assert days(cast, date(2020, 11, 1), date(2020, 11, 30)) == [("2020-11-01", "2020-11-10")]
    assert days(cast, date(2020, 12, 1), date(2020, 12, 31)) == []
    assert days(cast, date(2020, 10, 1), date(2020, 10, 31), "104002") == []


def test_whoever_left_earlier_has_no_days_after_the_last_one(cast: Cast) -> None:
    _, case = drawn_up(cast)
    conclude(cast, case, start_on="2020-09-15", end_on="2020-11-10")
    case.agreement.worker.tenures.update(end_on=date(2020, 9, 20))
    assert days(cast, date(2020, 9, 1), date(2020, 9, 30)) == [("2020-09-15", "2020-09-20")]
    assert days(cast, date(2020, 10, 1), date(2020, 10, 31)) == []


def test_an_agreement_that_is_not_sealed_gives_no_days(cast: Cast) -> None:
    _, case = drawn_up(cast)
    data: Any = {"start_on": "2020-09-15", "end_on": "2020-11-10", "workplace": "青禾村主街"}
    cast.do("agreements.submit", task_of(case), cast.clerk, data | {"worker_strokes": demo_signature("周桂兰")})
    assert days(cast, date(2020, 9, 1), date(2020, 9, 30)) == []
