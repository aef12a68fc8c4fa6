"""Real processes against a real database: for races, kills and the whole server."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PATIENCE_SECONDS = 120
# For what a test stands on (a migrated database, a county): a machine with other work to do needs long for it.
SETUP_PATIENCE_SECONDS = 600

# What stands before the code of `run_python`: Django, and a starting line for races.
_PREAMBLE = """
import sys
import django
django.setup()
def ready():
    print("READY", flush=True)
    sys.stdin.readline()
"""


@dataclass
class Running:
    """A child process of a test."""

    process: subprocess.Popen[str]

    def wait_until_ready(self) -> None:
        """Returns when the code has called `ready()`, which then waits for `release()`."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if line != "READY\n":
            raise AssertionError(f"the process did not get ready: {line}{self.output(expect=None)}")

    def release(self, saying: str = "") -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{saying}\n")
        self.process.stdin.flush()

    def kill(self) -> None:
        """As the power cut would: no handler runs. Children of the process are killed too."""
        kill_tree(self.process.pid)
        self.process.wait(PATIENCE_SECONDS)

    def clear_away(self) -> None:
        """After the test: nothing of it may be left, whatever happened."""
        if self.process.poll() is None:
            self.kill()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):
                    pipe.close()

    def output(self, expect: int | None = 0, patience_seconds: float = PATIENCE_SECONDS) -> str:
        """Waits for the end and gives what was printed; an exit code other than `expect` fails the test."""
        out, _ = self.process.communicate(timeout=patience_seconds)
        if expect is not None and self.process.returncode != expect:
            raise AssertionError(f"exit code {self.process.returncode}, expected {expect}\n{out}")
        return out

    def finish(self, patience_seconds: float = PATIENCE_SECONDS) -> str:
        """Waits for the end, which must be a success, and gives what was printed (errors included)."""
        return self.output(patience_seconds=patience_seconds)


def start(command: Sequence[str], database_url: str, var_dir: Path, **environment: str) -> Running:
    """Starts a command of ours with this database and this folder for papers and logs."""
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "project.settings",  # the product as it is served, without the flow of the tests
            "DATABASE_URL": database_url,
            "VAR_DIR": str(var_dir),
            **environment,
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return Running(process)


def start_python(code_or_module: str, database_url: str, var_dir: Path, **environment: str) -> Running:
    """Starts Python on source text (Django is set up, `ready()` is there) or on the module of that name."""
    if re.fullmatch(r"[\w.]+", code_or_module):
        command = [sys.executable, "-m", code_or_module]
    else:
        command = [sys.executable, "-c", f"{_PREAMBLE}\n{code_or_module}"]
    return start(command, database_url, var_dir, **environment)


def start_manage(database_url: str, var_dir: Path, *arguments: str, **environment: str) -> Running:
    """Starts `manage.py` with these arguments."""
    return start([sys.executable, "manage.py", *arguments], database_url, var_dir, **environment)


def release_together(*runners: Running) -> None:
    """Lets processes go at once that have all called `ready()`."""
    for runner in runners:
        runner.wait_until_ready()
    for runner in runners:
        runner.release()


def kill_tree(pid: int) -> None:
    """SIGKILL for a process and all that stand under it, parents first so that nobody is started again."""
    family = [pid]
    for parent in family:
        with suppress(FileNotFoundError):
            for children in Path(f"/proc/{parent}/task").glob("*/children"):
                family += [int(child) for child in children.read_text().split()]
    for member in family:
        with suppress(ProcessLookupError):
            os.kill(member, signal.SIGKILL)


@dataclass
class Server:
    """The product as an office runs it: `manage.py serve` with its web processes and its worker."""

    url: str
    running: Running

    def stop(self) -> str:
        """As Ctrl-C does; gives what was printed. Must end with exit code 0."""
        self.running.process.send_signal(signal.SIGINT)
        return self.running.finish()

    def kill(self) -> None:
        self.running.kill()


@pytest.fixture
def run_python(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """run_python(code_or_module, database_url, **env) starts a process; all share one folder for papers."""
    started: list[Running] = []

    def run(code_or_module: str, database_url: str, **environment: str) -> Running:
        started.append(start_python(code_or_module, database_url, tmp_path / "var", **environment))
        return started[-1]

    yield run
    for running in started:
        running.clear_away()


@pytest.fixture(scope="session")
def collected_static(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder `collectstatic` filled, once for all servers."""
    var_dir = tmp_path_factory.mktemp("static")
    start_manage("sqlite:///:memory:", var_dir, "collectstatic", "--no-input", "--verbosity", "0").finish()
    return var_dir / "static"


@pytest.fixture
def live_server_process(tmp_path: Path, collected_static: Path) -> Iterator[Callable[..., Server]]:
    """live_server_process(database_url, **env) starts the real server and waits for its first answer."""
    servers: list[Server] = []

    def serve(database_url: str, **environment: str) -> Server:
        var_dir = tmp_path / "var"
        if not (var_dir / "static").exists():
            shutil.copytree(collected_static, var_dir / "static")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        running = start_manage(database_url, var_dir, "serve", PORT=str(port), **environment)
        assert running.process.stdout is not None
        lines: list[str] = []
        for line in running.process.stdout:
            lines.append(line)
            if found := re.search(r"http://[^\s/]+", line):
                servers.append(Server(found.group(), running))
                return servers[-1]
        raise AssertionError(f"the server did not start:\n{''.join(lines)}")

    yield serve
    for server in servers:
        server.running.clear_away()
