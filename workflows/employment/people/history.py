"""What a person's page tells of a whole working life: agreements, leaves, months, pay, appraisals, warnings, papers.

Each kind is a handful of plain columns, and all kinds together are one question to the database, however many rooms
above say theirs: the page may ask ten. A room registers its kinds with how their lines are drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import (
    CharField,
    DateField,
    DateTimeField,
    DecimalField,
    F,
    IntegerField,
    QuerySet,
    Value,
)
from django.db.models.functions import Cast

from registry.models import Worker
from workflows.core.actors import Actor

COLUMNS: dict[str, Any] = {
    "kind": CharField(),
    "key": IntegerField(),
    "case_pk": IntegerField(),
    "number": IntegerField(),
    "word": CharField(),
    "more": CharField(),
    "note": CharField(),
    "first": DateField(),
    "second": DateField(),
    "third": DateField(),
    "amount": DecimalField(max_digits=10, decimal_places=2),
    "at": DateTimeField(),
}


@dataclass(frozen=True)
class Entry:
    """One line of one kind; what a column holds, its kind says."""

    kind: str
    key: int
    case_pk: int | None
    number: int | None
    word: str
    more: str
    note: str
    first: date | None
    second: date | None
    third: date | None
    amount: Decimal | None
    at: datetime | None


@dataclass(frozen=True)
class Cell:
    """What stands in a cell: words, words that lead somewhere, or a tag (kind and label)."""

    text: str = ""
    url: str = ""
    tag: dict[str, str] | None = None


@dataclass(frozen=True)
class Panel:
    """A table of the page; `width` of twelve columns, `note` at the right of its title, `empty` when it has no line."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    empty: str
    note: str = ""
    width: int = 12

    @property
    def body(self) -> list[list[tuple[str, Cell]]]:
        """Each line as the template draws it: its cells with their heads, which phones show beside them."""
        return [list(zip(self.heads, row, strict=True)) for row in self.rows]


Rows = QuerySet[Any, Any]
Source = Callable[[Worker, Actor], Iterable[Rows]]
Draw = Callable[[Sequence[Entry], Actor], Panel]


@dataclass(frozen=True)
class _Registered:
    kinds: tuple[str, ...]
    source: Source
    draw: Draw
    order: int


_HISTORY: list[_Registered] = []


def register_history(*kinds: str, source: Source, draw: Draw, order: int) -> None:
    """`source` gives the questions (made by `lines`), `draw` the panel of what they found."""
    _HISTORY.append(_Registered(kinds, source, draw, order))
    _HISTORY.sort(key=lambda each: each.order)


def lines(kind: str, rows: QuerySet[Any], **columns: Any) -> Rows:
    """`rows` as plain lines: each column a field's name or an expression; what is not named is empty."""
    given = {"kind": Value(kind), "key": F("pk"), **columns}
    named = {
        f"line_{name}": Cast(_expression(given[name]) if name in given else Value(None), output)
        for name, output in COLUMNS.items()
    }
    return rows.order_by().annotate(**named).values_list(*named)


def _expression(given: Any) -> Any:
    return F(given) if isinstance(given, str) else given


def read_history(worker: Worker, actor: Actor, own: Iterable[Rows] = ()) -> list[Entry]:
    """Every line of every kind; one query."""
    asked: list[Rows] = [*own, *(rows for each in _HISTORY for rows in each.source(worker, actor))]
    return [Entry(*row) for row in asked[0].union(*asked[1:], all=True)]


def panels_of(entries: Sequence[Entry], actor: Actor) -> list[Panel]:
    """Every room's panel, in their order."""
    return [each.draw([line for line in entries if line.kind in each.kinds], actor) for each in _HISTORY]


def newest_first(entries: Iterable[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda line: (line.first or date.min, line.key), reverse=True)
