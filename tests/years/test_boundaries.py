"""The rules of Articles 9, 10, 11, 13 and 14 on the day before, the day itself and the day after; no county needed.

Each table is written down by hand from a calendar, not from the code.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from registry.policies import Policy, shipped_2019
from workflows.appraisals.grading import rules as grading
from workflows.core.refusals import Refusal
from workflows.employment.agreements import rules as agreements
from workflows.employment.models import EndReason
from workflows.employment.service import Span, Stretch, last_day_of_service, service_until
from workflows.inspections.findings import rules as findings
from workflows.terminations.ground_rules import content_guards, decision_guards
from workflows.terminations.grounds import GROUNDS
from workflows.terminations.models import ReviewCause
from workflows.terminations.reviews import rules as reviews
from workflows.terminations.rules import ExitFacts, FindingFacts

POLICY = shipped_2019()
TODAY = date(2021, 6, 15)
TOLD = FindingFacts("2021-104-改-0001", concerns_worker=True, delivered_on=date(2021, 5, 10), warned_on=None,
                    is_serious=False, is_fraud=False, handed_over_on=None)  # fmt: skip


def day(text: str) -> date:
    return date.fromisoformat(text)


def policy(**changes: Any) -> Policy:
    return replace(POLICY, **changes)


def refused(guards: Any, facts: Any) -> list[str]:
    found: list[Refusal | None] = [guard(facts) for guard in guards]
    assert all(each.basis for each in found if each), "a refusal names its article"
    return [each.code for each in found if each]


# --- 《办法》第十条: three years, all of them together ------------------------------------------------------


@pytest.mark.article("《办法》第十条")
@pytest.mark.parametrize(
    ("start", "last"),
    [
        ("2020-10-01", "2023-09-30"),
        ("2020-09-15", "2023-09-14"),
        ("2020-02-29", "2023-02-27"),  # 36 months after 29 February is 28 February: the day before it is the last
        ("2021-03-01", "2024-02-29"),  # the last February is a long one
        ("2020-03-01", "2023-02-28"),
        ("2020-08-31", "2023-08-30"),
        ("2020-12-31", "2023-12-30"),
    ],
)
def test_thirty_six_months_from_one_day(start: str, last: str) -> None:
    assert last_day_of_service([], day(start), POLICY.max_tenure_months) == day(last)
    whole = service_until([Stretch(day(start), day(last))], day(last))
    assert whole <= Span(36, 0)


@pytest.mark.article("《办法》第十条")
@pytest.mark.parametrize(
    ("earlier", "start", "last"),
    [
        # Eighteen months, a gap, eighteen more.
        ([("2018-01-01", "2019-06-30")], "2020-01-01", "2021-06-30"),
        # Left-over days of several stretches are put together, thirty to a month: 15 days used, 15 fewer at the end.
        ([("2018-01-01", "2018-01-15")], "2020-01-01", "2022-12-15"),
        ([("2018-01-01", "2018-01-15"), ("2018-03-01", "2018-03-15")], "2020-01-01", "2022-11-30"),
        # Without a day between it is one stretch.
        ([("2019-01-01", "2019-12-31")], "2020-01-01", "2021-12-31"),
        # All used up: not a single day is left.
        ([("2017-01-01", "2019-12-31")], "2020-01-01", "2019-12-31"),
        ([("2017-01-01", "2019-12-31")], "2021-05-01", "2021-04-30"),
        # One day short of three years: that day is left.
        ([("2017-01-01", "2019-12-30")], "2019-12-31", "2019-12-31"),
    ],
)
def test_earlier_service_is_counted_wherever_it_was(earlier: list[tuple[str, str]], start: str, last: str) -> None:
    before = [Stretch(day(first), day(end)) for first, end in earlier]
    assert last_day_of_service(before, day(start), POLICY.max_tenure_months) == day(last)


def agreement(**changes: Any) -> agreements.AgreementFacts:
    facts = agreements.AgreementFacts(
        on=day("2020-10-01"), policy=POLICY, name="冯桂兰", birth_on=day("1970-05-05"), start_on=day("2020-10-01"),
        end_on=day("2021-09-30"), earlier=(), works_already=False, post_type="保洁", post_is_described=True,
    )  # fmt: skip
    return replace(facts, **changes)


@pytest.mark.article("《办法》第十条")
@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({}, []),
        ({"end_on": day("2021-10-01")}, ["term_too_long"]),
        # Two years and a half behind: the thirty-sixth month ends on 31 March 2021.
        ({"earlier": (Stretch(day("2018-04-01"), day("2020-09-30")),), "end_on": day("2021-03-31")}, []),
        ({"earlier": (Stretch(day("2018-04-01"), day("2020-09-30")),), "end_on": day("2021-04-01")},
         ["beyond_three_years"]),
        ({"earlier": (Stretch(day("2017-10-01"), day("2020-09-30")),)}, ["three_years_used"]),
        # 65 on 30 September 2021, on the day before and on the day after.
        ({"birth_on": day("1956-09-30")}, []),
        ({"birth_on": day("1956-09-29")}, ["beyond_age"]),
        ({"birth_on": day("1956-10-01")}, []),
        # Born on 29 February: 28 February is the birthday of a year that has none.
        ({"birth_on": day("1956-02-29"), "end_on": day("2021-02-28")}, []),
        ({"birth_on": day("1956-02-29"), "end_on": day("2021-03-01")}, ["beyond_age"]),
        # The county may set the limit to the day before.
        ({"birth_on": day("1956-09-30"), "policy": policy(age_boundary="day_before")}, ["beyond_age"]),
        ({"birth_on": day("1956-10-01"), "policy": policy(age_boundary="day_before")}, []),
        # A later policy with other numbers.
        ({"birth_on": day("1956-09-29"), "policy": policy(max_age=66)}, []),
        ({"earlier": (Stretch(day("2017-10-01"), day("2020-09-30")),), "policy": policy(max_tenure_months=48)}, []),
        # A renewal begins the day after, not on the last day.
        ({"former_end_on": day("2020-09-30")}, []),
        ({"former_end_on": day("2020-10-01")}, ["overlaps"]),
        ({"has_left": True}, ["has_left"]),
    ],
)  # fmt: skip
def test_an_agreement_ends_with_its_limits(changes: dict[str, Any], codes: list[str]) -> None:
    assert refused(agreements.CONTENT, agreement(**changes)) == codes


# --- 《办法》第九条: pass and renew, fail and end ------------------------------------------------------------


def outcome(**changes: Any) -> grading.OutcomeFacts:
    facts = grading.OutcomeFacts(
        name="冯桂兰", on=TODAY, grade="pass", is_filed=True, has_left=False, left_on=None, begins=day("2021-10-01"),
        ends=day("2022-09-30"), age_limit_on=day("2035-05-05"), max_age=65, max_months=36, renewal_open=False,
    )  # fmt: skip
    return replace(facts, **changes)


@pytest.mark.article("《办法》第九条")
@pytest.mark.parametrize(
    ("changes", "renewal", "termination", "letting_end"),
    [
        ({}, [], ["passed"], ["can_be_renewed"]),
        ({"is_filed": False}, ["not_filed"], ["not_filed", "passed"], ["not_filed", "can_be_renewed"]),
        ({"grade": "fail"}, ["failed"], [], ["failed"]),
        ({"grade": "fail", "is_filed": False}, ["not_filed", "failed"], ["not_filed"], ["not_filed", "failed"]),
        # A single day is left: it is renewed for that day.
        ({"ends": day("2021-10-01")}, [], ["passed"], ["can_be_renewed"]),
        ({"ends": day("2021-09-30")}, ["three_years_used"], ["passed"], []),
        # 65 on the day before the new agreement would begin, and on its first day.
        ({"ends": day("2021-09-30"), "age_limit_on": day("2021-09-30")}, ["beyond_age"], ["passed"], []),
        ({"ends": day("2021-10-01"), "age_limit_on": day("2021-10-01")}, [], ["passed"], ["can_be_renewed"]),
        ({"has_left": True, "left_on": TODAY}, ["has_left"], ["passed", "has_left"], []),
        ({"renewal_open": True}, ["renewal_open"], ["passed"], ["can_be_renewed"]),
    ],
)  # fmt: skip
def test_what_follows_a_result(
    changes: dict[str, Any], renewal: list[str], termination: list[str], letting_end: list[str]
) -> None:
    facts = outcome(**changes)
    assert refused(grading.RENEWAL, facts) == renewal
    assert sorted(refused(grading.TERMINATION, facts)) == sorted(termination)
    assert sorted(refused(grading.LETTING_END, facts)) == sorted(letting_end)


# --- the grounds of an exit ---------------------------------------------------------------------------------


def exit_on(reason: EndReason, **changes: Any) -> ExitFacts:
    facts = ExitFacts(
        on=TODAY, policy=POLICY, ground=GROUNDS[reason], name="冯桂兰", tenure_lasts=True, has_started=True,
        start_on=day("2020-10-01"), limit_on=day("2021-09-30"), limit_reason=EndReason.EXPIRY,
        facts="经村委会和乡镇核实，情况属实。", last_on=TODAY, happened_on=TODAY, proof="有书面材料为证。",
        verified_by="林书平", verified_on=TODAY, evidence=1, finding=None,
    )  # fmt: skip
    return replace(facts, **changes)


def told(**changes: Any) -> FindingFacts:
    return replace(TOLD, **changes)


BEFORE, AFTER = day("2021-06-14"), day("2021-06-16")
WARNED = told(warned_on=day("2021-06-01"))
PROVEN = told(is_fraud=True, handed_over_on=TODAY)
R = EndReason
GROUNDS_AND_DAYS: list[tuple[EndReason, dict[str, Any], list[str]]] = [
    # 第九条: only a failed result that is on file.
    (R.FAILED_APPRAISAL, {"failed_appraisal": True}, []),
    (R.FAILED_APPRAISAL, {"failed_appraisal": False}, ["no_failed_result"]),
    (R.FAILED_APPRAISAL, {"failed_appraisal": None}, ["no_failed_result"]),
    (R.FAILED_APPRAISAL, {"failed_appraisal": True, "happened_on": AFTER}, ["day_in_future"]),
    # 第十条: by itself, on its day, at most ninety days before: 2 July is the ninetieth before 30 September.
    (R.EXPIRY, {"last_on": day("2021-09-30"), "on": day("2021-07-02")}, []),
    (R.EXPIRY, {"last_on": day("2021-09-30"), "on": day("2021-07-01")}, ["too_early"]),
    (R.EXPIRY, {"last_on": day("2021-09-29"), "on": day("2021-09-01")}, ["not_the_limit_day"]),
    (R.EXPIRY, {"last_on": day("2021-10-01"), "on": day("2021-09-01")}, ["after_the_limit", "not_the_limit_day"]),
    (R.EXPIRY, {"last_on": day("2021-09-30"), "on": day("2021-12-01")}, []),  # noticed late: the day is the same
    (R.AGE, {"last_on": day("2021-09-30"), "on": day("2021-09-01")}, ["another_limit"]),
    (R.AGE, {"last_on": day("2021-09-30"), "on": day("2021-09-01"), "limit_reason": R.AGE}, []),
    (R.FULL_TERM, {"last_on": day("2021-09-30"), "on": day("2021-09-01"), "limit_reason": R.FULL_TERM}, []),
    (R.FULL_TERM, {"last_on": day("2021-09-30"), "on": day("2021-09-01"), "limit_reason": R.AGE}, ["another_limit"]),
    # 第十一条第1项: proven, by whom and when.
    (R.NOT_ELIGIBLE, {}, []),
    (R.NOT_ELIGIBLE, {"verified_on": AFTER}, ["verified_in_future"]),
    (R.NOT_ELIGIBLE, {"verified_on": None}, ["not_verified"]),
    (R.NOT_ELIGIBLE, {"verified_by": " "}, ["not_verified"]),
    (R.NOT_ELIGIBLE, {"proof": "无"}, ["no_proof"]),
    (R.NOT_ELIGIBLE, {"evidence": 0}, ["no_evidence"]),
    # 第2项, 第3项: since when; not before the person had begun.
    (R.UNABLE, {"happened_on": TODAY}, []),
    (R.UNABLE, {"happened_on": AFTER}, ["day_in_future"]),
    (R.UNABLE, {"happened_on": None}, ["no_day"]),
    (R.MISCONDUCT, {"happened_on": day("2020-10-01")}, []),
    (R.MISCONDUCT, {"happened_on": day("2020-09-30")}, ["before_the_tenure"]),
    (R.MISCONDUCT, {"happened_on": AFTER}, ["day_in_future"]),
    # 第4项: pointed out, delivered, and again after that day.
    (R.DISOBEDIENCE, {"finding": None}, ["not_pointed_out"]),
    (R.DISOBEDIENCE, {"finding": told(concerns_worker=False)}, ["not_pointed_out"]),
    (R.DISOBEDIENCE, {"finding": told(delivered_on=None)}, ["notice_undelivered"]),
    (R.DISOBEDIENCE, {"finding": TOLD, "happened_on": day("2021-05-09")}, ["no_relapse"]),
    (R.DISOBEDIENCE, {"finding": TOLD, "happened_on": day("2021-05-10")}, ["no_relapse"]),
    (R.DISOBEDIENCE, {"finding": TOLD, "happened_on": day("2021-05-11")}, []),
    (R.DISOBEDIENCE, {"finding": TOLD, "happened_on": AFTER}, ["day_in_future"]),
    (R.DISOBEDIENCE, {"finding": told(delivered_on=TODAY), "happened_on": TODAY}, ["no_relapse"]),
    # 第5项: the township confirms before it decides.
    (R.UNSUITABLE, {}, []),
    (R.UNSUITABLE, {"decides": True}, ["not_confirmed"]),
    (R.UNSUITABLE, {"decides": True, "confirmed": True}, []),
    # 第十三条: a warning that reached the person, and found grave at the recheck.
    (R.DISMISSAL, {"finding": TOLD}, ["not_warned"]),
    (R.DISMISSAL, {"finding": WARNED}, ["not_grave"]),
    (R.DISMISSAL, {"finding": replace(WARNED, is_serious=True)}, []),
    (R.DISMISSAL, {"finding": told(is_serious=True)}, ["not_warned"]),
    (R.DISMISSAL, {"finding": replace(WARNED, is_serious=True, concerns_worker=False)}, ["not_warned"]),
    # 第十四条: established, and handed over.
    (R.FRAUD, {"finding": None}, ["fraud_not_established"]),
    (R.FRAUD, {"finding": told(is_fraud=True)}, ["not_handed_over"]),
    (R.FRAUD, {"finding": PROVEN}, []),
    (R.FRAUD, {"finding": replace(PROVEN, concerns_worker=False)}, ["fraud_not_established"]),
    # What all have in common: inside the tenure, not back-dated, and only while it lasts.
    (R.UNABLE, {"last_on": BEFORE}, ["backdated"]),
    (R.UNABLE, {"last_on": BEFORE, "decides": True}, []),  # days went by: the notice moves it on
    (R.UNABLE, {"last_on": day("2021-09-30")}, []),
    (R.UNABLE, {"last_on": day("2021-10-01")}, ["after_the_limit"]),
    (R.UNABLE, {"tenure_lasts": False}, ["ended_already"]),
    (R.UNABLE, {"has_started": False}, ["not_started"]),
    (R.UNABLE, {"facts": "不想干了"}, ["no_facts"]),
    # Outside the rules.
    (R.RESIGNATION, {"happened_on": TODAY, "evidence": 0}, []),
    (R.RESIGNATION, {"happened_on": AFTER}, ["day_in_future"]),
    (R.DEATH, {"happened_on": BEFORE, "last_on": BEFORE}, []),
    (R.DEATH, {"happened_on": BEFORE, "last_on": TODAY}, ["not_the_day_of_death"]),
    (R.DEATH, {"happened_on": AFTER, "last_on": AFTER}, ["day_in_future"]),
    # Died after the agreement had run out: the last day is the agreement's.
    (R.DEATH, {"on": day("2021-12-01"), "happened_on": day("2021-11-01"), "last_on": day("2021-09-30")}, []),
    (R.EMPLOYED, {"happened_on": BEFORE, "last_on": BEFORE}, []),
    (R.EMPLOYED, {"happened_on": BEFORE, "last_on": TODAY}, ["works_elsewhere"]),
    (R.STATUS_CHANGED, {"verified_on": AFTER}, ["verified_in_future"]),
    (R.NOT_STARTED, {"has_started": False, "happened_on": None}, []),
    (R.NOT_STARTED, {}, ["has_started"]),
]


@pytest.mark.article("《办法》第九条、第十条")
@pytest.mark.article("《办法》第十一条第1项")
@pytest.mark.article("《办法》第十一条第2项")
@pytest.mark.article("《办法》第十一条第3项")
@pytest.mark.article("《办法》第十一条第4项")
@pytest.mark.article("《办法》第十一条第5项")
@pytest.mark.article("《办法》第十三条、第十四条")
@pytest.mark.parametrize(("reason", "changes", "codes"), GROUNDS_AND_DAYS)
def test_each_ground_on_its_days(reason: EndReason, changes: dict[str, Any], codes: list[str]) -> None:
    facts = exit_on(reason, **changes)
    assert refused(content_guards(facts.ground), facts) == codes
    # What the village may propose and the township decide is the same; only who proposed may not decide.
    assert refused(decision_guards(facts.ground), replace(facts, actor_proposed=True)) == [*codes, "own_submission"]


def test_every_ground_has_its_days_in_the_table() -> None:
    assert {reason for reason, _, _ in GROUNDS_AND_DAYS} == set(GROUNDS)


# --- objection, deadlines, warnings -------------------------------------------------------------------------


@pytest.mark.article("《办法》第六条")
@pytest.mark.parametrize(
    ("delivered", "last", "too_late"),
    [
        ("2020-09-15", "2020-09-28", "2020-09-29"),  # a working Sunday within
        ("2020-09-25", "2020-10-15", "2020-10-16"),  # the holidays of 1 to 8 October, the working 27th and 10th
        ("2021-02-05", "2021-02-24", "2021-02-25"),  # the Spring Festival; the 7th and the 20th were worked
        ("2021-06-11", "2021-06-28", "2021-06-29"),
    ],
)  # fmt: skip
def test_an_objection_has_ten_working_days(delivered: str, last: str, too_late: str) -> None:
    days = POLICY.step_days["exit_objection"]
    facts = reviews.ReviewFacts(
        on=day(last), cause=ReviewCause.OBJECTION, claim="情况不实", notice_stands=True, in_effect=False,
        delivered_on=day(delivered), days=days,
    )  # fmt: skip
    assert reviews.last_day_to_object(facts) == day(last)
    assert refused(reviews.OPENING, facts) == []
    assert refused(reviews.OPENING, replace(facts, on=day(too_late))) == ["objection_too_late"]
    assert refused(reviews.OPENING, replace(facts, on=day(delivered), delivered_on=None)) == ["not_delivered"]
    # In effect or not makes no difference to who objects, and all to who withdraws a mistake.
    assert refused(reviews.OPENING, replace(facts, in_effect=True)) == []
    mistake = replace(facts, cause=ReviewCause.CORRECTION, on=day(too_late))
    assert refused(reviews.OPENING, mistake) == []
    assert refused(reviews.OPENING, replace(mistake, in_effect=True)) == ["in_effect"]


def finding(**changes: Any) -> findings.FindingFacts:
    facts = findings.FindingFacts(
        on=TODAY, whom="冯桂兰", official="林书平", weight="ordinary", found_on=TODAY, deadline_on=TODAY,
        problem="连续三日未清扫街道，没有请假。", demand="当日补扫。", statement="没有意见。", recheck_on=AFTER,
        earliest_on=TODAY, met_on=TODAY, handed_over_to="县纪委监委", handed_over_on=TODAY, text="走访三户，情况属实。",
    )  # fmt: skip
    return replace(facts, **changes)


@pytest.mark.article("《办法》第十二条、第十三条、第十四条")
@pytest.mark.parametrize(
    ("guard", "changes", "codes"),
    [
        (findings.found_by_now, {"found_on": TODAY}, []),
        (findings.found_by_now, {"found_on": AFTER}, ["found_in_future"]),
        (findings.sets_a_deadline, {"deadline_on": TODAY}, []),
        (findings.sets_a_deadline, {"deadline_on": BEFORE}, ["deadline_over"]),
        (findings.deadline_is_over, {"deadline_on": TODAY}, []),
        (findings.deadline_is_over, {"deadline_on": AFTER}, ["deadline_runs"]),
        (findings.delivered_by_now, {"met_on": TODAY}, []),
        (findings.delivered_by_now, {"met_on": AFTER}, ["day_in_future"]),
        (findings.delivered_by_now, {"met_on": BEFORE}, ["day_too_early"]),
        (findings.warning_is_complete, {"recheck_on": AFTER}, []),
        (findings.warning_is_complete, {"recheck_on": TODAY}, ["recheck_too_soon"]),
        (findings.hand_over_is_recorded, {"handed_over_on": TODAY}, []),
        (findings.hand_over_is_recorded, {"handed_over_on": AFTER}, ["day_in_future"]),
        (findings.hand_over_is_recorded, {"handed_over_to": " "}, ["no_authority"]),
    ],
)
def test_a_finding_on_its_days(guard: Callable[[Any], Any], changes: dict[str, Any], codes: list[str]) -> None:
    assert refused((guard,), finding(**changes)) == codes
