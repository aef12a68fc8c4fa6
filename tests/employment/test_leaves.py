"""Leave: asked for on paper, approved by the head of the village, counted in the sheet, ended by coming back."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest
from django.db import transaction
from time_machine import travel

from forms_templates.models import Document
from registry.models import Worker
from registry.policies import policy_on
from signatures.demo_strokes import demo_signature
from tests.cast import CHINA, Cast, browser_of, events_of, nothing_happens, prepared_cast, signed, task_of
from workflows.applications.models import State
from workflows.attendance.sheets.facts import lines_of
from workflows.core.actions import ACTIONS, Move
from workflows.core.daily import run_daily
from workflows.core.models import Case, Notice
from workflows.core.procedure import open_tasks
from workflows.core.refusals import NotFound, NotYours, Overtaken, Refused
from workflows.employment.leaves.facts import days_overdue, days_taken
from workflows.employment.models import Leave, LeaveState, Tenure, TenureState
from workflows.employment.tenures.endings import Ending, end_tenure, lock_tenure
from workflows.employment.tenures.periods import served_in

pytestmark = pytest.mark.django_db


def at(month: int, day: int, year: int = 2020) -> datetime:
    return datetime(year, month, day, 8, tzinfo=CHINA)


def one_at_work() -> Cast:
    """At work in the first village from 16 September 2020 for a year."""
    cast = prepared_cast()
    source = cast.walk_to(State.APPROVED)
    case = cast.do("agreements.open", source, cast.clerk).result
    data = {"start_on": "2020-09-16", "end_on": "2021-09-15", "workplace": "青禾村主街"}
    cast.do("agreements.submit", task_of(case), cast.clerk, data | {"worker_strokes": demo_signature("周桂兰")})
    cast.act(case, "agreements.sign_for_township", cast.reviewer, signed("林书平"))
    cast.act(case, "agreements.seal_by_township", cast.township_keeper)
    run_daily(at(9, 16))
    return cast


@pytest.fixture
def cast(db: None) -> Iterator[Cast]:
    """After the story the desks and the trail are proven."""
    cast = prepared_cast("one at work", one_at_work)
    yield cast
    cast.prove()


@pytest.fixture
def tenure(cast: Cast) -> Tenure:
    return Tenure.objects.get()


def slip(first: str, last: str, **changes: Any) -> dict[str, Any]:
    return {"reason": "老伴住院陪护", "first_on": first, "last_on": last,
            "worker_strokes": demo_signature(f"周桂兰{first}"), **changes}  # fmt: skip


def ask(cast: Cast, tenure: Tenure, first: str, last: str, **changes: Any) -> Case:
    case: Case = cast.do("leaves.open", tenure, cast.clerk).result
    cast.do("leaves.submit", task_of(case), cast.clerk, slip(first, last, **changes))
    return case


def granted(cast: Cast, tenure: Tenure, first: str, last: str) -> Case:
    case = ask(cast, tenure, first, last)
    cast.do("leaves.approve", task_of(case), cast.head, signed(f"{cast.head.name}{case.pk}", "情况属实，同意请假。"))
    return case


def come_back(cast: Cast, case: Case, day: str) -> None:
    cast.do("leaves.come_back", task_of(case), cast.clerk, {**signed(f"{cast.clerk.name}{case.pk}"), "back_on": day})


def state(tenure: Tenure) -> str:
    return str(Tenure.objects.get(pk=tenure.pk).state)


def leave_of(case: Case) -> Leave:
    return Leave.objects.get(case=case)


def codes(caught: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [refusal.code for refusal in caught.value.refusals]


@pytest.mark.article("《办法》第四条")
def test_a_leave_is_asked_for_approved_and_ended_each_with_its_paper(cast: Cast, tenure: Tenure) -> None:
    cast.now = at(9, 18)
    case = ask(cast, tenure, "2020-09-21", "2020-09-30")
    case.refresh_from_db()
    assert case.number == "2020-104-假-0001"
    assert leave_of(case).state == LeaveState.AWAITING_APPROVAL
    with pytest.raises(NotYours):
        cast.do("leaves.approve", task_of(case), cast.clerk, signed("何素琴", "同意请假。"))
    cast.do("leaves.approve", task_of(case), cast.head, signed("秦守义", "同意请假。"))
    assert state(tenure) == TenureState.WORKING
    (task,) = open_tasks(case)
    assert (task.flow_task.name, task.due_on) == ("await_return", date(2020, 10, 1))
    run_daily(at(9, 20))
    assert state(tenure) == TenureState.WORKING
    run_daily(at(9, 21))
    assert state(tenure) == TenureState.ON_LEAVE
    cast.now = at(9, 28)
    come_back(cast, case, "2020-09-28")
    assert state(tenure) == TenureState.WORKING
    papers = list(Document.objects.filter(case_key=case.key).order_by("number"))
    assert [paper.label for paper in papers] == ["本人签字", "村批准", "返岗销假"]
    values = papers[-1].values
    assert [values[name] for name in ("days", "taken", "overdue")] == ["10天", "7天", "0天"]
    assert (values["back_on"], values["returned_on"]) == ("2020年9月28日", "2020年9月28日")
    assert values["village_opinion"] == "同意请假。"
    assert [event.action for event in events_of(case)][-3:] == ["leaves.submit", "leaves.approve", "leaves.come_back"]
    # The clock does not send anybody back on a leave that is over.
    run_daily(at(9, 29))
    assert state(tenure) == TenureState.WORKING


def test_an_approval_on_the_first_day_stops_the_work_at_once(cast: Cast, tenure: Tenure) -> None:
    cast.now = at(9, 21)
    granted(cast, tenure, "2020-09-21", "2020-09-25")
    assert state(tenure) == TenureState.ON_LEAVE


def test_the_days_of_a_leave_are_closed_and_remarked_on_in_the_sheet(cast: Cast, tenure: Tenure) -> None:
    cast.now = at(9, 18)
    case = granted(cast, tenure, "2020-09-21", "2020-09-25")

    def row() -> tuple[str, str]:
        (line,) = lines_of(cast.village, date(2020, 9, 1), {})
        return line.marks[15:], line.remark

    # The 27th is a Sunday that is worked for the holiday in October.
    assert row() == ("...rrlllllr....", "21日至25日请假")
    cast.now = at(9, 24)
    run_daily(cast.now)
    come_back(cast, case, "2020-09-24")
    assert row()[0][5:10] == "lll.."
    assert row()[1] == "21日至23日请假"
    (served,) = served_in(cast.village, date(2020, 9, 1), date(2020, 9, 30))
    assert served.leave_days == {date(2020, 9, 21), date(2020, 9, 22), date(2020, 9, 23)}


def test_who_comes_back_late_was_on_leave_until_its_end_only(cast: Cast, tenure: Tenure) -> None:
    cast.now = at(9, 21)
    case = granted(cast, tenure, "2020-09-21", "2020-09-22")
    (line,) = lines_of(cast.village, date(2020, 9, 1), {})
    assert line.marks[20:25] == "ll..."
    cast.now = at(9, 25)
    come_back(cast, case, "2020-09-25")
    leave = leave_of(case)
    assert (days_taken(leave), days_overdue(leave, date(2020, 9, 25))) == (2, 2)
    (line,) = lines_of(cast.village, date(2020, 9, 1), {})
    assert line.marks[20:25] == "ll..."
    assert Document.objects.filter(case_key=case.key).latest("pk").values["overdue"] == "2天"


def test_a_leave_keeps_to_the_agreement_to_the_future_and_to_itself(cast: Cast, tenure: Tenure) -> None:
    cast.now = at(9, 18)
    case: Case = cast.do("leaves.open", tenure, cast.clerk).result

    def refused(first: str, last: str, **changes: Any) -> list[str]:
        with nothing_happens(), pytest.raises(Refused) as caught:
            cast.do("leaves.submit", task_of(case), cast.clerk, slip(first, last, **changes))
        return codes(caught)

    assert refused("2020-09-17", "2020-09-20") == ["starts_in_the_past"]
    assert refused("2020-09-21", "2020-09-20") == ["ends_before_start"]
    assert refused("", "2020-09-20") == ["no_dates"]
    assert refused("2021-09-10", "2021-09-16") == ["after_the_end"]  # the agreement ends on the 15th
    assert refused("2020-09-21", "2020-09-22", reason="事") == ["no_reason"]
    assert refused("2020-09-21", "2020-09-22", worker_strokes="") == ["unsigned"]
    cast.do("leaves.submit", task_of(case), cast.clerk, slip("2021-09-15", "2021-09-15"))
    with pytest.raises(Overtaken):
        cast.do("leaves.open", tenure, cast.clerk)
    cast.do("leaves.approve", task_of(case), cast.head, signed("秦守义", "同意请假。"))
    case = cast.do("leaves.open", tenure, cast.clerk).result
    assert refused("2021-09-14", "2021-09-15") == ["overlaps"]
    cast.do("leaves.submit", task_of(case), cast.clerk, slip("2021-09-13", "2021-09-14"))


def test_a_slip_is_sent_back_refused_or_voided_and_the_work_goes_on(cast: Cast, tenure: Tenure) -> None:
    cast.now = at(9, 18)
    case = ask(cast, tenure, "2020-09-18", "2020-09-20")
    cast.do("leaves.send_back", task_of(case), cast.head, {"reason": "写明陪护谁。"})
    assert leave_of(case).state == LeaveState.RETURNED
    cast.now = at(9, 19)
    with pytest.raises(Refused) as caught:
        cast.do("leaves.submit", task_of(case), cast.clerk, slip("2020-09-18", "2020-09-20"))
    assert codes(caught) == ["starts_in_the_past"]
    cast.do("leaves.submit", task_of(case), cast.clerk, slip("2020-09-19", "2020-09-20", reason="老伴李桂英住院陪护"))
    cast.now = at(9, 20)  # what was asked for in time is approved a day later
    cast.do("leaves.reject", task_of(case), cast.head, {**signed("秦守义"), "reason": "秋收护路缺人。"})
    assert leave_of(case).state == LeaveState.REJECTED
    assert state(tenure) == TenureState.WORKING
    assert open_tasks(case) == []
    second = ask(cast, tenure, "2020-09-22", "2020-09-23")
    cast.do("desk.take_back", second, cast.clerk, {"reason": "日期写错"})
    assert leave_of(second).state == LeaveState.DRAFT
    cast.do("leaves.void", second, cast.clerk, {"reason": "不请了"})
    assert leave_of(second).state == LeaveState.VOIDED
    run_daily(at(9, 23))
    assert state(tenure) == TenureState.WORKING


def test_an_approved_leave_is_not_taken_back_but_ended_by_coming_back(cast: Cast, tenure: Tenure) -> None:
    cast.now = at(9, 18)
    case = granted(cast, tenure, "2020-09-21", "2020-09-25")
    with nothing_happens(), pytest.raises(Refused) as caught:
        cast.do("desk.take_back", case, cast.head, {})
    assert codes(caught) == ["not_last"]

    def refused(day: str) -> list[str]:
        with nothing_happens(), pytest.raises(Refused) as caught:
            come_back(cast, case, day)
        return codes(caught)

    assert refused("") == ["no_day"]
    assert refused("2020-09-20") == ["before_leave"]
    assert refused("2020-09-22") == ["in_the_future"]
    # Not taken at all: written down as back on the day on which it would have begun.
    come_back(cast, case, "2020-09-21")
    assert days_taken(leave_of(case)) == 0
    run_daily(at(9, 21))
    assert state(tenure) == TenureState.WORKING


def test_who_is_not_back_is_told_of_the_day_after_and_again_by_the_policys_days(cast: Cast, tenure: Tenure) -> None:
    cast.now = at(9, 21)
    case = granted(cast, tenure, "2020-09-21", "2020-09-25")
    assert policy_on(cast.county, date(2020, 9, 21)).reminder_days == (90, 30, 7)

    def told(moment: datetime) -> list[str]:
        before = Notice.objects.count()
        run_daily(moment)
        run_daily(moment)
        return [each.text for each in Notice.objects.order_by("pk")[before:] if "没有返岗" in each.text]

    assert told(at(9, 25)) == []
    assert told(at(9, 26)) == []  # this is the day on which to be back: it is not over
    texts = told(at(9, 27))
    assert len(texts) == 3  # the village's clerk, the township's clerk and reviewer
    assert "逾期1天" in texts[0]
    assert "2020年9月25日" in texts[0]
    assert told(at(10, 2)) == []
    assert "逾期9天" in told(at(10, 5))[0]  # the seventh day was missed
    assert state(tenure) == TenureState.ON_LEAVE
    cast.now = at(10, 6)
    come_back(cast, case, "2020-10-06")
    assert told(at(11, 30)) == []


def test_a_leave_is_gone_on_with_by_a_second_slip(cast: Cast, tenure: Tenure) -> None:
    cast.now = at(9, 21)
    first = granted(cast, tenure, "2020-09-21", "2020-09-25")
    cast.now = at(9, 25)
    second = granted(cast, tenure, "2020-09-26", "2020-09-30")
    assert leave_of(first).state == LeaveState.BACK
    assert open_tasks(first) == []
    assert state(tenure) == TenureState.ON_LEAVE
    (served,) = served_in(cast.village, date(2020, 9, 1), date(2020, 9, 30))
    assert len(served.leave_days) == 10
    cast.now = at(10, 1)
    come_back(cast, second, "2020-10-01")
    assert state(tenure) == TenureState.WORKING


def test_who_leaves_during_a_leave_is_waited_for_no_more(cast: Cast, tenure: Tenure) -> None:
    cast.now = at(9, 21)
    case = granted(cast, tenure, "2020-09-21", "2020-09-30")
    with transaction.atomic():
        move = Move(ACTIONS["desk.comment"], cast.system, at(9, 24), {}, "", cast.county)
        ending = Ending(TenureState.WITHDRAWN, "resignation", "本人申请", date(2020, 9, 24))
        end_tenure(move, lock_tenure(tenure.pk), ending)
    assert leave_of(case).state == LeaveState.CUT_OFF
    assert open_tasks(case) == []
    with pytest.raises(Refused):
        cast.do("leaves.open", tenure, cast.clerk)
    cast.now = at(9, 24)
    (served,) = served_in(cast.village, date(2020, 9, 1), date(2020, 9, 30))
    assert max(served.leave_days) == date(2020, 9, 24)


def test_nobody_from_another_village_writes_the_slip(cast: Cast, tenure: Tenure) -> None:
    for part in (cast.other_clerk, cast.head, cast.reviewer):
        with nothing_happens(), pytest.raises(NotFound):
            cast.do("leaves.open", tenure, part)


def test_the_pages_lead_to_the_slip_and_to_the_return(
    cast: Cast, tenure: Tenure, django_assert_max_num_queries: Any
) -> None:
    client = browser_of(cast.clerk)
    worker: Worker = tenure.worker
    with travel(at(9, 21), tick=False):
        page = client.get(f"/workers/{worker.pk}/").content.decode()
        assert f'href="/leaves/new/?tenure={tenure.pk}"' in page
        chosen = client.get("/leaves/new/", {"tenure": tenure.pk}).content.decode()
        assert f'<option value="{tenure.pk}" selected>' in chosen
        refused = client.post("/leaves/new/", {"tenure": ""})
        assert refused.status_code == 422
        assert "请选择给谁请假" in refused.content.decode()
        opened = client.post("/leaves/new/", {"tenure": tenure.pk, "opening_key": "slip-1"})
        assert opened.status_code == 303
        slip_page = client.get(opened["Location"]).content.decode()
        assert "请假事由" in slip_page
        assert worker.id_number not in slip_page
        case = Leave.objects.get().case
        cast.now = at(9, 21)
        cast.do("leaves.submit", task_of(case), cast.clerk, slip("2020-09-21", "2020-09-25"))
        cast.do("leaves.approve", task_of(case), cast.head, signed("秦守义", "同意请假。"))
        page = client.get(f"/workers/{worker.pk}/").content.decode()
        assert f'href="/leaves/{tenure.pk}/return/"' in page
        there = client.get(f"/leaves/{tenure.pk}/return/")
        assert there["Location"] == f"/tasks/{task_of(case).pk}/"
        assert 'name="back_on"' in client.get(there["Location"]).content.decode()
        assert "2020年9月21日至2020年9月25日</a>" in page  # among the leaves
        with django_assert_max_num_queries(10):
            listed = client.get("/leaves/").content.decode()
        assert "2020年9月21日至2020年9月25日请假" in listed
