"""加签: another office is asked before the one who has the paper decides; its answer is on the case. 减签 withdraws it.

The asker's own task stays open and waits: it decides when the answer is there, or when the question was withdrawn.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms

from registry.models import Organisation
from signatures.signing import revoke_signature

from .actions import Move, TaskAction
from .consulting_paper import file_answer
from .desk_forms import ReasonForm, SignatureForm
from .models import Case, Consultation, DeskTask
from .notices import tell_office
from .procedure import Desk, Lying, Place, at_village
from .refusals import Refusal
from .returning import was_ever


@dataclass(frozen=True)
class Office:
    """An office that may be asked; `name` is stable and in English."""

    name: str
    title: str
    place: Place
    role: str


class Consult(Desk):
    """Where the offices asked answer: beside the way, without a state of its own."""

    beside_the_way: ClassVar[bool] = True

    def __init__(self, title: str, *, offices: Sequence[Office], name_lines: str, todo: str) -> None:
        super().__init__(
            title,
            place=at_village,
            role=offices[0].role,
            while_in=(),
            name_lines=name_lines,
            todo=todo,
            by_exception=True,
        )
        self.offices = tuple(offices)

    def lying(self, case: Case) -> list[Lying]:
        """One open task per office that has not answered, while the asker still has the paper."""
        state = case.entity.state
        return [
            Lying(asked.office_id, asked.office_role, seat_of(asked))
            for asked in open_consultations(case)
            if state in asked.asked_at_task.flow_task.while_in
        ]


def seat_of(asked: Consultation) -> str:
    return f"asked-{asked.pk}"


def open_consultations(case: Case) -> list[Consultation]:
    return [asked for asked in consultations(case) if asked.is_open]


def consultations(case: Case) -> list[Consultation]:
    """Every office asked, in the order of asking (one query; none when a page has asked before)."""
    if not was_ever(case, lambda action: isinstance(action, Ask)):
        return []
    notes = case.notes()
    if "consultations" not in notes:
        notes["consultations"] = list(
            Consultation.objects.filter(case=case)
            .select_related("asked_at_task", "office", "asked_by", "asked_as__organisation", "answered_by", "signature")
            .order_by("pk")
        )
    return list(notes["consultations"])


def consultation_at(task: DeskTask) -> Consultation | None:
    """The question that this task waits to have answered."""
    return next((asked for asked in consultations(task.process) if seat_of(asked) == task.seat), None)


def close_left_behind(move: Move) -> None:
    """The paper has left the step that asked: nobody need answer any more."""
    if not move.case.flow_class.beside() or move.entity.state == move.from_state:
        return
    for asked in open_consultations(move.case):
        if move.entity.state not in asked.asked_at_task.flow_task.while_in:
            asked.withdrawn_at, asked.withdrawn_why = move.at, "办件已离开征求意见的环节"
            asked.save()
            move.case.forget("consultations")


class AskForm(ReasonForm):
    """Whom to ask; the reason is the question."""

    office = forms.CharField(max_length=40, error_messages={"required": "请选择征求哪个单位、岗位的意见。"})


class AnswerForm(SignatureForm):
    """What the office asked answers, signed."""

    opinion = forms.CharField(
        label="答复",
        min_length=2,
        max_length=1000,
        error_messages={
            "required": "请写明答复。",
            "min_length": "请把答复写完整。",
            "max_length": "答复太长，请控制在1000个字以内。",
        },
    )


def offices_to_ask(case: Case, node: Consult) -> list[Office]:
    """The offices that are not being asked already (no query)."""
    asked = {each.office_role for each in open_consultations(case)}
    return [office for office in node.offices if str(office.role) not in asked]


class Ask(TaskAction):
    """征求意见: a flow gives `code`, `nodes` (who may ask) and `guards`."""

    label = "征求意见"
    told = "征求意见（加签）"
    while_asked = True
    weight = "quiet"
    needs_reason = True
    reason_label = "请对方核实、答复什么"
    form = AskForm

    def offered(self, page: Any) -> bool:
        return bool(offices_to_ask(page.on_case, page.on_case.flow_class.beside()[0]))

    def fields(self, page: Any) -> list[dict[str, Any]]:
        offices = offices_to_ask(page.on_case, page.on_case.flow_class.beside()[0])
        choices = [(office.name, office.title) for office in offices]
        return [
            {
                "name": "office",
                "label": "征求谁的意见",
                "choices": choices,
                "value": (page.typed or {}).get("office", ""),
            }
        ]

    def guards(self, move: Move) -> Iterable[Refusal]:
        return ()

    def refusals(self, move: Move) -> Iterable[Refusal]:
        found = list(self.guards(move))
        node: Consult = move.case.flow_class.beside()[0]
        offices = offices_to_ask(move.case, node)
        office = next((office for office in offices if office.name == move.data["office"]), None)
        pk = office.place(move.case) if office is not None else None
        if office is None or pk is None:
            found.append(
                Refusal("no_such_office", "请从列出的单位里选：没有这个单位，或者已经在征求它的意见。", anchor="office")
            )
        elif (pk, str(office.role)) == (move.task.office_id, move.task.office_role):
            found.append(Refusal("own_office", "不用征求：这是您自己的岗位，直接签署意见即可。", anchor="office"))
        move.data["chosen"] = (office, pk)
        return found

    def apply(self, move: Move) -> None:
        office, pk = move.data["chosen"]
        move.reason = str(move.data["reason"])
        asked = Consultation.objects.create(
            case=move.case,
            asked_at_task=move.task,
            office_id=pk,
            office_role=str(office.role),
            question=move.reason,
            asked_by=move.user,
            asked_as=move.acting,
            at=move.at,
        )
        move.case.forget("consultations")
        move.details["asked"] = [Organisation.objects.get(pk=pk).code, str(office.role)]
        move.case.flow_class.relay(move.case, move.task)
        tell_office(move, pk, str(office.role), f"征求您的意见：{asked.question}")


class Answer(TaskAction):
    """The office asked answers in writing, signs, and its answer is a paper of the case; it decides nothing else."""

    label = "答复"
    told = "答复征求的意见"
    while_asked = True
    weight = "primary"
    form: ClassVar[Any] = AnswerForm
    finishes = True

    def guards(self, move: Move) -> Iterable[Refusal]:
        return ()

    def refusals(self, move: Move) -> Iterable[Refusal]:
        found = list(self.guards(move))
        asked = consultation_at(move.task)
        if asked is not None and asked.asked_by_id == move.user.pk:
            found.append(Refusal("own_question", "请由别人答复：这是您自己征求的意见。"))
        return found

    def apply(self, move: Move) -> None:
        asked = consultation_at(move.task)
        if asked is None:
            raise LookupError(f"{move.task} waits for no answer")
        asked.answer = str(move.data["opinion"]).strip()
        if move.actor.stands_in(move.acting):
            asked.answer = f"{asked.answer}（{move.user.name} 代 {move.acting.user.name} 答复）"
        asked.answered_by, asked.answered_as, asked.answered_at = move.user, move.acting, move.at
        file_answer(move, asked)
        asked.save()
        move.case.forget("consultations")
        move.fields["opinion"] = asked.answer
        tell_office(move, asked.asked_at_task.office_id or 0, asked.asked_at_task.office_role, "征求的意见已答复")


class Withdraw(TaskAction):
    """减签: whoever asked needs no answer any more."""

    label = "减签"
    told = "撤销征求意见（减签）"
    while_asked = True
    weight = "quiet"
    needs_reason = True
    form = ReasonForm

    def offered(self, page: Any) -> bool:
        return bool(open_consultations(page.on_case))

    def refusals(self, move: Move) -> Iterable[Refusal]:
        if not open_consultations(move.case):
            return [Refusal("nobody_asked", "没有在等的答复，不用减签。")]
        return ()

    def apply(self, move: Move) -> None:
        move.reason = str(move.data["reason"])
        for asked in open_consultations(move.case):
            asked.withdrawn_at, asked.withdrawn_why = move.at, move.reason
            asked.save()
            move.case.forget("consultations")
            tell_office(move, asked.office_id, asked.office_role, f"不用再答复：{move.reason}")
        move.case.flow_class.relay(move.case, move.task)


def case_asks(move: Move) -> bool:
    """Whether offices can be asked in this flow at all (no query)."""
    return bool(move.case.flow_class.beside())


def waits_for_answers(move: Move) -> list[Refusal]:
    """Guard of who decides: first the answers, or 减签."""
    return [
        Refusal(
            "answer_awaited",
            f"请等{asked.office.name}答复以后再办；不再需要的，先减签并写明原因。",
        )
        for asked in open_consultations(move.case)
        if asked.asked_at_task_id == move.task.pk
    ]


def void_answer(move: Move, acted: DeskTask) -> None:
    """撤回 of an answer: the question is open again; what was answered stays on the trail."""
    if not acted.flow_task.beside_the_way:
        return
    asked = consultation_at(acted)
    if asked is None:
        return
    if asked.signature is not None:
        revoke_signature(asked.signature, at=move.at, why="撤回", by=move.user)
    asked.answer, asked.answered_by, asked.answered_as, asked.answered_at, asked.signature = "", None, None, None, None
    asked.save()
    move.case.forget("consultations")
