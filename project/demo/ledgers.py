"""The named rosters of the demo's townships: one month that is over and filed away, and the latest one on its way, in
every state; one was late, one was supplemented, one was sent back."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from project.demo import words
from project.demo.office_hours import OfficeHours
from project.demo.places import SHOWN, TOWNSHIPS
from project.demo.stories import County, Story
from registry.policies import POLICY_2019
from registry.roles import Role
from signatures.demo_strokes import demo_signature
from workflows.attendance.sheets.days import month_before, month_of, next_month
from workflows.core.actors import Actor
from workflows.core.daily import CLOCK
from workflows.core.door import perform
from workflows.core.models import Case
from workflows.core.procedure import open_tasks
from workflows.reporting.ledgers.opening import opening_day_of

FILED = ("open", "check", "review", "file")
RECEIVED = (*FILED, "receive")
SUPPLEMENTED = ("supplement", "check", "review", "file", "receive")
# How far the latest month is; the townships that are not named have filed theirs, and the county has not looked yet.
LATEST: Mapping[str, tuple[str, ...]] = {
    "104": FILED[:1],
    "207": FILED[:1],
    "101": FILED[:2],
    "100": FILED[:3],
    "102": (*FILED, "send_back"),
    "103": (*RECEIVED, "enter"),
    "105": (*RECEIVED, "supplement", "void"),
}
# Working days from the opening to each act; the ledger is due five days after it.
DAYS = {"open": 0, "check": 1, "review": 1, "file": 2, "send_back": 3, "receive": 3, "supplement": 4, "enter": 4}
LATE, LATE_IN_LATEST = "101", "108"  # who files a day late, in the month that is over and in the latest
LONGEST = 7  # working days that the longest way takes
_DESKS = {
    "check": Role.TOWNSHIP_CLERK,
    "review": Role.TOWNSHIP_REVIEWER,
    "file": Role.TOWNSHIP_SEAL_KEEPER,
    "receive": Role.EMPLOYMENT_SERVICE_OFFICER,
    "send_back": Role.EMPLOYMENT_SERVICE_OFFICER,
}


def latest_month(hours: OfficeHours) -> date:
    """The latest month whose ledgers were opened long enough ago for their way to be told."""
    month = month_of(hours.today)
    while opening_day_of(month, POLICY_2019) > hours.day(LONGEST + 1):
        month = month_before(month)
    return month


def ledger_stories(county: County, hours: OfficeHours, seed: int, *, whole: bool) -> Iterator[LedgerStory]:
    """Of both months; in a county that is not `whole` the one that is over is told of the shown townships only."""
    latest = latest_month(hours)
    for number, (township, *_) in enumerate(TOWNSHIPS):
        if whole or township in SHOWN:
            over = RECEIVED if township != "104" else (*RECEIVED, *SUPPLEMENTED)
            late = 4 if township == LATE else 0
            month, acts = month_before(latest), (*over, "archive")
            yield LedgerStory(county, township, month, acts, hours, seed, late=late, number=number)
        acts = LATEST.get(township, FILED)
        late = 4 if township == LATE_IN_LATEST else 0
        yield LedgerStory(county, township, latest, acts, hours, seed, late=late, number=number)


class LedgerStory:
    """One township's ledger of one month."""

    def __init__(
        self,
        county: County,
        township: str,
        month: date,
        acts: tuple[str, ...],
        hours: OfficeHours,
        seed: int,
        *,
        late: int,
        number: int,
    ) -> None:
        self.county, self.township, self.month, self.acts = county, township, month, acts
        self.dice = random.Random(f"ledger {seed} {township} {month}")  # noqa: S311 - invented papers
        first = _ago(opening_day_of(month, POLICY_2019), hours)
        days = self._days(late)
        self.moments = [
            # The county opens them all at once; everybody else begins at a quarter of an hour of their own.
            hours.moment(first - day, number if act == "open" else 15 * number % 150 + 5 * position)
            for position, (act, day) in enumerate(zip(acts, days, strict=True))
        ]
        if acts[-1] == "archive":
            # When the month is over, and not before it was received.
            self.moments[-1] = hours.moment(min(_ago(next_month(month), hours), first - days[-2] - 1), number)
        self.case: Case | None = None

    def _days(self, late: int) -> list[int]:
        """A supplement's acts follow it by a day each way; who is late is late from the seal on."""
        found, since = [], 0
        for act in self.acts:
            if act == "supplement":
                since = DAYS["supplement"]
            found.append(since + (0 if act == "supplement" else DAYS.get(act, 0)) + (late if act in _LATER else 0))
        return found

    def tell(self) -> Story:
        for act, moment in zip(self.acts, self.moments, strict=True):
            at = yield moment
            data: dict[str, Any] = {}
            if act == "open":
                place = self.county.organisation(self.township)
                opened = perform("ledgers.open", place, _CLOCK, {"month": f"{self.month:%Y-%m}"}, at=at)
                self.case = opened.result
                continue
            case = Case.objects.get(pk=self.case.pk)  # type: ignore[union-attr]
            if act == "archive":
                perform("ledgers.archive", case, _CLOCK, {}, at=at)
            elif act == "supplement":
                data = {"reason": words.said(self.dice, words.SUPPLEMENTS)}
                clerk = self._holder(Role.TOWNSHIP_CLERK)
                self.case = perform("ledgers.supplement", case, clerk, data, at=at).result
            elif act == "void":
                said = {"reason": words.said(self.dice, words.SUPPLEMENTS_VOIDED)}
                perform("ledgers.void", case, self._holder(Role.TOWNSHIP_CLERK), said, at=at)
            elif act == "enter":
                officer = self._holder(Role.EMPLOYMENT_SERVICE_OFFICER)
                data = {"reason": words.said(self.dice, words.ENTERED)}
                perform("ledgers.confirm_entry", case, officer, data, at=at)
            else:
                actor = self._holder(_DESKS[act])
                if act in ("check", "review"):
                    data = {"strokes": demo_signature(actor.name, int(at.timestamp()))}
                elif act == "send_back":
                    data = {"reason": words.said(self.dice, words.LEDGERS_SENT_BACK)}
                perform(f"ledgers.{act}", open_tasks(case)[0], actor, data, at=at)

    def _holder(self, role: Role) -> Actor:
        place = "employment_service" if role == Role.EMPLOYMENT_SERVICE_OFFICER else self.township
        return self.county.holder(role, place, self.dice)


_CLOCK = Actor.system(CLOCK)
_LATER = ("file", "receive")


def _ago(day: date, hours: OfficeHours) -> int:
    """How many working days ago that day was, or the first working day after it."""
    ago = 1
    while hours.day(ago + 1) >= day:
        ago += 1
    return ago
