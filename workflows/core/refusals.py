"""What the door may answer instead of doing: each with the sentence a clerk reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Refusal:
    """One reason why something may not be done.

    `code` is English and stable; `message` is Chinese and says what to do first; `basis` names the
    article it stands on (empty for a slip of the pen); `anchor` is the form field it speaks of;
    `lifted_by` names the field whose written reason turns a soft stop into a decision on record.
    """

    code: str
    message: str
    basis: str = ""
    anchor: str = ""
    lifted_by: str = ""

    def __str__(self) -> str:
        return f"{self.message}依据：{self.basis}。" if self.basis else self.message


class DoorError(Exception):
    """Nothing happened, and this is why."""

    status = 400


class Refused(DoorError):
    """422: the rules or the form say no; what was typed is kept."""

    status = 422

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        self.refusals = tuple(refusals)
        super().__init__("".join(str(r) for r in self.refusals))


class NotYours(DoorError):
    """403: it exists, one may see it, but acting on it belongs to another office."""

    status = 403


class NotFound(DoorError):
    """404: what one may not see does not exist."""

    status = 404


@dataclass
class Overtaken(DoorError):
    """409: somebody was faster, or what was shown is no longer true."""

    message: str
    url: str = ""
    status: int = field(default=409, init=False)

    def __str__(self) -> str:
        return self.message
