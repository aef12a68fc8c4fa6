"""Administration by exception: a stuck case is moved by a named supervisor, with the reason on the paper trail.

There is no other way round the procedure. The entity's `move_by_exception` says from where to where; the flow's
paperwork says whether what must stand there does (`can_lie_in`), so that no signature is ever skipped by it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from registry.roles import Role

from .actions import CaseAction, Move, register
from .desk_forms import ReasonForm
from .models import Case, DeskTask
from .notices import tell
from .paperwork import Button, Page
from .refusals import Refusal

MAY_MOVE = (Role.BUREAU_SUPERVISOR,)


class ExceptionForm(ReasonForm):
    to = forms.CharField(max_length=40, error_messages={"required": "请选择移到哪一步。"})

    def clean_reason(self) -> str:
        reason: str = self.cleaned_data["reason"]
        if len(reason.strip()) < 5:
            raise forms.ValidationError("请写清楚为什么不能按流程办，至少5个字：这会留在办理记录和文书里。")
        return reason


def targets(case: Case) -> list[tuple[str, str]]:
    """The states a supervisor may move the case to, with their names."""
    entity = case.entity
    transition = getattr(entity, "move_by_exception", None)
    if transition is None or case.finished is not None:
        return []
    field = entity._meta.get_field("state")
    states: list[str] = []
    for each in field.get_all_transitions(type(entity)):
        if each.name == "move_by_exception" and str(each.source) == entity.state:
            states += [str(state) for state in getattr(each.target, "allowed_states", None) or [each.target]]
    names = dict(field.choices)
    flow = case.flow_class
    return [
        (state, f"{names[state]}（{flow.implied(state)[0].task_title}）")
        for state in states
        if state != entity.state and flow.implied(state) and flow.paperwork.can_lie_in(case, state)
    ]


def source_of(case: Case) -> DeskTask:
    """Where a case comes from that is laid anew by nobody of its way: its beginning."""
    return DeskTask.objects.filter(process=case, office__isnull=True).order_by("pk")[0]


@register
class MoveByException(CaseAction):
    """例外处理: the supervisor lays a stuck case on another step; it is marked so wherever it is told."""

    code = "desk.move_by_exception"
    label = "例外处理"
    told = "例外处理：由监督员移到另一环节"
    roles = MAY_MOVE
    form = ExceptionForm

    def may(self, move: Move) -> bool:
        move.appointment = move.actor.holds(self.roles, move.county.pk)
        return move.appointment is not None

    def refusals(self, move: Move) -> Iterable[Refusal]:
        if move.data["to"] not in dict(targets(move.case)):
            words = "请从列出的环节里选：这一件不能移到那一步，那一步以前应有的意见、签字、印章不齐，或者已经办结。"
            return [Refusal("no_such_move", words, anchor="to")]
        if move.case.opened_by_id == move.user.pk:
            return [Refusal("own_submission", "请由别人处理：这一件是您提交的。")]
        return ()

    def apply(self, move: Move) -> None:
        case = move.case
        move.reason = str(move.data["reason"]).strip()
        move.details["by_exception"] = True
        move.entity.move_by_exception(move.data["to"])
        move.entity.save()
        case.flow_class.relay(case, source_of(case))
        case.flow_class.paperwork.moved_by_exception(move)
        for desk in case.flow_class.implied(move.entity.state):
            tell(move, desk, f"例外处理，移到您这里：{move.reason}")


def exception_buttons(page: Page) -> list[Button]:
    """For the supervisor alone, while the case may be moved at all."""
    case = page.on_case
    if page.actor.holds(MAY_MOVE, case.county_id) is None:
        return []
    found = targets(case)
    if not found:
        return []
    typed: Any = page.typed or {}
    fields = [{"name": "to", "label": "移到", "choices": found, "value": typed.get("to", "")}]
    reason = "为什么不能按流程办（留在办理记录和文书里）"
    return [
        Button(
            MoveByException.code, MoveByException.label, "final", needs_reason=True, reason_label=reason, fields=fields
        )
    ]
