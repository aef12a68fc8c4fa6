"""检查的条件：抽签有种子、可重抽；检查完毕逐项有结论。"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from workflows.core.guards import Guard, GuardsOn
from workflows.core.refusals import Refusal

from ..models import InspectionKind


@dataclass(frozen=True)
class CheckFacts:
    """Everything the rules may ask about one inspection on one day."""

    on: date
    kind: str
    title: str = ""
    seed: str = ""
    number: int = 0
    population: int = 0
    unfinished: tuple[str, ...] = ()
    uncorrected: tuple[str, ...] = ()
    conclusion: str = ""
    place: str = ""
    inspected_on: date | None = None


guard = GuardsOn(CheckFacts)
CheckGuard = Guard[CheckFacts]


@guard(title="有名称、有对象", basis="《办法》第十二条", says=lambda f: f"{f.population}个对象。")
def has_something_to_check(facts: CheckFacts) -> Refusal | None:
    """不定期地开展工作督查。"""
    if len(facts.title.strip()) < 4:
        return Refusal("no_title", "请写明督查名称。", "《办法》第十二条", "title")
    if facts.population < 1:
        return Refusal("nobody", "请换一个范围：这里没有可以检查的对象。", "《办法》第十二条", "village")
    return None


@guard(title="随机抽取", basis="《办法》第十四条", says=lambda f: f"种子“{f.seed}”，抽{f.number}人。")
def draw_is_repeatable(facts: CheckFacts) -> Refusal | None:
    """县人社局将定期不定期、随机开展工作督查：抽签的种子记录在案，谁都能重抽。"""
    if facts.kind != InspectionKind.RANDOM:
        return None
    if len(facts.seed.strip()) < 4:
        return Refusal(
            "no_seed", "请写明抽签种子（如当日开奖号码、现场报的数），不少于4个字。", "《办法》第十四条", "seed"
        )
    if not 1 <= facts.number <= facts.population:
        return Refusal("wrong_number", f"请把抽查人数写成1至{facts.population}。", "《办法》第十四条", "number")
    return None


@guard(title="逐项有结论", basis="《办法》第十二条", says=lambda f: "每一项都写了发现情况和结论。")
def every_item_is_settled(facts: CheckFacts) -> Refusal | None:
    if facts.unfinished:
        names = "、".join(facts.unfinished[:3])
        said = f"请写完每一项的发现情况和结论：还有{names}等{len(facts.unfinished)}项。"
        return Refusal("unfinished", said, "《办法》第十二条")
    return None


@guard(title="即查即改", basis="《方案》四（三）", says=lambda f: "发现的问题都写了怎样改。")
def problems_are_corrected(facts: CheckFacts) -> Refusal | None:
    """对检查中发现的问题即查即改。"""
    if facts.kind == InspectionKind.LOOK_BACK and facts.uncorrected:
        names = "、".join(facts.uncorrected[:3])
        return Refusal("uncorrected", f"请写明怎样改的：{names}有问题，没有写即改情况。", "《方案》四（三）")
    return None


@guard(title="督查结论", basis="《办法》第十二条", says=lambda f: "已写明。")
def says_the_conclusion(facts: CheckFacts) -> Refusal | None:
    if len(facts.conclusion.strip()) < 4:
        return Refusal("no_conclusion", "请写明督查结论。", "《办法》第十二条", "conclusion")
    if len(facts.place.strip()) < 2:
        return Refusal("no_place", "请写明督查地点。", "《办法》第十二条", "place")
    if facts.inspected_on is None or facts.inspected_on > facts.on:
        return Refusal("wrong_day", "请核对督查日期：不能晚于今天。", "《办法》第十二条", "inspected_on")
    return None


OPENING: tuple[CheckGuard, ...] = (has_something_to_check, draw_is_repeatable)
RECORD: tuple[CheckGuard, ...] = (every_item_is_settled, problems_are_corrected, says_the_conclusion)
