"""The standard of a month by the dated rate table, and what a row of marks is worth by it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from registry.models import County
from registry.policies import Policy, policy_on
from workflows.employment.models import Agreement, Tenure
from workflows.employment.tenures.spans import agreements_by_tenure

from ..sheets import days
from .amounts import Worth, worth_of


@dataclass(frozen=True)
class Reckoned:
    """A row's worth and the standard it was reckoned by."""

    standard: int
    counts: days.Counts
    worth: Worth


class Rates:
    """Of these tenures; their agreements are read once, each policy set once."""

    def __init__(self, county: County, tenures: Iterable[Tenure]) -> None:
        self.county = county
        self.agreements = agreements_by_tenure(tenures)
        self._policies: dict[date, Policy] = {}

    def policy(self, on: date) -> Policy:
        if on not in self._policies:
            self._policies[on] = policy_on(self.county, on)
        return self._policies[on]

    def reckon(self, tenure_id: int, marks: str, month: date) -> Reckoned:
        """By the first day inside the agreement: its policy set, the category of the agreement, the rate of that day.
        Raises PolicyError when the table has no row for it."""
        first = month + timedelta(days=next((n for n, mark in enumerate(marks) if mark != days.OUTSIDE), 0))
        policy = self.policy(first)
        standard, counted = policy.stipend(self._agreement(tenure_id, first).category, first), days.counts(marks)
        worth = worth_of(
            standard=standard,
            inside=counted.inside,
            calendar_days=days.length(month),
            attended=counted.attended,
            partial=policy.partial_month,
        )
        return Reckoned(standard, counted, worth)

    def _agreement(self, tenure_id: int, on: date) -> Agreement:
        own = self.agreements.get(tenure_id, [])
        covering = [each for each in own if each.start_on <= on <= each.end_on]
        # A row's tenure is the last of the month; the first days may belong to one before it.
        return (covering or own)[0]
