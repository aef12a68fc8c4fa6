"""Exits, objections, findings and leaves of the demo, each left in a state of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from project.demo.office_hours import OfficeHours
from project.demo.plan import AT_WORK, NEVER_STARTED, Resident
from project.demo.stories import County
from project.demo.walks import ANOTHER_DAY, Act, Cast, Walk, Written
from registry.policies import policy_on
from registry.roles import Role
from signatures.demo_strokes import demo_signature
from workflows.employment.models import EndReason
from workflows.employment.service import months_after
from workflows.employment.tenures.ends import prospects

CLERK, HEAD = Role.VILLAGE_CLERK, Role.VILLAGE_HEAD
REVIEWER, KEEPER = Role.TOWNSHIP_REVIEWER, Role.TOWNSHIP_SEAL_KEEPER


def told(walk: Walk, at: datetime, of: str = "") -> dict[str, str]:
    """Handed over in person and signed for."""
    return {"way": "signed", "heard_on": f"{at:%Y-%m-%d}", "delivered_on": f"{at:%Y-%m-%d}", "place": "村委会",
            "worker_strokes": demo_signature(walk.worker_name(of), int(at.timestamp()) + 7)}  # fmt: skip


# --- exits ------------------------------------------------------------------------------------------------------------

UNABLE = {"facts": "腿部手术以后不能久站，三次入户都不在岗，经村里核实。", "proof": "县医院诊断证明"}
RESIGNS = {"facts": "本人提出要去照看孙子，不再上岗，经村里核实。", "proof": ""}
UNSUITABLE = {"facts": "眼睛看不清，巡路时两次走到公路中间，村里担心安全。", "proof": "县医院视力检查单"}


def _sheet(words: dict[str, str], days: int = 0) -> Written:
    """The village's sheet: the last day `days` from then."""

    def written(walk: Walk, at: datetime) -> dict[str, str]:
        today = f"{at:%Y-%m-%d}"
        return {**words, "last_on": f"{at + timedelta(days=days):%Y-%m-%d}", "happened_on": today,
                "evidence_1_name": "村委会核实记录", "evidence_1_made_on": today, "evidence_1_pages": "1",
                "opinion": "情况属实，提请乡镇审定。"}  # fmt: skip

    return written


def _full_term(walk: Walk, at: datetime) -> dict[str, str]:
    """Three years are full: the last day is the limit's own."""
    tenure = walk.tenure()
    (found,) = prospects([tenure], {tenure.county_id: policy_on(tenure.county, at.date())}, at.date())
    words = {"facts": "在扶贫专岗累计工作已满三年，用工协议自行终止。", "proof": ""}
    return {**_sheet(words)(walk, at), "last_on": found.last.day.isoformat()}  # type: ignore[operator]


def _heard(walk: Walk, at: datetime) -> dict[str, str]:
    return {"statement": "没有意见。", "opinion": "已告知。", **told(walk, at)}


def exit_acts(reason: EndReason, sheet: Written, to: str, *, makes: str = "exit") -> tuple[Act, ...]:
    """The plain way of an exit as far as the act `to`."""
    way = [
        Act("terminations.open", CLERK, {"reason": reason}, on="tenure", makes=makes),
        Act("terminations.propose", CLERK, sheet, of=makes),
        Act("terminations.confirm", REVIEWER, {"opinion": "属于不适宜继续工作的情形。"}, of=makes),
        Act("terminations.hear", CLERK, _heard, of=makes),
        Act("terminations.decide", REVIEWER, {"opinion": "事实清楚，同意。"}, of=makes),
        Act("terminations.seal", KEEPER, of=makes),
        Act("terminations.deliver", CLERK, told, of=makes),
        Act("terminations.take_effect", None, on="case", of=makes, after=ANOTHER_DAY),
    ]
    if reason != EndReason.UNSUITABLE:
        del way[2]
    if reason == EndReason.FULL_TERM:
        way = [each for each in way if each.action != "terminations.hear"]
    names = [each.action.partition(".")[2] for each in way]
    return tuple(way[: names.index(to) + 1])


def _exit(reason: EndReason, words: dict[str, str], to: str, days: int = 0) -> tuple[Act, ...]:
    return exit_acts(reason, _sheet(words, days), to)


_LEFT = _exit(EndReason.UNABLE, UNABLE, "take_effect")
_CLAIM = {"claim": "手术已经痊愈，医院开了证明，能正常工作。"}


def _claim(walk: Walk, at: datetime) -> dict[str, str]:
    return {**_CLAIM, **told(walk, at)}


def _stopped_between(walk: Walk, at: datetime) -> dict[str, str]:
    return {"claim": "中间停岗两个月，没有满三年。", **told(walk, at)}


_OBJECTS = Act("exit_reviews.object", CLERK, on="case", of="exit", makes="review")
_OBJECTS_AGAIN = Act("exit_reviews.object", CLERK, on="case", of="exit", makes="again")
_HANDED_IN = (_OBJECTS, Act("exit_reviews.submit_objection", CLERK, _claim, of="review"))
_UPHOLD = Act(
    "exit_reviews.uphold", REVIEWER, {"opinion": "医院证明是休养，不是痊愈，维持。"}, of="review", by_another=True
)
_REVOKE = Act("exit_reviews.revoke", REVIEWER, {"opinion": "医院证明属实，可以上岗。"}, of="review", by_another=True)
_SEAL = Act("exit_reviews.seal", KEEPER, of="review")

# Of whom (the township), what, and how many working days ago it last moved.
EXITS: tuple[tuple[str, str, tuple[Act, ...], int], ...] = (
    ("102", "exit draft", _exit(EndReason.RESIGNATION, RESIGNS, "open"), 1),
    ("102", "exit returned", (*_exit(EndReason.UNABLE, UNABLE, "hear"),
     Act("terminations.send_back", REVIEWER, {"reason": "请附医院的诊断证明，写清从哪天起不能上岗。"}, of="exit")), 2),
    ("102", "exit to confirm", _exit(EndReason.UNSUITABLE, UNSUITABLE, "propose"), 1),
    ("102", "exit to hear", _exit(EndReason.UNABLE, UNABLE, "propose"), 2),
    ("103", "exit to seal", _exit(EndReason.UNABLE, UNABLE, "decide"), 1),
    ("103", "exit to deliver", _exit(EndReason.RESIGNATION, RESIGNS, "seal"), 2),
    ("103", "exit to take effect", (*_exit(EndReason.RESIGNATION, RESIGNS, "deliver", days=24), _OBJECTS,
     Act("exit_reviews.void", CLERK, {"reason": "本人收回异议。"}, on="case", of="review"), _OBJECTS_AGAIN), 1),
    ("103", "exit rejected", (*_exit(EndReason.UNABLE, UNABLE, "hear"),
     Act("terminations.reject", REVIEWER, {"reason": "休养一个月就能上岗，先按请假办。"}, of="exit")), 6),
    ("108", "exit voided", (*_exit(EndReason.RESIGNATION, RESIGNS, "propose"),
     Act("terminations.void", CLERK, {"reason": "本人改变主意，继续上岗。"}, on="case", of="exit")), 9),
    ("107", "exit of full term", (Act("employment.expire_tenure", None, on="tenure", makes="tenure"),
     *exit_acts(EndReason.FULL_TERM, _full_term, "deliver"), _OBJECTS,
     Act("exit_reviews.submit_objection", CLERK, _stopped_between, of="review"),
     Act("exit_reviews.send_back", REVIEWER, {"reason": "请附上那两个月停岗的材料。"}, of="review")), 1),
    # The reviewer who decided does not rule on the objection: 泥井镇 has two.
    ("104", "review revoked", (*_LEFT, *_HANDED_IN, _REVOKE, _SEAL), 6),
    ("104", "review upheld", (*_LEFT, *_HANDED_IN, _UPHOLD, _SEAL), 4),
    ("104", "review to seal", (*_LEFT, *_HANDED_IN, _UPHOLD), 1),
    ("104", "review to rule on", (*_LEFT, *_HANDED_IN), 2),
)  # fmt: skip


# --- leaves -----------------------------------------------------------------------------------------------------------


def _slip(walk: Walk, at: datetime) -> dict[str, str]:
    last = at + timedelta(days=14)
    return {"reason": "女儿坐月子，去照看。", "first_on": f"{at:%Y-%m-%d}", "last_on": f"{last:%Y-%m-%d}",
            "worker_strokes": demo_signature(walk.worker_name(), int(at.timestamp()))}  # fmt: skip


_ASKED = (
    Act("leaves.open", CLERK, on="tenure", makes="leave"),
    Act("leaves.submit", CLERK, _slip, of="leave"),
)
LEAVES: tuple[tuple[str, str, tuple[Act, ...], int], ...] = (
    ("106", "leave drafted", _ASKED[:1], 1),
    ("106", "leave rejected", (*_ASKED,
     Act("leaves.reject", HEAD, {"reason": "秋收正忙，村里人手不够，请改到月底。"}, of="leave")), 3),
    ("106", "leave voided", (*_ASKED,
     Act("leaves.void", CLERK, {"reason": "本人不请了。"}, on="case", of="leave")), 5),
    ("107", "leave cut off", (*_ASKED, Act("leaves.approve", HEAD, {"opinion": "同意。"}, of="leave"),
     *_exit(EndReason.RESIGNATION, RESIGNS, "deliver")), 3),
)  # fmt: skip


# --- findings ---------------------------------------------------------------------------------------------------------


def _problem(weight: str, problem: str, *, about: str = "worker", days: int = 9) -> Written:
    def written(walk: Walk, at: datetime) -> dict[str, Any]:
        concerned = {"worker": str(walk.tenure().worker_id)} if about == "worker" else {}
        deadline = at + timedelta(days=days)
        return {"about": about, **concerned, "weight": weight, "problem": problem, "found_on": f"{at:%Y-%m-%d}",
                "demand": "当日改正，以后按要求做。", "deadline_on": f"{deadline:%Y-%m-%d}"}  # fmt: skip

    return written


def _warning(walk: Walk, at: datetime) -> dict[str, str]:
    return {"statement": "以后改正。", "recheck_on": f"{at + timedelta(days=5):%Y-%m-%d}"}


ABSENT = "连续三日未清扫二组街道，没有请假，违反《办法》第四条第3项。"
DRUNK = "当班时饮酒，与群众争吵，造成不良影响。"
STOOD_IN = "考勤表上的签字是家里人代签的，本人在外地务工。"
NO_NOTICE = "村务公开栏没有公示岗位职责和工作时间，违反《办法》第四条第3项。"


def _found(by: Role, weight: str, problem: str, **more: Any) -> Act:
    return Act("findings.open", by, _problem(weight, problem, **more), on="village", makes="finding")


def _then(action: str, by: Role, data: Written | None = None, after: int | None = None) -> Act:
    return Act(f"findings.{action}", by, data if data is not None else {"opinion": "到现场看过，情况如实记录。"},
               of="finding", after=after)  # fmt: skip


_TOLD = _then("deliver", CLERK, told)
_REFUSED = (_found(CLERK, "ordinary", ABSENT, days=1), _TOLD, _then("refuse", CLERK, after=2))
_WARNED = (_found(CLERK, "serious", DRUNK), _then("warn", REVIEWER, _warning), _then("deliver_warning", CLERK, told))
_VERDICT = {"opinion": "比对笔迹，走访五户，情况属实。"}
FINDINGS: tuple[tuple[str, str, tuple[Act, ...], int], ...] = (
    ("102", "finding to tell", (_found(REVIEWER, "ordinary", NO_NOTICE, about="village"),), 1),
    ("103", "finding corrected", (_found(CLERK, "ordinary", ABSENT), _TOLD, _then("correct", CLERK, after=2)), 4),
    ("106", "finding to warn", _REFUSED, 2),
    ("107", "finding warned of", (*_REFUSED, _then("warn", REVIEWER, _warning)), 1),
    ("108", "finding closed", (*_WARNED, _then("close", CLERK, after=3)), 5),
    ("109", "finding serious", (*_WARNED, _then("find_serious", CLERK, after=3)), 2),
    ("109", "finding to judge", (_found(CLERK, "fraud", STOOD_IN),), 2),
    ("110", "finding established", (_found(CLERK, "fraud", STOOD_IN), _then("establish", REVIEWER, _VERDICT)), 1),
    ("110", "finding unfounded", (_found(CLERK, "fraud", STOOD_IN),
     _then("dismiss", REVIEWER, {"opinion": "比对笔迹，是本人所签，不属实。"})), 7),
    ("106", "finding voided", (_found(CLERK, "ordinary", ABSENT),
     Act("findings.void", CLERK, {"reason": "记错了人。"}, on="case", of="finding")), 8),
)  # fmt: skip


ENDS_SOON = 5  # days until somebody's three years are full (plan.py)
_NOT_THERE = {"facts": "签协议以后本人去了外地打工，电话里说不来了。", "proof": "村里两次电话联系的记录"}


def people_walks(
    county: County, residents: Sequence[Resident], cast: Cast, hours: OfficeHours, seed: int
) -> Iterator[Walk]:
    """Each person leaves or asks for leave once; a finding concerns one who did neither, or whoever is left."""
    yield from _ends(county, residents, hours, seed)
    spare: dict[str, Resident] = {}
    for township, name, acts, ago in (*EXITS, *LEAVES, *FINDINGS):
        resident = cast.take(township) or spare.get(township)
        if resident is None:
            continue
        # Who leaves is not spoken of again; who stays may be.
        if not any(each.action == "terminations.deliver" for each in acts):
            spare[township] = resident
        yield Walk(county, resident, name, acts, ago, hours, seed)


def _ends(county: County, residents: Sequence[Resident], hours: OfficeHours, seed: int) -> Iterator[Walk]:
    """Who never started, and whose three years are nearly full."""
    full = months_after(hours.today + timedelta(days=ENDS_SOON), -36)
    for resident in residents:
        if resident.goal == NEVER_STARTED:
            acts = _exit(EndReason.NOT_STARTED, _NOT_THERE, "deliver")
            yield Walk(county, resident, NEVER_STARTED, acts, 3, hours, seed)
        elif resident.goal == AT_WORK and resident.start_on == full:
            acts = (Act("employment.await_renewal", None, on="tenure", makes="tenure"),)
            yield Walk(county, resident, "ends soon", acts, 1, hours, seed)
