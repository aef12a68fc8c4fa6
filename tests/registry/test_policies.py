"""The dated policy set: what ships, which is in force on a day, and what is refused."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from registry import policies
from registry.models import County, PolicySet
from registry.policies import POLICY_2019, NoPolicy, PolicyError, parse_policy
from registry.policy_parameters import jsonable, shipped_2019_source
from tests.registry.people import Place

BEGIN = date(2019, 6, 20)


def parameters(**changes: Any) -> dict[str, Any]:
    result: dict[str, Any] = jsonable(shipped_2019_source()["parameters"])
    return result | changes


def parse(values: dict[str, Any]) -> policies.Policy:
    return parse_policy(values, effective_on=BEGIN, document_number="文号", title="标题")


def add(county: County, effective_on: date, **changes: Any) -> PolicySet:
    return PolicySet.objects.create(
        county=county, effective_on=effective_on, document_number="昌政办2021年第1号", title="新政策参数",
        parameters=parameters(**changes), approved_by="罗晓敏",
    )  # fmt: skip


# --- what ships ---


def test_the_2019_set_says_what_the_county_document_says() -> None:
    policy = POLICY_2019
    assert policy.effective_on == BEGIN
    assert policy.document_number == "昌黎县2019年度就业扶贫工作实施方案"
    assert (policy.min_age, policy.max_age, policy.age_boundary) == (16, 65, "birthday_inclusive")
    assert (policy.max_tenure_months, policy.agreement_max_months) == (36, 12)
    assert (policy.edge_household_quota, policy.edge_household_quota_soft) == (5, True)
    assert (policy.ledger_due_day, policy.training_allowance_cap) == (25, 100)
    assert policy.reminder_days == (90, 30, 7)
    assert policy.post_types == ("保洁", "保安", "绿化", "养路", "巡逻员", "食堂工人")
    assert not policy.public_notice.enabled
    assert [category.name for category in policy.categories] == ["已脱贫", "未脱贫", "边缘户"]
    assert {policy.stipend(category.code, BEGIN) for category in policy.categories} == {400}
    assert policy.set_id is None
    assert policy.reference == "2019-06-20 昌黎县2019年度就业扶贫工作实施方案"


def test_registered_households_are_the_first_two_categories() -> None:
    codes = [category.code for category in POLICY_2019.categories] + ["rich"]
    assert list(map(POLICY_2019.counts_as_registered, codes)) == [True, True, False, False]
    assert list(map(POLICY_2019.counts_as_edge, codes)) == [False, False, True, False]
    with pytest.raises(PolicyError, match="没有人员类别“rich”"):
        POLICY_2019.category("rich")


# --- stipends ---


def test_a_stipend_counts_from_its_day() -> None:
    rows = [*parameters()["stipends"], {"category": "edge", "from_on": "2020-07-01", "yuan_per_month": 500}]
    policy = parse(parameters(stipends=rows))
    assert policy.stipend("edge", date(2020, 6, 30)) == 400
    assert policy.stipend("edge", date(2020, 7, 1)) == 500
    assert policy.stipend("in_poverty", date(2020, 7, 1)) == 400


def test_before_the_first_row_there_is_no_stipend() -> None:
    with pytest.raises(PolicyError, match="2019年6月19日"):
        POLICY_2019.stipend("edge", date(2019, 6, 19))


# --- in force ---


def test_the_set_of_the_day_is_the_newest_that_has_begun(place: Place) -> None:
    policies.add_shipped_2019(place.county)
    later = add(place.county, date(2021, 3, 1), edge_household_quota=8)
    assert policies.policy_on(place.county, date(2021, 2, 28)).edge_household_quota == 5
    policy = policies.policy_on(place.county, date(2021, 3, 1))
    assert (policy.edge_household_quota, policy.set_id, policy.effective_on) == (
        8,
        later.pk,
        date(2021, 3, 1),
    )
    assert policies.policy_by_id(later.pk) == policy


def test_before_the_first_set_there_is_no_policy(place: Place) -> None:
    policies.add_shipped_2019(place.county)
    assert policies.policy_on(place.county, BEGIN).max_age == 65
    with pytest.raises(NoPolicy, match="昌黎县在2019年6月19日没有生效的政策参数"):
        policies.policy_on(place.county, date(2019, 6, 19))


def test_a_county_does_not_see_its_neighbours_sets(place: Place) -> None:
    policies.add_shipped_2019(place.county)
    neighbour = County.objects.create(code="130324", name="卢龙县")
    with pytest.raises(NoPolicy):
        policies.policy_on(neighbour, date(2020, 1, 1))


def test_the_shipped_set_comes_back_equal_from_the_database_and_is_added_once(place: Place) -> None:
    row = policies.add_shipped_2019(place.county)
    assert policies.add_shipped_2019(place.county) == row
    stored = policies.policy_on(place.county, BEGIN)
    assert stored.set_id == row.pk
    assert {**vars(stored), "set_id": None} == vars(POLICY_2019)


def test_one_day_has_one_set(place: Place) -> None:
    policies.add_shipped_2019(place.county)
    with pytest.raises(IntegrityError), transaction.atomic():
        add(place.county, BEGIN)


def test_a_nonsense_set_is_never_stored(place: Place) -> None:
    with pytest.raises(ValidationError, match="max_age"):
        add(place.county, BEGIN, max_age="六十五")


# --- what is refused ---


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"max_age": "65"}, "政策参数 max_age 应为14至130的整数，现在是“65”"),
        ({"max_age": True}, "政策参数 max_age 应为"),
        ({"max_age": 15}, "min_age（最低年龄）不能大于 max_age"),
        ({"age_boundary": "later"}, "birthday_inclusive、day_before之一"),
        ({"agreement_max_months": 37}, "agreement_max_months（协议期限）不能长于"),
        ({"partial_month": "half"}, "full、by_attendance之一"),
        ({"edge_household_quota": -1}, "政策参数 edge_household_quota"),
        ({"edge_household_quota_soft": 1}, "应为是或否"),
        ({"ledger_due_day": 29}, "1至28的整数"),
        ({"reminder_days": [7, 30]}, "从多到少"),
        ({"reminder_days": [30, 30]}, "从多到少"),
        ({"reminder_days": []}, "政策参数 reminder_days"),
        ({"public_notice": {"enabled": False}}, "缺少政策参数 public_notice.days"),
        (
            {"public_notice": {"enabled": False, "days": 5, "where": "村口"}},
            "不认识的政策参数：public_notice.where",
        ),
        ({"public_notice": 5}, "政策参数 public_notice 应为一组"),
        ({"categories": []}, "政策参数 categories"),
        ({"categories": ["edge"]}, "政策参数 categories[1] 应为一组"),
        ({"categories": [{"code": "edge", "name": "", "group": "edge"}]}, "categories[1].name 应为文字"),
        ({"categories": [{"code": "edge", "name": "边缘户", "group": "rich"}]}, "registered、edge之一"),
        ({"group_names": {"edge": "边缘户"}}, "group_names 要写明"),
        ({"post_types": ["保洁", "保洁"]}, "不重复的文字的列表"),
        ({"post_types": "保洁"}, "不重复的文字的列表"),
        (
            {"stipends": [{"category": "rich", "from_on": "2019-06-20", "yuan_per_month": 1}]},
            "“rich”不在 categories",
        ),
        ({"stipends": [{"category": "edge", "from_on": "2019-02-29", "yuan_per_month": 1}]}, "应为日期"),
        (
            {"stipends": [{"category": "edge", "from_on": "2019-06-20", "yuan_per_month": 400}]},
            "缺少“poverty_relieved”",
        ),
        ({"party_a": "county"}, "township、village之一"),
        ({"step_days": {"village_opinion": 0}}, "step_days.village_opinion 应为1至366的整数"),
        ({"max_agee": 65}, "不认识的政策参数：max_agee"),
    ],
)
def test_a_wrong_parameter_is_named(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(PolicyError) as refusal:
        parse(parameters(**changes))
    assert sentence in str(refusal.value)


def test_a_set_older_than_a_step_gives_it_the_shipped_term_and_keeps_its_own() -> None:
    """A county's stored set knows nothing of steps that came later; they have a last day all the same."""
    policy = parse(parameters(step_days={"village_opinion": 9}))
    shipped = shipped_2019_source()["parameters"]["step_days"]
    assert policy.step_days == shipped | {"village_opinion": 9}
    assert policy.step_days["exit_objection"] == 10


@pytest.mark.parametrize("name", list(shipped_2019_source()["parameters"]))
def test_no_parameter_may_be_missing(name: str) -> None:
    values = parameters()
    del values[name]
    with pytest.raises(PolicyError, match=f"缺少政策参数 {name}"):
        parse(values)


@pytest.mark.parametrize(
    "double",
    [
        lambda values: values["categories"].append(values["categories"][0]),
        lambda values: values["stipends"].append(values["stipends"][0]),
    ],
)
def test_nothing_is_said_twice(double: Callable[[dict[str, Any]], None]) -> None:
    values = parameters()
    double(values)
    with pytest.raises(PolicyError, match=r"重复的代码|两个标准"):
        parse(values)


def test_parameters_that_are_no_table_are_refused() -> None:
    with pytest.raises(PolicyError, match="全体"):
        parse([])  # type: ignore[arg-type]
