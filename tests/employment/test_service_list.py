"""A township's paper ledger of people on posts is taken in with one act, or refused with every wrong row told."""

from collections.abc import Iterator
from datetime import date

import pytest

from audit.models import Event
from audit.trail import field_matches
from tests.cast import MORNING, Cast, applicant_id, nothing_happens, prepared_cast
from workflows.core.actors import Actor
from workflows.core.refusals import NotYours, Refused
from workflows.employment.models import Tenure

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(db: None) -> Iterator[Cast]:
    cast = prepared_cast()
    for number in (1, 2):
        cast.do("registry.enter_household", cast.county, cast.system, cast.listed(number))
    yield cast
    cast.prove()


def stretch(number: int, start_on: str, end_on: str = "", post: str = "") -> dict[str, str]:
    return {"id_number": applicant_id(number), "start_on": start_on, "end_on": end_on, "post": post}


def take_in(cast: Cast, *rows: dict[str, str], actor: Actor | None = None) -> Event:
    data = {"township": cast.township, "rows": list(rows)}
    return cast.do("employment.import_service", cast.county, actor or cast.reviewer, data).event


def test_a_ledger_is_taken_in_with_one_act(cast: Cast) -> None:
    post = cast.posts["104001"][0]
    rows = [
        stretch(1, "2019-07-01", "2019-12-31"),
        stretch(1, "2020-01-01", post=str(post.pk)),
        stretch(2, "2019-07-01", "2020-06-30"),
    ]
    event = take_in(cast, *rows)
    running = Tenure.objects.get(end_on=None)
    assert (running.worker.id_number, running.post, running.township) == (applicant_id(1), post, cast.township)
    assert Tenure.objects.filter(end_on=date(2020, 6, 30)).count() == 1
    assert event.details == {"stretches": 3, "running": 1}
    assert field_matches(event, "list", rows)


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (stretch(3, "2019-07-01"), "请先导入名单"),
        (stretch(1, "2019年7月1日"), "请把起止日期写成2019-07-01的样子"),
        (stretch(1, "2020-07-01", "2020-06-30"), "止日早于起日"),
        (stretch(1, "2020-07-01", "2020-09-16"), "只导入到今天为止"),
        (stretch(1, "2020-09-16"), "只导入到今天为止"),
        (stretch(1, "2020-07-01", post="999999"), "没有这个岗位"),
        (stretch(2, "2020-06-30"), "已有同一时间的在岗经历"),
    ],
)
def test_a_row_that_cannot_be_right_refuses_the_whole_ledger(row: dict[str, str], sentence: str, cast: Cast) -> None:
    assert MORNING.date() == date(2020, 9, 15)
    with nothing_happens(), pytest.raises(Refused) as refused:
        take_in(cast, stretch(2, "2019-07-01", "2020-06-30"), row)
    assert [refusal.message.startswith("第2行：") for refusal in refused.value.refusals] == [True]
    assert sentence in refused.value.refusals[0].message


def test_today_and_the_day_after_another_stretch_are_right(cast: Cast) -> None:
    take_in(cast, stretch(1, "2019-07-01", "2020-06-30"), stretch(2, "2020-09-15", "2020-09-15"))
    take_in(cast, stretch(1, "2020-07-01"))
    with nothing_happens(), pytest.raises(Refused, match="已有同一时间"):
        take_in(cast, stretch(1, "2020-08-01", "2020-08-02"))


def test_another_townships_reviewer_takes_in_nothing_here(cast: Cast) -> None:
    with nothing_happens(), pytest.raises(NotYours):
        take_in(cast, stretch(1, "2019-07-01"), actor=cast.other_reviewer)
