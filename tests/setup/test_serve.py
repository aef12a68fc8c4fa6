"""`manage.py serve`, as an office starts it and stops it."""

import os
import signal
import socket
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.processes import Server, start_manage

Serve = Callable[..., Server]


def status_of(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def children(pid: int) -> dict[str, int]:
    """Process numbers of the web server and the worker under `serve`, by name."""
    found: dict[str, int] = {}
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        command = Path(f"/proc/{child}/cmdline").read_text()
        found["web" if "granian" in command else "worker"] = int(child)
    return found


def test_the_server_answers_and_stops_cleanly(sqlite_copy: str, live_server_process: Serve) -> None:
    server = live_server_process(sqlite_copy)
    assert status_of(f"{server.url}/no-such-page/") == 404
    assert status_of(f"{server.url}/static/project.css") == 200
    printed = server.stop()
    assert "已停止。" in printed
    assert "Traceback" not in printed


def test_sigterm_stops_it_as_cleanly_as_ctrl_c(sqlite_copy: str, live_server_process: Serve) -> None:
    server = live_server_process(sqlite_copy)
    server.running.process.terminate()
    assert "Traceback" not in server.running.finish()


def test_a_worker_that_dies_is_started_again(sqlite_copy: str, live_server_process: Serve) -> None:
    server = live_server_process(sqlite_copy)
    pid = server.running.process.pid
    before = children(pid)
    os.kill(before["worker"], signal.SIGKILL)
    assert server.running.process.stdout is not None
    for line in server.running.process.stdout:
        if "已重新启动" in line:
            break
    after = children(pid)
    assert after["web"] == before["web"]
    assert after["worker"] != before["worker"]
    server.stop()


def test_a_web_server_that_dies_ends_everything_with_an_error(sqlite_copy: str, live_server_process: Serve) -> None:
    server = live_server_process(sqlite_copy)
    os.kill(children(server.running.process.pid)["web"], signal.SIGKILL)
    assert "中途停止" in server.running.output(expect=1)


def test_killed_by_force_it_leaves_no_child_and_no_taken_port(sqlite_copy: str, live_server_process: Serve) -> None:
    server = live_server_process(sqlite_copy)
    os.kill(server.running.process.pid, signal.SIGKILL)
    # The children hold the other end of the pipe: it closes when the last of them has ended.
    server.running.output(expect=-signal.SIGKILL)
    with pytest.raises(urllib.error.URLError):
        status_of(server.url)


def test_a_taken_port_is_told_in_chinese(sqlite_copy: str, tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        printed = start_manage(sqlite_copy, tmp_path, "serve", PORT=str(port)).output(expect=1)
    assert f"端口 {port} 已被别的程序占用。请换一个端口再启动" in printed
    assert "Traceback" not in printed


def test_an_unprepared_database_is_told_before_anything_starts(tmp_path: Path) -> None:
    printed = start_manage(f"sqlite:///{tmp_path}/empty.sqlite3", tmp_path, "serve").output(expect=1)
    assert "数据库还没有准备好" in printed
