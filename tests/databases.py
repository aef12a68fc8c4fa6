"""Real databases for races, kills and contracts: prepared once, copied for each test, never flushed.

The append-only triggers refuse a flush, so Django's TransactionTestCase can't clean up after itself; a copy
of a migrated database can simply be thrown away.
"""

import os
import pwd
import secrets
import shutil
import socket
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from tests.processes import SETUP_PATIENCE_SECONDS, start_manage
from tests.tools import missing

CopyDatabase = Callable[[str], str]


def free_port() -> int:
    """A port nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def postgres_programs() -> Path | None:
    """The folder with initdb and pg_ctl, of the newest PostgreSQL on this machine."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    on_path = shutil.which("initdb")
    candidates = [*reversed(installed), *([Path(on_path).parent] if on_path else [])]
    return next((folder for folder in candidates if (folder / "initdb").exists()), None)


@dataclass
class PostgresCluster:
    """A private PostgreSQL server on the loopback, with fsync as in real life."""

    programs: Path
    folder: Path
    port: int
    password: str

    @classmethod
    def start(cls, programs: Path) -> "PostgresCluster":
        folder = Path(tempfile.mkdtemp(prefix="welfare-posts-postgres-"))
        cluster = cls(programs, folder, free_port(), secrets.token_urlsafe(16))
        password_file = folder / "password"
        password_file.write_text(cluster.password)
        if os.geteuid() == 0:
            owner = pwd.getpwnam("postgres")
            for path in (folder, password_file):
                os.chown(path, owner.pw_uid, owner.pw_gid)
        data = str(folder / "data")
        cluster._run(
            "initdb", "-D", data, "-U", "tests", "--pwfile", str(password_file),
            "--auth", "scram-sha-256", "-E", "UTF8", "--locale", "C.UTF-8",
        )  # fmt: skip
        options = (
            f"-c listen_addresses=127.0.0.1 -c port={cluster.port} -c unix_socket_directories={folder} "
            "-c fsync=on -c max_connections=80 -c shared_buffers=64MB"
        )
        cluster._run("pg_ctl", "-D", data, "-l", str(folder / "log"), "-o", options, "-w", "start")
        return cluster

    def stop(self) -> None:
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "-w", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database: str) -> str:
        return f"postgres://tests:{self.password}@127.0.0.1:{self.port}/{database}"

    def create(self, database: str, template: str = "template1") -> str:
        """Makes a database as a copy of another, to which nobody may be connected; returns its URL."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(database), sql.Identifier(template))
            )
        return self.url(database)

    def _run(self, program: str, *arguments: str) -> None:
        # PostgreSQL refuses to run as root; the distribution's package brings the user.
        account: dict[str, Any] = {}
        if os.geteuid() == 0:
            account = {"user": "postgres", "group": "postgres", "extra_groups": []}
        with (self.folder / "setup.log").open("ab") as log:
            done = subprocess.run(
                [str(self.programs / program), *arguments],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                check=False,
                **account,
            )
        if done.returncode:
            raise RuntimeError((self.folder / "setup.log").read_text(errors="replace"))


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[PostgresCluster]:
    """A running PostgreSQL; without one on the machine the test is skipped (CI: fails)."""
    programs = postgres_programs()
    if programs is None:
        missing("PostgreSQL")
    cluster = PostgresCluster.start(programs)
    yield cluster
    cluster.stop()


def migrate(url: str, var_dir: Path) -> None:
    start_manage(url, var_dir, "migrate", "--verbosity", "0").finish(SETUP_PATIENCE_SECONDS)


@pytest.fixture(scope="session")
def prepared_sqlite(tmp_path_factory: pytest.TempPathFactory) -> str:
    """DATABASE_URL of a migrated SQLite file. Don't write to it: copy it."""
    folder = tmp_path_factory.mktemp("prepared")
    url = f"sqlite:///{folder / 'prepared.sqlite3'}"
    migrate(url, folder / "var")
    return url


@pytest.fixture(scope="session")
def prepared_postgres(postgres_cluster: PostgresCluster, tmp_path_factory: pytest.TempPathFactory) -> str:
    """DATABASE_URL of a migrated PostgreSQL database. Don't write to it: copy it."""
    url = postgres_cluster.create("prepared")
    start_manage(url, tmp_path_factory.mktemp("prepared") / "var", "migrate", "--verbosity", "0").finish(
        SETUP_PATIENCE_SECONDS
    )
    return url


@pytest.fixture(scope="session")
def copy_database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> CopyDatabase:
    """copy_database(url) makes a copy of a database nobody is using and gives its DATABASE_URL."""

    def copy(url: str) -> str:
        name = f"copy_{secrets.token_hex(6)}"
        if url.startswith("sqlite"):
            source = Path(url.removeprefix("sqlite:///"))
            target = tmp_path_factory.mktemp("copies") / f"{name}.sqlite3"
            with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
                old.backup(new)  # takes the write-ahead log along, which a copy of the file would not
            return f"sqlite:///{target}"
        cluster: PostgresCluster = request.getfixturevalue("postgres_cluster")
        return cluster.create(name, template=url.rpartition("/")[2])

    return copy


@pytest.fixture
def sqlite_copy(prepared_sqlite: str, copy_database: CopyDatabase) -> str:
    """DATABASE_URL of a migrated, empty SQLite database of this test's own."""
    return copy_database(prepared_sqlite)


@pytest.fixture
def postgres_copy(prepared_postgres: str, copy_database: CopyDatabase) -> str:
    """DATABASE_URL of a migrated, empty PostgreSQL database of this test's own."""
    return copy_database(prepared_postgres)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def any_database_url(request: pytest.FixtureRequest) -> str:
    """The test runs twice: on a copy in SQLite and on a copy in PostgreSQL."""
    return str(request.getfixturevalue(f"{request.param}_copy"))
