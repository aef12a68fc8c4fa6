"""The years' flows walked at random on both databases (walk.py). WALK_FAR=1 walks far; WALK_SEED=… walks again."""

import os
import re
from pathlib import Path

import pytest

from tests.processes import start_python
from tests.years.walk import DONE, walk

LONG = bool(os.environ.get("WALK_FAR"))
SEED = int(os.environ.get("WALK_SEED", "20210915"))
EXAMPLES, STEPS = (60, 60) if LONG else (2, 25)


@pytest.mark.django_db
def test_whatever_everybody_does_the_years_stay_in_order() -> None:
    walk(EXAMPLES, STEPS, SEED, shrinks=LONG)
    assert sum(DONE.values()) > EXAMPLES * 6, DONE


@pytest.mark.postgres
def test_on_postgres_they_stay_in_order_too(postgres_copy: str, tmp_path: Path) -> None:
    how_far = f"{EXAMPLES} {STEPS} {SEED + 1}" if LONG else f"{EXAMPLES} {STEPS} {SEED}"
    said = start_python("tests.years.walk_years", postgres_copy, tmp_path / "var", WALK=how_far)
    told = said.output(patience_seconds=3600)
    found = re.search(r"(\d+) acts of \d+ kinds went through", told)
    assert found is not None, told
    assert int(found.group(1)) > 6, told


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(5))
def test_further_walks_end_in_order(seed: int) -> None:
    walk(8, 50, seed, shrinks=True)
