"""Counting service on welfare posts: months as the calendar has them, left-over days put together."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.employment.service import Span, Stretch, months_after, service_until, span_of

DAYS = st.dates(date(2015, 1, 1), date(2035, 12, 31))
LENGTHS = st.integers(0, 1500)


def until(first: date, last: date | None, on: date) -> Span:
    return service_until([Stretch(first, last)], on)


@pytest.mark.parametrize(
    ("first", "last", "span"),
    [
        (date(2020, 3, 1), date(2020, 3, 1), Span(0, 1)),
        (date(2020, 3, 1), date(2020, 3, 30), Span(0, 30)),
        (date(2020, 3, 1), date(2020, 3, 31), Span(1, 0)),
        (date(2020, 3, 1), date(2020, 5, 31), Span(3, 0)),
        (date(2020, 1, 31), date(2020, 2, 27), Span(0, 28)),
        (date(2020, 1, 31), date(2020, 2, 28), Span(1, 0)),  # no 30 or 31 February: its last day ends the month
        (date(2019, 2, 1), date(2019, 2, 28), Span(1, 0)),
        (date(2020, 2, 1), date(2020, 2, 28), Span(0, 28)),
        (date(2020, 2, 1), date(2020, 2, 29), Span(1, 0)),
        (date(2020, 2, 29), date(2021, 2, 27), Span(12, 0)),
        (date(2020, 12, 15), date(2021, 1, 14), Span(1, 0)),
        (date(2019, 7, 1), date(2022, 6, 29), Span(35, 29)),
        (date(2019, 8, 1), date(2022, 7, 30), Span(35, 30)),
        (date(2019, 7, 1), date(2022, 6, 30), Span(36, 0)),
        (date(2019, 7, 1), date(2022, 7, 1), Span(36, 1)),
    ],
)
def test_months_and_days_from_the_first_day_to_the_last(first: date, last: date, span: Span) -> None:
    assert span_of(first, last) == span


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2020, 1, 31), 1, date(2020, 2, 29)),
        (date(2019, 1, 31), 1, date(2019, 2, 28)),
        (date(2020, 2, 29), 12, date(2021, 2, 28)),
        (date(2020, 2, 29), 48, date(2024, 2, 29)),
        (date(2020, 12, 31), 0, date(2020, 12, 31)),
        (date(2020, 11, 30), 1, date(2020, 12, 30)),
        (date(2020, 12, 1), 1, date(2021, 1, 1)),
    ],
)
def test_a_month_later_is_the_same_day_or_the_months_last(day: date, months: int, later: date) -> None:
    assert months_after(day, months) == later


@pytest.mark.article("《办法》第十条")
def test_three_years_over_two_villages_are_three_years() -> None:
    stretches = [
        Stretch(date(2019, 7, 1), date(2020, 6, 30)),
        Stretch(date(2021, 1, 1), date(2021, 12, 31)),
        Stretch(date(2022, 7, 1), None),
    ]
    assert service_until(stretches, date(2023, 6, 29)) == Span(35, 29)
    assert service_until(stretches, date(2023, 6, 30)) == Span(36, 0)


def test_left_over_days_of_several_stretches_are_put_together() -> None:
    twenty = [Stretch(date(2020, 3, 1), date(2020, 3, 20)), Stretch(date(2020, 5, 1), date(2020, 5, 20))]
    assert service_until(twenty, date(2020, 12, 31)).months == 1


@pytest.mark.article("《办法》第十条")
def test_a_day_short_of_three_years_in_one_stretch_is_not_three_years() -> None:
    # The last month has 31 days: thirty of them are not that month.
    assert until(date(2019, 8, 1), None, date(2022, 7, 30)) < Span(36, 0)
    assert until(date(2019, 8, 1), None, date(2022, 7, 31)) == Span(36, 0)


def test_what_lies_in_the_future_does_not_count_yet() -> None:
    planned = Stretch(date(2021, 1, 1), date(2021, 12, 31))
    assert service_until([planned], date(2020, 12, 31)) == Span(0, 0)
    assert service_until([planned], date(2021, 1, 1)) == Span(0, 1)
    assert service_until([planned], date(2030, 1, 1)) == Span(12, 0)


def test_nobody_who_never_worked_has_service() -> None:
    assert service_until([], date(2020, 1, 1)) == Span(0, 0)
    assert str(Span(0, 0)) == "0天"
    assert str(Span(35, 30)) == "35个月零30天"
    assert str(Span(36, 0)) == "36个月"


@given(DAYS, st.integers(0, 60))
def test_whole_months_from_any_day_are_whole_months(first: date, months: int) -> None:
    if first.day <= 28 and months:
        assert span_of(first, months_after(first, months) - timedelta(days=1)) == Span(months, 0)


@given(DAYS, LENGTHS)
def test_days_left_over_never_make_a_whole_month_of_the_calendar(first: date, length: int) -> None:
    span = span_of(first, first + timedelta(days=length))
    assert 0 <= span.days <= 30
    assert months_after(first, span.months) + timedelta(days=span.days) == first + timedelta(days=length + 1)


@given(DAYS, LENGTHS)
def test_one_day_more_is_never_less_service(first: date, length: int) -> None:
    last = first + timedelta(days=length)
    following = last + timedelta(days=1)
    assert until(first, None, last) <= until(first, None, following)
    assert span_of(first, last) < span_of(first, following)


@given(DAYS, LENGTHS, LENGTHS)
def test_a_stretch_that_ended_counts_the_same_on_every_later_day(first: date, length: int, later: int) -> None:
    last = first + timedelta(days=length)
    assert until(first, last, last + timedelta(days=later)) == until(first, last, last)


@given(DAYS, st.lists(st.tuples(st.integers(1, 200), LENGTHS), max_size=5))
def test_more_stretches_never_make_less_and_their_order_does_not_matter(
    start: date, pieces: list[tuple[int, int]]
) -> None:
    stretches, day = [], start
    for gap, length in pieces:
        first = day + timedelta(days=gap)
        day = first + timedelta(days=length)
        stretches.append(Stretch(first, day))
    whole = service_until(stretches, day)
    assert whole == service_until(reversed(stretches), day)
    for number in range(len(stretches)):
        assert service_until(stretches[:number], day) <= whole


@given(DAYS, LENGTHS, LENGTHS)
def test_an_interruption_of_no_day_changes_the_count_by_less_than_a_month(first: date, one: int, other: int) -> None:
    # Cutting one stretch in two may only round: neither a month is won nor lost.
    middle = first + timedelta(days=one)
    last = middle + timedelta(days=1 + other)
    in_one = span_of(first, last)
    in_two = service_until([Stretch(first, middle), Stretch(middle + timedelta(days=1), last)], last)
    assert abs((in_one.months * 30 + in_one.days) - (in_two.months * 30 + in_two.days)) <= 3
