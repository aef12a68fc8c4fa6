"""例外处理 for every flow: a stuck case is moved by a named supervisor, with the reason, and everything says so."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from time_machine import travel

from audit.models import Event
from forms_templates.models import Document
from tests.attendance.months import county_with_workers, month_of
from tests.cast import Cast, browser_of, nothing_happens, prepared_cast, task_of
from tests.core.papers_on_the_way import PAPERS
from tests.letters.test_letters import approved
from workflows.attendance.models import SheetState
from workflows.core.consistency import faulty_cases
from workflows.core.models import Case, Notice
from workflows.core.opinions import valid_opinions
from workflows.core.procedure import all_flows, open_tasks
from workflows.core.refusals import NotFound, NotYours, Refused
from workflows.core.supervision import targets
from workflows.letters.models import Letter, LetterState

pytestmark = pytest.mark.django_db
WHY = "经办人调离，没有人能办，改由前一环节重新安排。"
BESIDE = {
    # What lies there has taken effect outside the paper: leave that was granted, a result that is on file.
    ("leaves", "await_return"),
    ("appraisals", "settle_result"),
}


def move(cast: Cast, case: Case, to: str, part: str = "supervisor", reason: str = WHY) -> Event:
    return cast.do("desk.move_by_exception", case, cast.people[part], {"to": to, "reason": reason}).event


def test_every_flow_of_several_steps_declares_it_for_each_of_them() -> None:
    for flow in all_flows():
        desks = flow.desks()
        if len(desks) == 1:
            assert not hasattr(flow.entity_model, "move_by_exception"), flow
            continue
        field = flow.entity_model._meta.get_field("state")
        moves = [each for each in field.get_all_transitions(flow.entity_model) if each.name == "move_by_exception"]
        sources = {str(each.source) for each in moves}
        to = {str(state) for each in moves for state in each.target.allowed_states}
        for desk in desks:
            if (flow.paperwork.flow_label, desk.name) in BESIDE:
                assert not desk.while_in & sources
                continue
            assert desk.returned_state, f"{desk.name} of {flow.__name__} cannot be moved to"
            assert desk.returned_state in to, desk.name
            assert desk.returned_state in sources, desk.name
        assert flow.paperwork.refile is not None or flow.paperwork.flow_label == "findings"


@pytest.mark.parametrize("label", PAPERS)
def test_it_is_moved_back_to_each_step_it_has_been_through_and_everything_says_so(label: str) -> None:
    cast, case = PAPERS[label]()
    case = Case.objects.get(pk=case.pk)
    offered = dict(targets(case))
    flow, before = case.flow_class, case.entity.state
    been = {task.flow_task.name for task in case.task_set.filter(status="DONE", office__isnull=False)}
    here = {task.flow_task.name for task in open_tasks(case)}
    earlier = [desk for desk in flow.desks() if desk.name in been - here]
    assert set(offered) == {desk.returned_state for desk in earlier}
    assert offered, "there is nowhere to move it to"
    papers = Document.objects.filter(case_key=case.key)
    for to in offered:
        filed = papers.count()
        with transaction.atomic():
            event = move(cast, case, to)
            case = Case.objects.get(pk=case.pk)
            assert (event.from_state, event.to_state, event.reason) == (before, to, WHY)
            assert event.actor_name == cast.supervisor.name
            assert event.details["by_exception"] is True
            assert {task.flow_task.name for task in open_tasks(case)} == {desk.name for desk in flow.implied(to)}
            assert case.finished is None
            assert list(faulty_cases()) == []
            assert Notice.objects.filter(case=case, text__contains="例外处理").exists()
            if flow.paperwork.refile is not None:
                assert papers.count() == filed + 1
                assert papers.latest("pk").label == f"例外处理（监督员：{cast.supervisor.name}）"
            seen_on_pages(cast, case)
            transaction.set_rollback(True)
        case = Case.objects.get(pk=case.pk)


def seen_on_pages(cast: Cast, case: Case) -> None:
    """The timeline and the picture of the way tell it, with the reason and by whom."""
    client = browser_of(cast.supervisor)
    with travel(cast.now, tick=False):
        for url in (f"/cases/{case.pk}/", f"/cases/{case.pk}/flow/"):
            html = client.get(url).content.decode()
            assert "例外处理" in html, url
            assert WHY in html, url
        assert "例外处理" in client.get(f"/flows/{case.flow_class.paperwork.flow_label}/").content.decode()


@pytest.mark.parametrize("label", ["agreements", "pay", "terminations"])
def test_nobody_else_moves_it_and_nobody_without_a_reason_or_past_a_signature(label: str) -> None:
    cast, case = PAPERS[label]()
    to = targets(Case.objects.get(pk=case.pk))[0][0]
    for part in ("clerk", "reviewer", "township_keeper", "auditor", "administrator", "other_reviewer"):
        with nothing_happens(), pytest.raises((NotYours, NotFound)):
            move(cast, case, to, part)
    with nothing_happens(), pytest.raises(Refused, match="请写"):
        move(cast, case, to, reason=" ")
    ahead = {state for node in case.flow_class.instance.nodes() for state in getattr(node, "while_in", ())}
    for state in sorted(ahead - {state for state, _ in targets(Case.objects.get(pk=case.pk))}):
        with nothing_happens(), pytest.raises(Refused):
            move(cast, case, state)


def test_a_paper_moved_back_walks_on_as_after_a_return_and_is_signed_anew() -> None:
    cast = prepared_cast()
    case = approved(cast)
    move(cast, case, LetterState.AWAITING_APPROVAL)
    with nothing_happens(), pytest.raises(Refused, match="不能撤回"):
        cast.do("desk.take_back", case, cast.reviewer, {})
    first = valid_opinions(Case.objects.get(pk=case.pk))["approve_letter"]
    cast.act(case, "letters.approve", cast.colleague)
    second = valid_opinions(Case.objects.get(pk=case.pk))["approve_letter"]
    assert (first.written_by.name, second.written_by.name) == ("林书平", "苏文静")
    cast.act(case, "letters.seal", cast.township_keeper)
    assert Letter.objects.get(case=case).state == LetterState.SEALED
    cast.prove()


def test_a_round_it_is_moved_back_to_is_signed_by_all_anew() -> None:
    cast = prepared_cast("two at work", county_with_workers)
    month = month_of(cast)
    month.to_township()
    move(cast, month.case, SheetState.SIGNING)
    case = Case.objects.get(pk=month.case.pk)
    assert sorted(task.seat for task in open_tasks(case)) == ["head", "member", "workers"]
    month.workers_sign()
    month.village_signs()
    assert month.sheet.state == SheetState.SIGNED
    cast.prove()


def test_a_return_nobody_answers_goes_forward_again_while_nothing_has_changed(walk: Callable[..., Any]) -> None:
    cast, case = walk()
    reason = {"reason": "联系电话打不通，请核对。", "to": "fill_in", "mode": "straight_back"}
    cast.act(case, "applications.send_back", cast.reviewer, reason)
    case = Case.objects.get(pk=case.pk)
    assert {state for state, _ in targets(case)} == {"awaiting_village_seal", "awaiting_township_review"}
    move(cast, case, "awaiting_township_review")
    assert task_of(case).flow_task.name == "township_opinion"
    assert set(valid_opinions(Case.objects.get(pk=case.pk))) == {"village_opinion"}
    cast.walk(case, "approved")
    cast.prove()


def test_it_goes_nowhere_forward_once_the_clerk_has_changed_it(walk: Callable[..., Any]) -> None:
    cast, case = walk()
    reason = {"reason": "联系电话打不通，请核对。", "to": "fill_in", "mode": "walk_again"}
    cast.act(case, "applications.send_back", cast.reviewer, reason)
    answers = Case.objects.get(pk=case.pk).entity.answers | {"phone": "13999999999"}
    cast.do("applications.save_draft", task_of(case), cast.clerk, answers)
    case = Case.objects.get(pk=case.pk)
    assert targets(case) == []
    with nothing_happens(), pytest.raises(Refused):
        move(cast, case, "awaiting_township_review")


@pytest.fixture
def walk() -> Callable[..., Any]:
    """An application before the township's reviewer."""

    def made() -> tuple[Cast, Case]:
        cast = prepared_cast()
        return cast, cast.walk_to("awaiting_township_review")

    return made
