"""What our procedures expect of viewflow and django-fsm, public and private, so that an upgrade can't drift unseen."""

import inspect
from collections.abc import Iterator

import pytest
from django.db import IntegrityError, connection, transaction
from viewflow.workflow.activation import Activation
from viewflow.workflow.base import Node
from viewflow.workflow.status import PROCESS, STATUS

from tests.cast import Cast, application_of, state_of, task_of
from workflows.applications.flow_v1 import ApplicationFlow
from workflows.applications.flow_v2 import ApplicationFlowWithDeliberation
from workflows.applications.models import Application, State
from workflows.core.models import OPEN_STATUSES, Case, DeskTask
from workflows.core.procedure import Begin, Closed, DeskActivation, Procedure, all_flows, versions_of

FLOWS = all_flows()
# Not on any desk's own way: 撤回, 作废, 退回, 直送 and moves by exception lay the case anew (Procedure.relay).
RELAYED = {"take_back", "void", "send_back_to", "hand_back", "move_by_exception"}
# A later version goes another way than this transition of the first.
REPLACED: dict[type[Procedure], set[str]] = {ApplicationFlowWithDeliberation: {"submit"}}


def nodes_of(flow: type[Procedure]) -> dict[str, Node]:
    return {node.name: node for node in flow.instance.nodes()}


def transitions_of(flow: type[Procedure]) -> Iterator[tuple[str, str, str]]:
    """Name, from and to of every declared transition of the flow's entity."""
    field = flow.entity_model._meta.get_field("state")
    for transition_ in field.get_all_transitions(flow.entity_model):
        targets = getattr(transition_.target, "allowed_states", None) or [transition_.target]
        for target in targets:
            yield transition_.name, str(transition_.source), str(target)


# --- the graph --------------------------------------------------------------------------------------


def test_node_names_are_stable_because_tasks_store_them() -> None:
    names = [
        "begin_application",
        "closed",
        "consult",
        "fill_in",
        "quota_confirmation",
        "township_opinion",
        "township_seal",
        "village_opinion",
        "village_seal",
    ]
    assert sorted(nodes_of(ApplicationFlow)) == names
    assert sorted(nodes_of(ApplicationFlowWithDeliberation)) == sorted([*names, "village_deliberation"])
    assert [desk.name for desk in ApplicationFlow.desks()] == [
        "fill_in",
        "village_opinion",
        "village_seal",
        "township_opinion",
        "quota_confirmation",
        "township_seal",
    ]
    assert str(ApplicationFlow.__module__) == "workflows.applications.flow_v1"


def test_states_are_only_added() -> None:
    assert {
        "draft", "awaiting_village_review", "returned", "rejected_by_village", "awaiting_village_seal",
        "awaiting_township_review", "rejected_by_township", "awaiting_quota_confirmation",
        "awaiting_township_seal", "approved", "voided",
    } <= set(State.values)  # fmt: skip


@pytest.mark.parametrize("flow", FLOWS)
def test_no_state_lies_on_two_nodes_and_some_version_has_each(flow: type[Procedure]) -> None:
    states = {str(value) for value, _ in flow.entity_model._meta.get_field("state").choices}
    where = [state for node in nodes_of(flow).values() for state in getattr(node, "while_in", ())]
    assert len(where) == len(set(where))
    every = [node for each in versions_of(flow.paperwork.flow_label).values() for node in nodes_of(each).values()]
    assert {state for node in every for state in getattr(node, "while_in", ())} == states


@pytest.mark.parametrize("flow", FLOWS)
def test_every_desk_leads_wherever_its_transitions_can(flow: type[Procedure]) -> None:
    nodes = nodes_of(flow).values()
    for name, source, target in transitions_of(flow):
        if name in RELAYED | REPLACED.get(flow, set()):
            continue
        desks = [node for node in nodes if source in getattr(node, "while_in", ())]
        followings = [node for node in nodes if target in getattr(node, "while_in", ())]
        if not desks or not followings:  # a state of another version
            continue
        (desk,), (following,) = desks, followings
        if isinstance(desk, Closed):  # an act on what the case made, when nobody's desk has it any more
            continue
        assert following is desk or following in desk.leads_to, f"{desk.name} does not lead to {following.name}"


@pytest.mark.parametrize("flow", FLOWS)
def test_no_desk_leads_where_no_transition_goes(flow: type[Procedure]) -> None:
    ways = list(transitions_of(flow))
    for desk in flow.desks():
        targets = {to for _, source, to in ways if source in desk.while_in}
        for following in desk.leads_to:
            assert following.while_in & targets, f"{desk.name} leads to {following.name} for nothing"


@pytest.mark.parametrize("flow", FLOWS)
def test_every_desk_is_described_for_the_reader(flow: type[Procedure]) -> None:
    for desk in flow.desks():
        assert desk.task_title, desk.name
        assert desk.todo, desk.name
        assert desk.name_lines.count("\n") == 1, desk.name
        assert desk.role, desk.name


def test_closed_states_are_those_without_a_way_on() -> None:
    sources = {source for _, source, _ in transitions_of(ApplicationFlow)}
    (closed,) = [node for node in nodes_of(ApplicationFlow).values() if isinstance(node, Closed)]
    # An approval rests, and leads on by an agreement, a declining or the clock: acts of no desk of this flow.
    sources.discard(State.APPROVED)
    assert closed.while_in == set(State.values) - sources - {State.AWAITING_VILLAGE_DELIBERATION}


# --- viewflow's private ways ------------------------------------------------------------------------


def test_the_private_functions_we_lean_on_have_the_shape_we_know() -> None:
    create = inspect.signature(Node._create)
    assert list(create.parameters) == ["self", "prev_activation", "token", "data", "seed"]
    assert list(inspect.signature(Activation._activate_next).parameters) == ["self", "activations"]
    assert set(OPEN_STATUSES) == {"NEW", "ASSIGNED", "STARTED"}
    assert (STATUS.DONE, STATUS.CANCELED, PROCESS.DONE) == ("DONE", "CANCELED", "DONE")


def test_create_lays_one_unclaimed_task_on_the_desk_of_its_office(cast: Cast) -> None:
    case = cast.apply()
    source = DeskActivation(task_of(case))
    source.process.moment = cast.now
    node = ApplicationFlow.township_opinion
    with transaction.atomic():
        made = node._create(source, source.task.token)
        assert isinstance(made, DeskActivation)
        task = DeskTask.objects.get(pk=made.task.pk)
        assert (task.status, task.owner, task.finished) == (STATUS.NEW, None, None)
        assert (task.office, task.office_role) == (cast.township, node.role)
        assert task.created == cast.now
        assert list(task.previous.all()) == [source.task]
        transaction.set_rollback(True)


def test_activating_a_desk_leaves_it_waiting_and_activating_the_end_closes_the_case(cast: Cast) -> None:
    case = cast.apply()
    source = DeskActivation(task_of(case))
    case = source.process
    case.moment = cast.now
    with transaction.atomic():
        waiting = ApplicationFlow.village_seal._create(source, source.task.token)
        source._activate_next({waiting})
        assert DeskTask.objects.get(pk=waiting.task.pk).status == STATUS.NEW
        end = ApplicationFlow.closed._create(source, source.task.token)
        source._activate_next({end})
        ended = DeskTask.objects.get(pk=end.task.pk)
        assert (ended.status, ended.finished, ended.office) == (STATUS.DONE, cast.now, None)
        assert (case.status, case.finished) == (PROCESS.DONE, cast.now)
        transaction.set_rollback(True)


def test_routing_reads_the_state_and_nothing_else(cast: Cast) -> None:
    case = cast.apply()
    activation = DeskActivation(task_of(case))
    activation.task.status = STATUS.DONE
    activation.process.moment = cast.now
    for state, expected in (
        (State.RETURNED, "fill_in"),
        (State.AWAITING_VILLAGE_SEAL, "village_seal"),
        (State.REJECTED_BY_VILLAGE, "closed"),
    ):
        activation.process.entity = Application(state=state)
        with transaction.atomic():
            assert [made.flow_task.name for made in activation.create_next()] == [expected]
            transaction.set_rollback(True)
    activation.process.entity = Application(state=State.AWAITING_TOWNSHIP_SEAL)
    with pytest.raises(LookupError, match="leads nowhere"):
        list(activation.create_next())


def test_relay_clears_every_desk_and_lays_the_case_where_its_state_says(cast: Cast) -> None:
    case = cast.apply()
    desk = task_of(case)
    cast.do("desk.take", desk, cast.head, {})
    cast.do("desk.take_back", case, cast.clerk, {})
    desk.refresh_from_db()
    assert (desk.status, desk.finished) == (STATUS.CANCELED, cast.now)
    again = task_of(case)
    assert again.flow_task == ApplicationFlow.fill_in
    assert [task.flow_task.name for task in again.previous.all()] == ["begin_application"]


def test_a_case_is_begun_by_the_person_who_opened_it(cast: Cast) -> None:
    case = cast.draft()
    begun = DeskTask.objects.get(process=case, office__isnull=True)
    assert isinstance(begun.flow_task, Begin)
    assert (begun.owner, begun.status, begun.created, begun.finished) == (
        cast.clerk.user, STATUS.DONE, cast.now, cast.now,
    )  # fmt: skip


def test_every_moment_of_a_case_is_the_storys_and_not_the_clocks(cast: Cast) -> None:
    case = cast.walk_to(State.APPROVED)
    moments = [
        moment
        for task in DeskTask.objects.filter(process=case)
        for moment in (task.created, task.started, task.finished)
    ]
    assert None not in moments
    assert all(moment <= cast.now for moment in moments)
    assert Case.objects.get(pk=case.pk).finished == cast.now


# --- the database's own refusals --------------------------------------------------------------------


def test_the_database_refuses_a_second_open_task_at_the_same_desk(cast: Cast) -> None:
    task = task_of(cast.apply())
    task.pk = None
    task._state.adding = True
    with transaction.atomic(), pytest.raises(IntegrityError):
        task.save()


def test_the_database_refuses_a_second_running_application_of_one_person(cast: Cast) -> None:
    one, other = application_of(cast.apply()), application_of(cast.apply())
    with transaction.atomic(), pytest.raises(IntegrityError):
        Application.objects.filter(pk=other.pk).update(id_index=one.id_index)
    assert connection.in_atomic_block


def test_a_state_is_not_written_but_by_a_transition(cast: Cast) -> None:
    application = application_of(cast.apply())
    with pytest.raises(AttributeError):
        application.state = State.APPROVED
    application.refresh_from_db()
    assert state_of(application.case) == State.AWAITING_VILLAGE_REVIEW
