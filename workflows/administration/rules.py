"""单位、任职、印章登记的规矩：每条一个小函数。谁在什么时候担任什么，决定谁能办什么。

A guard is pure: (facts) -> Refusal | None. The facts are filled in by the actions, under their locks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from registry.roles import LEVEL, OrganisationKind, Role
from workflows.core.refusals import Refusal

Facts = TypeVar("Facts")

# Who writes or signs what a seal goes under; at a township none of them keeps the seal.
SIGNERS = frozenset(
    {Role.VILLAGE_CLERK, Role.VILLAGE_HEAD, Role.TOWNSHIP_CLERK, Role.TOWNSHIP_REVIEWER},
)
KEEPERS = frozenset({Role.VILLAGE_SEAL_KEEPER, Role.TOWNSHIP_SEAL_KEEPER})
SEAL_RULE = "印章管理规定"


def chinese(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


@dataclass(frozen=True)
class AppointmentFacts:
    """One appointment as it would stand, and what else the person holds there in the same time."""

    person: str
    role: str
    place: str
    kind: str
    in_county: bool
    opened_on: date
    closed_on: date | None
    from_on: date
    to_on: date | None
    login_open: bool
    clerk_may_hold_seal: bool
    held_there: frozenset[str]


def stands_in_this_county(facts: AppointmentFacts) -> Refusal | None:
    """An administrator appoints in their own county."""
    if not facts.in_county:
        return Refusal("elsewhere", "请选择本县的单位和本县登记的用户。", anchor="organisation")
    return None


def role_fits_the_organisation(facts: AppointmentFacts) -> Refusal | None:
    """Each role is held at one kind of organisation."""
    level = LEVEL[Role(facts.role)]
    if facts.kind != level:
        return Refusal(
            "wrong_level", f"请改选单位或身份：“{Role(facts.role).label}”只能任职于{level.label}。", anchor="role"
        )
    return None


def organisation_exists_then(facts: AppointmentFacts) -> Refusal | None:
    """Nobody is appointed to what does not exist yet, or no longer."""
    if facts.from_on < facts.opened_on:
        return Refusal(
            "not_opened",
            f"请把开始日期改到{chinese(facts.opened_on)}或以后：{facts.place}那天才设立。",
            anchor="from_on",
        )
    if facts.closed_on is not None and facts.from_on > facts.closed_on:
        return Refusal(
            "closed", f"不能任职：{facts.place}存续到{chinese(facts.closed_on)}，此后已经撤销。", anchor="from_on"
        )
    return None


def login_is_open(facts: AppointmentFacts) -> Refusal | None:
    """A closed login holds no office."""
    if not facts.login_open:
        return Refusal("login_closed", f"请先恢复{facts.person}的登录，再办任职：这个账号已停用。", anchor="username")
    return None


def seal_is_kept_apart(facts: AppointmentFacts) -> Refusal | None:
    """Who signs does not keep the seal; a village may let its clerk, and says so in its own switch."""
    if facts.role not in KEEPERS | SIGNERS:
        return None
    clash = facts.held_there & (SIGNERS if facts.role in KEEPERS else KEEPERS)
    if not clash:
        return None
    both = facts.held_there | {facts.role}
    if facts.kind == OrganisationKind.VILLAGE and facts.clerk_may_hold_seal and Role.VILLAGE_HEAD not in both:
        return None
    held = "、".join(Role(role).label for role in sorted(clash))
    if facts.kind == OrganisationKind.VILLAGE and Role.VILLAGE_HEAD not in both:
        advice = "村里确实没有别人的，请先在单位页面打开“经办人可以掌管印章”。"
    else:
        advice = "请另选一人。"
    return Refusal(
        "seal_not_apart",
        f"{facts.person}同时是{facts.place}的{held}，经办、审核的人不能掌管印章。{advice}",
        SEAL_RULE,
        "role",
    )


APPOINTMENT = (
    stands_in_this_county,
    role_fits_the_organisation,
    organisation_exists_then,
    login_is_open,
    seal_is_kept_apart,
)


@dataclass(frozen=True)
class EndingFacts:
    """The end of one appointment: when it began, when it would end, what was done by it afterwards."""

    on: date
    person: str
    title: str
    from_on: date
    to_on: date | None  # as it stands now
    last_day: date
    acted_after: date | None  # the latest day after `last_day` on which the person acted by it
    is_administrator: bool
    administrators_left: int


def still_runs(facts: EndingFacts) -> Refusal | None:
    """What has ended stays as it was: rights of a past day are not rewritten."""
    if facts.to_on is not None and facts.to_on < facts.on:
        return Refusal(
            "ended", f"不用再办：{facts.person}的{facts.title}已于{chinese(facts.to_on)}结束。", anchor="to_on"
        )
    return None


def ends_after_it_began(facts: EndingFacts) -> Refusal | None:
    if facts.last_day < facts.from_on:
        return Refusal(
            "before_it_began",
            f"最后一天请不早于{chinese(facts.from_on)}：这个任职那天开始。还没有开始的，请用“撤销任职”。",
            anchor="to_on",
        )
    return None


def nothing_was_done_afterwards(facts: EndingFacts) -> Refusal | None:
    """Ending late in the books must not take away the ground under what was done meanwhile."""
    if facts.acted_after is not None:
        return Refusal(
            "acted_after",
            f"最后一天请不早于{chinese(facts.acted_after)}：{facts.person}那天还以{facts.title}办理过事项。",
            anchor="to_on",
        )
    return None


def an_administrator_remains(facts: EndingFacts) -> Refusal | None:
    """Without one nobody could appoint the next."""
    if facts.is_administrator and facts.administrators_left == 0:
        return Refusal("last_administrator", "请先任命另一位系统管理员：这是本县最后一位，结束后没有人能再办任职。")
    return None


ENDING = (still_runs, ends_after_it_began, nothing_was_done_afterwards, an_administrator_remains)


@dataclass(frozen=True)
class ClosingFacts:
    """The end of an organisation."""

    on: date
    place: str
    opened_on: date
    closed_on: date | None  # as it stands now
    last_day: date | None
    villages_open: int  # villages of a township that would outlive it
    papers_open: int  # papers that lie on its desks


def closes_after_it_opened(facts: ClosingFacts) -> Refusal | None:
    if facts.last_day is not None and facts.last_day < facts.opened_on:
        return Refusal(
            "before_it_opened",
            f"撤销日期请不早于{chinese(facts.opened_on)}，{facts.place}那天设立。",
            anchor="closed_on",
        )
    return None


def closing_is_not_rewritten(facts: ClosingFacts) -> Refusal | None:
    if facts.closed_on is not None and facts.closed_on < facts.on:
        return Refusal(
            "closed_already", f"{facts.place}已于{chinese(facts.closed_on)}撤销，不能再改。", anchor="closed_on"
        )
    return None


def villages_are_closed_first(facts: ClosingFacts) -> Refusal | None:
    if facts.last_day is not None and facts.villages_open:
        return Refusal(
            "villages_open",
            f"请先办理所辖村的撤销：{facts.place}在{chinese(facts.last_day)}以后还有{facts.villages_open}个村。",
            anchor="closed_on",
        )
    return None


def desks_are_clear(facts: ClosingFacts) -> Refusal | None:
    """From the day after, nobody could act on what still lies there."""
    if facts.last_day is not None and facts.last_day <= facts.on and facts.papers_open:
        return Refusal(
            "papers_open",
            f"请先办结{facts.place}的{facts.papers_open}件待办，再撤销；或者把撤销日期改到以后。",
            anchor="closed_on",
        )
    return None


CLOSING = (closes_after_it_opened, closing_is_not_rewritten, villages_are_closed_first, desks_are_clear)


def refusals(guards: Iterable[Callable[[Facts], Refusal | None]], facts: Facts) -> list[Refusal]:
    """All failures at once."""
    return [refusal for guard in guards if (refusal := guard(facts)) is not None]


def day_before(day: date) -> date:
    return day - timedelta(days=1)
