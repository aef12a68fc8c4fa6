"""《扶贫专岗设置核定表》 on paper and on the screen."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django.utils import timezone
from django.utils.safestring import SafeString

from forms_templates.sheet import sheet_html
from registry.roles import Role
from workflows.core.actions import Move
from workflows.core.case_forms import case_form, form_on_page
from workflows.core.cells import (
    UNDECIDED_DATE,
    OpinionCell,
    opinion_cell,
    select_cell,
    text_area_cell,
    text_cell,
    written,
)
from workflows.core.filing import OpinionPlaces, file_opinions
from workflows.core.guards import chinese, verdicts
from workflows.core.models import Case, DeskTask, Opinion
from workflows.core.opinions import valid_opinions
from workflows.core.paperwork import Button, Page, Paperwork

from ..models import BEFORE_SETTLED, Post, PostState
from . import rules

FORM = ("post_approval", 2)
STEP = "settle_post"
OPINION = OpinionCell(
    places=OpinionPlaces("township_opinion", "township_signed_on", "township_signature", ""),
    label="乡镇核定意见",
    signer="乡镇审核人签字",
    waits="村里报送后，由乡镇审核人填写。",
    phrases=("岗位设置合理，同意设置。", "同意设置，请按核定人数安置。"),
)
UNFINISHED = frozenset({"no_type", "not_described", "not_near", "no_places"})
CLOSED_STATES = {PostState.REJECTED: "ended", PostState.VOIDED: "ended", PostState.ABOLISHED: "ended"}
TEXTS = ("duties", "standard", "hours", "near")
SHOWN = ("type_name", "places", *TEXTS)
FACT_LABELS = MappingProxyType(
    {
        "type_name": "岗位",
        "places": "人数",
        "duties": "职责",
        "standard": "标准",
        "hours": "时间",
        "near": "就近情况",
    }
)


def standing_opinion(post: Post) -> Opinion | None:
    """The township's opinion, unless the sheet has gone back to the village."""
    if post.case is None or post.state in BEFORE_SETTLED:
        return None
    return valid_opinions(post.case).get(STEP)


def values_of(post: Post, case: Case, opinion: Opinion | None) -> dict[str, object]:
    """Every tag of the sheet; what is not decided yet is an explicit blank."""
    values: dict[str, object] = {name: getattr(post, name) for name in TEXTS}
    submitted = case.submitted_at
    return values | {
        "county": post.county.name,
        "township": case.township.name if case.township else "",
        "number": case.number,
        "village": post.village.name,
        "post_type": post.type_name,
        "places": f"{post.places}人",
        "submitted_by": post.submitted_by,
        "submitted_on": chinese(timezone.localtime(submitted).date()) if submitted else UNDECIDED_DATE,
        "township_opinion": opinion.text if opinion else "",
        "township_signed_on": chinese(timezone.localtime(opinion.at).date()) if opinion else UNDECIDED_DATE,
    }


def file_version(move: Move, label: str, *, sign: Opinion | None = None) -> None:
    """File the next version of the sheet."""
    post: Post = move.entity
    standing = sign or standing_opinion(post)
    file_opinions(
        move,
        form=case_form(FORM, move.case),
        values=values_of(post, move.case, standing),
        places={STEP: OPINION.places},
        opinions={STEP: standing} if standing else {},
        label=label,
        sign=sign,
    )


def facts_for(page: Page) -> rules.PostFacts:
    """What the rules ask of this page."""
    typed = answers_of(page)
    places = str(typed.get("places") or "")
    county = page.village.county if page.entity is None else page.entity.county
    return rules.PostFacts(
        on=page.on,
        policy=page.policy(county),
        places=int(places) if places.isascii() and places.isdigit() and len(places) < 6 else 0,
        type_name=str(typed.get("type_name") or ""),
        duties=str(typed.get("duties") or ""),
        standard=str(typed.get("standard") or ""),
        hours=str(typed.get("hours") or ""),
        near=str(typed.get("near") or ""),
    )


def answers_of(page: Page) -> Mapping[str, Any]:
    """What stands in the cells: what was just typed, else what is saved."""
    if page.typed is not None and is_filling(page):
        return page.typed
    post: Post | None = page.entity
    if post is None:
        return {}
    return {name: getattr(post, name) for name in ("type_name", "places", *TEXTS)}


def is_filling(page: Page) -> bool:
    return page.entity is None or page.step == "describe_post"


HELP: dict[str, tuple[str, ...]] = {
    "": (
        "这是《扶贫专岗设置核定表》，村里要增加一个岗位时填。有底色的格子由您填。",
        "写清楚做什么、做到什么样、几点到几点、要几个人，离劳动者家近不近。",
        "一次填不完，点“保存草稿”；平时每20秒也自动保存。",
        "填好点“报送”，转乡镇审核人核定；对方办理以前您可以撤回来改。",
    ),
    STEP: (
        "这一步请您代表乡镇核定岗位：职责、标准、时间、人数是不是合适。",
        "在“核定意见”里写意见，在签字框里手写签字；也可以在白纸上签好，拍照上传。",
        "点同意以后岗位即为空缺，村里可以安置人，不能撤回。",
        "要补的，退回村里写明补什么；不同意的，写明理由，这一件就办结。",
    ),
}


class PostPaperwork(Paperwork):
    """岗位设置 as the desk shows it."""

    flow_label = "posts"
    title = "岗位设置"
    checks_hint = "保存草稿或报送时核对，不必等全表填完。"
    form = FORM
    refile = staticmethod(file_version)

    def describe(self, case: Case, entity: Post) -> None:
        case.title = f"{entity.village.name}{entity.type_name or '岗位'}"[:60]
        case.headline = f"{entity.places}人"

    def shown(self, case: Case, entity: Post) -> dict[str, Any]:
        return {"state": entity.state, **{name: getattr(entity, name) for name in SHOWN}}

    fact_labels: Mapping[str, str] = FACT_LABELS

    def facts(self, case: Case, entity: Post) -> dict[str, Any]:
        return {name: str(getattr(entity, name)) for name in SHOWN}

    def state_tag(self, entity: Post) -> dict[str, str]:
        state = PostState(entity.state)
        if state in (PostState.VACANT, PostState.OCCUPIED):
            return {"kind": "done", "label": f"已核定，{state.label}"}
        kind = "back" if state == PostState.RETURNED else CLOSED_STATES.get(state, "")
        return {"kind": kind, "label": state.label}

    def heading(self, page: Page) -> str:
        return f"{page.case.title}岗位设置" if page.case is not None and page.entity.type_name else "新岗位"

    def sheet(self, page: Page) -> SafeString:
        filling = is_filling(page)
        village = page.village if page.entity is None else page.entity.village
        township = village.parent if page.case is None else page.case.township
        post = page.entity or Post(county=village.county, village=village)
        case = page.case or Case(county=village.county, township=township)
        opinion = standing_opinion(post) if page.entity is not None else None
        values = values_of(post, case, opinion)
        slots: dict[str, Any] = written(values)
        slots["number"] = case.number or "报送后自动编号"
        if filling:
            slots |= self._open_cells(page, village)
        pictures: dict[str, Any] = {}
        open_here = page.step == STEP
        opinion_cell(page, OPINION, opinion, slots, pictures, open_here=open_here, seal_here=False)
        return sheet_html(form_on_page(FORM, page), slots, pictures)

    def _open_cells(self, page: Page, village: Any) -> dict[str, Any]:
        fields, typed = form_on_page(FORM, page).fields, answers_of(page)
        types = [(name, name) for name in page.policy(village.county).post_types]
        cells: dict[str, Any] = {
            "post_type": select_cell(page, "type_name", "岗位", types, typed.get("type_name")),
            "places": text_cell(page, "places", "人数", typed.get("places"), maximum=3, required=True, numeric=True),
            "submitted_by": page.actor.name,
            "submitted_on": chinese(page.on),
        }
        for name in TEXTS:
            spec = fields[name]
            cells[name] = text_area_cell(
                page, name, spec.label, typed.get(name), maximum=spec.max_length or 200, required=True
            )
        return cells

    def checks(self, page: Page) -> list[dict[str, Any]]:
        if page.entity is not None and page.task is None and not page.entity.is_live:
            return []
        filling = is_filling(page)
        if filling and not any(answers_of(page).get(name) for name in ("type_name", *TEXTS)):
            return []
        guards = rules.SUBMISSION if filling else rules.APPROVAL
        return list(verdicts(guards, facts_for(page), unfinished=UNFINISHED if filling else frozenset()))

    def consequence(self, page: Page) -> tuple[str, str]:
        if page.step == STEP:
            return "请先在表上手写签字", "核定后岗位即为空缺，村里可以安置；不能撤回。"
        return "填好岗位的职责、标准和时间", "报送后转乡镇审核人核定，并自动编号；对方办理以前您可以撤回。"

    def help(self, page: Page) -> tuple[str, ...]:
        return HELP.get(page.step, HELP[""])

    def unmasked(self, entity: Post) -> dict[str, str]:
        return {}

    def take_back(self, move: Move, acted: DeskTask) -> None:
        move.entity.take_back(acted.from_state)
        move.entity.save()

    def case_buttons(self, page: Page) -> list[Button]:
        post: Post = page.entity
        found = []
        opener = any(
            page.actor.appointment_for(post.village_id, role) for role in (Role.VILLAGE_CLERK, Role.VILLAGE_HEAD)
        )
        if opener and post.state in BEFORE_SETTLED:
            found.append(Button("posts.void", "作废", "final", needs_reason=True, reason_label="为什么作废"))
        township_id = page.case.township_id if page.case is not None else None
        if post.state == PostState.VACANT and page.actor.appointment_for(township_id or 0, Role.TOWNSHIP_REVIEWER):
            found.append(Button("posts.abolish", "撤销岗位", "final", needs_reason=True, reason_label="为什么撤销"))
        return found
