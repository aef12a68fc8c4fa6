"""A policy set as one typed, frozen value, and the reading of it from a TOML file or a database row.

Every number, name and switch that a higher policy may replace (第十一条, 第十六条) stands here only.
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, cast

AgeBoundary = Literal["birthday_inclusive", "day_before"]
PartialMonth = Literal["full", "by_attendance"]
PartyA = Literal["township", "village"]
CategoryGroup = Literal["registered", "edge"]

_SHIPPED = Path(__file__).resolve().parent / "policy_sets"


class PolicyError(ValueError):
    """A policy set that can't be used; the message is a Chinese sentence that names the parameter."""


@dataclass(frozen=True)
class Stipend:
    category: str
    from_on: date
    yuan_per_month: int


@dataclass(frozen=True)
class Category:
    """人员类别 as printed on 附件5; group "registered" is 建档立卡, "edge" counts against the quota."""

    code: str
    name: str
    group: CategoryGroup


@dataclass(frozen=True)
class PublicNotice:
    enabled: bool
    days: int


@dataclass(frozen=True)
class Policy:
    """All parameters in force on a day. Amounts in whole yuan, terms in months, step_days in working days."""

    set_id: int | None
    effective_on: date
    document_number: str
    title: str
    county_name: str
    min_age: int
    max_age: int
    age_boundary: AgeBoundary
    max_tenure_months: int
    agreement_max_months: int
    stipends: tuple[Stipend, ...]
    partial_month: PartialMonth
    edge_household_quota: int
    edge_household_quota_soft: bool
    ledger_due_day: int
    training_allowance_cap: int
    reminder_days: tuple[int, ...]
    public_notice: PublicNotice
    categories: tuple[Category, ...]
    group_names: Mapping[str, str]
    organisation_names: Mapping[str, str]
    post_types: tuple[str, ...]
    party_a: PartyA
    step_days: Mapping[str, int]

    @property
    def reference(self) -> str:
        """How a decision names the set it used, e.g. "2019-06-20 昌黎县2019年度就业扶贫工作实施方案"."""
        return f"{self.effective_on.isoformat()} {self.document_number}"

    def category(self, code: str) -> Category:
        """Raises PolicyError when the set does not know the category."""
        for category in self.categories:
            if category.code == code:
                return category
        raise PolicyError(f"政策参数（{self.reference}）里没有人员类别“{code}”。")

    def counts_as_registered(self, code: str) -> bool:
        """Whether the category counts as 建档立卡; an unknown one does not."""
        return any(category.code == code and category.group == "registered" for category in self.categories)

    def counts_as_edge(self, code: str) -> bool:
        """Whether the category counts against the household quota（三（二）4）; an unknown one does not."""
        return any(category.code == code and category.group == "edge" for category in self.categories)

    def stipend(self, category: str, on: date) -> int:
        """Yuan per month for a category on a day. Raises PolicyError when the table has no row for it."""
        rows = [row for row in self.stipends if row.category == category and row.from_on <= on]
        if not rows:
            raise PolicyError(f"补贴标准表里没有“{category}”在{_spoken(on)}的标准，请先补上政策参数。")
        return max(rows, key=lambda row: row.from_on).yuan_per_month


def parse_policy(
    parameters: Mapping[str, Any],
    *,
    effective_on: date,
    document_number: str,
    title: str,
    set_id: int | None = None,
) -> Policy:
    """The typed policy of a parameters mapping (TOML or JSON: dates may be ISO text).

    Raises PolicyError that names the first parameter that is missing, unknown or nonsense.
    """
    read = _Reader(parameters)
    categories = tuple(_category(row) for row in read.rows("categories"))
    policy = Policy(
        set_id=set_id,
        effective_on=effective_on,
        document_number=document_number,
        title=title,
        county_name=read.text("county_name"),
        min_age=read.number("min_age", 14, 100),
        max_age=read.number("max_age", 14, 130),
        age_boundary=cast("AgeBoundary", read.choice("age_boundary", "birthday_inclusive", "day_before")),
        max_tenure_months=read.number("max_tenure_months", 1, 600),
        agreement_max_months=read.number("agreement_max_months", 1, 600),
        stipends=tuple(_stipend(row) for row in read.rows("stipends")),
        partial_month=cast("PartialMonth", read.choice("partial_month", "full", "by_attendance")),
        edge_household_quota=read.number("edge_household_quota", 0, 10_000),
        edge_household_quota_soft=read.switch("edge_household_quota_soft"),
        ledger_due_day=read.number("ledger_due_day", 1, 28),
        training_allowance_cap=read.number("training_allowance_cap", 0, 100_000),
        reminder_days=tuple(read.numbers("reminder_days", 1, 366)),
        public_notice=_public_notice(read.table("public_notice")),
        categories=categories,
        group_names=read.names("group_names"),
        organisation_names=read.names("organisation_names"),
        post_types=tuple(read.texts("post_types")),
        party_a=cast("PartyA", read.choice("party_a", "township", "village")),
        # A set that was stored before a step existed says nothing of it: the shipped term holds until the next set.
        step_days={**_shipped_step_days(), **read.days("step_days")},
    )
    read.refuse_unknown()
    _refuse_contradictions(policy)
    return policy


def _refuse_contradictions(policy: Policy) -> None:
    if policy.min_age > policy.max_age:
        raise PolicyError("min_age（最低年龄）不能大于 max_age（最高年龄）。")
    if policy.agreement_max_months > policy.max_tenure_months:
        raise PolicyError("agreement_max_months（协议期限）不能长于 max_tenure_months（累计期限）。")
    codes = [category.code for category in policy.categories]
    if len(set(codes)) != len(codes):
        raise PolicyError("categories（人员类别）里有重复的代码。")
    if {category.group for category in policy.categories} - set(policy.group_names):
        raise PolicyError("group_names 要写明 categories 里每一组的名称。")
    if list(policy.reminder_days) != sorted(set(policy.reminder_days), reverse=True):
        raise PolicyError("reminder_days（提醒天数）要从多到少，不能重复。")
    for stipend in policy.stipends:
        if stipend.category not in codes:
            raise PolicyError(f"stipends（补贴标准）里的“{stipend.category}”不在 categories（人员类别）里。")
    pairs = [(stipend.category, stipend.from_on) for stipend in policy.stipends]
    if len(set(pairs)) != len(pairs):
        raise PolicyError("stipends（补贴标准）里同一类别同一天有两个标准。")
    for code in codes:
        if not any(stipend.category == code for stipend in policy.stipends):
            raise PolicyError(f"stipends（补贴标准）里缺少“{code}”的标准。")


@lru_cache(maxsize=1)
def shipped_2019() -> Policy:
    """The set shipped with the programme, effective 2019-06-20; set_id is None."""
    source = shipped_2019_source()
    return parse_policy(
        source["parameters"],
        effective_on=source["effective_on"],
        document_number=source["document_number"],
        title=source["title"],
    )


@lru_cache(maxsize=1)
def _shipped_step_days() -> Mapping[str, int]:
    days: Mapping[str, int] = shipped_2019_source()["parameters"]["step_days"]
    return days


def shipped_2019_source() -> dict[str, Any]:
    """The shipped file as it stands: title, document_number, effective_on, approved_by, parameters."""
    return tomllib.loads((_SHIPPED / "changli_2019.toml").read_text(encoding="utf-8"))


def jsonable(value: Any) -> Any:
    """Parameters of a TOML file with dates as ISO text, ready for a JSON column."""
    if isinstance(value, Mapping):
        return {key: jsonable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [jsonable(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


def _spoken(on: date) -> str:
    return f"{on.year}年{on.month}月{on.day}日"


def _category(row: "_Reader") -> Category:
    group = cast("CategoryGroup", row.choice("group", "registered", "edge"))
    category = Category(row.text("code"), row.text("name"), group)
    row.refuse_unknown()
    return category


def _stipend(row: "_Reader") -> Stipend:
    stipend = Stipend(row.text("category"), row.day("from_on"), row.number("yuan_per_month", 1, 100_000))
    row.refuse_unknown()
    return stipend


def _public_notice(row: "_Reader") -> PublicNotice:
    notice = PublicNotice(row.switch("enabled"), row.number("days", 1, 60))
    row.refuse_unknown()
    return notice


class _Reader:
    """Takes parameters out of a mapping one by one, each with its Chinese refusal."""

    def __init__(self, values: Any, path: str = "") -> None:
        if not isinstance(values, Mapping):
            raise PolicyError(f"政策参数 {path.rstrip('.') or '全体'} 应为一组“名称=值”。")
        self._values, self._path, self._taken = values, path, set[str]()

    def _take(self, name: str, kind: str, fits: Callable[[Any], bool]) -> Any:
        if name not in self._values:
            raise PolicyError(f"缺少政策参数 {self._path}{name}。")
        self._taken.add(name)
        value = self._values[name]
        if not fits(value):
            raise PolicyError(f"政策参数 {self._path}{name} 应为{kind}，现在是“{value}”。")
        return value

    def text(self, name: str) -> str:
        return str(self._take(name, "文字", _is_text))

    def switch(self, name: str) -> bool:
        return bool(self._take(name, "是或否", lambda value: isinstance(value, bool)))

    def number(self, name: str, least: int, most: int) -> int:
        return int(self._take(name, f"{least}至{most}的整数", lambda value: _is_number(value, least, most)))

    def numbers(self, name: str, least: int, most: int) -> list[int]:
        return list(
            self._take(
                name,
                f"{least}至{most}的整数的列表",
                lambda value: _is_list(value) and all(_is_number(item, least, most) for item in value),
            )
        )

    def texts(self, name: str) -> list[str]:
        return list(
            self._take(
                name,
                "不重复的文字的列表",
                lambda value: _is_list(value) and all(map(_is_text, value)) and len(set(value)) == len(value),
            )
        )

    def choice(self, name: str, *choices: str) -> str:
        return str(self._take(name, "、".join(choices) + "之一", lambda value: value in choices))

    def day(self, name: str) -> date:
        value = self._take(name, "日期（例如2019-06-20）", _is_day)
        return date.fromisoformat(value) if isinstance(value, str) else cast("date", value)

    def table(self, name: str) -> "_Reader":
        return _Reader(
            self._take(name, "一组“名称=值”", lambda value: isinstance(value, Mapping)),
            f"{self._path}{name}.",
        )

    def rows(self, name: str) -> list["_Reader"]:
        rows = self._take(name, "至少一行的表", _is_list)
        return [_Reader(row, f"{self._path}{name}[{number}].") for number, row in enumerate(rows, start=1)]

    def names(self, name: str) -> dict[str, str]:
        table = self.table(name)
        return {key: table.text(key) for key in table._values}

    def days(self, name: str) -> dict[str, int]:
        table = self.table(name)
        return {key: table.number(key, 1, 366) for key in table._values}

    def refuse_unknown(self) -> None:
        unknown = sorted(set(self._values) - self._taken)
        if unknown:
            raise PolicyError(f"不认识的政策参数：{'、'.join(self._path + name for name in unknown)}。")


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_number(value: Any, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _is_list(value: Any) -> bool:
    return isinstance(value, list) and bool(value)


def _is_day(value: Any) -> bool:
    if isinstance(value, str):
        try:
            date.fromisoformat(value)
        except ValueError:
            return False
        return True
    return type(value) is date
