from collections.abc import Iterator

import pytest

from tests.cast import Cast, build_cast


@pytest.fixture
def cast(db: None) -> Iterator[Cast]:
    cast = build_cast()
    yield cast
    cast.prove()
