"""发现问题 as the desk shows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from forms_templates.sheet import sheet_html
from forms_templates.values import chinese_date
from registry.roles import Role
from workflows.core.case_forms import case_form
from workflows.core.cells import (
    OpinionCell,
    date_cell,
    opinion_cell,
    pad,
    panel_field,
    picture,
    text_area_cell,
    text_cell,
    written,
)
from workflows.core.delivery import DELIVERY_WAYS, RECEIPT, Delivered, receipt_values
from workflows.core.filing import OpinionPlaces
from workflows.core.models import Case, DeskTask
from workflows.core.opinions import valid_opinions
from workflows.core.paperwork import Button, Page, Paperwork
from workflows.core.receipts import hands_panels

from ..models import About, Finding, FindingState, Weight
from .papers import (
    DELIVER_WARNING,
    FEEDBACK,
    HAND_OVER,
    NOTICE,
    RECHECK,
    RECHECK_WARNED,
    RECORD,
    SETTLE,
    TITLES,
    WARN,
    WARNING,
    WARNING_PLACES,
    notice_values,
    record_values,
    warning_values,
)

RECORD_CELL = OpinionCell(
    OpinionPlaces("conclusion", "signed_on", "first_signature", ""),
    "复查（认定）情况",
    "检查人签字",
    "",
    ("已经改正，复查合格。", "没有改正。", "经核实，情况属实。", "经核实，不属实。"),
)
FORM_OF_STEP = {
    FEEDBACK: RECEIPT,
    RECHECK: RECORD,
    WARN: WARNING,
    DELIVER_WARNING: RECEIPT,
    RECHECK_WARNED: RECORD,
    SETTLE: RECORD,
    HAND_OVER: RECORD,
}
RECORD_TITLES = {RECHECK: "复查", RECHECK_WARNED: "警告后复查", SETTLE: "核实认定", HAND_OVER: "移送"}
ENDED = (FindingState.VOIDED, FindingState.UNFOUNDED)
DONE = (FindingState.CORRECTED, FindingState.CLOSED, FindingState.HANDED_OVER)
SAID: dict[str, tuple[str, str]] = {
    FEEDBACK: ("把通知书交给被检查人，签写回执", "签收以后开始整改，期限到了由您复查。"),
    RECHECK: ("写明复查看到的情况，签字，再选结果", "已整改的办结；拒不纠正的转有关审核人给予警告。"),
    WARN: ("听取本人怎么说，写明复查日期，签字", "警告决定书由检查单位送达本人。"),
    DELIVER_WARNING: ("把警告决定书交给本人，签写回执", "送达以后再复查一次。"),
    RECHECK_WARNED: ("写明复查看到的情况，签字，再选结果", "已纠正的办结；情节严重的予以解聘，另行办理离岗。"),
    SETTLE: ("写明怎样核实、有什么证据，签字", "属实的移送有关机关，追回资金；不属实的办结。"),
    HAND_OVER: ("写明移送哪个机关、哪一天", "移送以后可以办理离岗和追回资金。"),
}


class FindingPaperwork(Paperwork):
    """发现问题 on paper and on the screen."""

    flow_label = "findings"
    title = "发现问题"
    form = NOTICE

    def can_lie_in(self, case: Case, state: str) -> bool:
        """Money that is claimed on a verdict holds it where it is."""
        return not case.once("recoveries", case.entity.recoveries.exists)

    def describe(self, case: Case, entity: Finding) -> None:
        case.title = entity.whom[:60]
        case.headline = f"{entity.village.name}，{Weight(entity.weight).label}"

    def shown(self, case: Case, entity: Finding) -> dict[str, Any]:
        return {"state": entity.state, "problem": entity.problem, "deadline": str(entity.deadline_on)}

    def state_tag(self, entity: Finding) -> dict[str, str]:
        state = FindingState(entity.state)
        kind = "ended" if state in ENDED else "done" if state in DONE else ""
        return {"kind": kind, "label": state.label}

    def heading(self, page: Page) -> str:
        return f"{page.on_case.title}：发现问题"

    def form_on(self, page: Page) -> tuple[str, int]:
        if page.task is not None:
            return FORM_OF_STEP.get(page.step, NOTICE)
        warned = (FindingState.AWAITING_WARNING_DELIVERY, FindingState.WARNED, FindingState.CLOSED)
        return WARNING if page.entity.state in (*warned, FindingState.SERIOUS) else NOTICE

    def sheet(self, page: Page) -> SafeString:
        code = self.form_on(page)
        finding: Finding = page.entity
        pictures: dict[str, Any] = {}
        values: Mapping[str, Any]
        if code == RECEIPT:
            values = receipt_values(self._delivered(page), {}, page.actor.name)
        elif code == WARNING:
            values = warning_values(finding, page.on_case, finding.warning_delivered_on)
        elif code == RECORD:
            title = RECORD_TITLES[page.step]
            values = record_values(
                finding, page.on_case, title=title, text="", bad=True, who=page.actor.name, on=page.on
            )
        else:
            values = notice_values(finding, page.on_case, finding.delivered_on)
        slots: dict[str, Any] = written(values)
        self._standing_ink(page, code, pictures)
        fill = {RECEIPT: self._receipt, WARNING: self._warning, RECORD: self._record}
        if page.task is not None and code in fill:
            fill[code](page, slots, pictures)
        return sheet_html(case_form(code, page.on_case), slots, pictures)

    def _delivered(self, page: Page) -> Delivered:
        finding: Finding = page.entity
        paper = WARNING if page.step == DELIVER_WARNING else NOTICE
        number = f"{page.on_case.number}-警" if paper == WARNING else page.on_case.number
        return Delivered(finding.county.name, TITLES[paper], number, finding.whom[:30], finding.finder.seal_name[:40])

    def _standing_ink(self, page: Page, code: tuple[str, int], pictures: dict[str, Any]) -> None:
        step, place = ("", "")
        if code == NOTICE:
            step, place = "open", "inspector_signature"
        elif code == WARNING:
            step, place = WARN, WARNING_PLACES[WARN].signature
        opinion = valid_opinions(page.on_case).get(step) if step else None
        if opinion is not None and opinion.signature is not None:
            ink = bytes(opinion.signature.picture)
            pictures[place] = picture("signature", ink, f"{opinion.written_by.name}手写签字")

    def _receipt(self, page: Page, slots: dict[str, Any], pictures: dict[str, Any]) -> None:
        typed: Mapping[str, Any] = page.typed or {}
        day = typed.get("delivered_on", page.on.isoformat())
        slots["delivered_on"] = date_cell(page, "delivered_on", "送达日期", day)
        place = typed.get("place", page.entity.village.name)
        slots["place"] = text_cell(page, "place", "送达地点", place, maximum=60, required=True)
        if page.entity.about == About.VILLAGE:
            slots["recipient"] = text_cell(
                page, "recipient", "签收人", typed.get("recipient", ""), maximum=30, required=True
            )
        pictures["deliverer_signature"] = pad(page, "送达人签字")

    def _warning(self, page: Page, slots: dict[str, Any], pictures: dict[str, Any]) -> None:
        typed: Mapping[str, Any] = page.typed or {}
        slots["statement"] = text_area_cell(
            page, "statement", "本人陈述", typed.get("statement", ""), maximum=400, required=True
        )
        slots["recheck_on"] = date_cell(page, "recheck_on", "复查日期", typed.get("recheck_on", ""))
        slots["decided_on"] = chinese_date(page.on)
        pictures[WARNING_PLACES[WARN].signature] = pad(page, "负责人签字")

    def _record(self, page: Page, slots: dict[str, Any], pictures: dict[str, Any]) -> None:
        opinion_cell(page, RECORD_CELL, None, slots, pictures, open_here=True, seal_here=False)

    def side_panels(self, page: Page) -> list[Any]:
        if page.step in (FEEDBACK, DELIVER_WARNING):
            return hands_panels(
                page,
                title="送达方式",
                ways=DELIVERY_WAYS,
                read=[page.entity.problem, page.entity.demand],
                hint="签收的人在这里签字；不会写字的按手印。",
                note_label="邮寄单号和签收情况",
            )
        if page.step == HAND_OVER:
            typed = page.typed or {}
            fields = [
                panel_field(page, typed, "handed_over_to", "移送哪个机关", "text", required=True),
                panel_field(page, typed, "handed_over_on", "移送日期", "date", required=True),
            ]
            return [{"id": "hand-over", "title": "移送", "hint": "《办法》第十四条", "fields": fields}]
        return self._money(page) if page.task is None else []

    def _money(self, page: Page) -> list[SafeString]:
        """Where the township begins to ask money back."""
        finding: Finding = page.entity
        local = any(
            page.actor.appointment_for(finding.township_id, role)
            for role in (Role.TOWNSHIP_CLERK, Role.TOWNSHIP_REVIEWER)
        )
        waits = finding.weight == Weight.FRAUD and finding.state == FindingState.AWAITING_VERDICT
        if not local or waits or finding.state in ENDED:
            return []
        url = reverse("recovery_new", args=[page.on_case.pk])
        words = "按已经发放的花名册算金额，一笔只追一次。"
        return [
            format_html(
                '<section class="panel"><h2>追回资金</h2><p class="small soft">{}</p>'
                '<div class="buttons gap"><a class="btn" href="{}">追回资金</a></div></section>',
                words,
                url,
            )
        ]

    def consequence(self, page: Page) -> tuple[str, str]:
        return SAID.get(page.step, ("", ""))

    def unmasked(self, entity: Finding) -> dict[str, str]:
        return {}

    def can_return_to(self, case: Case, acted: DeskTask) -> bool:
        """What was handed over or found on the spot has happened; a warning not yet delivered can be taken back."""
        return bool(acted.flow_task.name == WARN)

    def case_buttons(self, page: Page) -> list[Button]:
        finding: Finding = page.entity
        found = []
        before = (FindingState.AWAITING_FEEDBACK, FindingState.AWAITING_WARNING, FindingState.AWAITING_VERDICT)
        if finding.state in before and page.actor.appointment_for(finding.finder_id, finding.finder_role):
            found.append(Button("findings.void", "作废", "final", needs_reason=True, reason_label="为什么作废"))
        # The flow above this one, by key: this room does not know it.
        leads_out = (FindingState.SERIOUS, FindingState.HANDED_OVER)
        if finding.about == About.WORKER and finding.state in leads_out and page.actor.appointments:
            local = {each.organisation_id for each in page.actor.appointments}
            if local & {finding.village_id, finding.township_id}:
                found.append(Button("terminations.open_for_finding", "办理离岗", "plain"))
        return found
