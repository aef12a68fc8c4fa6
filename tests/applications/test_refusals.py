"""What is not done, by whom and why; and that nothing at all has happened then."""

from datetime import date, timedelta
from typing import Any

import pytest

from registry.id_numbers import IdNumber
from registry.models import Worker
from signatures.demo_strokes import demo_signature
from signatures.models import Seal
from tests.cast import (
    PATH,
    Cast,
    applicant_id,
    application_of,
    nothing_happens,
    post_of,
    signed,
    state_of,
    task_of,
)
from workflows.applications.models import State
from workflows.core.actions import ACTIONS, TaskAction
from workflows.core.door import Step, perform_together
from workflows.core.models import Case
from workflows.core.refusals import DoorError, NotFound, NotYours, Overtaken, Refusal, Refused
from workflows.core.seen import seen_of

DATA = {
    **signed("秦守义"),
    "reason": "请核对电话。",
    "quota_reason": "两老要照看的人家。",
    "office": "township_clerk",
}
DECISIONS = sorted(a.code for a in ACTIONS.all() if isinstance(a, TaskAction) and a.code.startswith("applications."))
OPEN_STATES = [State.DRAFT, State.RETURNED, *PATH, State.AWAITING_QUOTA_CONFIRMATION]
HOLDERS = {
    "fill_in": "clerk",
    "village_opinion": "head",
    "village_seal": "keeper",
    "township_opinion": "reviewer",
    "quota_confirmation": "officer",
    "township_seal": "township_keeper",
}


def refusals_of(cast: Cast, case: Case, action: str, part: str, data: Any = None) -> list[Refusal]:
    with nothing_happens(), pytest.raises(Refused) as caught:
        cast.act(case, action, cast.people[part], data)
    return list(caught.value.refusals)


def not_submitted(cast: Cast, **changes: Any) -> list[Refusal]:
    """What is told when this is submitted; neither the case nor anything else remains."""
    village = changes.pop("village", "104001")
    answers = cast.answers(village=village, **changes)
    steps = [
        Step("applications.open", cast.places[village], {**answers, "opening_key": "again"}),
        Step("applications.submit", None, answers),
    ]
    with nothing_happens(), pytest.raises(Refused) as caught:
        perform_together(steps, cast.clerk_of(village), at=cast.tick())
    return list(caught.value.refusals)


def only(refusals: list[Refusal]) -> Refusal:
    (refusal,) = refusals
    return refusal


# --- not at this desk, not by this person -----------------------------------------------------------


@pytest.mark.parametrize("state", OPEN_STATES)
def test_at_each_desk_only_its_own_actions_are_done(cast: Cast, state: State) -> None:
    case = cast.walk_to(state)
    desk = task_of(case).flow_task.name
    theirs = {action.code for action in ACTIONS.at_desk("applications", desk)}
    assert theirs
    holder, data = cast.people[HOLDERS[desk]], {**cast.answers(), **DATA}
    with nothing_happens():
        for code in DECISIONS:
            if code not in theirs:
                with pytest.raises(NotYours, match="不归您的岗位"):
                    cast.act(case, code, holder, data)


@pytest.mark.parametrize("state", OPEN_STATES)
def test_nobody_but_the_desks_own_office_decides(cast: Cast, state: State) -> None:
    case = cast.walk_to(state)
    desk = task_of(case).flow_task.name
    colleagues = {HOLDERS[desk], "colleague" if HOLDERS[desk] == "reviewer" else HOLDERS[desk]}
    data = {**cast.answers(), **DATA}
    strangers = [actor for part, actor in cast.people.items() if part not in colleagues]
    with nothing_happens():
        for action in ACTIONS.at_desk("applications", desk):
            for actor in strangers:
                with pytest.raises((NotYours, NotFound)):
                    cast.act(case, action.code, actor, data)


@pytest.mark.parametrize("state", [State.APPROVED, State.REJECTED_BY_VILLAGE, State.REJECTED_BY_TOWNSHIP, State.VOIDED])
def test_what_is_over_is_over(cast: Cast, state: State) -> None:
    case = cast.walk_to(state)
    last = case.task_set.filter(office__isnull=False).order_by("pk").last()
    assert last is not None
    part = HOLDERS[last.flow_task.name]
    for action in ACTIONS.at_desk("applications", last.flow_task.name):
        if action.code.startswith("applications."):
            with nothing_happens(), pytest.raises(Overtaken):
                cast.do(action.code, last, cast.people[part], {**cast.answers(), **DATA})
    with nothing_happens(), pytest.raises(Refused, match="已经办结"):
        cast.do("applications.void", case, cast.clerk, {"reason": "不要了。"})


def test_the_system_itself_decides_nothing(cast: Cast) -> None:
    case = cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW)
    for code in ("applications.agree_by_township", "applications.send_back", "desk.take"):
        with nothing_happens(), pytest.raises(NotYours):
            cast.act(case, code, cast.system, DATA)
    for code in ("desk.take_back", "applications.void", "desk.comment"):
        with nothing_happens(), pytest.raises(NotYours):
            cast.do(code, case, cast.system, {"reason": "时间已到。", "text": "请办理。"})


# --- overtaken --------------------------------------------------------------------------------------


def seen_by(case: Case) -> str:
    return seen_of(task_of(case), Case.objects.get(pk=case.pk))


@pytest.mark.parametrize("state", OPEN_STATES)
def test_a_stale_sheet_decides_nothing(cast: Cast, state: State) -> None:
    case = cast.walk_to(state)
    desk, seen = task_of(case), seen_by(case)
    part = HOLDERS[desk.flow_task.name]
    cast.do("desk.take", desk, cast.people[part], {})
    for action in ACTIONS.at_desk("applications", desk.flow_task.name):
        with nothing_happens(), pytest.raises(Overtaken, match="有了变动"):
            cast.act(case, action.code, cast.people[part], {**cast.answers(), **DATA}, seen=seen)
    fresh = seen_by(case)
    assert fresh != seen


def test_a_changed_answer_makes_a_sheet_stale_and_a_remark_does_not(cast: Cast) -> None:
    case = cast.draft()
    seen = seen_by(case)
    cast.do("desk.comment", case, cast.head, {"text": "材料齐了吗？"})
    assert seen_by(case) == seen
    cast.act(case, "applications.save_draft", cast.clerk, cast.answers(name="另一个人"))
    assert seen_by(case) != seen
    with nothing_happens(), pytest.raises(Overtaken):
        cast.act(case, "applications.submit", cast.clerk, cast.answers(), seen=seen)


def test_the_second_of_two_reviewers_hears_who_was_faster_and_when(cast: Cast) -> None:
    case = cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW)
    desk, seen = task_of(case), seen_by(case)
    cast.do("applications.agree_by_township", desk, cast.reviewer, signed("林书平"), seen=seen)
    when = f"{cast.now:%H:%M}"
    with nothing_happens(), pytest.raises(Overtaken) as caught:
        cast.do("applications.agree_by_township", desk, cast.colleague, signed("苏文静"), seen=seen)
    assert f"林书平在{when}已办理这一件（签署乡镇意见：同意）" in str(caught.value)
    assert caught.value.url == f"/cases/{case.pk}/"


def test_what_was_taken_back_meanwhile_is_not_decided(cast: Cast) -> None:
    case = cast.apply()
    desk = task_of(case)
    cast.do("desk.take_back", case, cast.clerk, {})
    with nothing_happens(), pytest.raises(Overtaken, match="已被撤回或退回"):
        cast.do("applications.agree_by_village", desk, cast.head, signed("秦守义"))


def test_the_same_opening_key_makes_one_application(cast: Cast) -> None:
    data = {**cast.answers(), "opening_key": "the form's own"}
    case = cast.do("applications.open", cast.village, cast.clerk, data).result
    with nothing_happens(), pytest.raises(Overtaken, match="刚才已经保存") as caught:
        cast.do("applications.open", cast.village, cast.clerk, data)
    assert caught.value.url == f"/cases/{case.pk}/"


def test_voiding_from_a_stale_page_voids_nothing(cast: Cast) -> None:
    case = cast.apply()
    seen = str(Case.objects.get(pk=case.pk).revision)
    cast.walk(case, State.AWAITING_TOWNSHIP_SEAL)
    with nothing_happens(), pytest.raises(Overtaken):
        cast.do("applications.void", case, cast.clerk, {"reason": "填错了。"}, seen=seen)


# --- the rules, with real rows ----------------------------------------------------------------------


def test_all_slips_and_all_rules_are_told_at_once(cast: Cast) -> None:
    wrong = {"phone": "123", "id_number": "", "address": "", "category": "", "post": "", "is_willing": ""}
    refusals = not_submitted(cast, **wrong, market_verification="")
    assert {r.anchor for r in refusals} == {
        "phone", "id_number", "address", "category", "post", "is_willing", "market_verification",
    }  # fmt: skip
    assert all(refusal.message.startswith("请") or "少" in refusal.message for refusal in refusals)


def test_the_day_before_the_sixteenth_birthday_is_a_day_too_early(cast: Cast) -> None:
    today = cast.now.date()
    birthday = date(today.year - 16, today.month, today.day)
    assert only(not_submitted(cast, id_number=applicant_id(1, birthday + timedelta(days=1)))).code == "too_young"
    assert state_of(cast.apply(id_number=applicant_id(1, birthday))) == State.AWAITING_VILLAGE_REVIEW


def test_the_day_after_the_65th_birthday_is_a_day_too_late(cast: Cast) -> None:
    today = cast.now.date()
    birthday = date(today.year - 65, today.month, today.day)
    assert only(not_submitted(cast, id_number=applicant_id(1, birthday - timedelta(days=1)))).code == "too_old"
    assert state_of(cast.apply(id_number=applicant_id(1, birthday))) == State.AWAITING_VILLAGE_REVIEW


def test_who_turns_too_old_while_the_paper_is_on_its_way_is_not_agreed_to(cast: Cast) -> None:
    today = cast.now.date()
    case = cast.walk_to(
        State.AWAITING_TOWNSHIP_REVIEW, id_number=applicant_id(1, date(today.year - 65, today.month, today.day))
    )
    cast.tick(days=1)
    refusal = only(refusals_of(cast, case, "applications.agree_by_township", "reviewer"))
    assert (refusal.code, refusal.basis) == ("too_old", "《办法》第二条、第十条")


@pytest.mark.parametrize("ability", ["无", ""])
def test_who_cannot_work_is_not_submitted(cast: Cast, ability: str) -> None:
    assert only(not_submitted(cast, work_ability=ability)).anchor == "work_ability"


def test_a_job_stops_the_submission_until_a_reason_is_written(cast: Cast) -> None:
    assert only(not_submitted(cast, has_job="yes")).code == "has_job"
    case = cast.apply(has_job="yes", job_override_reason="只在农忙时打零工")
    assert state_of(case) == State.AWAITING_VILLAGE_REVIEW


def test_a_second_application_under_the_same_id_number_is_refused_even_in_another_township(cast: Cast) -> None:
    number = applicant_id(1)
    cast.apply(id_number=number)
    wide = number.translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789X"})
    for typed in (number, f" {number[:6]} {number[6:]}", wide):
        refusal = only(not_submitted(cast, village="101001", id_number=typed))
        assert refusal.code == "second_application"
    assert IdNumber.parse(wide).value == number


@pytest.mark.parametrize("state", [State.REJECTED_BY_VILLAGE, State.REJECTED_BY_TOWNSHIP, State.VOIDED])
def test_after_a_closed_application_the_person_may_apply_again(cast: Cast, state: State) -> None:
    cast.walk_to(state, id_number=applicant_id(1))
    again = cast.apply(village="101001", id_number=applicant_id(1))
    assert application_of(again).worker == Worker.objects.get()


def test_two_drafts_for_one_person_may_lie_there_but_only_one_is_submitted(cast: Cast) -> None:
    one, other = cast.draft(id_number=applicant_id(1)), cast.draft(id_number=applicant_id(1))
    cast.act(one, "applications.submit", cast.clerk, application_of(one).answers)
    refused = refusals_of(cast, other, "applications.submit", "clerk", application_of(other).answers)
    assert only(refused).code == "second_application"


def test_who_is_on_a_post_today_does_not_apply_for_another(cast: Cast) -> None:
    cast.do("registry.enter_household", cast.county, cast.system, cast.listed(1))
    worker = Worker.objects.get()
    cast.record_service(worker, date(2020, 1, 1), date(2020, 9, 15))
    assert only(not_submitted(cast, id_number=applicant_id(1))).code == "second_application"
    cast.tick(days=1)
    assert state_of(cast.apply(id_number=applicant_id(1))) == State.AWAITING_VILLAGE_REVIEW


@pytest.mark.parametrize(("last_day", "refused"), [(date(2020, 8, 31), True), (date(2020, 8, 30), False)])
def test_three_years_on_posts_are_the_whole_term(cast: Cast, last_day: date, refused: bool) -> None:
    cast.do("registry.enter_household", cast.county, cast.system, cast.listed(1))
    cast.record_service(Worker.objects.get(), date(2017, 9, 1), last_day)
    if refused:
        refusal = only(not_submitted(cast, id_number=applicant_id(1)))
        assert (refusal.code, refusal.basis) == ("three_years_used", "《办法》第十条")
    else:
        cast.apply(id_number=applicant_id(1))


def test_a_post_of_another_village_is_no_post(cast: Cast) -> None:
    assert only(not_submitted(cast, post=str(cast.posts["101001"][0].pk))).code == "no_post"
    for nonsense in ("0", "99999", "9" * 30, "-1", "一"):
        assert only(not_submitted(cast, post=nonsense)).anchor == "post", nonsense


def test_a_post_that_is_not_described_yet_is_not_applied_for(cast: Cast) -> None:
    bare = {**post_of(cast.village, "养路", 1), "hours": " "}
    post = cast.do("employment.establish_post", cast.county, cast.system, bare).result
    refusal = only(not_submitted(cast, post=str(post.pk)))
    assert (refusal.code, refusal.basis) == ("post_not_described", "《办法》第四条")


def test_a_sheet_that_cannot_be_printed_is_refused_in_words(cast: Cast) -> None:
    case = cast.draft()
    answers = {**application_of(case).answers, "address": "青禾村\u202e组二"}
    assert only(refusals_of(cast, case, "applications.submit", "clerk", answers)).anchor == "address"


# --- opinions, signatures and seals -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "anchor"),
    [
        ({"opinion": "同意。", "strokes": ""}, "strokes"),
        ({"opinion": "同意。", "strokes": "{}"}, "strokes"),
        ({"opinion": "", "strokes": demo_signature("秦守义")}, "opinion"),
        ({"opinion": " ", "strokes": demo_signature("秦守义")}, "opinion"),
        ({"opinion": "同" * 1001, "strokes": demo_signature("秦守义")}, "opinion"),
    ],
)
def test_an_opinion_needs_words_and_a_signature(cast: Cast, data: dict[str, str], anchor: str) -> None:
    assert only(refusals_of(cast, cast.apply(), "applications.agree_by_village", "head", data)).anchor == anchor


def test_a_return_and_a_rejection_need_a_reason(cast: Cast) -> None:
    case = cast.apply()
    strokes = {"strokes": demo_signature("秦守义")}
    for reason in ("", "  ", "不"):
        assert only(refusals_of(cast, case, "applications.send_back", "head", {"reason": reason})).anchor == "reason"
        data = {**strokes, "reason": reason}
        assert only(refusals_of(cast, case, "applications.reject_by_village", "head", data)).anchor == "reason"


def test_without_a_seal_in_use_nothing_is_sealed(cast: Cast) -> None:
    case = cast.walk_to(State.AWAITING_VILLAGE_SEAL)
    Seal.objects.filter(organisation=cast.village).update(valid_to=cast.now.date() - timedelta(days=1))
    refusal = only(refusals_of(cast, case, "applications.seal_by_village", "keeper"))
    assert refusal.code == "no_seal"
    assert "请先由县里登记" in refusal.message
    assert state_of(case) == State.AWAITING_VILLAGE_SEAL


def test_every_answer_of_the_door_has_its_status() -> None:
    assert {kind.__name__: kind.status for kind in (Refused, NotYours, NotFound)} == {
        "Refused": 422,
        "NotYours": 403,
        "NotFound": 404,
    }
    assert Overtaken("x").status == 409
    assert isinstance(Overtaken("x"), DoorError)
