"""Who works in the offices of the demo county. Every person is invented.

Those introduced on the login page log in by their name; everybody else's user name is the office's code and the post.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from project.demo.crowd import COMMON, MAN, MEN, SURNAMES, WOMAN, WOMEN
from project.demo.places import TOWNSHIPS, Village, village_named
from registry.roles import Role

PASSWORD = "yanshi-2019A"  # noqa: S105 - the demo's public password
SINCE = date(2019, 6, 20)


@dataclass(frozen=True)
class Official:
    """Somebody in office; who holds two offices is here twice. `place` is the organisation's code."""

    username: str
    name: str
    role: Role
    place: str


_NIJING, _JINGAN, _COUNTY = "泥井镇", "靖安镇", "县直部门"
# Name, role, place (a village's name or a code), title, group on the login page.
_NAMED = (
    ("何素琴", Role.VILLAGE_CLERK, "青禾村", "经办人", "泥井镇青禾村"),
    ("秦守义", Role.VILLAGE_HEAD, "青禾村", "党支部书记", "泥井镇青禾村"),
    ("贾玉田", Role.VILLAGE_COMMITTEE_MEMBER, "青禾村", "两委成员", "泥井镇青禾村"),
    ("宋敏", Role.VILLAGE_SEAL_KEEPER, "青禾村", "印章管理员", "泥井镇青禾村"),
    ("赵秀敏", Role.VILLAGE_CLERK, "榆荫村", "经办人（兼管印章）", "泥井镇榆荫村"),
    ("韩继成", Role.VILLAGE_HEAD, "榆荫村", "村委会主任", "泥井镇榆荫村"),
    ("罗晓敏", Role.TOWNSHIP_CLERK, "104", "乡镇经办人", _NIJING),
    ("林书平", Role.TOWNSHIP_REVIEWER, "104", "乡镇审核人", _NIJING),
    ("苏文静", Role.TOWNSHIP_REVIEWER, "104", "乡镇审核人", _NIJING),
    ("沈静", Role.TOWNSHIP_SEAL_KEEPER, "104", "印章管理员", _NIJING),
    ("孟凡荣", Role.VILLAGE_CLERK, "云杉村", "经办人", "靖安镇云杉村"),
    ("郝振国", Role.VILLAGE_HEAD, "云杉村", "党支部书记", "靖安镇云杉村"),
    ("白春兰", Role.VILLAGE_COMMITTEE_MEMBER, "云杉村", "两委成员", "靖安镇云杉村"),
    ("唐立", Role.VILLAGE_SEAL_KEEPER, "云杉村", "印章管理员", "靖安镇云杉村"),
    ("邢海涛", Role.TOWNSHIP_CLERK, "101", "乡镇经办人", _JINGAN),
    ("段玉洁", Role.TOWNSHIP_REVIEWER, "101", "乡镇审核人", _JINGAN),
    ("乔建新", Role.TOWNSHIP_SEAL_KEEPER, "101", "印章管理员", _JINGAN),
    ("江月明", Role.EMPLOYMENT_SERVICE_OFFICER, "employment_service", "就业服务中心经办人", _COUNTY),
    ("程远", Role.BUREAU_SUPERVISOR, "bureau", "人社局监督员", _COUNTY),
    ("陆向阳", Role.POVERTY_OFFICE_OFFICER, "poverty_office", "扶贫办经办人", _COUNTY),
    ("杜佳宁", Role.FINANCE_OFFICER, "finance", "财政局工作人员", _COUNTY),
    ("阎正平", Role.AUDITOR, "audit", "审计局工作人员", _COUNTY),
    ("葛蕾", Role.REPORTER, "womens_federation", "妇联报送人", _COUNTY),
    ("石磊", Role.SUPERVISION_MEMBER, "supervision", "专项督导组成员", _COUNTY),
    ("安宏图", Role.LEADING_GROUP_MEMBER, "leading_group", "领导小组成员", _COUNTY),
    ("柯明", Role.SYSTEM_ADMINISTRATOR, "bureau", "系统管理员", _COUNTY),
)
SHOWN_GROUPS = ("泥井镇青禾村", _NIJING, _COUNTY)
"""One village, its township and the county: enough to walk every paper to its end."""

# The post as it ends a user name: 104003经办.
_SHORT = {
    Role.VILLAGE_CLERK: "经办",
    Role.VILLAGE_HEAD: "书记",
    Role.VILLAGE_COMMITTEE_MEMBER: "两委",
    Role.VILLAGE_SEAL_KEEPER: "印章",
    Role.TOWNSHIP_CLERK: "经办",
    Role.TOWNSHIP_REVIEWER: "审核",
    Role.TOWNSHIP_SEAL_KEEPER: "印章",
}
_VILLAGE_ROLES = (
    Role.VILLAGE_CLERK,
    Role.VILLAGE_HEAD,
    Role.VILLAGE_COMMITTEE_MEMBER,
    Role.VILLAGE_SEAL_KEEPER,
)
_TOWNSHIP_ROLES = (Role.TOWNSHIP_CLERK, Role.TOWNSHIP_REVIEWER, Role.TOWNSHIP_SEAL_KEEPER)
OFFICE_NAMES = (
    "晓东", "文博", "海燕", "丽娟", "志远", "立新", "雅静", "建华", "晓光", "国栋", "佳慧", "永强", "慧敏", "静怡",
    "明辉", "春燕", "立军", "向东", "红梅", "少华", "学军", "庆云", "雪松", "晓琳",
)  # fmt: skip


OTHER_LOGIN = "101001经办、101审核"
"""How everybody else's user name is made, by two examples."""


def demo_logins() -> list[tuple[str, str, str]]:
    """User name, password and office of those introduced by name: one village, one township, the county."""
    return [(name, PASSWORD, _title(title, group)) for name, _, _, title, group in _NAMED if group in SHOWN_GROUPS]


def _title(title: str, group: str) -> str:
    return f"县{title}" if group == _COUNTY else f"{group}{title}"


def officials(seed: int, of: Sequence[Village]) -> list[Official]:
    """Everybody in office: those we have named, then the others, office by office."""
    dice = random.Random(f"officials {seed}")  # noqa: S311 - invented people
    found = []
    for name, role, where, _, group in _NAMED:
        place = village_named(where).code if where.endswith("村") else where
        found.append(Official(name if group in SHOWN_GROUPS else _username(place, role), name, role, place))
    held = {(official.place, official.role) for official in found}
    offices = [
        *((code, role) for code, _, _ in TOWNSHIPS for role in _TOWNSHIP_ROLES),
        *((village.code, role) for village in of for role in _roles_of(village)),
    ]
    for place, role in offices:
        name = _somebody(dice)
        if (place, role) not in held:
            found.append(Official(_username(place, role), name, role, place))
    return found


def _username(place: str, role: Role) -> str:
    return f"{place}{_SHORT[role]}"


def _roles_of(village: Village) -> tuple[Role, ...]:
    return _VILLAGE_ROLES[:-1] if village.clerk_keeps_seal else _VILLAGE_ROLES


def _somebody(dice: random.Random) -> str:
    sex = MAN if dice.random() < 0.6 else WOMAN
    given = dice.choice(OFFICE_NAMES if dice.random() < 0.4 else MEN if sex == MAN else WOMEN)
    return dice.choice(COMMON if dice.random() < 0.5 else SURNAMES) + given
