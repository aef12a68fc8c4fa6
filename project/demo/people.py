"""Who works in the demo county. Every person and village is invented; the townships are the real ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from registry.id_numbers import DEMO_AREA, check_digit
from registry.roles import Role

PASSWORD = "yanshi-2019A"  # noqa: S105 - the demo's public password
SINCE = date(2019, 6, 20)

TOWNSHIPS = (
    ("100", "昌黎镇"),
    ("101", "靖安镇"),
    ("102", "安山镇"),
    ("103", "龙家店镇"),
    ("104", "泥井镇"),
    ("105", "大蒲河镇"),
    ("106", "新集镇"),
    ("107", "刘台庄镇"),
    ("108", "茹荷镇"),
    ("109", "朱各庄镇"),
    ("110", "荒佃庄镇"),
    ("201", "团林乡"),
    ("202", "葛条港乡"),
    ("203", "马坨店乡"),
    ("206", "两山乡"),
    ("207", "十里铺乡"),
)
VILLAGES = (
    "青禾村", "榆荫村", "云杉村", "石磨村", "柳溪村", "枫桥村", "杏坡村", "松岗村", "荷塘村", "梨园村",
    "麦场村", "槐庄村", "桃林村", "竹泉村", "沙堤村", "苇湾村", "稻香村", "葵田村", "棠川村", "栗峪村",
    "芦花村", "桑园村", "枣林村", "鹤滩村", "燕窝村", "雁落村", "鹿鸣村", "鱼塘村", "瓜园村", "豆坊村",
    "油坊村", "磨盘村", "水车村", "石桥村", "木桥村", "长堤村", "短亭村", "高台村", "平川村", "古槐村",
    "新桥村", "旧渡村", "前滩村", "后滩村", "东坡村", "西岭村", "南洼村", "北坎村",
)  # fmt: skip
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
POSTS = (
    (
        "保洁",
        "村内主街、公共厕所和垃圾点的清扫保洁。",
        "路面无垃圾，垃圾日产日清。",
        "每天7时至10时，每周6天。",
        6,
    ),
    ("绿化", "村道两侧树木、花池的浇水修剪。", "缺株及时补，杂草不过膝。", "每天8时至11时，每周5天。", 4),
    ("养路", "村道路肩、边沟的清理和小坑修补。", "边沟畅通，路肩平整。", "每天8时至11时，每周5天。", 4),
    (
        "巡逻员",
        "护林防火和治安巡查，发现情况及时报告。",
        "每天巡查两遍，有记录。",
        "每天14时至18时，每周6天。",
        4,
    ),
)


@dataclass(frozen=True)
class Official:
    """A demo login: its name is also its user name."""

    name: str
    role: Role
    place: str  # code of a department or township, or "<township>/<village>"
    title: str


OFFICIALS = (
    Official("何素琴", Role.VILLAGE_CLERK, "104/青禾村", "泥井镇青禾村经办人"),
    Official("秦守义", Role.VILLAGE_HEAD, "104/青禾村", "泥井镇青禾村党支部书记"),
    Official("贾玉田", Role.VILLAGE_COMMITTEE_MEMBER, "104/青禾村", "泥井镇青禾村两委成员"),
    Official("宋敏", Role.VILLAGE_SEAL_KEEPER, "104/青禾村", "泥井镇青禾村印章管理员"),
    Official("赵秀敏", Role.VILLAGE_CLERK, "104/榆荫村", "泥井镇榆荫村经办人（兼管印章）"),
    Official("韩继成", Role.VILLAGE_HEAD, "104/榆荫村", "泥井镇榆荫村村委会主任"),
    Official("罗晓敏", Role.TOWNSHIP_CLERK, "104", "泥井镇乡镇经办人"),
    Official("林书平", Role.TOWNSHIP_REVIEWER, "104", "泥井镇乡镇审核人"),
    Official("苏文静", Role.TOWNSHIP_REVIEWER, "104", "泥井镇乡镇审核人"),
    Official("沈静", Role.TOWNSHIP_SEAL_KEEPER, "104", "泥井镇印章管理员"),
    Official("孟凡荣", Role.VILLAGE_CLERK, "101/云杉村", "靖安镇云杉村经办人"),
    Official("郝振国", Role.VILLAGE_HEAD, "101/云杉村", "靖安镇云杉村党支部书记"),
    Official("白春兰", Role.VILLAGE_COMMITTEE_MEMBER, "101/云杉村", "靖安镇云杉村两委成员"),
    Official("唐立", Role.VILLAGE_SEAL_KEEPER, "101/云杉村", "靖安镇云杉村印章管理员"),
    Official("邢海涛", Role.TOWNSHIP_CLERK, "101", "靖安镇乡镇经办人"),
    Official("段玉洁", Role.TOWNSHIP_REVIEWER, "101", "靖安镇乡镇审核人"),
    Official("乔建新", Role.TOWNSHIP_SEAL_KEEPER, "101", "靖安镇印章管理员"),
    Official("江月明", Role.EMPLOYMENT_SERVICE_OFFICER, "employment_service", "县就业服务中心经办人"),
    Official("程远", Role.BUREAU_SUPERVISOR, "bureau", "县人社局监督员"),
    Official("陆向阳", Role.POVERTY_OFFICE_OFFICER, "poverty_office", "县扶贫办经办人"),
    Official("杜佳宁", Role.FINANCE_OFFICER, "finance", "县财政局工作人员"),
    Official("阎正平", Role.AUDITOR, "audit", "县审计局工作人员"),
    Official("葛蕾", Role.REPORTER, "womens_federation", "县妇联报送人"),
    Official("石磊", Role.SUPERVISION_MEMBER, "supervision", "专项督导组成员"),
    Official("安宏图", Role.LEADING_GROUP_MEMBER, "leading_group", "领导小组成员"),
    Official("柯明", Role.SYSTEM_ADMINISTRATOR, "bureau", "系统管理员"),
)
# In this village the clerk keeps the seal, too (Organisation.clerk_may_hold_seal).
CLERK_KEEPS_SEAL = ("104/榆荫村",)

SURNAMES = "周孙田孟吕梁陶丁高刘史侯龚万邱贺常温康施"
GIVEN = (
    "桂兰", "保田", "玉福", "照林", "长河", "秀芝", "振海", "广发", "凤霞", "玉琢", "春生", "淑珍", "国庆",
    "艳玲", "德山", "桂荣", "永福", "巧云", "满仓", "雪梅", "大勇", "素芬", "福来", "金花", "铁柱",
)  # fmt: skip


def demo_logins() -> list[tuple[str, str, str]]:
    """User name, password and office of every demo login."""
    return [(official.name, PASSWORD, official.title) for official in OFFICIALS]


def id_number(birth_on: date, sequence: int) -> str:
    """An ID number in the unassigned area 130399; an odd sequence is a man."""
    first = f"{DEMO_AREA}{birth_on:%Y%m%d}{sequence:03d}"
    return first + check_digit(first)


def villages_of(township: str) -> tuple[str, ...]:
    """Three invented villages for each township, never the same twice."""
    index = [code for code, _ in TOWNSHIPS].index(township)
    if township == "104":
        return ("青禾村", "榆荫村", "柳溪村")
    if township == "101":
        return ("云杉村", "石磨村", "枫桥村")
    rest = [v for v in VILLAGES if v not in (*villages_of("104"), *villages_of("101"))]
    return tuple(
        rest[(index * 3) % len(rest) + n] if (index * 3) % len(rest) + n < len(rest) else rest[n] for n in range(3)
    )


@dataclass(frozen=True)
class Applicant:
    """An invented worker of a household of their own."""

    name: str
    born: date
    sequence: int
    category: str

    @property
    def id_number(self) -> str:
        return id_number(self.born, self.sequence)

    @property
    def phone(self) -> str:
        return f"1380335{self.sequence:04d}"[:11]


def applicants() -> Iterator[Applicant]:
    """An endless row of invented people between 25 and 60 years old, every fifth of an edge household."""
    number = 0
    while True:
        surname = SURNAMES[number % len(SURNAMES)]
        given = GIVEN[(number * 7 + number // len(SURNAMES)) % len(GIVEN)]
        born = date(1966 + (number * 3) % 30, 1 + (number * 5) % 12, 1 + (number * 11) % 28)
        category = ("poverty_relieved", "in_poverty", "poverty_relieved", "in_poverty", "edge")[number % 5]
        yield Applicant(f"{surname}{given}", born, 100 + number, category)
        number += 1
