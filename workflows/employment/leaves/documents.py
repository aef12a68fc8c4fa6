"""《扶贫专岗人员请假单》 on paper and on the screen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from django.utils import timezone
from django.utils.safestring import SafeString

from forms_templates.sheet import sheet_html
from forms_templates.values import chinese_date
from registry.id_numbers import mask_id, mask_phone
from registry.roles import Role
from signatures.models import Signature
from workflows.core.actions import Move
from workflows.core.case_forms import case_form
from workflows.core.cells import (
    OpinionCell,
    date_cell,
    masked_cell,
    opinion_cell,
    pad,
    picture,
    text_area_cell,
    written,
)
from workflows.core.filing import OpinionPlaces, digest_of, file_opinions, file_version
from workflows.core.guards import chinese, verdicts
from workflows.core.models import Case, DeskTask, Opinion
from workflows.core.opinions import valid_opinions
from workflows.core.paperwork import Button, Page, Paperwork
from workflows.core.worker_ink import WORKER, Ink, ink_on, ink_panel, sign_by_worker

from ..models import BEFORE_APPROVED, Leave, LeaveState
from . import rules
from .facts import days_overdue, days_taken, facts_of, parsed_day

FORM = ("leave_slip", 1)
KIND = "employment.leave"
FILLING, APPROVING, RETURNING = "fill_leave", "approve_leave", "await_return"
FIELDS = ("reason", "first_on", "last_on")
FACT_LABELS = MappingProxyType({"reason": "请假原因", "first_on": "开始日期", "last_on": "结束日期"})
OPINION = OpinionCell(
    places=OpinionPlaces("village_opinion", "village_signed_on", "village_signature", ""),
    label="村委会意见",
    signer="村支部书记（村委会主任）签字",
    waits="本人签字后，由村支部书记（村委会主任）填写。",
    phrases=("情况属实，同意请假。", "同意请假，请安排好替班，假满按时返岗。"),
)
BACK = OpinionPlaces("", "returned_on", "clerk_signature", "")
PLACES = {APPROVING: OPINION.places, RETURNING: BACK}
UNFINISHED = frozenset({"no_reason", "no_dates"})
TAGS = {
    LeaveState.APPROVED: "mine",
    LeaveState.BACK: "done",
    LeaveState.RETURNED: "back",
    **dict.fromkeys((LeaveState.REJECTED, LeaveState.VOIDED, LeaveState.CUT_OFF), "ended"),
}


def worker_ink(leave: Leave) -> dict[str, Signature]:
    """The worker's ink that counts; after a return it is given anew."""
    if leave.is_live:
        return {}
    return {place: ink for place, ink in ink_on(leave).items() if place == WORKER}


def standing(leave: Leave) -> dict[str, Opinion]:
    """What stands on the slip, by step; nothing while the clerk may write."""
    if leave.is_live:
        return {}
    return {step: opinion for step, opinion in valid_opinions(leave.case).items() if step in PLACES}


def days_text(first: date | None, last: date | None) -> str:
    """10天, both ends counted; empty while one of them is open."""
    return f"{(last - first).days + 1}天" if first is not None and last is not None and last >= first else ""


def values_of(leave: Leave, opinions: Mapping[str, Opinion], worker_signed_on: date | None) -> dict[str, object]:
    """Every tag of the slip; what has not happened yet is an explicit blank."""
    tenure = leave.tenure
    worker, back = tenure.worker, leave.back_on
    values: dict[str, object] = {
        "county": leave.county.name,
        "township": tenure.township.name,
        "village": leave.village.name,
        "number": leave.case.number,
        "name": worker.name,
        "post_type": tenure.post.type_name if tenure.post is not None else "",
        "id_number": worker.id_number,
        "phone": worker.phone,
        "reason": leave.reason,
        "first_on": chinese_date(leave.first_on),
        "last_on": chinese_date(leave.last_on),
        "days": days_text(leave.first_on, leave.last_on),
        "worker_signed_on": chinese_date(worker_signed_on),
        "back_on": chinese_date(back),
        "taken": f"{days_taken(leave)}天" if back is not None else "",
        "overdue": f"{days_overdue(leave, back)}天" if back is not None else "",
    }
    approved = opinions.get(APPROVING)
    values["village_opinion"] = approved.text if approved is not None else ""
    for step, place in PLACES.items():
        signed = opinions.get(step)
        values[place.signed_on] = chinese_date(timezone.localtime(signed.at).date() if signed is not None else None)
    return values


def file_signed_by_worker(move: Move, ink: Ink) -> None:
    """The worker signs first: bound to the slip as it then reads."""
    leave: Leave = move.entity
    sheet, values = case_form(FORM, move.case), values_of(leave, {}, move.on)
    signed = sign_by_worker(
        move, ink, name=leave.tenure.worker.name, content_digest=digest_of(sheet, values), form_digest=sheet.digest
    )
    move.details["worker_signed"] = str(signed[WORKER].get_method_display())
    pictures = {WORKER: bytes(signed[WORKER].picture)}
    file_version(move, form=sheet, values=values, pictures=pictures, label=ink.done_by("本人"))


def file_signed(move: Move, label: str, *, sign: Opinion | None = None) -> None:
    """The next version, with the village's signature."""
    leave: Leave = move.entity
    opinions, ink = standing(leave), worker_ink(leave)
    if sign is not None:
        opinions = opinions | {sign.step: sign}
    file_opinions(
        move,
        form=case_form(FORM, move.case),
        values=values_of(leave, opinions, _signed_on(ink)),
        places=PLACES,
        opinions=opinions,
        label=label,
        sign=sign,
        pictures={place: bytes(signature.picture) for place, signature in ink.items()},
    )


def _signed_on(ink: Mapping[str, Signature]) -> date | None:
    return timezone.localtime(ink[WORKER].at).date() if WORKER in ink else None


HELP: dict[str, tuple[str, ...]] = {
    FILLING: (
        "这是《扶贫专岗人员请假单》，要停岗几天的时候填；有底色的格子由您填。",
        "写明为什么请假、从哪天到哪天；偶尔一天的病假、事假，直接记在考勤表上。",
        "请劳动者本人看清，在右边签字；不会写字的按手印，由一名见证人签字。",
        "交村支部书记（村委会主任）批准；对方办理以前您可以撤回来改。",
    ),
    APPROVING: (
        "请核对事由和日期，写意见，手写签字。",
        "批准以后从请假的第一天起停岗，考勤表上这些天自动记“事”。",
        "要补的退回；不批准的写明理由，这一件就办结。",
    ),
    RETURNING: (
        "劳动者返岗的那天，填写返岗日期，您签字，就销了假，恢复在岗。",
        "提前返岗的，没有休的日子不算请假；逾期的日子不算请假，按实记在考勤表上。",
        "还要接着请的，另填一张请假单，从假满的第二天开始，批准后这一张自动办结。",
    ),
}


class LeavePaperwork(Paperwork):
    """请假 as the desk shows it."""

    flow_label = "leaves"
    title = "请假"
    checks_hint = "保存草稿或交批准时核对。"
    form = FORM
    refile = staticmethod(file_signed)

    def describe(self, case: Case, entity: Leave) -> None:
        case.title = entity.tenure.worker.name[:60]
        post = entity.tenure.post.type_name if entity.tenure.post is not None else ""
        days = ""
        if entity.first_on is not None and entity.last_on is not None:
            days = f"，{chinese(entity.first_on)}至{chinese(entity.last_on)}请假"
        case.headline = f"{entity.village.name}，{post}{days}"

    def shown(self, case: Case, entity: Leave) -> dict[str, Any]:
        return {"state": entity.state, **{name: str(getattr(entity, name) or "") for name in (*FIELDS, "back_on")}}

    fact_labels: Mapping[str, str] = FACT_LABELS

    def facts(self, case: Case, entity: Leave) -> dict[str, Any]:
        return {name: str(getattr(entity, name) or "") for name in FIELDS}

    def state_tag(self, entity: Leave) -> dict[str, str]:
        state = LeaveState(entity.state)
        return {"kind": TAGS.get(state, ""), "label": state.label}

    def heading(self, page: Page) -> str:
        return f"{page.on_case.title}请假"

    def sheet(self, page: Page) -> SafeString:
        leave: Leave = page.entity
        leave.case = page.on_case
        opinions, ink = standing(leave), worker_ink(leave)
        values = values_of(leave, opinions, _signed_on(ink))
        slots: dict[str, Any] = written(values)
        slots["number"] = page.on_case.number or "本人签字后自动编号"
        worker = leave.tenure.worker
        masked = {"id_number": mask_id(worker.id_number), "phone": mask_phone(worker.phone) if worker.phone else ""}
        for name, label in (("id_number", "身份证号"), ("phone", "联系电话")):
            slots[name] = masked_cell(page, name, label, page.full.get(name, masked[name]))
        pictures: dict[str, Any] = {
            place: picture("signature", bytes(signature.picture), f"{signature.signer_name}的签字或手印")
            for place, signature in ink.items()
        }
        if page.step == FILLING:
            slots |= self._open_cells(page)
        here = page.step == APPROVING
        opinion_cell(page, OPINION, opinions.get(APPROVING), slots, pictures, open_here=here, seal_here=False)
        back = opinions.get(RETURNING)
        if page.step == RETURNING:
            typed = page.typed or {}
            slots["back_on"] = date_cell(page, "back_on", "返岗日期", typed.get("back_on", page.on.isoformat()))
            slots["returned_on"] = chinese(page.on)
            pictures[BACK.signature] = pad(page, "村经办人签字")
        elif back is not None and back.signature is not None:
            alt = f"{back.written_by.name}手写签字"
            pictures[BACK.signature] = picture("signature", bytes(back.signature.picture), alt)
        return sheet_html(case_form(FORM, page.on_case), slots, pictures)

    def _answers(self, page: Page) -> Mapping[str, Any]:
        if page.typed is not None and page.step == FILLING:
            return page.typed
        return {name: getattr(page.entity, name) for name in FIELDS}

    def _open_cells(self, page: Page) -> dict[str, Any]:
        typed = self._answers(page)
        first, last = parsed_day(typed.get("first_on")), parsed_day(typed.get("last_on"))
        return {
            "reason": text_area_cell(page, "reason", "请假事由", typed.get("reason"), maximum=200, required=True),
            "first_on": date_cell(page, "first_on", "请假开始", typed.get("first_on") or ""),
            "last_on": date_cell(page, "last_on", "请假截止", typed.get("last_on") or ""),
            "days": days_text(first, last),
        }

    def checks(self, page: Page) -> list[dict[str, Any]]:
        leave: Leave = page.entity
        if page.task is None or page.step == RETURNING:
            return []
        facts = facts_of(
            leave,
            on=page.on,
            policy=page.policy(leave.county),
            typed=self._answers(page) if page.step == FILLING else None,
            actor=page.actor,
        )
        guards = rules.APPLYING if page.step == FILLING else rules.APPROVING
        return list(verdicts(guards, facts, unfinished=UNFINISHED if page.step == FILLING else frozenset()))

    def side_panels(self, page: Page) -> list[Any]:
        if page.step != FILLING:
            return []
        hint = "劳动者没有账户：请本人看清事由和日期，在这里签字；签字以后才能交批准。"
        return [ink_panel(page, title="劳动者签字", hint=hint, read=[], signed="")]

    def consequence(self, page: Page) -> tuple[str, str]:
        if page.step == FILLING:
            return "填好事由和日期，请本人签字", "交村支部书记（村委会主任）批准；对方办理以前您可以撤回。"
        if page.step == APPROVING:
            return "请先在表上手写签字", "批准后从请假的第一天起停岗，不能撤回；返岗的那天由经办人销假。"
        return "返岗的那天填写日期，您签字", "销假后恢复在岗，不能撤回；逾期的日子按实记在考勤表上。"

    def help(self, page: Page) -> tuple[str, ...]:
        return HELP.get(page.step, HELP[FILLING])

    def unmasked(self, entity: Leave) -> dict[str, str]:
        return {"id_number": entity.tenure.worker.id_number, "phone": entity.tenure.worker.phone}

    def can_return_to(self, case: Case, acted: DeskTask) -> bool:
        """An approval has stopped the work: who comes back at once, comes back by 销假."""
        return bool(acted.outcome != "leaves.approve")

    def case_buttons(self, page: Page) -> list[Button]:
        leave: Leave = page.entity
        if leave.state in BEFORE_APPROVED and page.actor.appointment_for(leave.village_id, Role.VILLAGE_CLERK):
            return [Button("leaves.void", "作废", "final", needs_reason=True, reason_label="为什么作废")]
        return []
