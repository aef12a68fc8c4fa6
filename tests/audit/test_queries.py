"""Reading the trail: one query a page, each on an index of its own."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from audit.models import Event
from audit.queries import Key, Search, Subjects, case_timeline, county_page
from audit.trail import ActorStamp, SubjectStamp
from tests.audit.stories import AT, CASE, COUNTY, write

OTHER_TOWNSHIP = "130322105000"


@pytest.fixture
def trail(db: None) -> list[Event]:
    events = [write() for _ in range(3)]
    elsewhere = write(
        action="application.submit",
        actor=ActorStamp(9, "何素琴", "village_clerk", OTHER_TOWNSHIP, "大蒲河镇"),
        subject=SubjectStamp("applications.application", "18", "2020-105-0001"),
        case_key="applications.application:18",
        organisation_codes=[OTHER_TOWNSHIP],
    )
    events += [elsewhere, write(), write(at=AT + timedelta(hours=2))]
    write(county="130324")
    return events


def sequences(before: Key | None = None, **filters: Any) -> list[int]:
    return [event.sequence for event in county_page(COUNTY, Search(**filters), before=before).events]


def test_a_case_tells_its_story_in_order(trail: list[Event], django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        told = list(case_timeline(CASE).filter(county=COUNTY))
    assert [event.sequence for event in told] == [1, 2, 3, 5, 6]


def test_no_key_tells_no_story(trail: list[Event]) -> None:
    write(case_key="")
    assert not case_timeline("").exists()


def test_the_county_reads_its_own_trail_newest_first(trail: list[Event]) -> None:
    assert sequences() == [6, 5, 4, 3, 2, 1]


LATER, LATEST = AT + timedelta(hours=1), AT + timedelta(days=1)


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"action": "application.submit"}, [4]),
        ({"actor": 9}, [4]),
        ({"actor": 7}, [6, 5, 3, 2, 1]),
        ({"organisation": OTHER_TOWNSHIP}, [4]),
        ({"organisation": "130322104203"}, [6, 5, 3, 2, 1]),
        ({"organisation": "130322104203", "action": "application.submit"}, []),
        ({"case_number": "2020-105-0001"}, [4]),
        ({"case_number": "2020-105"}, []),
        ({"before": (AT, 3)}, [2, 1]),
        ({"before": (AT, 3), "organisation": "130322104000"}, [2, 1]),
        ({"since": LATER}, [6]),
        ({"until": LATER}, [5, 4, 3, 2, 1]),
        ({"since": AT, "until": AT}, []),
        ({"since": LATER, "until": LATEST, "organisation": "130322104000"}, [6]),
        ({"until": LATER, "actor": 9}, [4]),
        ({"subjects": Subjects(case_keys=("applications.application:18",))}, [4]),
        ({"subjects": Subjects(rows=(("applications.application", "18"),))}, [4]),
        ({"subjects": Subjects()}, []),
    ],
)
def test_filters(trail: list[Event], filters: dict[str, Any], found: list[int]) -> None:
    assert sequences(**filters) == found


@pytest.mark.parametrize("filters", [{}, {"organisation": "130322104000"}])
def test_pages_follow_each_other_without_gap_or_repetition(
    trail: list[Event], filters: dict[str, Any], django_assert_num_queries: Any
) -> None:
    seen: list[int] = []
    before: Key | None = None
    while True:
        with django_assert_num_queries(1):
            page = county_page(COUNTY, Search(**filters), before=before, limit=2)
        seen += [event.sequence for event in page.events]
        before = page.older
        if before is None:
            break
    assert seen == ([6, 5, 3, 2, 1] if filters else [6, 5, 4, 3, 2, 1])


def test_an_exactly_full_last_page_has_no_successor(trail: list[Event]) -> None:
    assert county_page(COUNTY, limit=6).older is None
    assert county_page(COUNTY, limit=4).older == (AT, 3)


@pytest.mark.parametrize(
    ("filters", "index"),
    [
        ({}, "event_at"),
        ({"since": AT}, "event_at"),
        ({"action": "x"}, "event_action"),
        ({"action": "x", "since": AT}, "event_action"),
        ({"actor": 7}, "event_actor"),
        ({"actor": 7, "until": LATER}, "event_actor"),
        ({"case_number": "x"}, "event_number"),
        ({"organisation": "x"}, "eventorganisation_page"),
        ({"organisation": "x", "since": AT, "until": LATER}, "eventorganisation_page"),
    ],
)
def test_every_page_walks_an_index_and_sorts_nothing(
    trail: list[Event], filters: dict[str, Any], index: str, django_assert_num_queries: Any
) -> None:
    plan = plan_of(filters, django_assert_num_queries)
    assert "TEMP B-TREE" not in plan
    assert index in plan, plan


def test_what_is_about_one_person_is_found_by_index_alone(trail: list[Event], django_assert_num_queries: Any) -> None:
    subjects = Subjects(case_keys=("a", "b"), rows=(("registry.worker", "1"),))
    plan = plan_of({"subjects": subjects}, django_assert_num_queries)
    assert "event_case" in plan or "event_at" in plan
    assert "SCAN" not in plan.replace("SCAN CONSTANT", ""), plan


def plan_of(filters: dict[str, Any], django_assert_num_queries: Any) -> str:
    with django_assert_num_queries(1) as captured:
        county_page(COUNTY, Search(**filters), before=(LATEST, 5))
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN QUERY PLAN " + captured.captured_queries[0]["sql"])
        return "\n".join(row[3] for row in cursor.fetchall())
