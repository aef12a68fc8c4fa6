"""What is done in the races, told in plain values: the test says it, a process of its own does it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta, timezone
from typing import Any

from signatures.demo_strokes import demo_signature
from tests.registry.people import id_number

AT = datetime(2020, 9, 17, 9, 0, tzinfo=timezone(timedelta(hours=8)))
NIJING = "104"
QINGHE, YUNSHAN = "104001", "101001"  # 泥井镇青禾村, 靖安镇云杉村
CROWDED_POST, SINGLE_POST = "养路", "绿化"  # places for everybody; one place
PASSWORD = "saipao-2020B"


@dataclass(frozen=True)
class Office:
    """Who of the cast works on an application of one village, in the order of the procedure."""

    village: str
    clerk: str
    head: str
    village_keeper: str
    reviewer: str
    township_keeper: str


AT_QINGHE = Office(QINGHE, "何素琴", "秦守义", "宋敏", "林书平", "沈静")
AT_YUNSHAN = Office(YUNSHAN, "孟凡荣", "郝振国", "唐立", "段玉洁", "乔建新")
OTHER_REVIEWER = "苏文静"  # of 泥井镇, beside 林书平


@dataclass(frozen=True)
class Person:
    """An invented applicant, 38 years old; the sequence makes the ID number."""

    sequence: int
    category: str = "in_poverty"

    @property
    def answers(self) -> dict[str, str]:
        """附件5 as typed, and the pledge signed; `post` is the type of a post of the village."""
        name = f"周{'甲乙丙丁戊己庚辛壬癸'[self.sequence % 10]}"
        return {
            "name": name,
            "worker_strokes": demo_signature(name),
            "phone": f"1380335{self.sequence:04d}",
            "id_number": id_number(date(1982, 3, 4), self.sequence),
            "address": "村内一组",
            "health": "良好",
            "work_ability": "有",
            "skills": "保洁",
            "category": self.category,
            "post": CROWDED_POST,
            "is_willing": "on",
            "has_job": "no",
            "market_verification": "入户核实：家里老人要照看，不能外出务工。",
            "head_is_self": "yes",
        }


@dataclass(frozen=True)
class Act:
    """One call of the door. `case` 0 is the case of the act before it; `village` (its code) is where one is opened."""

    who: str
    action: str
    case: int = 0
    data: Mapping[str, str] = field(default_factory=dict)
    village: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


# Opening and handing in at once, as the button 提交申请 on a blank form does.
OPEN_AND_SUBMIT = "open and submit"


def draft(office: Office, person: Person, key: str = "", **changes: str) -> Act:
    data = {**person.answers, **changes, "opening_key": key}
    return Act(office.clerk, "applications.open", data=data, village=office.village)


def application(office: Office, person: Person, key: str = "", **changes: str) -> Act:
    data = {**person.answers, **changes, "opening_key": key}
    return Act(office.clerk, OPEN_AND_SUBMIT, data=data, village=office.village)


def submit(office: Office, person: Person, case: int = 0, **changes: str) -> Act:
    return Act(office.clerk, "applications.submit", case, {**person.answers, **changes})


def signed(who: str, action: str, case: int = 0, **more: str) -> Act:
    opinion = {"opinion": "情况属实，同意。", "strokes": demo_signature(who)}
    return Act(who, f"applications.{action}", case, {**opinion, **more})


def agree_by_village(office: Office, case: int = 0) -> Act:
    return signed(office.head, "agree_by_village", case)


def seal_by_village(office: Office, case: int = 0) -> Act:
    return Act(office.village_keeper, "applications.seal_by_village", case)


def agree_by_township(office: Office, case: int = 0, *, who: str = "") -> Act:
    return signed(who or office.reviewer, "agree_by_township", case)


def seal_by_township(office: Office, case: int = 0) -> Act:
    return Act(office.township_keeper, "applications.seal_by_township", case)


def send_back(who: str, case: int = 0) -> Act:
    return Act(who, "applications.send_back", case, {"reason": "联系电话打不通，请核对。"})


def take_back(who: str, case: int = 0) -> Act:
    return Act(who, "desk.take_back", case)


def way_to_approval(office: Office, person: Person, **changes: str) -> list[Act]:
    """The five acts from a blank form to the township's seal."""
    return [
        application(office, person, **changes),
        agree_by_village(office),
        seal_by_village(office),
        agree_by_township(office),
        seal_by_township(office),
    ]


def way_to_township(office: Office, person: Person, **changes: str) -> list[Act]:
    """The application lies before the township's reviewer."""
    return way_to_approval(office, person, **changes)[:3]
