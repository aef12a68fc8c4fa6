"""Loads the demo county: registry, seals, posts, lists, and applications in every state, all through the door."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

from django.db import transaction

from project.demo import people
from project.demo.people import Applicant, Official
from registry.models import County, Organisation
from registry.roles import OrganisationKind, Role
from signatures.demo_strokes import demo_signature
from signatures.seal_drawing import draw_seal
from workflows.core.actors import Actor
from workflows.core.door import Step, perform, perform_together
from workflows.core.models import Case
from workflows.core.procedure import open_tasks
from workflows.employment.models import Post

VERIFICATION = "村经办人和村干部入户核实：家里有老人要照看，本人不能外出务工，附近没有合适的岗位，确难通过市场就业。"


class DemoCounty:
    """One loading of the demo county. `at` is the moment it ends; everything happens in the weeks before."""

    def __init__(self, at: datetime, tell: Callable[[str], None]) -> None:
        self.at = at
        self.tell = tell
        self.system = Actor.system("演示县装载")
        self.organisations: dict[str, Organisation] = {}
        self.posts: dict[str, list[Post]] = {}
        self.actors: dict[str, Actor] = {}
        self.county = County()

    def load(self) -> County:
        """Everything in one transaction: a demo that was interrupted is no demo, and the next start loads it again."""
        with transaction.atomic():
            self._registry()
            self.tell("单位、人员、印章、岗位和名单已载入")
            self._applications()
            self.tell("申请已载入")
        return self.county

    def _do(self, action: str, **data: Any) -> Any:
        at = self.at - timedelta(days=60)
        return perform(action, self.county if self.county.pk else None, self.system, data, at=at).result

    def _registry(self) -> None:
        self.county = self._do("registry.establish_county", code="130322", name="昌黎县", demo=True)
        name = self.county.name
        for code, department in people.DEPARTMENTS:
            self._organisation(code, OrganisationKind.COUNTY_DEPARTMENT, department, f"{name}{department}")
        for code, township in people.TOWNSHIPS:
            parent = self._organisation(
                code, OrganisationKind.TOWNSHIP, township, f"{name}{township}", f"{name}{township}人民政府"
            )
            for number, village in enumerate(people.villages_of(code), 1):
                key = f"{code}/{village}"
                self._organisation(
                    f"{code}{number:03d}",
                    OrganisationKind.VILLAGE,
                    village,
                    f"{name}{township}{village}",
                    f"{name}{township}{village}村民委员会",
                    parent=parent,
                    key=key,
                    clerk_may_hold_seal=key in people.CLERK_KEEPS_SEAL,
                )
        for official in people.OFFICIALS:
            self._official(official)
        for key, organisation in self.organisations.items():
            if key in {official.place for official in people.OFFICIALS}:
                self._equip(key, organisation)

    def _organisation(
        self,
        code: str,
        kind: str,
        name: str,
        full_name: str,
        seal_name: str = "",
        *,
        parent: Organisation | None = None,
        key: str = "",
        clerk_may_hold_seal: bool = False,
    ) -> Organisation:
        organisation: Organisation = self._do(
            "registry.establish_organisation",
            code=code,
            kind=kind,
            name=name,
            full_name=full_name,
            seal_name=seal_name or full_name,
            parent=parent,
            clerk_may_hold_seal=clerk_may_hold_seal,
            opened_on=people.SINCE,
        )
        self.organisations[key or code] = organisation
        return organisation

    def _official(self, official: Official) -> None:
        user = self._do("registry.register_user", username=official.name, name=official.name, password=people.PASSWORD)
        self._do(
            "registry.appoint",
            user=user,
            organisation=self.organisations[official.place],
            role=official.role,
            from_on=people.SINCE,
            to_on=None,
        )
        self.actors[official.name] = Actor.of(user, self.at.date())

    def _equip(self, key: str, organisation: Organisation) -> None:
        """A seal for every township and village that works; posts for its villages."""
        if organisation.kind == OrganisationKind.COUNTY_DEPARTMENT:
            return
        self._do(
            "registry.register_seal",
            organisation=organisation,
            name=f"{organisation.seal_name}公章（演示）",
            picture=draw_seal(organisation.seal_name),
            demo=True,
            valid_from=people.SINCE,
            valid_to=None,
        )
        if organisation.kind == OrganisationKind.VILLAGE:
            self.posts[key] = [
                self._do(
                    "employment.establish_post",
                    village=organisation,
                    type_name=type_name,
                    duties=duties,
                    standard=standard,
                    hours=hours,
                    places=places,
                )
                for type_name, duties, standard, hours, places in people.POSTS
            ]

    # --- applications -------------------------------------------------------------------------------

    def _applications(self) -> None:
        crowd = people.applicants()
        # A goal with "+edge" is an edge household: four are placed in 泥井镇, two more wait there for its opinion.
        plans = (
            ("104/青禾村", ["approved+edge"] * 3 + ["approved", "township_review+edge", "township_review+edge"]),
            ("104/青禾村", ["township_review", "village_review", "village_seal", "returned", "draft", "township_seal"]),
            ("104/榆荫村", ["approved+edge", "approved", "township_review", "village_review", "rejected"]),
            ("101/云杉村", ["approved"] * 2 + ["township_review"] * 2 + ["village_review", "draft"]),
        )
        day = 0
        for village, goals in plans:
            for goal in goals:
                state, _, edge = goal.partition("+")
                person = replace(next(crowd), category=edge) if edge else self._registered(next(crowd))
                self._one(village, person, state, self._morning(40 - day))
                day += 1
        for village in self.posts:
            for person in islice(crowd, 4):
                self._list(village, person)
        self._veteran(next(crowd))

    def _registered(self, person: Applicant) -> Applicant:
        """Of a 建档立卡 household, not of an edge one."""
        return replace(person, category="poverty_relieved") if person.category == "edge" else person

    def _signed(self, name: str, opinion: str) -> dict[str, Any]:
        return {"opinion": opinion, "strokes": demo_signature(name)}

    def _one(self, village: str, person: Applicant, goal: str, start: datetime) -> Case:
        """One application walked to its goal, a working act every few hours."""
        acts = iter(range(1, 20))

        def moment() -> datetime:
            # Three acts a working day: 9:10, 11:10, 15:10.
            act = next(acts)
            return start + timedelta(days=act // 3, hours=(0, 2, 6)[act % 3], minutes=10)

        self._list(village, person)
        clerk, head, keeper = self._village_people(village)
        township = village.split("/", maxsplit=1)[0]
        reviewer = self._holder(Role.TOWNSHIP_REVIEWER, township)
        township_keeper = self._holder(Role.TOWNSHIP_SEAL_KEEPER, township)
        answers = self._answers(village, person)
        opening = Step(
            "applications.open",
            self.organisations[village],
            {**answers, "opening_key": f"demo-{person.sequence}"},
        )
        if goal == "draft":
            return perform_together([opening], clerk, at=moment())[0].result
        case: Case = perform_together([opening, Step("applications.submit", None, answers)], clerk, at=moment())[
            0
        ].result
        if goal == "village_review":
            return case
        self._act(
            case,
            "applications.agree_by_village",
            head,
            self._signed(head.name, self._village_words(person)),
            moment(),
        )
        if goal == "village_seal":
            return case
        self._act(case, "applications.seal_by_village", keeper, {}, moment())
        if goal == "township_review":
            return case
        if goal == "returned":
            reason = {"reason": "联系电话打不通，请核对后补正。"}
            self._act(case, "applications.send_back", reviewer, reason, moment())
            return case
        if goal == "rejected":
            rejection = {
                "reason": "申请人已在县城企业上班，不符合安置条件。",
                "strokes": demo_signature(reviewer.name),
            }
            self._act(case, "applications.reject_by_township", reviewer, rejection, moment())
            return case
        words = f"情况属实，符合条件，同意安置到{village.split('/')[1]}岗位。"
        self._act(case, "applications.agree_by_township", reviewer, self._signed(reviewer.name, words), moment())
        if goal == "approved":
            self._act(case, "applications.seal_by_township", township_keeper, {}, moment())
        return case

    def _morning(self, days_ago: int) -> datetime:
        """Nine o'clock in the morning, so many days ago."""
        return (self.at - timedelta(days=days_ago)).replace(hour=9, minute=0, second=0, microsecond=0)

    def _act(self, case: Case, action: str, actor: Actor, data: dict[str, Any], at: datetime) -> None:
        perform(action, open_tasks(case)[0], actor, data, at=at)

    def _village_words(self, person: Applicant) -> str:
        return f"经入户核实，{person.name}家庭情况属实，因照顾老人无法外出务工，本人愿意并能够承担岗位工作，同意推荐。"

    def _village_people(self, village: str) -> tuple[Actor, Actor, Actor]:
        clerk = self._holder(Role.VILLAGE_CLERK, village)
        if village in people.CLERK_KEEPS_SEAL:
            return clerk, self._holder(Role.VILLAGE_HEAD, village), clerk
        return (
            clerk,
            self._holder(Role.VILLAGE_HEAD, village),
            self._holder(Role.VILLAGE_SEAL_KEEPER, village),
        )

    def _holder(self, role: Role, place: str) -> Actor:
        official = next(each for each in people.OFFICIALS if each.role == role and each.place == place)
        return self.actors[official.name]

    def _answers(self, village: str, person: Applicant) -> dict[str, Any]:
        organisation = self.organisations[village]
        posts = self.posts[village]
        return {
            "name": person.name,
            "phone": person.phone,
            "id_number": person.id_number,
            "address": f"{organisation.full_name}{'一二三四五'[person.sequence % 5]}组",
            "health": "良好",
            "work_ability": "有",
            "skills": ("做饭、保洁", "砌筑、养护", "电工、修理", "种植")[person.sequence % 4],
            "category": person.category,
            "post": str(posts[person.sequence % len(posts)].pk),
            "is_willing": "on",
            "has_job": "no",
            "market_verification": VERIFICATION,
            "head_is_self": "yes",
        }

    def _list(self, village: str, person: Applicant) -> None:
        organisation = self.organisations[village]
        self._do(
            "registry.enter_household",
            village=organisation,
            head_name=person.name,
            head_id_number=person.id_number,
            category=person.category,
            listed_on=date(2019, 6, 20),
            workers=[
                {
                    "name": person.name,
                    "id_number": person.id_number,
                    "phone": person.phone,
                    "address": organisation.full_name,
                    "health": "良好",
                    "work_ability": "有",
                    "skills": "",
                }
            ],
        )

    def _veteran(self, person: Applicant) -> None:
        """Somebody who has worked the whole three years: Article 10 stops a new application."""
        self._list("104/青禾村", person)
        worker = self.county.worker_set.get(name=person.name)
        self._do(
            "employment.record_service",
            township=self.organisations["104"],
            worker=worker,
            post=None,
            start_on=date(2020, 7, 1),
            end_on=date(2023, 6, 30),
        )
