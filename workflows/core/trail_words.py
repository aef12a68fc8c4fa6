"""The trail in words: what an event did, to what, and what its details mean."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Any

from django.apps import apps
from django.urls import reverse

from audit.models import Event
from registry.policy_words import label_of as parameter_label
from registry.roles import Role

from .actions import ACTIONS
from .guards import chinese
from .models import Case
from .procedure import flows


def state_names() -> dict[str, str]:
    """Every state's Chinese name, from the flows themselves."""
    names: dict[str, str] = {}
    for flow in flows().values():
        names |= dict(flow.entity_model._meta.get_field("state").choices)
    return names


def case_url(event: Event) -> str:
    if not event.case_key.startswith("case:"):
        return ""
    return reverse("case", args=[int(event.case_key.removeprefix("case:"))])


def numbers_of(events: list[Event]) -> dict[str, str]:
    """What to call the cases of events from before they had a number (one query)."""
    unnumbered = [event.case_key for event in events if event.case_key and not event.subject_number]
    keys = [int(key.removeprefix("case:")) for key in unnumbered]
    cases = Case.objects.filter(pk__in=keys)
    return {case.key: case.number or f"草稿（{case.title}）" for case in cases}


def change_text(event: Event, names: dict[str, str]) -> str:
    if event.from_state == event.to_state:
        return ""
    before = names.get(event.from_state, event.from_state) or "无"
    return f"{before} → {names.get(event.to_state, event.to_state)}"


def role_label(role: str) -> str:
    return str(Role(role).label) if role in Role.values else "系统"


LABELS = {
    "seal_register": "用印登记",
    "signed_for": "代签",
    "signed_on_paper": "签字方式",
    "scan_digest": "纸签扫描件摘要",
    "scan": "纸签扫描件",
    "scan_number": "扫描件编号",
    "found_by": "怎样对上",
    "authority": "委托书摘要",
    "refused_to_sign": "拒签",
    "witnesses": "见证人",
    "reused_strokes": "笔画雷同",
    "certificates": "证书指纹",
    "signed_by": "签章的印章",
    "time_stamped": "带时间戳",
    "certificate": "数字证书",
    "issuer": "颁发机构",
    "fingerprint": "证书指纹",
    "not_after": "证书有效期至",
    "voided": "作废的意见",
    "taken_back": "撤回的办理",
    "attachment": "附件摘要",
    "seen": "看了哪些",
    "pages": "页数",
    "copies": "打印份数",
    "paper_version": "第几版",
    "mark": "页上印有",
    "form": "表样",
    "form_code": "表样代码",
    "form_digest": "表样摘要",
    "file_name": "文件名",
    "why": "依据",
    "version": "版本",
    "papers": "份数",
    "papers_digest": "各份文件摘要合起来的摘要",
    "file_digest": "文件摘要",
    "role": "身份",
    "from_on": "任职开始",
    "to_on": "任职最后一天",
    "people": "人数",
    "start_on": "上岗日期",
    "end_on": "离岗日期",
    "user": "用户",
    "organisation": "单位",
    "successor": "接任人",
    "handed_over": "移交的任职",
    "released": "退回本岗位的待办",
    "renamed_to": "改为",
    "renamed_on": "更名日期",
    "closed_on": "最后一天",
    "clerk_may_hold_seal": "经办人掌管印章",
    "seal": "印章",
    "valid_from": "启用日期",
    "valid_to": "停用日期",
    "policy_title": "政策参数",
    "document_number": "文号",
    "effective_on": "生效日期",
    "changed": "改了什么",
    "accounts": "登记账号数",
    "agreement": "用工协议",
    "agreements": "登记协议份数",
    "amount": "金额（元）",
    "application": "申请",
    "appointments": "登记任职数",
    "balance": "尚欠（元）",
    "by_exception": "按特殊情况办理",
    "corrects": "更正的是",
    "days_late": "超过天数",
    "days_left": "还剩天数",
    "delivered": "怎样送达",
    "differences": "核对出的不符",
    "drawn": "抽到的人",
    "ending": "怎样离岗",
    "ends_on": "到期日",
    "reason": "原因",
    "exit": "离岗办件",
    "finding": "问题办件",
    "flow": "流程",
    "founded": "设立单位数",
    "freed": "退回单独办理的考核数",
    "from": "原来第几版流程",
    "to": "改按第几版流程",
    "goes_on_from": "从哪一步接着办",
    "handed_over_to": "移送给",
    "handed_to": "转办给",
    "heard": "怎样听取",
    "households": "登记户数",
    "items": "检查项数",
    "joined": "新增",
    "joined_count": "本月新增",
    "last_count": "上月人数",
    "left_count": "本月减少",
    "now_count": "本月人数",
    "kind": "类别",
    "last_on": "最后一天",
    "leave": "请假单",
    "lines": "行数",
    "members": "考核份数",
    "mode": "改好以后",
    "month": "月份",
    "notices": "消息数",
    "over_places": "超出岗位人数",
    "places": "登记岗位名额",
    "pledge": "申请与承诺书签字",
    "population": "可抽人数",
    "posts": "登记岗位数",
    "recorder": "记录人",
    "returned_to": "退回到",
    "revoked": "撤销的办件",
    "root": "演示根证书指纹",
    "round": "会签结果",
    "rows": "行数",
    "running": "在岗人数",
    "scheme": "考核方案",
    "score": "得分",
    "seat": "以哪一方签",
    "seed": "抽签种子",
    "sheets": "考勤表份数",
    "snapshot_on": "台账取数日期",
    "state": "状态",
    "straight_back": "直送退回人",
    "stretches": "登记在岗经历数",
    "summary": "考核汇总表",
    "supplements": "补充的是",
    "tenure": "在岗经历序号",
    "termination": "离岗办件",
    "told": "告知谁",
    "total": "合计（元）",
    "upheld": "异议成立",
    "verdicts": "检查结果",
    "voucher": "缴款凭证号",
    "walks_again_because": "为什么重新逐级审批",
    "weight": "性质",
    "witness": "见证人",
    "worker_signed": "本人签字方式",
    "workers_signed": "本人已签人数",
    "voided_workers": "作废的本人签字",
    "year": "年度",
    "asked": "征求意见的单位",
    "copied_to": "抄送给",
    "hints": "疑点",
}


# Details whose value is a code: a choice some model or form offers, a step or a seat of a flow, a flow.
_NAMED = frozenset(
    {
        "delivered",
        "flow",
        "heard",
        "kind",
        "mode",
        "reason",
        "returned_to",
        "goes_on_from",
        "round",
        "seat",
        "state",
        "voided",
        "weight",
        "why",
    }
)
_CASE = re.compile(r"case:\d+")
_CODES = {
    "carried": "通过",
    "failed": "不通过",
    "signed": "本人签收（签字）",
    "refused": "拒收（拒签）",
    "posted": "邮寄送达",
    # How a person left, which other flows call otherwise.
    "terminated": "终止",
    "dissolved": "解除",
    "withdrawn": "退出",
}


def _named(code: str) -> str:
    """What a code is called on the screen; the code itself when nothing knows it any more."""
    for label, flow in flows().items():
        if code == label:
            return flow.paperwork.title
        for desk in (*flow.desks(), *flow.beside()):
            if code == desk.name:
                return desk.task_title
        for node in flow.instance.nodes():
            for seat in getattr(node, "declared_seats", ()):
                if code == seat.name:
                    return str(seat.title)
    return _CODES.get(code) or _choices().get(code, code)


@cache
def _choices() -> dict[str, str]:
    """Every choice of every model of the workflows by its code."""
    found: dict[str, str] = {}
    for model in apps.get_models():
        if model.__module__.startswith("workflows."):
            for field in model._meta.fields:
                found |= {str(code): str(label) for code, label in field.flatchoices}
    return found


def label_of(name: str) -> str:
    return LABELS.get(name) or parameter_label(name)


def detail_rows(event: Event) -> Iterator[dict[str, str]]:
    """The details of an event as label and words; other cases by their number (one query, none without)."""
    keys = {text for value in event.details.values() if _CASE.fullmatch(text := str(value))}
    cases = Case.objects.filter(pk__in=[int(key.removeprefix("case:")) for key in keys]) if keys else ()
    numbers = {case.key: case.number or case.title for case in cases}
    for name, value in event.details.items():
        yield {"label": label_of(name), "value": numbers.get(str(value)) or words_of(name, value)}


def words_of(name: str, value: Any) -> str:
    """A detail's value for people: roles, days, actions and lists by the words they are known by."""
    if isinstance(value, list):
        return "、".join(words_of(name, item) for item in value)
    if isinstance(value, dict):
        return "，".join(f"{label_of(key)}：{words_of(key, each)}" for key, each in value.items())
    if isinstance(value, bool):
        return "是" if value else "否"
    text = str(value)
    if name == "role":
        return role_label(text)
    if name == "taken_back":
        return ACTIONS.told(text)
    if name == "month" and len(text) == len("2020-09-01"):
        return f"{int(text[:4])}年{int(text[5:7])}月"
    if name == "told" and text.rpartition(" ")[2] in Role.values:
        return f"{text.rpartition(' ')[0]} {role_label(text.rpartition(' ')[2])}"
    if name in _NAMED:
        return _named(text)
    if name.endswith(("_on", "valid_from", "valid_to")) and text:
        try:
            return chinese(date.fromisoformat(text))
        except ValueError:
            return text
    return text
