"""考勤表可以交签、报送、审核的条件。"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from workflows.core.guards import Guard, GuardsOn, chinese
from workflows.core.refusals import Refusal

from . import days

ARTICLE_4, ARTICLE_10, ARTICLE_14 = "《办法》第四条", "《办法》第十条", "《办法》第十四条"


@dataclass(frozen=True)
class RowFacts:
    """One worker's row: what is marked, and what the records say of each day (`fresh`, see days.blank)."""

    key: int
    name: str
    marks: str
    fresh: str
    signed: bool = False


@dataclass(frozen=True)
class SheetFacts:
    """Everything the rules may ask about one sheet on one day."""

    on: date
    month: date
    rows: tuple[RowFacts, ...]
    actor_prepared: bool = False
    actor_signed: bool = False
    signers: tuple[str, ...] = ()  # of the village: head and member, as far as they have signed


guard = GuardsOn(SheetFacts)
SheetGuard = Guard[SheetFacts]


def _names(rows: list[RowFacts]) -> str:
    shown = "、".join(row.name for row in rows[:3])
    return f"{shown}等{len(rows)}人" if len(rows) > 3 else shown


@guard(title="在岗人员", basis=ARTICLE_4, says=lambda f: f"本月{len(f.rows)}人在岗。")
def has_workers(facts: SheetFacts) -> Refusal | None:
    """一个人也没有的村，不用报表。"""
    if not facts.rows:
        return Refusal("no_workers", "这个月本村没有人在协议期内，不用填考勤表，请作废这张表。", ARTICLE_4)
    return None


@guard(title="只在协议期内", basis=ARTICLE_10, says=lambda f: "每个人只记协议期内的日子，停岗的日子按记录。")
def within_agreement(facts: SheetFacts) -> Refusal | None:
    """第十条：累计不超过3年、年满65周岁停止；协议以外的日子不算考勤。"""
    for row in facts.rows:
        if len(row.marks) != len(row.fresh):
            return Refusal("outside", f"请重新填{row.name}这一行：天数和月份不符。", ARTICLE_10, f"row_{row.key}")
        for number, (mark, fresh) in enumerate(zip(row.marks, row.fresh, strict=True), 1):
            day = chinese(facts.month.replace(day=number))
            if fresh == days.OUTSIDE and mark != days.OUTSIDE:
                message = f"请去掉{row.name}{day}的记录：这一天不在用工协议期内。"
                return Refusal("outside", message, ARTICLE_10, f"row_{row.key}")
            if fresh == days.ON_LEAVE and mark != days.ON_LEAVE:
                message = f"请去掉{row.name}{day}的记录：这一天按记录停岗，不能记出勤。"
                return Refusal("on_leave", message, ARTICLE_4, f"row_{row.key}")
            if mark in days.FIXED and fresh not in days.FIXED:
                message = f"请补上{row.name}{day}的记录：这一天在用工协议期内。"
                return Refusal("inside", message, ARTICLE_10, f"row_{row.key}")
    return None


@guard(title="不记没到的日子", basis=ARTICLE_14, says=lambda f: "没有记今天以后的日子。")
def no_future_day(facts: SheetFacts) -> Refusal | None:
    """第十四条：弄虚作假。没有到的日子谁也没有出勤。"""
    written = (*days.CHOICES[:1], *days.CHOICES[2:])
    for row in facts.rows:
        for number, mark in enumerate(row.marks, 1):
            day = facts.month.replace(day=number)
            if day > facts.on and mark in written:
                message = f"请去掉{row.name}{chinese(day)}的记录：这一天还没有到。"
                return Refusal("future", message, ARTICLE_14, f"row_{row.key}")
    return None


@guard(title="月份已过完", basis=ARTICLE_4, says=lambda f: f"{days.spoken(f.month)}已经过完。")
def month_is_over(facts: SheetFacts) -> Refusal | None:
    end = days.last_day(facts.month)
    if facts.on < end:
        return Refusal("not_over", f"请等到{chinese(end)}再交签：这个月还没有过完，平时可以先填、先保存。", ARTICLE_4)
    return None


@guard(title="每天都有记录", basis=ARTICLE_4, says=lambda f: "协议期内的每一天都有记录。")
def every_day_is_marked(facts: SheetFacts) -> Refusal | None:
    missing = [row for row in facts.rows if days.OPEN in row.marks]
    if missing:
        message = f"请补全{_names(missing)}没有记录的日子；整月出勤的，点这一行的“整行出勤”。"
        return Refusal("undecided", message, ARTICLE_4, f"row_{missing[0].key}")
    return None


@guard(title="本人签字", basis=ARTICLE_4, says=lambda f: f"{len(f.rows)}名劳动者都已签字。")
def signed_by_workers(facts: SheetFacts) -> Refusal | None:
    """第四条第2项：劳动者本人签字。"""
    missing = [row for row in facts.rows if not row.signed]
    if missing:
        message = f"请{_names(missing)}本人签字；不会写字的按手印，由一名见证人在旁。"
        return Refusal("unsigned", message, ARTICLE_4, f"ink_{missing[0].key}")
    return None


@guard(title="村里两人签字", basis=ARTICLE_4, says=lambda f: f"{'、'.join(f.signers)}已签字，是两个人。")
def signed_by_village(facts: SheetFacts) -> Refusal | None:
    """第四条第2项：村支部书记（或村委会主任）、一名村两委班子成员签字，是不同的人。"""
    if len(facts.signers) < 2 or len(set(facts.signers)) < 2:
        return Refusal("unsigned", "请村支部书记（或村委会主任）和一名两委成员都签字，要是两个人。", ARTICLE_4)
    return None


@guard(title="谁填报谁不审核", basis=ARTICLE_14, says=lambda f: "填表、签字的人和审核人不是同一人。")
def audited_by_somebody_else(facts: SheetFacts) -> Refusal | None:
    """Nobody audits what they prepared or signed in the village."""
    if facts.actor_prepared or facts.actor_signed:
        return Refusal("own_submission", "请由别人审核：这张表是您填报或者签字的，您不能自己审核。", ARTICLE_14)
    return None


WRITING: tuple[SheetGuard, ...] = (within_agreement, no_future_day)
SUBMISSION: tuple[SheetGuard, ...] = (has_workers, *WRITING, month_is_over, every_day_is_marked)
REPORT: tuple[SheetGuard, ...] = (has_workers, *WRITING, every_day_is_marked, signed_by_workers, signed_by_village)
AUDIT: tuple[SheetGuard, ...] = (*REPORT, audited_by_somebody_else)
