"""How many acts a second go through the door, with their papers, signatures, seals and events, on each database."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

from bench import NotMeasured, postgres, side_by_side
from tests.processes import Running, start_python

APPLICATIONS = 5
ACTS = 6 * APPLICATIONS  # opened, submitted, agreed and sealed by the village, agreed and sealed by the township


def figures() -> Iterator[tuple[str, float]]:
    var_dir = Path(os.environ["VAR_DIR"])
    with Office(os.environ["DATABASE_URL"], var_dir / "on_sqlite") as on_sqlite:
        try:
            with postgres(var_dir / "on_postgres") as url, Office(url, var_dir / "on_postgres") as on_postgres:
                taken = side_by_side({"sqlite": on_sqlite.work, "postgres": on_postgres.work})
        except NotMeasured as error:
            print(f"door: {error}", file=sys.stderr)
            taken = side_by_side({"sqlite": on_sqlite.work})
    for database, seconds in taken.items():
        yield f"acts_per_second_on_{database}", ACTS / seconds
    if "postgres" in taken:
        yield "postgres_to_sqlite_seconds", taken["postgres"] / taken["sqlite"]


class Office:
    """A process with a county of its own that takes some applications from the form to the last seal when told to."""

    def __init__(self, database_url: str, var_dir: Path, module: str = "bench.door") -> None:
        self.running: Running = start_python(module, database_url, var_dir)

    def __enter__(self) -> Office:
        self.running.wait_until_ready()
        return self

    def __exit__(self, *_: object) -> None:
        self.running.clear_away()

    def work(self) -> None:
        self.running.release()
        self.running.wait_until_ready()


def main() -> None:
    import django

    django.setup()

    from tests.cast import build_cast, post_of
    from workflows.applications.models import State

    cast = build_cast()
    roomy = post_of(cast.village, "绿化", 1000)
    post = str(cast.do("employment.establish_post", cast.county, cast.system, roomy).result.pk)
    while True:
        print("READY", flush=True)
        sys.stdin.readline()
        for _ in range(APPLICATIONS):
            cast.walk_to(State.APPROVED, post=post)


if __name__ == "__main__":
    main()
