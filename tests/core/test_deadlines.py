"""Terms in working days, reminders and the word to the head; the clock may run twice or miss a week."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.test import Client
from time_machine import travel

from audit.models import Event
from tests.cast import CHINA, Cast, application_of, signed, task_of
from tests.core.conftest import browser  # noqa: F401
from workflows.applications.models import State
from workflows.core.daily import run_daily
from workflows.core.deadlines import due_text
from workflows.core.models import Case, Notice
from workflows.core.working_days import CALENDAR_UNTIL, after_working_days, is_working_day, working_days_between


@pytest.mark.parametrize(
    ("day", "working"),
    [
        (date(2020, 10, 1), False),  # 国庆、中秋
        (date(2020, 10, 8), False),
        (date(2020, 9, 27), True),  # a Sunday worked in exchange
        (date(2020, 10, 10), True),  # a Saturday worked in exchange
        (date(2020, 9, 19), False),
        (date(2020, 9, 17), True),
    ],
)
def test_holidays_and_exchanged_days_are_told_apart(day: date, working: bool) -> None:
    assert is_working_day(day) is working


def test_a_term_begins_the_day_after_and_passes_over_holidays() -> None:
    assert after_working_days(date(2020, 9, 15), 5) == date(2020, 9, 22)
    assert after_working_days(date(2020, 9, 30), 1) == date(2020, 10, 9)
    assert working_days_between(date(2020, 9, 30), date(2020, 10, 9)) == 1
    assert working_days_between(date(2020, 10, 9), date(2020, 9, 30)) == -1


def test_a_year_the_calendar_does_not_know_counts_monday_to_friday_and_says_so() -> None:
    day = CALENDAR_UNTIL + timedelta(days=30)
    while day.weekday() != 5:
        day += timedelta(days=1)
    assert not is_working_day(day)
    assert "还没有公布" in due_text(day, day - timedelta(days=7)).note


@pytest.mark.parametrize(
    ("on", "text", "kind"),
    [
        (date(2020, 9, 17), "期限9月22日，还剩3个工作日", ""),
        (date(2020, 9, 21), "期限9月22日，还剩1个工作日", "soon"),
        (date(2020, 9, 22), "期限9月22日，今天到期", "soon"),
        (date(2020, 9, 24), "期限9月22日，已超2个工作日", "late"),
    ],
)
def test_a_deadline_is_told_in_words(on: date, text: str, kind: str) -> None:
    said = due_text(date(2020, 9, 22), on)
    assert (said.text, said.kind) == (text, kind)


@pytest.mark.django_db
class TestTheClock:
    def test_a_paper_has_its_last_day_from_the_policy_of_the_day_it_is_laid_down(self, cast: Cast) -> None:
        case = cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW)
        assert task_of(case).due_on == date(2020, 9, 22)

    def test_no_term_runs_while_the_paper_lies_with_the_applicant(self, cast: Cast) -> None:
        case = cast.walk_to(State.RETURNED)
        assert task_of(case).due_on is None

    def test_who_sent_it_back_goes_on_with_the_days_that_were_left(self, cast: Cast) -> None:
        case = cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW)
        assert task_of(case).due_on == date(2020, 9, 22)
        cast.now = datetime(2020, 9, 18, 9, 0, tzinfo=CHINA)  # three of five working days are gone
        cast.act(case, "applications.send_back", cast.reviewer, {"reason": "电话打不通，请核对。"})
        cast.now = datetime(2020, 10, 12, 9, 0, tzinfo=CHINA)
        cast.act(case, "applications.submit", cast.clerk, {**application_of(case).answers, "phone": "13803350009"})
        # The village had acted: it looks again, with a full term.
        assert task_of(case).due_on == after_working_days(date(2020, 10, 12), 5)
        cast.walk(case, State.AWAITING_TOWNSHIP_REVIEW)
        assert task_of(case).due_on == after_working_days(date(2020, 10, 12), 2)

    def test_nobody_gains_time_by_acting_and_taking_it_back(self, cast: Cast) -> None:
        case = cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW)
        cast.now = datetime(2020, 9, 21, 9, 0, tzinfo=CHINA)
        cast.act(case, "applications.agree_by_township", cast.reviewer, signed("林书平"))
        cast.do("desk.take_back", case, cast.reviewer, {})
        assert task_of(case).due_on == date(2020, 9, 22)

    def test_a_late_paper_stands_red_on_the_desk_and_at_its_heads(
        self,
        cast: Cast,
        browser: Callable[[str], Client],  # noqa: F811
    ) -> None:
        case = cast.walk_to(State.AWAITING_VILLAGE_SEAL)
        with travel(datetime(2020, 9, 21, 9, 0, tzinfo=CHINA), tick=False):
            assert "due--late" in browser("keeper").get("/inbox/").content.decode()
            at_head = browser("head").get("/").content.decode()
            assert "本单位超期未办" in at_head
            assert f"/cases/{case.pk}/" in at_head
            for part in ("second_head", "other_reviewer", "keeper", "clerk"):
                assert "本单位超期未办" not in browser(part).get("/").content.decode(), part

    def test_the_office_is_reminded_once_and_its_head_told_once(self, cast: Cast) -> None:
        case = cast.walk_to(State.AWAITING_VILLAGE_SEAL)
        task = task_of(case)
        assert task.due_on == date(2020, 9, 17)
        Notice.objects.all().delete()
        about = Notice.objects.filter(case=case)  # the night tells of other things, too
        for day, told in ((15, []), (16, ["keeper"]), (17, []), (18, ["head"]), (25, [])):
            before = about.count()
            for _ in range(2):
                run_daily(datetime(2020, 9, day, 0, 10, tzinfo=CHINA))
            assert about.count() - before == len(told), day
        roles = list(about.order_by("pk").values_list("office_role", flat=True))
        assert roles == ["village_seal_keeper", "village_head"]
        acts = ("desk.remind_of_deadline", "desk.escalate_deadline")
        assert Event.objects.filter(case_key=case.key, action__in=acts).count() == 2

    def test_a_week_that_was_missed_is_made_up_for(self, cast: Cast) -> None:
        case = cast.walk_to(State.AWAITING_VILLAGE_SEAL)
        Notice.objects.all().delete()
        run_daily(datetime(2020, 10, 12, 0, 10, tzinfo=CHINA))
        assert [notice.office_role for notice in Notice.objects.filter(case=case)] == ["village_head"]

    def test_a_reminder_overtakes_nobody_who_has_the_paper_open(self, cast: Cast) -> None:
        from workflows.core.seen import seen_of

        case = cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW)
        seen = seen_of(task_of(case), Case.objects.get(pk=case.pk))
        run_daily(datetime(2020, 9, 21, 0, 10, tzinfo=CHINA))
        cast.act(case, "applications.agree_by_township", cast.reviewer, seen=seen)
