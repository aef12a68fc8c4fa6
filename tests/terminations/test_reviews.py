"""A notice is looked at again: the worker objects, or the township finds its own mistake."""

from datetime import date

import pytest

from forms_templates.models import Document
from tests.cast import Cast, events_of, nothing_happens, signed, task_of
from tests.terminations.steps import INK, codes, lasts, on_post, opened, propose, review_of, state_of, walk
from workflows.core.actors import Actor
from workflows.core.daily import run_daily
from workflows.core.models import Case
from workflows.core.refusals import NotFound, NotYours, Overtaken, Refused
from workflows.employment.models import EndReason, PostState, Tenure, TenureState
from workflows.terminations.models import ReviewState, TerminationState

pytestmark = [pytest.mark.django_db, pytest.mark.article("《办法》第六条")]
TODAY = date(2020, 9, 15)
UNABLE = {"proof": "腿部手术，不能久站", "happened_on": "2020-08-20"}
CLAIM = {"claim": "手术已经痊愈，医院开了证明，能正常工作。"}


def delivered(cast: Cast, tenure: Tenure, last: date = TODAY) -> Case:
    case = opened(cast, tenure, EndReason.UNABLE)
    propose(cast, case, last, **UNABLE)
    walk(cast, case)
    return case


def objection(cast: Cast, case: Case) -> Case:
    review = cast.do("exit_reviews.object", case, cast.clerk, {}).case
    assert review
    cast.do("exit_reviews.submit_objection", task_of(review), cast.clerk, CLAIM | INK)
    return review


def rule(cast: Cast, review: Case, action: str, by: Actor) -> None:
    cast.act(review, action, by, signed(by.name, "经查，医院证明属实。"))


def test_who_objects_and_is_right_stays_on_the_post(cast: Cast) -> None:
    tenure = on_post(cast)
    case = delivered(cast, tenure)
    run_daily(cast.tick(days=1))
    assert not lasts(tenure)
    review = objection(cast, case)
    with nothing_happens(), pytest.raises(Refused) as caught:
        rule(cast, review, "exit_reviews.revoke", cast.reviewer)  # who decided the notice
    assert codes(caught) == ["own_decision"]
    with pytest.raises(NotYours):
        rule(cast, review, "exit_reviews.revoke", cast.clerk)
    rule(cast, review, "exit_reviews.revoke", cast.colleague)
    assert not lasts(tenure)
    cast.act(review, "exit_reviews.seal", cast.township_keeper, {})
    assert (review_of(review).state, state_of(case)) == (ReviewState.REVOKED, TerminationState.REVOKED)
    again = Tenure.objects.get(pk=tenure.pk)
    assert (again.state, again.end_on, again.end_reason) == (TenureState.WORKING, None, "")
    assert again.post is not None
    papers = list(Document.objects.filter(case_key=review.key).order_by("number").values_list("label", flat=True))
    assert papers == ["本人提出异议", "复核：撤销原通知", "复核决定书盖章"]
    assert events_of(review)[-1].details["revoked"] == case.key
    run_daily(cast.tick(days=1))
    assert lasts(tenure)
    opened(cast, tenure, EndReason.RESIGNATION)


def test_before_the_day_of_effect_an_objection_that_is_right_leaves_the_tenure_as_it_was(cast: Cast) -> None:
    tenure = on_post(cast)
    case = delivered(cast, tenure, date(2020, 10, 15))
    review = objection(cast, case)
    rule(cast, review, "exit_reviews.revoke", cast.colleague)
    cast.act(review, "exit_reviews.seal", cast.township_keeper, {})
    run_daily(cast.now.replace(month=11))
    assert state_of(case) == TerminationState.REVOKED
    assert lasts(tenure)


def test_who_objects_and_is_wrong_has_left(cast: Cast) -> None:
    tenure = on_post(cast)
    case = delivered(cast, tenure)
    review = objection(cast, case)
    run_daily(cast.tick(days=1))  # an objection does not hold the day
    assert state_of(case) == TerminationState.EFFECTIVE
    rule(cast, review, "exit_reviews.uphold", cast.colleague)
    cast.act(review, "exit_reviews.seal", cast.township_keeper, {})
    assert review_of(review).state == ReviewState.UPHELD
    assert not lasts(tenure)
    with pytest.raises(Overtaken):
        cast.do("exit_reviews.object", case, cast.clerk, {})


def test_an_objection_comes_within_ten_working_days(cast: Cast) -> None:
    """Delivered on Tuesday 15 September 2020; 27 September was a working Sunday: the last day is the 28th."""
    case = delivered(cast, on_post(cast))
    cast.now = cast.now.replace(day=29)
    with nothing_happens(), pytest.raises(Refused) as caught:
        cast.do("exit_reviews.object", case, cast.clerk, {})
    assert codes(caught) == ["objection_too_late"]
    assert "2020年9月28日" in caught.value.refusals[0].message
    cast.now = cast.now.replace(day=28)
    objection(cast, case)


def test_an_objection_is_in_the_workers_own_hand_and_says_why(cast: Cast) -> None:
    case = delivered(cast, on_post(cast))
    review = cast.do("exit_reviews.object", case, cast.clerk, {}).case
    assert review
    for data, code in ((CLAIM, "unsigned"), ({"claim": "不"} | INK, "no_claim")):
        with nothing_happens(), pytest.raises(Refused) as caught:
            cast.do("exit_reviews.submit_objection", task_of(review), cast.clerk, data)
        assert codes(caught) == [code]
    cast.do("exit_reviews.void", review, cast.clerk, {"reason": "本人收回异议。"})
    objection(cast, case)


def test_before_it_is_delivered_there_is_nothing_to_object_to(cast: Cast) -> None:
    case = opened(cast, on_post(cast), EndReason.UNABLE)
    propose(cast, case, TODAY, **UNABLE)
    walk(cast, case, TerminationState.AWAITING_DELIVERY)
    with pytest.raises(Refused) as caught:
        cast.do("exit_reviews.object", case, cast.clerk, {})
    assert codes(caught) == ["not_delivered"]
    with pytest.raises(NotFound):
        cast.do("exit_reviews.object", case, cast.other_clerk, {})


@pytest.mark.parametrize("to", [TerminationState.AWAITING_DELIVERY, TerminationState.AWAITING_EFFECT])
def test_a_wrong_notice_is_withdrawn_before_its_day(cast: Cast, to: str) -> None:
    tenure = on_post(cast)
    case = opened(cast, tenure, EndReason.UNABLE)
    propose(cast, case, TODAY, **UNABLE)
    walk(cast, case, to)
    review = cast.do("exit_reviews.correct", case, cast.reviewer, {}).case
    assert review
    reason = {"claim": "写错了人，应为同村另一人。", **signed("林书平")}
    cast.do("exit_reviews.propose_correction", task_of(review), cast.reviewer, reason)
    # While it is being taken back it does not take effect.
    run_daily(cast.tick(days=1))
    assert lasts(tenure)
    rule(cast, review, "exit_reviews.revoke", cast.colleague)
    cast.act(review, "exit_reviews.seal", cast.township_keeper, {})
    assert state_of(case) == TerminationState.REVOKED
    run_daily(cast.tick(days=1))
    assert lasts(tenure)


def test_in_effect_a_notice_is_no_longer_withdrawn(cast: Cast) -> None:
    case = delivered(cast, on_post(cast))
    run_daily(cast.tick(days=1))
    with nothing_happens(), pytest.raises(Refused) as caught:
        cast.do("exit_reviews.correct", case, cast.reviewer, {})
    assert codes(caught) == ["in_effect"]


def test_who_was_placed_again_meanwhile_has_one_post_not_two(cast: Cast) -> None:
    tenure = on_post(cast)
    case = delivered(cast, tenure)
    run_daily(cast.tick(days=1))
    review = objection(cast, case)
    rule(cast, review, "exit_reviews.revoke", cast.colleague)
    cast.record_service(tenure.worker, cast.now.date(), None)
    with nothing_happens(), pytest.raises(Refused) as caught:
        cast.act(review, "exit_reviews.seal", cast.township_keeper, {})
    assert codes(caught) == ["placed_again"]


def test_reinstated_on_a_place_that_was_given_away_the_post_is_one_over(cast: Cast) -> None:
    tenure = on_post(cast)
    case = delivered(cast, tenure)
    run_daily(cast.tick(days=1))
    on_post(cast, cast.now.date(), number=530)
    review = objection(cast, case)
    rule(cast, review, "exit_reviews.revoke", cast.colleague)
    outcome = cast.act(review, "exit_reviews.seal", cast.township_keeper, {})
    assert outcome.event.details["over_places"] == 1
    post = Tenure.objects.get(pk=tenure.pk).post
    assert post is not None
    assert post.state == PostState.OCCUPIED
