"""`python -m tests.races.theatre`: plays scenes in processes of their own, on the database of the environment.

Django is loaded once; each player is forked from here, opens a connection of its own and waits at the gate, so
that players start at the same moment. This process itself never opens a connection.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from collections.abc import Callable
from typing import Any

import django

django.setup()

from django.db import connection, transaction  # noqa: E402

from forms_templates.library import form  # noqa: E402
from registry.models import Organisation  # noqa: E402
from tests.races import ledger  # noqa: E402
from tests.races.players import click, look, play_all  # noqa: E402
from tests.races.scenes import NIJING  # noqa: E402
from workflows.applications.documents import FORM  # noqa: E402

# A player that hangs is ended by its alarm and counts as dead.
PATIENCE_SECONDS = 90
Work = Callable[[Callable[[], None]], object]


class Player:
    """A forked process that does its work and gives the result back through a pipe."""

    def __init__(self, work: Work, ready: int, gate: tuple[int, int]) -> None:
        self.result, result = os.pipe()
        self.pid = os.fork()
        if self.pid:
            os.close(result)
            return
        signal.alarm(PATIENCE_SECONDS)
        os.close(gate[1])

        def wait_at_gate() -> None:
            os.write(ready, b".")
            os.read(gate[0], 1)  # nothing is ever written: it returns when the gate is closed

        try:
            answer = work(wait_at_gate)
        except BaseException:  # noqa: BLE001 - the parent tells the test
            answer = {"answer": "crashed", "message": traceback.format_exc()}
        with os.fdopen(result, "w") as pipe:
            json.dump(answer, pipe)
        connection.close()
        os._exit(0)

    def finish(self) -> Any:
        with os.fdopen(self.result) as pipe:
            text = pipe.read()
        _, status = os.waitpid(self.pid, 0)
        return json.loads(text) if text else {"answer": "dead", "signal": os.waitstatus_to_exitcode(status)}


def together(works: list[Work]) -> list[Any]:
    """Every work in a process of its own; they leave the gate together."""
    ready, tell_ready = os.pipe()
    gate = os.pipe()
    players = [Player(work, tell_ready, gate) for work in works]
    os.close(tell_ready)
    waiting = 0
    while waiting < len(works) and os.read(ready, 1):
        waiting += 1
    os.close(gate[0])
    os.close(gate[1])
    os.close(ready)
    return [player.finish() for player in players]


def script(acts: list[dict[str, Any]]) -> Work:
    """The first act is looked at before the gate, as two people have the same page open."""

    def work(wait_at_gate: Callable[[], None]) -> object:
        press = look(acts[0])
        wait_at_gate()
        first = click(press)
        if first["answer"] != "done" or len(acts) == 1:
            return [first]
        following = [{**act, "case": act["case"] or first["case"]} if number == 0 else act
                     for number, act in enumerate(acts[1:])]  # fmt: skip
        return [first, *play_all(following)]

    return work


def killed(act: dict[str, Any], at: int | str) -> Work:
    """Does one act and dies before its `at`-th step, before its commit or after it; at 0 it only counts."""

    def work(wait_at_gate: Callable[[], None]) -> object:
        press = look(act)
        wait_at_gate()
        steps = Steps(at)
        steps.watch()
        return {**click(press), "steps": steps.taken}

    return work


class Steps:
    """Counts what reaches the disk or the database: statements, flushes and renames; then comes the commit."""

    def __init__(self, dies_at: int | str) -> None:
        self.taken, self.dies_at = 0, dies_at

    def step(self) -> None:
        self.taken += 1
        self.come_to(self.taken)

    def come_to(self, place: int | str) -> None:
        if place == self.dies_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(self) -> None:
        def statement(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
            self.step()
            return execute(sql, params, many, context)

        connection.execute_wrappers.append(statement)
        os.fsync = self._before(os.fsync)
        os.replace = self._before(os.replace)
        commit = connection._commit  # type: ignore[attr-defined]

        def between() -> None:
            self.come_to("commit")
            commit()
            self.come_to("committed")  # but nobody has been told

        connection._commit = between  # type: ignore[attr-defined]

    def _before(self, call: Any) -> Any:
        def after_step(*args: Any, **kwargs: Any) -> Any:
            self.step()
            return call(*args, **kwargs)

        return after_step


def blocked(act: dict[str, Any]) -> dict[str, Any]:
    """An act meets a writer who holds the lock; the writer lets go while the door pauses between two tries."""
    let_go, tell_to_let_go = os.pipe()
    gone, tell_gone = os.pipe()
    ready, tell_ready = os.pipe()
    gate = os.pipe()

    def holder(_: Callable[[], None]) -> object:
        os.close(tell_to_let_go)
        with transaction.atomic():
            Organisation.objects.select_for_update().get(code=NIJING)
            os.write(tell_ready, b".")
            os.read(let_go, 1)
        os.write(tell_gone, b".")
        return {}

    def actor(_: Callable[[], None]) -> object:
        if connection.vendor == "sqlite":
            connection.settings_dict["OPTIONS"]["timeout"] = 0.1
        press = look(act)
        if connection.vendor == "postgresql":
            # The pool hands connections round: only one of them stands in it here.
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '100ms'")

        def pause(_seconds: float) -> None:
            os.write(tell_to_let_go, b".")
            os.read(gone, 1)

        return click(press, pause)

    first = Player(holder, tell_ready, gate)
    os.read(ready, 1)
    answer: dict[str, Any] = Player(actor, tell_ready, gate).finish()
    for end in (tell_to_let_go, let_go, gone, tell_gone, ready, tell_ready, *gate):
        os.close(end)
    first.finish()
    return answer


def ask(question: str, *arguments: Any) -> Work:
    """A question to the ledger, in one snapshot."""

    def work(wait_at_gate: Callable[[], None]) -> object:
        wait_at_gate()
        return ledger.in_one_snapshot(lambda: getattr(ledger, question)(*arguments))

    return work


def main() -> None:
    form(*FORM)  # compiled once, for all players
    for line in sys.stdin:
        kind, *rest = json.loads(line)
        if kind == "together":
            reply: Any = together([script(acts) for acts in rest])
        elif kind == "killed":
            reply = together([killed(*rest)])[0]
        elif kind == "blocked":
            reply = blocked(*rest)
        else:
            reply = together([ask(kind, *rest)])[0]
        print(f"REPLY {json.dumps(reply)}", flush=True)


if __name__ == "__main__":
    main()
