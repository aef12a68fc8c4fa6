"""The kinds of lists: the columns of each, and what the action behind it is told beside the rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django import forms
from django.utils.functional import cached_property

from registry.models import County, Organisation
from registry.policies import Policy
from registry.roles import OrganisationKind, Role
from workflows.core.actions import ACTIONS
from workflows.core.actors import Actor
from workflows.core.plain_forms import PlainForm

Meaning = Callable[["Reading"], Mapping[str, str]]
"""What the words of a column mean to the action: 建档立卡 is a category's code."""


@dataclass(frozen=True)
class Reading:
    """What a table is read against."""

    county: County
    township: Organisation | None
    policy: Policy

    @cached_property
    def villages(self) -> dict[str, str]:
        """Code by name, of the township's villages; a name two of them have means neither."""
        found: dict[str, str] = {}
        twice = set()
        for code, name in Organisation.objects.filter(parent=self.township).values_list("code", "name"):
            twice |= {name} & set(found)
            found[name] = code
        return {name: code for name, code in found.items() if name not in twice}


@dataclass(frozen=True)
class Column:
    key: str
    label: str
    hint: str
    example: str = ""
    required: bool = True
    is_day: bool = False
    width: int = 14
    choices: tuple[str, ...] = ()
    means: Meaning | None = None
    offered: bool = False  # the words it knows are offered in the empty table
    private: bool = False  # masked when the table is shown


class ListForm(PlainForm):
    """The file; the kinds add what they ask beside it."""

    file = forms.FileField(label="填好的表", help_text="Excel、WPS的.xlsx，或者.csv；只读第一张工作表。")


class HouseholdsForm(ListForm):
    listed_on = forms.DateField(label="名单日期", help_text="这份建档立卡、边缘户名单是哪一天的。")


class OfficialsForm(ListForm):
    from_on = forms.DateField(label="任职开始日期", help_text="从这天起可以登录办理。")
    password = forms.CharField(
        label="第一次登录的密码", max_length=128, help_text="名单里的人都用它登录第一次，马上要改成自己的。"
    )


class ServiceForm(ListForm):
    kept_from = forms.DateField(
        label="考勤从哪天起在本系统记",
        help_text="一般是某个月的1日。这一天以前的考勤和补贴仍按纸上的，本系统不再开表、不再发。",
    )


class OrganisationsForm(ListForm):
    opened_on = forms.DateField(label="设立日期", help_text="早就有的单位，写开始使用本系统以前的日期。")


@dataclass(frozen=True)
class Kind:
    """One kind of list. `of_township`: its rows belong to one township, which the act is about."""

    slug: str
    action: str
    title: str
    says: str
    columns: tuple[Column, ...]
    form: type[ListForm] = ListForm
    of_township: bool = True
    counted: Mapping[str, str] = field(default_factory=dict)

    @property
    def roles(self) -> tuple[str, ...]:
        return ACTIONS[self.action].roles


def _categories(reading: Reading) -> Mapping[str, str]:
    return {category.name: category.code for category in reading.policy.categories}


def _villages(reading: Reading) -> Mapping[str, str]:
    return reading.villages


def _roles(reading: Reading) -> Mapping[str, str]:
    return {label: value for value, label in Role.choices}


def _kinds(reading: Reading) -> Mapping[str, str]:
    return {label: value for value, label in OrganisationKind.choices} | {"乡镇": OrganisationKind.TOWNSHIP.value}


_VILLAGE = Column(
    "village", "行政村", "村名，如“青禾村”；本乡镇有两个同名的村时写村的代码。", "青禾村", means=_villages
)
_ID = Column("id_number", "身份证号", "18位；这一列是“文本”格式。", "130399197501010011", width=22, private=True)

KINDS = (
    Kind(
        "organisations",
        "registry.import_organisations",
        "单位名单",
        "乡镇（区、管委）、行政村和县直部门。全称和印章名称按县里的习惯写成，特别的导入后在“单位”里改。",
        (
            Column("code", "代码", "本县里不重复的代码，如乡镇101、村101001。", "104001"),
            Column("name", "名称", "不带县名、乡镇名。", "青禾村", width=20),
            Column("kind", "类别", "乡镇（区、管委）、行政村或者县直部门。", "行政村", width=18,
                   choices=tuple(OrganisationKind.labels), means=_kinds),
            Column("parent", "所属乡镇代码", "只有行政村填。", "104", required=False),
            Column(
                "clerk_seal",
                "村经办人代管印章",
                "村里经办人也能盖村章的写“是”，每次用印都会注明。",
                required=False,
                width=20,
                choices=("是",),
            ),
        ),
        OrganisationsForm,
        of_township=False,
        counted={"founded": "个单位"},
    ),
    Kind(
        "officials",
        "registry.import_officials",
        "人员任职名单",
        "登录用户和任职。同一个人有几个岗位，写几行，用户名相同。",
        (
            Column("username", "用户名", "登录用，不重复；可以用姓名。", "何素琴"),
            Column("name", "姓名", "印在文书上的姓名。", "何素琴"),
            Column("organisation", "单位代码", "单位的代码。", "104001"),
            Column("role", "岗位身份", "从列出的里面选。", "村经办人", choices=tuple(Role.labels), means=_roles),
        ),
        OfficialsForm,
        of_township=False,
        counted={"people": "名用户", "appointments": "个任职"},
    ),
    Kind(
        "posts",
        "employment.import_posts",
        "岗位名单",
        "使用本系统以前已经核定的岗位。以后新设的岗位在“岗位”里申报、核定。",
        (
            _VILLAGE,
            Column("type_name", "岗位", "岗位名称。", "保洁"),
            Column("duties", "职责范围", "做什么。", "村内主街和广场清扫", width=40),
            Column("standard", "工作标准", "做到什么样。", "路面无垃圾，每天清运", width=30),
            Column("hours", "工作时间", "什么时候做。", "每天7时至10时，每周6天", width=30),
            Column("places", "人数", "可以同时安置几个人。", "2"),
            Column("near", "就近安置", "离住处多远。", "本村", required=False),
        ),
        counted={"posts": "个岗位", "places": "个名额"},
    ),
    Kind(
        "households",
        "registry.import_households",
        "建档立卡、边缘户名单",
        "每个有劳动能力的人一行，同一户的户主写得一样。导入以后，村里就能替他们申请。",
        (
            _VILLAGE,
            Column("head_name", "户主姓名", "户主是本人的也要写。", "田有福"),
            replace(_ID, key="head_id_number", label="户主身份证号", example="130399195203040012"),
            Column("category", "人员类别", "已脱贫、未脱贫或者边缘户。", "已脱贫", means=_categories, offered=True),
            Column("name", "姓名", "劳动者本人的姓名。", "田红霞"),
            _ID,
            Column("phone", "联系电话", "手机或者固定电话。", "13900000000", required=False, width=16, private=True),
            Column("address", "家庭住址", "写到组。", "青禾村2组", width=26),
            Column("health", "健康状况", "如“健康”。", "健康", required=False),
            Column("work_ability", "劳动能力", "如“普通劳动力”“弱劳动力”。", "弱劳动力", required=False),
            Column("skills", "技能特长", "会做什么。", "会做饭", required=False),
        ),
        HouseholdsForm,
        counted={"households": "户", "people": "人"},
    ),
    Kind(
        "service",
        "employment.import_service",
        "在岗经历名单",
        "使用本系统以前的每一段上岗，正在岗的和已离岗的都要有：《办法》第十条累计三年，都算。"
        "正在岗的写上纸质用工协议的起止日期，从那以后考勤、薪酬、续签都接着办；没有写的，考勤表里没有这个人。",
        (
            Column("name", "姓名", "只用来核对。", "田红霞", required=False),
            _ID,
            Column("post", "岗位", "岗位名称，已离岗的可以空着。", "保洁", required=False),
            Column("start_on", "上岗日期", "这一段的第一天。", "2019-07-01", is_day=True),
            Column("end_on", "离岗日期", "这一段的最后一天；还在岗的空着。", "", required=False, is_day=True),
            Column("agreed_from", "现行协议开始日期", "还在岗的填：手里这份协议从哪天起。", "2020-07-01",
                   required=False, is_day=True, width=18),
            Column("agreed_until", "现行协议终止日期", "还在岗的填：到哪天止。", "2021-06-30",
                   required=False, is_day=True, width=18),
        ),
        ServiceForm,
        counted={"stretches": "段经历", "running": "人还在岗", "agreements": "份现行协议"},
    ),
)  # fmt: skip
BY_SLUG = {kind.slug: kind for kind in KINDS}


def kinds_of(actor: Actor) -> list[Kind]:
    """Which lists this person may take in."""
    return [kind for kind in KINDS if actor.holds(kind.roles) is not None]


def may_take_in(actor: Actor) -> bool:
    return bool(kinds_of(actor))


def meant(kind: Kind, rows: list[dict[str, str]], reading: Reading) -> list[dict[str, Any]]:
    """The rows with every word a column knows put as the action says it; an unknown word stays, the action names it."""
    means = {column.key: column.means(reading) for column in kind.columns if column.means is not None}
    return [{key: means[key].get(text, text) if key in means else text for key, text in row.items()} for row in rows]
