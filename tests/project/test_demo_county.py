"""The demo county: the same for the same seed and day, in every state, and whole or not there at all."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta, timezone
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone as django_timezone
from django_fsm import FSMField
from time_machine import travel

from audit.models import Event
from audit.verification import verify_chain
from forms_templates.models import Document
from project.demo import crowd, demo_logins, people, words
from project.demo.county import BEGAN_AGO, DemoCounty
from project.demo.crowd import Crowd
from project.demo.office_hours import OfficeHours
from project.demo.places import FULL_SIZE, TOWNSHIPS, villages, villages_for
from project.demo.plan import AT_WORK, SERVED, draw_up
from project.demo.walks import Walk
from registry.id_numbers import IdNumber, last_day_within
from registry.models import County, Household, Organisation, User, Worker
from registry.roles import Role
from signatures.seal_drawing import _has_glyph
from tests.project.case_pages import pages_that_ask_more_than
from workflows.applications.models import Application, State
from workflows.core.consistency import faulty_cases
from workflows.core.models import Case, DeskTask
from workflows.core.trail_words import label_of
from workflows.core.working_days import is_working_day
from workflows.employment.models import Leave, LeaveState, TenureState
from workflows.reporting.models import Ledger, LedgerState

CHINA = timezone(timedelta(hours=8))
TODAY = date(2026, 11, 25)
NOON = datetime.combine(TODAY, time(12), CHINA)
EVERYBODY = 130  # as few as tell every story
SMALL = 64
# States in which no case of the demo can stay, and why.
UNTOLD = {
    "employment.Agreement.awaiting_village_signature": "party A is the village only under another policy set",
    "employment.Agreement.awaiting_village_seal": "party A is the village only under another policy set",
}


def tell_county(
    seed: int = 2019, at: datetime = NOON, workers: int = SMALL
) -> tuple[DemoCounty, list[tuple[int, int, str]]]:
    told: list[tuple[int, int, str]] = []
    county = DemoCounty(at, workers=workers, seed=seed, tell=lambda *how_far: told.append(how_far))
    county.load()
    return county, told


def untold_states() -> Iterator[str]:
    """Of every model with a state that only transitions change: the declared states in which nothing is."""
    for model in apps.get_models():
        for field in model._meta.get_fields():
            if not isinstance(field, FSMField) or model.__module__.startswith("tests."):
                continue
            there = set(model._default_manager.values_list(field.name, flat=True))
            names = {state: f"{model._meta.label}.{state}" for state, _ in field.choices}
            yield from sorted(name for state, name in names.items() if (state in there) == (name in UNTOLD))


def wordless_details() -> set[str]:
    """What the trail kept of some act and has no Chinese word for: an auditor would read our code."""
    names = {name for event in Event.objects.all() for name in event.details}
    return {name for name in names if label_of(name) == name}


def everything_told() -> dict[str, Any]:
    """What two loads of the same seed have in common: all but random keys and salts, and what follows from them."""
    events = []
    for event in Event.objects.order_by("sequence"):
        content = event.content
        content["fields"] = sorted(content["fields"])
        # Every paper carries a random code, so that nobody guesses another's.
        content["papers"] = [(paper["form"], paper["content_digest"]) for paper in content["papers"]]
        del content["previous_hash"]
        events.append(content)
    return {
        "events": events,
        "people": list(Worker.objects.order_by("id_index").values_list("name", "birth_on", "village__name", "skills")),
        "cases": list(Case.objects.order_by("pk").values_list("number", "title", "headline", "created")),
        "states": list(Application.objects.order_by("pk").values_list("state", flat=True)),
        "papers": list(Document.objects.order_by("pk").values_list("form_code", "content_digest")),
        "officials": list(User.objects.order_by("username").values_list("username", "name")),
    }


@pytest.fixture
def again(db: None) -> Callable[..., dict[str, Any]]:
    """again(…) loads the county, says what was told, and takes everything back."""

    def loaded(**how: Any) -> dict[str, Any]:
        with transaction.atomic():
            tell_county(**how)
            told = everything_told()
            transaction.set_rollback(True)
        return told

    return loaded


@pytest.mark.django_db
def test_a_county_has_every_state_of_every_lifecycle_and_is_sound() -> None:
    county, told = tell_county(workers=EVERYBODY)
    assert [story.stopped for story in county.stories if isinstance(story, Walk) and story.stopped] == []
    assert told[-1][0] == told[-1][1], "the last act is the last of all"
    assert [done for done, _, _ in told] == list(range(1, told[-1][1] + 1))
    assert list(untold_states()) == []
    assert wordless_details() == set()
    assert Worker.objects.count() == EVERYBODY
    assert list(faulty_cases()) == []
    assert verify_chain("130322") == []
    moments = list(Event.objects.order_by("sequence").values_list("at", flat=True))
    assert moments == sorted(moments), "the trail is in the order of time"
    assert max(moments) < NOON.replace(hour=0)
    for moment in moments:
        local = django_timezone.localtime(moment)
        assert is_working_day(local.date())
        assert time(8, 40) <= local.time() < time(17, 30)
    # The shown reviewer's pile, and in it the fifth and the sixth edge household.
    township = Organisation.objects.get(code="104")
    pile = DeskTask.objects.filter(office=township, office_role=Role.TOWNSHIP_REVIEWER, finished__isnull=True)
    assert 10 <= pile.count() <= 15
    edge = Application.objects.filter(township=township, category="edge")
    assert Counter(edge.values_list("state", flat=True)) == {State.SIGNED: 4, State.AWAITING_TOWNSHIP_REVIEW: 2}
    # Of the leaves some wait, and who is on one is not back.
    on_leave = Leave.objects.filter(state=LeaveState.APPROVED)
    assert {LeaveState.AWAITING_APPROVAL, LeaveState.APPROVED} <= set(Leave.objects.values_list("state", flat=True))
    assert not on_leave.exclude(tenure__state=TenureState.ON_LEAVE).exists()
    # The latest month's ledgers are in every state, one was late; the month before is over, one was supplemented.
    ledgers = Ledger.objects.order_by("month", "township__code", "version")
    latest = [each for each in ledgers if each.month == ledgers.last().month]
    assert Counter(each.state for each in latest) == {
        LedgerState.CHECKING: 2, LedgerState.AWAITING_REVIEW: 1, LedgerState.AWAITING_SEAL: 1,
        LedgerState.RETURNED: 1, LedgerState.RECEIVED: 2, LedgerState.AWAITING_RECEIPT: 9, LedgerState.VOIDED: 1,
    }  # fmt: skip
    assert [each.township.code for each in latest if each.first_filed_at and each.days_late(TODAY)] == ["108"]
    over = [each for each in ledgers if each.month < latest[0].month]
    assert [(each.township.code, each.version) for each in over] == [("101", 1), ("104", 1), ("104", 2)]
    assert {each.state for each in over} == {LedgerState.RECEIVED, LedgerState.ARCHIVED}
    assert over[0].days_late(TODAY) > 0
    with travel(NOON, tick=False):
        assert pages_that_ask_more_than(10) == []


def test_the_same_seed_on_the_same_day_tells_the_same(again: Any) -> None:
    first = again(workers=24)
    late = datetime.combine(TODAY, time(23, 59), CHINA)
    assert again(workers=24, at=late) == first
    assert draw_up(24, 2019, TODAY).residents != draw_up(24, 7, TODAY).residents
    assert draw_up(24, 2019, TODAY).residents != draw_up(24, 2019, date(2026, 11, 26)).residents


@pytest.mark.django_db
def test_a_demo_that_was_interrupted_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*how_far: Any) -> None:
        if how_far[0] > 300:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        DemoCounty(NOON, workers=SMALL, tell=interrupted).load()
    assert not County.objects.exists()
    assert not User.objects.exists()
    assert not Event.objects.exists()


@pytest.mark.django_db
def test_a_database_with_a_county_gets_no_demo() -> None:
    County.objects.create(code="130322", name="昌黎县")
    with pytest.raises(CommandError, match="已经有县"):
        call_command("demo_county")
    with pytest.raises(CommandError, match="大于0的人数"):
        call_command("demo_county", workers=0)


@pytest.mark.django_db
def test_the_smallest_county_is_one_worker(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("demo_county", workers=1, seed=3)
    assert Household.objects.count() == 1
    out = capsys.readouterr().out
    assert re.search(r"(\d+)/\1  办件\n", out), "done of total, to the end"
    assert len(out.splitlines()) <= 14, "a log is not filled with it"


# --- the plan --------------------------------------------------------------------------------------------------------


def test_a_county_of_full_size_has_446_villages_and_500_workers() -> None:
    plan = draw_up(FULL_SIZE, 2019, TODAY)
    assert (len(TOWNSHIPS), len(plan.villages), len(plan.residents)) == (16, 446, 500)
    assert len({village.name for village in villages()}) == 446
    assert len({resident.person.id_number for resident in plan.residents}) == 500
    assert len({resident.person.phone for resident in plan.residents}) == 500
    for resident in plan.residents:
        number = IdNumber.parse(resident.person.id_number, TODAY)
        assert number.area == "130399"
        assert (number.sex == "女") == resident.person.is_woman


def test_everybody_has_a_place_and_no_township_has_a_sixth_edge_household_at_work() -> None:
    plan = draw_up(5000, 1, TODAY)
    began = OfficeHours(TODAY).day(BEGAN_AGO)
    assert all((each.end_on or each.start_on or began) <= began for each in plan.residents)
    taken: Counter[tuple[str, int]] = Counter()
    edge: Counter[str] = Counter()
    for resident in plan.residents:
        if resident.applies or resident.goal == AT_WORK:
            taken[resident.village.code, resident.post] += 1
        if resident.goal == AT_WORK and resident.person.category == "edge":
            edge[resident.village.township] += 1
    assert all(plan.posts[code][post][1] >= count for (code, post), count in taken.items())
    assert max(edge.values()) == 5


@pytest.mark.parametrize("month", range(1, 13))
def test_what_is_taken_in_lies_before_the_county_began_with_the_system(month: int) -> None:
    for day in (4, 14, 25):
        on = date(2027, month, day)
        began = OfficeHours(on).day(BEGAN_AGO)
        residents = draw_up(150, 2019, on).residents
        late = [each for each in residents if (each.end_on or each.start_on or began) > began]
        assert late == [], f"on {on}"


def test_somebody_stands_at_every_limit_of_article_10() -> None:
    residents = draw_up(FULL_SIZE, 2019, TODAY).residents
    leapling = next(each for each in residents if each.person.id_number == "130399196002290019")
    assert leapling.end_on == last_day_within(date(1960, 2, 29), 65) == date(2025, 2, 28)
    left = {(last_day_within(each.person.born, 65) - TODAY).days for each in residents if each.goal == AT_WORK}
    assert {6, 27, 85} <= left
    three_years = [each for each in residents if each.goal == SERVED and each.start_on == date(2022, 7, 1)]
    assert three_years[0].end_on == date(2025, 6, 30)


@pytest.mark.parametrize("workers", [1, 20, 100, 2000])
def test_a_county_has_as_many_workers_as_asked_for(workers: int) -> None:
    assert len(draw_up(workers, 1, TODAY).residents) == workers


def test_every_village_has_the_people_it_needs_to_act() -> None:
    held = {(each.place, each.role) for each in people.officials(2019, villages())}
    for village in villages():
        assert {(village.code, Role.VILLAGE_CLERK), (village.code, Role.VILLAGE_HEAD)} <= held
        assert village.clerk_keeps_seal or (village.code, Role.VILLAGE_SEAL_KEEPER) in held
    for code, _, _ in TOWNSHIPS:
        assert {(code, Role.TOWNSHIP_REVIEWER), (code, Role.TOWNSHIP_SEAL_KEEPER)} <= held


def test_the_login_page_offers_a_short_choice() -> None:
    logins = demo_logins()
    assert 10 <= len(logins) <= 20
    usernames = {each.username for each in people.officials(1, villages_for(1))}
    assert {username for username, _, _ in logins} <= usernames
    assert set(people.OTHER_LOGIN.split("、")) <= usernames


def test_nobody_bears_a_name_from_the_countys_document() -> None:
    """Their digests only: not even here do they stand."""
    named = {
        "280e1086", "a3e41940", "78154b6f", "a5a0e14f", "984b870b", "c5d1ee16",
        "080712ca", "067f8704", "84ccb17c", "7642f9e4", "dd2519d7", "11d37c9c",
    }  # fmt: skip
    given = {*crowd.MEN, *crowd.WOMEN, *people.OFFICE_NAMES}
    names = {surname + each for surname in crowd.SURNAMES for each in given} | {each for each, *_ in people._NAMED}
    assert not {hashlib.sha256(name.encode()).hexdigest()[:8] for name in names} & named


def test_every_seal_can_be_drawn() -> None:
    assert all(_has_glyph(character) for village in villages() for character in village.name)


def test_what_is_said_fits_the_person() -> None:
    dice = Crowd(1, TODAY).dice
    for age in range(16, 66):
        for ailing in (False, True):
            assert words.circumstance_of(dice, age, ailing=ailing).visit


def test_offices_work_on_working_days_and_one_act_follows_the_other() -> None:
    hours, dice = OfficeHours(TODAY), Crowd(1, TODAY).dice
    for count in (1, 2, 9):
        for _ in range(50):
            moments = hours.moments(count, 1, dice)
            assert moments == sorted(set(moments))
            assert moments[-1].date() == date(2026, 11, 24)
    assert not is_working_day(date(2026, 10, 1)), "a public holiday"
    assert is_working_day(date(2040, 10, 1)), "beyond the calendar, Monday to Friday"


@pytest.mark.slow  # a load of fifteen seconds
@pytest.mark.django_db
def test_a_county_of_three_where_nobody_was_paid_anything_loads_too() -> None:
    """Its one roster pays nothing for a month without a day of work: there is no money to ask back."""
    tell_county(workers=3, seed=2, at=NOON.replace(year=2026, month=11, day=29))
    assert Worker.objects.count() == 3
