"""What the model (desk_model.py) does not know, in any order: deputies, hand-overs, claims, exceptions, the clock.

No model says what must be refused here. Whatever goes through leaves the county in order: one open task per required
actor, each move one event, no signature by who submitted or for who submitted, nothing claimed by who is gone.
"""

from __future__ import annotations

from copy import deepcopy
from datetime import timedelta
from typing import Any

from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from audit.models import Event
from audit.verification import verify_chain
from registry.models import Delegation
from signatures.demo_strokes import demo_signature
from signatures.models import Signature
from tests.cast import Cast, prepared_cast, user_of
from tests.core.desk_walk import PART_AT, PARTS
from tests.slips.flow import in_use
from tests.slips.models import State
from workflows.core.actors import Actor
from workflows.core.claims import held_by_nobody_in_office
from workflows.core.consistency import faulty_cases
from workflows.core.daily import run_daily
from workflows.core.models import Case, DeskTask, Notice, Opinion
from workflows.core.procedure import open_tasks
from workflows.core.refusals import DoorError

ACTIONS_AT_DESK = (
    "submit", "check", "sign", "refuse", "decide", "send_back", "ask", "answer", "withdraw",
)  # fmt: skip
BESIDE = ("desk.comment", "desk.urge", "desk.copy", "desk.follow", "desk.unfollow")
ANYBODY = st.sampled_from(PARTS)
STEPS_BACK = st.sampled_from(["fill_in", "check", "sign_all", "vote"])


class Crowd(RuleBasedStateMachine):
    """Rolled back at the end."""

    @initialize(ready=st.sampled_from(["submit", "sign", "vote", "decide"]))
    def prepare(self, ready: str) -> None:
        self.using = in_use()
        self.using.__enter__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.cast: Cast = deepcopy(prepared_cast())
        self.case: Case = self.cast.do("slips.open", self.cast.village, self.cast.clerk, {"key": "crowd"}).result
        for _ in range({"submit": 1, "sign": 2, "vote": 5, "decide": 7}[ready]):
            self.the_right_one_goes_on(0)

    def teardown(self) -> None:
        if hasattr(self, "atomic"):
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)
            self.using.__exit__(None, None, None)

    def actor(self, part: str) -> Actor:
        """As they are on this day: with what was entrusted to them."""
        return Actor.of(user_of(self.cast.people[part]), self.cast.now.date())

    def attempt(self, code: str, subject: Any, part: str, data: dict[str, Any]) -> None:
        try:
            with transaction.atomic():
                self.cast.do(code, subject, self.actor(part), data)
        except DoorError:
            return

    def data(self, **more: Any) -> dict[str, Any]:
        return {
            "amount": "3", "note": "a", "remark": "x", "opinion": "同意。", "reason": "请核实以后再办。",
            "strokes": demo_signature("林书平"), "mode": "walk_again", "office": "service", "to": "fill_in", **more,
        }  # fmt: skip

    @rule(which=st.integers(0, 5))
    def the_right_one_goes_on(self, which: int) -> None:
        tasks = open_tasks(self.case)
        if tasks:
            task = tasks[which % len(tasks)]
            name = task.flow_task.name
            action = {"fill_in": "submit", "sign_all": "sign", "vote": "sign", "consult": "answer"}.get(name, name)
            place = f"{name}.{task.seat}".rstrip(".")
            part = PART_AT.get(place) or ("officer" if task.office_role != "village_head" else "head")
            self.attempt(f"slips.{action}", task, part, self.data())

    @rule(
        part=ANYBODY, action=st.sampled_from(ACTIONS_AT_DESK), which=st.integers(0, 5), to=STEPS_BACK,
        mode=st.sampled_from(["walk_again", "straight_back"]), note=st.sampled_from("ab"),
    )  # fmt: skip
    def anybody_tries(self, part: str, action: str, which: int, to: str, mode: str, note: str) -> None:
        tasks = open_tasks(self.case)
        if tasks:
            data = self.data(to=to, mode=mode, note=note)
            self.attempt(f"slips.{action}", tasks[which % len(tasks)], part, data)

    @rule(part=ANYBODY, which=st.integers(0, 5), code=st.sampled_from(["desk.take", "desk.give_back"]))
    def claim(self, part: str, which: int, code: str) -> None:
        tasks = open_tasks(self.case)
        if tasks:
            self.attempt(code, tasks[which % len(tasks)], part, {})

    @rule(part=ANYBODY, to=ANYBODY, which=st.integers(0, 5))
    def reassign(self, part: str, to: str, which: int) -> None:
        tasks = open_tasks(self.case)
        if tasks:
            person = user_of(self.cast.people[to]).pk
            self.attempt("desk.reassign", tasks[which % len(tasks)], part, {"to": person})

    @rule(part=ANYBODY)
    def take_back(self, part: str) -> None:
        self.attempt("desk.take_back", self.case, part, {})

    @rule(part=ANYBODY, code=st.sampled_from(BESIDE), who=ANYBODY)
    def beside(self, part: str, code: str, who: str) -> None:
        person = user_of(self.cast.people[who]).username
        self.attempt(code, self.case, part, {"text": "请看。", "person": person})

    @rule(absent=ANYBODY, deputy=ANYBODY, days=st.integers(0, 2))
    def delegate(self, absent: str, deputy: str, days: int) -> None:
        held = self.cast.people[absent].appointments
        if held:
            first = self.cast.now.date()
            data = {
                "deputy": user_of(self.cast.people[deputy]).username,
                "from_on": first.isoformat(),
                "to_on": (first + timedelta(days=days)).isoformat(),
                "reason": "参加培训",
            }
            self.attempt("desk.delegate", held[0], absent, data)

    @rule(part=ANYBODY)
    def come_back_earlier(self, part: str) -> None:
        for delegation in Delegation.objects.filter(ended_at__isnull=True)[:1]:
            self.attempt("desk.end_delegation", delegation, part, {})

    @rule(leaver=ANYBODY, successor=ANYBODY, days=st.integers(0, 1))
    def hand_over(self, leaver: str, successor: str, days: int) -> None:
        person = user_of(self.cast.people[leaver])
        data = {
            "successor": user_of(self.cast.people[successor]),
            "from_on": self.cast.now.date() + timedelta(days=days),
            "appointments": list(self.cast.people[leaver].appointments),
            "reason": "调离",
        }
        self.attempt("registry.hand_over", person, "administrator", data)

    @rule(part=st.sampled_from(["supervisor", "reviewer", "clerk"]), to=st.sampled_from(State.values))
    def move_by_exception(self, part: str, to: str) -> None:
        self.attempt("desk.move_by_exception", self.case, part, {"to": to, "reason": "经办人失联，另行安排。"})

    @rule(days=st.integers(0, 3))
    def nights_pass(self, days: int) -> None:
        self.cast.tick(days=days, minutes=1)
        run_daily(self.cast.now)
        on = self.cast.now.date()
        assert not list(held_by_nobody_in_office(on))

    # --- what always holds ------------------------------------------------------------------------------

    @invariant()
    def the_county_is_in_order(self) -> None:
        if not hasattr(self, "case"):
            return
        assert list(faulty_cases()) == []
        assert verify_chain(self.cast.county.code) == []
        state = ""
        for event in Event.objects.filter(case_key=self.case.key).order_by("sequence"):
            assert event.from_state == state
            state = event.to_state
        assert state == Case.objects.get(pk=self.case.pk).entity.state

    @invariant()
    def nobody_signs_what_they_or_their_principal_submitted(self) -> None:
        if hasattr(self, "case"):
            opened_by = self.case.opened_by_id
            opinions = Opinion.objects.filter(case=self.case)
            assert not opinions.filter(written_by=opened_by).exists()
            assert not opinions.filter(acted_as__user=opened_by).exists()
            standing = opinions.filter(voided_at__isnull=True)
            for step in ("sign_all", "vote"):
                hands = list(standing.filter(step__startswith=step).values_list("written_by", flat=True))
                assert len(hands) == len(set(hands)), "one hand signed twice in a round"

    @invariant()
    def every_act_was_by_somebody_in_office_that_day(self) -> None:
        if not hasattr(self, "case"):
            return
        for task in DeskTask.objects.filter(process=self.case, status="DONE", office__isnull=False).exclude(outcome=""):
            assert task.acted_as is not None
            assert (task.acted_as.organisation_id, task.acted_as.role) == (task.office_id, task.office_role)

    @invariant()
    def no_signature_of_an_answer_taken_back_counts(self) -> None:
        if hasattr(self, "case"):
            counted = set(Signature.objects.filter(revocation__isnull=True).values_list("pk", flat=True))
            answers = self.case.consultations.exclude(signature=None).values_list("signature", flat=True)
            assert counted == set(answers)
            assert not Notice.objects.filter(case=self.case, text="").exists()


def crowd(examples: int, steps: int, seed: int) -> None:
    run_state_machine_as_test(
        seeded(seed)(Crowd),
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate, Phase.shrink],
            database=None,
            print_blob=False,
        ),
    )
