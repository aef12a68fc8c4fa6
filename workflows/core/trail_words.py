"""The trail in words: what an event did, to what, and what its details mean."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

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
}


def label_of(name: str) -> str:
    return LABELS.get(name) or parameter_label(name)


def detail_rows(event: Event) -> Iterator[dict[str, str]]:
    """The details of an event as label and words."""
    for name, value in event.details.items():
        yield {"label": label_of(name), "value": words_of(name, value)}


def words_of(name: str, value: Any) -> str:
    """A detail's value for people: roles, days, actions and lists by the words they are known by."""
    if isinstance(value, list):
        return "、".join(words_of(name, item) for item in value)
    text = str(value)
    if name == "role":
        return role_label(text)
    if name == "taken_back":
        return ACTIONS.told(text)
    if name.endswith(("_on", "valid_from", "valid_to")) and text:
        try:
            return chinese(date.fromisoformat(text))
        except ValueError:
            return text
    return text
