"""Appraisals of the demo: schemes, results and batches, each left in a state of its own.

团林乡 is through with its year, so that what follows a filed result is there too; in 靖安镇 the results are on their
way; four small townships each have a batch at another desk, four others a scheme.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from project.demo.office_hours import OfficeHours
from project.demo.places import Village
from project.demo.stories import County
from project.demo.walks import Act, Cast, Walk, Written
from project.demo.walks_of_people import CLERK, HEAD, KEEPER, REVIEWER, told
from registry.roles import Role
from workflows.appraisals.models import Scheme, SchemeState

TOWNSHIP_CLERK, SERVICE = Role.TOWNSHIP_CLERK, Role.EMPLOYMENT_SERVICE_OFFICER
SCHEMES_AGO = 60  # working days since the schemes of the year were drawn up


def year_of(hours: OfficeHours) -> int:
    """The year that is appraised."""
    return hours.day(SCHEMES_AGO).year


def _for_year(walk: Walk, at: datetime) -> dict[str, str]:
    return {"year": str(year_of(walk.hours))}


def scheme_sheet(year: int) -> dict[str, str]:
    return {
        "attendance_points": "0", "tasks_points": "40", "learning_points": "20", "fit_points": "10",
        "opinions_points": "30", "learning_target": "1", "pass_mark": "60",
        "subjects": f"本镇各村{year}年度在岗的扶贫专岗人员。", "grades": "骗取岗位补贴的，直接评为不合格。",
        "procedure": "村汇总日常记录，听取意见，拟定结果，本人签字。",
        "organisation": "各行政村组织实施，乡镇审核汇总。",
        "timetable": "12月底前拟定，次年1月报备。",
    }  # fmt: skip


def _scheme_words(walk: Walk, at: datetime) -> dict[str, str]:
    return scheme_sheet(year_of(walk.hours))


SCHEME = (
    Act("schemes.open", TOWNSHIP_CLERK, _for_year, on="township", makes="scheme"),
    Act("schemes.submit", TOWNSHIP_CLERK, _scheme_words, of="scheme"),
    Act("schemes.approve", REVIEWER, of="scheme"),
    Act("schemes.issue", KEEPER, of="scheme"),
)
_VOIDED = Act("schemes.void", TOWNSHIP_CLERK, {"reason": "县里要求统一分值，重新制定。"}, on="case", of="scheme")
# The townships whose scheme is still on its way.
SCHEMES: tuple[tuple[str, str, tuple[Act, ...], int], ...] = (
    ("107", "scheme drafted", (*SCHEME[:1], _VOIDED, SCHEME[0]), 3),
    ("108", "scheme returned", (*SCHEME[:2],
     Act("schemes.send_back", REVIEWER, {"reason": "学习一项请写明全年几次。"}, of="scheme")), 2),
    ("109", "scheme to review", SCHEME[:2], 1),
    ("110", "scheme to seal", SCHEME[:3], 1),
)  # fmt: skip


# --- one person's year ------------------------------------------------------------------------------------------------


def _look(kind: str, good: str, text: str) -> Written:
    def written(walk: Walk, at: datetime) -> dict[str, str]:
        day = min(at.date(), date(year_of(walk.hours), 12, 31))
        return {"kind": kind, "good": good, "on": day.isoformat(), "text": text}

    return written


_LOOKS = (
    ("learning", "参加防火知识学习。", "通知两次，没有参加学习。"),
    ("task", "主街清扫完成。", "村口垃圾三天没有清。"),
    ("fit", "入户查看，本人在岗。", "入户查看，由家人顶岗。"),
)


def _words(grade: str) -> Written:
    good = grade == "pass"

    def written(walk: Walk, at: datetime) -> dict[str, str]:
        return {"heard_on": f"{at:%Y-%m-%d}", "heard_at": "村委会", "grade": grade, "differs_because": "",
                "heard_summary": "都说按时到岗。" if good else "几户反映经常见不到人。",
                "reason": "全年任务都完成，学习都参加。" if good else "任务多次没有完成，经常由家人顶岗。"}  # fmt: skip

    return written


def _voice(grade: str, kind: str, name: str) -> Written:
    good = grade == "pass"

    def written(walk: Walk, at: datetime) -> dict[str, str]:
        return {**_words(grade)(walk, at), "voice_kind": kind, "voice_name": name,  # type: ignore[operator]
                "voice_view": "satisfied" if good else "dissatisfied",
                "voice_text": "每天按时到岗。" if good else "经常见不到人。"}  # fmt: skip

    return written


def year_acts(to: str, *, of: str = "", grade: str = "pass") -> tuple[Act, ...]:
    """The plain way of one person's appraisal as far as the act `to`."""
    good = grade == "pass"
    way = (
        *(Act("appraisals.record", CLERK, _look(kind, "yes" if good else "no", well if good else badly), on="tenure",
              of=of, makes="record", after=0) for kind, well, badly in _LOOKS),
        Act("appraisals.open", CLERK, _for_year, on="tenure", of=of, makes=of or "appraisal"),
        Act("appraisals.hear", CLERK, _voice(grade, "cadre", "戴永年"), of=of or "appraisal", after=0),
        Act("appraisals.hear", CLERK, _voice(grade, "villager", "单秀云"), of=of or "appraisal", after=0),
        Act("appraisals.submit", CLERK, _words(grade), of=of or "appraisal"),
        Act("appraisals.propose", HEAD, {"opinion": "情况属实。"}, of=of or "appraisal"),
        Act("appraisals.worker_signs", CLERK, lambda walk, at: told(walk, at, of), of=of or "appraisal"),
        Act("appraisals.agree_by_township", REVIEWER, {"opinion": "同意。"}, of=of or "appraisal"),
        Act("appraisals.seal", KEEPER, of=of or "appraisal"),
    )  # fmt: skip
    names = [each.action.partition(".")[2] for each in way]
    return way[: len(names) - names[::-1].index(to)]


_OBJECTS = Act(
    "appraisals.worker_objects", CLERK,
    lambda walk, at: {**told(walk, at), "objection": "上半年住院一个月，有医院证明，表上没有写请假。"}, of="appraisal",
)  # fmt: skip
_DECIDES = Act("appraisals.decide_objection", REVIEWER,
               {"opinion": "住院属实，请村里补记请假，结果不变。", "review_grade": "pass"}, of="appraisal")  # fmt: skip
RESULTS: tuple[tuple[str, tuple[Act, ...], int], ...] = (
    ("result gathered", year_acts("hear"), 1),
    ("result returned", (*year_acts("submit"),
     Act("appraisals.send_back", HEAD, {"reason": "群众意见只听了一户，请再听两户。"}, of="appraisal")), 1),
    ("result in village", year_acts("submit"), 2),
    ("result under review", (*year_acts("propose"), _OBJECTS), 1),
    ("result told again", (*year_acts("propose"), _OBJECTS, _DECIDES), 1),
    ("result in township", year_acts("worker_signs"), 2),
    ("result to seal", year_acts("agree_by_township"), 1),
    ("result voided", (*year_acts("open"),
     Act("appraisals.void", CLERK, {"reason": "年度选错了，重新开始。"}, on="case", of="appraisal")), 8),
)  # fmt: skip


# --- the township's batch ---------------------------------------------------------------------------------------------


def batch_acts(to: str, makes: str = "batch") -> tuple[Act, ...]:
    """A batch of everybody whose result is sealed, as far as the act `to`."""
    way = (
        Act("summaries.open", TOWNSHIP_CLERK, _for_year, on="township", makes=makes),
        Act("summaries.submit", TOWNSHIP_CLERK, of=makes),
        Act("summaries.approve", REVIEWER, of=makes),
        Act("summaries.report", KEEPER, of=makes),
        Act("summaries.file", SERVICE, {"opinion": "接收备案。"}, of=makes),
    )
    names = [each.action.partition(".")[2] for each in way]
    return way[: names.index(to) + 1]


_RESULT = (*SCHEME, *year_acts("seal"))
BATCHES: tuple[tuple[str, str, tuple[Act, ...], int], ...] = (
    ("202", "batch drafted", (*_RESULT, *batch_acts("submit"),
     Act("summaries.void", TOWNSHIP_CLERK, {"reason": "还有一个村没有报上来，等齐再汇总。"}, on="case", of="batch"),
     *batch_acts("open")), 1),
    ("203", "batch returned", (*_RESULT, *batch_acts("submit"),
     Act("summaries.send_back", REVIEWER, {"reason": "请核对在岗人数，少列了一人。"}, of="batch")), 2),
    ("206", "batch to review", (*_RESULT, *batch_acts("submit")), 1),
    ("207", "batch to seal", (*_RESULT, *batch_acts("approve")), 1),
)  # fmt: skip
ON_THE_WAY = "101"
# 团林乡: the first batch is on file, and of those in it each goes on in another way; the second waits for the county.
THROUGH = "201"
_PEOPLE = ("ends", "stays", "renewed", "failed", "second")


def _through() -> tuple[Act, ...]:
    def filed(who: str) -> Act:
        return Act("appraisals.file", None, on="case", of=who, after=0)

    return (
        *SCHEME,
        *year_acts("seal", of="ends"), *year_acts("seal", of="stays"), *year_acts("seal", of="renewed"),
        *year_acts("seal", of="failed", grade="fail"),
        *batch_acts("file"), *map(filed, _PEOPLE[:4]),
        Act("employment.expire_tenure", None, on="tenure", of="ends", makes="tenure", after=0),
        Act("appraisals.let_end", TOWNSHIP_CLERK, of="ends"),
        Act("appraisals.renew", TOWNSHIP_CLERK, of="renewed", after=0),
        Act("appraisals.terminate", TOWNSHIP_CLERK, of="failed", after=0),
        *year_acts("seal", of="second"), *batch_acts("report", "next"),
    )  # fmt: skip


def _sent(township: str, villages: Sequence[Village], county: County, hours: OfficeHours, seed: int) -> Iterator[Walk]:
    """Their township's scheme has been sent to two villages, and one has signed for it."""
    acts = (
        Act("scheme_receipts.send", None, _scheme, on="village", makes="receipt"),
        Act("scheme_receipts.receive", HEAD, {"opinion": "已收到，已告知专岗人员。"}, of="receipt"),
    )
    for number, village in enumerate([each for each in villages if each.township == township][:2]):
        yield Walk(county, village, f"scheme sent {village.code}", acts[: 2 - number], 34, hours, seed)


def _scheme(walk: Walk, at: datetime) -> dict[str, Any]:
    return {"scheme": Scheme.objects.get(township__code=walk.village.township, state=SchemeState.ISSUED)}


def year_walks(
    county: County, villages: Sequence[Village], cast: Cast, hours: OfficeHours, seed: int
) -> Iterator[Walk]:
    """The schemes and batches of townships, the results of people."""
    first = {village.township: village for village in reversed(villages)}
    for township, name, acts, ago in SCHEMES:
        yield Walk(county, first[township], name, acts, ago, hours, seed)
    for township, name, acts, ago in BATCHES:
        if (resident := cast.take(township)) is not None:
            yield Walk(county, resident, name, acts, ago, hours, seed)
    if people := cast.take_all(THROUGH, _PEOPLE):
        yield Walk(county, people, "year over", _through(), 1, hours, seed)
    for name, acts, ago in RESULTS:
        if (resident := cast.take(ON_THE_WAY)) is not None:
            yield Walk(county, resident, name, acts, ago, hours, seed)
    yield Walk(county, first[ON_THE_WAY], "scheme issued", SCHEME, 40, hours, seed)
    yield from _sent(ON_THE_WAY, villages, county, hours, seed)
