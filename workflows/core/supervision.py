"""Administration by exception: a stuck case is moved by a named supervisor, with the reason on the paper trail.

There is no other way round the procedure, and every flow has this one: its entity declares `move_by_exception`
(round_about.py), its paperwork what else forbids it (`can_lie_in`) and how the paper is filed anew (`refile`).

A case goes to a step it has been through: to an earlier one, from which it walks on as after a return; or forward to
one that sent it away, while nothing on it has changed since. So no signature is ever skipped by it. Signatures and
rounds are treated as in a return; a return that waited for its answer is answered by nobody any more.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from registry.roles import Role

from .actions import CaseAction, Move, register
from .desk_forms import ReasonForm
from .models import Case, CaseReturn
from .notices import tell
from .paperwork import Button, Page
from .procedure import Desk, Procedure
from .refusals import Refusal
from .returning import acts_of, been_at
from .versions import facts_of

MAY_MOVE = (Role.BUREAU_SUPERVISOR,)


class ExceptionForm(ReasonForm):
    to = forms.CharField(max_length=40, error_messages={"required": "请选择移到哪一步。"})

    def clean_reason(self) -> str:
        reason: str = self.cleaned_data["reason"]
        if len(reason.strip()) < 5:
            raise forms.ValidationError("请写清楚为什么不能按流程办，至少5个字：这会留在办理记录和文书里。")
        return reason


def targets(case: Case) -> list[tuple[str, str]]:
    """The states a supervisor may move the case to, with their names: of steps it has been through already."""
    entity, flow = case.entity, case.flow_class
    if case.finished is not None or not hasattr(entity, "move_by_exception"):
        return []
    desks, lying = flow.desks(), flow.implied(entity.state)
    if not lying:
        return []
    here, been = desks.index(lying[0]), been_at(case)
    allowed, names = _declared(entity), dict(entity._meta.get_field("state").choices)
    return [
        (desk.returned_state, f"{names[desk.returned_state]}（{desk.task_title}）")
        for place, desk in enumerate(desks)
        if place != here
        and desk.name in been
        and desk.returned_state in allowed
        and (place < here or stands_as_it_was(case, desk))
        and flow.paperwork.can_lie_in(case, desk.returned_state)
    ]


def steps_for_exceptions(flow: type[Procedure]) -> list[str]:
    """The titles of the steps to which a case of this flow may be moved at all, for its page."""
    field = flow.entity_model._meta.get_field("state")
    moves = [each for each in field.get_all_transitions(flow.entity_model) if each.name == "move_by_exception"]
    states = {str(state) for each in moves for state in each.target.allowed_states}
    return [str(desk.task_title) for desk in flow.desks() if desk.returned_state in states]


def _declared(entity: Any) -> set[str]:
    """Where the entity's transition leads from its state."""
    found: set[str] = set()
    for each in entity._meta.get_field("state").get_all_transitions(type(entity)):
        if each.name == "move_by_exception" and str(each.source) == entity.state:
            found |= {str(state) for state in each.target.allowed_states}
    return found


def stands_as_it_was(case: Case, desk: Desk) -> bool:
    """Whether the paper may go forward to a step again: it reads as when it was acted on there, and every signature and
    seal that stood then stands. Nobody is skipped by it."""
    desks, acts = case.flow_class.desks(), acts_of(case)
    there = acts.get(desk.name)
    if not there:
        return False
    last = max(there, key=lambda task: task.act_number)
    if last.version is None or last.version.facts != facts_of(case):
        return False
    before = [task for each in desks[: desks.index(desk)] for task in acts.get(each.name, [])]
    if not before or any(task.act_number > last.act_number for task in before):
        return False
    steps = been_at(case)
    if any(each.name in steps and each.name not in acts for each in desks[: desks.index(desk)]):
        return False
    return not any(task.opinion_lost for task in before)


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
        CaseReturn.objects.filter(case=case, settled_by__isnull=True, undone_at__isnull=True).update(undone_at=move.at)
        move.entity.move_by_exception(move.data["to"])
        move.entity.save()
        move.round_about = True
        refile = case.flow_class.paperwork.refile
        if refile is not None:
            refile(move, f"例外处理（监督员：{move.actor.name}）")

    def after(self, move: Move) -> None:
        case = move.case
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
