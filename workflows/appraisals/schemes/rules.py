"""年度考核方案可以印发的条件（《办法》第六条、第七条）。"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from workflows.core.guards import Guard, GuardsOn
from workflows.core.refusals import Refusal

from ..scheme_models import CRITERIA, FULL_POINTS, TEXTS

LABELS = {
    "subjects": "考核对象",
    "grades": "等次和标准",
    "procedure": "考核程序",
    "organisation": "组织实施",
    "timetable": "时间安排",
}
SHORTEST = 4


@dataclass(frozen=True)
class SchemeFacts:
    """Everything the rules may ask about one scheme."""

    on: date
    year: int
    points: Mapping[str, int]
    learning_target: int
    pass_mark: int
    texts: Mapping[str, str]
    actor_submitted: bool = False


guard = GuardsOn(SchemeFacts)
SchemeGuard = Guard[SchemeFacts]


@guard(title="分值", basis="《办法》第六条", says=lambda f: f"合计{FULL_POINTS}分。")
def points_come_to_a_hundred(facts: SchemeFacts) -> Refusal | None:
    """公平、公正、公开：每项多少分事先写明。"""
    total = sum(facts.points.values())
    if total != FULL_POINTS:
        return Refusal(
            "points_do_not_add_up",
            f"请核对分值：各项合计应为{FULL_POINTS}分，现在是{total}分。",
            "《办法》第六条",
            "attendance_points",
        )
    return None


@guard(title="日常考核和意见", basis="《办法》第八条", says=lambda f: "日常情况、干部群众意见都有分值。")
def daily_work_and_opinions_count(facts: SchemeFacts) -> Refusal | None:
    """年终考核结果要参考日常考核情况，充分听取村组干部、普通群众的意见。"""
    missing = [code for code in ("tasks", "opinions") if not facts.points.get(code)]
    if missing:
        named = "、".join(CRITERIA[code][0] for code in missing)
        return Refusal(
            "nothing_for_daily_work",
            f"请给{named}定分值：考核结果要参考日常考核情况，听取干部群众意见。",
            "《办法》第八条",
            f"{missing[0]}_points",
        )
    return None


@guard(title="学习次数", basis="《办法》第四条第1项", says=lambda f: f"全年应参加{f.learning_target}次。")
def learning_has_its_target(facts: SchemeFacts) -> Refusal | None:
    if facts.points.get("learning") and facts.learning_target < 1:
        return Refusal("no_target", "请写明全年应参加几次学习：学习有分值。", "《办法》第四条第1项", "learning_target")
    return None


@guard(title="合格分数线", basis="《办法》第九条", says=lambda f: f"{f.pass_mark}分及以上为合格。")
def pass_mark_is_set(facts: SchemeFacts) -> Refusal | None:
    """合格的续签，不合格的终止：线在哪里要事先写明。"""
    if not 1 <= facts.pass_mark <= FULL_POINTS:
        return Refusal("no_pass_mark", f"请填写合格分数线，1至{FULL_POINTS}分。", "《办法》第九条", "pass_mark")
    return None


@guard(title="方案内容", basis="《办法》第七条", says=lambda f: "对象、标准、程序、组织、时间都已写明。")
def every_part_is_written(facts: SchemeFacts) -> Refusal | None:
    """具体考核方案由各乡镇制定，各行政村负责具体组织实施。"""
    missing = [name for name in TEXTS if len(facts.texts.get(name, "").strip()) < SHORTEST]
    if missing:
        named = "、".join(LABELS[name] for name in missing)
        return Refusal("not_written", f"请写清楚{named}。", "《办法》第七条", missing[0])
    return None


scheme_reviewer_is_another = guard.done_by_another(
    "scheme_reviewer_is_another",
    title="拟稿人和审核人不是同一人",
    mine=lambda f: f.actor_submitted,
    asks="请由别人审核：这份方案是您拟的。",
)


CONTENT: tuple[SchemeGuard, ...] = (
    points_come_to_a_hundred,
    daily_work_and_opinions_count,
    learning_has_its_target,
    pass_mark_is_set,
    every_part_is_written,
)
REVIEW: tuple[SchemeGuard, ...] = (*CONTENT, scheme_reviewer_is_another)
