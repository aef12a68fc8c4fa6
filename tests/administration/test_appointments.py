"""Rights follow appointments: given, ended, withdrawn and handed over, each from a day and to a day."""

from datetime import date, timedelta
from typing import Any

import pytest

from audit.models import Event
from registry.models import Appointment, User
from registry.roles import Role
from tests.cast import SINCE, Cast, nothing_happens, state_of, task_of, user_of
from workflows.administration.row_action import row_stamp
from workflows.applications.models import State
from workflows.core.actors import Actor
from workflows.core.refusals import Overtaken, Refused

TODAY = date(2020, 9, 15)
TOMORROW = TODAY + timedelta(days=1)
YESTERDAY = TODAY - timedelta(days=1)


def newcomer(cast: Cast, name: str = "冯立新") -> User:
    data = {"name": name, "username": name, "password": "Chushi-2020"}
    user: User = cast.do("registry.register_user", cast.county, cast.administrator, data).result
    return user


def appoint(cast: Cast, user: User, role: str, place: str, **more: Any) -> Appointment:
    data = {"user": user, "organisation": cast.places[place], "role": role, "from_on": TODAY, "to_on": None} | more
    appointment: Appointment = cast.do("registry.appoint", cast.county, cast.administrator, data).result
    return appointment


def office_of(actor: Actor) -> Appointment:
    return Appointment.objects.get(pk=actor.appointments[0].pk)


def refusals_of(cast: Cast, action: str, subject: Any, data: Any) -> list[str]:
    with nothing_happens(), pytest.raises(Refused) as refused:
        cast.do(action, subject, cast.administrator, data)
    return [refusal.code for refusal in refused.value.refusals]


def last_event() -> Event:
    return Event.objects.latest("pk")


def test_a_new_login_must_change_its_first_password_and_opens_nothing(cast: Cast) -> None:
    user = newcomer(cast)
    assert user.must_change_password
    assert user.county == cast.county
    assert user.check_password("Chushi-2020")
    assert Actor.of(user, TODAY).offices == ()
    event = last_event()
    assert (event.action, event.actor_name) == ("registry.register_user", "柯明")
    assert "Chushi-2020" not in bytes(event.canonical).decode()


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaa", "冯立新"])
def test_a_weak_first_password_is_refused_at_its_field(cast: Cast, password: str) -> None:
    data = {"name": "冯立新", "username": "冯立新", "password": password}
    with nothing_happens(), pytest.raises(Refused) as refused:
        cast.do("registry.register_user", cast.county, cast.administrator, data)
    assert {refusal.anchor for refusal in refused.value.refusals} == {"password"}


def test_a_user_name_is_given_once(cast: Cast) -> None:
    data = {"name": "林书平", "username": "林书平", "password": "Chushi-2020"}
    assert refusals_of(cast, "registry.register_user", cast.county, data) == ["username_taken"]


def test_a_closed_login_and_a_new_password_shut_out_the_old_one(cast: Cast) -> None:
    user = user_of(cast.clerk)
    data = {"password": "Xin-mima-2020", "reason": "忘记密码。"}
    cast.do("registry.reset_password", user, cast.administrator, data)
    cast.do("registry.close_login", user, cast.administrator, {"reason": "手机丢失。"})
    user.refresh_from_db()
    assert (user.is_active, user.must_change_password) == (False, True)
    assert refusals_of(cast, "registry.close_login", user, {"reason": "再停一次。"}) == ["closed"]
    cast.do("registry.reopen_login", user, cast.administrator, {"reason": "找回。"})
    assert User.objects.get(pk=user.pk).is_active
    assert refusals_of(cast, "registry.reopen_login", user, {"reason": "再开一次。"}) == ["open"]


def test_nobody_shuts_out_themselves(cast: Cast) -> None:
    own = user_of(cast.administrator)
    assert refusals_of(cast, "registry.close_login", own, {"reason": "误点。"}) == ["own_login"]
    data = {"password": "Xin-mima-2020", "reason": "忘记。"}
    assert refusals_of(cast, "registry.reset_password", own, data) == ["own_password"]


def test_an_appointment_from_tomorrow_opens_nothing_today(cast: Cast) -> None:
    user = newcomer(cast)
    appoint(cast, user, Role.TOWNSHIP_CLERK, "104", from_on=TOMORROW)
    assert Actor.of(user, TODAY).offices == ()
    assert len(Actor.of(user, TOMORROW).offices) == 1


def test_an_appointment_that_ended_yesterday_opens_nothing_today(cast: Cast) -> None:
    appointment = office_of(cast.colleague)
    cast.do("registry.end_appointment", appointment, cast.administrator, {"to_on": YESTERDAY, "reason": "调离。"})
    user = user_of(cast.colleague)
    assert len(Actor.of(user, YESTERDAY).offices) == 1
    assert Actor.of(user, TODAY).offices == ()
    assert last_event().details["to_on"] == "2020-09-14"


@pytest.mark.parametrize(
    ("role", "place", "more", "code"),
    [
        (Role.TOWNSHIP_REVIEWER, "104001", {}, "wrong_level"),
        (Role.VILLAGE_CLERK, "104", {}, "wrong_level"),
        (Role.TOWNSHIP_CLERK, "104", {"from_on": SINCE - timedelta(days=1)}, "not_opened"),
    ],
)
def test_what_does_not_fit_is_refused(cast: Cast, role: str, place: str, more: Any, code: str) -> None:
    user = newcomer(cast)
    data = {"user": user, "organisation": cast.places[place], "role": role, "from_on": TODAY, "to_on": None} | more
    assert refusals_of(cast, "registry.appoint", cast.county, data) == [code]


def test_the_same_office_twice_at_once_is_refused(cast: Cast) -> None:
    data = {"user": user_of(cast.clerk), "organisation": cast.village, "role": "village_clerk", "to_on": None}
    assert refusals_of(cast, "registry.appoint", cast.county, data | {"from_on": TODAY}) == ["registry"]


@pytest.mark.parametrize(("part", "place"), [("reviewer", "104"), ("township_clerk", "104"), ("head", "104001")])
def test_who_signs_does_not_keep_the_seal(cast: Cast, part: str, place: str) -> None:
    role = Role.TOWNSHIP_SEAL_KEEPER if place == "104" else Role.VILLAGE_SEAL_KEEPER
    data = {"user": user_of(cast.people[part]), "organisation": cast.places[place], "role": role, "to_on": None}
    assert refusals_of(cast, "registry.appoint", cast.county, data | {"from_on": TODAY}) == ["seal_not_apart"]


def test_a_villages_clerk_may_keep_the_seal_where_the_village_says_so(cast: Cast) -> None:
    clerk = user_of(cast.clerk)
    data = {"user": clerk, "organisation": cast.village, "role": Role.VILLAGE_SEAL_KEEPER, "from_on": TODAY}
    assert refusals_of(cast, "registry.appoint", cast.county, data | {"to_on": None}) == ["seal_not_apart"]
    switch = {"allowed": True, "reason": "村里只有两名干部。"}
    cast.do("registry.let_clerk_hold_seal", cast.village, cast.administrator, switch)
    assert last_event().details["clerk_may_hold_seal"] == "可以"
    cast.do("registry.appoint", cast.county, cast.administrator, data | {"to_on": None})


def test_nobody_ends_what_has_ended_or_what_was_used_since(cast: Cast) -> None:
    case = cast.walk_to(State.AWAITING_TOWNSHIP_SEAL)
    assert state_of(case) == State.AWAITING_TOWNSHIP_SEAL
    ended = {"to_on": YESTERDAY, "reason": "调离。"}
    assert refusals_of(cast, "registry.end_appointment", office_of(cast.reviewer), ended) == ["acted_after"]
    cast.do("registry.end_appointment", office_of(cast.colleague), cast.administrator, ended)
    assert refusals_of(cast, "registry.end_appointment", office_of(cast.colleague), ended) == ["ended"]
    early = {"to_on": SINCE - timedelta(days=1), "reason": "调离。"}
    assert "before_it_began" in refusals_of(cast, "registry.end_appointment", office_of(cast.keeper), early)


def test_the_last_administrator_stays_until_there_is_another(cast: Cast) -> None:
    own, ended = office_of(cast.administrator), {"to_on": TODAY, "reason": "调离。"}
    assert refusals_of(cast, "registry.end_appointment", own, ended) == ["last_administrator"]
    appoint(cast, newcomer(cast), Role.SYSTEM_ADMINISTRATOR, "bureau")
    cast.do("registry.end_appointment", own, cast.administrator, ended)


def test_only_what_has_not_begun_is_withdrawn(cast: Cast) -> None:
    reason = {"reason": "任命有误。"}
    assert refusals_of(cast, "registry.withdraw_appointment", office_of(cast.keeper), reason) == ["begun"]
    user = newcomer(cast)
    coming = appoint(cast, user, Role.TOWNSHIP_CLERK, "104", from_on=TOMORROW)
    cast.do("registry.withdraw_appointment", coming, cast.administrator, reason)
    assert Actor.of(user, TOMORROW).offices == ()
    assert refusals_of(cast, "registry.withdraw_appointment", coming, reason) == ["withdrawn"]
    appoint(cast, user, Role.TOWNSHIP_CLERK, "104", from_on=TOMORROW)


# --- hand-over ----------------------------------------------------------------------------------------


def test_a_leavers_offices_and_claims_go_over_in_one_act(cast: Cast) -> None:
    case = cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW)
    cast.act(case, "desk.take", cast.reviewer, {})
    seen = task_of(case)
    leaver, successor = user_of(cast.reviewer), newcomer(cast)
    office = office_of(cast.reviewer)
    data = {"successor": successor, "from_on": TOMORROW, "appointments": [office], "reason": "退休。"}
    cast.do("registry.hand_over", leaver, cast.administrator, data)
    task = task_of(case)
    assert task.owner is None
    assert task.revision > seen.revision
    assert [len(Actor.of(leaver, day).offices) for day in (TODAY, TOMORROW)] == [1, 0]
    assert [len(Actor.of(successor, day).offices) for day in (TODAY, TOMORROW)] == [0, 1]
    event = last_event()
    case.refresh_from_db()
    assert event.details["successor"] == "冯立新"
    assert event.details["released"] == [case.number]
    cast.tick(days=1)
    cast.act(case, "applications.agree_by_township", Actor.of(successor, TOMORROW))
    assert state_of(case) == State.AWAITING_TOWNSHIP_SEAL


def test_a_colleague_in_the_same_office_takes_over_without_a_second_appointment(cast: Cast) -> None:
    office = office_of(cast.reviewer)
    data = {"successor": user_of(cast.colleague), "from_on": TODAY, "appointments": [office], "reason": "调离。"}
    before = Appointment.objects.count()
    cast.do("registry.hand_over", user_of(cast.reviewer), cast.administrator, data)
    assert Appointment.objects.count() == before
    assert Actor.of(user_of(cast.reviewer), TODAY).offices == ()


def test_one_office_that_cannot_go_over_holds_back_all(cast: Cast) -> None:
    both = cast.also("head", Role.TOWNSHIP_REVIEWER, "104")
    data = {
        "successor": user_of(cast.keeper),  # who keeps the village's seal may not be its head
        "from_on": TOMORROW,
        "appointments": list(both.appointments),
        "reason": "调离。",
    }
    assert refusals_of(cast, "registry.hand_over", user_of(both), data) == ["seal_not_apart"]


@pytest.mark.parametrize("who", ["head", "nothing"])
def test_a_hand_over_needs_another_person_and_an_office(cast: Cast, who: str) -> None:
    leaver = user_of(cast.head)
    successor = leaver if who == "head" else user_of(cast.colleague)
    data = {"successor": successor, "from_on": TOMORROW, "appointments": [], "reason": "调离。"}
    assert refusals_of(cast, "registry.hand_over", leaver, data) in (["same_person"], ["nothing_chosen"])


def test_nobody_hands_over_a_day_on_which_the_leaver_acted(cast: Cast) -> None:
    cast.walk_to(State.AWAITING_TOWNSHIP_SEAL)
    data = {
        "successor": newcomer(cast),
        "from_on": TODAY,
        "appointments": [office_of(cast.reviewer)],
        "reason": "调离。",
    }
    assert refusals_of(cast, "registry.hand_over", user_of(cast.reviewer), data) == ["acted_after"]


def test_two_administrators_do_not_overwrite_each_other(cast: Cast) -> None:
    user = user_of(cast.clerk)
    seen = row_stamp(User.objects.get(pk=user.pk))
    cast.do("registry.correct_name", user, cast.administrator, {"name": "何素芹", "reason": "笔误。"}, seen=seen)
    with nothing_happens(), pytest.raises(Overtaken):
        cast.do("registry.correct_name", user, cast.administrator, {"name": "何素勤", "reason": "笔误。"}, seen=seen)
