"""Beside the sheet: what was changed since it was seen last, what a return asks for, what other offices answered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from audit.personal_numbers import mask_numbers
from forms_templates.sheet import Slot

from .cells import pad, picture
from .consulting import consultation_at, consultations
from .models import Case, CaseReturn
from .paperwork import Page
from .returning import acts_of, changed_for_skipped, last_return
from .rounds import Countersign
from .versions import Change, changes, facts_of
from .ways import ReturnMode


def change_rows(page: Page) -> list[Change]:
    """What reads otherwise than what this step saw last; for a step that never acted, than before the last return."""
    if page.case is None:
        return []
    if "_changes" not in page.__dict__:
        page.__dict__["_changes"] = _changes(page, page.case)
    found: list[Change] = page.__dict__["_changes"]
    return found


def _changes(page: Page, case: Case) -> list[Change]:
    sent = last_return(case)
    if sent is None or sent.version is None or case.finished is not None:
        return []
    before = sent.version
    acted = acts_of(case).get(page.step) or []
    if acted and acted[-1].version is not None and page.step != sent.to_step:
        before = acted[-1].version
    was, now = before.facts, facts_of(case)
    # A step's own opinion is nothing that was changed for it.
    return changes(case, was, {**now, page.step: was.get(page.step, "")} if page.step in now else now)


def mark_changes(page: Page, slots: dict[str, Any], places: Mapping[str, str] | None = None) -> None:
    """The old value stands struck out before the new one. `places`: the slots of fields named otherwise."""
    for change in change_rows(page):
        name = (places or {}).get(change.name, change.name)
        fill = slots.get(name)
        if isinstance(fill, Slot):
            if "live" in fill.classes:
                old = format_html('<p class="hint">原为 <del>{}</del></p>', change.before)
                slots[name] = Slot(fill.html + old, classes=fill.classes, after=fill.after)
        elif isinstance(fill, str):
            slots[name] = Slot(format_html('<del>{}</del><span class="changed">{}</span>', change.before, fill))


def history_panels(page: Page) -> list[SafeString]:
    """The panels of returns, changes and consultations, for every flow; nothing for a case without any."""
    if page.case is None or page.case.submitted_at is None:
        return []
    context = {**_round_context(page), **_return_context(page), **_consult_context(page)}
    if not any(context.values()):
        return []
    return [SafeString(render_to_string("desk/_history_panel.html", context))]


def _round_context(page: Page) -> dict[str, Any]:
    """会签, 票签: who has signed and who is missing."""
    case = page.on_case
    rounds = [desk for desk in case.flow_class.implied(page.entity.state) if isinstance(desk, Countersign)]
    if not rounds:
        return {}
    desk, votes = rounds[0], rounds[0].votes(case)
    seats = [{"title": seat.title, "vote": votes.get(seat.name)} for seat in desk.seats_of(case)]
    needed = desk.needed or len(seats)
    says = f"共{len(seats)}人，须{needed}人同意" if needed < len(seats) else f"共{len(seats)}人，都要签"
    return {"round": {"title": desk.task_title, "says": f"{says}，已签{len(votes)}人", "seats": seats}}


def _return_context(page: Page) -> dict[str, Any]:
    case = page.on_case
    sent = last_return(case)
    if sent is None or case.finished is not None:
        return {}
    desks = {desk.name: desk for desk in case.flow_class.desks()}
    labels = _labels(case, sent.changed_for_skipped)
    to, back = desks.get(sent.to_step), desks.get(sent.from_step)
    return {
        "sent": {
            "who": sent.by.name,
            "at": sent.at,
            "reason": mask_numbers(sent.reason),
            "to": to.task_title if to else sent.to_step,
            "back": back.task_title if back else sent.from_step,
            "mode": ReturnMode(sent.mode).label,
            "open": sent.settled_by_id is None,
            "here": sent.settled_by_id is None and page.step == sent.to_step,
            "says": _says(case, sent, labels),
        },
        "changes": change_rows(page),
    }


def _says(case: Case, sent: CaseReturn, labels: str) -> str:
    """In which way the paper comes again, or came."""
    if sent.mode == ReturnMode.WALK_AGAIN:
        return "改好后重新逐级审批。" if sent.settled_by_id is None else "已重新送出，逐级审批。"
    if sent.settled_by_id is None:
        changed = _labels(case, changed_for_skipped(case, sent))
        if changed:
            return f"中间环节看过的{changed}有变动：提交后重新逐级审批，不直送退回人。"
        return "中间各环节看过的内容没有变动的，提交后直送退回人；有变动的，重新逐级审批。"
    if sent.changed_for_skipped:
        return f"中间环节看过的{labels}有变动，没有直送退回人，已重新逐级审批。"
    return "中间各环节看过的内容没有变动，已直送退回人。"


def _labels(case: Case, names: Iterable[str]) -> str:
    paperwork = case.flow_class.paperwork
    return "、".join("内容" if name == "*" else f"“{paperwork.fact_label(name)}”" for name in names)


def _consult_context(page: Page) -> dict[str, Any]:
    case = page.on_case
    if not case.flow_class.beside():
        return {}
    offices = {str(office.role): office.title for node in case.flow_class.beside() for office in node.offices}
    mine = consultation_at(page.task) if page.task is not None and page.task.flow_task.beside_the_way else None
    return {
        "asked": [
            {
                "office": offices.get(each.office_role, each.office.name),
                "who": each.asked_by.name,
                "at": each.at,
                "question": mask_numbers(each.question),
                "answer": mask_numbers(each.answer),
                "answered_by": each.answered_by.name if each.answered_by is not None else "",
                "answered_at": each.answered_at,
                "ink": picture("signature", bytes(each.signature.picture), f"{each.answered_by.name}手写签字")
                if each.signature is not None and each.answered_by is not None
                else "",
                "withdrawn": mask_numbers(each.withdrawn_why) if each.withdrawn_at is not None else "",
                "open": each.is_open,
            }
            for each in consultations(case)
        ],
        "answering": {
            "value": (page.typed or {}).get("opinion", ""),
            "error": page.errors.get("opinion", ""),
            "pad": pad(page, "答复人签字"),
        }
        if mine is not None
        else None,
    }
