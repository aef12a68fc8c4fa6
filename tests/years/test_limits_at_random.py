"""The limits of Articles 10 and 11 and the terms of delivery and objection on days nobody chose, against a second
reckoning (reckoning.py): first the rules alone, then people through the door by every way onto a post."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from registry.policies import shipped_2019
from tests.years.reckoning import DAY, Days, birthday, longest, may_be_agreed, used
from tests.years.test_boundaries import agreement, exit_on, refused, told
from workflows.core.working_days import is_working_day
from workflows.employment.agreements import rules as agreements
from workflows.employment.models import EndReason
from workflows.employment.service import Span, Stretch, last_day_of_service, service_until
from workflows.terminations.ground_rules import content_guards
from workflows.terminations.models import ReviewCause
from workflows.terminations.reviews import rules as reviews

POLICY = shipped_2019()
STARTS = st.dates(date(2019, 7, 1), date(2024, 12, 31))
LEAP = st.sampled_from([date(1956, 2, 29), date(1960, 2, 29), date(1964, 2, 29)])
BORN = st.one_of(LEAP, st.dates(date(1954, 1, 1), date(1962, 12, 31)), st.dates(date(1962, 1, 1), date(2000, 1, 1)))
FEW = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@st.composite
def services(draw: st.DrawFn) -> list[Days]:
    """What somebody served before: up to four stretches before July 2019, with or without days between."""
    found: list[Days] = []
    day = draw(st.dates(date(2015, 1, 1), date(2018, 6, 30)))
    for _ in range(draw(st.integers(0, 4))):
        last = day + timedelta(days=draw(st.one_of(st.integers(0, 45), st.integers(0, 500))))
        if last >= date(2019, 7, 1):
            break
        found.append((day, last))
        day = last + timedelta(days=draw(st.sampled_from([1, 1, 2, 30, 200])))
    return found


def stretches(days: list[Days]) -> list[Stretch]:
    return [Stretch(first, last) for first, last in days]


@pytest.mark.article("《办法》第十条")
@given(services(), STARTS)
@FEW
def test_the_last_day_of_three_years_is_the_last_that_fits(earlier: list[Days], start: date) -> None:
    last = last_day_of_service(stretches(earlier), start, POLICY.max_tenure_months)
    assert used([*earlier, (start, last)] if last >= start else earlier) <= (36, 0) or last < start
    assert used([*earlier, (start, last + DAY)]) > (36, 0)


@pytest.mark.article("《办法》第十条")
@given(services(), STARTS, st.integers(0, 800))
@FEW
def test_service_is_counted_as_on_a_calendar(earlier: list[Days], start: date, more: int) -> None:
    days = [*earlier, (start, start + timedelta(days=more))]
    assert service_until(stretches(days), days[-1][1]) == Span(*used(days))


@pytest.mark.article("《办法》第十条")
@given(BORN, services(), STARTS, st.integers(-3, 3), st.integers(1, 800))
@example(date(1956, 2, 29), [], date(2020, 3, 1), 0, 365)
@example(date(1960, 2, 29), [], date(2024, 3, 1), 1, 365)
@FEW
def test_what_may_be_agreed_is_what_fits_to_the_day(
    born: date, earlier: list[Days], start: date, off: int, days: int
) -> None:
    """Around the last possible day and anywhere else: agreed exactly when a second reckoning agrees."""
    last = longest(born, earlier, start)
    for end in ((last or start) + timedelta(days=off), start + timedelta(days=days)):
        if end < start:
            continue
        facts = agreement(birth_on=born, on=start, start_on=start, end_on=end, earlier=tuple(stretches(earlier)))
        assert (refused(agreements.CONTENT, facts) == []) == may_be_agreed(born, earlier, start, end)
    offered = agreements.latest_end(facts, start)
    assert (offered if offered >= start else None) == last  # what the sheet fills in


@pytest.mark.article("《办法》第十一条第4项")
@given(
    st.one_of(st.none(), st.integers(-40, 5)),
    st.integers(-40, 5),
    st.booleans(),
    st.dates(date(2020, 11, 20), date(2021, 8, 31)),
)
@FEW
def test_what_was_pointed_out_must_have_arrived_before_it_happened_again(
    delivered: int | None, happened: int, concerns: bool, today: date
) -> None:
    """The same day, later, or never delivered: not yet disobedience."""
    told_on = None if delivered is None else today + timedelta(days=delivered)
    again = today + timedelta(days=happened)
    finding = told(concerns_worker=concerns, delivered_on=told_on)
    facts = exit_on(EndReason.DISOBEDIENCE, on=today, last_on=today, happened_on=again, finding=finding)
    lawful = concerns and told_on is not None and told_on < again <= today and again >= date(2020, 10, 1)
    assert (refused(content_guards(facts.ground), facts) == []) == lawful


@pytest.mark.article("《办法》第六条")
@given(st.dates(date(2019, 7, 1), date(2025, 12, 1)), st.integers(0, 40))
@FEW
def test_the_tenth_working_day_after_the_delivery_is_the_last_to_object(delivered: date, later: int) -> None:
    on = delivered + timedelta(days=later)
    passed = sum(is_working_day(delivered + DAY * number) for number in range(1, later + 1))
    in_time = passed < 10 or (passed == 10 and is_working_day(on))
    facts = reviews.ReviewFacts(
        on=on, cause=ReviewCause.OBJECTION, claim="情况不实", notice_stands=True, in_effect=False,
        delivered_on=delivered, days=POLICY.step_days["exit_objection"],
    )  # fmt: skip
    assert (refused(reviews.OPENING, facts) == []) == in_time
    assert refused(reviews.OPENING, replace(facts, delivered_on=None)) == ["not_delivered"]


@pytest.mark.article("《办法》第十条")
@given(BORN)
@FEW
def test_the_sixty_fifth_birthday_is_the_last_day(born: date) -> None:
    facts = agreement(birth_on=born)
    assert agreements.last_day_of_age(facts) == birthday(born, 65)
