"""Article 10 on its very days: the last day that may be, and the day after it; for agreements, renewals and tenures."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from registry.policies import POLICY_2019
from workflows.core.guards import refusals
from workflows.employment.agreements import rules
from workflows.employment.service import Span, Stretch, last_day_of_service, service_until

pytestmark = pytest.mark.article("《办法》第十条")
LEAP = date(1960, 2, 29)


def agreement(start: date, end: date, *, born: date = date(1980, 1, 1), **more: Any) -> rules.AgreementFacts:
    return rules.AgreementFacts(
        on=start,
        policy=POLICY_2019,
        name="周桂兰",
        birth_on=born,
        start_on=start,
        end_on=end,
        earlier=more.pop("earlier", ()),
        works_already=False,
        post_type="保洁",
        post_is_described=True,
        **more,
    )


def codes(facts: rules.AgreementFacts) -> list[str]:
    return [refusal.code for refusal in refusals(rules.CONTENT, facts)]


@pytest.mark.parametrize(
    ("born", "last"),
    [
        (LEAP, date(2025, 2, 28)),  # 65 in a year without a 29 February
        (date(1960, 2, 28), date(2025, 2, 28)),
        (date(1960, 3, 1), date(2025, 3, 1)),
        (date(1959, 12, 31), date(2024, 12, 31)),
    ],
)
def test_an_agreement_or_a_renewal_ends_on_the_sixty_fifth_birthday_and_not_the_day_after(
    born: date, last: date
) -> None:
    start = last - timedelta(days=100)
    renewal = {"earlier": (Stretch(start - timedelta(days=200), start - timedelta(days=1)),)}
    for more in ({}, renewal | {"former_end_on": start - timedelta(days=1)}):
        assert codes(agreement(start, last, born=born, **more)) == []
        assert codes(agreement(start, last + timedelta(days=1), born=born, **more)) == ["beyond_age"]
    assert rules.latest_end(agreement(start, last, born=born), start) == last
    # On the birthday itself one may still begin, for that day.
    assert codes(agreement(last, last, born=born)) == []
    following = last + timedelta(days=1)
    assert codes(agreement(following, following, born=born)) == ["beyond_age"]


@pytest.mark.parametrize(
    ("earlier", "start", "last"),
    [
        # Two years without a gap, then a third.
        ((Stretch(date(2019, 7, 10), date(2021, 7, 9)),), date(2021, 7, 10), date(2022, 7, 9)),
        # Over the end of February: three years from the 29th end on the 28th.
        ((Stretch(date(2020, 2, 29), date(2022, 2, 27)),), date(2022, 2, 28), date(2023, 2, 27)),
        # In two villages with a year between: two years and five months, then seven months more.
        (
            (Stretch(date(2017, 1, 1), date(2017, 12, 31)), Stretch(date(2019, 1, 1), date(2020, 5, 31))),
            date(2020, 9, 16),
            date(2021, 4, 15),
        ),
    ],
)
def test_exactly_thirty_six_months_are_allowed_and_not_a_day_more(
    earlier: tuple[Stretch, ...], start: date, last: date
) -> None:
    most = POLICY_2019.max_tenure_months
    assert most == 36
    assert last_day_of_service(earlier, start, most) == last
    assert service_until((*earlier, Stretch(start, last)), last) == Span(36, 0)
    assert codes(agreement(start, last, earlier=earlier)) == []
    over = codes(agreement(start, last + timedelta(days=1), earlier=earlier))
    # A whole year is the longest agreement as well: then that is what is said.
    assert over in (["beyond_three_years"], ["term_too_long"])
    renewal = agreement(start, last, earlier=earlier, former_end_on=start - timedelta(days=1))
    assert codes(renewal) == []
    assert codes(replace(renewal, end_on=last + timedelta(days=1))) == over


def test_who_has_served_thirty_six_months_begins_no_day_more() -> None:
    full = (Stretch(date(2019, 7, 10), date(2022, 7, 9)),)
    assert codes(agreement(date(2022, 7, 10), date(2022, 7, 10), earlier=full)) == ["three_years_used"]
    one_short = (Stretch(date(2019, 7, 10), date(2022, 7, 8)),)
    assert codes(agreement(date(2022, 7, 9), date(2022, 7, 9), earlier=one_short)) == []
    assert codes(agreement(date(2022, 7, 9), date(2022, 7, 10), earlier=one_short)) == ["beyond_three_years"]
