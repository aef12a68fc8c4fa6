"""A post is declared by its village and settled by its township; only then can anybody be placed on it."""

import pytest

from tests.cast import Cast, events_of, nothing_happens, papers_of, signed, task_of
from workflows.applications.models import State
from workflows.core.models import Case
from workflows.core.refusals import NotFound, NotYours, Overtaken, Refused
from workflows.employment.models import Post, PostState
from workflows.employment.places import places_taken

pytestmark = pytest.mark.django_db


def post_of(case: Case) -> Post:
    return Post.objects.get(case=case)


def settled(cast: Cast, **changes: str) -> Post:
    case = cast.declare_post(**changes)
    cast.act(case, "posts.approve", cast.reviewer, signed("林书平", "岗位设置合理，同意设置。"))
    return post_of(case)


@pytest.mark.article("《方案》三（二）1、《办法》第四条第3项")
def test_a_village_declares_a_post_and_the_township_settles_it(cast: Cast) -> None:
    case = cast.declare_post()
    assert post_of(case).state == PostState.AWAITING_APPROVAL
    assert case.number == "2020-104-岗-0001"
    cast.act(case, "posts.approve", cast.reviewer, signed("林书平", "岗位设置合理，同意设置。"))
    assert post_of(case).state == PostState.VACANT
    assert [paper.label for paper in papers_of(case)] == ["报乡镇核定", "乡镇核定"]
    last = papers_of(case)[-1].values
    assert (last["village"], last["post_type"], last["places"]) == ("青禾村", "养路", "2人")
    assert last["township_opinion"] == "岗位设置合理，同意设置。"
    assert last["submitted_by"] == cast.clerk.name
    approved = events_of(case)[-1]
    assert (approved.action, approved.from_state, approved.to_state) == ("posts.approve", "awaiting_approval", "vacant")
    assert len(approved.content["papers"]) == len(approved.content["signatures"]) == 1
    assert approved.policy


def test_the_head_of_the_village_may_report_it_too(cast: Cast) -> None:
    from tests.cast import POST_SHEET
    from workflows.core.door import Step, perform_together

    steps = [
        Step("posts.open", cast.village, {**POST_SHEET, "opening_key": "head"}),
        Step("posts.submit", None, POST_SHEET),
    ]
    case = perform_together(steps, cast.head, at=cast.tick())[0].result
    assert post_of(case).submitted_by == cast.head.name


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"type_name": "会计"}, "no_type"),
        ({"type_name": ""}, "no_type"),
        ({"duties": " "}, "not_described"),
        ({"standard": "好"}, "not_described"),
        ({"hours": ""}, "not_described"),
        ({"near": ""}, "not_near"),
        ({"places": "0"}, "no_places"),
        ({"places": "100"}, "no_places"),
        ({"places": "两个"}, "shape"),
        ({"duties": "清" * 201}, "shape"),
    ],
)
def test_what_is_missing_is_said_before_it_goes_to_the_township(cast: Cast, changes: dict[str, str], code: str) -> None:
    with nothing_happens(), pytest.raises(Refused) as refused:
        cast.declare_post(**changes)
    assert [refusal.code for refusal in refused.value.refusals] == [code]


def test_ninety_nine_places_are_allowed(cast: Cast) -> None:
    assert post_of(cast.declare_post(places="99")).places == 99


def test_a_post_sent_back_is_put_right_and_signed_anew(cast: Cast) -> None:
    case = cast.declare_post()
    cast.act(case, "posts.send_back", cast.reviewer, {"reason": "工作时间写具体。"})
    assert post_of(case).state == PostState.RETURNED
    from tests.cast import POST_SHEET

    cast.act(case, "posts.submit", cast.clerk, {**POST_SHEET, "hours": "每天8时至11时，每周6天。"})
    cast.act(case, "posts.approve", cast.reviewer, signed("林书平", "同意设置。"))
    assert post_of(case).hours == "每天8时至11时，每周6天。"
    assert [paper.number for paper in papers_of(case)] == [1, 2, 3]


def test_a_rejected_post_is_over(cast: Cast) -> None:
    case = cast.declare_post()
    rejection = {"reason": "本村已有同类岗位。", "strokes": signed("林书平")["strokes"]}
    cast.act(case, "posts.reject", cast.reviewer, rejection)
    case.refresh_from_db()
    assert post_of(case).state == PostState.REJECTED
    assert case.finished is not None
    assert "不予核定。理由：本村已有同类岗位。" in papers_of(case)[-1].values["township_opinion"]


@pytest.mark.article("《办法》第十四条")
def test_nobody_settles_what_they_reported(cast: Cast) -> None:
    both = cast.also("reviewer", "village_clerk", "104001")
    from tests.cast import POST_SHEET
    from workflows.core.door import Step, perform_together

    steps = [
        Step("posts.open", cast.village, {**POST_SHEET, "opening_key": "both"}),
        Step("posts.submit", None, POST_SHEET),
    ]
    case = perform_together(steps, both, at=cast.tick())[0].result
    with pytest.raises(Refused) as refused:
        cast.act(case, "posts.approve", both, signed("林书平"))
    assert [refusal.code for refusal in refused.value.refusals] == ["own_submission"]


def test_only_the_own_township_settles_and_only_once(cast: Cast) -> None:
    case = cast.declare_post()
    task = task_of(case)
    with nothing_happens():
        with pytest.raises(NotFound):
            cast.act(case, "posts.approve", cast.other_reviewer, signed("段玉洁"))
        with pytest.raises(NotYours):
            cast.act(case, "posts.approve", cast.clerk, signed("何素琴"))
        with pytest.raises(NotFound):
            cast.act(case, "applications.agree_by_township", cast.reviewer)  # another flow's action
    cast.act(case, "posts.approve", cast.reviewer)
    with pytest.raises(Overtaken):
        cast.do("posts.approve", task, cast.colleague, signed("苏文静"))


def test_the_clerk_takes_it_back_until_the_township_has_acted(cast: Cast) -> None:
    case = cast.declare_post()
    cast.do("desk.take_back", case, cast.clerk)
    assert post_of(case).state == PostState.PLANNED
    cast.do("posts.void", case, cast.clerk, {"reason": "重复填写。"})
    assert post_of(case).state == PostState.VOIDED


def test_people_are_placed_only_where_a_place_is_free(cast: Cast) -> None:
    post = settled(cast, places="1")
    cast.walk_to(State.APPROVED, post=str(post.pk))
    assert places_taken(post) == 1
    with pytest.raises(Refused) as refused:
        cast.apply(post=str(post.pk))
    assert [refusal.code for refusal in refused.value.refusals] == ["post_full"]


def test_a_post_not_yet_settled_cannot_be_chosen(cast: Cast) -> None:
    post = post_of(cast.declare_post())
    with pytest.raises(Refused) as refused:
        cast.apply(post=str(post.pk))
    assert [refusal.code for refusal in refused.value.refusals] == ["no_post"]


def test_a_post_in_use_is_not_abolished(cast: Cast) -> None:
    post = settled(cast)
    cast.walk_to(State.APPROVED, post=str(post.pk))
    with pytest.raises(Refused) as refused:
        cast.do("posts.abolish", post.case, cast.reviewer, {"reason": "道路已改造。"})
    assert [refusal.code for refusal in refused.value.refusals] == ["in_use"]
    empty = settled(cast)
    cast.do("posts.abolish", empty.case, cast.reviewer, {"reason": "道路已改造。"})
    empty.refresh_from_db()
    assert empty.state == PostState.ABOLISHED
