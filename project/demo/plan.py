"""Who lives where in the demo county, and what becomes of them: drawn up first, from the seed alone, then told."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import accumulate

from project.demo.crowd import EDGE, MAN, REGISTERED, Crowd, Person, weighted
from project.demo.people import SINCE
from project.demo.places import SHOWN, Village, village_named, villages_for
from workflows.employment.service import months_after

# What can become of somebody who does not apply now.
AT_WORK, SERVED, LISTED = "at work", "served", "listed"
NEVER_STARTED = "never_started"


@dataclass(frozen=True)
class Resident:
    """One worker. `goal` is where their story ends: a state of the application, or how they stand without one."""

    person: Person
    village: Village
    goal: str
    ago: int = 0  # working days since the last act
    start_on: date | None = None
    end_on: date | None = None
    post: int = 0  # which of the village's posts
    in_cast: bool = False  # drawn up for one of the walks (walks.py)

    @property
    def applies(self) -> bool:
        return self.goal not in (AT_WORK, SERVED, LISTED)


@dataclass
class Plan:
    """The whole county before anybody acts."""

    villages: tuple[Village, ...]
    residents: list[Resident] = field(default_factory=list)
    # Of each village by its code: the kind (an index into words.POSTS) and the places of each post.
    posts: dict[str, list[tuple[int, int]]] = field(default_factory=dict)


# The villages everybody looks at first: each goal with the working days since its last act; "+edge": of an edge
# household. Four edge households are placed in 泥井镇, so the two that wait for its opinion are the fifth and sixth.
_SHOWN: dict[str, tuple[tuple[str, int], ...]] = {
    "青禾村": (
        ("approved+edge", 34), ("approved+edge", 29), ("approved+edge", 21), ("approved", 16),
        ("awaiting_township_review+edge", 6), ("awaiting_township_review+edge", 3),
        ("awaiting_township_review", 9), ("awaiting_township_review", 5), ("awaiting_township_review", 2),
        ("awaiting_village_review", 2), ("awaiting_village_seal", 1), ("returned", 2), ("draft", 1),
        ("awaiting_township_seal", 1), ("awaiting_village_review", 1), ("returned_by_village", 4),
        ("awaiting_township_review", 1), ("sent_back_and_approved", 12),
    ),
    "榆荫村": (
        ("approved+edge", 26), ("approved", 18), ("awaiting_township_review", 4), ("awaiting_village_review", 3),
        ("rejected_by_township", 8), ("awaiting_village_seal", 2), ("voided", 15), ("awaiting_township_review", 2),
    ),
    "柳溪村": (
        ("awaiting_township_review", 7), ("awaiting_township_review", 1), ("approved", 24),
        ("sent_back_and_waiting", 1), ("rejected_by_village", 11), ("awaiting_township_seal", 2),
    ),
    "云杉村": (
        ("approved", 31), ("approved", 12), ("awaiting_township_review", 5), ("awaiting_township_review", 2),
        ("awaiting_village_review", 1), ("draft", 1), ("awaiting_quota_confirmation+edge", 2),
    ),
    # Here each approval, or what followed it, has come to a stop of its own.
    "石磨村": (
        ("declined", 7), ("lapsed", 3), ("agreement_draft", 1), ("agreement_returned", 2),
        ("agreement_to_sign", 1), ("agreement_to_seal", 1), ("agreement_voided", 4),
    ),
    "枫桥村": (("starts_later", 3), (NEVER_STARTED, 18), ("awaiting_village_deliberation", 1), ("deliberated", 2)),
}  # fmt: skip
_GOALS = (
    ("approved", 36), ("awaiting_township_seal", 6), ("awaiting_township_review", 14), ("awaiting_village_seal", 8),
    ("awaiting_village_review", 11), ("returned", 5), ("returned_by_village", 3), ("draft", 6),
    ("rejected_by_township", 3), ("rejected_by_village", 2), ("voided", 2), ("sent_back_and_approved", 4),
)  # fmt: skip
CLOSED = {"approved", "sent_back_and_approved", "rejected_by_township", "rejected_by_village", "voided"}
# The pile of 泥井镇's reviewer holds what _SHOWN lays there, nothing else.
_NOT_IN_NIJING = "awaiting_township_review"
_FATES = ((AT_WORK, 62), (SERVED, 13), (LISTED, 25))
_FULL_QUOTA = 5
# Who is at work for the walks: of each township the months since they began; at the limit, a few days past it.
_LIMIT, _PAST_THE_LIMIT = 36, 27
CAST: tuple[tuple[str, tuple[int, ...]], ...] = (
    ("101", (20, 16, 14, 13, 12, 11, 10, 9)), ("104", (18, 15, 14, 12)), ("201", (_LIMIT, 19, 15, 12, 10)),
    ("102", (17, 14, 12, 10)), ("103", (16, 13, 11, 9)), ("106", (14, 11, 9)),
    ("107", (_LIMIT, 15, 12)), ("108", (13, 10)), ("109", (16, 12)), ("110", (14, 11)), ("202", (13,)),
    ("203", (12,)), ("206", (14,)), ("207", (11,)),
)  # fmt: skip
# And who came under an agreement long enough ago to stand on the last month's sheet (months.py).
UNDER_AGREEMENT = (
    ("102", 1), ("105", 4), ("106", 1), ("107", 1), ("108", 1), ("109", 1), ("110", 1), ("201", 1), ("202", 1),
    ("203", 1), ("206", 1),
)  # fmt: skip


def draw_up(workers: int, seed: int, on: date) -> Plan:
    """So many workers, the same for the same seed and day."""
    return _Drawing(workers, seed, on).plan()


class _Drawing:
    def __init__(self, workers: int, seed: int, on: date) -> None:
        self.workers, self.on = workers, on
        self.crowd = Crowd(seed, on)
        self.dice = random.Random(f"plan {seed}")  # noqa: S311 - invented lives
        self.villages = villages_for(workers)
        self.edge_at_work: dict[str, int] = {}

    def plan(self) -> Plan:
        residents: list[Resident] = []
        for resident in self._everybody():
            if len(residents) == self.workers:
                break
            residents.append(resident)
        plan = Plan(self.villages)
        plan.posts, plan.residents = self._with_posts(residents)
        return plan

    def _everybody(self) -> Iterator[Resident]:
        yield from self._shown()
        yield from self._at_a_limit()
        yield from self._full_quotas()
        yield from self._cast()
        yield from self._others()

    def _shown(self) -> Iterator[Resident]:
        for name, goals in _SHOWN.items():
            for goal, ago in goals:
                state, _, edge = goal.partition("+")
                yield Resident(self.crowd.person(category=edge), village_named(name), state, ago)

    def _at_a_limit(self) -> Iterator[Resident]:
        """Three years used, or nearly; sixty-five, or nearly: what Article 10 is about."""
        here, crowd, on = village_named("青禾村"), self.crowd, self.on
        # Over before the county began with the system, also for a demo that is loaded in January.
        veteran = date(months_after(on, -6).year - 4, 7, 1)
        yield Resident(crowd.person(), here, SERVED, start_on=veteran, end_on=_day_before(months_after(veteran, 36)))
        leapling = replace(crowd.person(born=date(1960, 2, 29), sex=MAN), sequence=1)
        if on > (last := date(2025, 2, 28)):
            yield Resident(leapling, here, SERVED, start_on=date(2023, 3, 1), end_on=last)
        for days in (6, 27, 85):
            person = crowd.person(born=crowd.nearly(65, days))
            yield Resident(person, here, AT_WORK, start_on=months_after(on, -14 - days // 6))
        for days in (5, 26, 84):
            start_on = months_after(on + timedelta(days=days), -36)
            yield Resident(crowd.person(), village_named("榆荫村"), AT_WORK, start_on=start_on)
        split = months_after(on, -40)
        yield Resident(
            crowd.person(), village_named("柳溪村"), SERVED, start_on=split, end_on=_day_before(months_after(split, 30))
        )

    def _full_quotas(self) -> Iterator[Resident]:
        """靖安镇 and 昌黎镇 have their five edge households; 昌黎镇's sixth was confirmed by the county."""
        for township in ("101", "100"):
            own = [village for village in self.villages if village.township == township]
            for number in range(_FULL_QUOTA):
                yield self._at_work(self.crowd.person(category=EDGE), own[number % len(own)])
            self.edge_at_work[township] = _FULL_QUOTA
        yield Resident(self.crowd.person(category=EDGE), own[0], "confirmed_beyond_quota", 7)
        self.edge_at_work["104"] = _FULL_QUOTA

    def _cast(self) -> Iterator[Resident]:
        """At work for the walks: in one village of each township, a second one beside those that are shown."""
        for township, months in CAST:
            own = [village for village in self.villages if village.township == township]
            village = own[min(len(SHOWN.get(township, ())), len(own) - 1)]
            for start in months:
                start_on = months_after(self.on, -start) - timedelta(days=_PAST_THE_LIMIT if start == _LIMIT else 0)
                person = self.crowd.person(category=weighted(self.dice, REGISTERED), born=self._of_middle_age())
                yield Resident(person, village, AT_WORK, start_on=start_on, in_cast=True)
        for township, count in UNDER_AGREEMENT:
            home = next(village for village in self.villages if village.township == township)
            for number in range(count):
                person = self.crowd.person(category=weighted(self.dice, REGISTERED), born=self._of_middle_age())
                yield Resident(person, home, "approved", 58 + 2 * number)

    def _of_middle_age(self) -> date:
        return self.on - timedelta(days=round(self.dice.uniform(36, 58) * 365.25))

    def _others(self) -> Iterator[Resident]:
        stories = round(min(self.workers * 0.27, 105 + self.workers / 50)) - sum(map(len, _SHOWN.values()))
        stories -= sum(count for _, count in UNDER_AGREEMENT)
        weights = list(accumulate(village.weight for village in self.villages))
        home = self.villages[0]
        every, due = max(1, self.workers // max(stories, 1)), 0
        for number, person in enumerate(self.crowd.families()):
            if person.head is None:
                home = self.dice.choices(self.villages, cum_weights=weights)[0]
            # An edge household that applies is in the stories everybody is shown: elsewhere it could go past the quota.
            if stories > 0 and number >= due and person.category != EDGE:
                due += every
                stories -= 1
                yield self._story(person, home)
            else:
                yield self._without_story(person, home)

    def _story(self, person: Person, home: Village) -> Resident:
        goal = weighted(self.dice, _GOALS)
        if goal == _NOT_IN_NIJING and home.township == "104":
            goal = "approved"
        ago = self.dice.randint(3, 70) if goal in CLOSED else min(self.dice.randint(1, 12), self.dice.randint(1, 20))
        return Resident(person, home, goal, ago)

    def _without_story(self, person: Person, home: Village) -> Resident:
        fate = weighted(self.dice, _FATES)
        if person.category == EDGE and fate == AT_WORK:
            placed = self.edge_at_work.get(home.township, 0)
            if person.head is not None or placed >= _FULL_QUOTA - 1:
                fate = LISTED
            else:
                self.edge_at_work[home.township] = placed + 1
        if fate == AT_WORK:
            return self._at_work(person, home)
        if fate == SERVED:
            # Over before the county began with the system, which is when the ledger was taken in.
            start_on = self._since(months_after(self.on, -60), months_after(self.on, -27))
            months = self.dice.randint(4, 18)
            return Resident(person, home, SERVED, start_on=start_on, end_on=_day_before(months_after(start_on, months)))
        return Resident(person, home, LISTED)

    def _at_work(self, person: Person, home: Village) -> Resident:
        start_on = self._since(months_after(self.on, -33), months_after(self.on, -8))
        return Resident(person, home, AT_WORK, start_on=start_on)

    def _since(self, earliest: date, latest: date) -> date:
        """The first of a month, as nearly all begin, never before the programme."""
        day = earliest + timedelta(days=self.dice.randrange((latest - earliest).days))
        return max(day.replace(day=1), date(SINCE.year, SINCE.month + 1, 1))

    def _with_posts(self, residents: Sequence[Resident]) -> tuple[dict[str, list[tuple[int, int]]], list[Resident]]:
        """Every village has posts of two to four kinds, with a place for whoever is on one or asks for one."""
        kinds = {village.code: self._kinds(village) for village in self.villages}
        wanted = {code: [0] * len(own) for code, own in kinds.items()}
        placed = []
        for resident in residents:
            own = wanted[resident.village.code]
            post = min(range(len(own)), key=lambda each: (own[each], self.dice.random()))
            if resident.applies or resident.goal == AT_WORK:
                own[post] += 1
            placed.append(replace(resident, post=post))
        posts = {
            code: [(kind, self._places(count)) for kind, count in zip(own, wanted[code], strict=True)]
            for code, own in kinds.items()
        }
        return posts, placed

    def _places(self, wanted: int) -> int:
        """Now and then one more than anybody asks for: a vacancy."""
        return max(1, wanted + self.dice.choice((0, 0, 1)))

    def _kinds(self, village: Village) -> list[int]:
        if village.name in _SHOWN:
            return [0, 1, 2, 3]
        return [0, *sorted(self.dice.sample((1, 2, 3, 4, 5), self.dice.choice((1, 1, 2))))]


def _day_before(day: date) -> date:
    return day - timedelta(days=1)
