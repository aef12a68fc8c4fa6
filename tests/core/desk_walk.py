"""The model of the desk (desk_model.py) and the real service in lock step: whatever anybody does, they agree.

A seed that failed is walked again by naming it (WALK_SEED, see test_desk_model.py).
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from audit.models import Event
from signatures.demo_strokes import demo_signature
from tests.cast import Cast, build_cast, prepared_cast
from tests.core.desk_model import STEPS, DeskModel
from tests.slips.flow import in_use
from tests.slips.models import Slip, State
from workflows.core.consistency import faulty_cases
from workflows.core.models import Case, DeskTask, Opinion
from workflows.core.procedure import open_tasks
from workflows.core.refusals import DoorError, NotYours, Overtaken

STEP_OF = {
    State.DRAFT: "fill_in", State.RETURNED: "fill_in", State.CHECKING: "check", State.SIGNING: "sign_all",
    State.VOTING: "vote", State.DECIDING: "decide", State.DECIDED: "done", State.REJECTED: "rejected",
}  # fmt: skip
PART_AT = {
    "fill_in": "clerk", "check": "head", "decide": "reviewer", "sign_all.keeper": "keeper",
    "sign_all.clerk": "township_clerk", "sign_all.reviewer": "reviewer", "vote.officer": "officer",
    "vote.supervisor": "supervisor", "vote.auditor": "auditor", "consult.service": "officer", "consult.head": "head",
}  # fmt: skip
STANDING: list[Cast] = []
"""The county that lies in this database already, when there is one."""
PARTS = (*dict.fromkeys(PART_AT.values()), "other_reviewer", "outsider", "colleague")
FIELDS = st.fixed_dictionaries(
    {"amount": st.sampled_from("34"), "note": st.sampled_from("ab"), "remark": st.sampled_from("xy")}
)
REASON = {"reason": "请核实以后再办。"}


@dataclass
class Paper:
    """One case beside its model."""

    case: Case
    model: DeskModel = field(default_factory=DeskModel)
    last_seen: dict[str, int] = field(default_factory=dict)  # task pk by place, as somebody's page still shows it


class Desks(RuleBasedStateMachine):
    """A county with a few papers; everything is rolled back at the end."""

    @initialize(ready=st.sampled_from(["fill_in", "sign_all", "vote", "decide", "decide"]))
    def prepare(self, ready: str) -> None:
        self.using = in_use()
        self.using.__enter__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.cast: Cast = deepcopy(STANDING[0]) if STANDING else prepared_cast()
        case = self.cast.do("slips.open", self.cast.village, self.cast.clerk, {"key": "walk"}).result
        self.paper = Paper(case)
        self.in_force, self.opened = 1, 0
        fields = {"amount": "3", "note": "a", "remark": "x"}
        self.try_at("fill_in", "submit", "clerk", fields, self.paper.model.submit("clerk", fields))
        while self.paper.model.at != ready and ready != "fill_in":
            self.forward(0)

    def teardown(self) -> None:
        if hasattr(self, "atomic"):
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)
            self.using.__exit__(None, None, None)

    # --- acts -------------------------------------------------------------------------------------------

    def task_at(self, place: str) -> DeskTask | None:
        return self.lying().get(place)

    def lying(self) -> dict[str, DeskTask]:
        """The open tasks by the model's names for their places."""
        offices = {"employment_service_officer": "service", "village_head": "head"}
        found = {}
        for task in open_tasks(self.paper.case):
            name = task.flow_task.name
            seat = offices[task.office_role] if name == "consult" else task.seat
            found[f"{name}.{seat}".rstrip(".")] = task
        return found

    def try_at(self, place: str, action: str, part: str, data: Any, expected: bool) -> None:
        """The service says yes exactly when the model does."""
        task = self.task_at(place)
        if task is None:
            assert not expected, f"{place} should be open"
            return
        self.paper.last_seen[place] = task.pk
        self.service(f"slips.{action}", task, part, data, expected)

    def service(self, code: str, subject: Any, part: str, data: Any, expected: bool) -> None:
        refused = ""
        try:
            with transaction.atomic():
                self.cast.do(code, subject, self.cast.people[part], data)
        except DoorError as error:
            refused = f"{type(error).__name__}: {error}"
        assert (not refused) == expected, f"{code} by {part}: {refused or 'went through'}"

    @rule(which=st.integers(0, 5))
    def forward(self, which: int) -> None:
        model = self.paper.model
        places = sorted(model.open_tasks())
        if not places:
            return
        place = places[which % len(places)]
        step, _, seat = place.partition(".")
        part = PART_AT[place]
        if step == "consult":
            answer = {"opinion": "已核实。", "strokes": demo_signature("江月明")}
            self.try_at(place, "answer", part, answer, model.answer(part, seat))
        elif model.seats(step):
            self.try_at(place, "sign", part, {"opinion": "同意。"}, model.vote(part, step, seat, "agree"))
        elif step == "check":
            self.try_at(place, "check", part, {}, model.check(part))
        elif step == "decide":
            self.try_at(place, "decide", part, {}, model.decide(part))
        else:
            self.try_at(place, "submit", part, dict(model.fields), model.submit(part, dict(model.fields)))

    @rule(fields=FIELDS)
    def hand_in(self, fields: dict[str, str]) -> None:
        if self.paper.model.at == "fill_in":
            self.try_at("fill_in", "submit", "clerk", fields, self.paper.model.submit("clerk", fields))

    @rule(which=st.integers(0, 2))
    def refuse(self, which: int) -> None:
        model = self.paper.model
        if model.seats(model.at):
            seats = model.seats(model.at)
            seat = seats[which % len(seats)]
            place = f"{model.at}.{seat}"
            step, part = model.at, PART_AT[place]
            task_there = place in model.open_tasks()
            if task_there:
                self.try_at(place, "refuse", part, REASON, model.vote(part, step, seat, "reject"))

    @rule(which=st.integers(0, 5), to=st.sampled_from([*STEPS, "nowhere"]), straight=st.booleans())
    def send_back(self, which: int, to: str, straight: bool) -> None:
        model = self.paper.model
        places = sorted(place for place in model.open_tasks() if not place.startswith(("consult", "fill_in")))
        if not places:
            return
        place = places[which % len(places)]
        step, _, seat = place.partition(".")
        part, mode = PART_AT[place], "straight_back" if straight else "walk_again"
        expected = model.send_back(part, step, seat, to, straight=straight)
        self.try_at(place, "send_back", part, {**REASON, "to": to, "mode": mode}, expected)

    @rule(office=st.sampled_from(["service", "head"]))
    def ask(self, office: str) -> None:
        if self.paper.model.at == "decide":
            self.try_at("decide", "ask", "reviewer", {**REASON, "office": office}, self.paper.model.ask(office))

    @rule()
    def withdraw(self) -> None:
        if self.paper.model.at == "decide":
            self.try_at("decide", "withdraw", "reviewer", REASON, self.paper.model.withdraw())

    @rule(part=st.sampled_from(PARTS))
    def take_back(self, part: str) -> None:
        self.service("desk.take_back", self.paper.case, part, {}, self.paper.model.take_back(part))

    @rule()
    def take_back_by_who_acted_last(self) -> None:
        last = self.paper.model.last_act()
        if last is not None:
            self.take_back(last.who)

    # --- versions of the flow -----------------------------------------------------------------------------

    @rule(version=st.sampled_from([1, 2, 3]))
    def publish(self, version: int) -> None:
        """What runs goes on as it began; what is opened afterwards runs by what is published."""
        data = {"label": "slips", "version": version}
        self.service(
            "flows.publish", self.cast.county, "supervisor", data, version in (1, 2) and version != self.in_force
        )
        self.in_force = version if version in (1, 2) else self.in_force
        self.opened += 1
        case = self.cast.do("slips.open", self.cast.village, self.cast.clerk, {"key": f"walk {self.opened}"}).result
        assert case.flow_class.version == self.in_force

    @rule(version=st.sampled_from([1, 2]), part=st.sampled_from(["supervisor", "supervisor", "reviewer", "clerk"]))
    def move_to_version(self, version: int, part: str) -> None:
        expected = part == "supervisor" and self.paper.model.move_to(version)
        self.service("flows.move_case", self.paper.case, part, {"version": version}, expected)

    # --- what nobody may --------------------------------------------------------------------------------

    @rule(part=st.sampled_from(PARTS), which=st.integers(0, 5), action=st.sampled_from(["sign", "check", "decide"]))
    def act_at_somebody_elses_desk(self, part: str, which: int, action: str) -> None:
        places = sorted(self.lying())
        if places:
            place = places[which % len(places)]
            task = self.lying()[place]
            if self.cast.people[part].appointment_for(task.office_id or 0, task.office_role) is None:
                self.refused_as((NotYours, DoorError), f"slips.{action}", task, part)

    @rule(place=st.sampled_from(sorted(PART_AT)), action=st.sampled_from(["sign", "check", "decide", "submit"]))
    def press_a_button_of_an_old_page(self, place: str, action: str) -> None:
        pk = self.paper.last_seen.get(place)
        task = DeskTask.objects.filter(pk=pk, finished__isnull=False).first()
        if task is not None:
            self.refused_as((Overtaken,), f"slips.{action}", task, PART_AT[place])

    def refused_as(self, kinds: tuple[type[DoorError], ...], code: str, task: DeskTask, part: str) -> None:
        try:
            with transaction.atomic():
                self.cast.do(code, task, self.cast.people[part], {"amount": "3", "note": "a", "remark": "x"})
        except kinds:
            return
        raise AssertionError(f"{code} by {part} went through at {task}")

    # --- what always holds ------------------------------------------------------------------------------

    @invariant()
    def both_say_the_same(self) -> None:
        if not hasattr(self, "paper"):
            return
        case, model = self.paper.case, self.paper.model
        assert STEP_OF[State(Slip.objects.get(case=case).state)] == model.at
        assert set(self.lying()) == model.open_tasks()
        assert Case.objects.get(pk=case.pk).flow_class.version == model.version
        standing = Opinion.objects.filter(case=case, voided_at__isnull=True).values_list("step", flat=True)
        assert set(standing) == set(model.signed)
        events = Event.objects.filter(case_key=case.key).order_by("sequence")
        assert len(events) == model.events
        state = ""
        for event in events:
            assert event.from_state == state
            state = event.to_state
        assert list(faulty_cases()) == []

    @invariant()
    def nobody_decided_what_they_submitted(self) -> None:
        if hasattr(self, "paper"):
            clerk = self.cast.clerk.user
            assert not Opinion.objects.filter(case=self.paper.case, written_by=clerk).exists()


def walk(examples: int, steps: int, seed: int) -> None:
    machine = seeded(seed)(Desks)
    run_state_machine_as_test(
        machine,
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


def walk_in_this_database(examples: int, steps: int, seed: int) -> None:
    """On a migrated, empty database of one's own."""
    with connection.schema_editor() as editor:
        editor.create_model(Slip)
    STANDING.append(build_cast())
    walk(examples, steps, seed)
