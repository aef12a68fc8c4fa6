"""A township renews eighty people in one sitting: the dry run, the one decision, every agreement by itself."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from bench.door import Office

PEOPLE = 80


def figures() -> Iterator[tuple[str, float]]:
    with Office(
        os.environ["DATABASE_URL"], Path(os.environ["VAR_DIR"]) / "renewals", module="bench.renewals"
    ) as office:
        begun = time.perf_counter()
        office.work()
        yield "seconds_for_80", time.perf_counter() - begun


def main() -> None:
    import django

    django.setup()

    from time_machine import travel

    from tests.appraisals import years
    from tests.appraisals.years import issue, sealed
    from tests.attendance.months import at, employ
    from tests.cast import build_cast, post_of, task_of
    from workflows.core.actions import ACTIONS
    from workflows.core.daily import run_daily
    from workflows.core.models import Sitting
    from workflows.core.sittings import dry_run, tasks_of, work_off
    from workflows.employment.models import Agreement, AgreementState

    cast = build_cast()
    roomy = post_of(cast.village, "绿化", 1000)
    post = str(cast.do("employment.establish_post", cast.county, cast.system, roomy).result.pk)
    # Ten minutes an act: the last of them is hired within the month.
    workers = [employ(cast, date(2020, 9, 21), date(2021, 9, 20), post=post) for _ in range(PEOPLE)]
    cast.now = at(2020, 12, 20)
    run_daily(cast.now)
    issue(cast)
    cases = [sealed(cast, worker) for worker in workers]
    years.file_batch(cast)
    print("READY", flush=True)
    sys.stdin.readline()
    decision = ACTIONS["appraisals.renew"]
    tasks = tasks_of(cast.township_clerk, [task_of(case).pk for case in cases])
    verdicts = dry_run(tasks, decision, cast.township_clerk, at=cast.tick())  # type: ignore[arg-type]
    data = {"decision": decision.code, "picks": [verdict.pick for verdict in verdicts]}
    sitting: Sitting = cast.do("desk.open_sitting", cast.county, cast.township_clerk, data).result
    with travel(cast.tick(), tick=True):  # a year that has passed long ago is renewed in its own time
        work_off(sitting)
    drawn_up = Agreement.objects.filter(state=AgreementState.DRAFT, appraisal_year="2020").count()
    if drawn_up != PEOPLE:
        raise SystemExit(f"only {drawn_up} of {PEOPLE} renewals were drawn up")
    print("READY", flush=True)
    sys.stdin.readline()


if __name__ == "__main__":
    main()
