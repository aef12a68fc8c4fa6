"""The nodes of a flow: a desk on which a paper lies, its opening, its end; and how a paper goes from one to the next.

What a flow declares with them stands in procedure.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, ClassVar

from viewflow import this
from viewflow.workflow.activation import Activation
from viewflow.workflow.base import Edge
from viewflow.workflow.nodes import End, Start, View
from viewflow.workflow.nodes.end import EndActivation
from viewflow.workflow.nodes.start import StartActivation
from viewflow.workflow.nodes.view import ViewActivation
from viewflow.workflow.status import PROCESS, STATUS

from .deadlines import due_day, goes_on_until
from .models import Case, DeskTask
from .places import Lying, Place


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
