"""《扶贫专岗实名台账》 on paper and on the screen; numbers stand masked on both, in full only in the exported table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from forms_templates.sheet import sheet_html
from forms_templates.values import chinese_date
from registry.id_numbers import mask_id, mask_phone
from registry.roles import Role
from workflows.attendance.sheets.days import spoken
from workflows.core.actions import Move
from workflows.core.case_forms import case_form
from workflows.core.cells import pad, picture, seal_place
from workflows.core.filing import OpinionPlaces, file_opinions, pictures_of
from workflows.core.guards import chinese, verdicts
from workflows.core.models import Case, Opinion
from workflows.core.opinions import opinion_facts, valid_opinions, with_given
from workflows.core.paperwork import Button, Page, Paperwork

from ..models import AT_TOWNSHIP, FILED, Ledger, LedgerRow, LedgerState, RowKind
from . import rules
from .facts import facts_of
from .snapshot import said, told

FORM = ("named_roster", 4)
CHECKING, REVIEWING, SEALING, RECEIVING = "check_ledger", "review_ledger", "seal_ledger", "receive_ledger"
PLACES = {
    CHECKING: OpinionPlaces("", "filled_on", "filler_signature", ""),
    REVIEWING: OpinionPlaces("", "", "reviewer_signature", "township_seal"),
}
TAGS = {
    LedgerState.RETURNED: "back",
    # Signed, sealed and sent: the paper is in force from then on, received or not.
    LedgerState.AWAITING_RECEIPT: "done",
    LedgerState.RECEIVED: "done",
    LedgerState.ARCHIVED: "done",
    LedgerState.VOIDED: "ended",
}


def rows_of(ledger: Ledger) -> list[LedgerRow]:
    """Everybody on it and everybody who left (one query per page and move)."""
    notes = ledger.case.notes()
    if "ledger_rows" not in notes:
        notes["ledger_rows"] = list(ledger.rows.order_by("kind", "position"))
    rows: list[LedgerRow] = notes["ledger_rows"]
    return rows


def of_kind(rows: Sequence[LedgerRow], kind: str) -> list[LedgerRow]:
    return [row for row in rows if row.kind == kind]


def standing(ledger: Ledger) -> dict[str, Opinion]:
    """The signatures that stand on the paper; back at the clerk's desk there is none, and where the review is to be
    signed anew the old one and its seal are not on it."""
    if ledger.is_live:
        return {}
    steps = (CHECKING,) if ledger.state == LedgerState.AWAITING_REVIEW else tuple(PLACES)
    return {step: opinion for step, opinion in valid_opinions(ledger.case).items() if step in steps}


def version_of(ledger: Ledger) -> str:
    """第1版；第2版，补第1版。"""
    if ledger.supplements is None:
        return f"第{ledger.version}版"
    return f"第{ledger.version}版补第{ledger.supplements.version}版"[:10]


def values_of(ledger: Ledger, opinions: Mapping[str, Opinion], reported_on: Any = None) -> dict[str, object]:
    """Every tag of the paper; what is not signed yet is an explicit blank."""
    rows = rows_of(ledger)
    checked, reviewed = opinions.get(CHECKING), opinions.get(REVIEWING)
    if reported_on is None and reviewed is not None and reviewed.seal_use is not None:
        reported_on = timezone.localtime(reviewed.seal_use.at).date()
    values: dict[str, object] = {
        "county": ledger.county.name,
        "township": ledger.township.name,
        "month": spoken(ledger.month),
        "number": ledger.case.number,
        "version": version_of(ledger),
        "last_count": str(ledger.last_count),
        "joined_count": str(ledger.joined_count),
        "left_count": str(ledger.left_count),
        "now_count": str(ledger.now_count),
        "filled_on": chinese_date(timezone.localtime(checked.at).date() if checked else None),
        "reported_on": chinese_date(reported_on),
        "workers": [_worker(row) for row in of_kind(rows, RowKind.PRESENT)],
        "departures": [_departure(row) for row in of_kind(rows, RowKind.DEPARTED)],
    }
    if "reviewed_on" in case_form(FORM, ledger.case).fields:  # not on the version before, which running cases keep
        values["reviewed_on"] = chinese_date(timezone.localtime(reviewed.at).date() if reviewed else None)
    return values


def _worker(row: LedgerRow) -> dict[str, object]:
    return {
        "village": row.village,
        "name": row.name,
        "sex": row.sex,
        "id_number": mask_id(row.id_number),
        "phone": mask_phone(row.phone) if row.phone else "",
        "category": row.category,
        "post_type": row.post_type or "—",
        "start_on": chinese_date(row.start_on),
        "end_on": chinese_date(row.end_on),
        "months": str(row.months),
        "change": said(row.changes),
    }


def _departure(row: LedgerRow) -> dict[str, object]:
    return {
        "village": row.village,
        "name": row.name,
        "left_on": chinese_date(row.left_on),
        "why": row.why,
        "basis": row.basis[:30],
    }


def file_version(move: Move, label: str, *, sign: Opinion | None = None, seal: Opinion | None = None) -> None:
    """File the next version of the ledger with everything that stands on it."""
    ledger: Ledger = move.entity
    opinions = with_given(standing(ledger), sign, seal)
    file_opinions(
        move,
        form=case_form(FORM, move.case),
        values=values_of(ledger, opinions, move.on if seal is not None else None),
        places=PLACES,
        opinions=opinions,
        label=label,
        sign=sign,
        seal=seal,
    )


def change_lines(rows: Sequence[LedgerRow]) -> list[dict[str, Any]]:
    """Every change with the address of the case whose paper tells it."""
    return [
        {
            "name": f"{row.village}{row.name}",
            "text": told(each) + (f"，{row.why}" if row.kind == RowKind.DEPARTED and each["what"] == "离岗" else ""),
            "number": each["number"] or ("看材料" if each["case"] else "没有办件（系统启用前的记录）"),
            "url": reverse("case", args=[each["case"]]) if each["case"] else "",
        }
        for row in rows
        for each in row.changes
    ]


HELP: dict[str, tuple[str, ...]] = {
    CHECKING: (
        "这是本乡镇这个月的实名台账，系统按数据日期那天的在岗人员建好了，没有变动也要报。",
        "请逐行核对；右边列出上期以来的每一项变动，点编号看材料。",
        "有不对的，先到原来的流程里改正（补办离岗、续签等），再点“重新取数”；表上不能直接改。",
        "核对好在“填表人签字”处手写签字，转乡镇审核人。截止日当天24时前盖章报送都算按期。",
    ),
    REVIEWING: (
        "请核对人数：上月在岗+新增-减少=本月在岗；再抽看几项变动的材料。",
        "在“审核人签字”处手写签字，转印章管理员盖章；有问题的，退回填表人写明。",
    ),
    SEALING: ("请核对两处签字，加盖公章并登记用印。", "盖好即为报送县就业服务中心，报送时间以盖章时间为准，不能倒签。"),
    RECEIVING: (
        "乡镇报来的实名台账。请核对人数和变动，没有问题点“接收”；一次接收几份，在待办里勾选，批量办理。",
        "有问题的，退回并写明哪一行、要补什么；报送时间仍按第一次报送的算。",
    ),
}


class LedgerPaperwork(Paperwork):
    """实名台账 as the desk shows it."""

    flow_label = "ledgers"
    title = "实名台账"
    checks_hint = "已经报送的台账不再核对；报错了由乡镇出补充台账。"
    form = FORM
    refile = staticmethod(file_version)

    def describe(self, case: Case, entity: Ledger) -> None:
        version = f"（补充第{entity.version}版）" if entity.version > 1 else ""
        case.title = f"{entity.township.name}{spoken(entity.month)}实名台账{version}"[:60]
        case.headline = f"在岗{entity.now_count}人，新增{entity.joined_count}人，减少{entity.left_count}人"

    def shown(self, case: Case, entity: Ledger) -> dict[str, Any]:
        counts = [entity.last_count, entity.joined_count, entity.left_count, entity.now_count]
        return {"state": entity.state, "snapshot_on": entity.snapshot_on, "counts": counts}

    fact_labels: Mapping[str, str] = MappingProxyType({"counts": "人数", "rows": "人员", REVIEWING: "审核意见"})

    def facts(self, case: Case, entity: Ledger) -> dict[str, Any]:
        rows = rows_of(entity)
        lines = [*map(_worker, of_kind(rows, RowKind.PRESENT)), *map(_departure, of_kind(rows, RowKind.DEPARTED))]
        counts = {
            "上期": entity.last_count,
            "增": entity.joined_count,
            "减": entity.left_count,
            "本期": entity.now_count,
        }
        return {"counts": counts, "rows": lines, **opinion_facts(case, REVIEWING)}

    def fact_text(self, case: Case, name: str, value: Any) -> str:
        if name == "counts":
            return "，".join(f"{label}{number}人" for label, number in dict(value or {}).items())
        if name == "rows":
            return "、".join(f"{row['name']}{'（离岗）' if 'left_on' in row else ''}" for row in value or ())
        return super().fact_text(case, name, value)

    def state_tag(self, entity: Ledger) -> dict[str, str]:
        state = LedgerState(entity.state)
        return {"kind": TAGS.get(state, ""), "label": state.label}

    def heading(self, page: Page) -> str:
        return page.on_case.title

    def sheet(self, page: Page) -> SafeString:
        ledger: Ledger = page.entity
        opinions = standing(ledger)
        values = values_of(ledger, opinions)
        slots: dict[str, Any] = dict(values)
        pictures: dict[str, Any] = {}
        for place, png in pictures_of(opinions, PLACES).items():
            kind = "seal" if place.endswith("seal") else "signature"
            pictures[place] = picture(kind, png, "乡镇公章" if kind == "seal" else "手写签字")
        if page.step in PLACES:
            label = "填表人签字" if page.step == CHECKING else "审核人签字"
            pictures[PLACES[page.step].signature] = pad(page, label)
        if page.step == CHECKING:
            slots["filled_on"] = chinese_date(page.on)
        if page.step == REVIEWING and "reviewed_on" in slots:
            slots["reviewed_on"] = chinese_date(page.on)
        if page.step == SEALING:
            pictures["township_seal"] = seal_place()
        return sheet_html(case_form(FORM, page.on_case), slots, pictures)

    def side_panels(self, page: Page) -> list[Any]:
        ledger: Ledger = page.entity
        rows = rows_of(ledger)
        late = ledger.days_late(page.on)
        context = {
            "ledger": ledger,
            "meets": ledger.last_count + ledger.joined_count - ledger.left_count == ledger.now_count,
            "since_on": chinese(ledger.since_on),
            "snapshot_on": chinese(ledger.snapshot_on),
            "due_on": chinese(ledger.due_on),
            "filed": ledger.first_filed_at,
            "late": late if ledger.version == 1 and ledger.state != LedgerState.VOIDED else 0,
            "differences": [*ledger.differences, *changed_since(ledger)],
            "lines": change_lines(rows),
            "former_url": reverse("case", args=[ledger.former.case_id]) if ledger.former is not None else "",
            "former": f"{spoken(ledger.former.month)}{version_of(ledger.former)}" if ledger.former is not None else "",
            "supplements_url": reverse("case", args=[ledger.supplements.case_id]) if ledger.supplements else "",
            "xlsx_url": reverse("ledger_xlsx", args=[page.on_case.pk]),
        }
        return [SafeString(render_to_string("ledgers/_beside.html", context))]

    def checks(self, page: Page) -> list[dict[str, Any]]:
        ledger: Ledger = page.entity
        if page.task is None and ledger.state not in AT_TOWNSHIP:
            return []
        guards = rules.SIGNING if ledger.state == LedgerState.AWAITING_REVIEW else rules.CHECKING
        return list(verdicts(guards, facts_of(ledger, page.actor)))

    def consequence(self, page: Page) -> tuple[str, str]:
        ledger: Ledger = page.entity
        late = ledger.days_late(page.on) if ledger.version == 1 and ledger.first_filed_at is None else 0
        counts = (
            f"在岗{ledger.now_count}人：上月{ledger.last_count}，新增{ledger.joined_count}，减少{ledger.left_count}"
        )
        if page.step == CHECKING:
            until = f"已超期{late}天，盖章报送记为迟报" if late else f"{chinese(ledger.due_on)}24时前盖章报送算按期"
            return counts, f"签字后转乡镇审核人；{until}。"
        if page.step == REVIEWING:
            return counts, "签字后转乡镇印章管理员盖章报送；盖章以前您可以撤回。"
        if page.step == SEALING:
            until = f"；已超期{late}天，记为迟报" if late else ""
            return counts, f"盖章即报送县就业服务中心，登记用印，不能撤回{until}。"
        return counts, "接收以后不能再退；报错了由乡镇出补充台账。"

    def help(self, page: Page) -> tuple[str, ...]:
        return HELP.get(page.step, HELP[CHECKING])

    def unmasked(self, entity: Ledger) -> dict[str, str]:
        return {}

    def can_send_back(self, tasks: list[Any]) -> bool:
        return any(task.flow_task.name in (REVIEWING, SEALING, RECEIVING) for task in tasks)

    def case_buttons(self, page: Page) -> list[Button]:
        ledger: Ledger = page.entity
        found = []
        clerk = page.actor.appointment_for(ledger.township_id, Role.TOWNSHIP_CLERK)
        if clerk and ledger.is_live:
            found.append(Button("ledgers.take_anew", "重新取数", "plain", needs_reason=True, reason_label="改正了什么"))
        if clerk and ledger.state in FILED:
            label = "哪里不对，为什么补充"
            found.append(Button("ledgers.supplement", "出补充台账", "plain", needs_reason=True, reason_label=label))
        if clerk and ledger.version > 1 and ledger.state in AT_TOWNSHIP:
            found.append(Button("ledgers.void", "作废", "final", needs_reason=True, reason_label="为什么作废"))
        officer = page.actor.holds([Role.EMPLOYMENT_SERVICE_OFFICER], ledger.county_id)
        if officer and ledger.state in (LedgerState.RECEIVED, LedgerState.ARCHIVED) and ledger.entered_on is None:
            label = "录入情况（录了几人、谁录的）"
            found.append(
                Button("ledgers.confirm_entry", "登记已录入省系统", "plain", needs_reason=True, reason_label=label)
            )
        return found


def changed_since(ledger: Ledger) -> list[str]:
    """Where the former ledger has been supplemented since this one was drawn up: who stands otherwise there now."""
    former = ledger.former
    if former is None:
        return []
    later = (
        Ledger.objects.filter(township=ledger.township_id, month=former.month, version__gt=former.version)
        .exclude(state=LedgerState.VOIDED)
        .order_by("-version")
        .first()
    )
    if later is None:
        return []
    people: dict[int, dict[int, str]] = {former.pk: {}, later.pk: {}}
    rows = LedgerRow.objects.filter(ledger__in=people, kind=RowKind.PRESENT)
    for key, tenure, village, name in rows.values_list("ledger_id", "tenure_id", "village", "name"):
        people[key][tenure] = f"{village}{name}"
    gone, come = people[former.pk], people[later.pk]
    told_of = [f"{name}：上期补充台账里已去掉。" for key, name in gone.items() if key not in come]
    told_of += [f"{name}：上期补充台账里已补上。" for key, name in come.items() if key not in gone]
    return told_of or ["上期台账有了补充版，在岗人员没有不同。"]
