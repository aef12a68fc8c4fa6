"""Rules as small pure functions of facts: each has a name, its article, and a sentence for when it is met.

Every guard of every flow is known here by its code, so that 条款对照 can be built from the code itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar

from .article_links import article_url
from .refusals import Refusal

Facts = TypeVar("Facts")

GUARDS: dict[str, Guard[Any]] = {}
"""All guards by room and code, in the order in which the rooms are loaded."""


@dataclass(frozen=True)
class Guard(Generic[Facts]):
    """One rule: what it is called, the article it stands on, how it is tested, what it says when it is met."""

    code: str
    title: str
    basis: str
    module: str
    test: Callable[[Facts], Refusal | None]
    says: Callable[[Facts], str]
    notable: Callable[[Facts], bool]  # met, but the reader should look

    def __call__(self, facts: Facts) -> Refusal | None:
        return self.test(facts)


@dataclass(frozen=True)
class GuardsOn(Generic[Facts]):
    """Makes guards over one kind of facts: `guard = GuardsOn(ApplicantFacts)`."""

    facts: type[Facts]

    def __call__(
        self,
        *,
        title: str,
        basis: str,
        says: Callable[[Facts], str],
        notable: Callable[[Facts], bool] = lambda facts: False,
    ) -> Callable[[Callable[[Facts], Refusal | None]], Guard[Facts]]:
        """Make a named guard of a test; the function's name is its stable code."""

        def wrap(test: Callable[[Facts], Refusal | None]) -> Guard[Facts]:
            made = Guard(
                code=test.__name__,
                title=title,
                basis=basis,
                module=test.__module__,
                test=test,
                says=says,
                notable=notable,
            )
            key = f"{made.module}.{made.code}"
            if key in GUARDS:
                raise RuntimeError(f"guard {key} is declared twice")
            GUARDS[key] = made
            return made

        return wrap

    def done_by_another(
        self,
        code: str,
        *,
        title: str,
        mine: Callable[[Facts], bool],
        asks: str,
        basis: str = "《办法》第十四条",
        says: str = "不是同一人。",
    ) -> Guard[Facts]:
        """谁提交谁不审批, as a guard called `code`: refused, in the words of `asks`, to whom `mine` is true of."""

        def test(facts: Facts) -> Refusal | None:
            return Refusal("own_submission", asks, basis) if mine(facts) else None

        test.__name__, test.__module__ = code, mine.__module__
        return self(title=title, basis=basis, says=lambda facts: says)(test)


def refusals(guards: Iterable[Guard[Facts]], facts: Facts) -> list[Refusal]:
    """All failures at once."""
    return [refusal for guard in guards if (refusal := guard(facts)) is not None]


def verdicts(
    guards: Iterable[Guard[Facts]],
    facts: Facts,
    *,
    unfinished: frozenset[str] = frozenset(),
) -> Iterator[dict[str, Any]]:
    """One row per rule for the checks panel. `unfinished`: codes of what is merely not filled in yet, amber."""
    for guard in guards:
        refusal = guard(facts)
        if refusal is None:
            kind = "warn" if guard.notable(facts) else "ok"
            text, basis = guard.says(facts), guard.basis
        else:
            kind = "warn" if refusal.lifted_by or refusal.code in unfinished else "stop"
            text, basis = refusal.message, refusal.basis or guard.basis
        yield {"kind": kind, "title": guard.title, "text": text, "basis": basis, "url": article_url(basis)}


def chinese(day: date) -> str:
    """2020年9月15日, as official papers write a date."""
    return f"{day.year}年{day.month}月{day.day}日"
