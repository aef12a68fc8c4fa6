"""What we lean on in viewflow, its private `_create()` included, and that our flow and its states agree."""

import pytest
from viewflow.workflow.status import STATUS

from tests.cast import Cast, state_of, task_of
from workflows.applications.flow_v1 import ApplicationFlow
from workflows.applications.models import Application, State
from workflows.core.models import Case, DeskTask
from workflows.core.procedure import Closed

NODES = (
    "begin_application",
    "fill_in",
    "village_opinion",
    "village_seal",
    "township_opinion",
    "quota_confirmation",
    "township_seal",
    "closed",
)


def test_node_names_are_stable_because_tasks_are_stored_under_them() -> None:
    assert {node.name for node in ApplicationFlow.instance.nodes()} == set(NODES)


@pytest.mark.parametrize("state", State)
def test_every_state_lies_at_exactly_one_node(state: State) -> None:
    nodes = [node for node in ApplicationFlow.instance.nodes() if state in node.while_in]
    assert len(nodes) == 1


def test_every_desk_leads_wherever_its_transitions_go() -> None:
    """But for 撤回 and 作废, which `relay` lays down."""
    field = Application._meta.get_field("state")
    moves = [
        (move.source, move.target)
        for move in field.get_all_transitions(Application)  # type: ignore[union-attr]
        if move.name not in ("take_back", "void")
    ]
    for desk in ApplicationFlow.desks():
        for source, target in moves:
            if source in desk.while_in and target not in desk.while_in:
                assert any(target in node.while_in for node in desk.leads_to), (desk.name, target)


@pytest.mark.django_db
def test_taking_back_cancels_the_next_desk_and_lays_the_paper_on_the_earlier_one(cast: Cast) -> None:
    case = cast.walk_to(State.AWAITING_VILLAGE_SEAL)
    taken = task_of(case)
    acted = taken.previous.get()
    cast.do("desk.take_back", case, cast.head)
    taken.refresh_from_db()
    acted.refresh_from_db()
    laid = task_of(case)
    assert (taken.status, acted.status) == (STATUS.CANCELED, STATUS.CANCELED)
    assert taken.finished is not None
    assert (laid.flow_task.name, laid.office_role, laid.status) == ("village_opinion", "village_head", STATUS.NEW)
    assert laid.previous.get().flow_task.name == "fill_in"
    assert state_of(case) == State.AWAITING_VILLAGE_REVIEW
    cast.prove()


@pytest.mark.django_db
def test_a_closed_case_has_no_open_task_and_the_moment_of_the_last_act(cast: Cast) -> None:
    case = cast.walk_to(State.APPROVED)
    case = Case.objects.get(pk=case.pk)
    assert not DeskTask.objects.filter(process=case, finished__isnull=True).exists()
    assert case.finished == cast.now
    assert case.status == STATUS.DONE
    closing = DeskTask.objects.filter(process=case).latest("pk")
    assert isinstance(closing.flow_task, Closed)
