"""退回 to any earlier step in two modes, what stands and what falls; 加签 before the township decides."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from signatures.models import SealUse, Signature
from tests.cast import Cast, application_of, events_of, nothing_happens, signed, state_of, task_of
from tests.core.conftest import browser  # noqa: F401
from workflows.applications.models import State
from workflows.core.door import Outcome
from workflows.core.models import Case, CaseReturn, Consultation, Notice, Opinion
from workflows.core.procedure import open_tasks
from workflows.core.refusals import Refused

REASON = "入户核实写得不清楚，请补充。"


def send_back(cast: Cast, case: Case, part: str, to: str = "fill_in", mode: str = "straight_back") -> Outcome:
    return cast.act(case, "applications.send_back", cast.people[part], {"reason": REASON, "to": to, "mode": mode})


def resubmit(cast: Cast, case: Case, **changes: str) -> Outcome:
    return cast.act(case, "applications.submit", cast.clerk, {**application_of(case).answers, **changes})


def standing(case: Case) -> set[str]:
    return set(Opinion.objects.filter(case=case, voided_at__isnull=True).values_list("step", flat=True))


@pytest.mark.parametrize(
    ("state", "part", "step"),
    [
        (State.AWAITING_VILLAGE_REVIEW, "head", "village_opinion"),
        (State.AWAITING_VILLAGE_SEAL, "keeper", "village_seal"),
        (State.AWAITING_TOWNSHIP_REVIEW, "reviewer", "township_opinion"),
        (State.AWAITING_QUOTA_CONFIRMATION, "officer", "quota_confirmation"),
        (State.AWAITING_TOWNSHIP_SEAL, "township_keeper", "township_seal"),
    ],
)
def test_an_unchanged_application_goes_straight_back_to_whoever_returned_it(
    cast: Cast, state: State, part: str, step: str
) -> None:
    case = cast.walk_to(state)
    before = standing(case)
    send_back(cast, case, part)
    assert state_of(case) == State.RETURNED
    outcome = resubmit(cast, case)
    assert (state_of(case), task_of(case).flow_task.name) == (state, step)
    assert standing(case) == before
    assert outcome.event.details["straight_back"] is True
    assert not Signature.objects.filter(revocation__isnull=False).exclude(acted_as="").exists()
    assert not SealUse.objects.filter(revocation__isnull=False).exists()


def test_what_a_skipped_office_has_seen_makes_it_walk_again_and_its_signature_is_void(cast: Cast) -> None:
    case = cast.walk_to(State.AWAITING_TOWNSHIP_SEAL)
    send_back(cast, case, "township_keeper")
    outcome = resubmit(cast, case, phone="13800000009")
    assert state_of(case) == State.AWAITING_VILLAGE_REVIEW
    assert outcome.event.details["walks_again_because"] == ["phone"]
    assert set(outcome.event.details["voided"]) == {"village_opinion", "township_opinion"}
    assert standing(case) == set()
    assert Notice.objects.filter(text__contains="您签署的意见已作废").count() == 2
    cast.walk(case, State.APPROVED)


def test_walking_again_leaves_what_is_signed_on_an_unchanged_part_in_force_and_it_is_upheld(cast: Cast) -> None:
    case = cast.walk_to(State.AWAITING_TOWNSHIP_SEAL)
    send_back(cast, case, "township_keeper", mode="walk_again")
    resubmit(cast, case)
    assert standing(case) == {"village_opinion", "township_opinion"}
    for code, part in (
        ("uphold_by_village", "head"),
        ("uphold_village_seal", "keeper"),
        ("uphold_by_township", "reviewer"),
    ):
        cast.act(case, f"applications.{code}", cast.people[part], {})
    assert state_of(case) == State.AWAITING_TOWNSHIP_SEAL
    assert Signature.objects.exclude(acted_as="").count() == 2
    assert SealUse.objects.count() == 1
    cast.walk(case, State.APPROVED)


def test_a_new_opinion_voids_the_later_ones_that_rested_on_the_old_one(cast: Cast) -> None:
    case = cast.walk_to(State.AWAITING_TOWNSHIP_SEAL)
    send_back(cast, case, "township_keeper", mode="walk_again")
    resubmit(cast, case)
    cast.act(case, "applications.agree_by_village", cast.head, signed("秦守义", "再看一遍，同意。"))
    assert standing(case) == {"village_opinion"}
    with nothing_happens(), pytest.raises(Refused, match="重新盖章"):
        cast.act(case, "applications.uphold_village_seal", cast.keeper, {})


def test_the_village_head_is_asked_again_and_answers_straight(cast: Cast) -> None:
    case = cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW)
    send_back(cast, case, "reviewer", to="village_opinion")
    assert state_of(case) == State.AWAITING_VILLAGE_REVIEW
    cast.act(case, "applications.uphold_by_village", cast.head, {})
    assert state_of(case) == State.AWAITING_TOWNSHIP_REVIEW
    assert CaseReturn.objects.get().settled_by is not None
    # A new opinion is another paper for the keeper of the seal: that one is not skipped.
    send_back(cast, case, "reviewer", to="village_opinion")
    cast.act(case, "applications.agree_by_village", cast.head)
    assert state_of(case) == State.AWAITING_VILLAGE_SEAL


def test_the_last_edge_place_taken_meanwhile_brings_the_paper_before_the_township_again(cast: Cast) -> None:
    cast.fill_quota(4)
    case = cast.walk_to(State.AWAITING_TOWNSHIP_SEAL, category="edge")
    send_back(cast, case, "township_keeper")
    cast.walk_to(State.AWAITING_TOWNSHIP_SEAL, category="edge")
    outcome = resubmit(cast, case)
    assert state_of(case) == State.AWAITING_VILLAGE_REVIEW
    assert outcome.event.details["walks_again_because"] == ["edge_quota"]


def test_the_difference_is_shown_to_who_corrects_and_to_who_decides(
    cast: Cast,
    browser: Callable[[str], Client],  # noqa: F811
) -> None:
    case = cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW)
    send_back(cast, case, "reviewer")
    cast.act(case, "applications.save_draft", cast.clerk, {**application_of(case).answers, "skills": "养护绿化"})
    page = browser("clerk").get(f"/tasks/{task_of(case).pk}/").content.decode()
    assert "<del>做饭</del>" in page
    assert "重新逐级审批，不直送退回人" in page
    resubmit(cast, case, skills="养护绿化", phone="13800000009")
    cast.walk(case, State.AWAITING_TOWNSHIP_REVIEW)
    page = browser("reviewer").get(f"/tasks/{task_of(case).pk}/").content.decode()
    assert '<del>做饭</del><span class="changed">养护绿化</span>' in page
    assert "13800000009" not in page
    assert "没有直送退回人，已重新逐级审批" in page


# --- 加签 -------------------------------------------------------------------------------------------


def ask(cast: Cast, case: Case, office: str = "employment_service") -> None:
    cast.act(case, "applications.ask", cast.reviewer, {"office": office, "reason": "请核实是否已有工作。"})


def task_at(case: Case, name: str) -> Any:
    return next(task for task in open_tasks(case) if task.flow_task.name == name)


def test_the_township_asks_another_office_and_decides_when_the_answer_is_there(
    cast: Cast,
    browser: Callable[[str], Client],  # noqa: F811
) -> None:
    case = cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW)
    ask(cast, case)
    desk = task_at(case, "township_opinion")
    with nothing_happens(), pytest.raises(Refused, match="答复以后再办"):
        cast.do("applications.agree_by_township", desk, cast.reviewer, signed("林书平"))
    with nothing_happens(), pytest.raises(Refused, match="答复以后再办"):
        cast.do("applications.send_back", desk, cast.reviewer, {"reason": REASON})
    question = task_at(case, "consult")
    page = browser("officer").get(f"/tasks/{question.pk}/")
    assert page.status_code == 200
    assert "请核实是否已有工作" in page.content.decode()
    cast.do("applications.answer", question, cast.officer, signed("江月明", "社保系统里没有就业登记。"))
    asked = Consultation.objects.get()
    assert (asked.answered_by, asked.answer) == (cast.officer.user, "社保系统里没有就业登记。")
    assert [event.action for event in events_of(case)[-2:]] == ["applications.ask", "applications.answer"]
    assert "社保系统里没有就业登记" in browser("reviewer").get(f"/tasks/{desk.pk}/").content.decode()
    cast.walk(case, State.APPROVED)


def test_what_was_asked_by_mistake_is_withdrawn(cast: Cast) -> None:
    case = cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW)
    ask(cast, case, "village_head")
    cast.do(
        "applications.withdraw_question", task_at(case, "township_opinion"), cast.reviewer, {"reason": "已电话问清。"}
    )
    assert [task.flow_task.name for task in open_tasks(case)] == ["township_opinion"]
    cast.walk(case, State.APPROVED)


def test_a_case_that_ends_waits_for_no_answer(cast: Cast) -> None:
    case = cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW)
    ask(cast, case)
    cast.do("applications.void", case, cast.clerk, {"reason": "本人不再申请。"})
    assert open_tasks(case) == []
    assert not Consultation.objects.get().is_open
