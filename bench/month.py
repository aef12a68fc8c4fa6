"""A village's month from the open sheet to the lock, and a township's roster: the seconds each takes through the
door, with every paper, signature, seal and event; and what that makes of a county of 446 villages, one after the other.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date
from statistics import median

VILLAGES_OF_THE_COUNTY = 446
WORKERS = 6  # of the village that is measured
MONTHS = 6


def figures() -> Iterator[tuple[str, float]]:
    from tests.attendance.months import employ, member_of, month_of
    from tests.cast import build_cast, post_of, task_of
    from workflows.attendance.sheets.days import next_month

    cast = build_cast()
    roomy = post_of(cast.village, "养路", 1000)
    post = str(cast.do("employment.establish_post", cast.county, cast.system, roomy).result.pk)
    for _ in range(WORKERS):
        employ(cast, date(2020, 9, 16), date(2021, 9, 15), post=post)
    cast.people["member"] = member_of(cast)
    villages, work, rosters, month = [], [], [], date(2020, 9, 1)
    for _ in range(MONTHS):
        sheet = month_of(cast, month)
        begin, worked = time.perf_counter(), time.process_time()
        sheet.lock()
        villages.append(time.perf_counter() - begin)
        work.append(time.process_time() - worked)
        begin = time.perf_counter()
        case = cast.do("pay.open", cast.township, cast.township_clerk, {"month": f"{month:%Y-%m}"}).result
        cast.do("pay.submit", task_of(case), cast.township_clerk, _ink("罗晓敏"))
        cast.do("pay.review", task_of(case), cast.reviewer, _ink("林书平"))
        cast.do("pay.seal", task_of(case), cast.township_keeper)
        paid = {**_ink("杜佳宁"), "voucher": "1", "paid_on": cast.now.date().isoformat()}
        cast.do("pay.confirm", task_of(case), cast.finance, paid)
        rosters.append(time.perf_counter() - begin)
        month = next_month(month)
    yield "seconds_per_village_month", median(villages)
    yield "processor_seconds_per_village_month", median(work)
    yield "seconds_per_roster_of_six", median(rosters)
    yield "minutes_for_446_villages_one_after_the_other", median(villages) * VILLAGES_OF_THE_COUNTY / 60


def _ink(name: str) -> dict[str, str]:
    from signatures.demo_strokes import demo_signature

    return {"strokes": demo_signature(name)}
