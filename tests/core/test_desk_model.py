"""The desk and its model in lock step, on SQLite and on PostgreSQL. WALK_FAR=1 walks far; WALK_SEED=… walks again."""

import os
from pathlib import Path

import pytest

from tests.core.desk_walk import walk
from tests.processes import PATIENCE_SECONDS, start_python

LONG = bool(os.environ.get("WALK_FAR"))
SEED = int(os.environ.get("WALK_SEED", "20200915"))
EXAMPLES, STEPS = (80, 60) if LONG else (5, 30)
FAR_SECONDS = 3600


def test_whatever_is_done_at_the_desk_the_model_and_the_service_agree(db: None) -> None:
    walk(EXAMPLES, STEPS, SEED)


@pytest.mark.postgres
def test_they_agree_on_postgres_too(postgres_copy: str, tmp_path: Path) -> None:
    how_far = f"{EXAMPLES} {STEPS} {SEED}"
    walking = start_python("tests.core.walk_desk", postgres_copy, tmp_path / "var", WALK=how_far)
    walking.finish(FAR_SECONDS if LONG else PATIENCE_SECONDS)
