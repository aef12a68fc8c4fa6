"""Pay: only from audited sheets, to the fen, signed, sealed, paid once; what is corrected is settled in the next."""

import csv
import io
import zipfile
from datetime import date
from decimal import Decimal
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps

from audit.models import Event
from forms_templates.models import Document
from registry.models import PolicySet
from registry.policies import policy_on
from registry.policy_parameters import jsonable, shipped_2019_source
from registry.roles import Role
from signatures.demo_strokes import demo_signature
from tests.attendance.months import SEPTEMBER, Month, at, employ, month_of
from tests.cast import Cast, events_of, nothing_happens, task_of
from workflows.attendance.models import AttendanceSheet, PayLine, PayRoster, RosterState, SheetState
from workflows.attendance.pay import export
from workflows.attendance.pay.documents import FORM
from workflows.attendance.pay.facts import lines_of
from workflows.core.models import Case
from workflows.core.refusals import NotFound, NotYours, Overtaken, Refused

pytestmark = pytest.mark.django_db


def codes(caught: Any) -> list[str]:
    return [refusal.code for refusal in caught.value.refusals]


def ink(name: str) -> dict[str, str]:
    return {"strokes": demo_signature(name)}


def in_force(cast: Cast, parameters: dict[str, Any]) -> None:
    """A later set than the shipped one, in force when the stories begin."""
    PolicySet.objects.create(
        county=cast.county,
        effective_on=date(2020, 7, 1),
        document_number="昌政办〔2020〕7号",
        title="政策参数",
        parameters=parameters,
        approved_by="测试",
    )


def by_days(cast: Cast) -> None:
    """The county pays partial months by their days."""
    in_force(cast, jsonable(shipped_2019_source()["parameters"]) | {"partial_month": "by_attendance"})
    assert policy_on(cast.county, SEPTEMBER).partial_month == "by_attendance"


def open_roster(cast: Cast, month: str = "2020-09") -> Case:
    case: Case = cast.do("pay.open", cast.township, cast.township_clerk, {"month": month}).result
    return case


def to_finance(cast: Cast, case: Case) -> None:
    cast.do("pay.submit", task_of(case), cast.township_clerk, ink("罗晓敏"))
    cast.do("pay.review", task_of(case), cast.reviewer, ink("林书平"))
    cast.do("pay.seal", task_of(case), cast.township_keeper)


def pay(cast: Cast, case: Case, **more: Any) -> None:
    data = {**ink("杜佳宁"), "voucher": "2020-10-0031", "paid_on": cast.now.date().isoformat(), **more}
    cast.do("pay.confirm", task_of(case), cast.finance, data)


def amounts(case: Case) -> list[tuple[str, str, str]]:
    lines = PayLine.objects.filter(roster__case=case, counts=True).order_by("position")
    return [(line.kind, f"{line.for_month:%Y-%m}", str(line.amount)) for line in lines]


@pytest.mark.article("《办法》第四条")
def test_no_pay_without_an_audited_sheet(month: Month) -> None:
    cast = month.cast
    month.to_township()
    month.audit()
    with nothing_happens(), pytest.raises(Refused) as caught:
        open_roster(cast)
    assert codes(caught) == ["no_audited_sheet"]
    cast.do("attendance.seal", task_of(month.case), cast.township_keeper)
    assert PayRoster.objects.get(case=open_roster(cast)).state == RosterState.PREPARING
    assert month.sheet.state == SheetState.IN_PAY


def test_a_roster_is_signed_reviewed_sealed_and_paid_with_a_paper_each_time(month: Month) -> None:
    cast = month.cast
    by_days(cast)
    month.lock()
    case = open_roster(cast)
    # From the 15th: 16 of 30 days; the 16th to the 20th: 5 of 30.
    assert amounts(case) == [("pay", "2020-09", "213.33"), ("pay", "2020-09", "66.67")]
    to_finance(cast, case)
    cast.tick(days=5)
    pay(cast, case)
    roster = PayRoster.objects.get(case=case)
    assert (roster.state, roster.voucher, roster.paid_on) == (RosterState.PAID, "2020-10-0031", date(2020, 10, 6))
    papers = list(Document.objects.filter(case_key=case.key).order_by("number"))
    assert [paper.label for paper in papers] == ["制表", "乡镇审核", "乡镇盖章", "财政确认发放"]
    paper = papers[-1].values
    assert (paper["total"], paper["total_in_words"]) == ("280.00", "人民币贰佰捌拾元整")
    assert [row["remark"] for row in paper["payments"]] == ["按天16/30", "按天5/30"]
    assert paper["payments"][0]["id_number"].startswith("130399****")
    assert "按标准×协议期内天数÷当月天数" in paper["rule"]
    case.refresh_from_db()
    assert case.number == "2020-104-薪-0001"


def test_the_shipped_policy_pays_a_partial_month_whole_and_says_so(month: Month) -> None:
    month.lock()
    case = open_roster(month.cast)
    assert amounts(case) == [("pay", "2020-09", "400.00"), ("pay", "2020-09", "400.00")]
    month.cast.do("pay.submit", task_of(case), month.cast.township_clerk, ink("罗晓敏"))
    paper = Document.objects.filter(case_key=case.key).latest("pk").values
    assert [row["remark"] for row in paper["payments"]] == ["不满月按整月"] * 2
    assert paper["rule"] == "不满整月的，按整月计发"


def corrected(month: Month, **typed: str) -> Month:
    """A later version of the sheet, locked; `typed` is what it says otherwise."""
    cast = month.cast
    case = cast.do("attendance.correct", month.case, cast.clerk, {"reason": "记错了。"}).result
    later = Month(cast, case, month.member)
    cast.do("attendance.submit", task_of(case), cast.clerk, typed)
    later.workers_sign()
    later.village_signs()
    cast.do("attendance.report", task_of(case), cast.clerk)
    later.audit()
    cast.do("attendance.seal", task_of(case), cast.township_keeper)
    return later


def absent(worker: int, first: int, last: int) -> dict[str, str]:
    return {f"d{worker}_{day}": "x" for day in range(first, last + 1)}


def test_what_is_corrected_after_payment_is_taken_back_in_the_next_roster(month: Month) -> None:
    cast = month.cast
    by_days(cast)
    month.lock()
    first = open_roster(cast)
    to_finance(cast, first)
    pay(cast, first)
    second = month.rows[1].worker_id
    later = corrected(month, **absent(second, 16, 20))
    assert month.sheet.state == SheetState.CORRECTED
    october = month_of(cast, date(2020, 10, 1))
    october.lock()
    case = open_roster(cast, "2020-10")
    assert amounts(case) == [("correction", "2020-09", "-66.67"), ("pay", "2020-10", "400.00")]
    assert PayRoster.objects.get(case=case).lines.first().sheet == later.sheet
    cast.do("pay.submit", task_of(case), cast.township_clerk, ink("罗晓敏"))
    paper = Document.objects.filter(case_key=case.key).latest("pk").values
    assert paper["payments"][0]["remark"] == "2020年9月更正，扣回"
    assert paper["payments"][0]["amount"] == "-66.67"
    assert paper["total"] == "333.33"
    # Whoever owes more than this roster gives them is not in the bank's file.
    lines = list(PayLine.objects.filter(roster__case=case, counts=True).select_related("worker", "village"))
    assert [str(payee.amount) for payee in export.to_pay(lines)] == ["400.00"]


def test_what_is_corrected_before_payment_comes_in_the_next_roster_too(month: Month) -> None:
    cast = month.cast
    month.lock()
    first = open_roster(cast)
    to_finance(cast, first)
    corrected(month, **absent(month.rows[1].worker_id, 16, 20))
    pay(cast, first)
    case = open_roster(cast)
    assert PayRoster.objects.get(case=case).batch == 2
    assert amounts(case) == [("correction", "2020-09", "-400.00")]


def test_a_correction_that_changes_no_amount_has_no_line(month: Month) -> None:
    cast = month.cast
    month.lock()
    first = open_roster(cast)
    to_finance(cast, first)
    pay(cast, first)
    later = corrected(month, **{f"d{month.rows[0].worker_id}_16": "s"})
    month_of(cast, date(2020, 10, 1)).lock()
    case = open_roster(cast, "2020-10")
    assert amounts(case) == [("pay", "2020-10", "400.00")]
    assert later.sheet.state == SheetState.IN_PAY


@pytest.mark.article("《方案》三（二）4")
def test_whoever_moved_to_another_village_has_both_parts_and_never_more_than_the_standard(cast: Cast) -> None:
    by_days(cast)
    worker = cast.workers[1]
    tenure = worker.tenures.get()
    cast.now = at(2020, 9, 21, 8)
    tenure.end("withdrawn")
    tenure.end_on = date(2020, 9, 20)
    tenure.save()
    # The same person, in the other village from the 21st on.
    source = {"name": worker.name, "id_number": worker.id_number, "phone": worker.phone}
    assert employ(cast, date(2020, 9, 21), date(2021, 3, 20), village="104002", **source) == worker
    month = month_of(cast)
    month.lock()
    case = AttendanceSheet.objects.get(village=cast.places["104002"], month=SEPTEMBER).case
    member = cast.also("outsider", Role.VILLAGE_COMMITTEE_MEMBER, "104002")
    cast.do("attendance.submit", task_of(case), cast.clerk_with_seal, {f"fill_{worker.pk}": "work"})
    other = Month(cast, case, member)
    signed = {f"ink_{worker.pk}": demo_signature("另一笔")}
    cast.do("attendance.sign_for_workers", other.seat("workers"), cast.clerk_with_seal, signed)
    cast.do("attendance.sign", other.seat("head"), cast.second_head, ink("韩继成"))
    cast.do("attendance.sign", other.seat("member"), member, ink("路过明"))
    cast.do("attendance.report", task_of(case), cast.clerk_with_seal)
    cast.do("attendance.audit", task_of(case), cast.reviewer, ink("林书平"))
    cast.do("attendance.seal", task_of(case), cast.township_keeper)
    roster = open_roster(cast)
    found = PayLine.objects.filter(roster__case=roster, worker=worker).order_by("position")
    assert [str(line.amount) for line in found] == ["66.67", "133.33"]
    cast.do("pay.submit", task_of(roster), cast.township_clerk, ink("罗晓敏"))
    rows = Document.objects.filter(case_key=roster.key).latest("pk").values["payments"]
    assert [(row["village"], row["amount"]) for row in rows if row["name"] == worker.name] == [
        ("青禾村、榆荫村", "200.00")
    ]


def test_the_rate_is_the_one_of_the_dated_table(month: Month) -> None:
    cast = month.cast
    parameters: Any = jsonable(shipped_2019_source()["parameters"])
    for category in ("poverty_relieved", "in_poverty", "edge"):
        parameters["stipends"].append({"category": category, "from_on": "2020-10-01", "yuan_per_month": 450})
    in_force(cast, parameters)
    month.lock()
    first = open_roster(cast)
    assert [line[2] for line in amounts(first)] == ["400.00", "400.00"]
    to_finance(cast, first)
    pay(cast, first)
    month_of(cast, date(2020, 10, 1)).lock()
    assert amounts(open_roster(cast, "2020-10")) == [("pay", "2020-10", "450.00")]


def test_finance_confirms_once_with_a_voucher_and_a_day_that_can_be(month: Month) -> None:
    cast = month.cast
    month.lock()
    case = open_roster(cast)
    with pytest.raises(Refused) as caught:
        open_roster(cast)
    assert codes(caught) == ["one_at_a_time"]
    to_finance(cast, case)
    task = task_of(case)
    for more, code in (
        ({"voucher": " "}, "no_voucher"),
        ({"paid_on": "2020-10-02"}, "not_paid_yet"),
        ({"paid_on": "2020-09-30"}, "paid_before_seal"),
        ({"paid_on": ""}, "not_paid_yet"),
    ):
        with nothing_happens(), pytest.raises(Refused) as caught:
            pay(cast, case, **more)
        assert codes(caught) == [code]
    with pytest.raises(NotYours):
        cast.do("pay.confirm", task, cast.reviewer, {**ink("林书平"), "voucher": "1", "paid_on": "2020-10-01"})
    pay(cast, case)
    with nothing_happens(), pytest.raises(Overtaken):
        cast.do("pay.confirm", task, cast.finance, {**ink("杜佳宁"), "voucher": "2", "paid_on": "2020-10-01"})


def test_nobody_reviews_what_they_drew_up(month: Month) -> None:
    cast = month.cast
    month.lock()
    case = open_roster(cast)
    both = cast.also("township_clerk", Role.TOWNSHIP_REVIEWER, "104")
    cast.do("pay.submit", task_of(case), both, ink("罗晓敏"))
    with nothing_happens(), pytest.raises(Refused) as caught:
        cast.do("pay.review", task_of(case), both, ink("罗晓敏"))
    assert codes(caught) == ["own_submission"]
    with pytest.raises(NotFound):
        cast.do("pay.review", task_of(case), cast.other_reviewer, ink("段玉洁"))


def test_a_roster_that_finance_returns_is_drawn_up_anew(month: Month) -> None:
    cast = month.cast
    month.lock()
    case = open_roster(cast)
    to_finance(cast, case)
    cast.do("pay.send_back", task_of(case), cast.finance, {"reason": "有一个账号不对。"})
    assert PayRoster.objects.get(case=case).state == RosterState.RETURNED
    cast.do("pay.redraw", task_of(case), cast.township_clerk)
    assert amounts(case) == [("pay", "2020-09", "400.00")] * 2
    to_finance(cast, case)
    pay(cast, case)
    assert PayLine.objects.filter(counts=False).count() == 2


def test_a_roster_begun_on_an_earlier_form_goes_on_with_it_and_a_new_one_takes_the_newest(month: Month) -> None:
    cast = month.cast
    month.lock()
    case = open_roster(cast)
    assert case.forms["pay_roster"] == FORM[1]
    # As a case stood before forms were noted on it: the migration notes the second version for those that run.
    Case.objects.filter(pk=case.pk).update(forms={})
    import_module("workflows.attendance.migrations.0003_running_rosters_keep_their_form").keep_second_version(
        apps, None
    )
    to_finance(cast, case)
    pay(cast, case)
    assert set(Document.objects.filter(case_key=case.key).values_list("form_version", flat=True)) == {2}
    corrected(month, **absent(month.rows[0].worker_id, 15, 30))
    following = open_roster(cast)
    cast.do("pay.submit", task_of(following), cast.township_clerk, ink(f"秦守义{following.pk}"))
    assert Document.objects.get(case_key=following.key).form_version == FORM[1]


def test_a_voided_roster_gives_its_sheets_back(month: Month) -> None:
    cast = month.cast
    month.lock()
    case = open_roster(cast)
    cast.do("pay.void", case, cast.township_clerk, {"reason": "月份选错了。"})
    assert PayRoster.objects.get(case=case).state == RosterState.VOIDED
    assert month.sheet.state == SheetState.LOCKED
    assert amounts(open_roster(cast)) == [("pay", "2020-09", "400.00")] * 2


def test_the_bank_gets_full_numbers_and_every_export_leaves_a_trace(month: Month) -> None:
    cast = month.cast
    month.lock()
    case = open_roster(cast)
    wanted = {"kind": "csv", "reason": "交银行代发。"}
    with pytest.raises(Refused) as caught:
        cast.do("pay.export", case, cast.township_clerk, wanted)
    assert codes(caught) == ["not_sealed"]
    to_finance(cast, case)
    worker = month.rows[0].worker
    worker.account = "6228480000000001357"
    worker.save()
    outcome = cast.do("pay.export", case, cast.finance, wanted)
    lines, roster = outcome.result, PayRoster.objects.get(case=case)
    rows = list(csv.reader(io.StringIO(export.as_csv(roster, lines).decode("utf-8-sig"))))
    found = {row[1]: row for row in rows[1:]}
    assert found[worker.name][2:5] == [f"\t{worker.id_number}", "\t6228480000000001357", "400.00"]
    with zipfile.ZipFile(io.BytesIO(export.as_xlsx(roster, lines))) as book:
        assert worker.id_number in book.read("xl/sharedStrings.xml").decode()
    event = events_of(case)[-1]
    assert (event.action, event.details["people"]) == ("pay.export", 2)
    assert worker.id_number not in bytes(event.canonical).decode()
    for stranger in (cast.auditor, cast.supervisor):
        with pytest.raises(NotYours):
            cast.do("pay.export", case, stranger, wanted)
    with pytest.raises(NotFound):
        cast.do("pay.export", case, cast.other_reviewer, wanted)
    with pytest.raises(Refused):
        cast.do("pay.export", case, cast.finance, {"kind": "pdf", "reason": "交银行代发。"})


def test_no_formula_gets_into_the_banks_file() -> None:
    assert [export.plain(text) for text in ("=1+1", "@甲", "周桂兰", "-1")] == ["'=1+1", "'@甲", "周桂兰", "'-1"]


def test_the_sums_of_all_rosters_are_what_the_sheets_are_worth(month: Month) -> None:
    """The invariant of pay: person and month never above the standard, every line from a locked sheet."""
    cast = month.cast
    by_days(cast)
    month.lock()
    first = open_roster(cast)
    to_finance(cast, first)
    pay(cast, first)
    corrected(month, **absent(month.rows[1].worker_id, 16, 20))
    again = AttendanceSheet.objects.get(month=SEPTEMBER, version=2)
    last = Month(cast, again.case, month.member)
    corrected(last, **{f"d{month.rows[1].worker_id}_16": "v"})
    case = open_roster(cast)
    assert amounts(case) == []  # taken back and given again before either was paid: no difference is left
    worked = PayLine.objects.filter(counts=True, worker=month.rows[1].worker)
    assert sum((line.amount for line in worked), Decimal(0)) == Decimal("66.67")
    assert lines_of(PayRoster.objects.get(case=case)) == []
    assert Event.objects.filter(action="pay.open").count() == 2
