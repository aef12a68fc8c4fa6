"""Nobody works past the 65th birthday or the thirty-sixth month, whichever way they come onto a post: hired, renewed
alone, renewed with others in one sitting, renewed late after a break, hired again in another village. People and days
are nobody's choice; what the door offers and lets through is reckoned a second time (reckoning.py)."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from time_machine import travel

from registry.models import Worker
from signatures.demo_strokes import demo_signature
from tests.appraisals import years
from tests.attendance.months import at
from tests.cast import prepared_cast, signed, task_of
from tests.registry.people import id_number
from tests.terminations import steps as exits
from tests.years.invariants import nobody_is_over_three_years_or_sixty_five, one_post_per_person
from tests.years.reckoning import DAY, Days, longest, months_on
from workflows.core.actions import ACTIONS
from workflows.core.daily import run_daily
from workflows.core.models import Case, Sitting
from workflows.core.refusals import Refused
from workflows.core.sittings import dry_run, tasks_of, work_off
from workflows.employment.models import Agreement, AgreementState, EndReason, Tenure

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.article("《办法》第九条、第十条")]
EXAMPLES = 25 if os.environ.get("WALK_FAR") else 1
BEGINS = date(2020, 9, 16)


@dataclass(frozen=True)
class Person:
    """Somebody whose limit lies near: born so, or so long on posts before."""

    born: date
    served: Days | None
    first_term: int  # days of the first agreement, as far as they are lawful
    gap: int  # days between two ways onto a post


@st.composite
def people(draw: st.DrawFn) -> Person:
    by_age = draw(st.booleans())
    nearly = draw(st.integers(100, 700))  # days until the limit
    born = date(1980, 2, 29)
    if by_age:
        day = date(2020, 9, 16) + timedelta(days=nearly)
        born = draw(st.sampled_from([date(1956, 2, 29), date(day.year - 65, day.month, min(day.day, 28))]))
    ended = date(2020, 8, 31) - timedelta(days=draw(st.integers(0, 40)))
    served = None if by_age else (months_on(date(2017, 1, 1), draw(st.integers(12, 28))), ended)
    return Person(born, served, draw(st.integers(97, 364)), draw(st.integers(2, 60)))


FEW = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
    database=None,
)


class Way:
    """One person in a county of their own."""

    def __init__(self, person: Person) -> None:
        self.person, self.cast = person, prepared_cast()
        self.id_number = id_number(person.born, 733)
        self.agreed: list[Days] = [person.served] if person.served else []
        self.cast.now = at(2020, 9, 15)
        if person.served is not None:
            listed = self.cast.listed(1)
            listed = {**listed, "head_id_number": self.id_number,
                      "workers": [{**listed["workers"][0], "id_number": self.id_number}]}  # fmt: skip
            self.cast.do("registry.enter_household", self.cast.county, self.cast.system, listed)
            self.cast.record_service(self.worker, *person.served)

    @property
    def worker(self) -> Worker:
        return next(each for each in self.cast.county.worker_set.all() if each.id_number == self.id_number)

    @property
    def tenure(self) -> Tenure:
        return Tenure.objects.filter(worker=self.worker).latest("start_on")

    def go_to(self, day: date) -> None:
        self.cast.now = max(self.cast.now, at(day.year, day.month, day.day))
        run_daily(self.cast.now)

    def hired(self, village: str, start: date, days: int) -> None:
        cast, clerk = self.cast, self.cast.clerk_of(village)
        source = cast.apply(village=village, id_number=self.id_number)
        head, keeper = (
            (cast.head, cast.people["keeper"]) if village == "104001" else (cast.second_head, cast.clerk_with_seal)
        )
        for action, actor in (
            ("agree_by_village", head),
            ("seal_by_village", keeper),
            ("agree_by_township", cast.reviewer),
            ("seal_by_township", cast.township_keeper),
        ):
            cast.act(source, f"applications.{action}", actor)
        case: Case = cast.do("agreements.open", source, clerk).result
        self.agree(case, clerk, start, days)

    def agree(self, case: Case, clerk: Any, start: date, days: int | None = None) -> None:
        """A day more than is lawful is refused; the last lawful day, or an earlier one, is concluded."""
        cast = self.cast
        last = longest(self.person.born, self.agreed, start)
        assert last is not None
        end = last if days is None else min(last, start + timedelta(days=days))
        words = {"start_on": start.isoformat(), "workplace": "主街", "worker_strokes": demo_signature("周桂兰")}
        with pytest.raises(Refused) as caught:
            cast.do("agreements.submit", task_of(case), clerk, words | {"end_on": (last + DAY).isoformat()})
        assert {each.code for each in caught.value.refusals} <= {"term_too_long", "beyond_age", "beyond_three_years"}
        cast.do("agreements.submit", task_of(case), clerk, words | {"end_on": end.isoformat()})
        cast.do("agreements.sign_for_township", task_of(case), cast.reviewer, signed("林书平"))
        cast.do("agreements.seal_by_township", task_of(case), cast.township_keeper)
        self.agreed.append((start, end))

    def renewal(self, start: date) -> None:
        """What the door has prefilled is the longest that is lawful; when nothing is, it opened none."""
        lawful = longest(self.person.born, self.agreed, start)
        drafts = Agreement.objects.filter(worker=self.worker, state=AgreementState.DRAFT).select_related("case")
        assert [(each.start_on, each.end_on) for each in drafts] == ([] if lawful is None else [(start, lawful)])
        for each in drafts:
            self.agree(each.case, self.cast.clerk, start)

    def prove(self) -> None:
        nobody_is_over_three_years_or_sixty_five(self.cast.county, self.cast.now.date())
        one_post_per_person()


def appraised(way: Way) -> Case:
    """Passed and on file in December; the first agreement still runs."""
    way.go_to(date(2020, 12, 20))
    years.issue(way.cast)
    return years.filed(way.cast, way.worker)


def renew(way: Way, case: Case) -> None:
    """Opened, or refused for one of the two limits."""
    try:
        way.cast.do("appraisals.renew", task_of(case), way.cast.township_clerk)
    except Refused as refused:
        found = {each.code for each in refused.refusals}
    else:
        found = set()
    assert found <= {"three_years_used", "beyond_age"}


def renewed_alone(way: Way) -> None:
    renew(way, appraised(way))
    way.renewal(way.agreed[-1][1] + DAY)


def renewed_with_others(way: Way) -> None:
    """In one sitting: each gets what is lawful, or the reason."""
    task, clerk = task_of(appraised(way)), way.cast.township_clerk
    renewing: Any = ACTIONS["appraisals.renew"]
    verdicts = dry_run(tasks_of(clerk, [task.pk]), renewing, clerk, at=way.cast.tick())
    picks = {"decision": "appraisals.renew", "picks": [each.pick for each in verdicts]}
    sitting: Sitting = way.cast.do("desk.open_sitting", way.cast.county, clerk, picks).result
    with travel(way.cast.tick(), tick=False):
        work_off(sitting)
    way.renewal(way.agreed[-1][1] + DAY)


def renewed_late(way: Way) -> None:
    """The agreement ran out while nobody looked; renewed days later it begins that day, not before."""
    case = appraised(way)
    end = way.agreed[-1][1]
    way.go_to(end + DAY)
    way.go_to(end + timedelta(days=way.person.gap))
    renew(way, case)
    way.renewal(way.cast.now.date())


def moved_to_another_village(way: Way) -> None:
    """Left of their own will, hired next door: what was served counts on."""
    cast = way.cast
    way.go_to(date(2020, 11, 2))
    case = exits.opened(cast, way.tenure, EndReason.RESIGNATION)
    today = cast.now.date()
    exits.propose(cast, case, today, happened_on=today.isoformat(), evidence_1_made_on=today.isoformat())
    exits.walk(cast, case)
    way.agreed[-1] = (way.agreed[-1][0], today)
    way.go_to(today + timedelta(days=way.person.gap))
    start = cast.now.date() + DAY
    if longest(way.person.born, way.agreed, start) is not None:
        way.hired("104002", start, 400)


@pytest.mark.parametrize("onto", [renewed_alone, renewed_with_others, renewed_late, moved_to_another_village])
def test_by_every_way_the_limits_hold_to_the_day(onto: Any) -> None:
    @given(people())
    @FEW
    def go(person: Person) -> None:
        with transaction.atomic():
            way = Way(person)
            way.hired("104001", BEGINS, person.first_term)
            way.go_to(BEGINS)
            onto(way)
            way.prove()
            transaction.set_rollback(True)

    go()
