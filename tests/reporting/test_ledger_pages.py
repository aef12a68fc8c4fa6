"""What the township and the county see of the ledgers, and how sixteen of them are received in one sitting."""

from datetime import date
from typing import Any

import pytest
from time_machine import travel

from audit.models import Event
from registry.roles import OrganisationKind, Role
from tests.cast import SINCE, Cast, browser_of, seal_picture, task_of
from tests.employment.test_tenures import concluded, end
from tests.reporting.test_ledgers import at, file, open_month
from workflows.core.daily import run_daily
from workflows.core.models import Sitting
from workflows.core.sittings import work_off
from workflows.employment.models import EndReason
from workflows.reporting.models import Ledger, LedgerState

pytestmark = pytest.mark.django_db
FOURTEEN = [f"{number}" for number in range(110, 124)]


def pages(cast: Cast, part: str, *urls: str) -> list[Any]:
    with travel(cast.now, tick=False):
        client = browser_of(cast.people[part])
        return [client.get(url) for url in urls]


def sixteen_townships(cast: Cast) -> None:
    """Fourteen more beside the two of the cast; the same three people keep the ledgers of all."""
    for code in ("101", *FOURTEEN):
        if code != "101":
            names = {"name": f"第{code}乡", "full_name": f"昌黎县第{code}乡", "seal_name": f"昌黎县第{code}乡人民政府"}
            data = {"code": code, "kind": OrganisationKind.TOWNSHIP, "parent": None, "opened_on": SINCE, **names}
            new = {**data, "clerk_may_hold_seal": False}
            place = cast.do("registry.establish_organisation", cast.county, cast.system, new).result
            cast.places[code] = place
            seal = {"name": f"{place.name}公章（演示）", "picture": seal_picture(place.seal_name), "demo": True}
            seal |= {"organisation": place, "valid_from": SINCE, "valid_to": None}
            cast.do("registry.register_seal", cast.county, cast.system, seal)
        for part, role in (
            ("township_clerk", Role.TOWNSHIP_CLERK),
            ("reviewer", Role.TOWNSHIP_REVIEWER),
            ("township_keeper", Role.TOWNSHIP_SEAL_KEEPER),
        ):
            cast.people[part] = cast.also(part, role, code)


def test_the_county_receives_sixteen_ledgers_in_one_sitting(cast: Cast) -> None:
    sixteen_townships(cast)
    cast.now = at(2020, 9, 18)
    run_daily(cast.now)
    ledgers = list(Ledger.objects.order_by("pk"))
    assert len(ledgers) == 16
    for ledger in ledgers[1:]:
        file(cast, ledger.case)
    (page,) = pages(cast, "officer", "/ledgers/")
    assert "批量接收15份" in page.content.decode()
    file(cast, ledgers[0].case)
    client = browser_of(cast.officer)
    with travel(cast.now, tick=False):
        chosen = {"all": "1", "flow": "ledgers", "step": "receive_ledger", "decision": "ledgers.receive"}
        listed = client.post("/sittings/new/", chosen)
        picks = [row["pick"] for row in listed.context["rows"]]
        assert (len(picks), listed.context["fit"]) == (16, 16)
        # One is sent back after the list was shown: it is not received, and the others are.
        cast.do("ledgers.send_back", task_of(ledgers[3].case), cast.officer, {"reason": "请核对两人的终止日期。"})
        opened = client.post("/sittings/open/", {"decision": "ledgers.receive", "picks": picks})
        assert opened.status_code == 303
        work_off(Sitting.objects.get())
        assert "15件" in client.get(opened["Location"]).content.decode().replace("<b>", "").replace("</b>", "")
    states = list(Ledger.objects.order_by("pk").values_list("state", flat=True))
    assert (states[3], states.count(LedgerState.RECEIVED)) == (LedgerState.RETURNED, 15)
    assert Event.objects.filter(action="ledgers.receive").count() == 15
    (page,) = pages(cast, "officer", "/ledgers/")
    assert "批量接收" not in page.content.decode()


def test_the_list_of_the_county_asks_no_more_for_sixteen_townships(
    cast: Cast, django_assert_max_num_queries: Any
) -> None:
    sixteen_townships(cast)
    cast.now = at(2020, 9, 28)
    run_daily(cast.now)
    client = browser_of(cast.officer)
    with travel(cast.now, tick=False), django_assert_max_num_queries(10):
        page = client.get("/ledgers/").content.decode()
    assert page.count("超期3天未报") == 16
    assert "迟报或超期16个" in page


def test_the_desk_says_what_the_signature_means_before_and_after_the_due_day(cast: Cast) -> None:
    concluded(cast, "2020-09-16", "2021-09-15")
    ledger = open_month(cast, at(2020, 9, 18))
    desk = f"/tasks/{task_of(ledger.case).pk}/"
    (page,) = pages(cast, "township_clerk", desk)
    shown = page.content.decode()
    assert "2020年9月25日24时前盖章报送算按期" in shown
    assert "人数相符" in shown
    assert "没有变动也要报" in shown
    cast.now = at(2020, 9, 28)
    (page,) = pages(cast, "township_clerk", desk)
    assert "已超期3天，盖章报送记为迟报" in page.content.decode()
    cast.act(ledger.case, "ledgers.check", cast.township_clerk)
    (page,) = pages(cast, "reviewer", f"/tasks/{task_of(ledger.case).pk}/")
    assert "填表人和审核人不是同一人" in page.content.decode()


def test_the_page_names_the_person_who_is_the_difference_and_the_paper_of_every_change(cast: Cast) -> None:
    tenure = concluded(cast, "2020-09-16", "2021-09-15")
    name = tenure.worker.name
    first = open_month(cast, at(2020, 9, 18))
    file(cast, first.case)
    # It comes out afterwards that this one had left before the first ledger's day.
    cast.now = at(2020, 10, 12)
    end(cast, tenure, EndReason.RESIGNATION, date(2020, 9, 17))
    second = open_month(cast, at(2020, 10, 20))
    assert (second.last_count, second.joined_count, second.left_count, second.now_count) == (1, 0, 1, 0)
    (page,) = pages(cast, "reviewer", f"/cases/{second.case_id}/")
    shown = page.content.decode()
    assert f"青禾村{name}：上期台账在册，按现在的记录当时不在岗，本期按离岗列出。" in shown
    assert f"/cases/{first.case_id}/" in shown


def test_a_month_without_change_is_filed_like_any_other(cast: Cast) -> None:
    concluded(cast, "2020-09-16", "2021-09-15")
    open_month(cast, at(2020, 9, 18))
    second = open_month(cast, at(2020, 10, 20))
    assert (second.last_count, second.joined_count, second.left_count, second.now_count) == (1, 0, 0, 1)
    (page,) = pages(cast, "township_clerk", f"/tasks/{task_of(second.case).pk}/")
    assert "没有变动。没有变动也要按期报送。" in page.content.decode()
    file(cast, second.case)
    second.refresh_from_db()
    assert second.state == LedgerState.AWAITING_RECEIPT


def test_a_ledger_that_was_sent_is_in_force_and_one_that_came_back_is_not(cast: Cast) -> None:
    ledger = open_month(cast, at(2020, 9, 18))
    file(cast, ledger.case)
    flow = ledger.case.flow_class
    ledger.refresh_from_db()
    assert flow.paperwork.state_tag(ledger)["kind"] == "done"
    cast.do("ledgers.send_back", task_of(ledger.case), cast.officer, {"reason": "请核对两人的终止日期。"})
    ledger.refresh_from_db()
    assert flow.paperwork.state_tag(ledger)["kind"] == "back"
    (page,) = pages(cast, "township_clerk", f"/tasks/{task_of(ledger.case).pk}/")
    assert "请核对两人的终止日期" in page.content.decode()
