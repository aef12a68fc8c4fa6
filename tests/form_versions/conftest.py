from collections.abc import Iterator

import pytest

from forms_templates.library import form
from tests.core.conftest import browser, cast

__all__ = ["browser", "cast"]


@pytest.fixture(autouse=True)
def _forget_uploaded_forms() -> Iterator[None]:
    """A version is compiled once per process; the next story's database knows nothing of it."""
    yield
    form.cache_clear()
