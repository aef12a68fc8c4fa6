"""Applications as they go from desk to desk in the demo: each story is told act by act, every act at its own moment.

A story is a generator: it yields the moment of its next act and goes on when that moment has come, so that the
stories of the whole county are told side by side and the trail is in the order of time.
"""

from __future__ import annotations

import random
from collections.abc import Generator, Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

from project.demo import agreements, words
from project.demo.office_hours import OfficeHours
from project.demo.plan import Resident
from registry.id_numbers import age_on
from registry.models import Organisation
from registry.roles import Role
from signatures.demo_strokes import demo_signature
from workflows.applications.models import State
from workflows.core.actors import Actor
from workflows.core.daily import CLOCK
from workflows.core.door import Step, perform, perform_together
from workflows.core.models import Case
from workflows.core.procedure import open_tasks
from workflows.employment.models import Post

Story = Generator[datetime, datetime, None]


class Told(Protocol):
    """A story before it is told: the moments of its acts are known."""

    moments: list[datetime]

    def tell(self) -> Story: ...


class County(Protocol):
    """What a story needs to know of the county in which it happens."""

    def organisation(self, code: str) -> Organisation: ...

    def holder(self, role: Role, place: str, dice: random.Random) -> Actor: ...

    def post(self, resident: Resident) -> Post: ...


# The acts after the application was handed in, on the way to each goal.
_TO_TOWNSHIP = ("agree_by_village", "seal_by_village")
_APPROVED = (*_TO_TOWNSHIP, "agree_by_township", "seal_by_township")
WAYS: Mapping[str, tuple[str, ...]] = {
    "awaiting_village_review": (),
    "awaiting_village_seal": ("agree_by_village",),
    "awaiting_township_review": _TO_TOWNSHIP,
    "awaiting_quota_confirmation": (*_TO_TOWNSHIP, "agree_by_township"),
    "awaiting_township_seal": (*_TO_TOWNSHIP, "agree_by_township"),
    "approved": _APPROVED,
    "confirmed_beyond_quota": (*_TO_TOWNSHIP, "agree_by_township", "confirm_quota", "seal_by_township"),
    "rejected_by_village": ("reject_by_village",),
    "rejected_by_township": (*_TO_TOWNSHIP, "reject_by_township"),
    "returned_by_village": ("send_back",),
    "returned": (*_TO_TOWNSHIP, "send_back"),
    "sent_back_and_waiting": (*_TO_TOWNSHIP, "send_back", "submit", *_TO_TOWNSHIP),
    "sent_back_and_approved": ("send_back", "submit", *_APPROVED),
    "voided": ("void",),
    "declined": (*_APPROVED, "decline"),
    "lapsed": (*_APPROVED, "lapse"),
    **{goal: (*_APPROVED, *way) for goal, way in agreements.WAYS.items()},
    # The bureau tries the second version of the flow on two cases; handed in again, the village deliberates on them.
    "awaiting_village_deliberation": ("try_deliberation", "send_back", "submit"),
    "deliberated": ("try_deliberation", "send_back", "submit", "support_by_head", "support_by_member"),
}
_LAPSES_AFTER = 11  # working days: the policy gives ten
_DESKS: Mapping[str, Role] = {
    "village_opinion": Role.VILLAGE_HEAD,
    "village_seal": Role.VILLAGE_SEAL_KEEPER,
    "township_opinion": Role.TOWNSHIP_REVIEWER,
    "township_seal": Role.TOWNSHIP_SEAL_KEEPER,
    "quota_confirmation": Role.EMPLOYMENT_SERVICE_OFFICER,
    "fill_in": Role.VILLAGE_CLERK,
}


_SEATS: Mapping[str, Role] = {
    "support_by_head": Role.VILLAGE_HEAD,
    "support_by_member": Role.VILLAGE_COMMITTEE_MEMBER,
}


def acts_for(resident: Resident, dice: random.Random) -> list[str]:
    """The acts after the opening: the way to the goal, sometimes with a remark, sometimes taken from the pile."""
    acts = list(WAYS.get(resident.goal, ()))
    if resident.goal != "draft" and "try_deliberation" not in acts and dice.random() < 0.15:
        acts.insert(dice.randint(0, len(acts)), "comment")
    if resident.goal == State.AWAITING_TOWNSHIP_REVIEW and dice.random() < 0.25:
        acts.append("take")
    if resident.goal in ("approved", "sent_back_and_approved") and resident.ago > agreements.STILL_WAITING:
        acts += agreements.ACTS
    return acts


class ApplicationStory:
    """One application of the demo."""

    def __init__(self, county: County, resident: Resident, hours: OfficeHours, seed: int) -> None:
        self.county, self.resident = county, resident
        self.dice = random.Random(f"story {seed} {resident.person.id_number}")  # noqa: S311 - invented lives
        self.acts = acts_for(resident, self.dice)
        # Opening and handing in are one press of the button.
        self.moments = hours.moments(1 + len(self.acts), resident.ago, self.dice)
        if "lapse" in self.acts:
            last = self.moments[-1]
            self.moments = [*hours.moments(len(self.acts), resident.ago + _LAPSES_AFTER, self.dice), last]

    def tell(self) -> Story:
        opened, *times = self.moments
        at = yield opened
        case = self._open(at)
        signing = agreements.AgreementStory(
            source=case,
            worker=self.resident.person.name,
            place=self.resident.village.name,
            start_on=self.moments[-1].date() + timedelta(days=agreements.STARTS_LATER.get(self.resident.goal, 1)),
            holder=self._holder,
        )
        for act, moment in zip(self.acts, times, strict=True):
            at = yield moment
            if act in agreements.EVERY_ACT:
                signing.act(act, at)
            else:
                self._act(case, act, at)

    # --- the sheet ------------------------------------------------------------------------------------

    def _open(self, at: datetime) -> Case:
        village = self.county.organisation(self.resident.village.code)
        clerk = self._holder(Role.VILLAGE_CLERK)
        self.answers = self._answers(village, at)
        opening = Step(
            "applications.open",
            village,
            {**self.answers, "opening_key": f"demo-{self.resident.person.id_number[6:]}"},
        )
        steps = [opening]
        if self.resident.goal != "draft":
            steps.append(Step("applications.submit", None, self.answers))
        case: Case = perform_together(steps, clerk, at=at)[0].result
        return case

    def _answers(self, village: Organisation, at: datetime) -> dict[str, Any]:
        person, head = self.resident.person, self.resident.person.head
        self.circumstance = words.circumstance_of(
            self.dice, age_on(person.born, at.date()), ailing=person.health != "良好"
        )
        return {
            "name": person.name,
            "phone": person.phone,
            "id_number": person.id_number,
            "address": f"{village.full_name}{person.group}组",
            "health": person.health,
            "work_ability": person.work_ability,
            "skills": person.skills,
            "category": person.category,
            "post": str(self.county.post(self.resident).pk),
            "is_willing": "on",
            "has_job": "no",
            "market_verification": self.circumstance.visit,
            "head_is_self": "no" if head else "yes",
            "head_name": head.name if head else "",
            "head_id_number": head.id_number if head else "",
            "worker_strokes": demo_signature(person.name, int(at.timestamp())),
        }

    # --- the desks ------------------------------------------------------------------------------------

    def _act(self, case: Case, act: str, at: datetime) -> None:
        clerk = self._holder(Role.VILLAGE_CLERK)
        if act == "void":
            perform("applications.void", case, clerk, {"reason": words.said(self.dice, words.VOIDED)}, at=at)
            return
        if act == "comment":
            perform("desk.comment", case, clerk, {"text": words.said(self.dice, words.REMARKS)}, at=at)
            return
        if act == "decline":
            perform("applications.decline", case, clerk, {"reason": words.said(self.dice, words.DECLINED)}, at=at)
            return
        if act == "lapse":
            perform("applications.lapse", case, Actor.system(CLOCK), {}, at=at)
            return
        if act == "try_deliberation":
            supervisor = self.county.holder(Role.BUREAU_SUPERVISOR, "bureau", self.dice)
            perform("flows.move_case", case, supervisor, {"version": 2}, at=at)
            return
        if act in _SEATS:
            role = _SEATS[act]
            seat = next(task for task in open_tasks(case) if task.office_role == role)
            said = {"opinion": words.said(self.dice, words.SUPPORTS)}
            perform("applications.support_in_village", seat, self._holder(role), said, at=at)
            return
        task = open_tasks(case)[0]
        if act == "confirm_quota" and task.flow_task.name != "quota_confirmation":
            return  # in a small county the quota is not full
        actor = self._holder(_DESKS[task.flow_task.name])
        code = "desk.take" if act == "take" else f"applications.{act}"
        perform(
            code,
            task,
            actor,
            self._said(act, task.flow_task.name, demo_signature(actor.name, int(at.timestamp()))),
            at=at,
        )

    def _said(self, act: str, desk: str, strokes: str) -> dict[str, Any]:
        dice, person = self.dice, self.resident.person
        signed = {"strokes": strokes}
        if act == "submit":
            return {**self.answers, "market_verification": f"{self.circumstance.visit}已按退回意见核实补充。"}
        if act == "agree_by_village":
            return {"opinion": self.circumstance.opinion.format(name=person.name), **signed}
        if act == "agree_by_township":
            post = self.county.post(self.resident)
            text = words.said(dice, words.TOWNSHIP_AGREES, village=self.resident.village.name, post=post.type_name)
            return {"opinion": text, "quota_reason": self._quota_reason(), **signed}
        if act == "confirm_quota":
            return {"opinion": words.said(dice, words.QUOTA_CONFIRMED)}
        if act == "send_back":
            return {"reason": words.said(dice, words.RETURNS[desk])}
        if act.startswith("reject"):
            return {"reason": words.said(dice, words.REJECTIONS[desk]), **signed}
        return {}

    def _quota_reason(self) -> str:
        beyond = (State.AWAITING_QUOTA_CONFIRMATION, "confirmed_beyond_quota")
        return words.said(self.dice, words.BEYOND_QUOTA) if self.resident.goal in beyond else ""

    def _holder(self, role: Role) -> Actor:
        village = self.resident.village
        if role == Role.VILLAGE_SEAL_KEEPER and village.clerk_keeps_seal:
            role = Role.VILLAGE_CLERK
        place = village.code
        if role in (Role.TOWNSHIP_REVIEWER, Role.TOWNSHIP_SEAL_KEEPER):
            place = village.township
        elif role == Role.EMPLOYMENT_SERVICE_OFFICER:
            place = "employment_service"
        return self.county.holder(role, place, self.dice)
