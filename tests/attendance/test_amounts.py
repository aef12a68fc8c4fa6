"""What a month is worth, at its boundaries; and the marks of a row."""

from datetime import date

import pytest

from workflows.attendance.pay.amounts import worth_of
from workflows.attendance.sheets import days


def worth(inside: int, calendar: int, *, partial: str = "by_attendance", **more: object) -> str:
    given: dict[str, object] = {"standard": 400, "attended": 1} | more
    return str(worth_of(inside=inside, calendar_days=calendar, partial=partial, **given).amount)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("inside", "calendar", "amount"),
    [
        (30, 30, "400"),
        (16, 30, "213.33"),
        (1, 31, "12.90"),
        (15, 31, "193.55"),
        (16, 31, "206.45"),
        (29, 29, "400"),
        (28, 29, "386.21"),
        (3, 28, "42.86"),
    ],
)
def test_a_partial_month_is_the_standard_times_its_days_by_the_calendar_to_the_fen(
    inside: int, calendar: int, amount: str
) -> None:
    assert worth(inside, calendar) == amount


def test_half_a_fen_is_rounded_up() -> None:
    # 405 × 1 ÷ 30 = 13.5; 333 × 5 ÷ 30 = 55.5; 401 × 1 ÷ 32 would not be a month: the fen's half is 100.125 of 801/8.
    assert worth(1, 8, standard=801) == "100.13"


def test_the_other_policy_pays_the_whole_month() -> None:
    assert worth(1, 31, partial="full") == "400"


def test_whoever_attended_no_day_gets_nothing() -> None:
    assert worth(30, 30, attended=0) == "0"
    assert worth(0, 30) == "0"


def test_a_month_knows_its_days() -> None:
    assert [days.length(date(year, 2, 1)) for year in (2019, 2020, 2100)] == [28, 29, 28]
    assert days.next_month(date(2020, 12, 1)) == date(2021, 1, 1)
    assert days.month_before(date(2021, 1, 1)) == date(2020, 12, 1)
    assert days.parse_month("2020-02") == date(2020, 2, 1)
    assert [days.parse_month(text) for text in ("", "2020-13", "2020", "20-02", None, "2020-0x")] == [None] * 6


def test_a_row_is_closed_outside_the_agreement_and_on_leave_and_rests_when_the_calendar_does() -> None:
    september = date(2020, 9, 1)
    inside = [(date(2020, 9, 15), date(2020, 9, 30))]
    away = [(date(2020, 9, 17), date(2020, 9, 18))]
    assert days.blank(september, inside, away) == "-" * 14 + "..ll" + "rr" + "....." + "r" + "...."
    assert len(days.printed(days.blank(september, inside))) == 31


def test_a_whole_row_by_one_key_leaves_what_is_marked_and_what_is_to_come() -> None:
    september = date(2020, 9, 1)
    marks = days.blank(september, [(september, date(2020, 9, 30))])
    marks = marks[:2] + "s" + marks[3:]
    work = days.filled(marks, september, date(2020, 9, 10), every_day=False)
    assert work == "vvsvrrvvvv.rr.....rr.....r...."
    every = days.filled(marks, september, date(2020, 9, 10), every_day=True)
    assert every[:12] == "vvsvvvvvvv.r"
    assert days.counts(work).attended == 7


def test_what_was_marked_stays_when_the_records_change_around_it() -> None:
    fresh = "--..r-"
    assert days.laid_over(fresh, "..vv.v") == "--vvr-"
    assert days.laid_over("..", "vvv") == ".."
