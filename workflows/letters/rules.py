"""用印可以申请、批准的条件。"""

from __future__ import annotations

from dataclasses import dataclass

from workflows.core.guards import Guard, GuardsOn
from workflows.core.refusals import Refusal

SEAL_RULE = "印章管理规定"
MOST_COPIES = 50


@dataclass(frozen=True)
class LetterFacts:
    """Everything the rules may ask about one letter."""

    title: str
    addressee: str
    body: str
    purpose: str
    copies: int
    actor_requested: bool = False


guard = GuardsOn(LetterFacts)
LetterGuard = Guard[LetterFacts]


def _not_written(label: str, name: str) -> Refusal:
    return Refusal("not_written", f"请写明{label}：空白或没有写完的文件不能盖章。", SEAL_RULE, name)


@guard(title="文件标题", basis=SEAL_RULE, says=lambda f: "已写明。")
def letter_has_a_title(facts: LetterFacts) -> Refusal | None:
    """空白的纸不能盖章。"""
    return _not_written("标题", "title") if len(facts.title.strip()) < 2 else None


@guard(title="主送单位", basis=SEAL_RULE, says=lambda f: "已写明。")
def letter_says_to_whom(facts: LetterFacts) -> Refusal | None:
    return _not_written("主送单位", "addressee") if len(facts.addressee.strip()) < 2 else None


@guard(title="文件正文", basis=SEAL_RULE, says=lambda f: "已写好。")
def letter_is_written(facts: LetterFacts) -> Refusal | None:
    return _not_written("正文", "body") if len(facts.body.strip()) < 10 else None


@guard(title="用途", basis=SEAL_RULE, says=lambda f: "写明了为什么盖章。")
def letter_says_what_for(facts: LetterFacts) -> Refusal | None:
    if len(facts.purpose.strip()) < 4:
        return Refusal("no_purpose", "请写明用途：给谁、办什么事用。", SEAL_RULE, "purpose")
    return None


@guard(title="份数", basis=SEAL_RULE, says=lambda f: f"{f.copies}份。")
def letter_has_copies(facts: LetterFacts) -> Refusal | None:
    if not 1 <= facts.copies <= MOST_COPIES:
        return Refusal("no_copies", f"请填写份数，1至{MOST_COPIES}份。", SEAL_RULE, "copies")
    return None


@guard(title="申请人不批准", basis=SEAL_RULE, says=lambda f: "申请人和审批人不是同一人。")
def letter_is_anothers(facts: LetterFacts) -> Refusal | None:
    """Nobody approves what they asked for."""
    if facts.actor_requested:
        return Refusal("own_request", "请由别人审批：这件用印是您申请的，您不能自己批准。", SEAL_RULE)
    return None


REQUEST: tuple[LetterGuard, ...] = (
    letter_has_a_title,
    letter_says_to_whom,
    letter_is_written,
    letter_says_what_for,
    letter_has_copies,
)
APPROVAL: tuple[LetterGuard, ...] = (*REQUEST, letter_is_anothers)
