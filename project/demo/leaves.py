"""Leaves in the demo: one that is over, one that lasts, one past its end, one that waits, one that was sent back."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from project.demo.office_hours import OfficeHours
from project.demo.places import Village
from project.demo.stories import County, Story
from registry.roles import Role
from signatures.demo_strokes import demo_signature
from workflows.core.actors import Actor
from workflows.core.daily import CLOCK
from workflows.core.door import perform
from workflows.core.models import Case
from workflows.core.procedure import open_tasks
from workflows.employment.models import Tenure, TenureState


@dataclass(frozen=True)
class Plan:
    """Whose slip it is (of the village's people, in the order of their names), why, for how many days, and its acts:
    what is done, how many working days before today."""

    number: int
    reason: str
    days: int
    acts: tuple[tuple[str, int], ...]


PLANS: dict[str, tuple[Plan, ...]] = {
    "青禾村": (
        Plan(0, "老伴在县医院做手术，需要陪护。", 4, (("ask", 9), ("approve", 9), ("back", 5))),
        Plan(1, "到外县女儿家接外孙，路上要几天。", 2, (("ask", 7), ("approve", 6))),  # past its end, nobody is back
    ),
    "榆荫村": (Plan(0, "腿伤复查，医生要求静养。", 20, (("ask", 4), ("approve", 3))),),
    "柳溪村": (Plan(0, "家里翻修房子，缺人手。", 3, (("ask", 1),)),),
    "云杉村": (Plan(0, "有事。请假几天。", 5, (("ask", 2), ("send_back", 1))),),
}


def leave_stories(county: County, villages: tuple[Village, ...], hours: OfficeHours, seed: int) -> Iterator[LeaveStory]:
    for village in villages:
        for plan in PLANS.get(village.name, ()):
            yield LeaveStory(county, village, plan, hours, seed)


class LeaveStory:
    """One slip. A village where nobody is at work yet has none: then nothing is told."""

    def __init__(self, county: County, village: Village, plan: Plan, hours: OfficeHours, seed: int) -> None:
        self.county, self.village, self.plan = county, village, plan
        self.dice = random.Random(f"leave {seed} {village.code} {plan.number}")  # noqa: S311 - invented lives
        minute = self.dice.randrange(300)
        self.moments = [hours.moment(ago, minute + 11 * index) for index, (_, ago) in enumerate(plan.acts)]
        self.case: Case | None = None

    def tell(self) -> Story:
        for (act, _), moment in zip(self.plan.acts, self.moments, strict=True):
            at = yield moment
            if act == "ask":
                self._ask(at)
            elif self.case is not None:
                getattr(self, f"_{act}")(at)

    def _holder(self, role: Role) -> Actor:
        return self.county.holder(role, self.village.code, self.dice)

    def _signed(self, actor: Actor, at: datetime) -> dict[str, Any]:
        return {"strokes": demo_signature(actor.name, int(at.timestamp()))}

    def _at_work(self, at: datetime, on: date) -> Tenure | None:
        """Whoever it is, at work by then: the round that would have begun the work is not run while the demo loads."""
        village = self.county.organisation(self.village.code)
        found = Tenure.objects.filter(village=village, end_on__isnull=True, start_on__lte=on, agreements__isnull=False)
        people = list(found.select_related("worker").order_by("worker__name", "pk").distinct())
        if len(people) <= self.plan.number:
            return None
        tenure = people[self.plan.number]
        if tenure.state == TenureState.PENDING:
            perform("employment.start_tenure", tenure, Actor.system(CLOCK), {}, at=at)
        return tenure

    def _ask(self, at: datetime) -> None:
        first = timezone.localtime(at).date()
        tenure = self._at_work(at, first)
        if tenure is None:
            return
        clerk = self._holder(Role.VILLAGE_CLERK)
        opening = {"opening_key": f"demo-leave-{self.village.code}-{self.plan.number}"}
        self.case = perform("leaves.open", tenure, clerk, opening, at=at).result
        slip = {
            "reason": self.plan.reason,
            "first_on": first.isoformat(),
            "last_on": (first + timedelta(days=self.plan.days - 1)).isoformat(),
            "worker_strokes": demo_signature(tenure.worker.name, int(at.timestamp())),
        }
        self._do("leaves.submit", clerk, slip, at)

    def _approve(self, at: datetime) -> None:
        head = self._holder(Role.VILLAGE_HEAD)
        self._do("leaves.approve", head, {"opinion": "情况属实，同意请假。", **self._signed(head, at)}, at)

    def _send_back(self, at: datetime) -> None:
        self._do("leaves.send_back", self._holder(Role.VILLAGE_HEAD), {"reason": "请写清楚什么事、在哪里。"}, at)

    def _back(self, at: datetime) -> None:
        clerk = self._holder(Role.VILLAGE_CLERK)
        day = timezone.localtime(at).date().isoformat()
        self._do("leaves.come_back", clerk, {"back_on": day, **self._signed(clerk, at)}, at)

    def _do(self, action: str, actor: Actor, data: dict[str, Any], at: datetime) -> None:
        if self.case is None:
            raise LookupError("a leave is asked for before anything else")
        perform(action, open_tasks(Case.objects.get(pk=self.case.pk))[0], actor, data, at=at)
