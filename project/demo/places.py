"""Where the demo county lies: its real sixteen townships with 446 invented villages."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import lru_cache

# Code, name and number of villages.
TOWNSHIPS = (
    ("100", "昌黎镇", 43),
    ("101", "靖安镇", 34),
    ("102", "安山镇", 30),
    ("103", "龙家店镇", 32),
    ("104", "泥井镇", 29),
    ("105", "大蒲河镇", 27),
    ("106", "新集镇", 33),
    ("107", "刘台庄镇", 29),
    ("108", "茹荷镇", 28),
    ("109", "朱各庄镇", 32),
    ("110", "荒佃庄镇", 30),
    ("201", "团林乡", 24),
    ("202", "葛条港乡", 23),
    ("203", "马坨店乡", 22),
    ("206", "两山乡", 16),
    ("207", "十里铺乡", 14),
)
DEPARTMENTS = (
    ("bureau", "人力资源和社会保障局"),
    ("employment_service", "就业服务中心"),
    ("poverty_office", "扶贫办"),
    ("finance", "财政局"),
    ("audit", "审计局"),
    ("supervision", "扶贫专项督导组"),
    ("leading_group", "就业扶贫工作领导小组"),
    ("womens_federation", "妇联"),
)
FULL_SIZE = 500  # workers
# The villages everybody is shown first; they stand at the head of their township.
SHOWN = {"104": ("青禾村", "榆荫村", "柳溪村"), "101": ("云杉村", "石磨村", "枫桥村")}
# In these villages the clerk keeps the seal, too (Organisation.clerk_may_hold_seal); elsewhere in every fifth.
CLERK_KEEPS_SEAL = {"榆荫村"}
KEEPS_SEAL_EVERY = 5

# Every village is one of each: 青溪村, 云岭村 … All characters stand in the seal's font.
_FIRST = "青云松柳杏桃梨枣榆槐桑荷苇芦稻麦葵栗竹枫沙清玉金银双长平高新"
_SECOND = "溪坡岭湾庄营泉桥塘滩河沟台店堡园屯井"


@dataclass(frozen=True)
class Village:
    """One of the 446."""

    code: str
    name: str
    township: str
    clerk_keeps_seal: bool
    weight: int  # how many of the county's poor live here, beside the others


@lru_cache(maxsize=1)
def villages() -> tuple[Village, ...]:
    """Every village of the county, by township; names are never the same twice and the same in every demo."""
    shown = {name for names in SHOWN.values() for name in names}
    pool = [name for a in _FIRST for b in _SECOND if (name := f"{a}{b}村") not in shown]
    random.Random("villages").shuffle(pool)  # noqa: S311 - the map of an invented county
    names = iter(pool)
    dice = random.Random("weights")  # noqa: S311 - see above
    found = []
    for township, _, count in TOWNSHIPS:
        first = SHOWN.get(township, ())
        for number, name in enumerate((*first, *(next(names) for _ in range(count - len(first)))), 1):
            keeps = name in CLERK_KEEPS_SEAL or (name not in shown and number % KEEPS_SEAL_EVERY == 0)
            found.append(Village(f"{township}{number:03d}", name, township, keeps, dice.choice((1, 1, 2, 2, 3, 5))))
    return tuple(found)


def villages_for(workers: int) -> tuple[Village, ...]:
    """All of them for a county of full size; of a smaller one the first of every township, in proportion."""
    share = min(1.0, workers / FULL_SIZE)
    kept = []
    for township, _, count in TOWNSHIPS:
        own = [village for village in villages() if village.township == township]
        kept += own[: max(round(count * share), len(SHOWN.get(township, ())), 1)]
    return tuple(kept)


def village_named(name: str) -> Village:
    return next(village for village in villages() if village.name == name)
