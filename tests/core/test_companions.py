"""催办, 抄送, 关注: what colleagues do about a paper on somebody else's desk, and what they may not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from signatures.demo_strokes import demo_signature
from tests.cast import Cast, applicant_id, application_of, events_of, task_of, user_of
from workflows.applications.models import State
from workflows.core.models import Case, Notice
from workflows.core.refusals import NotFound, Refused

pytestmark = pytest.mark.django_db


def told(cast: Cast, part: str) -> list[str]:
    return list(Notice.objects.filter(user=user_of(cast.people[part])).order_by("pk").values_list("text", flat=True))


def refused_for(cast: Cast, action: str, case: Case, part: str, **data: object) -> set[str]:
    with pytest.raises(Refused) as refused:
        cast.do(action, case, cast.people[part], data)
    return {refusal.code for refusal in refused.value.refusals}


def test_urging_reaches_the_desk_once_a_day(cast: Cast) -> None:
    case = cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW)
    cast.do("desk.urge", case, cast.clerk, {})
    assert events_of(case)[-1].action == "desk.urge"
    assert Notice.objects.filter(case=case, office=cast.township, text__contains="催办").count() == 1
    assert refused_for(cast, "desk.urge", case, "supervisor") == {"urged_today"}
    assert refused_for(cast, "desk.urge", case, "reviewer") == {"yours"}
    cast.tick(days=1)
    cast.do("desk.take", task_of(case), cast.colleague)
    cast.do("desk.urge", case, cast.clerk, {})
    assert any("催办" in text for text in told(cast, "colleague"))
    closed = cast.walk_to(State.REJECTED_BY_VILLAGE)
    assert refused_for(cast, "desk.urge", closed, "clerk") == {"nothing_open"}


def test_who_was_copied_reads_masked_and_does_nothing_else(cast: Cast, browser: Callable[[str], Client]) -> None:
    case = cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW)
    page = browser("other_reviewer")
    assert page.get(f"/cases/{case.pk}/").status_code == 404
    cast.do("desk.copy", case, cast.reviewer, {"person": cast.other_reviewer.name})
    assert case in Case.objects.visible_to(cast.other_reviewer)
    shown = page.get(f"/cases/{case.pk}/")
    assert shown.status_code == 200
    sheet = shown.content.decode()
    assert application_of(case).answers["id_number"] not in sheet
    for word in ("/unmask/", "/comment/", "/print/", "/companions/"):
        assert word not in sheet
    for action, data in (
        ("desk.comment", {"text": "我也说一句。"}),
        ("desk.unmask", {"reason": "核对纸质证件", "field": "id_number"}),
        ("desk.follow", {}),
        ("desk.copy", {"person": cast.other_clerk.name}),
        ("desk.urge", {}),
    ):
        with pytest.raises(NotFound):
            cast.do(action, case, cast.other_reviewer, data)
    assert page.get(f"/tasks/{task_of(case).pk}/").status_code == 404
    assert page.get(f"/cases/{case.pk}/companions/").status_code == 404
    assert application_of(case).answers["id_number"] not in page.get("/inbox/").content.decode()
    assert page.get("/applications/").content.decode().count(case.title) == 0


def test_a_copy_goes_to_an_official_in_office_and_goes_once(cast: Cast) -> None:
    case = cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW)
    assert refused_for(cast, "desk.copy", case, "reviewer", person="没有这个人") == {"nobody"}
    assert refused_for(cast, "desk.copy", case, "reviewer", person=cast.outsider.name) == {"nobody"}
    cast.do("desk.copy", case, cast.reviewer, {"person": cast.other_reviewer.name})
    assert refused_for(cast, "desk.copy", case, "reviewer", person=cast.other_reviewer.name) == {"copied_already"}
    assert refused_for(cast, "desk.copy", cast.draft(), "clerk", person=cast.head.name) == {"draft"}


def test_who_follows_hears_of_each_decision_and_who_signed_of_a_rejection(cast: Cast) -> None:
    case = cast.walk_to(State.AWAITING_VILLAGE_REVIEW)
    cast.do("desk.follow", case, cast.clerk, {})
    cast.walk(case, State.AWAITING_TOWNSHIP_REVIEW)
    heard = told(cast, "clerk")
    assert len(heard) == 2
    cast.do("desk.unfollow", case, cast.clerk, {})
    reason = {"reason": "已在县城上班，不符合条件。", "strokes": demo_signature(cast.reviewer.name)}
    cast.act(case, "applications.reject_by_township", cast.reviewer, reason)
    assert told(cast, "clerk") == heard
    assert told(cast, "head") == [f"{cast.reviewer.name}签署乡镇意见：不同意"]


def test_the_page_urges_copies_and_follows(cast: Cast, browser: Callable[[str], Client]) -> None:
    case = cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW)
    page = browser("clerk")
    url = f"/cases/{case.pk}/companions/"
    assert url in page.get(f"/cases/{case.pk}/").content.decode()
    for data in (
        {"action": "desk.urge"},
        {"action": "desk.copy", "person": cast.officer.name},
        {"action": "desk.follow"},
    ):
        assert page.post(url, data).status_code == 303
    assert page.post(url, {"action": "desk.copy", "person": ""}).status_code == 422
    assert page.post(url, {"action": "applications.void"}).status_code == 404
    assert cast.officer.name in page.get(url).content.decode()
    assert applicant_id(1) not in page.get(url).content.decode()
