"""What follows an approval in the demo: the agreement, signed by the worker and the township, and sealed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta

from registry.roles import Role
from signatures.demo_strokes import demo_signature
from workflows.core.actors import Actor
from workflows.core.door import perform
from workflows.core.models import Case
from workflows.core.procedure import open_tasks
from workflows.employment.service import months_after

ACTS = ("draw_up_agreement", "worker_signs", "township_signs", "township_seals")
# What can become of it on its way, by the goal of the application.
WAYS: Mapping[str, tuple[str, ...]] = {
    "agreement_draft": ACTS[:1],
    "agreement_returned": (*ACTS[:2], "send_agreement_back"),
    "agreement_to_sign": ACTS[:2],
    "agreement_to_seal": ACTS[:3],
    "agreement_voided": (ACTS[0], "void_agreement"),
    "starts_later": ACTS,
    "never_started": ACTS,
}
STARTS_LATER = {"starts_later": 25, "never_started": 40}  # days after the seal
# An approval of these last working days still waits for its agreement; ten of them are the policy's term.
STILL_WAITING = 6


EVERY_ACT = {*ACTS, "send_agreement_back", "void_agreement"}


class AgreementStory:
    """The agreement of one approved application; it begins the day after its seal."""

    def __init__(self, source: Case, worker: str, place: str, start_on: date, holder: Callable[[Role], Actor]) -> None:
        self.source, self.worker, self.place, self.holder = source, worker, place, holder
        self.start_on = start_on
        self.case: Case | None = None

    def act(self, act: str, at: datetime) -> None:
        """One act at its moment."""
        if act == "draw_up_agreement":
            self.case = perform("agreements.open", self.source, self.holder(Role.VILLAGE_CLERK), {}, at=at).result
            return
        if self.case is None:
            raise LookupError("an agreement is drawn up before it is signed")
        if act == "void_agreement":
            said = {"reason": "开始日期写错了，重新填写。"}
            perform("agreements.void", self.case, self.holder(Role.VILLAGE_CLERK), said, at=at)
            return
        task = open_tasks(self.case)[0]
        if act == "worker_signs":
            half_a_year = months_after(self.start_on, 6) - timedelta(days=1)
            data = {
                "start_on": self.start_on.isoformat(),
                "end_on": min(half_a_year, self.case.entity.end_on).isoformat(),  # what the rules allow at the most
                "workplace": self.place,
                "worker_strokes": demo_signature(self.worker, int(at.timestamp())),
            }
            perform("agreements.submit", task, self.holder(Role.VILLAGE_CLERK), data, at=at)
        elif act == "send_agreement_back":
            said = {"reason": "工作地点请写到街道或路段。"}
            perform("agreements.send_back", task, self.holder(Role.TOWNSHIP_REVIEWER), said, at=at)
        elif act == "township_signs":
            reviewer = self.holder(Role.TOWNSHIP_REVIEWER)
            signed = {"strokes": demo_signature(reviewer.name, int(at.timestamp()))}
            perform("agreements.sign_for_township", task, reviewer, signed, at=at)
        else:
            perform("agreements.seal_by_township", task, self.holder(Role.TOWNSHIP_SEAL_KEEPER), {}, at=at)
