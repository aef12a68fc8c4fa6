"""The invented people of the demo: names, ages, ID numbers in the unassigned area 130399, and how they live.

One seed, one crowd. Whoever is named in the county's document is left out by giving nobody the given name.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from registry.id_numbers import DEMO_AREA, check_digit

SURNAMES = (
    "王李张刘赵周孙田孟吕梁陶丁高史侯龚万邱贺常温康施杨陈马董冯曹袁邓许傅沈彭苏卢蒋蔡魏薛叶阎余潘杜戴夏钟"
    "汪任姜范方石姚谭廖邹熊金陆郝孔崔邵毛秦江白段雷钱汤尹黎易武乔赖"
)
# As often as in the county: the first dozen surnames are half of everybody.
COMMON = SURNAMES[:12]
MEN = (
    "保田", "玉福", "照林", "长河", "振海", "广发", "春生", "国庆", "德山", "永福", "满仓", "大勇", "福来", "铁柱",
    "文才", "志刚", "连生", "树林", "宝财", "庆丰", "占山", "立国", "喜顺", "金锁", "根柱", "润田", "新民", "长顺",
    "进财", "和平", "卫东", "建设", "增产", "丰收", "怀山", "守田", "银海", "全喜", "有粮", "瑞林", "希文", "贵生",
)  # fmt: skip
WOMEN = (
    "桂兰", "秀芝", "凤霞", "玉琢", "淑珍", "艳玲", "桂荣", "巧云", "雪梅", "素芬", "金花", "玉环", "秀英", "翠平",
    "凤英", "淑芹", "桂芬", "玉兰", "小娥", "爱华", "秋菊", "月琴", "素珍", "会兰", "彩云", "红霞", "秀荣", "俊英",
    "淑贤", "玉珍", "冬梅", "春芳", "美荣", "国芳", "素云", "桂珍", "凤琴", "丽华", "秀云", "玉梅", "喜凤", "桂英",
)  # fmt: skip
MAN, WOMAN = 1, 0

# Most are past fifty: who is younger finds work elsewhere.
_AGES = ((22, 34, 8), (35, 44, 17), (45, 52, 27), (53, 59, 31), (60, 63, 17))
HEALTH = (("良好", 62), ("一般", 26), ("有慢性病", 12))
SKILLS = ("", "", "做饭、保洁", "砌筑、养护", "电工、修理", "种植", "养殖", "缝纫", "驾驶农用车", "木工")
EDGE = "edge"
REGISTERED = (("in_poverty", 45), ("poverty_relieved", 55))


@dataclass(frozen=True)
class Person:
    """An invented worker. `head` is the head of the household; None for one's own."""

    name: str
    born: date
    sequence: int
    category: str
    health: str
    work_ability: str
    skills: str
    phone: str
    group: str
    head: Person | None = None

    @property
    def id_number(self) -> str:
        return id_number(self.born, self.sequence)

    @property
    def is_woman(self) -> bool:
        return self.sequence % 2 == WOMAN


def id_number(born: date, sequence: int) -> str:
    """An ID number in the unassigned area 130399; an odd sequence is a man."""
    first = f"{DEMO_AREA}{born:%Y%m%d}{sequence:03d}"
    return first + check_digit(first)


def weighted(dice: random.Random, choices: tuple[tuple[str, int], ...]) -> str:
    return dice.choices([value for value, _ in choices], [weight for _, weight in choices])[0]


def name_of(dice: random.Random, sex: int) -> str:
    surname = dice.choice(COMMON if dice.random() < 0.5 else SURNAMES)
    return surname + dice.choice(MEN if sex == MAN else WOMEN)


class Crowd:
    """An endless row of invented people of one seed, as they are on one day."""

    def __init__(self, seed: int, on: date) -> None:
        self.dice = random.Random(f"crowd {seed}")  # noqa: S311 - invented people
        self.on = on
        self._numbers: set[tuple[date, int]] = set()
        self._count = 0

    def person(
        self, *, born: date | None = None, category: str = "", sex: int | None = None, head: Person | None = None
    ) -> Person:
        """The next one; what is not given is thrown."""
        dice = self.dice
        if sex is None:
            sex = MAN if dice.random() < 0.55 else WOMAN
        born = born or self._birthday()
        health = weighted(dice, HEALTH)
        weak = dice.random() < (0.08 if health == "良好" else 0.45)
        self._count += 1
        return Person(
            name=name_of(dice, sex),
            born=born,
            sequence=self._sequence(born, sex),
            category=head.category if head else category or weighted(dice, REGISTERED),
            health=health,
            work_ability="弱" if weak else "有",
            skills=dice.choice(SKILLS),
            phone=f"138{33_500_000 + self._count:08d}",
            group="一二三四五六"[dice.randrange(6)],
            head=head,
        )

    def families(self) -> Iterator[Person]:
        """One after the other; about every seventh lives in the household of the one before."""
        while True:
            head = self.person(category=EDGE if self.dice.random() < 0.1 else "")
            yield head
            if self.dice.random() < 0.16:
                yield self.person(sex=WOMAN if not head.is_woman else MAN, head=head)

    def nearly(self, age: int, days: int) -> date:
        """The birthday of somebody who reaches this age in so many days."""
        birthday = self.on + timedelta(days=days)
        if (birthday.month, birthday.day) == (2, 29):
            birthday -= timedelta(days=1)
        return birthday.replace(year=birthday.year - age)

    def _birthday(self) -> date:
        dice = self.dice
        youngest, oldest, _ = dice.choices(_AGES, [weight for *_, weight in _AGES])[0]
        return self.on - timedelta(days=round(dice.uniform(youngest, oldest + 1) * 365.25))

    def _sequence(self, born: date, sex: int) -> int:
        while True:
            sequence = self.dice.randrange(50) * 2 + 10 + sex
            if (born, sequence) not in self._numbers:
                self._numbers.add((born, sequence))
                return sequence
