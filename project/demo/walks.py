"""A walk: a few acts in a row, told as a list, that leave a case in a state which no other story of the demo ends in.

An act names its action, whose office it is and what is written; who holds the office, whose hand is under it and when
it happens is found here. Walks are told of people drawn up for it (plan.py); where a county is too small for them, the
walk is not told.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from project.demo.office_hours import OfficeHours
from project.demo.places import Village
from project.demo.plan import Resident
from project.demo.stories import County, Story
from registry.roles import Role
from signatures.demo_strokes import demo_signature
from workflows.core.actors import Actor
from workflows.core.daily import CLOCK
from workflows.core.door import perform
from workflows.core.models import Case
from workflows.core.procedure import open_tasks
from workflows.core.refusals import DoorError
from workflows.employment.models import Tenure

Subject = Literal["task", "case", "tenure", "village", "township", "county", "made"]
Written = Mapping[str, Any] | Callable[["Walk", datetime], Mapping[str, Any]]
PLACES: Mapping[str, str] = {
    Role.EMPLOYMENT_SERVICE_OFFICER: "employment_service",
    Role.FINANCE_OFFICER: "finance",
    Role.AUDITOR: "audit",
    Role.BUREAU_SUPERVISOR: "bureau",
    Role.LEADING_GROUP_MEMBER: "leading_group",
}
ANOTHER_DAY = 1


@dataclass(frozen=True)
class Act:
    """`on` is what it is done to: the open task, the case or what was made under the name `of`, the person's tenure
    (`of` names the person, too), or a place. What it opens is kept under `makes`. `role` None: the clock.
    `after`: at least so many working days after the act before; None: as it comes."""

    action: str
    role: Role | None
    data: Written = field(default_factory=dict)
    on: Subject = "task"
    of: str = ""
    makes: str = ""
    after: int | None = None
    by_another: bool = False  # by a colleague of whoever acted in that office before


class Walk:
    """Its acts, told one after the other; the last one `ago` working days ago."""

    def __init__(
        self,
        county: County,
        people: Mapping[str, Resident] | Resident | Village,
        name: str,
        acts: Sequence[Act],
        ago: int,
        hours: OfficeHours,
        seed: int,
    ) -> None:
        self.county, self.name, self.acts, self.hours = county, name, acts, hours
        if isinstance(people, Resident):
            people = {"": people}
        self.people: Mapping[str, Resident] = {} if isinstance(people, Village) else people
        self.village = people if isinstance(people, Village) else next(iter(people.values())).village
        self.dice = random.Random(f"walk {seed} {name}")  # noqa: S311 - invented lives
        self.moments = self._moments(ago)
        self.made: dict[str, Any] = {}
        self.stopped = ""  # why it could not be told to its end
        self._acted: dict[Role, set[int]] = {}
        self._tenures: dict[str, int] = {}

    def _moments(self, ago: int) -> list[datetime]:
        """From the last act backwards; two acts of one day follow each other."""
        agos = [ago]
        for act in reversed(self.acts[1:]):
            agos.append(agos[-1] + (act.after if act.after is not None else self.dice.choice((0, 0, 1, 1, 2))))
        agos.reverse()
        of_day: dict[int, int] = {}
        found = []
        for each in agos:
            minute = of_day.get(each, self.dice.randrange(60))
            found.append(self.hours.moment(each, minute))
            of_day[each] = minute + self.dice.randrange(5, 20)
        return found

    def tell(self) -> Story:
        for act, moment in zip(self.acts, self.moments, strict=True):
            at = yield moment
            if self.stopped:
                continue
            try:
                self._tell(act, at)
            except (DoorError, LookupError) as error:
                # On another day or in another county somebody may be missing: the case then stays where it is.
                self.stopped = f"{self.name}, {act.action}: {error}"

    def _tell(self, act: Act, at: datetime) -> None:
        actor = self._actor(act)
        data = dict(act.data(self, at) if callable(act.data) else act.data)
        if act.role is not None and act.on not in ("county", "made"):
            data.setdefault("strokes", demo_signature(actor.name, int(at.timestamp())))
        if act.on in ("village", "township", "tenure") or (act.on == "case" and act.makes):
            data.setdefault("opening_key", f"demo-walk-{self.name}-{act.makes}-{self.moments.index(at)}"[:64])
        outcome = perform(act.action, self._subject(act, actor), actor, data, at=at, files=data.pop("files", None))
        if act.makes:
            self.made[act.makes] = outcome.result if outcome.result is not None else outcome.case

    def _actor(self, act: Act) -> Actor:
        if act.role is None:
            return Actor.system(CLOCK)
        village = self._person(act.of).village if self.people else self.village
        place = PLACES.get(act.role, village.code if str(act.role).startswith("village") else village.township)
        role = act.role
        if role == Role.VILLAGE_SEAL_KEEPER and village.clerk_keeps_seal:
            role = Role.VILLAGE_CLERK
        actor = self.county.holder(role, place, self.dice)
        before = self._acted.setdefault(role, set())
        for _ in range(20):
            if not act.by_another or actor.user is None or actor.user.pk not in before:
                break
            actor = self.county.holder(role, place, self.dice)
        if actor.user is not None:
            before.add(actor.user.pk)
        return actor

    def _person(self, of: str) -> Resident:
        return self.people.get(of) or next(iter(self.people.values()))

    def _subject(self, act: Act, actor: Actor) -> Any:
        if act.on == "tenure":
            return self.tenure(act.of)
        if act.on in ("village", "township"):
            village = self._person(act.of).village if self.people else self.village
            return self.county.organisation(village.code if act.on == "village" else village.township)
        if act.on == "county":
            return self.county.organisation("bureau").county
        if act.of not in self.made:
            raise LookupError(f"nothing was opened as “{act.of}”")
        if act.on == "made":
            return self.made[act.of]
        case = Case.objects.get(pk=self.made[act.of].pk)
        if act.on == "case":
            return case
        tasks = open_tasks(case)
        mine = [task for task in tasks if actor.appointment_for(task.office_id or 0, task.office_role)]
        return (mine or tasks)[0]

    # --- what the words need ------------------------------------------------------------------------------

    def tenure(self, of: str = "") -> Tenure:
        """The person's running tenure."""
        if of not in self._tenures:
            resident = self._person(of)
            found = Tenure.objects.filter(village__code=resident.village.code, end_on=None).select_related("worker")
            number = resident.person.id_number
            self._tenures[of] = next((each.pk for each in found if each.worker.id_number == number), 0)
        return Tenure.objects.select_related("worker", "county").filter(pk=self._tenures[of]).get()

    def worker_name(self, of: str = "") -> str:
        return self._person(of).person.name if self.people else "本人"


class Cast:
    """The people drawn up for the walks, township by township, each given to one walk."""

    def __init__(self, residents: Iterable[Resident]) -> None:
        self._of: dict[str, list[Resident]] = {}
        for resident in residents:
            if resident.in_cast:
                self._of.setdefault(resident.village.township, []).append(resident)

    def take(self, township: str) -> Resident | None:
        waiting = self._of.get(township)
        return waiting.pop(0) if waiting else None

    def take_all(self, township: str, names: Sequence[str]) -> dict[str, Resident]:
        """Somebody for each name, or nobody at all."""
        waiting = self._of.get(township, [])
        if len(waiting) < len(names):
            return {}
        return {name: waiting.pop(0) for name in names}
