"""Three hundred papers decided in one sitting: the dry run over the list, the one decision, every paper on its own."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from bench.door import Office

PAPERS = 300


def figures() -> Iterator[tuple[str, float]]:
    with Office(os.environ["DATABASE_URL"], Path(os.environ["VAR_DIR"]) / "batch", module="bench.batch") as office:
        begun = time.perf_counter()
        office.work()
        yield "seconds_for_300", time.perf_counter() - begun


def main() -> None:
    import django

    django.setup()

    from signatures.demo_strokes import demo_signature
    from tests.cast import build_cast, post_of, task_of
    from workflows.applications.models import State
    from workflows.core.actions import ACTIONS
    from workflows.core.models import Sitting
    from workflows.core.sittings import dry_run, tasks_of, work_off

    cast = build_cast()
    roomy = post_of(cast.village, "绿化", 1000)
    post = str(cast.do("employment.establish_post", cast.county, cast.system, roomy).result.pk)
    cases = [cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW, post=post) for _ in range(PAPERS)]
    print("READY", flush=True)
    sys.stdin.readline()
    decision = ACTIONS["applications.agree_by_township"]
    tasks = tasks_of(cast.reviewer, [task_of(case).pk for case in cases])
    verdicts = dry_run(tasks, decision, cast.reviewer, at=cast.tick())  # type: ignore[arg-type]
    data = {
        "decision": decision.code,
        "picks": [verdict.pick for verdict in verdicts],
        "opinion": "情况属实，符合条件，同意安置。",
        "strokes": demo_signature(cast.reviewer.name),
    }
    sitting: Sitting = cast.do("desk.open_sitting", cast.county, cast.reviewer, data).result
    work_off(sitting)
    done = sitting.items.filter(state="done").count()
    if done != PAPERS:
        raise SystemExit(f"only {done} of {PAPERS} were decided")
    print("READY", flush=True)
    sys.stdin.readline()


if __name__ == "__main__":
    main()
