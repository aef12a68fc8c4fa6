"""离岗 as the desk shows it: the paper of each step, its open cells and its panels."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django.utils.safestring import SafeString

from forms_templates.sheet import sheet_html
from forms_templates.values import chinese_date
from registry.id_numbers import mask_id
from registry.roles import Role
from workflows.core.case_forms import case_form
from workflows.core.cells import (
    OpinionCell,
    date_cell,
    masked_cell,
    opinion_cell,
    pad,
    panel_field,
    picture,
    seal_place,
    text_area_cell,
    text_cell,
    written,
)
from workflows.core.delivery import DELIVERY_WAYS, RECEIPT, receipt_values
from workflows.core.guards import verdicts
from workflows.core.models import Case, DeskTask, Opinion
from workflows.core.opinions import opinion_facts, valid_opinions
from workflows.core.paperwork import Button, Page, Paperwork
from workflows.core.receipts import hands_panels
from workflows.employment.models import EndReason

from .facts import FIELDS, facts_of, fields_of, findings_about
from .forms import EVIDENCE_ROWS, HEARING_WAYS, ExitDraftForm
from .ground_rules import content_guards, decision_guards
from .grounds import GROUNDS
from .models import BEFORE_DECIDED, OVER, Termination, TerminationState
from .papers import (
    APPROVAL,
    CONFIRM,
    DECIDE,
    DELIVER,
    DRAW_UP,
    HEAR,
    HEARING,
    NOTICE,
    NOTICE_PLACES,
    PLACES,
    SEAL,
    approval_values,
    delivered,
    file_approval,
    hearing_values,
    notice_values,
    standing_opinions,
    told_text,
)

OPENERS = (Role.VILLAGE_CLERK, Role.VILLAGE_HEAD)
UNFINISHED = frozenset(
    {"no_facts", "no_evidence", "no_last_day", "no_day", "no_proof", "not_verified", "not_pointed_out", "no_relapse"}
)
CELLS = {
    DRAW_UP: OpinionCell(PLACES[DRAW_UP], "村委会提出", "提出人签字", "由村经办人写明、签字后提出。"),
    CONFIRM: OpinionCell(
        PLACES[CONFIRM],
        "乡镇确认",
        "确认人签字",
        "只有第十一条第5项要确认。",
        ("经核实，属于其他不适宜继续工作的情形，请听取本人陈述。",),
    ),
    DECIDE: OpinionCell(
        PLACES[DECIDE],
        "乡镇审定意见",
        "审定人签字",
        "听取陈述以后，由乡镇审核人填写。",
        ("事实清楚，依据充分，同意。", "已听取本人陈述，同意按此办理。"),
    ),
}
FORM_OF_STEP = {HEAR: HEARING, SEAL: NOTICE, DELIVER: RECEIPT}
SAID: dict[str, tuple[str, str]] = {
    DRAW_UP: ("写明事实、证据和最后在岗日，签字提出", "提出后告知本人、听取陈述；对方办理以前您可以撤回。"),
    CONFIRM: ("确认是不是不适宜继续工作，请先签字", "确认后由村里告知本人、听取陈述；不属实的退回或者不同意。"),
    HEAR: ("把事实和依据告知本人，记下本人的陈述", "笔录交乡镇审定；本人不签的由两名见证人签字。"),
    DECIDE: ("请先看证据和本人陈述，再签字", "同意后由甲方在通知书上盖章；盖章以前您可以撤回。"),
    SEAL: ("请核对通知书的条款、事实和日期", "公章盖在日期上并登记用印；盖好后由村里送达本人。"),
    DELIVER: ("把通知书交给本人，签写回执", "送达后到最后在岗日的第二天生效：腾出岗位，停发补贴。"),
}
HELP: dict[str, tuple[str, ...]] = {
    DRAW_UP: (
        "这是《离岗审定表》。有底色的格子由您填：事实、最后在岗日、证据材料。",
        "右边“条款核对”写明这种原因要有什么证据；缺的补上才能提出。",
        "一次填不完，点“保存草稿”；填好在“提出人签字”处签字，点“提出”。",
    ),
    HEAR: (
        "把右边的话读给本人听，再记下本人怎么说；没有意见也要写。",
        "本人在签字框里签字，不会写字的按手印。不肯签的选“拒绝签字”，由两名在场的人签字。",
        "两次都联系不上的，写明哪两天、怎样联系的。您自己在“听取人签字”处签字。",
    ),
    DELIVER: (
        "这是《送达回执》。把通知书交给本人，请本人签收，您在“送达人签字”处签字。",
        "拒收的，把通知书留在住处，由两名见证人签字；邮寄的，写明单号和签收情况。",
        "日期写实际送达的那一天。",
    ),
}

# What the village wrote; the last day moves on by itself (handling.py) and is no field of a step.
SHOWN = tuple(name for name in FIELDS if name != "last_on")
FACT_LABELS = MappingProxyType(
    {
        "facts": "事实和理由",
        "last_on": "最后在岗日",
        "happened_on": "发生日期",
        "proof": "证明",
        "verified_by": "核实人",
        "verified_on": "核实日期",
        "finding": "所依问题记录",
        "evidence": "证据",
        "statement": "本人陈述",
        DECIDE: "审定意见",
    }
)


class ExitPaperwork(Paperwork):
    """离岗 on paper and on the screen."""

    flow_label = "terminations"
    title = "离岗"
    checks_hint = "填写时按离岗原因核对前提。"
    form = APPROVAL
    refile = staticmethod(file_approval)

    def describe(self, case: Case, entity: Termination) -> None:
        case.title = entity.tenure.worker.name[:60]
        case.headline = f"{entity.village.name}，{EndReason(entity.reason).label}"

    def shown(self, case: Case, entity: Termination) -> dict[str, Any]:
        kept = {name: str(value) for name, value in fields_of(entity).items()}
        return {"state": entity.state, "statement": entity.statement, **kept}

    fact_labels: Mapping[str, str] = FACT_LABELS

    def facts(self, case: Case, entity: Termination) -> dict[str, Any]:
        kept = {name: str(value or "") for name, value in fields_of(entity).items()}
        return kept | {"statement": entity.statement, **opinion_facts(case, DECIDE)}

    def state_tag(self, entity: Termination) -> dict[str, str]:
        state = TerminationState(entity.state)
        kinds = {TerminationState.EFFECTIVE: "done", TerminationState.RETURNED: "back"}
        label = state.label
        if state == TerminationState.EFFECTIVE:
            label = GROUNDS[entity.reason].done_word
        return {"kind": "ended" if state in OVER else kinds.get(state, ""), "label": label}

    def heading(self, page: Page) -> str:
        return f"{page.on_case.title}离岗（{EndReason(page.entity.reason).label}）"

    def form_on(self, page: Page) -> tuple[str, int]:
        if page.task is not None:
            return FORM_OF_STEP.get(page.step, APPROVAL)
        issued = (TerminationState.AWAITING_DELIVERY, TerminationState.AWAITING_EFFECT, TerminationState.EFFECTIVE)
        return NOTICE if page.entity.state in issued else APPROVAL

    def sheet(self, page: Page) -> SafeString:
        code = self.form_on(page)
        termination: Termination = page.entity
        termination.case = page.on_case
        pictures: dict[str, Any] = {}
        if code == HEARING:
            values = hearing_values(termination, page.on_case, {}, page.actor.name)
        elif code == RECEIPT:
            values = receipt_values(delivered(termination, page.on_case), {}, page.actor.name)
        elif code == NOTICE:
            values = notice_values(termination, page.on_case, page.policy(termination.county))
        else:
            values = approval_values(
                termination, page.on_case, typed_fields(page), standing_opinions(termination, page.on_case)
            )
        slots: dict[str, Any] = written(values)
        if "id_number" in slots:
            masked = page.full.get("id_number", mask_id(termination.tenure.worker.id_number))
            slots["id_number"] = masked_cell(page, "id_number", "身份证号", masked)
        slots["number"] = page.on_case.number or "提出后自动编号"
        fill = {HEARING: self._hearing, RECEIPT: self._receipt, NOTICE: self._notice, APPROVAL: self._approval}
        fill[code](page, slots, pictures)
        return sheet_html(case_form(code, page.on_case), slots, pictures)

    def _approval(self, page: Page, slots: dict[str, Any], pictures: dict[str, Any]) -> None:
        termination: Termination = page.entity
        opinions = standing_opinions(termination, page.on_case)
        for step, cell in CELLS.items():
            opinion_cell(page, cell, opinions.get(step), slots, pictures, open_here=page.step == step, seal_here=False)
        if page.step == DRAW_UP:
            typed = typed_source(page)
            slots["last_on"] = date_cell(page, "last_on", "最后在岗日", typed["last_on"])
            slots["facts"] = text_area_cell(page, "facts", "事实和理由", typed["facts"], maximum=800, required=True)

    def _hearing(self, page: Page, slots: dict[str, Any], pictures: dict[str, Any]) -> None:
        typed: Mapping[str, Any] = page.typed or {}
        slots["heard_on"] = date_cell(page, "heard_on", "听取日期", typed.get("heard_on", page.on.isoformat()))
        place = typed.get("place", f"{page.entity.village.name}村委会")
        slots["place"] = text_cell(page, "place", "地点", place, maximum=60, required=True)
        slots["statement"] = text_area_cell(
            page, "statement", "本人陈述", typed.get("statement", ""), maximum=400, required=True
        )
        pictures["hearer_signature"] = pad(page, "听取人签字")

    def _receipt(self, page: Page, slots: dict[str, Any], pictures: dict[str, Any]) -> None:
        typed: Mapping[str, Any] = page.typed or {}
        slots["delivered_on"] = date_cell(
            page, "delivered_on", "送达日期", typed.get("delivered_on", page.on.isoformat())
        )
        place = typed.get("place", f"{page.entity.village.name}村委会")
        slots["place"] = text_cell(page, "place", "送达地点", place, maximum=60, required=True)
        if page.entity.reason == EndReason.DEATH:
            slots["recipient"] = text_cell(
                page, "recipient", "签收的家属", typed.get("recipient", ""), maximum=20, required=True
            )
        pictures["deliverer_signature"] = pad(page, "送达人签字")

    def _notice(self, page: Page, slots: dict[str, Any], pictures: dict[str, Any]) -> None:
        opinion: Opinion | None = valid_opinions(page.on_case).get(DECIDE)
        seal = NOTICE_PLACES[DECIDE].seal
        if opinion is not None and opinion.seal_use is not None:
            pictures[seal] = picture("seal", opinion.seal_use.picture, opinion.seal_use.said)
        elif page.step == SEAL:
            pictures[seal] = seal_place()
            slots["issued_on"] = chinese_date(page.on)

    def side_panels(self, page: Page) -> list[Any]:
        termination: Termination = page.entity
        if page.step == DRAW_UP:
            return [*ground_panels(page, termination), evidence_panel(page)]
        if page.step == HEAR:
            hint = "劳动者没有账户：请本人看清笔录，在这里签字。"
            panels = hands_panels(
                page,
                title="听取结果",
                ways=HEARING_WAYS,
                read=[told_text(termination)],
                hint=hint,
                note_label="联系不上的情况",
            )
            typed = page.typed or {}
            sought = [
                panel_field(page, typed, name, label, "date")
                for name, label in (("first_sought_on", "第一次联系日期"), ("second_sought_on", "第二次联系日期"))
            ]
            return [*panels, {"title": "联系不上的", "hint": "写明不同的两天。", "fields": sought}]
        if page.step == DELIVER:
            return hands_panels(
                page,
                title="送达方式",
                ways=DELIVERY_WAYS,
                read=[],
                hint="签收的人在这里签字；不会写字的按手印。",
                note_label="邮寄单号和签收情况",
            )
        return []

    def checks(self, page: Page) -> list[dict[str, Any]]:
        termination: Termination = page.entity
        if page.step not in (DRAW_UP, CONFIRM, DECIDE):
            return []
        ground = GROUNDS[termination.reason]
        facts = facts_of(
            termination,
            typed_fields(page),
            on=page.on,
            policy=page.policy(termination.county),
            actor=page.actor,
            confirmed=CONFIRM in valid_opinions(page.on_case),
            decides=page.step == DECIDE,
        )
        guards = decision_guards(ground) if page.step == DECIDE else content_guards(ground)
        return list(verdicts(guards, facts, unfinished=UNFINISHED if page.step == DRAW_UP else frozenset()))

    def consequence(self, page: Page) -> tuple[str, str]:
        return SAID.get(page.step, ("", ""))

    def help(self, page: Page) -> tuple[str, ...]:
        return HELP.get(page.step) or super().help(page)

    def unmasked(self, entity: Termination) -> dict[str, str]:
        return {"id_number": entity.tenure.worker.id_number}

    def can_return_to(self, case: Case, acted: DeskTask) -> bool:
        """A hearing or a receipt has happened; only what was written here can be taken back."""
        return acted.flow_task.name not in (HEAR, DELIVER)

    def case_buttons(self, page: Page) -> list[Button]:
        termination: Termination = page.entity
        found = []
        village = any(page.actor.appointment_for(termination.village_id, role) for role in OPENERS)
        if village and termination.state in BEFORE_DECIDED:
            found.append(Button("terminations.void", "作废", "final", needs_reason=True, reason_label="为什么作废"))
        given = (TerminationState.AWAITING_EFFECT, TerminationState.EFFECTIVE)
        if page.actor.appointment_for(termination.village_id, Role.VILLAGE_CLERK) and termination.state in given:
            found.append(Button("exit_reviews.object", "本人提出异议", "plain"))
        mendable = (TerminationState.AWAITING_DELIVERY, TerminationState.AWAITING_EFFECT)
        reviewer = page.actor.appointment_for(termination.township_id, Role.TOWNSHIP_REVIEWER)
        if reviewer and termination.state in mendable:
            found.append(Button("exit_reviews.correct", "通知有误，撤销", "final"))
        return found


# --- what is typed ----------------------------------------------------------------------------------


def typed_source(page: Page) -> dict[str, Any]:
    """What stands in the cells, as text: what was just typed, else what is kept."""
    termination: Termination = page.entity
    if page.typed is not None:
        return {name: page.typed.get(name, "") for name in ("facts", "last_on", "happened_on", "proof")} | {
            name: page.typed.get(name, "") for name in ("verified_by", "verified_on", "finding")
        }
    kept = fields_of(termination)
    days = {name: kept[name].isoformat() if kept[name] else "" for name in ("last_on", "happened_on", "verified_on")}
    finding = str(termination.finding_id or "")
    return {**kept, **days, "finding": finding}


def typed_fields(page: Page) -> dict[str, Any]:
    """The fields as the rules read them."""
    termination: Termination = page.entity
    if page.typed is None or page.step != DRAW_UP:
        return fields_of(termination)
    draft = ExitDraftForm(page.typed)
    draft.is_valid()
    data = dict(draft.cleaned_data)
    wanted = str(data.get("finding") or "")
    data["finding"] = next((each for each in findings_about(termination) if str(each.pk) == wanted), None)
    return data


def ground_panels(page: Page, termination: Termination) -> list[dict[str, Any]]:
    """What this ground asks for; nothing where facts and evidence are all."""
    ground, typed = GROUNDS[termination.reason], typed_source(page)
    fields = []
    if ground.finding:
        choices = [("", "请选择")] + [
            (str(each.pk), f"{each.case.number}，{chinese_date(each.found_on)}，{each.get_state_display()}")
            for each in findings_about(termination)
        ]
        fields.append(panel_field(page, typed, "finding", "所依问题记录", "select", choices=choices, required=True))
    if ground.happened:
        fields.append(panel_field(page, typed, "happened_on", ground.happened, "date", required=True))
    if ground.proof:
        fields.append(panel_field(page, typed, "proof", ground.proof, "text", required=True))
    if ground.verified:
        fields.append(panel_field(page, typed, "verified_by", "核实人", "text", required=True))
        fields.append(panel_field(page, typed, "verified_on", "核实日期", "date", required=True))
    if not fields:
        return []
    return [{"id": "ground", "title": EndReason(termination.reason).label, "hint": ground.words, "fields": fields}]


def evidence_panel(page: Page) -> dict[str, Any]:
    """Up to five lines of evidence: name, date, pages."""
    typed: dict[str, Any] = dict(page.typed or {})
    if page.typed is None:
        for number, row in enumerate(page.entity.evidence, 1):
            typed |= {f"evidence_{number}_{part}": value for part, value in row.items()}
    used = max((n for n in range(1, EVIDENCE_ROWS + 1) if typed.get(f"evidence_{n}_name")), default=0)
    fields = []
    for number in range(1, min(used + 1, EVIDENCE_ROWS) + 1):
        fields.append(panel_field(page, typed, f"evidence_{number}_name", f"材料{number}名称", "text"))
        fields.append(panel_field(page, typed, f"evidence_{number}_made_on", "形成日期", "date"))
        fields.append(panel_field(page, typed, f"evidence_{number}_pages", "页数", "text", inputmode="numeric"))
    return {
        "id": "evidence",
        "title": "证据材料",
        "hint": "列出名称和形成日期；写满一件、保存草稿后可以再列一件。原件或者照片在下面“留言”里上传。",
        "fields": fields,
    }
