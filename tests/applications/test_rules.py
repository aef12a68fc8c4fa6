"""Every rule of the application by itself, at its boundary: facts in, one refusal or none out."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from registry.policies import POLICY_2019
from workflows.applications import rules
from workflows.applications.rules import ApplicantFacts, ApplicantGuard
from workflows.core.guards import chinese, refusals
from workflows.core.refusals import Refusal
from workflows.employment.service import Span

DAY = date(2020, 9, 15)
ELIGIBLE = ApplicantFacts(
    on=DAY,
    policy=POLICY_2019,
    name="周桂兰",
    birth_on=date(1980, 1, 1),
    category="in_poverty",
    listed_category="in_poverty",
    work_ability="有",
    is_willing=True,
    market_verification="9月10日入户核实，确难就业。",
    has_job=False,
    job_override_reason="",
    service=Span(0, 0),
    other_running=False,
    post_type="保洁",
    post_is_described=True,
    post_places_left=1,
    township_name="泥井镇",
)
ALL_GUARDS = (
    *rules.ELIGIBILITY,
    rules.within_edge_quota,
    rules.not_own_submission,
    rules.village_signer_is_another,
    rules.not_kin,
)


def facts(**changes: Any) -> ApplicantFacts:
    return replace(ELIGIBLE, **changes)


def refused(guard: ApplicantGuard, **changes: Any) -> Refusal:
    refusal = guard(facts(**changes))
    assert refusal is not None, f"{guard.code} let it pass"
    return refusal


def says(refusal: Refusal, code: str, basis: str, *words: str) -> None:
    """The code, the article and the words that tell the reader what to do."""
    assert refusal.code == code
    assert refusal.basis == basis
    missing = [word for word in words if word not in refusal.message]
    assert not missing, f"{refusal.message} does not say {missing}"
    assert str(refusal) == f"{refusal.message}依据：{basis}。"
    assert refusal.message.endswith("。")


def test_somebody_who_meets_everything_is_refused_by_nothing() -> None:
    assert refusals(ALL_GUARDS, ELIGIBLE) == []


def test_all_failures_are_told_at_once_in_the_order_of_the_rules() -> None:
    hopeless = facts(birth_on=None, category="", work_ability="", is_willing=False, post_type="")
    codes = [refusal.code for refusal in refusals(rules.ELIGIBILITY, hopeless)]
    assert codes == ["id_number_missing", "no_category", "ability_unknown", "not_willing", "no_post"]


def test_a_met_rule_says_in_one_sentence_what_it_saw() -> None:
    for guard in ALL_GUARDS:
        sentence = guard.says(ELIGIBLE)
        assert sentence, guard.code
        assert sentence.endswith("。"), guard.code
        assert "None" not in sentence, guard.code
        assert guard.title, guard.code
        assert guard.basis, guard.code


# --- 年龄 -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("born", "first_day"),
    [
        (date(2004, 9, 15), date(2020, 9, 15)),
        (date(2004, 2, 29), date(2020, 2, 29)),  # a leap year again
        (date(2008, 2, 29), date(2024, 2, 29)),
        (date(2005, 3, 1), date(2021, 3, 1)),
    ],
)
@pytest.mark.article("《办法》第二条")
def test_sixteen_counts_from_the_birthday(born: date, first_day: date) -> None:
    assert rules.within_age_limit(facts(birth_on=born, on=first_day)) is None
    assert rules.within_age_limit(facts(birth_on=born, on=first_day + timedelta(days=1))) is None
    refusal = refused(rules.within_age_limit, birth_on=born, on=first_day - timedelta(days=1))
    says(refusal, "too_young", "《办法》第二条", "请等到", chinese(first_day), "满16周岁", "周桂兰")
    assert refusal.anchor == "id_number"


def test_who_is_born_on_29_february_turns_seventeen_but_never_sixteen_in_a_common_year() -> None:
    # 16 years after a leap year is a leap year, except over 2100: a policy with another age meets common years.
    policy = replace(POLICY_2019, min_age=17)
    born = date(2004, 2, 29)
    assert rules.within_age_limit(facts(policy=policy, birth_on=born, on=date(2021, 2, 28))) is None
    assert refused(rules.within_age_limit, policy=policy, birth_on=born, on=date(2021, 2, 27)).code == "too_young"


@pytest.mark.parametrize(
    ("born", "last_day"),
    [
        (date(1955, 9, 15), date(2020, 9, 15)),
        (date(1960, 2, 29), date(2025, 2, 28)),
        (date(1956, 2, 29), date(2021, 2, 28)),
        (date(1955, 12, 31), date(2020, 12, 31)),
    ],
)
@pytest.mark.article("《办法》第二条、第十条")
def test_the_65th_birthday_is_the_last_day(born: date, last_day: date) -> None:
    assert rules.within_age_limit(facts(birth_on=born, on=last_day - timedelta(days=1))) is None
    assert rules.within_age_limit(facts(birth_on=born, on=last_day)) is None
    refusal = refused(rules.within_age_limit, birth_on=born, on=last_day + timedelta(days=1))
    says(refusal, "too_old", "《办法》第二条、第十条", "不要提交", chinese(last_day), "65周岁")


def test_a_policy_may_move_both_ages_and_the_boundary() -> None:
    policy = replace(POLICY_2019, min_age=18, max_age=60, age_boundary="day_before")
    assert refused(rules.within_age_limit, policy=policy, birth_on=date(2003, 1, 1)).code == "too_young"
    assert rules.within_age_limit(facts(policy=policy, birth_on=date(1960, 9, 16))) is None
    refusal = refused(rules.within_age_limit, policy=policy, birth_on=date(1960, 9, 15))
    says(refusal, "too_old", "《办法》第二条、第十条", "2020年9月14日", "60周岁")


def test_without_an_id_number_the_age_is_not_known() -> None:
    refusal = refused(rules.within_age_limit, birth_on=None)
    says(refusal, "id_number_missing", "《办法》第二条", "请先填写18位身份证号")


# --- 人员类别、劳动能力、就业意愿 ---------------------------------------------------------------------


@pytest.mark.parametrize("category", ["poverty_relieved", "in_poverty", "edge"])
@pytest.mark.article("《办法》第二条")
def test_the_three_categories_of_the_form_may_apply(category: str) -> None:
    assert rules.in_category(facts(category=category)) is None


@pytest.mark.parametrize("category", ["", "well_off"])
@pytest.mark.article("《办法》第二条")
def test_nobody_else_may(category: str) -> None:
    refusal = refused(rules.in_category, category=category)
    says(refusal, "no_category", "《办法》第二条", "请选择人员类别", "已脱贫、未脱贫、边缘户")
    assert refusal.anchor == "category"


def test_a_category_that_is_not_the_lists_is_pointed_out_and_not_refused() -> None:
    other = facts(category="edge", listed_category="in_poverty")
    unlisted = facts(listed_category="")
    assert rules.in_category(other) is None
    assert rules.in_category.notable(other)
    assert "名单为未脱贫，申请为边缘户" in rules.in_category.says(other)
    assert rules.in_category.notable(unlisted)
    assert "不在现有名单里" in rules.in_category.says(unlisted)
    assert not rules.in_category.notable(ELIGIBLE)


@pytest.mark.article("《办法》第二条")
def test_partial_ability_to_work_is_enough_and_none_is_not() -> None:
    assert rules.able_to_work(facts(work_ability="部分")) is None
    says(refused(rules.able_to_work, work_ability="无"), "not_able", "《办法》第二条", "请核对劳动能力", "民政")
    says(refused(rules.able_to_work, work_ability=""), "ability_unknown", "《办法》第二条", "请选择劳动能力")


@pytest.mark.article("《办法》第二条")
def test_who_does_not_want_to_is_not_placed() -> None:
    refusal = refused(rules.willing_to_work, is_willing=False)
    says(refusal, "not_willing", "《办法》第二条", "请先问清本人意愿", "勾选")


# --- 市场就业核实 -----------------------------------------------------------------------------------


@pytest.mark.parametrize("written", ["", "   ", "已核实。", "  已核实  "])
@pytest.mark.article("《方案》三（二）4、《办法》第二条")
def test_the_visit_must_be_written_down_in_at_least_five_characters(written: str) -> None:
    refusal = refused(rules.cannot_find_market_work, market_verification=written)
    says(refusal, "market_not_verified", "《方案》三（二）4、《办法》第二条", "请填写入户核实情况", "谁、什么时候")
    assert refusal.lifted_by == ""


def test_five_characters_of_verification_will_do() -> None:
    assert rules.cannot_find_market_work(facts(market_verification=" 已入户核实 ")) is None


@pytest.mark.article("《方案》三（二）4、《办法》第二条")
def test_a_job_stops_the_application_until_the_reason_is_written() -> None:
    refusal = refused(rules.cannot_find_market_work, has_job=True)
    says(refusal, "has_job", "《方案》三（二）4、《办法》第二条", "确须安置的，请写明理由")
    assert refusal.anchor == refusal.lifted_by == "job_override_reason"
    assert refused(rules.cannot_find_market_work, has_job=True, job_override_reason=" 临时工 ").code == "has_job"
    assert rules.cannot_find_market_work(facts(has_job=True, job_override_reason="只是农忙零工")) is None


def test_a_reason_for_the_job_does_not_replace_the_visit() -> None:
    refusal = refused(
        rules.cannot_find_market_work, has_job=True, job_override_reason="只是农忙零工", market_verification=""
    )
    assert refusal.code == "market_not_verified"


# --- 累计不超过3年、一人一岗 --------------------------------------------------------------------------


@pytest.mark.parametrize("service", [Span(0, 0), Span(35, 29), Span(35, 30)])
@pytest.mark.article("《办法》第十条")
def test_a_day_less_than_three_years_leaves_something_to_apply_for(service: Span) -> None:
    assert rules.within_three_years(facts(service=service)) is None


@pytest.mark.parametrize("service", [Span(36, 0), Span(36, 1), Span(40, 0)])
@pytest.mark.article("《办法》第十条")
def test_three_years_used_leave_nothing(service: Span) -> None:
    refusal = refused(rules.within_three_years, service=service)
    says(refusal, "three_years_used", "《办法》第十条", "不要提交", "已满3年", str(service))


def test_a_policy_may_allow_another_term() -> None:
    two_years = replace(POLICY_2019, max_tenure_months=24)
    assert rules.within_three_years(facts(policy=two_years, service=Span(23, 30))) is None
    assert "已满2年" in refused(rules.within_three_years, policy=two_years, service=Span(24, 0)).message


@pytest.mark.article("《方案》三（二）4")
def test_one_person_has_one_post() -> None:
    refusal = refused(rules.holds_no_other_post, other_running=True)
    says(refusal, "second_application", "《方案》三（二）4（一人一岗）", "请先核实", "县就业服务中心")
    assert refusal.anchor == "id_number"


# --- 岗位 -------------------------------------------------------------------------------------------


@pytest.mark.article("《办法》第四条第3项")
def test_a_post_must_be_chosen_and_described() -> None:
    says(refused(rules.post_is_described, post_type=""), "no_post", "《方案》三（二）4", "请选择申请岗位")
    says(
        refused(rules.post_is_described, post_is_described=False),
        "post_not_described",
        "《办法》第四条",
        "请先由村里写明保洁岗位的职责范围、工作标准和工作时间",
    )


@pytest.mark.article("《方案》三（二）4")
def test_the_last_place_may_be_taken_and_one_more_may_not() -> None:
    assert rules.post_has_a_place(facts(post_places_left=1)) is None
    for left in (0, -1):
        refusal = refused(rules.post_has_a_place, post_places_left=left)
        says(refusal, "post_full", "《方案》三（二）4", "请改选别的岗位", "保洁")


# --- 边缘户名额 -------------------------------------------------------------------------------------


@pytest.mark.article("《方案》三（二）4")
def test_the_fifth_edge_household_passes_and_the_sixth_is_stopped_softly() -> None:
    assert rules.within_edge_quota(facts(category="edge", edge_households_placed=3)) is None
    assert rules.within_edge_quota(facts(category="edge", edge_households_placed=4)) is None
    refusal = refused(rules.within_edge_quota, category="edge", edge_households_placed=5)
    says(refusal, "quota_full", "《方案》三（二）4", "请写明超名额安置的理由", "泥井镇已安置边缘户5户", "不超过5户")
    assert refusal.lifted_by == refusal.anchor == "quota_reason"


@pytest.mark.article("《方案》三（二）4")
def test_a_written_reason_of_five_characters_lifts_the_stop() -> None:
    full = {"category": "edge", "edge_households_placed": 5}
    assert refused(rules.within_edge_quota, **full, quota_reason=" 很困难 ").code == "quota_full"
    assert rules.within_edge_quota(facts(**full, quota_reason="两老要照看")) is None


def test_only_edge_households_count_against_the_quota() -> None:
    for category in ("in_poverty", "poverty_relieved"):
        assert rules.within_edge_quota(facts(category=category, edge_households_placed=9)) is None


def test_a_hard_quota_is_not_lifted_by_a_reason() -> None:
    hard = replace(POLICY_2019, edge_household_quota_soft=False)
    refusal = refused(
        rules.within_edge_quota, policy=hard, category="edge", edge_households_placed=5, quota_reason="两老要照看"
    )
    assert refusal.lifted_by == ""


def test_the_reader_is_told_when_the_last_place_of_the_quota_is_at_stake() -> None:
    fourth, fifth, sixth = (facts(category="edge", edge_households_placed=placed) for placed in (3, 4, 5))
    assert not rules.within_edge_quota.notable(fourth)
    assert rules.within_edge_quota.notable(fifth)
    assert "第5户，正好满额" in rules.within_edge_quota.says(fifth)
    assert rules.within_edge_quota.notable(sixth)
    assert "已超5户" in rules.within_edge_quota.says(sixth)


# --- 谁提交谁不审批，两级审核人，亲属回避 ------------------------------------------------------------


@pytest.mark.parametrize(
    ("guard", "fact", "code", "words"),
    [
        (rules.not_own_submission, "actor_submitted", "own_submission", "请由别人审核"),
        (rules.village_signer_is_another, "actor_gave_village_opinion", "same_signer", "请由乡镇的其他审核人办理"),
        (rules.not_kin, "actor_is_kin", "kin", "请由别人办理"),
    ],
)
@pytest.mark.article("《办法》第十四条")
def test_who_may_not_decide_is_told_who_may(guard: ApplicantGuard, fact: str, code: str, words: str) -> None:
    says(refused(guard, **{fact: True}), code, "《办法》第十四条", words)


def test_what_is_asked_again_at_each_decision() -> None:
    assert set(rules.ELIGIBILITY) < set(rules.VILLAGE_OPINION)
    assert set(rules.ELIGIBILITY) < set(rules.TOWNSHIP_OPINION)
    assert rules.within_edge_quota in rules.TOWNSHIP_OPINION
    for deciding in (rules.VILLAGE_OPINION, rules.TOWNSHIP_OPINION, rules.REVIEWER, rules.QUOTA_CONFIRMATION):
        assert {rules.not_own_submission, rules.not_kin} <= set(deciding)
    # What may be over between the township's opinion and the county's confirmation: the post, the age.
    assert set(rules.ELIGIBILITY) <= set(rules.QUOTA_CONFIRMATION)


def test_codes_of_rules_are_stable_names() -> None:
    assert [guard.code for guard in ALL_GUARDS] == [
        "within_age_limit",
        "in_category",
        "able_to_work",
        "willing_to_work",
        "cannot_find_market_work",
        "within_three_years",
        "holds_no_other_post",
        "post_is_described",
        "post_has_a_place",
        "within_edge_quota",
        "not_own_submission",
        "village_signer_is_another",
        "not_kin",
    ]
