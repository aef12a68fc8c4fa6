"""What can be done: one class per kind of change, known to the door by its code.

An action says what happens. The door says when (under which lock, after which checks) and writes it down.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar

from django import forms
from django.utils import timezone

from audit.trail import ActorStamp, PaperStamp, SubjectStamp
from registry.models import Appointment, County, Organisation, User

from .actors import Actor
from .models import Case, DeskTask
from .procedure import flows
from .refusals import NotFound, NotYours, Overtaken, Refusal, Refused


@dataclass
class Move:
    """One change while it is being made: what is locked, who acts, and what the trail will say."""

    action: Action
    actor: Actor
    at: datetime
    data: dict[str, Any]
    seen: str
    county: County
    subject: Any = None
    on_case: Case | None = None  # set by the door when the act is on a case …
    at_task: DeskTask | None = None  # … and at a desk
    entity: Any = None
    appointment: Appointment | None = None
    from_state: str = ""
    reason: str = ""
    fields: dict[str, object] = field(default_factory=dict)
    details: dict[str, object] = field(default_factory=dict)
    papers: list[PaperStamp] = field(default_factory=list)
    signatures: list[str] = field(default_factory=list)
    policy: str = ""
    organisations: list[Organisation] = field(default_factory=list)
    result: Any = None
    shown_digest: str = ""  # of the fields the desk's step is shown, as they stood before the act
    round_about: bool = False  # the paper goes on by no declared way: sent back, or straight back
    undoes: bool = False  # 撤回: what stood before stands again, no round is opened anew

    @property
    def case(self) -> Case:
        """The case that is locked; asking for it in an act without one is a mistake of ours."""
        if self.on_case is None:
            raise LookupError(f"{self.action.code} acts on no case")
        return self.on_case

    @property
    def task(self) -> DeskTask:
        """The task at whose desk the act is done."""
        if self.at_task is None:
            raise LookupError(f"{self.action.code} acts at no desk")
        return self.at_task

    @property
    def acting(self) -> Appointment:
        """The appointment by which the person acts."""
        if self.appointment is None:
            raise LookupError(f"{self.action.code} is done by nobody in office")
        return self.appointment

    @property
    def user(self) -> User:
        """The person who acts."""
        if self.actor.user is None:
            raise LookupError(f"{self.action.code} is done by the system")
        return self.actor.user

    @property
    def on(self) -> date:
        """The day of the act in the county's time."""
        return timezone.localtime(self.at).date()


class Action:
    """One kind of change.

    `code` is stable and English ("applications.submit"), `label` the button, `told` the timeline's words.
    Subclasses fill in `find` (lock and load), `may` (right), `refusals` (guards) and `apply` (the change).
    """

    code: ClassVar[str]
    label: ClassVar[str]
    told: ClassVar[str]
    form: ClassVar[type[forms.Form] | None] = None
    system_may: ClassVar[bool] = False
    quiet: ClassVar[bool] = False  # on the trail, but not told in the timeline: it changes nothing for others
    stays: ClassVar[bool] = False  # whoever did it goes on at the same desk
    # Who may do it, for the page that says who may what; () for whoever has the desk, or sees the case.
    roles: ClassVar[tuple[str, ...]] = ()
    # Only the primary key of a subject is trusted: a case's must never be taken for a county's or a paper's.
    acts_on: ClassVar[tuple[type, ...]] = ()

    def parse(self, data: Mapping[str, Any], files: Any, context: Any = None) -> dict[str, Any]:
        """Shape only, before any lock. All slips are told at once; nothing is saved."""
        if self.form is None:
            return dict(data)
        form = self.form(data, files)
        if form.is_valid():
            return dict(form.cleaned_data)
        raise Refused(refusals_of_form(form))

    def brings(self, subject: Any, data: Mapping[str, Any]) -> Iterable[tuple[str, Any, Mapping[str, Any]]]:
        """What must be done first, in the same transaction: code, subject and data of each act."""
        return ()

    def find(self, move_subject: Any, actor: Actor) -> tuple[County, Any]:
        """Lock and load the subject; NotFound when the actor may not even see it."""
        raise NotImplementedError

    def may(self, move: Move) -> bool:
        raise NotImplementedError

    def refusals(self, move: Move) -> Iterable[Refusal]:
        return ()

    def apply(self, move: Move) -> None:
        raise NotImplementedError

    def stamp(self, move: Move) -> SubjectStamp:
        raise NotImplementedError

    def actor_stamp(self, move: Move) -> ActorStamp:
        return move.actor.stamp(move.appointment)


def refusals_of_form(form: forms.BaseForm) -> list[Refusal]:
    """A form's slips as refusals, each anchored at its field."""
    return [
        Refusal(code="shape", message=str(message), anchor="" if name == "__all__" else name)
        for name, messages in form.errors.items()
        for message in messages
    ]


def slips_of(*typed: forms.BaseForm) -> list[Refusal]:
    """The slips of the pen in all of these forms."""
    return [slip for form in typed if not form.is_valid() for slip in refusals_of_form(form)]


def with_slips(slips: Sequence[Refusal], found: Iterable[Refusal]) -> list[Refusal]:
    """Slips of the pen together with what the rules say of the rest: no cell is told of twice."""
    told = {slip.anchor for slip in slips}
    return [*slips, *(each for each in found if not each.anchor or each.anchor not in told)]


class CaseAction(Action):
    """An action on a case as a whole, by whoever may see it and `may`."""

    acts_on: ClassVar[tuple[type, ...]] = (Case,)

    def find(self, move_subject: Any, actor: Actor) -> tuple[County, Any]:
        case = (
            (Case.objects.visible_to(actor, copied=False) if not actor.is_system else Case.objects.all())
            .filter(pk=move_subject.pk)
            .first()
        )
        if case is None:
            raise NotFound("没有找到这一件。")
        # One flow's action never acts on another's case, though states of both may be called alike.
        owner = self.code.partition(".")[0]
        if owner in flows() and owner != case.flow_class.paperwork.flow_label:
            raise NotFound(f"这一件不能{self.label}。")
        # Read anew under the lock, with what every act asks for.
        locked = Case.objects.select_for_update(of=("self",)).select_related("county", "township", "village")
        case = locked.get(pk=case.pk)
        return case.county, case

    def stamp(self, move: Move) -> SubjectStamp:
        entity = move.entity
        return SubjectStamp(
            kind=entity._meta.label_lower if entity is not None else "core.case",
            key=str(entity.pk if entity is not None else move.case.pk),
            number=move.case.number,
        )

    def after(self, move: Move) -> None:
        """What must know the new revision and desks (messages): runs before the event is written."""

    def office_appointment(self, move: Move) -> Appointment | None:
        """By which appointment the actor acts: the desk's own when there is a task."""
        if move.at_task is not None and move.at_task.office_id is not None:
            return move.actor.appointment_at(move.at_task)
        return move.actor.appointments[0] if move.actor.appointments else None


class TaskAction(CaseAction):
    """An action at a desk, by somebody of its office. It may change the state; then the desk is done."""

    acts_on: ClassVar[tuple[type, ...]] = (DeskTask, Case)
    nodes: ClassVar[tuple[str, ...]] = ()  # the steps at which this may be done; () means any
    weight: ClassVar[str] = "plain"  # primary | plain | final | seal | quiet
    needs_reason: ClassVar[bool] = False
    decides: ClassVar[bool] = True
    returns: ClassVar[bool] = False  # sends the paper back to where it is filled in
    finishes: ClassVar[bool] = False  # the task is done though the state stays: one of several required actors
    over_owner: ClassVar[bool] = False  # may be done to a paper that a colleague has taken (转办)
    in_batch: ClassVar[bool] = False  # may be done to many papers in one sitting (批量)
    while_asked: ClassVar[bool] = False  # may be done while another office's answer is awaited (加签)

    reason_label: ClassVar[str] = ""  # what the reason box asks for

    def fields(self, page: Any) -> list[dict[str, Any]]:
        """What is chosen beside the reason: name, label, choices and value of each."""
        return []

    def offered(self, page: Any) -> bool:
        """Whether the button is shown to who stands at this desk; the door asks `may` and `refusals` anyway."""
        return True

    def may(self, move: Move) -> bool:
        if self.nodes and move.task.flow_task.name not in self.nodes:
            return False
        if move.actor.is_system:
            return self.system_may
        return self.office_appointment(move) is not None


class SealingAction(TaskAction):
    """The keeper's act at a desk: all it says is whether the real seal stands on the page that came back."""

    weight = "seal"

    def parse(self, data: Mapping[str, Any], files: Any, context: Any = None) -> dict[str, Any]:
        return {"on_paper": data.get("on_paper") == "on"}


class ActionRegistry:
    """Codes to actions; a code is given once."""

    def __init__(self) -> None:
        self._actions: dict[str, Action] = {}

    def register(self, action: type[Action]) -> type[Action]:
        if action.code in self._actions:
            raise RuntimeError(f"action {action.code} is registered twice")
        self._actions[action.code] = action()
        return action

    def __getitem__(self, code: str) -> Action:
        if code not in self._actions:
            raise NotFound(f"没有“{code}”这个办理动作。")
        return self._actions[code]

    def get(self, code: str) -> Action | None:
        """The action of a recorded code, if it is still known."""
        return self._actions.get(code)

    def at_desk(self, flow_label: str, node: str) -> list[TaskAction]:
        """The actions of a flow that may be done at this step, in order of registration."""
        return [
            action
            for action in self._actions.values()
            if isinstance(action, TaskAction)
            and action.code.split(".")[0] == flow_label
            and (not action.nodes or node in action.nodes)
        ]

    def is_quiet(self, code: str) -> bool:
        """Whether the timeline passes over a recorded action."""
        action = self._actions.get(code)
        return action is not None and action.quiet

    def all(self) -> list[Action]:
        return list(self._actions.values())

    def told(self, code: str) -> str:
        """The timeline's words for a recorded action (its code when the action is no longer known)."""
        action = self._actions.get(code)
        return action.told if action else code

    def recorded(self, code: str, number: str = "") -> str:
        """What the screen says once an action is done; a case that has just got its number tells it."""
        return f"{self.told(code)}，已记录，编号{number}。" if number else f"{self.told(code)}，已记录。"


ACTIONS = ActionRegistry()
register = ACTIONS.register

__all__ = [
    "ACTIONS",
    "Action",
    "CaseAction",
    "Move",
    "NotYours",
    "Overtaken",
    "TaskAction",
    "refusals_of_form",
    "register",
]
