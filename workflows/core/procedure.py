"""The nodes a flow is written with: viewflow's graph, our desks.

viewflow orchestrates (which desk is next), django-fsm decides (what is legal). They cannot drift, because
every node names the states in which the case lies there (`while_in`) and routing only reads the state.

What a flow declares, and what it gets for it:

- `Desk(..., shown=("name", "post", …))`: the fields (of `Paperwork.facts`) this step is shown. Each act there records
  their digest; a signature given there stands while they read the same and is voided when they do not.
- `Desk(..., returned_state=State.RETURNED)`: the state of a case that was sent back to this step; without it the only
  state of `while_in`. A desk with several states and no `returned_state` is not returned to.
- 退回 to any earlier step: an action that is a `returning.SendBack`, and a transition `send_back_to(self, to)` of the
  entity from every state that may return to every `returned_state`. 直送退回人: the steps' actions go on by
  `returning.go_on(move, self.entity.submit)`, and the entity has a transition `hand_back(self, to)`.
- 撤回 and 拿回 (`desk.take_back`): a transition `take_back(self, to)` of the entity and `Paperwork.take_back`.
- 会签 and 票签: a `rounds.Countersign` node and actions that are a `rounds.Vote`.
- 加签: a `consulting.Consult` node and three actions that are `consulting.Ask`, `Answer`, `Withdraw`.
- Versions: a changed flow is a second `Procedure` with the same `paperwork.flow_label` and a higher `version`.
- Administration by exception: a transition `move_by_exception(self, to)` of the entity; its sources and targets say
  which moves a supervisor may make. Without it there are none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, ClassVar

from django.db import connection
from viewflow import this
from viewflow.workflow.activation import Activation
from viewflow.workflow.base import Edge, Flow
from viewflow.workflow.nodes import End, Start, View
from viewflow.workflow.nodes.end import EndActivation
from viewflow.workflow.nodes.start import StartActivation
from viewflow.workflow.nodes.view import ViewActivation
from viewflow.workflow.status import PROCESS, STATUS
from viewflow.workflow.token import Token

from .deadlines import due_day, goes_on_until
from .models import OPEN_STATUSES, Case, DeskTask
from .places import Lying, Place, at_county_department, at_township, at_village


class _RoutesByState(Activation):
    """Leads on to every node whose `while_in` holds the state the case has now."""

    @Activation.status.transition(source=STATUS.DONE)
    def create_next(self) -> Iterator[Activation]:
        state = self.process.entity.state
        if state in self.flow_task.while_in or self.flow_task.beside_the_way:
            return  # one of several required actors has acted, or an office asked has answered
        nodes = [node for node in self.flow_task.leads_to if state in node.while_in]
        if not nodes:
            raise LookupError(f"{self.flow_task.name} leads nowhere while the case is {state}")
        for node in nodes:
            yield from node.lay(self)


class _LeadsOn:
    """Mixin of nodes with declared ways on: `.LeadsTo(this.next_step, this.earlier_step, this.closed)`."""

    flow_class: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.declared: list[Any] = []
        self.leads_to: list[Any] = []
        super().__init__(*args, **kwargs)

    def LeadsTo(self, *nodes: Any) -> Any:  # noqa: N802 - viewflow's own spelling of graph words
        self.declared = list(nodes)
        return self

    def _resolve(self, instance: Any) -> None:
        # From the declaration each time: a later version of the flow inherits the node, not where it leads.
        self.leads_to = [this.resolve(instance, node) for node in self.declared]

    def _outgoing(self) -> Iterator[Edge]:
        for node in self.leads_to:
            yield Edge(src=self, dst=node, edge_class="next")


class DeskActivation(_RoutesByState, ViewActivation):
    """A paper on a desk: laid there for an office, finished at the moment of the act (not of the clock)."""

    @classmethod
    def create(
        cls, flow_task: Desk, prev_activation: Activation, token: Any, data: Any = None, seed: Any = None
    ) -> DeskActivation:
        """`data` says where it lies (Lying); without it at the desk's own office."""
        case: Case = prev_activation.process
        lying: Lying = data or flow_task.lying(case)[0]
        task = DeskTask(
            process=case,
            flow_task=flow_task,
            token=token,
            created=case.moment,
            office_id=lying.office_id,
            office_role=lying.role,
            seat=lying.seat,
            due_on=goes_on_until(flow_task, case, lying.seat) or flow_task.due_on(case),
        )
        task.save()
        if prev_activation.task.pk:
            task.previous.add(prev_activation.task)
        return cls(task)

    @Activation.status.transition(source=STATUS.STARTED, target=STATUS.DONE)
    def complete(self) -> None:
        self.task.finished = self.process.moment
        self.task.save()

    @Activation.status.transition(source=[STATUS.NEW, STATUS.ASSIGNED], target=STATUS.CANCELED)
    def cancel(self) -> None:
        self.task.finished = self.process.moment
        self.task.save()


class Desk(_LeadsOn, View):
    """A step done by a person of one office.

    `place` and `role` name the office, `while_in` the states in which the paper lies here, `title` the step
    as the forms call it, `name_lines` its two short lines in the flow picture,
    `todo` what is waited for; a desk `by_exception` is drawn only for cases that come to it. `shown` and
    `returned_state` stand in the module's docstring.
    """

    activation_class = DeskActivation
    beside_the_way: ClassVar[bool] = False  # asked beside the way (加签): no state of its own

    def __init__(
        self,
        title: str,
        *,
        place: Place,
        role: str,
        while_in: Iterable[str],
        name_lines: str,
        todo: str,
        by_exception: bool = False,
        shown: Iterable[str] = (),
        returned_state: str = "",
    ) -> None:
        super().__init__(view=None)
        self.task_title = title
        self.shown = tuple(shown)
        self.place = place
        self.role = str(role)
        self.while_in = frozenset(str(state) for state in while_in)
        self.name_lines = name_lines
        self.todo = todo
        self.by_exception = by_exception
        only = next(iter(self.while_in)) if len(self.while_in) == 1 else ""
        self.returned_state = str(returned_state) or only

    def _resolve(self, instance: Any) -> None:
        _LeadsOn._resolve(self, instance)

    def lying(self, case: Case) -> list[Lying]:
        """The open tasks a case on this step must have: one per required actor."""
        return [Lying(self.office_id_of(case), self.role)]

    def lay(self, source: Activation) -> Iterator[Activation]:
        """Lay the case here, coming from `source`."""
        for lying in self.lying(source.process):
            yield self._create(source, source.task.token, lying)

    def due_on(self, case: Case) -> date | None:
        """The last day for a case that is laid here now; a step whose term begins later says so itself."""
        return due_day(case.county, self, case.moment)

    def todo_at(self, seat: str) -> str:
        """What is waited for at this seat."""
        return self.todo

    def office_id_of(self, case: Case) -> int:
        office = self.place(case)
        if office is None:
            raise LookupError(f"no office for {self.name} of {case.key}")
        return office


class BeginActivation(_RoutesByState, StartActivation):
    """Opens a case that the door has already saved."""

    @Activation.status.transition(source=STATUS.NEW, target=STATUS.DONE)
    def complete(self) -> None:
        self.task.started = self.task.finished = self.process.moment
        self.task.save()


class Begin(_LeadsOn, Start):
    """The opening of a case; the person who opened it owns this first row."""

    activation_class = BeginActivation
    while_in: frozenset[str] = frozenset()
    beside_the_way: ClassVar[bool] = False

    def __init__(self) -> None:
        super().__init__(view=None)

    def _resolve(self, instance: Any) -> None:
        _LeadsOn._resolve(self, instance)


class ClosedActivation(EndActivation):
    """The case is over; its end has the moment of the act."""

    @Activation.status.super()
    def activate(self) -> None:
        self.task.started = self.process.moment
        self.process.status = PROCESS.DONE
        self.process.finished = self.process.moment

    @Activation.status.transition(source=STATUS.NEW, target=STATUS.DONE)
    def complete(self) -> None:
        self.task.created = self.task.finished = self.process.moment
        self.task.save()


class Closed(End):
    """Where a case rests. `while_in` are its last states."""

    activation_class = ClosedActivation

    def __init__(self, *, while_in: Iterable[str]) -> None:
        super().__init__()
        self.while_in = frozenset(str(state) for state in while_in)

    def lay(self, source: Activation) -> Iterator[Activation]:
        """End the case, coming from `source`."""
        yield self._create(source, source.task.token)


class Procedure(Flow):
    """A flow over `entity_model`, whose `state` decides. The docstring of each flow tells the paper procedure."""

    process_class = Case
    task_class = DeskTask
    entity_model: ClassVar[Any] = None
    entity_name: ClassVar[str] = ""  # the entity's name on the case (its one-to-one reversed)
    entity_with: ClassVar[tuple[str, ...]] = ()  # what is read together with it
    read_along: ClassVar[bool] = False  # whether a page reads it in the query of its case (SQLite joins 64 tables)
    paperwork: ClassVar[Any] = None  # how the flow shows itself on paper and screen (documents.py of its room)
    version: ClassVar[int] = 1
    version_note: ClassVar[str] = ""  # what this version changes, in a sentence for who publishes it
    steps: ClassVar[tuple[str, ...]] = ()  # the order of the steps, where the declaration does not tell it

    @classmethod
    def entity_of(cls, case: Case) -> Any:
        return case._state.fields_cache.get(cls.entity_name) or cls.entity_rows().get(case=case)

    @classmethod
    def entity_rows(cls) -> Any:
        """The entities with what is read together with them. Each flow's own query: one that joined every flow's
        tables would pass the 64 that SQLite joins at most, and grow with each new flow."""
        # Without a name select_related() would follow every relation there is.
        rows = cls.entity_model.objects
        return rows.select_related(*cls.entity_with) if cls.entity_with else rows.all()

    @classmethod
    def desks(cls) -> list[Desk]:
        """All steps of the way done by people, in the order in which they are declared."""
        nodes = [node for node in cls.instance.nodes() if isinstance(node, Desk) and not node.beside_the_way]
        order = cls.steps or list(cls.__dict__)
        return sorted(nodes, key=lambda node: order.index(node.name))

    @classmethod
    def beside(cls) -> list[Desk]:
        """Where offices are asked that do not stand on the way (加签)."""
        return [node for node in cls.instance.nodes() if isinstance(node, Desk) and node.beside_the_way]

    @classmethod
    def desk(cls, name: str) -> Desk | None:
        """The step of this name."""
        return next((desk for desk in cls.desks() if desk.name == name), None)

    @classmethod
    def implied(cls, state: str) -> list[Desk]:
        """The steps on which a case in this state lies: no more and no fewer."""
        return [desk for desk in cls.desks() if state in desk.while_in]

    @classmethod
    def wanted(cls, case: Case, state: str) -> dict[tuple[str, Lying], Desk]:
        """Every open task a case in this state must have, one per required actor, and one per office asked."""
        desks = [*cls.implied(state), *cls.beside()]
        return {(desk.name, lying): desk for desk in desks for lying in desk.lying(case)}

    @classmethod
    def begin(cls, case: Case) -> None:
        """Lay a new case on its first desk. The case has its pk and its `moment`."""
        if not connection.in_atomic_block:
            raise RuntimeError("a case is begun inside the door's transaction")
        node = next(node for node in cls.instance.nodes() if isinstance(node, Begin))
        task = DeskTask(process=case, flow_task=node, token=Token("start"), created=case.moment, owner=case.opened_by)
        activation = BeginActivation(task)
        activation.process = case
        activation.complete()
        activation.activate_next()

    @classmethod
    def finish_step(cls, task: DeskTask, case: Case, user: Any, *, round_about: bool = False) -> None:
        """The person has acted: complete this task and lay the case where its state says.

        `round_about`: by no declared way, for a paper sent back or straight back.
        """
        state = case.entity.state
        if state not in task.flow_task.while_in and not task.flow_task.beside_the_way:
            cls._clear(case, state, but=task)
        task.process = case
        activation = DeskActivation(task)
        activation.process = case
        if task.status == STATUS.NEW:
            activation.assign(user)
        elif task.owner_id != getattr(user, "pk", None):
            activation.reassign(user)
        activation.start(None)
        task.started = case.moment
        if round_about:
            activation.complete()
            cls.relay(case, task)
        else:
            activation.execute()

    @classmethod
    def _clear(cls, case: Case, state: str, *, but: DeskTask | None = None) -> set[tuple[str, Lying]]:
        """Take the case off every desk its state does not want any more; tells which tasks stay."""
        wanted, kept = cls.wanted(case, state), set()
        lying = DeskTask.objects.filter(process=case, finished__isnull=True)
        for task in lying.exclude(pk=but.pk if but is not None else None).order_by("pk"):
            place = place_of(task)
            if place in wanted:
                kept.add(place)
                continue
            task.process = case
            activation = DeskActivation(task)
            activation.process = case
            activation.cancel()
        return kept

    @classmethod
    def relay(cls, case: Case, source_task: DeskTask) -> None:
        """Take the case off every desk it should not lie on and lay it where its state says, from `source_task`.

        For 撤回, 作废 and moves by exception, which no desk's own way on leads to, and for the seats and offices
        that are asked while the state stays. viewflow has no public way to an arbitrary node; this is the one place
        that uses its private `_activate_next()` (and `_create()`, by way of each node's `lay`), and
        tests/core/test_viewflow_contract.py holds them to what we expect.
        """
        state = case.entity.state
        kept = cls._clear(case, state)
        source_task.process = case
        source = source_task.flow_task.activation_class(source_task)
        source.process = case
        made = {
            desk._create(source, source_task.token, lying)
            for (name, lying), desk in cls.wanted(case, state).items()
            if (name, lying) not in kept
        }
        if not cls.implied(state):
            nodes = [node for node in cls.instance.nodes() if isinstance(node, Closed) and state in node.while_in]
            made |= {activation for node in nodes for activation in node.lay(source)}
        source._activate_next(made)


def place_of(task: DeskTask) -> tuple[str, Lying]:
    """The step of a task and where it lies."""
    return task.flow_task.name, Lying(task.office_id or 0, task.office_role, task.seat)


def all_flows() -> list[type[Procedure]]:
    """Every version of every flow, in order of declaration, a flow's first version first."""
    found = [
        *Procedure.__subclasses__(),
        *(sub for flow in Procedure.__subclasses__() for sub in flow.__subclasses__()),
    ]
    return [flow for flow in found if flow.paperwork]


def flows() -> dict[str, type[Procedure]]:
    """The latest version of every flow by its label: it knows the steps of all of them."""
    return {flow.paperwork.flow_label: flow for flow in sorted(all_flows(), key=lambda flow: flow.version)}


def versions_of(label: str) -> dict[int, type[Procedure]]:
    """Every version of one flow."""
    return {flow.version: flow for flow in all_flows() if flow.paperwork.flow_label == label}


def read_entities(cases: Iterable[Case]) -> None:
    """Read what these cases are about: one query per flow among them."""
    of_flow: dict[type[Procedure], dict[int, Case]] = {}
    for case in cases:
        of_flow.setdefault(case.flow_class, {})[case.pk] = case
    for flow, own in of_flow.items():
        for entity in flow.entity_rows().filter(case__in=own):
            own[entity.case_id].bind(entity)


def open_tasks(case: Case) -> list[DeskTask]:
    """Where the case lies now, the way's own desk first (one query; none when a page has asked before)."""
    if case.remembered is not None and "open_tasks" in case.remembered:
        return list(case.remembered["open_tasks"])
    lying = DeskTask.objects.filter(process=case, status__in=OPEN_STATUSES, office__isnull=False)
    tasks = list(lying.select_related("owner").order_by("pk"))
    if case.remembered is not None:
        case.remembered["open_tasks"] = list(tasks)
    return tasks


__all__ = ["Begin", "Closed", "Desk", "DeskActivation", "Lying", "Place", "Procedure", "all_flows"]
__all__ += ["at_county_department", "at_township", "at_village", "flows", "open_tasks", "place_of", "versions_of"]
