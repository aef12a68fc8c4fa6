"""Money that was paid without right comes back: from the rosters, once, notice by notice, to the last fen."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from time_machine import travel

from forms_templates.models import Document
from registry.models import Worker
from signatures.demo_strokes import demo_signature
from tests.attendance.months import Month, month_of
from tests.attendance.test_pay import absent, corrected, open_roster, pay, to_finance
from tests.cast import Cast, browser_of, events_of, nothing_happens, signed, task_of
from tests.inspections.steps import INK, finding_of
from workflows.attendance.models import PayLine
from workflows.core.actors import Actor
from workflows.core.models import Case, Notice
from workflows.core.refusals import NotFound, NotYours, Overtaken, Refused
from workflows.inspections.models import Recovery, RecoveryState
from workflows.inspections.recoveries.amounts import paid_lines

pytestmark = [pytest.mark.django_db, pytest.mark.article("《办法》第十四条"), pytest.mark.article("《方案》三（六）")]


@pytest.fixture
def month() -> Month:
    from tests.attendance.months import county_with_workers

    return month_of(county_with_workers())


def paid_month(month: Month) -> Worker:
    """September was paid; the first of those who were."""
    month.lock()
    case = open_roster(month.cast)
    to_finance(month.cast, case)
    pay(month.cast, case)
    return PayLine.objects.filter(roster__case=case).order_by("position")[0].worker


def pointed_out(cast: Cast, whom: Worker, by: Actor, **changes: Any) -> Case:
    data = {
        "about": "worker",
        "worker": str(whom.pk),
        "weight": "ordinary",
        "found_on": cast.now.date().isoformat(),
        "problem": "本人已去世，9月仍报考勤、仍发放补贴，多发一个月。",
        "demand": "退回多发的补贴。",
        "deadline_on": "2020-12-31",
        **signed(by.name),
    }
    case: Case = cast.do("findings.open", cast.village, by, data | changes).result
    return case


ASKED = {"first_month": "2020-09", "last_month": "2020-09", "due_on": "2020-12-31", "account": "县财政局非税收入专户"}


def ask_back(cast: Cast, notice: Case, **changes: Any) -> Case:
    case: Case = cast.do("recoveries.open", notice, cast.township_clerk, ASKED | changes).result
    return case


def issue(cast: Cast, case: Case) -> None:
    cast.do("recoveries.review", task_of(case), cast.reviewer, {"strokes": demo_signature("林书平")})
    cast.do("recoveries.seal", task_of(case), cast.township_keeper, {})
    data = {"way": "signed", "delivered_on": cast.now.date().isoformat(), "place": "青禾村", **INK}
    cast.do("recoveries.deliver", task_of(case), cast.township_clerk, data | {"strokes": demo_signature("罗晓敏")})


def repay(cast: Cast, case: Case, amount: str, **changes: Any) -> None:
    data = {"amount": amount, "paid_on": cast.now.date().isoformat(), "voucher": "退2020-01"}
    cast.do("recoveries.repay", task_of(case), cast.township_clerk, data | changes)


def of(case: Case) -> Recovery:
    return Recovery.objects.get(case=case)


def codes(caught: Any) -> list[str]:
    return [refusal.code for refusal in caught.value.refusals]


def corrected_to_nothing(month: Month) -> tuple[Case, Worker]:
    """September was paid, then corrected: the first was never there. The next roster takes it all back and is paid."""
    worker = paid_month(month)
    cast = month.cast
    corrected(month, **absent(worker.pk, 15, 30))
    case = open_roster(cast)
    for action, part, name in (
        ("pay.submit", cast.township_clerk, "罗晓敏"),
        ("pay.review", cast.reviewer, "林书平"),
        ("pay.seal", cast.township_keeper, ""),
    ):
        cast.do(action, task_of(case), part, {"strokes": demo_signature(f"{name}{case.pk}")} if name else {})
    data = {"strokes": demo_signature(f"杜佳宁{case.pk}"), "voucher": "2020-10-0032"}
    cast.do("pay.confirm", task_of(case), cast.finance, data | {"paid_on": cast.now.date().isoformat()})
    return case, worker


DUE = {"due_on": "2020-12-31", "account": "县财政局非税收入专户"}


def test_what_no_next_roster_can_settle_is_asked_back_by_itself_and_once(month: Month) -> None:
    roster, worker = corrected_to_nothing(month)
    cast = month.cast
    assert Notice.objects.filter(text__contains=f"{worker.name}多领，不够扣，请提出追回").exists()
    before = [line.amount for line in paid_lines(worker)]
    assert before == [Decimal("400.00")]  # no money moved with the roster that took it back
    data = DUE | {"worker": str(worker.pk)}
    for part in (cast.clerk, cast.other_reviewer, cast.auditor):
        with nothing_happens(), pytest.raises(NotFound):
            cast.do("recoveries.open_for_difference", roster, part, data)
    with nothing_happens(), pytest.raises(Refused) as caught:
        cast.do("recoveries.open_for_difference", roster, cast.township_clerk, data | {"due_on": ""})
    assert codes(caught) == ["no_due_day"]
    other = next(each for each in cast.workers if each.pk != worker.pk)
    with nothing_happens(), pytest.raises(Refused) as caught:
        cast.do("recoveries.open_for_difference", roster, cast.township_clerk, DUE | {"worker": str(other.pk)})
    assert codes(caught) == ["nothing_paid"]
    case: Case = cast.do("recoveries.open_for_difference", roster, cast.township_clerk, data).result
    assert (of(case).total, of(case).whom, of(case).finding) == (Decimal("400.00"), worker.name, None)
    with pytest.raises(Overtaken):
        cast.do("recoveries.open_for_difference", roster, cast.township_clerk, data)
    # What was asked back is not asked back again as a whole: 400 were paid, 400 are on their way back.
    assert sum(line.amount for line in paid_lines(worker)) == 0
    issue(cast, case)
    sheet = Document.objects.filter(case_key=case.key, form_code="recovery_notice").latest("pk").values
    assert (sheet["total"], sheet["debtor"]) == ("400", worker.name)
    assert [(row["month"], row["amount"], row["remark"]) for row in sheet["months"]] == [
        ("2020年9月", "400", "考勤更正，多发")
    ]
    assert "2020年9月的考勤更正以后" in sheet["facts"]
    assert "不属于骗取" in sheet["transfer"]
    repay(cast, case, "400.00")
    assert of(case).state == RecoveryState.REPAID


def test_a_difference_is_asked_back_from_the_page_of_its_roster(month: Month) -> None:
    roster, worker = corrected_to_nothing(month)
    cast = month.cast
    client = browser_of(cast.township_clerk)
    url = f"/recoveries/difference/{roster.pk}/{worker.pk}/"
    with travel(cast.now, tick=False):
        assert f'href="{url}"' in client.get(f"/cases/{roster.pk}/").content.decode()
        page = client.get(url).content.decode()
        assert f"追回{worker.name}的差额400.00元" in page
        assert client.post(url, {"account": "县财政局专户"}).status_code == 422
        made = client.post(url, DUE)
        assert made.status_code == 303
        assert client.get(made["Location"]).status_code == 200
        assert client.get(url)["Location"] == made["Location"]
    voided = Case.objects.get(recovery__roster__case=roster)
    cast.do("recoveries.void", voided, cast.reviewer, {"reason": "本人已在别处退回。"})
    again: Case = cast.do(
        "recoveries.open_for_difference", roster, cast.reviewer, DUE | {"worker": str(worker.pk)}
    ).result
    assert of(again).state == RecoveryState.AWAITING_REVIEW


def test_who_gives_everything_back_for_fraud_does_not_give_the_difference_back_too(month: Month) -> None:
    roster, worker = corrected_to_nothing(month)
    cast = month.cast
    notice = pointed_out(cast, worker, cast.auditor)
    case = ask_back(cast, notice)
    assert of(case).total == Decimal("400.00")
    with nothing_happens(), pytest.raises(Refused) as caught:
        cast.do("recoveries.open_for_difference", roster, cast.township_clerk, DUE | {"worker": str(worker.pk)})
    assert codes(caught) == ["claimed_already"]


def test_the_persons_page_tells_months_pay_findings_and_papers_in_ten_questions(
    month: Month, django_assert_max_num_queries: Any
) -> None:
    cast = month.cast
    worker = paid_month(month)
    notice = pointed_out(cast, worker, cast.auditor)

    def page(part: str) -> str:
        client = browser_of(cast.people[part])
        with travel(cast.now, tick=False):
            client.get("/")
            with django_assert_max_num_queries(10):
                return str(client.get(f"/workers/{worker.pk}/").content.decode())

    told = page("reviewer")
    assert f'<a href="/cases/{month.case.pk}/">2020年9月</a>' in told
    assert "已发1个月，共400.00元" in told
    assert f'<a href="/cases/{notice.pk}/">' in told
    assert "一般问题，限期整改" in told
    assert "用工协议" in told
    assert "已发1个月" in page("supervisor")
    # What was paid is the township's and the county's to see, not the village's.
    own = page("clerk")
    assert "400.00" not in own
    assert f'<a href="/cases/{month.case.pk}/">2020年9月</a>' in own


def test_who_was_paid_too_long_gives_it_back_in_parts(month: Month) -> None:
    cast = month.cast
    worker = paid_month(month)
    notice = pointed_out(cast, worker, cast.auditor)
    case = ask_back(cast, notice)
    assert (of(case).total, of(case).paid_to) == (Decimal("400.00"), worker)
    issue(cast, case)
    sheet = Document.objects.filter(case_key=case.key, form_code="recovery_notice").latest("pk").values
    assert (sheet["total"], sheet["outstanding"], sheet["total_in_words"]) == ("400", "400", "人民币肆佰元整")
    assert [row["month"] for row in sheet["months"]] == ["2020年9月"]
    for amount, code in (("0", "no_amount"), ("400.01", "too_much"), ("", "no_amount")):
        with nothing_happens(), pytest.raises(Refused) as caught:
            repay(cast, case, amount)
        assert codes(caught) == [code]
    with pytest.raises(Refused) as caught:
        repay(cast, case, "150", voucher="")
    assert codes(caught) == ["no_voucher"]
    repay(cast, case, "150")
    assert (of(case).state, of(case).paid_back) == (RecoveryState.OWED, Decimal("150.00"))
    latest = Document.objects.filter(case_key=case.key).latest("pk").values
    assert (latest["paid_back"], latest["outstanding"]) == ("150", "250")
    with pytest.raises(Refused) as caught:
        repay(cast, case, "250.01")
    assert codes(caught) == ["too_much"]
    repay(cast, case, "250.00")
    assert of(case).state == RecoveryState.REPAID
    assert events_of(case)[-1].details["balance"] == "0.00"
    with pytest.raises(Refused) as caught:
        ask_back(cast, notice)
    assert codes(caught) == ["nothing_paid"]  # a line is asked back once


def test_what_was_never_paid_is_not_asked_back(month: Month) -> None:
    cast = month.cast
    worker = paid_month(month)
    notice = pointed_out(cast, worker, cast.auditor)
    for changes, code in (
        ({"first_month": "2020-10", "last_month": ""}, "nothing_paid"),
        ({"last_month": "2020-08", "first_month": ""}, "nothing_paid"),
        ({"due_on": cast.now.date().isoformat()}, "no_due_day"),
        ({"account": ""}, "no_account"),
        ({"worker": "999999"}, "another_payee"),
    ):
        with nothing_happens(), pytest.raises(Refused) as caught:
            ask_back(cast, notice, **changes)
        assert code in codes(caught)


def test_fraud_is_established_first_and_then_all_of_it_is_asked_back(month: Month) -> None:
    cast = month.cast
    worker = paid_month(month)
    notice = pointed_out(cast, worker, cast.auditor, weight="fraud")
    with pytest.raises(Refused) as caught:
        ask_back(cast, notice)
    assert codes(caught) == ["not_established"]
    cast.act(notice, "findings.establish", cast.reviewer, signed("林书平", "考勤由他人代签，本人在外地务工。"))
    with pytest.raises(Refused) as caught:
        ask_back(cast, notice, first_month="2020-10", last_month="")
    assert codes(caught) == ["nothing_paid", "not_everything"]
    assert of(ask_back(cast, notice, first_month="", last_month="")).total == Decimal("400.00")


def test_a_village_owes_what_it_reported_for_somebody(month: Month) -> None:
    cast = month.cast
    worker = paid_month(month)
    notice = pointed_out(cast, worker, cast.auditor, about="village", worker="")
    assert finding_of(notice).worker is None
    case = ask_back(cast, notice, worker=str(worker.pk))
    issue(cast, case)
    sheet = Document.objects.filter(case_key=case.key, form_code="recovery_notice").latest("pk").values
    assert sheet["debtor"] == "青禾村村民委员会"
    assert sheet["months"][0]["remark"] == f"发给{worker.name}"


def test_only_the_township_asks_and_nobody_reviews_their_own(month: Month) -> None:
    cast = month.cast
    worker = paid_month(month)
    notice = pointed_out(cast, worker, cast.auditor)
    for who in (cast.clerk, cast.auditor, cast.other_reviewer):
        with pytest.raises(NotFound):
            cast.do("recoveries.open", notice, who, ASKED)
    case: Case = cast.do("recoveries.open", notice, cast.reviewer, ASKED).result
    ink = {"strokes": demo_signature("林书平")}
    with nothing_happens(), pytest.raises(Refused) as caught:
        cast.do("recoveries.review", task_of(case), cast.reviewer, ink)
    assert codes(caught) == ["own_submission"]
    with pytest.raises(NotYours):
        cast.do("recoveries.review", task_of(case), cast.township_clerk, ink)
    cast.do("recoveries.void", case, cast.reviewer, {"reason": "金额有误。"})
    again = ask_back(cast, notice)
    assert of(again).total == Decimal("400.00")
    with pytest.raises(Overtaken):
        cast.do("recoveries.open", notice, cast.township_clerk, {**ASKED, "opening_key": again.opening_key})
    assert date(2020, 12, 31) == of(again).due_on


def test_several_who_were_paid_on_one_finding_are_asked_in_one_act(month: Month) -> None:
    """A village's false sheet: each who was paid has a notice of their own, all of them or none."""
    cast = month.cast
    paid_month(month)
    both = [line.worker for line in PayLine.objects.order_by("position").select_related("worker")]
    notice = pointed_out(cast, both[0], cast.auditor, about="village", worker="")
    client = browser_of(cast.township_clerk)
    url = f"/recoveries/new/{notice.pk}/"
    with travel(cast.now, tick=False):
        page = client.get(url).content.decode()
        assert all(f'name="worker" value="{each.pk}"' in page for each in both)
        chosen = client.get(url, {"worker": [str(each.pk) for each in both]}).content.decode()
        assert all(f"发给{each.name}的" in chosen for each in both)
        asked = ASKED | {"worker": [str(each.pk) for each in both], "opening_key": "both"}
        wrong = client.post(url, asked | {"due_on": "2019-01-01"})
        assert (wrong.status_code, Recovery.objects.count()) == (422, 0)
        assert client.post(url, asked).status_code == 303
        assert "没有已经发放、还没有追回的" in client.get(url).content.decode()
    made = Recovery.objects.order_by("pk")
    assert [(each.paid_to, each.total) for each in made] == [(each, Decimal("400.00")) for each in both]
    assert {each.finding_id for each in made} == {finding_of(notice).pk}
