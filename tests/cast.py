"""One small invented county for every story: its people, its posts, and a clock that only the story moves.

Two townships with two villages each. Everybody comes in through the door, as in real life; the people of the
second township are there to find nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.db import connection
from django.test import Client

from audit.models import Event
from audit.verification import verify_chain
from forms_templates.models import Document
from registry.models import County, Organisation, User, Worker
from registry.roles import OrganisationKind
from signatures.demo_strokes import demo_signature
from signatures.seal_drawing import draw_seal
from tests.all_rows import everything, nothing_happens, own_models
from tests.cast_list import (
    AFTERNOON,
    CHINA,
    DEPARTMENTS,
    MORNING,
    OUTSIDER,
    PEOPLE,
    POST_SHEET,
    POSTS,
    SINCE,
    TOWNSHIPS,
    VERIFICATION,
    VILLAGES,
)
from tests.registry.people import id_number
from workflows.applications.models import Application, State
from workflows.core.actors import Actor
from workflows.core.consistency import faulty_cases
from workflows.core.door import Outcome, Step, perform, perform_together
from workflows.core.models import Case, DeskTask
from workflows.core.procedure import open_tasks
from workflows.employment.models import Post

# What stories ask this module for, too.
__all__ = ["AFTERNOON", "CHINA", "MORNING", "PEOPLE", "POST_SHEET", "SINCE", "Cast", "everything", "nothing_happens"]

# The way of an application that nobody stops: state → who does what there.
PATH = {
    State.AWAITING_VILLAGE_REVIEW: ("applications.agree_by_village", "head"),
    State.AWAITING_VILLAGE_SEAL: ("applications.seal_by_village", "keeper"),
    State.AWAITING_TOWNSHIP_REVIEW: ("applications.agree_by_township", "reviewer"),
    State.AWAITING_TOWNSHIP_SEAL: ("applications.seal_by_township", "township_keeper"),
}

seal_picture = lru_cache(maxsize=32)(draw_seal)


def applicant_id(number: int, born: date = date(1980, 1, 1)) -> str:
    """The invented ID number of the story's n-th applicant."""
    return id_number(born, 100 + number)


def signed(name: str, opinion: str = "情况属实，同意。") -> dict[str, Any]:
    """What the pad and the opinion's cell send."""
    return {"opinion": opinion, "strokes": demo_signature(name)}


@dataclass
class Cast:
    """Everybody by the name of their part, and short ways to say what they do."""

    county: County
    places: dict[str, Organisation] = field(default_factory=dict)
    people: dict[str, Actor] = field(default_factory=dict)
    posts: dict[str, list[Post]] = field(default_factory=dict)
    now: datetime = MORNING
    applicants: int = 0
    posts_declared: int = 0
    agreed: list[Case] = field(default_factory=list)
    workers: list[Worker] = field(default_factory=list)  # those who are under an agreement when a story begins

    def __getattr__(self, part: str) -> Actor:
        people: dict[str, Actor] = self.__dict__.get("people", {})
        if part not in people:
            raise AttributeError(part)
        return people[part]

    @property
    def township(self) -> Organisation:
        return self.places["104"]

    @property
    def village(self) -> Organisation:
        return self.places["104001"]

    @property
    def system(self) -> Actor:
        return Actor.system("测试")

    def tick(self, **how_far: int) -> datetime:
        """The next moment of the story: ten minutes on, unless it says otherwise."""
        self.now += timedelta(**(how_far or {"minutes": 10}))
        return self.now

    def do(self, action: str, subject: Any, actor: Actor, data: Any = None, **more: Any) -> Outcome:
        """One act through the door, at the story's next moment."""
        at = self.tick()
        return perform(action, subject, actor, data, more.pop("seen", ""), at=at, **more)

    def also(self, part: str, role: str, place: str) -> Actor:
        """The person with one more appointment."""
        user = user_of(self.people[part])
        data = {"user": user, "organisation": self.places[place], "role": role, "from_on": SINCE, "to_on": None}
        self.do("registry.appoint", self.county, self.system, data)
        return Actor.of(user, self.now.date())

    # --- a post -------------------------------------------------------------------------------------

    def declare_post(self, **changes: Any) -> Case:
        """A post that the first village has reported to its township."""
        self.posts_declared += 1
        sheet = {**POST_SHEET, **changes}
        opening = Step("posts.open", self.village, {**sheet, "opening_key": f"post-{self.posts_declared}"})
        outcomes = perform_together([opening, Step("posts.submit", None, sheet)], self.clerk, at=self.tick())
        case = outcomes[-1].case
        assert case
        return case

    # --- an agreement -------------------------------------------------------------------------------

    def agreement_at_township(self) -> tuple[Case, Case]:
        """An approved application and its agreement, which the worker has signed; once per story."""
        if not self.agreed:
            source = self.walk_to(State.APPROVED)
            case: Case = self.do("agreements.open", source, self.clerk).result
            day = self.now.date()
            data = {"start_on": day.isoformat(), "end_on": day.isoformat(), "workplace": "青禾村主街"}
            data["worker_strokes"] = demo_signature("周桂兰")
            self.do("agreements.submit", task_of(case), self.clerk, data)
            self.agreed = [source, case]
        return self.agreed[0], self.agreed[1]

    # --- an application -----------------------------------------------------------------------------

    def answers(self, *, village: str = "104001", post: int | str = 0, **changes: Any) -> dict[str, Any]:
        """A sheet filled in rightly, for an applicant nobody has seen before; `post`: which one, or what is sent."""
        self.applicants += 1
        number = self.applicants
        return {
            "name": f"周桂{'兰芝英梅琴秀珍霞云萍'[number % 10]}",
            "phone": f"138{number:08d}",
            "id_number": applicant_id(number),
            "address": f"{self.places[village].full_name}二组",
            "health": "良好",
            "work_ability": "有",
            "skills": "做饭",
            "category": "in_poverty",
            "post": post if isinstance(post, str) else str(self.posts[village][post].pk),
            "is_willing": "on",
            "has_job": "no",
            "market_verification": VERIFICATION,
            "head_is_self": "yes",
            "worker_strokes": demo_signature(f"周桂{number}"),
        } | changes

    def clerk_of(self, village: str) -> Actor:
        return {"104001": self.clerk, "104002": self.clerk_with_seal, "101001": self.other_clerk}[village]

    def draft(self, *, village: str = "104001", **changes: Any) -> Case:
        """An application that is only saved."""
        answers = self.answers(village=village, **changes)
        data = {**answers, "opening_key": f"key-{self.applicants}"}
        case: Case = self.do("applications.open", self.places[village], self.clerk_of(village), data).result
        return case

    def apply(self, *, village: str = "104001", **changes: Any) -> Case:
        """An application opened and handed in with one press of the button."""
        answers = self.answers(village=village, **changes)
        opening = Step("applications.open", self.places[village], {**answers, "opening_key": f"key-{self.applicants}"})
        submitting = Step("applications.submit", None, answers)
        outcomes = perform_together([opening, submitting], self.clerk_of(village), at=self.tick())
        case: Case = outcomes[0].result
        return case

    def act(self, case: Case, action: str, actor: Actor, data: Any = None, **more: Any) -> Outcome:
        """Do something at the desk on which the case lies."""
        if data is None:
            data = {} if "seal" in action else signed(actor.name)
        if action == "applications.submit":
            data = {"worker_strokes": demo_signature("周桂兰"), **data}
        return self.do(action, task_of(case), actor, data, **more)

    def walk(self, case: Case, to: str) -> Case:
        """Along the plain way to a state, by the people of the first township and village."""
        while (state := state_of(case)) != to:
            action, part = PATH[State(state)]
            self.act(case, action, self.people[part])
        return case

    def walk_to(self, state: str, **changes: Any) -> Case:
        """A new application in that state."""
        if state == State.DRAFT:
            return self.draft(**changes)
        if state == State.RETURNED:
            case = self.walk_to(State.AWAITING_TOWNSHIP_REVIEW, **changes)
            self.act(case, "applications.send_back", self.reviewer, {"reason": "联系电话打不通，请核对。"})
            return case
        if state == State.AWAITING_QUOTA_CONFIRMATION:
            self.fill_quota()
            case = self.walk_to(State.AWAITING_TOWNSHIP_REVIEW, category="edge", **changes)
            self.act(case, "applications.agree_by_township", self.reviewer, beyond_quota(self.reviewer))
            return case
        case = self.apply(**changes)
        for closed, before, part in (
            (State.REJECTED_BY_VILLAGE, State.AWAITING_VILLAGE_REVIEW, "head"),
            (State.REJECTED_BY_TOWNSHIP, State.AWAITING_TOWNSHIP_REVIEW, "reviewer"),
        ):
            if state == closed:
                self.walk(case, before)
                reason = {"reason": "已在县城上班，不符合条件。", "strokes": demo_signature(self.people[part].name)}
                self.act(case, str(closed).replace("rejected", "applications.reject"), self.people[part], reason)
                return case
        if state == State.VOIDED:
            self.do("applications.void", case, self.clerk, {"reason": "本人不再申请。"})
        return self.walk(case, state)

    def fill_quota(self, households: int = 5) -> None:
        """So many edge households of the first township hold a place already."""
        for number in range(households):
            self.do(
                "registry.enter_household",
                self.county,
                self.system,
                self.listed(200 + number, category="edge"),
            )
            worker = self.county.worker_set.order_by("-pk")[0]
            self.record_service(worker, date(2020, 1, 1), None)

    def listed(self, number: int, *, category: str = "in_poverty", village: str = "104001") -> dict[str, Any]:
        """One household of one person on the current list, as the office enters it."""
        person = {
            "name": "孟照林",
            "id_number": applicant_id(number),
            "phone": f"139{number:08d}",
            "address": self.places[village].full_name,
            "health": "良好",
            "work_ability": "有",
            "skills": "",
        }
        return {
            "village": self.places[village],
            "head_name": person["name"],
            "head_id_number": person["id_number"],
            "category": category,
            "listed_on": SINCE,
            "workers": [person],
        }

    def record_service(self, worker: Any, start_on: date, end_on: date | None) -> None:
        """Work on a post of the first township before this system began."""
        stretch = {"township": self.township, "worker": worker, "post": None, "start_on": start_on, "end_on": end_on}
        self.do("employment.record_service", self.county, self.system, stretch)

    # --- proof --------------------------------------------------------------------------------------

    def prove(self) -> None:
        """After every story: each case lies where its state says, and the trail is whole."""
        assert list(faulty_cases()) == []
        assert verify_chain(self.county.code) == []


def beyond_quota(actor: Actor) -> dict[str, Any]:
    return {**signed(actor.name), "quota_reason": "一户两老都要人照看，确实只能就近安置。"}


def prepared_cast(name: str = "county", build: Callable[[], Cast] | None = None) -> Cast:
    """The county in this test's database: built through the door once, then laid there row by row as it was.

    `build` goes on from the plain county to where many stories of one room begin, under a `name` of its own.
    """
    if name not in _PREPARED:
        cast = (build or build_cast)()
        _PREPARED[name] = (deepcopy(cast), everything())
        return cast
    cast, tables = _PREPARED[name]
    with connection.cursor() as cursor:
        for model in own_models():
            rows = tables[model._meta.label]
            if rows:
                places = ", ".join(["%s"] * len(rows[0]))
                cursor.executemany(f'INSERT INTO "{model._meta.db_table}" VALUES ({places})', rows)
    return deepcopy(cast)


_PREPARED: dict[str, tuple[Cast, dict[str, list[Any]]]] = {}


def build_cast() -> Cast:
    """The county, through the door."""
    cast = Cast(County())
    founding = datetime(2019, 6, 20, 8, 0, tzinfo=CHINA)

    def found(action: str, **data: Any) -> Any:
        return perform(action, cast.county if cast.county.pk else None, cast.system, data, at=founding).result

    cast.county = found("registry.establish_county", code="130322", name="昌黎县", demo=True)
    for organisation in _organisations(cast):
        cast.places[organisation["code"]] = found("registry.establish_organisation", **organisation)
    for part, name, role, at in (*PEOPLE, (OUTSIDER, "路过明", None, "")):
        user: User = found("registry.register_user", username=name, name=name, password=None)
        if role is not None:
            office = cast.places[at]
            found("registry.appoint", user=user, organisation=office, role=role, from_on=SINCE, to_on=None)
        cast.people[part] = Actor.of(user, MORNING.date())
    for code, place in cast.places.items():
        if place.kind == OrganisationKind.COUNTY_DEPARTMENT:
            continue
        picture = seal_picture(place.seal_name)
        seal = {"name": f"{place.seal_name}公章（演示）", "picture": picture, "demo": True}
        found("registry.register_seal", organisation=place, valid_from=SINCE, valid_to=None, **seal)
        if place.kind == OrganisationKind.VILLAGE:
            cast.posts[code] = [found("employment.establish_post", **post_of(place, *row)) for row in POSTS]
    return cast


def post_of(village: Organisation, type_name: str, places: int) -> dict[str, Any]:
    """A described post, as the township settles it."""
    return {
        "village": village,
        "type_name": type_name,
        "duties": "村内主街清扫。",
        "standard": "路面无垃圾。",
        "hours": "每天7时至10时。",
        "places": places,
    }


def _organisations(cast: Cast) -> Iterator[dict[str, Any]]:
    def row(kind: str, code: str, name: str, full_name: str, **more: Any) -> dict[str, Any]:
        given = {"parent": None, "clerk_may_hold_seal": False, "seal_name": full_name} | more
        return {"kind": kind, "code": code, "name": name, "full_name": full_name, "opened_on": SINCE, **given}

    for code, name in DEPARTMENTS:
        yield row(OrganisationKind.COUNTY_DEPARTMENT, code, name, f"昌黎县{name}")
    for code, name in TOWNSHIPS:
        yield row(OrganisationKind.TOWNSHIP, code, name, f"昌黎县{name}", seal_name=f"昌黎县{name}人民政府")
    for code, name, township, clerk_keeps in VILLAGES:
        parent = cast.places[township]
        seal = {"seal_name": f"{parent.full_name}{name}村民委员会", "clerk_may_hold_seal": clerk_keeps}
        yield row(OrganisationKind.VILLAGE, code, name, f"{parent.full_name}{name}", parent=parent, **seal)


def task_of(case: Case) -> DeskTask:
    """The one task that is open."""
    (task,) = open_tasks(case)
    return task


def user_of(actor: Actor) -> User:
    assert actor.user
    return actor.user


def browser_of(actor: Actor) -> Client:
    """This person's browser, logged in the way an official is."""
    client = Client()
    client.force_login(user_of(actor), backend="registry.backends.OfficialBackend")
    return client


def application_of(case: Case) -> Application:
    return Application.objects.get(case=case)


def state_of(case: Case) -> str:
    return str(application_of(case).state)


def events_of(case: Case) -> list[Event]:
    """What the trail tells of the case, oldest first."""
    return list(Event.objects.filter(case_key=case.key).order_by("sequence"))


def papers_of(case: Case) -> list[Document]:
    """Every version of the case's sheet, the first one first; the pledge beside it is another paper."""
    papers = Document.objects.filter(case_key=case.key).exclude(form_code="application_pledge")
    return list(papers.order_by("number"))


def pledges_of(case: Case) -> list[Document]:
    """Every version of the 申请与承诺书 of an application."""
    return list(Document.objects.filter(case_key=case.key, form_code="application_pledge").order_by("number"))
