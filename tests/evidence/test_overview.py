"""全县概况: what the page says is what the records say."""

from collections import Counter
from datetime import date
from decimal import Decimal

import pytest
from time_machine import travel

from evidence.county_figures import figures_of
from evidence.plots import bars_of, line_of, term_mark
from registry.policies import policy_on
from tests.attendance.months import employ, member_of, month_of
from tests.cast import Cast, browser_of, post_of
from workflows.applications.models import State

SEPTEMBER = date(2020, 9, 1)


def shown_to(cast: Cast, part: str) -> str:
    client = browser_of(cast.people[part])
    with travel(cast.now, tick=False):
        answer = client.get("/overview/")
    return answer.content.decode() if answer.status_code == 200 else ""


@pytest.mark.django_db
def test_people_money_decisions_and_townships_are_counted_from_the_records(cast: Cast) -> None:
    roomy = post_of(cast.village, "养路", 10)
    post = str(cast.do("employment.establish_post", cast.county, cast.system, roomy).result.pk)
    for _ in range(2):
        employ(cast, date(2020, 9, 16), date(2021, 9, 15), post=post)
    cast.people["member"] = member_of(cast)
    month = month_of(cast, SEPTEMBER)
    month.lock()
    cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW)
    case = cast.do("pay.open", cast.township, cast.township_clerk, {"month": "2020-09"}).result
    cast.now = cast.now.replace(month=10, day=20)
    on = cast.now.date()
    figures = figures_of(cast.county, policy_on(cast.county, on), on)
    assert figures.at_work[-3:] == [0, 2, 2]
    assert (figures.months[0], figures.months[-1]) == (date(2019, 10, 1), date(2020, 10, 1))
    assert (figures.began, figures.left) == (0, 0)
    assert figures.pay.due == sum(line.amount for line in case.pay_roster.lines.all()) > 0
    assert (figures.pay.people, figures.pay.paid) == (2, Decimal(0))
    assert sum(figures.waits.values()) == 2
    here = next(place for place in figures.townships if place.pk == cast.township.pk)
    assert (here.working, here.sheets, here.locked) == (2, 1, 1)
    assert here.overdue >= 1
    elsewhere = [place for place in figures.townships if place.pk != cast.township.pk]
    assert elsewhere
    assert not any(place.working or place.sheets or place.overdue for place in elsewhere)
    page = shown_to(cast, "supervisor")
    assert f"{figures.pay.due:,.0f}<small>元" in page
    assert "考勤表1张，已审核锁定1张" in page


@pytest.mark.django_db
def test_a_township_does_not_see_the_others(cast: Cast) -> None:
    assert shown_to(cast, "reviewer") == ""
    assert "各乡镇" in shown_to(cast, "supervisor")


def test_the_line_stands_on_whole_rules_and_ends_with_today() -> None:
    months = [date(2019, 11, 1), date(2019, 12, 1), date(2020, 1, 1)]
    line = line_of(months, [96, 250, 448])
    assert [number for _, number in line.scale] == [0, 100, 200, 300, 400, 500]
    assert [point.year for point in line.points] == ["2019年", "", "2020年"]
    assert line.points[0].crowded
    assert line.points[0].y > line.points[1].y > line.points[2].y
    empty = line_of(months, [0, 0, 0])
    assert [number for _, number in empty.scale] == [0, 1]


def test_what_took_longer_than_the_term_stands_behind_its_mark() -> None:
    bars = bars_of(Counter({0: 1, 1: 2, 6: 9, 14: 3, 15: 1, 40: 1}), 14)
    assert [bar.number for bar in bars] == [3, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 3, 2]
    assert [bar.label for bar in bars if bar.late] == ["15+"]
    assert (term_mark(bars) or 0) < bars[-1].x
    assert bars[5].highest
    assert term_mark(bars_of(Counter({3: 1}), None)) is None
    assert len(bars_of(Counter(), None)) == 10
