"""Keeps the web server and the background worker running side by side, and stops both in order.

Everything waits in `sigtimedwait`: a child that ends, Ctrl-C and SIGTERM wake it at once, and no signal
handler runs in the middle of something else.
"""

import ctypes
import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

_STOP = {signal.SIGINT, signal.SIGTERM}
_AWAITED = _STOP | {signal.SIGCHLD}
_PR_SET_PDEATHSIG = 1


class WebServerFailed(Exception):
    """The web server could not be started, or ended by itself."""


@dataclass
class Supervisor:
    """Runs two commands; `web` must live, `worker` is started again whenever it dies.

    web, worker: full command lines. address: (host, port) where the web server will answer.
    tell: takes a sentence for the operator.
    start_seconds: how long the web server may take until its first answer.
    stop_seconds: how long a child may take to finish its work after SIGTERM.
    """

    web: Sequence[str]
    worker: Sequence[str]
    address: tuple[str, int]
    tell: Callable[[str], object]
    start_seconds: float = 60
    stop_seconds: float = 20
    restart_seconds: float = 2

    def __post_init__(self) -> None:
        self._web: subprocess.Popen[bytes] | None = None
        self._worker: subprocess.Popen[bytes] | None = None
        signal.pthread_sigmask(signal.SIG_BLOCK, _AWAITED)

    def start(self) -> bool:
        """Starts both and waits for the first answer; False when asked to stop before that.

        Raises WebServerFailed when the web server ends or stays silent.
        """
        self._web = self._spawn(self.web)
        self._worker = self._spawn(self.worker)
        deadline = time.monotonic() + self.start_seconds
        while not self._answers():
            if self._wait(0.1) in _STOP:
                return False
            if self._web.poll() is not None:
                raise WebServerFailed(f"exit code {self._web.returncode}")
            if time.monotonic() > deadline:
                raise WebServerFailed(f"no answer within {self.start_seconds:.0f} s")
        return True

    def watch(self) -> None:
        """Returns when asked to stop. Raises WebServerFailed when the web server ends by itself."""
        assert self._web is not None
        assert self._worker is not None
        while self._wait(None) not in _STOP:
            if self._web.poll() is not None:
                raise WebServerFailed(f"exit code {self._web.returncode}")
            while self._worker.poll() is not None:
                # A worker that dies at once must not fill the machine with starts.
                if self._wait(self.restart_seconds) in _STOP:
                    return
                self._worker = self._spawn(self.worker)
                self.tell("后台任务意外停止，已重新启动。")

    def stop(self) -> None:
        """The web server first, so that nothing new arrives; then the worker, which ends its job.

        A second Ctrl-C, or too long a wait, ends a child by force; the database keeps whole transactions only.
        """
        if self._web is not None:
            # Again every second: a process of the web server that is still loading forgets the first one.
            self._end(self._web, ask_every=1)
        if self._worker is not None:
            # Once: asked twice, the worker gives up the job it is doing.
            self._end(self._worker, ask_every=self.stop_seconds)

    def _end(self, child: subprocess.Popen[bytes], *, ask_every: float) -> None:
        deadline = time.monotonic() + self.stop_seconds
        while child.poll() is None and (left := deadline - time.monotonic()) > 0:
            os.killpg(child.pid, signal.SIGTERM)
            caught: int | None = signal.SIGCHLD
            while caught == signal.SIGCHLD and child.poll() is None:
                caught = self._wait(min(ask_every, left))
            if caught in _STOP:
                break
        # Whoever is left: a child that does not end, and the processes of a web server that was killed.
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()

    @staticmethod
    def _wait(seconds: float | None) -> int | None:
        """The next signal, or None after `seconds` (None: without end)."""
        if seconds is None:
            return signal.sigwait(_AWAITED)
        caught = signal.sigtimedwait(_AWAITED, seconds)
        return None if caught is None else caught.si_signo

    @staticmethod
    def _spawn(command: Sequence[str]) -> subprocess.Popen[bytes]:
        # A group of its own: Ctrl-C in the terminal reaches only us, and we stop the children in order.
        return subprocess.Popen(command, process_group=0, preexec_fn=_prepare_child)  # noqa: S603, PLW1509

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection(*self.address, timeout=5)
        try:
            connection.request("HEAD", "/", headers={"Host": "localhost"})
            connection.getresponse()
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
        return True


def _prepare_child() -> None:
    """Runs in the child before its program: normal signals, and an end together with the supervisor."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _AWAITED)
    if sys.platform == "linux":
        # Killed by force, the supervisor can stop nobody: the kernel then tells the children.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
