"""撤回: the last one to act may take the paper back until the next has acted, and what they signed is void."""

from collections.abc import Callable

import pytest
from django.test import Client

from forms_templates.filed_pictures import pictures_in
from forms_templates.papers import read_paper
from registry.roles import Role
from signatures.models import SealUse, Signature
from tests.cast import (
    PATH,
    Cast,
    application_of,
    beyond_quota,
    events_of,
    nothing_happens,
    papers_of,
    signed,
    state_of,
    task_of,
)
from tests.core.conftest import browser  # noqa: F401
from workflows.applications.models import State
from workflows.core.actors import Actor
from workflows.core.door import Outcome
from workflows.core.models import Case, Opinion
from workflows.core.refusals import Overtaken, Refused


def take_back(cast: Cast, case: Case, actor: Actor, seen: str = "") -> Outcome:
    return cast.do("desk.take_back", case, actor, {}, seen=seen)


def valid(case: Case) -> set[str]:
    return set(Opinion.objects.filter(case=case, voided_at__isnull=True).values_list("step", flat=True))


def refused_to(cast: Cast, case: Case, actor: Actor) -> None:
    with nothing_happens(), pytest.raises(Refused) as caught:
        take_back(cast, case, actor)
    (refusal,) = caught.value.refusals
    assert refusal.code == "not_last"
    assert "只有最后办理的人" in refusal.message


# --- each step --------------------------------------------------------------------------------------


def test_a_submission_taken_back_is_a_draft_that_keeps_its_number(cast: Cast) -> None:
    case = cast.apply()
    outcome = take_back(cast, case, cast.clerk)
    assert (outcome.event.from_state, outcome.event.to_state) == (State.AWAITING_VILLAGE_REVIEW, State.DRAFT)
    assert outcome.event.details["taken_back"] == "applications.submit"
    assert outcome.event.actor_role == Role.VILLAGE_CLERK
    assert task_of(case).flow_task.name == "fill_in"
    cast.act(case, "applications.submit", cast.clerk, application_of(case).answers)
    assert Case.objects.get(pk=case.pk).number == "2020-104-0001"
    assert state_of(case) == State.AWAITING_VILLAGE_REVIEW


def test_an_opinion_taken_back_is_void_with_its_signature(cast: Cast) -> None:
    case = cast.walk_to(State.AWAITING_VILLAGE_SEAL)
    outcome = take_back(cast, case, cast.head)
    assert (outcome.event.from_state, outcome.event.to_state) == (
        State.AWAITING_VILLAGE_SEAL,
        State.AWAITING_VILLAGE_REVIEW,
    )
    opinion = Opinion.objects.get(case=case)
    assert opinion.voided_at == cast.now
    assert opinion.signature is not None
    assert (opinion.signature.revocation.why, opinion.signature.revocation.by) == ("撤回", cast.head.user)
    before, after = papers_of(case)[-2:]
    assert set(pictures_in(read_paper(before))) == {"village_signature"}
    assert set(pictures_in(read_paper(after))) == set()
    assert after.values["village_opinion"] == ""
    assert "撤回" in after.label
    cast.act(case, "applications.agree_by_village", cast.head, signed("秦守义", "再看一遍，同意。"))
    assert valid(case) == {"village_opinion"}


def test_a_seal_taken_back_stays_in_the_register_marked_void(cast: Cast) -> None:
    case = cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW)
    take_back(cast, case, cast.keeper)
    use = SealUse.objects.get()
    assert use.revocation.why == "撤回"
    opinion = Opinion.objects.get(case=case)
    assert opinion.voided_at is None
    assert opinion.seal_use is None
    assert set(pictures_in(read_paper(papers_of(case)[-1]))) == {"village_signature"}
    cast.act(case, "applications.seal_by_village", cast.keeper)
    assert [(use.number, hasattr(use, "revocation")) for use in SealUse.objects.order_by("pk")] == [
        (1, True),
        (2, False),
    ]


def test_a_townships_opinion_taken_back_leaves_the_villages_in_force(cast: Cast) -> None:
    case = cast.walk_to(State.AWAITING_TOWNSHIP_SEAL)
    take_back(cast, case, cast.reviewer)
    assert state_of(case) == State.AWAITING_TOWNSHIP_REVIEW
    assert valid(case) == {"village_opinion"}
    assert set(pictures_in(read_paper(papers_of(case)[-1]))) == {"village_signature", "village_seal"}
    cast.walk(case, State.APPROVED)


def test_a_return_taken_back_finds_everything_as_it_was(cast: Cast) -> None:
    case = cast.walk_to(State.RETURNED)
    before = papers_of(case)[-1]
    outcome = take_back(cast, case, cast.reviewer)
    assert (outcome.event.from_state, outcome.event.to_state) == (State.RETURNED, State.AWAITING_TOWNSHIP_REVIEW)
    assert valid(case) == {"village_opinion"}
    assert not Signature.objects.filter(revocation__isnull=False).exists()
    assert not SealUse.objects.filter(revocation__isnull=False).exists()
    assert papers_of(case)[-1].content_digest == before.content_digest
    cast.walk(case, State.APPROVED)
    assert valid(case) == {"village_opinion", "township_opinion"}


def test_a_confirmation_beyond_the_quota_can_be_taken_back(cast: Cast) -> None:
    case = cast.walk_to(State.AWAITING_QUOTA_CONFIRMATION)
    cast.act(case, "applications.confirm_quota", cast.officer, {"opinion": "名额确需。"})
    take_back(cast, case, cast.officer)
    assert state_of(case) == State.AWAITING_QUOTA_CONFIRMATION
    assert valid(case) == {"village_opinion", "township_opinion"}
    cast.act(case, "applications.confirm_quota", cast.officer, {"opinion": "再核，确需。"})
    assert application_of(case).quota_reason


def test_a_declined_confirmation_can_be_taken_back(cast: Cast) -> None:
    case = cast.walk_to(State.AWAITING_QUOTA_CONFIRMATION)
    cast.act(case, "applications.decline_quota", cast.officer, {"reason": "理由不充分。"})
    take_back(cast, case, cast.officer)
    assert state_of(case) == State.AWAITING_QUOTA_CONFIRMATION
    assert valid(case) == {"village_opinion", "township_opinion"}


def test_one_after_another_may_take_back_the_whole_way_to_the_draft(cast: Cast) -> None:
    case = cast.walk_to(State.AWAITING_TOWNSHIP_SEAL)
    for actor, state in (
        (cast.reviewer, State.AWAITING_TOWNSHIP_REVIEW),
        (cast.keeper, State.AWAITING_VILLAGE_SEAL),
        (cast.head, State.AWAITING_VILLAGE_REVIEW),
        (cast.clerk, State.DRAFT),
    ):
        take_back(cast, case, actor)
        assert state_of(case) == state
        cast.prove()
    assert valid(case) == set()
    cast.act(case, "applications.submit", cast.clerk, application_of(case).answers)
    cast.walk(case, State.APPROVED)


# --- no longer --------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [*PATH, State.AWAITING_QUOTA_CONFIRMATION, State.RETURNED])
def test_once_the_next_has_acted_it_is_too_late_for_everybody_else(cast: Cast, state: State) -> None:
    case = cast.walk_to(state)
    last = events_of(case)[-1].actor_name
    for part in ("clerk", "head", "keeper", "reviewer", "colleague", "township_keeper", "officer", "supervisor"):
        if cast.people[part].name != last:
            refused_to(cast, case, cast.people[part])


def test_an_approved_a_rejected_and_a_voided_application_are_not_taken_back(cast: Cast) -> None:
    refused_to(cast, cast.walk_to(State.APPROVED), cast.township_keeper)
    refused_to(cast, cast.walk_to(State.REJECTED_BY_TOWNSHIP), cast.reviewer)
    refused_to(cast, cast.walk_to(State.REJECTED_BY_VILLAGE), cast.head)
    refused_to(cast, cast.walk_to(State.VOIDED), cast.clerk)


def test_a_draft_nobody_handed_in_is_not_taken_back(cast: Cast) -> None:
    refused_to(cast, cast.draft(), cast.clerk)


def test_a_paper_the_next_has_only_claimed_can_still_be_taken_back(cast: Cast) -> None:
    case = cast.apply()
    cast.act(case, "desk.take", cast.head, {})
    take_back(cast, case, cast.clerk)
    assert state_of(case) == State.DRAFT


def test_whoever_left_office_takes_nothing_back(cast: Cast) -> None:
    case = cast.apply()
    appointment = cast.clerk.appointments[0]
    appointment.to_on = cast.now.date()
    appointment.save()
    tomorrow = cast.tick(days=1)
    former = Actor.of(cast.clerk.user, tomorrow.date())  # type: ignore[arg-type]
    assert former.appointments == ()
    with pytest.raises(Exception, match="没有找到"):
        take_back(cast, case, former)


def test_a_stale_page_takes_nothing_back(cast: Cast) -> None:
    case = cast.apply()
    seen = str(Case.objects.get(pk=case.pk).revision)
    cast.act(case, "desk.take", cast.head, {})
    cast.act(case, "applications.agree_by_village", cast.head)
    with nothing_happens(), pytest.raises(Overtaken, match="不能撤回"):
        take_back(cast, case, cast.clerk, seen)


def test_somebody_elses_printing_or_remark_does_not_stand_in_the_way(cast: Cast) -> None:
    case = cast.apply()
    seen = str(Case.objects.get(pk=case.pk).revision)
    cast.do("desk.print_paper", papers_of(case)[-1], cast.auditor, {})
    cast.do("desk.comment", case, cast.supervisor, {"text": "请抓紧。"})
    take_back(cast, case, cast.clerk, seen)
    assert state_of(case) == State.DRAFT


# --- what has been overtaken by its own consequences ------------------------------------------------


def test_a_return_is_not_taken_back_after_the_clerk_handed_in_again(cast: Cast) -> None:
    # The second submission voided the village's opinion: going back to the township would leave it without one.
    case = cast.walk_to(State.RETURNED)
    cast.act(case, "applications.submit", cast.clerk, application_of(case).answers)
    take_back(cast, case, cast.clerk)
    assert state_of(case) == State.RETURNED
    refused_to(cast, case, cast.reviewer)


def test_a_declined_confirmation_is_not_taken_back_after_the_township_signed_anew(cast: Cast) -> None:
    case = cast.walk_to(State.AWAITING_QUOTA_CONFIRMATION)
    cast.act(case, "applications.decline_quota", cast.officer, {"reason": "理由不充分。"})
    cast.act(case, "applications.agree_by_township", cast.reviewer, beyond_quota(cast.reviewer))
    take_back(cast, case, cast.reviewer)
    assert state_of(case) == State.AWAITING_TOWNSHIP_REVIEW
    refused_to(cast, case, cast.officer)


def test_on_the_page_the_reason_is_asked_for_and_told(
    cast: Cast,
    browser: Callable[[str], Client],  # noqa: F811
) -> None:
    case = cast.walk_to(State.AWAITING_VILLAGE_SEAL)
    head = browser("head")
    page = head.get(f"/cases/{case.pk}/").content.decode()
    assert "确定撤回" in page
    data = {"action": "desk.take_back", "reason": "电话打不通，再核实。"}
    assert head.post(f"/cases/{case.pk}/act/", data).status_code == 303
    assert events_of(case)[-1].reason == "电话打不通，再核实。"
    assert "电话打不通，再核实。" in head.get(f"/cases/{case.pk}/").content.decode()
