from collections.abc import Iterator

import pytest

from tests.appraisals.years import county_with_a_year
from tests.cast import Cast, prepared_cast
from tests.core.conftest import browser

__all__ = ["browser"]


@pytest.fixture
def cast(db: None) -> Iterator[Cast]:
    """Two at work in the first village and a scheme in force (tests/appraisals/years.py); proven after the story."""
    cast = prepared_cast("a year to appraise", county_with_a_year)
    yield cast
    cast.prove()
