"""What a bench stands on. `make bench` runs every module of this folder; each has one function:

    def figures() -> Iterator[tuple[str, float]]

It yields a figure's name and number as soon as it is known; they are printed as `<bench>.<figure> = <number>`.
What is compared is measured side by side, in turns, in the same run: on a shared machine only the ratio of two
such figures means anything, and nothing here is ever a test with a time limit.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from tests.databases import PostgresCluster, postgres_programs
from tests.processes import start_manage

ROOT = Path(__file__).resolve().parent


class NotMeasured(Exception):
    """Something outside Python is missing on this machine; the sentence says what."""


def side_by_side(works: Mapping[str, Callable[[], object]], rounds: int = 5) -> dict[str, float]:
    """The median seconds of each work; in every round each has its turn, so that all share the same weather."""
    seconds: dict[str, list[float]] = {name: [] for name in works}
    for work in works.values():
        work()  # what is compiled or cached once belongs to nobody's figure
    for _ in range(rounds):
        for name, work in works.items():
            begun = time.perf_counter()
            work()
            seconds[name].append(time.perf_counter() - begun)
    return {name: median(taken) for name, taken in seconds.items()}


@contextmanager
def postgres(var_dir: Path) -> Iterator[str]:
    """DATABASE_URL of an empty, migrated PostgreSQL database on a server of its own. Raises NotMeasured."""
    programs = postgres_programs()
    if programs is None:
        raise NotMeasured("本机没有 PostgreSQL（PostgreSQL is not installed）")
    cluster = PostgresCluster.start(programs)
    try:
        url = cluster.create("bench")
        start_manage(url, var_dir, "migrate", "--verbosity", "0").finish()
        yield url
    finally:
        cluster.stop()
