"""A township's paper ledger of people on posts is taken in with one act, or refused with every wrong row told."""

from collections.abc import Iterator
from datetime import date, datetime

import pytest
from time_machine import travel

from audit.models import Event
from audit.trail import field_matches
from registry.policies import policy_on
from tests.cast import CHINA, MORNING, Cast, applicant_id, browser_of, nothing_happens, prepared_cast
from workflows.core.actors import Actor
from workflows.core.daily import run_daily
from workflows.core.refusals import NotYours, Refused
from workflows.employment.models import ON_PAPER, Agreement, AgreementState, EndReason, Tenure, TenureState
from workflows.employment.service import Stretch
from workflows.employment.tenures import tenures_in
from workflows.employment.tenures.ends import prospects
from workflows.employment.tenures.periods import served_in
from workflows.employment.tenures.spans import service_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(db: None) -> Iterator[Cast]:
    cast = prepared_cast()
    for number in (1, 2):
        cast.do("registry.enter_household", cast.county, cast.system, cast.listed(number))
    yield cast
    cast.prove()


def stretch(number: int, start_on: str, end_on: str = "", post: str = "", agreed: str = "") -> dict[str, str]:
    agreed_from, _, agreed_until = agreed.partition("/")
    return {
        "id_number": applicant_id(number),
        "start_on": start_on,
        "end_on": end_on,
        "post": post,
        "agreed_from": agreed_from,
        "agreed_until": agreed_until,
    }


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
    assert event.details == {"stretches": 3, "running": 1, "agreements": 0}
    assert field_matches(event, "list", rows)


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (stretch(3, "2019-07-01"), "请先导入名单"),
        (stretch(1, "2019年7月1日"), "请把日期写成2019-07-01的样子"),
        (stretch(1, "2020-07-01", "2020-06-30"), "止日早于起日"),
        (stretch(1, "2020-07-01", "2020-09-16"), "只导入到今天为止"),
        (stretch(1, "2020-09-16"), "只导入到今天为止"),
        (stretch(1, "2020-07-01", post="999999"), "青禾村没有“999999”这个核定的岗位"),
        (stretch(1, "2020-07-01", post="保洁", agreed="2020-07-01/"), "起止日期请写全"),
        (stretch(1, "2020-07-01", post="保洁", agreed="2020年7月/2021-06-30"), "请把日期写成"),
        (stretch(1, "2020-07-01", agreed="2020-07-01/2021-06-30"), "请写上岗位"),
        (stretch(1, "2020-07-01", post="保洁", agreed="2020-06-30/2021-06-29"), "上岗那天到今天之间"),
        (stretch(1, "2020-07-01", post="保洁", agreed="2020-09-16/2021-09-15"), "上岗那天到今天之间"),
        (stretch(1, "2019-07-01", post="保洁", agreed="2019-09-15/2020-09-14"), "已经到期"),
        (stretch(1, "2020-07-01", post="保洁", agreed="2020-07-01/2021-07-01"), "最长12个月"),
        (stretch(1, "2020-07-01", "2020-08-31", "保洁", "2020-07-01/2021-06-30"), "不写现行用工协议"),
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


def test_who_works_under_an_agreement_on_paper_is_on_the_sheet_the_ledger_and_the_worker_page(cast: Cast) -> None:
    take_in(
        cast,
        stretch(1, "2019-09-16", post="保洁", agreed="2019-09-16/2020-09-15"),
        stretch(2, "2019-07-01", post="保洁"),
    )
    agreement = Agreement.objects.get()
    assert (agreement.state, agreement.number, agreement.is_renewal) == (AgreementState.CONCLUDED, ON_PAPER, False)
    assert agreement.yuan_per_month == policy_on(cast.county, agreement.start_on).stipend(
        agreement.category, agreement.start_on
    )
    village, first, last = cast.places["104001"], date(2020, 9, 1), date(2020, 9, 30)
    # Only who has an agreement is on the attendance sheet, and only on its days; both are on the ledger.
    assert [(each.tenure.worker_id, each.first, each.last) for each in tenures_in(village, first, last)] == [
        (agreement.worker_id, first, date(2020, 9, 15))
    ]
    assert len(served_in(village, first, last)) == 2
    page = browser_of(cast.reviewer)
    with travel(MORNING, tick=False):
        shown = page.get(f"/workers/{agreement.worker_id}/").content.decode()
    assert "系统启用前的纸质协议" in shown
    assert "2020年9月15日到期" in shown
    cast.now = datetime(2020, 9, 16, 9, tzinfo=CHINA)
    run_daily(cast.now)
    assert agreement.tenure is not None
    assert Tenure.objects.get(pk=agreement.tenure.pk).state == TenureState.EXPIRED


def test_days_before_the_agreement_on_paper_count_as_service(cast: Cast) -> None:
    take_in(cast, stretch(1, "2018-07-01", post="保洁", agreed="2020-07-01/2021-06-30"))
    tenure = Tenure.objects.get()
    assert service_of([tenure.worker_id])[tenure.worker_id] == [
        Stretch(date(2018, 7, 1), date(2021, 6, 30)),
    ]
    # Three years are over before the agreement is: the first of the two ends counts.
    last = prospects([tenure], {cast.county.pk: policy_on(cast.county, date(2020, 9, 15))}, date(2020, 9, 15))[0].last
    assert (last.day, last.reason) == (date(2021, 6, 30), EndReason.FULL_TERM)
