from collections.abc import Iterator

import pytest

from tests.cast import Cast, prepared_cast
from workflows.employment.agreements import renewing


@pytest.fixture
def cast(db: None) -> Iterator[Cast]:
    """Everybody in their places; after the story the desks and the trail are proven."""
    cast = prepared_cast()
    yield cast
    cast.prove()


@pytest.fixture(autouse=True)
def passed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here everybody has passed: how a result comes about is told in tests/appraisals."""
    monkeypatch.setattr(renewing, "_APPRAISALS", [lambda tenure: renewing.Appraised("2020", "合格")])
