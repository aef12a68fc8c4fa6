"""A village's month: prefilled, filled in, signed by three, audited, sealed, locked."""

from datetime import date
from typing import Any

import pytest
from time_machine import travel

from forms_templates.models import Document
from registry.models import Appointment
from registry.roles import Role
from signatures.demo_strokes import demo_signature
from tests.attendance.months import OCTOBER, SEPTEMBER, Month, at, employ
from tests.cast import Cast, browser_of, events_of, nothing_happens, task_of, user_of
from workflows.attendance.models import AttendanceRow, AttendanceSheet, SheetState
from workflows.core.actors import Actor
from workflows.core.daily import run_daily
from workflows.core.models import Notice
from workflows.core.opinions import valid_opinions
from workflows.core.refusals import NotFound, NotYours, Overtaken, Refused

pytestmark = pytest.mark.django_db
BEGIN, END = date(2020, 9, 15), date(2021, 9, 14)


def codes(caught: Any) -> list[str]:
    return [refusal.code for refusal in caught.value.refusals]


def test_the_clock_opens_one_prefilled_sheet_per_village_with_workers(month: Month) -> None:
    assert AttendanceSheet.objects.count() == 2  # September, and October of whoever goes on
    marks = [row.marks for row in month.rows]
    # The 19th and 20th are a weekend; of the next one, the Sunday is worked for the holidays of October.
    assert marks == ["-" * 14 + "....rr.....r....", "-" * 15 + "...rr" + "-" * 10]
    run_daily(month.cast.tick())
    assert AttendanceSheet.objects.count() == 2


def test_a_village_without_workers_has_no_sheet(county: Cast) -> None:
    cast = county
    run_daily(cast.now)
    assert not AttendanceSheet.objects.exists()
    with nothing_happens(), pytest.raises(Refused) as caught:
        cast.do("attendance.open", cast.village, cast.clerk, {"month": "2020-09"})
    assert codes(caught) == ["no_workers"]


def test_it_is_signed_by_three_audited_sealed_and_locked_with_a_paper_each_time(month: Month) -> None:
    month.lock()
    sheet = month.sheet
    assert (sheet.state, sheet.locked_on) == (SheetState.LOCKED, date(2020, 10, 1))
    papers = list(Document.objects.filter(case_key=month.case.key).order_by("number"))
    assert [paper.label for paper in papers] == [
        "填完交签", "劳动者签字", "村支书（主任）签字", "两委成员签字", "报乡镇审核", "乡镇审核", "乡镇盖章，锁定",
    ]  # fmt: skip
    paper = papers[-1].values
    assert paper["month"] == "2020年9月"
    assert [row["attended"] for row in paper["workers"]] == ["13", "3"]
    assert paper["workers"][1]["days"][14:21] == ["／", "√", "√", "√", "休", "休", "／"]
    assert paper["head_signed_on"] == paper["township_signed_on"] == "2020年10月1日"
    month.case.refresh_from_db()
    assert month.case.number == "2020-104-考-0001"
    assert month.case.finished
    assert "attendance.seal" in [event.action for event in events_of(month.case)]


def test_no_day_outside_the_agreement_and_no_day_to_come(cast: Cast) -> None:
    worker = cast.workers[0]
    cast.now = at(2020, 9, 21)
    run_daily(cast.now)
    case = AttendanceSheet.objects.get().case
    for typed, code in (
        ({f"d{worker.pk}_14": "v"}, "outside"),
        ({f"d{worker.pk}_22": "v"}, "future"),
        ({f"d{worker.pk}_30": "x"}, "future"),
    ):
        with nothing_happens(), pytest.raises(Refused) as caught:
            cast.do("attendance.save", task_of(case), cast.clerk, typed)
        assert codes(caught) == [code]
    cast.do("attendance.save", task_of(case), cast.clerk, {f"d{worker.pk}_21": "v", f"fill_{worker.pk}": "work"})
    assert AttendanceRow.objects.get(worker=worker).marks[14:] == "vvvvrrv....r...."
    with nothing_happens(), pytest.raises(Refused) as caught:
        cast.do("attendance.submit", task_of(case), cast.clerk, {})
    assert codes(caught) == ["not_over", "undecided"]


def test_a_month_may_be_handed_round_on_its_last_day(cast: Cast) -> None:
    cast.now = at(2020, 9, 30, 8)
    run_daily(cast.now)
    case = AttendanceSheet.objects.get().case
    whole = {f"fill_{worker.pk}": "work" for worker in cast.workers}
    cast.do("attendance.submit", task_of(case), cast.clerk, whole)
    assert AttendanceSheet.objects.get().state == SheetState.SIGNING


def test_it_is_opened_by_hand_once(cast: Cast) -> None:
    data = {"month": "2020-09", "opening_key": "one"}
    cast.do("attendance.open", cast.village, cast.clerk, data)
    with pytest.raises(Overtaken):
        cast.do("attendance.open", cast.village, cast.clerk, data)
    for month, code in (("2020-09", "opened"), ("2020-10", "future"), ("gestern", "no_month")):
        with nothing_happens(), pytest.raises(Refused) as caught:
            cast.do("attendance.open", cast.village, cast.clerk, {"month": month})
        assert codes(caught) == [code]
    with pytest.raises(NotFound):
        cast.do("attendance.open", cast.village, cast.other_clerk, {"month": "2020-09"})


@pytest.mark.article("《办法》第四条")
def test_the_two_of_the_village_are_two_people_in_office_on_that_day(month: Month) -> None:
    cast = month.cast
    month.fill()
    both = cast.also("head", Role.VILLAGE_COMMITTEE_MEMBER, "104001")
    ink = {"strokes": demo_signature("秦守义")}
    cast.do("attendance.sign", month.seat("head"), both, ink)
    with nothing_happens(), pytest.raises(Refused) as caught:
        cast.do("attendance.sign", month.seat("member"), both, ink)
    assert codes(caught) == ["signed_already"]
    yesterday = Appointment.objects.get(user=user_of(month.member), role=Role.VILLAGE_COMMITTEE_MEMBER)
    Appointment.objects.filter(pk=yesterday.pk).update(to_on=date(2020, 9, 30))
    late = Actor.of(user_of(month.member), cast.now.date())
    with nothing_happens(), pytest.raises(NotYours):
        cast.do("attendance.sign", month.seat("member"), late, ink)
    with pytest.raises(NotYours):
        cast.do("attendance.sign", month.seat("member"), cast.clerk, ink)
    Appointment.objects.filter(pk=yesterday.pk).update(to_on=date(2020, 10, 1))
    cast.do("attendance.sign", month.seat("member"), Actor.of(user_of(month.member), cast.now.date()), ink)


def test_every_worker_signs_and_some_may_come_later(month: Month) -> None:
    cast = month.cast
    month.fill()
    ink = month.ink()
    first = dict([next(iter(ink.items()))])
    with nothing_happens(), pytest.raises(Refused) as caught:
        cast.do("attendance.sign_for_workers", month.seat("workers"), cast.clerk, first)
    assert codes(caught) == ["unsigned"]
    cast.do("attendance.keep_ink", month.seat("workers"), cast.clerk, first)
    assert [row.signature is not None for row in month.rows] == [True, False]
    cast.do("attendance.sign_for_workers", month.seat("workers"), cast.clerk, ink)
    assert all(row.signature for row in month.rows)
    month.village_signs()
    assert month.sheet.state == SheetState.SIGNED


@pytest.mark.article("《办法》第四条")
def test_any_edit_after_signing_voids_all_signatures_and_says_so(month: Month) -> None:
    cast = month.cast
    month.fill()
    month.workers_sign()
    month.village_signs()
    worker = month.rows[0].worker_id
    cast.do("attendance.reopen", month.case, cast.clerk, {"reason": "17日请了假。"})
    assert len(valid_opinions(month.case)) == 3
    client = browser_of(cast.clerk)
    with travel(cast.now, tick=False):
        page = client.get(f"/tasks/{task_of(month.case).pk}/").content.decode()
    assert "保存修改，原签字作废" in page
    assert "attendance.save" not in page
    cast.do("attendance.change", task_of(month.case), cast.clerk, {f"d{worker}_17": "p"})
    assert valid_opinions(month.case) == {}
    assert not any(row.signature for row in month.rows)
    told = events_of(month.case)[-1].details
    assert told["voided_workers"] == 2
    assert len(told["voided"]) == 3
    assert Notice.objects.filter(case=month.case, text__contains="您的签字已作废").count() == 3
    month.fill(**{f"fill_{worker}": ""})
    assert {task.seat for task in month.case.task_set.filter(finished__isnull=True)} == {"workers", "head", "member"}
    month.workers_sign()
    month.village_signs()
    assert month.sheet.state == SheetState.SIGNED


def test_what_was_reopened_and_not_changed_keeps_its_signatures(month: Month) -> None:
    month.fill()
    month.workers_sign()
    month.cast.do("attendance.reopen", month.case, month.cast.clerk, {"reason": "再看一遍。"})
    month.fill()
    assert all(row.signature for row in month.rows)
    assert {task.seat for task in month.case.task_set.filter(finished__isnull=True)} == {"head", "member"}


def test_the_township_sends_back_with_the_row_marked_and_it_comes_again(month: Month) -> None:
    cast = month.cast
    month.to_township()
    row = month.rows[1]
    back = {"reason": "17日入户时不在岗。", f"fault_{row.pk}": "on"}
    cast.do("attendance.send_back", task_of(month.case), cast.reviewer, back)
    assert month.sheet.state == SheetState.RETURNED
    assert [each.fault for each in month.rows] == ["", "17日入户时不在岗。"]
    month.fill(**{f"fill_{row.worker_id}": "", f"d{row.worker_id}_17": "x"})
    assert [each.fault for each in month.rows] == ["", ""]
    assert month.rows[1].marks[16] == "x"
    month.workers_sign()
    month.village_signs()
    cast.do("attendance.report", task_of(month.case), cast.clerk)
    month.audit()
    assert month.sheet.state == SheetState.AWAITING_SEAL


def test_nobody_audits_what_they_prepared_or_signed(month: Month) -> None:
    cast = month.cast
    month.to_township()
    for part in ("head", "clerk"):
        both = cast.also(part, Role.TOWNSHIP_REVIEWER, "104")
        with nothing_happens(), pytest.raises(Refused) as caught:
            cast.do("attendance.audit", task_of(month.case), both, {"strokes": demo_signature("林书平")})
        assert codes(caught) == ["own_submission"]
    with pytest.raises(NotFound):
        cast.do("attendance.audit", task_of(month.case), cast.other_reviewer, {"strokes": demo_signature("段玉洁")})


def test_an_agreement_that_ended_in_the_meantime_stops_the_sheet(month: Month) -> None:
    month.to_township()
    month.rows[0].tenure.worker.tenures.update(end_on=date(2020, 9, 18))
    with nothing_happens(), pytest.raises(Refused) as caught:
        month.cast.do(
            "attendance.audit", task_of(month.case), month.cast.reviewer, {"strokes": demo_signature("林书平")}
        )
    assert codes(caught) == ["outside"]


def test_a_locked_sheet_is_corrected_by_a_later_version_only(month: Month) -> None:
    cast = month.cast
    with pytest.raises(Refused) as caught:
        cast.do("attendance.correct", month.case, cast.clerk, {"reason": "多记了一天。"})
    assert codes(caught) == ["not_locked"]
    month.lock()
    with pytest.raises(Refused) as caught:
        cast.do("attendance.reopen", month.case, cast.clerk, {"reason": "多记了一天。"})
    assert codes(caught) == ["not_in_village"]
    case = cast.do("attendance.correct", month.case, cast.clerk, {"reason": "多记了一天。"}).result
    later = Month(cast, case, month.member)
    assert (later.sheet.version, later.sheet.corrects) == (2, month.sheet)
    assert [row.marks for row in later.rows] == [row.marks for row in month.rows]
    assert not any(row.signature for row in later.rows)
    with nothing_happens(), pytest.raises(Refused) as caught:
        cast.do("attendance.correct", month.case, cast.clerk, {"reason": "再来一次。"})
    assert codes(caught) == ["corrected"]
    later.lock()
    assert month.sheet.state == SheetState.CORRECTED
    assert later.sheet.state == SheetState.LOCKED


def test_a_sheet_opened_by_mistake_is_voided_and_the_clock_lets_it_be(month: Month) -> None:
    cast = month.cast
    cast.do("attendance.void", month.case, cast.clerk, {"reason": "开错了。"})
    run_daily(cast.tick())
    assert month.sheet.state == SheetState.VOIDED
    assert AttendanceSheet.objects.filter(month=SEPTEMBER).count() == 1
    cast.do("attendance.open", cast.village, cast.clerk, {"month": "2020-09"})
    assert AttendanceSheet.objects.filter(month=SEPTEMBER).count() == 2


def test_whoever_comes_during_the_month_stands_on_the_sheet_at_the_next_save(cast: Cast) -> None:
    cast.now = at(2020, 9, 16)
    run_daily(cast.now)
    case = AttendanceSheet.objects.get().case
    employ(cast, date(2020, 9, 17), END)
    cast.do("attendance.save", task_of(case), cast.clerk, {})
    assert AttendanceRow.objects.count() == 3


def test_the_deadline_of_filling_in_begins_when_the_month_is_over(cast: Cast) -> None:
    cast.now = at(2020, 9, 16)
    run_daily(cast.now)
    task = task_of(AttendanceSheet.objects.get().case)
    assert task.due_on is not None
    assert task.due_on > date(2020, 9, 30)


def test_the_clock_that_missed_a_week_opens_the_month_before_too(cast: Cast) -> None:
    run_daily(at(2020, 10, 8))
    assert set(AttendanceSheet.objects.values_list("month", flat=True)) == {SEPTEMBER, OCTOBER}
