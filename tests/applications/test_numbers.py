"""编号: year, township and a running number without gaps; given once, at the first submission."""

import pytest

from tests.cast import Cast, application_of
from workflows.applications.models import State
from workflows.core.models import Case, NumberSeries
from workflows.core.refusals import Refused


def number_of(case: Case) -> str:
    return Case.objects.get(pk=case.pk).number


def test_each_township_counts_for_itself(cast: Cast) -> None:
    numbers = [number_of(cast.apply(village=village)) for village in ("104001", "101001", "104002", "101001")]
    assert numbers == ["2020-104-0001", "2020-101-0001", "2020-104-0002", "2020-101-0002"]


def test_each_year_begins_again(cast: Cast) -> None:
    first = cast.apply()
    cast.tick(days=120)
    second = cast.apply()
    assert (number_of(first), number_of(second)) == ("2020-104-0001", "2021-104-0001")


def test_the_year_is_the_countys_and_not_the_clock_of_greenwich(cast: Cast) -> None:
    cast.now = cast.now.replace(month=12, day=31, hour=23, minute=49)
    last = cast.apply()
    first = cast.apply()
    assert (number_of(last), number_of(first)) == ("2020-104-0001", "2021-104-0001")


def test_a_draft_and_a_refused_submission_use_no_number(cast: Cast) -> None:
    cast.draft()
    for _ in range(3):
        with pytest.raises(Refused):
            cast.apply(phone="1")
    assert not NumberSeries.objects.exists()
    assert number_of(cast.apply()) == "2020-104-0001"
    assert number_of(cast.apply()) == "2020-104-0002"


def test_a_number_stays_with_its_application_whatever_becomes_of_it(cast: Cast) -> None:
    taken_back = cast.apply()
    cast.do("desk.take_back", taken_back, cast.clerk, {})
    returned = cast.walk_to(State.RETURNED)
    voided = cast.walk_to(State.VOIDED)
    for case in (taken_back, returned):
        cast.act(case, "applications.submit", cast.clerk, application_of(case).answers)
    numbers = [number_of(case) for case in (taken_back, returned, voided, cast.apply())]
    assert numbers == [f"2020-104-{n:04d}" for n in (1, 2, 3, 4)]


def test_after_the_ten_thousandth_the_number_grows_by_a_digit(cast: Cast) -> None:
    NumberSeries.objects.create(county=cast.county, scope="2020-104", last=9999)
    assert number_of(cast.apply()) == "2020-104-10000"
