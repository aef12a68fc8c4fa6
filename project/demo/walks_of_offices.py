"""What offices of the demo ask each other: letters to be sealed, changed forms and policies, inspections, money asked
back, a ledger supplemented for nothing; each left in a state of its own."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from forms_templates.library import shipped
from project.demo.office_hours import OfficeHours
from project.demo.places import Village
from project.demo.stories import County
from project.demo.walks import Act, Walk, Written
from project.demo.walks_of_people import KEEPER, REVIEWER, told
from registry.models import PolicySet
from registry.policies import policy_on
from registry.roles import Role
from workflows.attendance.models import PayLine, RosterState

TOWNSHIP_CLERK, SUPERVISOR, LEADER = Role.TOWNSHIP_CLERK, Role.BUREAU_SUPERVISOR, Role.LEADING_GROUP_MEMBER

# --- letters ----------------------------------------------------------------------------------------------------------

_ASKS = {
    "title": "关于商请协助核实参保情况的函", "addressee": "昌黎县社会保险事业服务中心", "copies": "2",
    "body": "为核实我镇扶贫专岗人员的参保情况，请协助查询附后名单所列人员的参保情况。",
    "purpose": "商请社保经办机构核实参保情况。",
}  # fmt: skip
_TELLS = {
    "title": "关于报送扶贫专岗岗前培训安排的报告", "addressee": "昌黎县人力资源和社会保障局", "copies": "3",
    "body": "我镇拟于下月上旬分两批组织扶贫专岗人员岗前培训，内容为岗位职责、安全和防火，现将安排报上。",
    "purpose": "报送岗前培训安排。",
}  # fmt: skip


def _letter(words: dict[str, str], *more: Act) -> tuple[Act, ...]:
    return (
        Act("letters.open", TOWNSHIP_CLERK, words, on="township", makes="letter"),
        Act("letters.submit", TOWNSHIP_CLERK, words, of="letter"),
        *more,
    )


_APPROVED = Act("letters.approve", REVIEWER, {"opinion": "同意用印。"}, of="letter")
LETTERS: tuple[tuple[str, str, tuple[Act, ...], int], ...] = (
    ("104", "letter sealed", _letter(_ASKS, _APPROVED, Act("letters.seal", KEEPER, of="letter")), 12),
    ("104", "letter drafted", _letter(_TELLS)[:1], 1),
    ("104", "letter returned", _letter(_ASKS,
     Act("letters.send_back", REVIEWER, {"reason": "请附上名单，写明一共几人。"}, of="letter")), 2),
    ("101", "letter to approve", _letter(_TELLS), 1),
    ("101", "letter to seal", _letter(_ASKS, _APPROVED), 1),
    ("103", "letter rejected", _letter(_ASKS,
     Act("letters.reject", REVIEWER, {"reason": "这件事由县社保中心直接查询。"}, of="letter")), 6),
    ("105", "letter voided", _letter(_TELLS,
     Act("letters.void", TOWNSHIP_CLERK, {"reason": "改为电话报告。"}, on="case", of="letter")), 9),
)  # fmt: skip

# --- changed policies and forms ---------------------------------------------------------------------------------------


def _policy(number: int, months: int, title: str, **change: int) -> Written:
    """An edited copy of the set in force, from the first of a month to come."""

    def written(walk: Walk, at: datetime) -> dict[str, Any]:
        county = walk.county.organisation("bureau").county
        day = at.date().replace(day=1)
        for _ in range(months):
            day = (day + timedelta(days=32)).replace(day=1)
        now = dict(PolicySet.objects.get(pk=policy_on(county, at.date()).set_id).parameters)
        return {"effective_on": day, "document_number": f"昌人社字〔{at.year}〕{number}号（演示）", "title": title,
                "note": "", "parameters": now | {name: now[name] + by for name, by in change.items()}}  # fmt: skip

    return written


def _proposes(written: Written) -> Act:
    return Act("policies.propose", SUPERVISOR, written, on="county", makes="policy")


POLICIES: tuple[tuple[str, tuple[Act, ...], int], ...] = (
    ("policy approved", (
        _proposes(_policy(18, 5, "关于调整培训食宿交通补贴上限的通知（演示）", training_allowance_cap=20)),
        Act("policies.approve", LEADER, on="made", of="policy", makes="decided")), 20),
    ("policy rejected", (
        _proposes(_policy(21, 3, "关于调整实名台账报送日的通知（演示）", ledger_due_day=2)),
        Act("policies.reject", LEADER, {"reason": "月底报送太晚，影响次月发放。"}, on="made", of="policy",
            makes="decided")), 16),
    ("policy withdrawn", (
        _proposes(_policy(24, 7, "关于调整边缘户名额的通知（演示）", edge_household_quota=5)),
        Act("policies.withdraw", SUPERVISOR, on="made", of="policy", makes="decided")), 14),
)  # fmt: skip


def _changed(code: str, old: str, new: str) -> SimpleUploadedFile:
    """The Word file of a shipped form with a few words changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(shipped(code).source.docx)) as archive, zipfile.ZipFile(out, "w") as changed:
        for name in archive.namelist():
            content = archive.read(name)
            if name == "word/document.xml":
                content = content.decode().replace(old, new, 1).encode()
            changed.writestr(zipfile.ZipInfo(name, (2019, 6, 20, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return SimpleUploadedFile("附件5（改）.docx", out.getvalue())


def _form(new: str, why: str) -> Act:
    def written(walk: Walk, at: datetime) -> dict[str, Any]:
        day = (at.date().replace(day=1) + timedelta(days=125)).replace(day=1)
        return {"code": "post_application", "effective_on": day, "why": why,
                "files": {"file": _changed("post_application", "村委会意见：", new)}}  # fmt: skip

    return Act("form_versions.propose", SUPERVISOR, written, on="county", makes="form")


_REWORDED = _form("村委会意见（请写明是否公示）：", "县局通知：意见栏写明是否公示。")
FORMS: tuple[tuple[str, tuple[Act, ...], int], ...] = (
    ("form rejected", (_form("村委会意见（请写明家庭人口）：", "有的村建议写明家庭人口。"),
     Act("form_versions.reject", LEADER, {"reason": "家庭人口不属于审批内容。"}, on="made", of="form",
         makes="decided")), 30),
    ("form withdrawn", (_form("村委会审核意见：", "统一栏目名称。"),
     Act("form_versions.withdraw", SUPERVISOR, on="made", of="form", makes="decided")), 26),
    ("form approved", (_REWORDED,
     Act("form_versions.approve", LEADER, on="made", of="form", makes="decided")), 12),
    ("form proposed", (_form("村委会意见（请写明入户日期）：", "督导组建议：意见栏写明入户日期。"),), 2),
)  # fmt: skip

# --- inspections ------------------------------------------------------------------------------------------------------

_LOT = {"kind": "random", "title": "随机督查", "seed": "开奖号码0912251830", "number": "1"}


def _recorded(walk: Walk, at: datetime) -> dict[str, str]:
    return {"inspected_on": f"{at:%Y-%m-%d}", "place": walk.village.name, "conclusion": "总体规范，本人在岗。",
            "found_1": "本人在岗，路面干净。", "verdict_1": "正常", "corrected_1": ""}  # fmt: skip


def _inspects(by: Role) -> Act:
    return Act("inspections.open", by, _LOT, on="township", makes="inspection")


INSPECTIONS: tuple[tuple[str, str, tuple[Act, ...], int], ...] = (
    ("101", "inspection begun", (_inspects(SUPERVISOR),), 1),
    ("103", "inspection recorded", (_inspects(SUPERVISOR),
     Act("inspections.record", SUPERVISOR, _recorded, of="inspection")), 5),
    ("108", "inspection voided", (_inspects(REVIEWER),
     Act("inspections.void", REVIEWER, {"reason": "当天下大雨，改期再查。"}, on="case", of="inspection")), 8),
)  # fmt: skip

# --- money asked back -------------------------------------------------------------------------------------------------


def _asked_back(number: int) -> Written:
    """Of the so-and-so-many-eth who was paid in this village."""

    def written(walk: Walk, at: datetime) -> dict[str, str]:
        paid = PayLine.objects.filter(village__code=walk.village.code, counts=True, roster__state=RosterState.PAID)
        lines = list(paid.order_by("position")[: number + 1])
        if len(lines) <= number:
            raise LookupError("in a small county nobody was paid")
        return {"worker": str(lines[number].worker_id), "due_on": f"{at + timedelta(days=30):%Y-%m-%d}",
                "account": "县财政局非税收入专户"}  # fmt: skip

    return written


def _overpaid(walk: Walk, at: datetime) -> dict[str, str]:
    return {"about": "village", "weight": "ordinary", "found_on": f"{at:%Y-%m-%d}",
            "problem": "抽查发现四人上月请假没有记在考勤表上，村里仍按全月上报，多领了补贴。",
            "demand": "退回多发的补贴。", "deadline_on": f"{at + timedelta(days=30):%Y-%m-%d}"}  # fmt: skip


def _repaid(walk: Walk, at: datetime) -> dict[str, str]:
    return {"amount": "400.00", "paid_on": f"{at:%Y-%m-%d}", "voucher": f"退{at:%Y}-0021"}


def _recovery(number: int, name: str, *steps: str) -> tuple[Act, ...]:
    ways = {
        "void": Act("recoveries.void", REVIEWER, {"reason": "金额要重新核对。"}, on="case", of=name, after=0),
        "review": Act("recoveries.review", REVIEWER, of=name, after=0),
        "seal": Act("recoveries.seal", KEEPER, of=name, after=0),
        "deliver": Act("recoveries.deliver", TOWNSHIP_CLERK, told, of=name, after=0),
        "repay": Act("recoveries.repay", TOWNSHIP_CLERK, _repaid, of=name, after=0),
    }  # fmt: skip
    opened = Act("recoveries.open", TOWNSHIP_CLERK, _asked_back(number), on="case", of="finding", makes=name, after=0)
    return (opened, *(ways[step] for step in steps))


RECOVERIES = (
    Act("findings.open", REVIEWER, _overpaid, on="village", makes="finding"),
    *_recovery(0, "repaid", "review", "seal", "deliver", "repay"),
    *_recovery(1, "to deliver", "review", "seal"),
    *_recovery(2, "to seal", "review"),
    *_recovery(3, "voided", "void"),
    *_recovery(3, "to review"),
)
PAID_TOWNSHIP = "105"


def office_walks(county: County, villages: Sequence[Village], hours: OfficeHours, seed: int) -> Iterator[Walk]:
    """All of them: no person is needed for any but those who were paid."""
    first = {village.township: village for village in reversed(villages)}
    for township, name, acts, ago in (*LETTERS, *INSPECTIONS):
        yield Walk(county, first[township], name, acts, ago, hours, seed)
    for name, acts, ago in (*POLICIES, *FORMS):
        yield Walk(county, villages[0], name, acts, ago, hours, seed)
    yield Walk(county, first[PAID_TOWNSHIP], "money asked back", RECOVERIES, 1, hours, seed)
