"""疑点: what the auditor is told to look at; and the pages of attendance and pay as people open them."""

from datetime import date, timedelta
from typing import Any

import pytest
from time_machine import travel

from registry.models import Appointment
from registry.roles import Role
from signatures.demo_strokes import demo_signature
from tests.attendance.months import Month, at, month_of
from tests.attendance.test_pay import absent, open_roster, pay, to_finance
from tests.cast import Cast, browser_of, events_of, task_of, user_of
from workflows.attendance.models import AttendanceSheet, SheetState
from workflows.attendance.sheets.facts import rows_of
from workflows.attendance.sheets.signals import hints
from workflows.core.actions import ACTIONS
from workflows.core.models import Case, SittingItem
from workflows.core.opinions import valid_opinions
from workflows.core.refusals import Refused
from workflows.core.sittings import OpenSitting, dry_run, work_off
from workflows.employment.models import Leave, LeaveState

pytestmark = pytest.mark.django_db


def seen(month: Month) -> list[str]:
    case = Case.objects.get(pk=month.case.pk)
    return [hint.code for hint in hints(case.entity, rows_of(case.entity), valid_opinions(case))]


def test_three_parties_who_take_their_time_raise_no_doubt(month: Month) -> None:
    month.fill(**{f"d{month.rows[0].worker_id}_17": "p", f"d{month.rows[1].worker_id}_17": "s"})
    month.workers_sign()
    month.village_signs()
    assert seen(month) == []


def test_a_whole_sheet_signed_within_a_minute_is_a_doubt(month: Month, monkeypatch: pytest.MonkeyPatch) -> None:
    month.fill()

    def hurry(cast: Cast, **_: int) -> Any:
        cast.now += timedelta(seconds=5)
        return cast.now

    monkeypatch.setattr(Cast, "tick", hurry)
    month.workers_sign()
    month.village_signs()
    assert seen(month) == ["haste"]


def test_the_same_strokes_twice_are_a_doubt_on_one_sheet_and_over_the_months(month: Month) -> None:
    cast = month.cast
    month.fill()
    same = {f"ink_{row.worker_id}": demo_signature("代签") for row in month.rows}
    cast.do("attendance.sign_for_workers", month.seat("workers"), cast.clerk, same)
    assert seen(month) == ["same_strokes"]
    month.village_signs()
    cast.do("attendance.report", task_of(month.case), cast.clerk)
    month.audit()
    assert events_of(month.case)[-1].details["hints"] == ["same_strokes"]
    cast.do("attendance.seal", task_of(month.case), cast.township_keeper)
    october = month_of(cast, date(2020, 10, 1))
    october.fill()
    copied = {f"ink_{row.worker_id}": demo_signature("代签") for row in october.rows}
    cast.do("attendance.sign_for_workers", october.seat("workers"), cast.clerk, copied)
    assert seen(october) == ["copied_strokes"]


def test_a_signer_whose_office_turns_out_to_have_ended_is_a_doubt(month: Month) -> None:
    month.to_township()
    assert seen(month) == []
    office = Appointment.objects.filter(user=user_of(month.cast.head), role=Role.VILLAGE_HEAD)
    office.update(to_on=date(2020, 9, 30))
    assert seen(month) == ["not_in_office"]


def test_month_after_month_without_a_free_day_is_a_doubt(month: Month) -> None:
    month.lock()
    october = month_of(month.cast, date(2020, 10, 1))
    october.lock()
    assert seen(october) == []
    november = month_of(month.cast, date(2020, 11, 1))
    november.to_township()
    assert seen(november) == ["full_months"]
    worker = november.rows[0].worker
    text = browser_of(month.cast.reviewer)
    with travel(month.cast.now, tick=False):
        page = text.get(f"/tasks/{task_of(november.case).pk}/").content.decode()
    assert f"{worker.name}连续3个月满勤" in page


def test_many_sheets_are_audited_in_one_sitting(month: Month) -> None:
    cast = month.cast
    month.to_township()
    task = task_of(month.case)
    (shown,) = dry_run([task], ACTIONS["attendance.audit"], cast.reviewer, at=cast.tick())  # type: ignore[arg-type]
    data = {"decision": "attendance.audit", "picks": [shown.pick], "strokes": demo_signature("林书平")}
    sitting = cast.do(OpenSitting.code, cast.county, cast.reviewer, data).result
    with travel(cast.now, tick=True):
        work_off(sitting)
    assert [item.message for item in SittingItem.objects.filter(sitting=sitting)] == [""]
    assert month.sheet.state == SheetState.AWAITING_SEAL


def test_days_of_a_recorded_leave_are_closed(cast: Cast) -> None:
    worker = cast.workers[0]
    tenure = worker.tenures.get()
    case = Case.objects.filter(agreement__tenure=tenure).get()
    Leave.objects.create(
        county=cast.county,
        village=cast.village,
        case=case,
        tenure=tenure,
        reason="住院",
        first_on=date(2020, 9, 17),
        last_on=date(2020, 9, 20),
        back_on=date(2020, 9, 22),
        state=LeaveState.BACK,
    )
    month = month_of(cast)
    # Back on the 22nd though the leave ended on the 20th: the 21st is to be marked by what really was.
    assert month.rows[0].marks[14:] == "..llll.....r...."
    with pytest.raises(Refused) as caught:
        cast.do("attendance.save", task_of(month.case), cast.clerk, {f"d{worker.pk}_18": "v"})
    assert [refusal.code for refusal in caught.value.refusals] == ["on_leave"]


def pages(cast: Cast, part: str, *urls: str) -> list[Any]:
    client = browser_of(cast.people[part])
    with travel(cast.now, tick=False):
        return [client.get(url) for url in urls]


def test_the_lists_ask_few_questions_and_show_each_their_own(month: Month, django_assert_max_num_queries: Any) -> None:
    cast = month.cast
    month.lock()
    case = open_roster(cast)
    to_finance(cast, case)
    for part, url, words in (
        *(
            (part, f"/attendance/?township={cast.township.pk}", "已入薪酬")
            for part in ("clerk", "reviewer", "supervisor", "finance")
        ),
        *((part, "/pay/", "800.00") for part in ("township_clerk", "finance", "auditor")),
    ):
        client = browser_of(cast.people[part])
        with travel(cast.now, tick=False):
            client.get(url)
            with django_assert_max_num_queries(10):
                page = client.get(url).content.decode()
        assert words in page
    assert [answer.status_code for answer in pages(cast, "clerk", "/pay/")] == [404]
    (other,) = pages(cast, "other_reviewer", "/pay/")
    assert "800.00" not in other.content.decode()


def test_the_pages_of_a_roster_and_a_sheet_open_at_every_desk(month: Month) -> None:
    cast = month.cast
    month.fill("attendance.save")
    assert pages(cast, "clerk", f"/tasks/{task_of(month.case).pk}/")[0].status_code == 200
    month.lock()
    case = open_roster(cast)
    (desk,) = pages(cast, "township_clerk", f"/tasks/{task_of(case).pk}/")
    assert "银行账号" in desk.content.decode()
    to_finance(cast, case)
    (desk,) = pages(cast, "finance", f"/tasks/{task_of(case).pk}/")
    assert "发放凭证" in desk.content.decode()
    assert "/scans/" not in desk.content.decode(), "only villages and townships bring back signed pages"
    (read,) = pages(cast, "finance", f"/cases/{case.pk}/")
    assert "导出银行文件" in read.content.decode()
    (read,) = pages(cast, "auditor", f"/cases/{case.pk}/")
    assert "导出银行文件" not in read.content.decode()


def test_the_bank_file_comes_from_the_page_with_a_reason(month: Month) -> None:
    cast = month.cast
    month.lock()
    case = open_roster(cast)
    to_finance(cast, case)
    client = browser_of(cast.finance)
    with travel(cast.now, tick=False):
        refused = client.post(f"/pay/{case.pk}/export/", {"kind": "xlsx", "reason": ""})
        given = client.post(f"/pay/{case.pk}/export/", {"kind": "xlsx", "reason": "交银行代发。"})
        assert client.get(f"/pay/{case.pk}/export/").status_code == 302
    assert refused.status_code == 422
    assert given.content.startswith(b"PK")
    assert "attachment" in given["Content-Disposition"]
    assert [event.action for event in events_of(case)].count("pay.export") == 1


def test_accounts_are_entered_on_the_rosters_desk_and_shown_masked(month: Month) -> None:
    cast = month.cast
    month.lock()
    case = open_roster(cast)
    worker = month.rows[0].worker
    with pytest.raises(Refused) as caught:
        cast.do("pay.save_accounts", task_of(case), cast.township_clerk, {f"account_{worker.pk}": "六二二八"})
    assert caught.value.refusals[0].anchor == f"account_{worker.pk}"
    typed = {f"account_{worker.pk}": "6228 4800 0000 0001 357"}
    cast.do("pay.save_accounts", task_of(case), cast.township_clerk, typed)
    worker.refresh_from_db()
    assert worker.account == "6228480000000001357"
    (desk,) = pages(cast, "township_clerk", f"/tasks/{task_of(case).pk}/")
    page = desk.content.decode()
    assert "****1357" in page
    assert worker.account not in page
    assert worker.account not in bytes(events_of(case)[-1].canonical).decode()


def test_a_correction_shows_its_difference(month: Month) -> None:
    cast = month.cast
    month.lock()
    first = open_roster(cast)
    to_finance(cast, first)
    pay(cast, first)
    case = cast.do("attendance.correct", month.case, cast.clerk, {"reason": "记错了。"}).result
    second = month.rows[1]
    cast.do("attendance.save", task_of(case), cast.clerk, absent(second.worker_id, 16, 20))
    (desk,) = pages(cast, "clerk", f"/tasks/{task_of(case).pk}/")
    page = desk.content.decode()
    assert "与原表的差别" in page
    assert "扣回400" in page
    assert "16日出勤改旷工" in page


def test_by_hand_a_month_is_opened_from_the_list(cast: Cast) -> None:
    cast.now = at(2020, 10, 1)
    client = browser_of(cast.clerk)
    with travel(cast.now, tick=False):
        assert "开考勤表" in client.get("/attendance/").content.decode()
        opened = client.post("/attendance/open/", {"village": cast.village.pk, "month": "2020-09"})
        again = client.post("/attendance/open/", {"village": cast.village.pk, "month": "2020-09"})
    assert (opened.status_code, again.status_code) == (303, 422)
    assert AttendanceSheet.objects.count() == 1
