"""请假、销假的条件：写明事由和起止日期，在协议期内，不倒签、不重叠；谁填的谁不批；返岗的那天销假。"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from workflows.core.guards import Guard, GuardsOn, chinese
from workflows.core.refusals import Refusal

ARTICLE_4, ARTICLE_10, ARTICLE_14 = "《办法》第四条", "《办法》第十条", "《办法》第十四条"
SHORTEST_REASON = 4


@dataclass(frozen=True)
class LeaveFacts:
    """Everything the rules may ask about one leave on one day.

    `asked_on`: when the worker signed (today until then); `works_until`: the last day on the post as agreed;
    `overlapping`: another leave's days, in words.
    """

    on: date
    name: str
    at_work: bool
    reason: str
    first_on: date | None
    last_on: date | None
    asked_on: date
    works_from: date
    works_until: date
    overlapping: str = ""
    actor_applied: bool = False
    back_on: date | None = None


guard = GuardsOn(LeaveFacts)
LeaveGuard = Guard[LeaveFacts]


@guard(title="在岗人员", basis=ARTICLE_4, says=lambda f: f"{f.name}在岗。")
def asks_while_at_work(facts: LeaveFacts) -> Refusal | None:
    if not facts.at_work:
        return Refusal("not_at_work", f"不能请假：{facts.name}现在不在岗。", ARTICLE_4)
    return None


@guard(title="请假事由", basis=ARTICLE_4, says=lambda f: "写明了事由。")
def says_why(facts: LeaveFacts) -> Refusal | None:
    if len(facts.reason.strip()) < SHORTEST_REASON:
        return Refusal("no_reason", "请写清楚为什么请假。", ARTICLE_4, "reason")
    return None


@guard(title="起止日期", basis=ARTICLE_4, says=lambda f: "从申请的当天或以后开始。")
def leave_has_dates(facts: LeaveFacts) -> Refusal | None:
    """停岗先请假：已经过去的日子按实记在考勤表上，不补假条。"""
    if facts.first_on is None or facts.last_on is None:
        return Refusal("no_dates", "请填写请假开始和截止日期。", ARTICLE_4, "first_on")
    if facts.last_on < facts.first_on:
        return Refusal("ends_before_start", "请核对日期：请假截止不能早于开始。", ARTICLE_4, "last_on")
    if facts.first_on < facts.asked_on:
        return Refusal(
            "starts_in_the_past",
            f"请把请假开始改到{chinese(facts.asked_on)}或以后：请假不能倒签，以前的日子按实记在考勤表上。",
            ARTICLE_14,
            "first_on",
        )
    return None


@guard(title="在协议期内", basis=ARTICLE_10, says=lambda f: f"在岗到{chinese(f.works_until)}，请假在这以前。")
def leave_within_agreement(facts: LeaveFacts) -> Refusal | None:
    if facts.first_on is not None and facts.first_on < facts.works_from:
        day = chinese(facts.works_from)
        return Refusal("before_start", f"请把请假开始改到{day}或以后：{day}才上岗。", ARTICLE_10, "first_on")
    if facts.last_on is not None and facts.last_on > facts.works_until:
        day = chinese(facts.works_until)
        return Refusal("after_the_end", f"请把请假截止改到{day}或以前：在岗到这一天为止。", ARTICLE_10, "last_on")
    return None


@guard(title="不重叠", basis=ARTICLE_4, says=lambda f: "这些天没有另一张请假单。")
def leaves_do_not_overlap(facts: LeaveFacts) -> Refusal | None:
    if facts.overlapping:
        return Refusal("overlaps", f"请核对日期：{facts.name}{facts.overlapping}已经请假。", ARTICLE_4, "first_on")
    return None


@guard(title="谁填的谁不批", basis=ARTICLE_14, says=lambda f: "填单人和批准人不是同一人。")
def leave_not_own_submission(facts: LeaveFacts) -> Refusal | None:
    if facts.actor_applied:
        return Refusal("own_submission", "请由别人批准：这张请假单是您填的，您不能自己批准。", ARTICLE_14)
    return None


@guard(title="返岗日期", basis=ARTICLE_4, says=lambda f: f"{chinese(f.back_on)}返岗。" if f.back_on else "")
def came_back_on_a_day_that_was(facts: LeaveFacts) -> Refusal | None:
    """返岗的那天不早于请假开始，不晚于今天；还没有开始的，返岗日期写请假开始的那天，就是没有休。"""
    if facts.back_on is None:
        return Refusal("no_day", "请填写返岗日期。", ARTICLE_4, "back_on")
    if facts.first_on is not None and facts.back_on < facts.first_on:
        day = chinese(facts.first_on)
        return Refusal("before_leave", f"请核对返岗日期：{day}才开始请假；不休了的，写{day}。", ARTICLE_4, "back_on")
    latest = max(facts.on, facts.first_on) if facts.first_on is not None else facts.on
    if facts.back_on > latest:
        return Refusal("in_the_future", "请等本人返岗那天再销假：还没有到这一天。", ARTICLE_14, "back_on")
    return None


APPLYING: tuple[LeaveGuard, ...] = (
    asks_while_at_work,
    says_why,
    leave_has_dates,
    leave_within_agreement,
    leaves_do_not_overlap,
)
APPROVING: tuple[LeaveGuard, ...] = (*APPLYING, leave_not_own_submission)
RETURNING: tuple[LeaveGuard, ...] = (came_back_on_a_day_that_was,)
