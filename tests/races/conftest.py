"""The races' county, built once per database and copied for every module of tests."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.databases import CopyDatabase
from tests.processes import SETUP_PATIENCE_SECONDS, start_python
from tests.races.director import Theatre

ANY_DATABASE = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@dataclass(frozen=True)
class Staged:
    """A county nobody works in: copy it."""

    database_url: str
    var_dir: Path


@pytest.fixture(scope="session", autouse=True)
def _kept_bytecode(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Some fifty processes start here: each of them compiling everything anew takes longer than the races."""
    with pytest.MonkeyPatch.context() as environment:
        environment.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
        environment.setenv("PYTHONPYCACHEPREFIX", str(tmp_path_factory.mktemp("bytecode")))
        yield


def stage(database_url: str, factory: pytest.TempPathFactory) -> Staged:
    staged = Staged(database_url, factory.mktemp("staged") / "var")
    start_python("tests.races.stage", staged.database_url, staged.var_dir).finish(SETUP_PATIENCE_SECONDS)
    return staged


@pytest.fixture(scope="session")
def staged_sqlite(
    prepared_sqlite: str, copy_database: CopyDatabase, tmp_path_factory: pytest.TempPathFactory
) -> Staged:
    return stage(copy_database(prepared_sqlite), tmp_path_factory)


@pytest.fixture(scope="session")
def staged_postgres(
    prepared_postgres: str, copy_database: CopyDatabase, tmp_path_factory: pytest.TempPathFactory
) -> Staged:
    return stage(copy_database(prepared_postgres), tmp_path_factory)


def open_theatre(staged: Staged, copy_database: CopyDatabase, var_dir: Path) -> Theatre:
    shutil.copytree(staged.var_dir, var_dir)
    return Theatre.open(copy_database(staged.database_url), var_dir)


@pytest.fixture(scope="module", params=ANY_DATABASE)
def theatre(
    request: pytest.FixtureRequest, copy_database: CopyDatabase, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Theatre]:
    """The staged county on a copy of this module's own, once on SQLite and once on PostgreSQL."""
    staged: Staged = request.getfixturevalue(f"staged_{request.param}")
    opened = open_theatre(staged, copy_database, tmp_path_factory.mktemp("theatre") / "var")
    yield opened
    opened.close()


@pytest.fixture(params=ANY_DATABASE)
def served_theatre(request: pytest.FixtureRequest, copy_database: CopyDatabase, tmp_path: Path) -> Iterator[Theatre]:
    """The same for one test alone, in the folder where `live_server_process` keeps its papers."""
    staged: Staged = request.getfixturevalue(f"staged_{request.param}")
    opened = open_theatre(staged, copy_database, tmp_path / "var")
    yield opened
    opened.close()
