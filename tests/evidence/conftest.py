from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.cache import caches
from django.test import override_settings

from tests.cast import Cast, prepared_cast


@pytest.fixture
def cast(db: None) -> Cast:
    return prepared_cast()


@pytest.fixture(autouse=True)
def _own_limits(tmp_path: Path) -> Iterator[None]:
    """Tries are counted over processes, in files: each story has its own."""
    limits = {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": tmp_path / "limits"}
    with override_settings(CACHES={"default": limits, "limits": limits}):
        caches.close_all()
        yield
