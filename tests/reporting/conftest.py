from collections.abc import Iterator

import pytest

from tests.cast import Cast, prepared_cast


@pytest.fixture
def cast(db: None) -> Iterator[Cast]:
    """Everybody in their places; after the story the desks and the trail are proven."""
    cast = prepared_cast()
    yield cast
    cast.prove()
