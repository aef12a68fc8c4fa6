"""Every policy parameter in words: its name on paper, the article it carries, and how its value is said.

The form, the list of differences and 条款对照 read this table; a test holds it to what `parse_policy` knows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

Say = Callable[[Any], str]

AGE_BOUNDARIES = {"birthday_inclusive": "生日当天仍可在岗", "day_before": "到生日前一天为止"}
PARTIAL_MONTHS = {"full": "按整月计发", "by_attendance": "按协议期内天数折算"}
PARTIES_A = {"township": "乡镇人民政府", "village": "村民委员会"}
GROUPS = {"registered": "建档立卡", "edge": "边缘户（占名额）"}
STEPS = {
    "village_opinion": "村委会意见",
    "village_seal": "村委会盖章",
    "township_opinion": "乡镇意见",
    "township_seal": "乡镇盖章",
    "fill_sheet": "填写考勤（月份过完起）",
    "sign_sheet": "考勤三方签字",
    "report_sheet": "考勤报乡镇",
    "audit_sheet": "考勤乡镇审核",
    "seal_sheet": "考勤乡镇盖章",
    "prepare_roster": "薪酬花名册制表",
    "review_roster": "薪酬花名册审核",
    "seal_roster": "薪酬花名册盖章",
    "pay_out": "财政发放薪酬",
    "agreement": "签订用工协议",
    "exit_objection": "对离岗通知提出异议",
    "open_ledger": "建立实名台账（报送截止日前）",
    "gather": "年度考核汇总和听取意见",
    "village_grades": "年度考核村组签字",
    "worker_confirms": "年度考核本人确认",
    "township_reviews": "考核异议复核",
    "worker_confirms_again": "复核后本人确认",
    "township_agrees": "考核结果乡镇审核",
    "township_seals": "协议、考核表乡镇盖章",
    "await_summary": "考核结果汇总报备",
    "settle_result": "办理续签或者终止",
    "fill_summary": "考核汇总表填报",
    "review_summary": "考核汇总表审核",
    "seal_summary": "考核汇总表盖章",
    "file_summary": "考核结果备案",
    "sign_for_scheme": "签收考核方案",
    "hear_worker": "离岗听取陈述",
    "confirm_ground": "离岗乡镇确认",
    "decide_exit": "离岗乡镇审定",
    "seal_notice": "离岗通知盖章",
    "deliver_notice": "离岗通知送达",
    "rule_on_it": "离岗复核",
    "seal_ruling": "复核决定书盖章",
    "give_feedback": "问题反馈签收",
    "recheck": "整改复查（整改期限到了起）",
    "give_warning": "给予警告",
    "deliver_warning": "警告决定书送达",
    "recheck_warned": "警告后复查（复查日期起）",
    "settle_fraud": "骗取补贴核实认定",
    "hand_over": "移送有关机关",
    "review_recovery": "追回金额审核",
    "seal_recovery": "追回通知盖章",
    "deliver_recovery": "追回通知送达",
}
OFFICES = {
    "bureau": "人社局",
    "employment_service": "就业服务中心",
    "poverty_office": "扶贫办",
    "finance": "财政局",
    "audit": "审计局",
    "supervision_group": "督导组",
    "leading_group": "领导小组",
}


@dataclass(frozen=True)
class Parameter:
    """One parameter: its key in a policy set, its words, and the articles it carries."""

    name: str
    label: str
    basis: tuple[str, ...]
    say: Say
    hint: str = ""


def _unit(unit: str) -> Say:
    return lambda value: f"{value}{unit}"


def _of(words: Mapping[str, str]) -> Say:
    return lambda value: words.get(str(value), str(value))


def _listed(value: Any) -> str:
    return "、".join(str(item) for item in value)


def _named(words: Mapping[str, str]) -> Say:
    return lambda value: "；".join(f"{words.get(key, key)}：{item}" for key, item in value.items())


def _days(value: Any) -> str:
    return "；".join(f"{STEPS.get(key, key)}{item}个工作日" for key, item in value.items())


def _categories(value: Any) -> str:
    return "、".join(f"{row['name']}（{GROUPS.get(row['group'], row['group'])}）" for row in value)


def _stipends(value: Any) -> str:
    return "；".join(f"{row['category']}自{_spoken(row['from_on'])}起每月{row['yuan_per_month']}元" for row in value)


def _spoken(day: Any) -> str:
    on = date.fromisoformat(day) if isinstance(day, str) else day
    return f"{on.year}年{on.month}月{on.day}日"


def _public_notice(value: Any) -> str:
    return f"公示{value['days']}天" if value["enabled"] else "不公示"


_RATE = ("《方案》三（二）4", "《办法》第十五条")
PARAMETERS: tuple[Parameter, ...] = (
    Parameter("county_name", "县名", ("《办法》第一条",), str, "印在文书上的县名。"),
    Parameter("min_age", "最低年龄", ("《办法》第二条", "《方案》引言"), _unit("周岁"), "从这个生日当天起可以申请。"),
    Parameter("max_age", "最高年龄", ("《办法》第二条", "《办法》第十条", "《方案》引言"), _unit("周岁")),
    Parameter("age_boundary", "满最高年龄的最后一天", ("《办法》第十条",), _of(AGE_BOUNDARIES)),
    Parameter("max_tenure_months", "累计在岗期限", ("《办法》第十条",), _unit("个月"), "跨村、跨岗位、跨协议累计。"),
    Parameter("agreement_max_months", "每份协议最长期限", ("《办法》第六条", "《办法》第九条"), _unit("个月")),
    Parameter("stipends", "补贴标准", _RATE, _stipends, "每类人员每月多少元，从哪一天起。"),
    Parameter("partial_month", "不满一个月的计发", ("《办法》第十五条",), _of(PARTIAL_MONTHS)),
    Parameter("edge_household_quota", "每乡镇边缘户名额", ("《方案》三（二）4",), _unit("户")),
    Parameter(
        "edge_household_quota_soft",
        "超名额",
        ("《方案》三（二）4",),
        lambda value: "写明理由并由县就业服务中心确认后可以安置" if value else "一律不安置",
        "“原则上”不超过：勾选的，写明理由并由另一人确认后可以超出。",
    ),
    Parameter("ledger_due_day", "实名台账报送日", ("《办法》第五条",), lambda value: f"每月{value}日前"),
    Parameter("training_allowance_cap", "培训食宿交通补贴上限", ("《方案》三（三）",), _unit("元/天")),
    Parameter(
        "reminder_days",
        "到期提醒",
        ("《办法》第九条", "《办法》第十条"),
        lambda value: f"提前{_listed(value)}天",
        "协议期满、满最高年龄、累计期满以前多少天提醒，从多到少。",
    ),
    Parameter("public_notice", "公示", ("《办法》第六条",), _public_notice, "村意见和乡镇意见之间是否公示。"),
    Parameter(
        "categories",
        "人员类别",
        ("《办法》第二条", "《方案》引言"),
        _categories,
        "印在附件5上的词；以前的文书仍用以前的词。",
    ),
    Parameter(
        "group_names", "类别的统称", ("《办法》第二条",), _named({"registered": "建档立卡组", "edge": "边缘户组"})
    ),
    Parameter("organisation_names", "单位称呼", ("《办法》第十七条",), _named(OFFICES)),
    Parameter("post_types", "岗位种类", ("《方案》三（二）4",), _listed),
    Parameter("party_a", "用工协议甲方", ("《办法》第三条",), _of(PARTIES_A)),
    Parameter("step_days", "办理期限", ("《办法》第四条",), _days),
)
BY_NAME = {parameter.name: parameter for parameter in PARAMETERS}


def label_of(name: str) -> str:
    """The parameter's words; its key for one that a later version brought."""
    return BY_NAME[name].label if name in BY_NAME else name


def said(name: str, values: Mapping[str, Any]) -> str:
    """The value of one parameter in words; "没有" when the set has none."""
    if name not in values:
        return "没有"
    value = values[name]
    if name == "stipends":
        names = {row["code"]: row["name"] for row in values.get("categories", ())}
        value = [{**row, "category": names.get(row["category"], row["category"])} for row in value]
    return BY_NAME[name].say(value) if name in BY_NAME else str(value)


@dataclass(frozen=True)
class Difference:
    """One parameter that two sets say differently."""

    name: str
    label: str
    basis: tuple[str, ...]
    before: str
    after: str


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """What changes from one set to the next, parameter by parameter, in the order of the table."""
    return list(_differences(before, after))


def _differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Difference]:
    known = [parameter.name for parameter in PARAMETERS]
    for name in [*known, *sorted((set(before) | set(after)) - set(known))]:
        old, new = said(name, before), said(name, after)
        if old != new or before.get(name) != after.get(name):
            basis = BY_NAME[name].basis if name in BY_NAME else ()
            yield Difference(name, label_of(name), basis, old, new)


def in_chinese(sentence: str) -> str:
    """A refusal of `parse_policy` with every parameter under the name people know."""
    for parameter in sorted(PARAMETERS, key=lambda each: -len(each.name)):
        # Some sentences say the key with words of their own behind it: max_age（最高年龄）.
        sentence = re.sub(rf"\s*{parameter.name}(（[^）]*）)?\s*", f"“{parameter.label}”", sentence)
    return sentence


def parameter_in(sentence: str) -> str:
    """The key of the first parameter a refusal of `parse_policy` names; "" when it names none."""
    found = [(sentence.find(each.name), -len(each.name), each.name) for each in PARAMETERS if each.name in sentence]
    return min(found)[2] if found else ""
