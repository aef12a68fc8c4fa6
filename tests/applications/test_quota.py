"""边缘户原则上每乡镇不超过5户: the soft stop, its reason, and the county's confirmation; and the places of a post."""

from datetime import date
from typing import Any

import pytest

from registry.models import Worker
from registry.roles import Role
from tests.cast import Cast, applicant_id, application_of, beyond_quota, nothing_happens, papers_of, signed, state_of
from workflows.applications.models import State
from workflows.core.models import Case, Notice, Opinion
from workflows.core.refusals import Refusal, Refused

AGREE = "applications.agree_by_township"


def refusal_of(cast: Cast, case: Case, data: dict[str, Any], action: str = AGREE, part: str = "reviewer") -> Refusal:
    with nothing_happens(), pytest.raises(Refused) as caught:
        cast.act(case, action, cast.people[part], data)
    (refusal,) = caught.value.refusals
    return refusal


def edge_case_of(cast: Cast) -> Case:
    return cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW, category="edge")


def test_the_fifth_edge_household_is_agreed_to_like_any_other(cast: Cast) -> None:
    cast.fill_quota(4)
    case = edge_case_of(cast)
    cast.act(case, AGREE, cast.reviewer, signed("林书平"))
    assert state_of(case) == State.AWAITING_TOWNSHIP_SEAL
    assert not Notice.objects.filter(office_role=Role.EMPLOYMENT_SERVICE_OFFICER).exists()


@pytest.mark.article("《方案》三（二）4")
def test_the_sixth_is_stopped_and_told_how_to_go_on(cast: Cast) -> None:
    cast.fill_quota(5)
    case = edge_case_of(cast)
    refusal = refusal_of(cast, case, signed("林书平"))
    assert refusal.code == "quota_full"
    assert "泥井镇已安置边缘户5户" in refusal.message
    assert refusal.basis == "《方案》三（二）4"


@pytest.mark.article("《方案》三（二）4")
def test_with_a_written_reason_it_goes_to_the_county_which_confirms(cast: Cast) -> None:
    cast.fill_quota(5)
    case = edge_case_of(cast)
    outcome = cast.act(case, AGREE, cast.reviewer, beyond_quota(cast.reviewer))
    assert state_of(case) == State.AWAITING_QUOTA_CONFIRMATION
    assert outcome.event.reason == application_of(case).quota_reason == beyond_quota(cast.reviewer)["quota_reason"]
    notice = Notice.objects.get(office_role=Role.EMPLOYMENT_SERVICE_OFFICER)
    assert notice.office == cast.places["employment_service"]
    cast.act(case, "applications.confirm_quota", cast.officer, {"opinion": "名额确需，同意。"})
    opinion = Opinion.objects.get(case=case, step="quota_confirmation")
    assert (opinion.verdict, opinion.text, opinion.written_by) == ("confirm", "名额确需，同意。", cast.officer.user)
    cast.act(case, "applications.seal_by_township", cast.township_keeper)
    assert state_of(case) == State.APPROVED
    assert papers_of(case)[-1].values["township_opinion"] == "情况属实，同意。"


def test_declined_it_comes_back_to_the_township_which_gives_another_reason(cast: Cast) -> None:
    case = cast.walk_to(State.AWAITING_QUOTA_CONFIRMATION)
    cast.act(case, "applications.decline_quota", cast.officer, {"reason": "理由不充分。"})
    assert papers_of(case)[-1].values["township_opinion"] == ""
    assert refusal_of(cast, case, signed("林书平")).code == "quota_full"
    again = {**beyond_quota(cast.reviewer), "quota_reason": "补充：两老均失能，有医院证明。"}
    cast.act(case, AGREE, cast.reviewer, again)
    assert application_of(case).quota_reason == again["quota_reason"]
    first, second = Opinion.objects.filter(case=case, step="township_opinion").order_by("pk")
    assert (first.voided_at, second.voided_at) == (cast.now, None)
    cast.act(case, "applications.confirm_quota", cast.officer, {"opinion": "同意。"})
    cast.act(case, "applications.seal_by_township", cast.township_keeper)


@pytest.mark.article("《方案》三（二）4")
def test_a_household_counts_once_however_many_of_it_apply(cast: Cast) -> None:
    cast.fill_quota(4)
    number = applicant_id(50)
    first = cast.walk_to(State.APPROVED, category="edge", id_number=number, name="周保田")
    of_head = {"head_is_self": "no", "head_name": "周保田", "head_id_number": number}
    wife = cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW, category="edge", **of_head)
    cast.act(wife, AGREE, cast.reviewer)
    assert application_of(wife).household == application_of(first).household
    assert state_of(wife) == State.AWAITING_TOWNSHIP_SEAL


def test_the_other_townships_households_do_not_count(cast: Cast) -> None:
    cast.fill_quota(5)
    case = cast.apply(village="101001", category="edge")
    cast.act(case, "applications.agree_by_village", cast.other_head)
    cast.act(case, "applications.seal_by_village", cast.other_keeper)
    cast.act(case, AGREE, cast.other_reviewer)
    assert state_of(case) == State.AWAITING_TOWNSHIP_SEAL


def test_who_has_left_the_post_no_longer_counts(cast: Cast) -> None:
    cast.fill_quota(4)
    cast.do("registry.enter_household", cast.county, cast.system, cast.listed(300, category="edge"))
    left = Worker.objects.order_by("-pk")[0]
    cast.record_service(left, date(2019, 7, 1), date(2020, 6, 30))
    case = edge_case_of(cast)
    cast.act(case, AGREE, cast.reviewer)
    assert state_of(case) == State.AWAITING_TOWNSHIP_SEAL


def test_two_applications_for_the_last_edge_place_one_passes_and_the_other_stops(cast: Cast) -> None:
    cast.fill_quota(4)
    one, other = edge_case_of(cast), edge_case_of(cast)
    cast.act(one, AGREE, cast.reviewer)
    assert refusal_of(cast, other, signed("苏文静"), part="colleague").code == "quota_full"


# --- places of a post -------------------------------------------------------------------------------


def test_two_agreed_applications_never_share_the_last_place_of_a_post(cast: Cast) -> None:
    one = cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW, post=1)
    other = cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW, post=1)
    cast.act(one, AGREE, cast.reviewer)
    refusal = refusal_of(cast, other, signed("林书平"))
    assert refusal.code == "post_full"


def test_a_place_given_away_meanwhile_is_not_confirmed_a_second_time(cast: Cast) -> None:
    waiting = cast.walk_to(State.AWAITING_QUOTA_CONFIRMATION, post=1)
    cast.walk_to(State.AWAITING_TOWNSHIP_SEAL, post=1)
    refusal = refusal_of(cast, waiting, {"opinion": "同意。"}, "applications.confirm_quota", "officer")
    assert refusal.code == "post_full"


def test_a_place_is_free_again_when_the_township_takes_its_opinion_back(cast: Cast) -> None:
    one = cast.walk_to(State.AWAITING_TOWNSHIP_SEAL, post=1)
    other = cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW)
    cast.act(other, "applications.send_back", cast.reviewer, {"reason": "改报绿化岗位。"})
    changed = {**application_of(other).answers, "post": str(cast.posts["104001"][1].pk)}
    with pytest.raises(Refused, match="名额已经用完"):
        cast.act(other, "applications.submit", cast.clerk, changed)
    cast.do("desk.take_back", one, cast.reviewer, {})
    cast.act(other, "applications.submit", cast.clerk, changed)
