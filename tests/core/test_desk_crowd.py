"""Deputies, hand-overs, claims, exceptions and the clock in any order. WALK_FAR=1 walks far, WALK_SEED walks again."""

import os

import pytest

from tests.core.desk_crowd import crowd

LONG = bool(os.environ.get("WALK_FAR"))
SEED = int(os.environ.get("WALK_SEED", "20200917"))
EXAMPLES, STEPS = (60, 60) if LONG else (4, 40)


@pytest.mark.slow
def test_whatever_the_crowd_does_the_county_stays_in_order(db: None) -> None:
    crowd(EXAMPLES, STEPS, SEED)
