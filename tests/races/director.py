"""The test's side of the theatre: tells scenes, reads answers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from tests.processes import Running, start_python
from tests.races.scenes import Act

_REPLY = "REPLY "


@dataclass(frozen=True)
class Answer:
    """What the door answered: done, Refused, Overtaken, NotYours, NotFound; crashed or dead is always a fault."""

    answer: str
    case: int = 0
    number: str = ""
    status: int = 0
    message: str = ""
    codes: tuple[str, ...] = ()
    steps: int = 0
    pauses: int = 0
    signal: int = 0

    @classmethod
    def read(cls, told: dict[str, Any]) -> Answer:
        return cls(**{**told, "codes": tuple(told.get("codes", ()))})

    def __str__(self) -> str:
        return f"{self.answer} {self.message}"


@dataclass
class Theatre:
    """One county on one database, and the processes that act on it."""

    database_url: str
    var_dir: Path
    running: Running

    @classmethod
    def open(cls, database_url: str, var_dir: Path) -> Theatre:
        return cls(database_url, var_dir, start_python("tests.races.theatre", database_url, var_dir))

    def close(self) -> None:
        self.running.clear_away()

    def tell(self, *scene: Any) -> Any:
        process = self.running.process
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(scene) + "\n")
        process.stdin.flush()
        printed = []
        for line in process.stdout:
            if line.startswith(_REPLY):
                return json.loads(line.removeprefix(_REPLY))
            printed.append(line)
        raise AssertionError(f"the theatre is closed\n{''.join(printed)}")

    def scripts(self, *scripts: list[Act]) -> list[list[Answer]]:
        """Each script in a process of its own, act after act; all leave the gate together."""
        told = self.tell("together", *[[act.as_json() for act in script] for script in scripts])
        return [[Answer.read(each) for each in (answers if isinstance(answers, list) else [answers])]
                for answers in told]  # fmt: skip

    def at_once(self, *acts: Act) -> list[Answer]:
        """Each act in a process of its own, at the same moment."""
        return [answers[0] for answers in self.scripts(*[[act] for act in acts])]

    def do(self, *acts: Act) -> int:
        """These acts one after the other; each must be done. Gives the case."""
        answers = self.scripts(list(acts))[0]
        assert [each.answer for each in answers] == ["done"] * len(acts), [str(each) for each in answers]
        return answers[-1].case

    def kill_during(self, act: Act, at: int | Literal["commit", "committed"]) -> Answer:
        """The process that acts is killed (SIGKILL) before its `at`-th step, or just before or after its commit."""
        return Answer.read(self.tell("killed", act.as_json(), at))

    def steps(self, act: Act) -> Answer:
        """Does the act and counts its statements, flushes and renames."""
        return Answer.read(self.tell("killed", act.as_json(), 0))

    def block(self, act: Act) -> Answer:
        """The act meets a writer who holds the lock longer than the database waits."""
        return Answer.read(self.tell("blocked", act.as_json()))

    def sight(self, case: int) -> dict[str, Any]:
        found: dict[str, Any] = self.tell("sight", case)
        return found

    def total(self) -> dict[str, int]:
        found: dict[str, int] = self.tell("total")
        return found

    def numbers(self, scope: str) -> list[str]:
        found: list[str] = self.tell("numbers", scope)
        return found

    def faults(self) -> list[str]:
        """Empty when state, desks, trail, papers, signatures, seals and numbers of every case agree."""
        found: list[str] = self.tell("faults")
        return found
