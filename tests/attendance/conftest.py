from collections.abc import Iterator

import pytest

from tests.attendance.months import Month, county_with_workers, month_of
from tests.cast import Cast, prepared_cast


@pytest.fixture
def county(db: None) -> Iterator[Cast]:
    """Nobody works anywhere yet; after the story the desks and the trail are proven."""
    cast = prepared_cast()
    yield cast
    cast.prove()


@pytest.fixture
def cast(db: None) -> Iterator[Cast]:
    """Two at work in the first village (tests/attendance/months.py); proven after the story."""
    cast = prepared_cast("two at work", county_with_workers)
    yield cast
    cast.prove()


@pytest.fixture
def month(cast: Cast) -> Month:
    """September of the two, opened by the clock on the first of October."""
    return month_of(cast)
