"""How long a page of the trail takes in a county with many events, by each way of searching, on each database.

EVENTS says how many (200,000 unless told; the promise is a million).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench import NotMeasured, postgres, side_by_side

EVENTS = int(os.environ.get("EVENTS", "200000"))
COUNTY = "130322"
TOWNSHIPS, VILLAGES, OFFICIALS = 16, 446, 2000
SLICE = 50_000


def figures() -> Iterator[tuple[str, float]]:
    """Milliseconds of each search's page."""
    yield from _measured_on(os.environ["DATABASE_URL"], "sqlite")
    try:
        with postgres(Path(os.environ["VAR_DIR"]) / "on_postgres") as url:
            yield from _measured_on(url, "postgres")
    except NotMeasured as error:
        print(f"trail: {error}", file=sys.stderr)


def _measured_on(url: str, database: str) -> Iterator[tuple[str, float]]:
    environment = os.environ | {"DATABASE_URL": url}
    run = subprocess.run(
        [sys.executable, "-m", "bench.trail"], env=environment, check=True, stdout=subprocess.PIPE, text=True
    )
    for name, seconds in json.loads(run.stdout).items():
        yield f"{name}_milliseconds_on_{database}", seconds * 1000


_EVENTS = """
INSERT INTO audit_event (county, sequence, action, at, actor_user_id, actor_name, actor_role,
    actor_organisation_code, actor_organisation_name, subject_kind, subject_key, subject_number, case_key,
    from_state, to_state, reason, policy, details, canonical, previous_hash, hash)
SELECT '{county}', n, 'action.' || (n % 40), {at}, n % {officials}, '办理人', 'village_clerk',
    '104', '泥井镇', 'applications.application', CAST(n / 6 AS TEXT), '2020-' || (n / 6), 'case:' || (n / 6),
    '', '', '', '', '{{}}', {blank}, '', CAST(n AS TEXT)
FROM numbers
"""
_SIDE = """
INSERT INTO audit_eventorganisation (event_id, county, organisation_code, sequence, at)
SELECT id, county, {code}, sequence, at FROM audit_event
"""


def fill() -> None:
    """A county's events, by plain SQL: their canonical bytes are read by no search."""
    from django.db import connection

    sqlite = connection.vendor == "sqlite"
    # Two minutes from one event to the next.
    at = "datetime(1577836800 + n * 120, 'unixepoch')" if sqlite else "to_timestamp(1577836800 + n * 120)"
    blank = "x''" if sqlite else "''::bytea"
    head, _, tail = _EVENTS.format(county=COUNTY, at=at, blank=blank, officials=OFFICIALS).partition("SELECT")
    codes = (f"'T' || (sequence % {TOWNSHIPS})", f"'V' || (sequence % {VILLAGES})")
    with connection.cursor() as cursor:
        # In slices: no statement may take longer than the settings allow.
        for first in range(1, EVENTS + 1, SLICE):
            last = min(first + SLICE - 1, EVENTS)
            numbers = (
                f"WITH RECURSIVE numbers(n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM numbers WHERE n < {last})"
                if sqlite
                else f"WITH numbers AS (SELECT generate_series({first}, {last}) AS n)"
            )
            cursor.execute(f"{head} {numbers} SELECT {tail}")
            for code in codes:
                cursor.execute(f"{_SIDE.format(code=code)} WHERE sequence BETWEEN {first} AND {last}")
        cursor.execute("ANALYZE")


def main() -> None:
    from datetime import UTC, datetime, timedelta

    import django

    django.setup()

    from audit.queries import Search, Subjects, county_page

    fill()
    middle = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=EVENTS)
    span: dict[str, Any] = {"since": middle, "until": middle + timedelta(days=1)}
    searches = {
        "newest": Search(),
        "one_day": Search(**span),
        "action": Search(action="action.7"),
        "action_that_day": Search(action="action.7", **span),
        "actor": Search(actor=7),
        "township": Search(organisation="T3"),
        "township_that_day": Search(organisation="T3", **span),
        "village": Search(organisation="V3"),
        "village_before_that_day": Search(organisation="V3", until=middle),
        "nothing_found": Search(organisation="none", action="none"),
        "case": Search(case_number="2020-1000"),
        "worker": Search(subjects=Subjects(("case:1000", "case:2000"), (("registry.worker", "1"),))),
    }
    works = {name: (lambda search=search: county_page(COUNTY, search)) for name, search in searches.items()}
    print(json.dumps(side_by_side(works)))


if __name__ == "__main__":
    main()
