"""Loads the demo county, all through the door: offices, people, seals, posts, lists, and applications in every state.

First comes what an office enters when it begins with the system: a day of registering and of taking in its lists.
Then the stories of the applications are told, side by side, in the order of time.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from heapq import heapify, heappop, heapreplace
from itertools import groupby
from typing import Any

from django.db import transaction
from django.utils import timezone

from project.demo import people, words
from project.demo.briefings import TOWNSHIPS as BRIEFED_TOWNSHIPS
from project.demo.briefings import BriefingStory
from project.demo.leaves import leave_stories
from project.demo.ledgers import ledger_stories
from project.demo.months import month_stories
from project.demo.office_hours import OfficeHours
from project.demo.office_stories import office_stories
from project.demo.people import Official
from project.demo.places import DEPARTMENTS, FULL_SIZE, TOWNSHIPS
from project.demo.plan import AT_WORK, SERVED, Resident, draw_up
from project.demo.stories import ApplicationStory, Story, Told
from project.demo.walks import Cast
from project.demo.walks_of_offices import office_walks
from project.demo.walks_of_people import people_walks
from project.demo.walks_of_years import year_walks
from project.demo.years import years_stories
from registry.models import County, Organisation, User
from registry.roles import OrganisationKind, Role
from signatures.seal_drawing import draw_seal
from workflows.core.actors import Actor
from workflows.core.door import perform
from workflows.employment.models import Post
from workflows.employment.service import months_after

SEED = 2019
BEGAN_AGO = 140  # working days since the county began with the system
_DEPARTMENT, _TOWNSHIP, _VILLAGE = (
    str(kind) for kind in (OrganisationKind.COUNTY_DEPARTMENT, OrganisationKind.TOWNSHIP, OrganisationKind.VILLAGE)
)
Progress = Callable[[int, int, str], None]
"""Told after every act: how many are done, of how many, and what is being done."""


class DemoCounty:
    """One loading of the demo county, the same for the same number, seed and day.

    Everything happens on working days before the day of `at`.
    """

    def __init__(self, at: datetime, *, workers: int = FULL_SIZE, seed: int = SEED, tell: Progress) -> None:
        self.today = timezone.localtime(at).date()
        self.seed, self.tell = seed, tell
        self.hours = OfficeHours(self.today)
        self.plan = draw_up(workers, seed, self.today)
        self.officials = people.officials(seed, self.plan.villages)
        self.stories: list[Told] = [
            *(ApplicationStory(self, each, self.hours, seed) for each in self.plan.residents if each.applies),
            *office_stories(self, self.plan.villages, self.hours, seed),
        ]
        self.stories += [
            BriefingStory(self, village, self.hours, seed)
            for village in self.plan.villages
            if village.township in BRIEFED_TOWNSHIPS
        ]
        self.stories += month_stories(self, self.plan.villages, self.hours, seed)
        self.stories += leave_stories(self, self.plan.villages, self.hours, seed)
        self.stories += ledger_stories(self, self.hours, seed, whole=workers >= FULL_SIZE)
        self.stories += years_stories(self, self.plan.residents, self.hours, seed)
        cast = Cast(self.plan.residents)
        self.stories += year_walks(self, self.plan.villages, cast, self.hours, seed)
        self.stories += office_walks(self, self.plan.villages, self.hours, seed)
        self.stories += people_walks(self, self.plan.residents, cast, self.hours, seed)
        self.system = Actor.system("演示县装载")
        self.county = County()
        self.organisations: dict[str, Organisation] = {}
        self.posts: dict[str, list[Post]] = {}
        self.users: dict[str, User] = {}
        self._actors: dict[str, Actor] = {}
        self._done = 0

    def load(self) -> County:
        """Everything in one transaction: a demo that was interrupted is no demo, and the next start loads it again."""
        with transaction.atomic():
            self._offices()
            self._posts()
            self._lists()
            self._tell_stories()
        return self.county

    # --- what the stories ask -------------------------------------------------------------------------

    def organisation(self, code: str) -> Organisation:
        return self.organisations[code]

    def post(self, resident: Resident) -> Post:
        return self.posts[resident.village.code][resident.post]

    def holder(self, role: Role, place: str, dice: random.Random) -> Actor:
        """Somebody in that office; of two colleagues now one, now the other."""
        official = dice.choice(self._in_office[place, role])
        if official.username not in self._actors:
            self._actors[official.username] = Actor.of(self.users[official.username], self.today)
        return self._actors[official.username]

    @cached_property
    def _in_office(self) -> dict[tuple[str, Role], list[Official]]:
        found: dict[tuple[str, Role], list[Official]] = {}
        for official in self.officials:
            found.setdefault((official.place, official.role), []).append(official)
        return found

    # --- beginning with the system ---------------------------------------------------------------------

    @cached_property
    def _acts(self) -> int:
        """Every act there will be."""
        villages, townships = len(self.plan.villages), len(TOWNSHIPS)
        offices = 2 + townships + villages + 1
        posts = len({village.township for village in self.plan.villages if self.plan.posts.get(village.code)})
        lists = sum(1 for _ in self._by_township(self.plan.residents)) + sum(1 for _ in self._by_township(self._served))
        return offices + posts + lists + sum(len(story.moments) for story in self.stories)

    def _act_done(self, what: str) -> None:
        self._done += 1
        self.tell(self._done, self._acts, what)

    def _do(self, action: str, what: str, **data: Any) -> Any:
        """One act of the beginning: they follow one another a few seconds apart."""
        at = self.hours.moment(BEGAN_AGO, 0) + timedelta(seconds=4 * self._done)
        result = perform(action, self.county if self.county.pk else None, self.system, data, at=at).result
        self._act_done(what)
        return result

    def _offices(self) -> None:
        what = "单位和印章"
        self.county = self._do("registry.establish_county", what, code="130322", name="昌黎县", demo=True)
        rows = [
            *({"code": code, "name": name, "kind": _DEPARTMENT, "parent": ""} for code, name in DEPARTMENTS),
            *({"code": code, "name": name, "kind": _TOWNSHIP, "parent": ""} for code, name, _ in TOWNSHIPS),
            *(
                {
                    "code": village.code,
                    "name": village.name,
                    "kind": _VILLAGE,
                    "parent": village.township,
                    "clerk_seal": "是" if village.clerk_keeps_seal else "",
                }
                for village in self.plan.villages
            ),
        ]
        founded = self._do("registry.import_organisations", what, rows=rows, opened_on=people.SINCE)
        self.organisations = {organisation.code: organisation for organisation in founded}
        for organisation in founded:
            if organisation.kind != _DEPARTMENT:
                self._do(
                    "registry.register_seal",
                    what,
                    organisation=organisation,
                    name=f"{organisation.seal_name}公章（演示）",
                    picture=draw_seal(organisation.seal_name),
                    demo=True,
                    valid_from=people.SINCE,
                    valid_to=None,
                )
        rows = [
            {"username": each.username, "name": each.name, "role": str(each.role), "organisation": each.place}
            for each in self.officials
        ]
        users = self._do(
            "registry.import_officials",
            "人员任职",
            rows=rows,
            from_on=people.SINCE,
            password=people.PASSWORD,
        )
        self.users = {user.username: user for user in users}

    def _posts(self) -> None:
        for township, villages in groupby(self.plan.villages, key=lambda village: village.township):
            rows, codes = [], []
            for village in villages:
                for kind, places in self.plan.posts.get(village.code, ()):
                    type_name, duties, standard, hours = words.POSTS[kind]
                    told = {"type_name": type_name, "duties": duties, "standard": standard, "hours": hours}
                    rows.append({"village": village.code, "places": str(places), **told})
                    codes.append(village.code)
            if rows:
                township_row = self.organisations[township]
                posts = self._do("employment.import_posts", "岗位", township=township_row, rows=rows)
                for code, post in zip(codes, posts, strict=True):
                    self.posts.setdefault(code, []).append(post)

    def _lists(self) -> None:
        for township, residents in self._by_township(self.plan.residents):
            self._do(
                "registry.import_households",
                "建档立卡、边缘户名单",
                township=self.organisations[township],
                listed_on=people.SINCE,
                rows=[self._listed(resident) for resident in residents],
            )
        for township, residents in self._by_township(self._served):
            self._do(
                "employment.import_service",
                "在岗经历",
                township=self.organisations[township],
                # The months before this one were kept on paper.
                kept_from=self.today.replace(day=1),
                rows=[self._service(resident) for resident in residents],
            )

    @cached_property
    def _served(self) -> list[Resident]:
        return [resident for resident in self.plan.residents if resident.goal in (AT_WORK, SERVED)]

    def _by_township(self, residents: Sequence[Resident]) -> Iterator[tuple[str, list[Resident]]]:
        def township(resident: Resident) -> str:
            return resident.village.township

        for code, own in groupby(sorted(residents, key=township), key=township):
            yield code, list(own)

    def _listed(self, resident: Resident) -> dict[str, str]:
        person = resident.person
        head = person.head or person
        return {
            "village": resident.village.code,
            "head_name": head.name,
            "head_id_number": head.id_number,
            "category": person.category,
            "name": person.name,
            "id_number": person.id_number,
            "phone": person.phone,
            "address": f"{self.organisations[resident.village.code].full_name}{person.group}组",
            "health": person.health,
            "work_ability": person.work_ability,
            "skills": person.skills,
        }

    def _service(self, resident: Resident) -> dict[str, str]:
        return {
            "id_number": resident.person.id_number,
            "post": str(self.post(resident).pk) if resident.goal == AT_WORK else "",
            "start_on": str(resident.start_on),
            "end_on": str(resident.end_on or ""),
            **self._agreed(resident),
        }

    def _agreed(self, resident: Resident) -> dict[str, str]:
        """The agreement on paper of who is at work: a year, signed some weeks before the county began here."""
        start_on = resident.start_on
        if resident.goal != AT_WORK or start_on is None or resident.in_cast:
            return {}  # of the cast of the walks no agreement on paper was found
        signed = max(start_on, self.hours.day(BEGAN_AGO) - timedelta(days=45))
        until = min(months_after(signed, 12), months_after(start_on, 36)) - timedelta(days=1)
        return {"agreed_from": str(signed), "agreed_until": str(until)}

    # --- the stories ------------------------------------------------------------------------------------

    def _tell_stories(self) -> None:
        """Side by side: always the one whose next act comes first."""
        waiting: list[tuple[datetime, int, Story]] = []
        for number, story in enumerate(self.stories):
            telling = story.tell()
            waiting.append((next(telling), number, telling))
        heapify(waiting)
        while waiting:
            at, number, telling = waiting[0]
            try:
                heapreplace(waiting, (telling.send(at), number, telling))
            except StopIteration:
                heappop(waiting)
            self._act_done("办件")
