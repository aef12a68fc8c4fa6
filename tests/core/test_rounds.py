"""会签, 票签, 加签 and 退回 at the door, on a small flow that has one step of every kind."""

from collections.abc import Iterator
from typing import Any

import pytest

from forms_templates.models import Document
from signatures.models import SignatureRevocation
from tests.cast import Cast, events_of, nothing_happens, prepared_cast, signed
from tests.slips.flow import in_use
from tests.slips.models import Slip, State
from workflows.core.actors import Actor
from workflows.core.door import Outcome
from workflows.core.models import Case, CaseReturn, Consultation, DeskTask, Notice, Opinion
from workflows.core.procedure import open_tasks
from workflows.core.refusals import NotYours, Overtaken, Refused
from workflows.core.seen import seen_of

AGREED = {"opinion": "同意。"}
NO = {"reason": "数额不对，请核实。"}


@pytest.fixture
def cast(db: None) -> Iterator[Cast]:
    with in_use():
        cast = prepared_cast()
        yield cast
        cast.prove()


def new(cast: Cast, to: str = State.SIGNING) -> Case:
    case: Case = cast.do("slips.open", cast.village, cast.clerk, {"key": f"slip-{cast.tick()}"}).result
    act(cast, case, "slips.submit", cast.clerk, {"amount": "400", "note": "九月", "remark": ""})
    if to != State.CHECKING:
        act(cast, case, "slips.check", cast.head)
    if to in (State.VOTING, State.DECIDING):
        for part in ("keeper", "township_clerk", "reviewer"):
            act(cast, case, "slips.sign", cast.people[part], AGREED)
    if to == State.DECIDING:
        for part in ("officer", "auditor"):
            act(cast, case, "slips.sign", cast.people[part], AGREED)
    assert state(case) == to
    return case


def lying(case: Case) -> list[str]:
    return sorted(f"{task.flow_task.name}.{task.seat}".rstrip(".") for task in open_tasks(case))


def state(case: Case) -> str:
    return str(Slip.objects.get(case=case).state)


def desk_of(case: Case, actor: Actor) -> DeskTask:
    return next(
        task for task in open_tasks(case) if actor.appointment_for(task.office_id or 0, task.office_role) is not None
    )


def act(cast: Cast, case: Case, action: str, actor: Actor, data: Any = None, **more: Any) -> Outcome:
    return cast.do(action, desk_of(case, actor), actor, data or {}, **more)


def standing(case: Case) -> set[str]:
    return set(Opinion.objects.filter(case=case, voided_at__isnull=True).values_list("step", flat=True))


def refused(cast: Cast, case: Case, action: str, actor: Actor, data: Any = None) -> str:
    with nothing_happens(), pytest.raises(Refused) as caught:
        act(cast, case, action, actor, data)
    return caught.value.refusals[0].code


# --- 会签 -------------------------------------------------------------------------------------------


def test_each_required_actor_has_one_task_and_the_round_ends_with_the_last(cast: Cast) -> None:
    case = new(cast)
    assert lying(case) == ["sign_all.clerk", "sign_all.keeper", "sign_all.reviewer"]
    act(cast, case, "slips.sign", cast.reviewer, AGREED)
    assert lying(case) == ["sign_all.clerk", "sign_all.keeper"]
    act(cast, case, "slips.sign", cast.keeper, AGREED)
    outcome = act(cast, case, "slips.sign", cast.township_clerk, AGREED)
    assert (outcome.event.from_state, outcome.event.to_state) == (State.SIGNING, State.VOTING)
    assert lying(case) == ["vote.auditor", "vote.officer", "vote.supervisor"]
    assert [event.details.get("seat") for event in events_of(case)[-3:]] == ["reviewer", "keeper", "clerk"]


def test_two_who_sign_at_once_do_not_stand_in_each_others_way(cast: Cast) -> None:
    case = new(cast)
    pages = {part: desk_of(case, cast.people[part]) for part in ("reviewer", "keeper")}
    seen = {part: seen_of(task, Case.objects.get(pk=case.pk)) for part, task in pages.items()}
    for part, task in pages.items():
        cast.do("slips.sign", task, cast.people[part], AGREED, seen=seen[part])
    assert lying(case) == ["sign_all.clerk"]


def test_one_refusal_ends_the_round_for_all_and_no_signature_is_lost(cast: Cast) -> None:
    case = new(cast)
    keepers = desk_of(case, cast.keeper)
    act(cast, case, "slips.sign", cast.reviewer, AGREED)
    act(cast, case, "slips.refuse", cast.township_clerk, NO)
    assert (state(case), lying(case)) == (State.RETURNED, ["fill_in"])
    with nothing_happens(), pytest.raises(Overtaken):
        cast.do("slips.sign", keepers, cast.keeper, AGREED)
    assert "sign_all.reviewer" in standing(case)
    # Nothing the reviewer saw is changed: he is not asked again, the other two are.
    act(cast, case, "slips.submit", cast.clerk, {"amount": "400", "note": "九月", "remark": "已核实"})
    act(cast, case, "slips.check", cast.head)
    # (The check was signed anew, and they were shown it: everybody signs again.)
    assert lying(case) == ["sign_all.clerk", "sign_all.keeper", "sign_all.reviewer"]


def test_votes_carry_with_two_of_three_and_the_third_task_goes_away(cast: Cast) -> None:
    case = new(cast, State.VOTING)
    act(cast, case, "slips.refuse", cast.officer, NO)
    assert lying(case) == ["vote.auditor", "vote.supervisor"]
    act(cast, case, "slips.sign", cast.auditor, AGREED)
    assert lying(case) == ["vote.supervisor"]
    act(cast, case, "slips.sign", cast.supervisor, AGREED)
    assert (state(case), lying(case)) == (State.DECIDING, ["decide"])


def test_votes_that_can_no_longer_carry_end_the_case_at_once(cast: Cast) -> None:
    case = new(cast, State.VOTING)
    act(cast, case, "slips.refuse", cast.officer, NO)
    act(cast, case, "slips.refuse", cast.auditor, NO)
    for part in ("keeper", "township_clerk", "reviewer", "head"):
        assert Notice.objects.filter(user=cast.people[part].user, case=case, text__contains="不同意").exists(), part
    assert (state(case), lying(case)) == (State.REJECTED, [])
    assert DeskTask.objects.filter(process=case, seat="supervisor", status="CANCELED").count() == 1


def test_who_has_signed_or_submitted_signs_no_second_seat(cast: Cast) -> None:
    case = new(cast)
    clerk_too = cast.also("clerk", "township_clerk", "104")
    assert refused(cast, case, "slips.sign", clerk_too, AGREED) == "own_submission"
    act(cast, case, "slips.sign", cast.reviewer, AGREED)
    both = cast.also("reviewer", "village_seal_keeper", "104001")
    assert refused(cast, case, "slips.sign", both, AGREED) == "signed_already"


def test_a_seat_is_only_for_its_own_office(cast: Cast) -> None:
    case = new(cast)
    task = desk_of(case, cast.keeper)
    with nothing_happens(), pytest.raises(NotYours):
        cast.do("slips.sign", task, cast.reviewer, AGREED)


def test_a_signature_is_taken_back_until_the_next_one_signs(cast: Cast) -> None:
    case = new(cast)
    act(cast, case, "slips.sign", cast.reviewer, AGREED)
    outcome = cast.do("desk.take_back", case, cast.reviewer, {"reason": "看错了数额。"})
    assert outcome.event.reason == "看错了数额。"
    assert lying(case) == ["sign_all.clerk", "sign_all.keeper", "sign_all.reviewer"]
    assert standing(case) == {"check"}
    act(cast, case, "slips.sign", cast.reviewer, AGREED)
    act(cast, case, "slips.sign", cast.keeper, AGREED)
    with nothing_happens(), pytest.raises(Refused):
        cast.do("desk.take_back", case, cast.reviewer, {})


def test_the_signature_that_ended_the_round_is_taken_back_into_it(cast: Cast) -> None:
    case = new(cast, State.VOTING)
    cast.do("desk.take_back", case, cast.reviewer, {})
    assert (state(case), lying(case)) == (State.SIGNING, ["sign_all.reviewer"])
    assert {"sign_all.keeper", "sign_all.clerk"} <= standing(case)


# --- 退回 -------------------------------------------------------------------------------------------


def send_back(cast: Cast, case: Case, actor: Actor, to: str, mode: str) -> Outcome:
    return act(cast, case, "slips.send_back", actor, {**NO, "to": to, "mode": mode})


def test_an_unchanged_paper_goes_straight_back_and_every_signature_stands(cast: Cast) -> None:
    case = new(cast, State.DECIDING)
    before = standing(case)
    outcome = send_back(cast, case, cast.reviewer, "fill_in", "straight_back")
    assert (outcome.event.details["returned_to"], outcome.event.details["mode"]) == ("fill_in", "straight_back")
    # `remark` is shown to nobody but who decides.
    outcome = act(cast, case, "slips.submit", cast.clerk, {"amount": "400", "note": "九月", "remark": "电话已核对"})
    assert (state(case), lying(case)) == (State.DECIDING, ["decide"])
    assert outcome.event.details["straight_back"] is True
    assert standing(case) == before


def test_a_change_that_a_skipped_step_has_seen_makes_it_walk_again_and_says_so(cast: Cast) -> None:
    case = new(cast, State.DECIDING)
    send_back(cast, case, cast.reviewer, "fill_in", "straight_back")
    outcome = act(cast, case, "slips.submit", cast.clerk, {"amount": "400", "note": "十月", "remark": ""})
    assert state(case) == State.CHECKING
    assert outcome.event.details["straight_back"] is False
    assert outcome.event.details["walks_again_because"] == ["note"]
    # Who checked was shown the amount alone: that stands; the others' signatures are void.
    assert standing(case) == {"check"}
    assert CaseReturn.objects.get().changed_for_skipped == ["note"]


def test_a_paper_returned_to_a_middle_step_walks_from_there(cast: Cast) -> None:
    case = new(cast, State.DECIDING)
    send_back(cast, case, cast.reviewer, "sign_all", "walk_again")
    assert lying(case) == ["sign_all.clerk", "sign_all.keeper", "sign_all.reviewer"]


def test_a_return_is_fetched_back_until_the_other_has_begun(cast: Cast) -> None:
    case = new(cast, State.DECIDING)
    before = standing(case)
    send_back(cast, case, cast.reviewer, "fill_in", "walk_again")
    cast.do("desk.take_back", case, cast.reviewer, {"reason": "退错了。"})
    assert (state(case), standing(case)) == (State.DECIDING, before)
    assert CaseReturn.objects.get().undone_at is not None
    send_back(cast, case, cast.reviewer, "check", "straight_back")
    act(cast, case, "slips.check", cast.head)
    # The check was written anew: the signers were shown it, so nobody is skipped.
    assert state(case) == State.SIGNING


@pytest.mark.parametrize("step", ["sign_all", "vote"])
def test_a_return_to_a_round_is_fetched_back_with_every_signature_standing(cast: Cast, step: str) -> None:
    case = new(cast, State.DECIDING)
    before = standing(case)
    send_back(cast, case, cast.reviewer, step, "walk_again")
    assert len(lying(case)) == 3
    assert standing(case) == before
    cast.do("desk.take_back", case, cast.reviewer, {"reason": "退错了。"})
    assert (state(case), standing(case), lying(case)) == (State.DECIDING, before, ["decide"])
    assert not SignatureRevocation.objects.exists()


def test_the_first_signature_after_a_return_voids_what_the_round_had_signed_before(cast: Cast) -> None:
    case = new(cast, State.DECIDING)
    send_back(cast, case, cast.reviewer, "sign_all", "walk_again")
    act(cast, case, "slips.sign", cast.keeper, AGREED)
    assert lying(case) == ["sign_all.clerk", "sign_all.reviewer"]
    assert {step for step in standing(case) if step.startswith("sign_all")} == {"sign_all.keeper"}
    # The keeper is the last to have acted; the return is answered and stays.
    cast.do("desk.take_back", case, cast.keeper, {})
    assert lying(case) == ["sign_all.clerk", "sign_all.keeper", "sign_all.reviewer"]
    with nothing_happens(), pytest.raises(Refused):
        cast.do("desk.take_back", case, cast.reviewer, {})
    for part in ("keeper", "township_clerk", "reviewer"):
        act(cast, case, "slips.sign", cast.people[part], AGREED)
    assert (state(case), len(lying(case))) == (State.VOTING, 3)


def test_nobody_returns_to_a_later_step_or_one_that_is_not_there(cast: Cast) -> None:
    case = new(cast, State.SIGNING)
    for to in ("decide", "sign_all", "closed", "nowhere"):
        assert refused(cast, case, "slips.send_back", cast.reviewer, {**NO, "to": to}) == "no_such_step"


# --- 加签 -------------------------------------------------------------------------------------------


def test_another_office_is_asked_and_nobody_decides_before_it_answers(cast: Cast) -> None:
    case = new(cast, State.DECIDING)
    act(cast, case, "slips.ask", cast.reviewer, {"office": "service", "reason": "请核实是否已就业。"})
    assert lying(case)[-1] == "decide"
    assert len(lying(case)) == 2
    assert refused(cast, case, "slips.decide", cast.reviewer) == "answer_awaited"
    assert (
        refused(cast, case, "slips.ask", cast.reviewer, {"office": "service", "reason": "再问。"}) == "no_such_office"
    )
    assert refused(cast, case, "slips.answer", cast.officer, {"opinion": "未见就业登记。"}) == "shape"
    act(cast, case, "slips.answer", cast.officer, signed("江月明", "未见就业登记。"))
    assert lying(case) == ["decide"]
    paper = Document.objects.get(case_key=case.key, form_code="consultation_reply")
    assert (paper.label, paper.values["answer"]) == (f"{cast.places['employment_service'].name}答复", "未见就业登记。")
    ink = Consultation.objects.get().signature
    assert ink is not None
    assert (ink.signer_name, ink.content_digest) == ("江月明", paper.content_digest)
    assert events_of(case)[-1].content["papers"][0]["file_digest"] == paper.file_digest
    cast.do("desk.take_back", case, cast.officer, {})
    assert len(lying(case)) == 2
    assert SignatureRevocation.objects.filter(signature=ink).exists()
    act(cast, case, "slips.answer", cast.officer, signed("江月明", "再查，未见就业登记。"))
    act(cast, case, "slips.decide", cast.reviewer)
    assert state(case) == State.DECIDED


def test_a_question_withdrawn_waits_for_nobody(cast: Cast) -> None:
    case = new(cast, State.DECIDING)
    act(cast, case, "slips.ask", cast.reviewer, {"office": "service", "reason": "请核实是否已就业。"})
    asked = desk_of(case, cast.officer)
    act(cast, case, "slips.withdraw", cast.reviewer, {"reason": "已电话核实。"})
    with nothing_happens(), pytest.raises(Overtaken):
        cast.do("slips.answer", asked, cast.officer, signed("江月明", "未见。"))
    act(cast, case, "slips.decide", cast.reviewer)
