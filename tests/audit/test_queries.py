"""Reading the trail: one query a page, each on an index of its own."""

from typing import Any

import pytest
from django.db import connection

from audit.models import Event
from audit.queries import case_timeline, county_page
from audit.trail import ActorStamp, SubjectStamp
from tests.audit.stories import CASE, COUNTY, write

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
    events += [elsewhere, write()]
    write(county="130324")
    return events


def sequences(**filters: Any) -> list[int]:
    return [event.sequence for event in county_page(COUNTY, **filters).events]


def test_a_case_tells_its_story_in_order(trail: list[Event], django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        told = list(case_timeline(CASE).filter(county=COUNTY))
    assert [event.sequence for event in told] == [1, 2, 3, 5]


def test_no_key_tells_no_story(trail: list[Event]) -> None:
    write(case_key="")
    assert not case_timeline("").exists()


def test_the_county_reads_its_own_trail_newest_first(trail: list[Event]) -> None:
    assert sequences() == [5, 4, 3, 2, 1]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"action": "application.submit"}, [4]),
        ({"actor": 9}, [4]),
        ({"actor": 7}, [5, 3, 2, 1]),
        ({"organisation": OTHER_TOWNSHIP}, [4]),
        ({"organisation": "130322104203"}, [5, 3, 2, 1]),
        ({"organisation": "130322104203", "action": "application.submit"}, []),
        ({"case_number": "2020-105-0001"}, [4]),
        ({"case_number": "2020-105"}, []),
        ({"before_sequence": 3}, [2, 1]),
        ({"before_sequence": 3, "organisation": "130322104000"}, [2, 1]),
    ],
)
def test_filters(trail: list[Event], filters: dict[str, Any], found: list[int]) -> None:
    assert sequences(**filters) == found


@pytest.mark.parametrize("filters", [{}, {"organisation": "130322104000"}])
def test_pages_follow_each_other_without_gap_or_repetition(
    trail: list[Event], filters: dict[str, Any], django_assert_num_queries: Any
) -> None:
    seen: list[int] = []
    before: int | None = None
    while True:
        with django_assert_num_queries(1):
            page = county_page(COUNTY, before_sequence=before, limit=2, **filters)
        seen += [event.sequence for event in page.events]
        before = page.older_before
        if before is None:
            break
    assert seen == ([5, 3, 2, 1] if filters else [5, 4, 3, 2, 1])


def test_an_exactly_full_last_page_has_no_successor(trail: list[Event]) -> None:
    assert county_page(COUNTY, limit=5).older_before is None
    assert county_page(COUNTY, limit=4).older_before == 2


@pytest.mark.parametrize(
    ("filters", "index"),
    [
        ({}, "event_county_sequence"),
        ({"action": "x"}, "event_action"),
        ({"actor": 7}, "event_actor"),
        ({"case_number": "x"}, "event_number"),
        ({"organisation": "x"}, "eventorganisation_page"),
    ],
)
def test_every_page_walks_an_index_and_sorts_nothing(
    trail: list[Event], filters: dict[str, Any], index: str, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(1) as captured:
        county_page(COUNTY, before_sequence=5, **filters)
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN QUERY PLAN " + captured.captured_queries[0]["sql"])
        plan = "\n".join(row[3] for row in cursor.fetchall())
    assert "TEMP B-TREE" not in plan
    assert index in plan or (not filters and "sqlite_autoindex_audit_event" in plan), plan
