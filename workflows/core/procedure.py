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
- 例外处理: a transition `move_by_exception = round_about.moved_by_exception(state, <open states>)` of the entity and
  `Paperwork.refile`, by which the sheet is filed again and says so. Every flow of more than one step has it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django.db import connection
from viewflow.workflow.base import Flow
from viewflow.workflow.status import STATUS
from viewflow.workflow.token import Token

from .desk_nodes import Begin, BeginActivation, Closed, Desk, DeskActivation
from .models import OPEN_STATUSES, Case, DeskTask
from .places import Lying, Place, at_county_department, at_township, at_village


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


def source_of(case: Case) -> DeskTask:
    """Where a case comes from that is laid anew by nobody of its way: its beginning."""
    return DeskTask.objects.filter(process=case, office__isnull=True).order_by("pk")[0]


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
__all__ += [
    "at_county_department",
    "at_township",
    "at_village",
    "flows",
    "open_tasks",
    "place_of",
    "source_of",
    "versions_of",
]
