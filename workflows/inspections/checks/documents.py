"""《扶贫专岗督查记录》 on paper and on the screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from forms_templates.sheet import sheet_html
from forms_templates.values import chinese_date
from workflows.core.actions import Move
from workflows.core.actors import Actor
from workflows.core.case_forms import case_form
from workflows.core.cells import date_cell, pad, panel_field, picture, text_area_cell, text_cell, written
from workflows.core.filing import OpinionPlaces, file_opinions
from workflows.core.models import Case, DeskTask, Opinion
from workflows.core.opinions import valid_opinions
from workflows.core.paperwork import Button, Page, Paperwork

from ..findings.opening import finder_of
from ..models import Inspection, InspectionItem, InspectionKind, InspectionState
from .drawing import draw

FORM = ("inspection_record", 2)
CHECK = "check"
PLACES = {CHECK: OpinionPlaces("", "signed_on", "first_signature", "")}
VERDICTS = ("正常", "问题", "疑点")


def items_of(inspection: Inspection) -> list[InspectionItem]:
    """What is checked, in order (one query)."""
    return list(
        inspection.items.select_related(
            "inspection",
            "tenure__worker",
            "tenure__village",
            "finding__worker",
            "finding__official",
            "finding__village",
            "raised__case",
        )
    )


def scope_of(inspection: Inspection, items: Sequence[InspectionItem]) -> str:
    """The scope as the record says it; a draw says how it was drawn, so that it can be drawn again."""
    if inspection.kind != InspectionKind.RANDOM:
        return inspection.scope
    people = len(inspection.population)
    return f"{inspection.scope}；在岗{people}人中随机抽{len(items)}人，种子“{inspection.seed}”"[:300]


def values_of(inspection: Inspection, case: Case, opinion: Opinion | None, inspectors: str) -> dict[str, object]:
    """Every tag of the record; what is not written yet is an explicit blank."""
    items = items_of(inspection)
    return {
        "county": inspection.county.name,
        "township": inspection.township.name,
        "number": case.number,
        "campaign": inspection.title,
        "inspected_on": chinese_date(inspection.inspected_on),
        "place": inspection.place,
        "inspectors": inspectors,
        "scope": scope_of(inspection, items),
        "conclusion": inspection.conclusion,
        "signed_on": chinese_date(inspection.inspected_on if opinion is not None else None),
        "items": [
            {
                "subject": item.subject[:40],
                "checked": item.checked,
                "found": item.found,
                "verdict": item.verdict,
                "corrected": item.corrected,
            }
            for item in items
        ],
    }


def file_record(move: Move, opinion: Opinion) -> None:
    """The record with everything that was seen, signed."""
    file_opinions(
        move,
        form=case_form(FORM, move.case),
        values=values_of(move.entity, move.case, opinion, move.user.name),
        places=PLACES,
        opinions={opinion.step: opinion},
        label="督查记录",
        sign=opinion,
    )


def drawn_again(inspection: Inspection, items: Sequence[InspectionItem]) -> bool:
    """Whether the seed and the list give the same people once more."""
    own = [item.tenure_id for item in items]
    return draw(inspection.seed, inspection.population, len(items)) == own


def _may_point_out(actor: Actor, item: InspectionItem) -> bool:
    return item.village is not None and finder_of(actor, item.village) is not None


def pointed_out(page: Page, items: Sequence[InspectionItem]) -> list[SafeString]:
    """What was wrong, each with the way to point it out, or with the record that came of it."""
    rows = [
        (
            item.subject,
            f"{reverse('case', args=[item.raised.case_id])}"
            if item.raised
            else f"{reverse('finding_new')}?item={item.pk}",
            f"已指出，编号{item.raised.case.number}" if item.raised else "指出问题",
        )
        for item in items
        if item.is_wrong and (item.raised is not None or _may_point_out(page.actor, item))
    ]
    listed = format_html_join("", '<li>{} <a href="{}">{}</a></li>', rows)
    head = '<section class="panel"><h2>检查出的问题</h2><ul class="notices">{}</ul></section>'
    return [format_html(head, listed)] if rows else []


class InspectionPaperwork(Paperwork):
    """检查 as the desk shows it."""

    flow_label = "inspections"
    title = "检查"
    form = FORM

    def describe(self, case: Case, entity: Inspection) -> None:
        case.title = entity.title[:60]
        case.headline = f"{entity.township.name}，{InspectionKind(entity.kind).label}"

    def shown(self, case: Case, entity: Inspection) -> dict[str, Any]:
        return {"state": entity.state}

    def state_tag(self, entity: Inspection) -> dict[str, str]:
        state = InspectionState(entity.state)
        kinds = {InspectionState.RECORDED: "done", InspectionState.VOIDED: "ended"}
        return {"kind": kinds.get(state, ""), "label": state.label}

    def heading(self, page: Page) -> str:
        return str(page.entity.title)

    def sheet(self, page: Page) -> SafeString:
        inspection: Inspection = page.entity
        opinion = valid_opinions(page.on_case).get(CHECK)
        inspectors = opinion.written_by.name if opinion is not None else page.actor.name if page.task else ""
        values = values_of(inspection, page.on_case, opinion, inspectors)
        slots: dict[str, Any] = written(values)
        pictures: dict[str, Any] = {}
        if page.step == CHECK:
            typed: Mapping[str, Any] = page.typed or {}
            slots["inspected_on"] = date_cell(
                page, "inspected_on", "督查日期", typed.get("inspected_on", page.on.isoformat())
            )
            slots["place"] = text_cell(page, "place", "督查地点", typed.get("place", ""), maximum=60, required=True)
            slots["conclusion"] = text_area_cell(
                page, "conclusion", "督查结论", typed.get("conclusion", ""), maximum=400, required=True
            )
            pictures["first_signature"] = pad(page, "督查人员签字")
        elif opinion is not None and opinion.signature is not None:
            ink = bytes(opinion.signature.picture)
            pictures["first_signature"] = picture("signature", ink, f"{opinion.written_by.name}手写签字")
        return sheet_html(case_form(FORM, page.on_case), slots, pictures)

    def side_panels(self, page: Page) -> list[Any]:
        inspection: Inspection = page.entity
        items = items_of(inspection)
        panels: list[Any] = []
        if inspection.kind == InspectionKind.RANDOM:
            same = "与记录一致" if drawn_again(inspection, items) else "与记录不一致，请核对"
            panels.append(
                format_html(
                    '<section class="panel"><h2>抽签核对</h2><p class="small">种子“{}”，名单{}人，抽{}人；'
                    "重抽一次：{}。</p></section>",
                    inspection.seed,
                    len(inspection.population),
                    len(items),
                    same,
                )
            )
        if inspection.state == InspectionState.RECORDED:
            panels += pointed_out(page, items)
        if page.step == CHECK:
            typed = page.typed or {}
            panels += [self._item(page, typed, item) for item in items]
        return panels

    def _item(self, page: Page, typed: Mapping[str, Any], item: InspectionItem) -> dict[str, Any]:
        choices = [("", "请选择"), *((each, each) for each in VERDICTS)]
        return {
            "id": f"item-{item.position}",
            "title": f"{item.position}、{item.subject}",
            "hint": item.checked,
            "fields": [
                panel_field(page, typed, f"found_{item.position}", "发现情况", "textarea", required=True),
                panel_field(page, typed, f"verdict_{item.position}", "结论", "select", choices=choices, required=True),
                panel_field(page, typed, f"corrected_{item.position}", "即改情况", "text"),
            ],
        }

    def consequence(self, page: Page) -> tuple[str, str]:
        if page.step == CHECK:
            return "逐项写明看到什么和结论，签字", "记录以后不能再改；发现的问题另行指出。"
        return "", ""

    def unmasked(self, entity: Inspection) -> dict[str, str]:
        return {}

    def can_return_to(self, case: Case, acted: DeskTask) -> bool:
        return False

    def case_buttons(self, page: Page) -> list[Button]:
        inspection: Inspection = page.entity
        own = page.actor.appointment_for(inspection.finder_id, inspection.finder_role)
        if own and inspection.state == InspectionState.CHECKING:
            return [Button("inspections.void", "作废", "final", needs_reason=True, reason_label="为什么作废")]
        return []
