"""A demo county on each database, loaded once and copied for every race."""

import pytest

from tests.databases import CopyDatabase
from tests.processes import start_manage


def _with_demo(url: str, factory: pytest.TempPathFactory) -> str:
    start_manage(url, factory.mktemp("demo") / "var", "demo_county").finish()
    return url


@pytest.fixture(scope="session")
def demo_sqlite(prepared_sqlite: str, copy_database: CopyDatabase, tmp_path_factory: pytest.TempPathFactory) -> str:
    return _with_demo(copy_database(prepared_sqlite), tmp_path_factory)


@pytest.fixture(scope="session")
def demo_postgres(prepared_postgres: str, copy_database: CopyDatabase, tmp_path_factory: pytest.TempPathFactory) -> str:
    return _with_demo(copy_database(prepared_postgres), tmp_path_factory)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def county_url(request: pytest.FixtureRequest, copy_database: CopyDatabase) -> str:
    """A demo county of this test's own, in SQLite and in PostgreSQL."""
    return copy_database(str(request.getfixturevalue(f"demo_{request.param}")))
