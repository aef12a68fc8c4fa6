"""A changed flow: running cases keep theirs, new ones take the new one, each that can be is moved; 村评议 by 票签."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from time_machine import travel

from registry.roles import Role
from tests.cast import AFTERNOON, Cast, events_of, nothing_happens, papers_of, state_of
from workflows.applications.flow_v1 import ApplicationFlow
from workflows.applications.flow_v2 import ApplicationFlowWithDeliberation
from workflows.applications.models import State
from workflows.core.actors import Actor
from workflows.core.models import Case, CaseReturn
from workflows.core.procedure import open_tasks
from workflows.core.refusals import NotFound, Refused

OPPOSED = {"reason": "家里已有人上岗，应让给更困难的户。"}


def publish(cast: Cast) -> None:
    cast.do("flows.publish", cast.county, cast.supervisor, {"label": "applications", "version": 2})


def members(cast: Cast) -> tuple[Actor, Actor]:
    role = str(Role.VILLAGE_COMMITTEE_MEMBER)
    return cast.also("keeper", role, "104001"), cast.also("township_keeper", role, "104001")


def vote(cast: Cast, case: Case, actor: Actor, action: str = "support_in_village", data: Any = None) -> None:
    mine = [task for task in open_tasks(case) if actor.appointment_for(task.office_id or 0, task.office_role)]
    cast.do(f"applications.{action}", mine[0], actor, data or {})


def flow_of(case: Case) -> Any:
    return Case.objects.get(pk=case.pk).flow_class


def run(*arguments: str) -> str:
    out = StringIO()
    with travel(AFTERNOON, tick=False):
        call_command("publish_flow", *arguments, stdout=out)
    return out.getvalue()


def test_before_it_is_published_nothing_runs_by_the_new_version(cast: Cast) -> None:
    assert flow_of(cast.apply()) is ApplicationFlow


def test_a_running_case_keeps_its_flow_and_a_new_one_takes_the_published_one(cast: Cast) -> None:
    running = cast.apply()
    publish(cast)
    new = cast.apply()
    assert (flow_of(running), flow_of(new)) == (ApplicationFlow, ApplicationFlowWithDeliberation)
    assert (state_of(running), state_of(new)) == (
        State.AWAITING_VILLAGE_REVIEW,
        State.AWAITING_VILLAGE_DELIBERATION,
    )
    cast.walk(running, State.APPROVED)


def test_two_of_three_carry_the_deliberation_and_the_paper_says_so(cast: Cast) -> None:
    one, other = members(cast)
    publish(cast)
    case = cast.apply()
    assert sorted(task.seat for task in open_tasks(case)) == ["head", "member_1", "member_2"]
    vote(cast, case, one, "oppose_in_village", OPPOSED)
    with nothing_happens(), pytest.raises(Refused, match="每人只签一次"):
        vote(cast, case, one)
    vote(cast, case, cast.head)
    assert state_of(case) == State.AWAITING_VILLAGE_DELIBERATION
    vote(cast, case, other)
    assert state_of(case) == State.AWAITING_VILLAGE_REVIEW
    assert papers_of(case)[-1].label == "村评议通过"
    cast.walk(case, State.APPROVED)


def test_a_deliberation_that_fails_returns_the_paper_with_the_reason(cast: Cast) -> None:
    one, other = members(cast)
    publish(cast)
    case = cast.apply()
    vote(cast, case, one, "oppose_in_village", OPPOSED)
    vote(cast, case, other, "oppose_in_village", OPPOSED)
    assert state_of(case) == State.RETURNED
    assert [task.flow_task.name for task in open_tasks(case)] == ["fill_in"]
    assert CaseReturn.objects.get().reason == OPPOSED["reason"]


def test_the_dry_run_changes_nothing_and_tells_what_each_case_would_get(cast: Cast) -> None:
    draft, waiting = cast.draft(), cast.apply()
    with nothing_happens():
        told = run("applications", "2")
    assert "以后增加：村评议。" in told
    assert f"能移  {Case.objects.get(pk=waiting.pk).number}  以后的环节不变。" in told
    assert "在办2件，移过去0件。这是预演，没有改动。" in told
    assert flow_of(draft) is ApplicationFlow


def test_those_that_can_be_moved_are_moved_with_an_event_each_and_keep_their_desk(cast: Cast) -> None:
    draft, waiting = cast.draft(), cast.apply()
    cast.act(waiting, "desk.take", cast.head, {})
    desk = open_tasks(waiting)[0]
    assert "移过去2件" in run("applications", "2", "--publish", "--move")
    for case in (draft, waiting):
        assert flow_of(case) is ApplicationFlowWithDeliberation
        assert [event.action for event in events_of(case)][-1] == "flows.move_case"
    moved = open_tasks(waiting)[0]
    assert (moved.pk, moved.owner, moved.created) == (desk.pk, cast.head.user, desk.created)
    cast.now = AFTERNOON
    cast.walk(waiting, State.APPROVED)


def test_what_has_no_place_in_the_other_version_stays_where_it_is(cast: Cast) -> None:
    publish(cast)
    case = cast.apply()
    with nothing_happens(), pytest.raises(Refused, match="没有“待村评议”这一步"):
        cast.do("flows.move_case", case, cast.supervisor, {"version": 1})
    assert "不移" in run("applications", "1")


def test_nobody_but_the_bureau_publishes_and_only_what_there_is(cast: Cast) -> None:
    for part in ("clerk", "reviewer", "administrator", "auditor"):
        with nothing_happens(), pytest.raises(NotFound):
            cast.do("flows.publish", cast.county, cast.people[part], {"label": "applications", "version": 2})
    with nothing_happens(), pytest.raises(Refused):
        cast.do("flows.publish", cast.county, cast.supervisor, {"label": "applications", "version": 9})
    with pytest.raises(CommandError):
        run("applications", "9")


# --- 例外处理 ---------------------------------------------------------------------------------------

WHY = {"reason": "村支部书记住院，村里无人能签，退回村里重新安排。"}


def test_a_stuck_case_is_moved_by_a_named_supervisor_and_the_paper_says_so(cast: Cast) -> None:
    case = cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW)
    outcome = cast.do("desk.move_by_exception", case, cast.supervisor, {**WHY, "to": State.AWAITING_VILLAGE_REVIEW})
    assert (outcome.event.from_state, outcome.event.to_state) == (
        State.AWAITING_TOWNSHIP_REVIEW,
        State.AWAITING_VILLAGE_REVIEW,
    )
    assert (outcome.event.actor_name, outcome.event.reason) == (cast.supervisor.name, WHY["reason"])
    assert papers_of(case)[-1].label == f"例外处理（监督员：{cast.supervisor.name}）"
    assert [task.flow_task.name for task in open_tasks(case)] == ["village_opinion"]
    with nothing_happens(), pytest.raises(Refused):
        cast.do("desk.take_back", case, cast.keeper, {})
    cast.walk(case, State.APPROVED)


@pytest.mark.parametrize(
    "to",
    [State.AWAITING_VILLAGE_SEAL, State.AWAITING_TOWNSHIP_REVIEW, State.AWAITING_TOWNSHIP_SEAL, State.APPROVED, "x"],
)
def test_no_exception_skips_a_signature_or_a_seal(cast: Cast, to: str) -> None:
    case = cast.apply()
    with nothing_happens(), pytest.raises(Refused):
        cast.do("desk.move_by_exception", case, cast.supervisor, {**WHY, "to": to})


def test_a_closed_case_is_moved_by_nobody(cast: Cast) -> None:
    case = cast.walk_to(State.APPROVED)
    with nothing_happens(), pytest.raises(Refused):
        cast.do("desk.move_by_exception", case, cast.supervisor, {**WHY, "to": State.RETURNED})
