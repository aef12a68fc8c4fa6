"""How far the county's month is: every township's sheets, roster and ledger, and what is late, on one page."""

from datetime import date
from typing import Any

import pytest
from time_machine import travel

from tests.attendance.months import SEPTEMBER, at, employ, member_of, month_of
from tests.attendance.test_pay import open_roster, pay, to_finance
from tests.cast import Cast, browser_of, task_of
from tests.reporting.test_ledger_pages import sixteen_townships
from tests.reporting.test_ledgers import file
from workflows.attendance.models import AttendanceSheet
from workflows.attendance.sheets import clock
from workflows.core import daily
from workflows.core.actions import ACTIONS
from workflows.core.daily import run_daily
from workflows.reporting.models import Ledger
from workflows.reporting.progress import TownshipMonth, county_month

pytestmark = pytest.mark.django_db


@pytest.fixture
def working(cast: Cast) -> Cast:
    """Two at work from the sixteenth of September, each in a village of the first township."""
    for village in ("104001", "104002"):
        employ(cast, date(2020, 9, 16), date(2021, 9, 15), village=village)
    cast.people["member"] = member_of(cast)
    return cast


def of_township(cast: Cast, on: date, month: date = SEPTEMBER) -> TownshipMonth:
    return next(each for each in county_month(cast.county, month, on) if each.township == cast.township)


def page(cast: Cast, part: str = "supervisor", **asked: str) -> Any:
    client = browser_of(cast.people[part])
    with travel(cast.now, tick=False):
        return client.get("/county-month/", asked)


def test_each_stage_of_the_month_is_counted_until_all_is_paid_and_filed(working: Cast) -> None:
    cast = working
    # The clock opens the month's sheets as soon as somebody is on a post in it, and the ledgers on the eighteenth.
    run_daily(at(2020, 9, 18))
    before = of_township(cast, date(2020, 9, 30))
    assert (before.wanted, before.opened, before.missing, before.ledger) == (2, 2, 0, "checking")
    assert (before.ledger_late, before.ledger_filed, before.roster) == (5, False, None)
    file(cast, Ledger.objects.get(township=cast.township).case)
    month = month_of(cast)
    month.fill()
    now = of_township(cast, date(2020, 10, 1))
    assert now.stages == {"filling": 1, "signing": 1, "audit": 0, "locked": 0}
    month.workers_sign()
    month.village_signs()
    cast.do("attendance.report", task_of(month.case), cast.clerk)
    assert of_township(cast, date(2020, 10, 1)).stages["audit"] == 1
    month.audit()
    cast.do("attendance.seal", task_of(month.case), cast.township_keeper)
    assert of_township(cast, date(2020, 10, 1)).locked == 1
    roster = open_roster(cast)
    assert of_township(cast, date(2020, 10, 1)).roster == "preparing"
    to_finance(cast, roster)
    pay(cast, roster)
    done = of_township(cast, date(2020, 10, 1))
    assert (done.locked, done.rosters, done.rosters_paid, done.ledger) == (1, 1, 1, "awaiting_receipt")
    assert (done.ledger_filed, done.ledger_late, done.late) == (True, 0, 0)
    # A correction stands beside the sheet it corrects, which is locked until then.
    cast.do("attendance.correct", month.case, cast.clerk, {"reason": "记错了。"})
    corrected = of_township(cast, date(2020, 10, 2))
    assert (corrected.opened, corrected.locked, corrected.corrections) == (2, 1, 1)
    # The other village has let its term go by.
    assert of_township(cast, date(2020, 11, 20)).late > 0


def test_a_village_without_its_sheet_is_missing(working: Cast) -> None:
    now = of_township(working, date(2020, 10, 1))
    assert (now.wanted, now.opened, now.missing) == (2, 0, 2)
    working.now = at(2020, 10, 8)
    assert "还有2个村没有开表" in page(working).content.decode()
    assert "泥井镇" in page(working, month="2020-09").content.decode()


def test_the_page_is_the_countys(working: Cast) -> None:
    for part, status in {"supervisor": 200, "officer": 200, "auditor": 200, "reviewer": 404, "clerk": 404}.items():
        assert page(working, part).status_code == status, part


def test_sixteen_townships_cost_no_query_more_than_ten(working: Cast, django_assert_max_num_queries: Any) -> None:
    sixteen_townships(working)
    working.now = at(2020, 9, 28)
    run_daily(working.now)
    client = browser_of(working.supervisor)
    with travel(working.now, tick=False), django_assert_max_num_queries(10):
        shown = client.get("/county-month/", {"month": "2020-09"}).content.decode()
    assert shown.count("超期3天未报") == 16
    assert "迟报或超期16个" in shown


def test_the_clock_opens_sheet_by_sheet_and_what_it_opened_before_it_fell_stays(
    working: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No long transaction: after a fall the next round opens the rest."""
    working.now = at(2020, 10, 1)
    monkeypatch.setattr(daily, "DAILY", {"开月考勤表": clock.sheets_due})
    action: Any = ACTIONS["attendance.open"]
    opened: list[Any] = []
    entity_for = action.entity_for

    def falls_at_the_third(move: Any, case: Any) -> Any:
        if len(opened) == 2:
            raise KeyboardInterrupt
        opened.append(case)
        return entity_for(move, case)

    monkeypatch.setattr(action, "entity_for", falls_at_the_third)
    with pytest.raises(KeyboardInterrupt):
        run_daily(working.now)
    assert AttendanceSheet.objects.count() == 2
    monkeypatch.setattr(action, "entity_for", entity_for)
    (result,) = run_daily(working.now)
    assert (result.done, result.refused) == (2, [])
    assert AttendanceSheet.objects.count() == 4
