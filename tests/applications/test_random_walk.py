"""Everybody does anything in any order: whatever the door lets through, the county stays in order.

`make test` walks a little; WALK_FAR=1 walks far.
"""

import os
from typing import Any, TypeVar

import pytest
from django.db import transaction
from django.db.models import F, Model, QuerySet
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from audit.models import Event
from audit.verification import verify_chain
from forms_templates.models import Document
from signatures.models import SealUse, Signature
from tests.cast import PATH, Cast, applicant_id, application_of, everything, prepared_cast, signed
from workflows.applications.documents import STANDING
from workflows.applications.flow_v1 import ApplicationFlow
from workflows.applications.models import PLACED, RUNNING, Application, State
from workflows.core.actions import ACTIONS
from workflows.core.actors import Actor
from workflows.core.consistency import faulty_cases
from workflows.core.door import Step, perform_together
from workflows.core.models import Case, DeskTask, Opinion
from workflows.core.procedure import open_tasks
from workflows.core.refusals import DoorError
from workflows.core.worker_ink import WITNESS, WORKER, standing_ink
from workflows.employment.models import Tenure

pytestmark = pytest.mark.django_db

LONG = bool(os.environ.get("WALK_FAR"))
EXAMPLES, STEPS = (60, 60) if LONG else (4, 30)
PARTS = (
    "clerk", "head", "keeper", "clerk_with_seal", "second_head", "reviewer", "colleague", "township_keeper",
    "officer", "supervisor", "other_clerk", "other_head", "other_reviewer", "administrator", "outsider",
)  # fmt: skip
AT_DESK = sorted(
    {action.code for desk in ApplicationFlow.desks() for action in ACTIONS.at_desk("applications", desk.name)}
)
AT_CASE = ("desk.take_back", "desk.comment", "desk.declare_kinship", "desk.unmask", "applications.void")
# The same few people apply again and again: one of them is the head of another's household.
PERSONS = st.integers(1, 4)
ON_THE_WAY = st.lists(
    st.tuples(
        st.sampled_from([*list(PATH)[:-1], State.DRAFT, State.RETURNED]),
        st.sampled_from(["edge", "in_poverty"]),
    ),
    min_size=1,
    max_size=4,
)
Row = TypeVar("Row", bound=Model)


class Walk(RuleBasedStateMachine):
    """One county, at most some dozens of acts; rolled back at the end."""

    @initialize(quota=st.sampled_from([4, 5, 0]), on_the_way=ON_THE_WAY)
    def prepare(self, quota: int, on_the_way: list[tuple[str, str]]) -> None:
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.cast: Cast = prepared_cast()
        self.cast.fill_quota(quota)
        for state, category in on_the_way:
            self.cast.walk_to(state, category=category, post=1)

    def teardown(self) -> None:
        if hasattr(self, "atomic"):
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)

    # --- acts ---------------------------------------------------------------------------------------

    def answers(self, village: str, person: int, category: str, post: int) -> dict[str, Any]:
        return self.cast.answers(village=village, id_number=applicant_id(person), category=category, post=post)

    def some(self, rows: QuerySet[Row], which: int) -> Row | None:
        """One of them, the newest first."""
        found = list(rows.order_by("-pk"))
        return found[which % len(found)] if found else None

    def attempt(self, *steps: Step, actor: Actor) -> None:
        """Either everything that belongs to an act has happened, or nothing at all."""
        before, events = everything(), Event.objects.count()
        try:
            perform_together(steps, actor, at=self.cast.tick(minutes=1))
        except DoorError:
            assert everything() == before
        else:
            assert Event.objects.count() == events + len(steps)

    @rule(
        village=st.sampled_from(["104001", "101001", "104002"]),
        person=PERSONS,
        category=st.sampled_from(["edge", "in_poverty"]),
        post=st.sampled_from([1, 0]),
        at_once=st.sampled_from([True, True, False]),
        stranger=st.sampled_from([False, False, False, True]),
    )
    def apply(self, village: str, person: int, category: str, post: int, at_once: bool, stranger: bool) -> None:
        answers = self.answers(village, person, category, post)
        opening = Step("applications.open", self.cast.places[village], {**answers, "opening_key": f"k{self.cast.now}"})
        submitting = Step("applications.submit", None, answers)
        clerk = self.cast.township_clerk if stranger else self.cast.clerk_of(village)
        self.attempt(*([opening, submitting] if at_once else [opening]), actor=clerk)

    @rule(which=st.integers(0, 9), choice=st.integers(0, 9), person=PERSONS)
    def go_on_by_whoever_may(self, which: int, choice: int, person: int) -> None:
        self.go_on(which, choice, person)

    @rule(which=st.integers(0, 9), person=PERSONS)
    def go_on_as_the_procedure_wishes(self, which: int, person: int) -> None:
        self.go_on(which, -1, person)

    def go_on(self, which: int, choice: int, person: int) -> None:
        """Somebody of the office acts; the last action registered for a desk but one is no better than the first."""
        task = self.some(DeskTask.objects.filter(finished__isnull=True, office__isnull=False), which)
        if task is None:
            return
        here = ACTIONS.at_desk("applications", task.flow_task.name)
        forward = next(action for action in here if action.weight in ("primary", "seal"))
        code = forward.code if choice < 0 else here[choice % len(here)].code
        actors = [self.cast.people[part] for part in PARTS]
        holders = [actor for actor in actors if actor.appointment_for(task.office_id or 0, task.office_role)]
        if holders:
            actor = holders[person % len(holders)]
            self.attempt(Step(code, task, self.data_for(task, actor, person)), actor=actor)

    @rule(which=st.integers(0, 9))
    def take_back_by_who_acted_last(self, which: int) -> None:
        case = self.some(Case.objects.all(), which)
        if case is not None:
            last = Event.objects.filter(case_key=case.key).exclude(from_state=F("to_state")).latest("sequence")
            actor = next(actor for actor in self.cast.people.values() if actor.name == last.actor_name)
            self.attempt(Step("desk.take_back", case, {}), actor=actor)

    @rule(
        which=st.integers(0, 9), code=st.sampled_from([*AT_DESK, *AT_CASE]), part=st.sampled_from(PARTS), person=PERSONS
    )
    def anybody_tries_anything(self, which: int, code: str, part: str, person: int) -> None:
        actor = self.cast.people[part]
        if code in AT_CASE:
            case = self.some(Case.objects.all(), which)
            data = {"reason": "核对纸质证件", "text": "请抓紧。", "relation": "姐夫"}
            self.attempt(Step(code, case, data), actor=actor)
            return
        task = self.some(DeskTask.objects.filter(office__isnull=False), which)
        self.attempt(Step(code, task, self.data_for(task, actor, person) if task else {}), actor=actor)

    @rule()
    def a_night_passes(self) -> None:
        self.cast.tick(hours=11)

    def data_for(self, task: DeskTask, actor: Actor, person: int) -> dict[str, Any]:
        village = task.process.village
        answers = application_of(task.process).answers if person % 2 else {}
        fresh = self.answers(village.code, person, "in_poverty", 0) if village else {}
        words = {"reason": "电话打不通，请核对。", "quota_reason": "两老都要照看。" if person > 1 else ""}
        way = {
            "mode": ("walk_again", "straight_back")[person % 2],
            "office": ("village_head", "township_clerk")[person % 2],
        }
        return {**fresh, **answers, **signed(actor.name), **words, **way}

    # --- what always holds --------------------------------------------------------------------------

    @invariant()
    def open_tasks_are_those_the_states_imply(self) -> None:
        assert list(faulty_cases()) == []

    @invariant()
    def each_change_of_state_is_one_event_and_they_form_a_chain(self) -> None:
        for case in Case.objects.all():
            state = ""
            for event in Event.objects.filter(case_key=case.key).order_by("sequence"):
                if event.action != "applications.open":
                    assert event.from_state == state
                state = event.to_state
            assert state == application_of(case).state

    @invariant()
    def one_running_application_per_person(self) -> None:
        running = list(Application.objects.filter(state__in=RUNNING).values_list("id_index", flat=True))
        assert len(running) == len(set(running))
        assert "" not in running

    @invariant()
    def no_post_has_more_people_than_places(self) -> None:
        for posts in getattr(self, "cast", Cast(None)).posts.values():  # type: ignore[arg-type]
            for post in posts:
                taken = Application.objects.filter(post=post, state__in=PLACED).count()
                working = Tenure.objects.filter(post=post, end_on__isnull=True).count()
                assert taken + working <= post.places

    @invariant()
    def nobody_is_beyond_the_quota_without_a_reason_and_a_confirmation(self) -> None:
        for application in Application.objects.filter(state__in=PLACED).exclude(quota_reason=""):
            steps = Opinion.objects.filter(case=application.case, voided_at__isnull=True)
            assert not application.quota_reason or steps.filter(step="quota_confirmation").exists()

    @invariant()
    def what_stands_in_the_cells_is_signed_and_what_was_voided_is_revoked(self) -> None:
        for application in Application.objects.select_related("case"):
            valid = Opinion.objects.filter(case=application.case, voided_at__isnull=True).select_related("signature")
            standing = {opinion.step: opinion for opinion in valid if opinion.step in STANDING[application.state]}
            assert set(standing) == set(STANDING[application.state])
            assert all(opinion.signature is not None for opinion in standing.values())
            if application.state in (State.AWAITING_TOWNSHIP_REVIEW, State.AWAITING_TOWNSHIP_SEAL, State.APPROVED):
                assert standing["village_opinion"].seal_use is not None
            if application.state == State.APPROVED:
                assert standing["township_opinion"].seal_use is not None
        in_force = Opinion.objects.filter(voided_at__isnull=True)
        by_officials = Signature.objects.filter(revocation__isnull=True).exclude(place__in=(WORKER, WITNESS))
        signed_in_force = set(by_officials.values_list("pk", flat=True))
        assert signed_in_force == set(in_force.exclude(signature=None).values_list("signature", flat=True))
        sealed_in_force = set(SealUse.objects.filter(revocation__isnull=True).values_list("pk", flat=True))
        assert sealed_in_force == set(in_force.exclude(seal_use=None).values_list("seal_use", flat=True))

    @invariant()
    def the_pledge_of_whoever_handed_in_is_signed_once_and_is_the_last_one_filed(self) -> None:
        for application in Application.objects.select_related("case"):
            ink = standing_ink("applications.application", application.pk)
            handed_in = application.case.submitted_at is not None and application.state != State.VOIDED
            assert set(ink) == ({WORKER} if handed_in else set())
            if handed_in:
                papers = Document.objects.filter(case_key=application.case.key, form_code="application_pledge")
                assert ink[WORKER].content_digest == papers.latest("number").content_digest

    @invariant()
    def numbers_and_versions_have_no_gaps(self) -> None:
        numbers: dict[str, list[int]] = {}
        for number in Case.objects.exclude(number="").values_list("number", flat=True):
            scope, _, last = number.rpartition("-")
            numbers.setdefault(scope, []).append(int(last))
        assert all(sorted(given) == list(range(1, len(given) + 1)) for given in numbers.values())
        for case in Case.objects.all():
            # Each of its papers has versions of its own: the pledge, the application.
            papers = Document.objects.filter(case_key=case.key)
            for form_code in set(papers.values_list("form_code", flat=True)):
                versions = papers.filter(form_code=form_code).order_by("number").values_list("number", flat=True)
                assert list(versions) == list(range(1, len(versions) + 1))

    @invariant()
    def whoever_decided_might(self) -> None:
        for task in DeskTask.objects.filter(outcome__startswith="applications.", status="DONE"):
            assert task.acted_as is not None
            assert (task.acted_as.user_id, task.acted_as.organisation_id) == (task.owner_id, task.office_id)
        for case in Case.objects.all():
            on_the_way = [task for task in open_tasks(case) if not task.flow_task.beside_the_way]
            assert len(on_the_way) <= 1

    @invariant()
    def the_trail_is_whole(self) -> None:
        if hasattr(self, "cast"):
            assert verify_chain(self.cast.county.code) == []


def test_whatever_everybody_does_the_county_stays_in_order(db: None) -> None:
    run_state_machine_as_test(
        Walk,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate, *([Phase.shrink] if LONG else [])],
            database=None,
            derandomize=not LONG,
            print_blob=False,
        ),
    )
