"""转办 and 委托代理: who may act for whom, on which days, and that nobody gets round a rule by sending another."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from time_machine import travel

from forms_templates.papers import read_paper
from signatures.models import SealUse
from tests.cast import AFTERNOON, CHINA, MORNING, Cast, application_of, events_of, papers_of, signed, task_of, user_of
from workflows.applications.models import State
from workflows.core.actors import Actor
from workflows.core.daily import run_daily
from workflows.core.inbox import mine_of
from workflows.core.models import Notice, Opinion
from workflows.core.refusals import NotFound, NotYours, Refused

pytestmark = pytest.mark.django_db
TODAY = MORNING.date()
TOMORROW = TODAY + timedelta(days=1)


def entrust(cast: Cast, absent: str, deputy: str, first: date = TODAY, last: date = TODAY, by: str = "") -> Any:
    data = {
        "deputy": user_of(cast.people[deputy]).username,
        "from_on": first.isoformat(),
        "to_on": last.isoformat(),
        "reason": "参加县里培训",
    }
    actor = cast.people[by or absent]
    return cast.do("desk.delegate", cast.people[absent].appointments[0], actor, data).result


def codes(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {refusal.code for refusal in refused.value.refusals}


def on(cast: Cast, part: str, day: date) -> Actor:
    return Actor.of(user_of(cast.people[part]), day)


def test_a_deputy_does_what_lay_in_the_inbox_already_and_both_names_stand_on_paper_and_trail(cast: Cast) -> None:
    case = cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW)
    cast.do("desk.take", task_of(case), cast.reviewer)
    entrust(cast, "reviewer", "township_clerk")
    deputy = on(cast, "township_clerk", TODAY)
    assert task_of(case) in mine_of(deputy)
    cast.do("applications.agree_by_township", task_of(case), deputy, signed(deputy.name))
    event = events_of(case)[-1]
    assert event.actor_name == f"{deputy.name} 代 {cast.reviewer.name}"
    opinion = Opinion.objects.get(case=case, step="township_opinion")
    assert (opinion.written_by, opinion.acted_as.user) == (deputy.user, cast.reviewer.user)
    assert opinion.signature is not None
    assert opinion.signature.signer == deputy.user
    paper = papers_of(case)[-1]
    assert f"{deputy.name} 代 {cast.reviewer.name} 签署" in paper.values["township_opinion"]
    assert read_paper(paper)


def test_a_delegation_opens_nothing_the_day_before_and_nothing_the_day_after(cast: Cast) -> None:
    case = cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW)
    entrust(cast, "reviewer", "township_clerk", TOMORROW, TOMORROW)
    for day, offices in ((TODAY, 1), (TOMORROW, 2), (TOMORROW + timedelta(days=1), 1)):
        assert len(on(cast, "township_clerk", day).offices) == offices
    # Somebody who was let in the day before is looked at again on the day of the act.
    tomorrow = on(cast, "township_clerk", TOMORROW)
    with pytest.raises(NotYours):
        cast.do("applications.agree_by_township", task_of(case), tomorrow, signed(tomorrow.name))


def test_coming_back_earlier_ends_it_at_once(cast: Cast) -> None:
    delegation = entrust(cast, "reviewer", "township_clerk", TODAY, TOMORROW)
    cast.do("desk.end_delegation", delegation, cast.reviewer, {})
    assert len(on(cast, "township_clerk", TODAY).offices) == 1
    with pytest.raises(Refused) as refused:
        cast.do("desk.end_delegation", delegation, cast.reviewer, {})
    assert codes(refused) == {"over"}


def test_what_binds_the_absent_binds_the_deputy(cast: Cast) -> None:
    case = cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW)
    cast.do("desk.declare_kinship", case, cast.reviewer, {"relation": "姐夫"})
    entrust(cast, "reviewer", "township_clerk")
    deputy = on(cast, "township_clerk", TODAY)
    with pytest.raises(Refused) as refused:
        cast.do("applications.agree_by_township", task_of(case), deputy, signed(deputy.name))
    assert codes(refused) == {"kin"}


def test_a_deputy_decides_nothing_of_what_they_handed_in(cast: Cast) -> None:
    case = cast.walk_to(State.AWAITING_VILLAGE_REVIEW)
    entrust(cast, "head", "clerk")
    deputy = on(cast, "clerk", TODAY)
    with pytest.raises(Refused) as refused:
        cast.do("applications.agree_by_village", task_of(case), deputy, signed(deputy.name))
    assert "own_submission" in codes(refused)


def test_a_deputy_is_a_colleague_with_clean_hands(cast: Cast) -> None:
    for absent, deputy, code in (
        ("reviewer", "other_reviewer", "not_a_colleague"),
        ("township_keeper", "reviewer", "seal_not_apart"),
        ("reviewer", "reviewer", "no_deputy"),
    ):
        with pytest.raises(Refused) as refused:
            entrust(cast, absent, deputy)
        assert code in codes(refused)
    cast.people["head_too"] = cast.also("township_clerk", "village_head", "104001")
    with pytest.raises(Refused) as refused:
        entrust(cast, "reviewer", "head_too")
    assert codes(refused) == {"two_levels"}


def test_days_are_checked_and_a_second_deputy_waits(cast: Cast) -> None:
    yesterday = TODAY - timedelta(days=1)
    for first, last, code in (
        (yesterday, TODAY, "begins_in_the_past"),
        (TOMORROW, TODAY, "ends_before_it_begins"),
        (TODAY, TODAY + timedelta(days=184), "too_long"),
    ):
        with pytest.raises(Refused) as refused:
            entrust(cast, "reviewer", "township_clerk", first, last)
        assert codes(refused) == {code}
    entrust(cast, "reviewer", "township_clerk", TODAY, TOMORROW)
    with pytest.raises(Refused) as refused:
        entrust(cast, "reviewer", "colleague", TOMORROW, TOMORROW)
    assert codes(refused) == {"delegated_already"}


def test_an_office_is_delegated_by_its_holder_or_its_head_and_by_nobody_else(cast: Cast) -> None:
    with pytest.raises(NotFound):
        entrust(cast, "township_keeper", "township_clerk", by="other_reviewer")
    with pytest.raises(NotFound):
        entrust(cast, "reviewer", "township_clerk", by="colleague")
    delegation = entrust(cast, "clerk", "head", by="head")
    assert delegation.made_by == cast.head.user
    assert Notice.objects.filter(user=cast.clerk.user).count() == 1


def test_a_deputy_hands_nothing_on(cast: Cast) -> None:
    entrust(cast, "reviewer", "township_clerk")
    deputy = on(cast, "township_clerk", TODAY)
    entrusted = next(each for each in deputy.appointments if deputy.stands_in(each))
    data = {"deputy": cast.colleague.name, "from_on": TODAY, "to_on": TODAY, "reason": "也要外出"}
    with pytest.raises(NotFound):
        cast.do("desk.delegate", entrusted, deputy, data)


def test_a_deputy_of_the_keeper_seals_and_the_register_names_both(cast: Cast, browser: Callable[[str], Client]) -> None:
    case = cast.walk_to(State.AWAITING_TOWNSHIP_SEAL)
    helper = cast.also("outsider", "township_seal_keeper", "104")
    cast.people["helper"] = helper
    cast.do("desk.take", task_of(case), cast.township_keeper)
    entrust(cast, "township_keeper", "helper")
    cast.do("applications.seal_by_township", task_of(case), on(cast, "helper", TODAY), {})
    assert application_of(case).state == State.APPROVED
    both = f"{helper.name} 代 {cast.township_keeper.name}"
    assert SealUse.objects.latest("pk").hand == both
    assert both in browser("auditor").get("/seals/").content.decode()


def test_what_a_deputy_had_taken_lies_free_again_when_the_days_are_over(cast: Cast) -> None:
    case = cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW)
    entrust(cast, "reviewer", "township_clerk")
    cast.do("desk.take", task_of(case), on(cast, "township_clerk", TODAY))
    night = datetime(2020, 9, 15, 23, 50, tzinfo=CHINA)
    run_daily(night)
    assert task_of(case).owner == cast.township_clerk.user
    run_daily(night + timedelta(hours=1))
    assert task_of(case).owner is None
    assert events_of(case)[-1].action == "desk.release_claim"
    cast.tick(days=1)
    cast.do("applications.agree_by_township", task_of(case), on(cast, "reviewer", TOMORROW), signed("林书平"))


def test_what_a_leaver_took_after_the_hand_over_was_recorded_lies_free_on_the_day(cast: Cast) -> None:
    case = cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW)
    leaver = cast.reviewer.appointments[0]
    data = {
        "successor": user_of(cast.township_clerk),
        "from_on": TOMORROW,
        "appointments": [leaver],
        "reason": "调离",
    }
    cast.do("registry.hand_over", user_of(cast.reviewer), cast.administrator, data)
    cast.do("desk.take", task_of(case), cast.reviewer)
    run_daily(datetime(2020, 9, 16, 0, 10, tzinfo=CHINA))
    assert task_of(case).owner is None
    assert task_of(case) in mine_of(on(cast, "township_clerk", TOMORROW))
    assert task_of(case) not in mine_of(on(cast, "reviewer", TOMORROW))


def test_the_head_gives_a_paper_to_a_colleague_though_another_has_taken_it(cast: Cast) -> None:
    case = cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW)
    cast.do("desk.take", task_of(case), cast.colleague)
    cast.do("desk.reassign", task_of(case), cast.supervisor, {"to": user_of(cast.reviewer).pk})
    assert task_of(case).owner == cast.reviewer.user
    assert Notice.objects.filter(user=cast.reviewer.user, case=case).exists()
    with pytest.raises(Refused):
        cast.do("desk.reassign", task_of(case), cast.supervisor, {"to": user_of(cast.reviewer).pk})
    with pytest.raises(NotYours):
        cast.do("desk.reassign", task_of(case), cast.township_keeper, {"to": user_of(cast.colleague).pk})


def test_a_paper_is_not_given_to_who_may_not_act_or_does_not_belong_there(cast: Cast) -> None:
    case = cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW)
    cast.do("desk.declare_kinship", case, cast.colleague, {"relation": "姐夫"})
    for part, code in (("colleague", "barred"), ("township_clerk", "not_of_this_office")):
        with pytest.raises(Refused) as refused:
            cast.do("desk.reassign", task_of(case), cast.reviewer, {"to": user_of(cast.people[part]).pk})
        assert codes(refused) == {code}


def test_leave_delegate_and_come_back_on_the_pages(cast: Cast, browser: Callable[[str], Client]) -> None:
    case = cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW)
    absent = browser("reviewer")
    data = {
        "appointment": cast.reviewer.appointments[0].pk,
        "deputy": cast.township_clerk.name,
        "from_on": TODAY.isoformat(),
        "to_on": TODAY.isoformat(),
        "reason": "年休假",
    }
    assert absent.post("/delegations/", data | {"deputy": "没有这个人"}).status_code == 422
    assert absent.post("/delegations/", data).status_code == 303
    deputy = browser("township_clerk")
    assert "您正在代理林书平" in deputy.get("/").content.decode()
    assert deputy.get(f"/tasks/{task_of(case).pk}/").status_code == 200
    cast.do("applications.agree_by_township", task_of(case), on(cast, "township_clerk", TODAY), signed("罗晓敏"))
    assert "罗晓敏 代 林书平" in absent.get("/delegations/").content.decode()
    assert "罗晓敏 代 林书平" in browser("auditor").get("/delegations/").content.decode()
    assert "罗晓敏 代 林书平" not in browser("other_reviewer").get("/delegations/").content.decode()
    with travel(AFTERNOON + timedelta(days=1), tick=False):
        assert "您正在代理" not in deputy.get("/").content.decode()


def test_messages_are_read_once_by_each(cast: Cast, browser: Callable[[str], Client]) -> None:
    case = cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW)
    cast.do("applications.send_back", task_of(case), cast.reviewer, {"reason": "电话打不通。", "to_step": "fill_in"})
    page = browser("clerk")
    assert "未读" in page.get("/notices/").content.decode()
    until = Notice.objects.latest("pk").pk
    assert page.post("/notices/", {"until": until}).status_code == 303
    assert "未读" not in page.get("/notices/").content.decode()
    assert page.post("/notices/", {"until": until}).status_code == 422
