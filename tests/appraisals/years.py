"""A township's year through the door: its scheme, the looks at its workers, their appraisals, the batch, the filing."""

from __future__ import annotations

from datetime import date
from typing import Any

from registry.models import Worker
from signatures.demo_strokes import demo_signature
from tests.attendance.months import at, employ, month_of
from tests.cast import Cast, prepared_cast, signed, task_of
from workflows.appraisals.models import Appraisal, State
from workflows.core.actors import Actor
from workflows.core.daily import run_daily
from workflows.core.models import Case
from workflows.employment.models import Tenure

YEAR = 2020
SCHEME = {
    "attendance_points": "0",
    "tasks_points": "40",
    "learning_points": "20",
    "fit_points": "10",
    "opinions_points": "30",
    "learning_target": "2",
    "pass_mark": "60",
    "subjects": "本镇各村2020年度在岗的扶贫专岗人员。",
    "grades": "骗取岗位补贴的，直接评为不合格。",
    "procedure": "村汇总日常记录，听取意见，拟定结果，本人签字。",
    "organisation": "各行政村组织实施，乡镇审核汇总。",
    "timetable": "12月底前拟定，次年1月报备。",
}
GOOD = (("learning", "yes"), ("learning", "yes"), ("task", "yes"), ("task", "yes"), ("fit", "yes"))
BAD = (("learning", "no"), ("task", "no"), ("task", "no"), ("fit", "no"))
PEOPLE = (("cadre", "戴永年"), ("villager", "单秀云"))
WORDS = {
    "heard_on": "2020-12-20",
    "heard_at": "青禾村村委会",
    "heard_summary": "大家都说按时到岗、路面干净。",
    "reason": "全年任务都完成，学习都参加。",
    "differs_because": "",
}


def county_with_a_year() -> Cast:
    """Two under agreements of a year from 15 September 2020; it is 20 December, and the scheme is in force."""
    cast = prepared_cast()
    cast.workers = [employ(cast, date(2020, 9, 15), date(2021, 9, 14)) for _ in range(2)]
    run_daily(cast.now)
    cast.now = at(2020, 12, 20)
    issue(cast)
    return cast


def issue(cast: Cast, year: int = YEAR, **changes: str) -> Case:
    """A sealed scheme, sent to the villages."""
    case = scheme_to(cast, "seal_scheme", year, **changes)
    cast.do("schemes.issue", task_of(case), cast.township_keeper)
    run_daily(cast.tick())
    return case


def scheme_to(cast: Cast, step: str, year: int = YEAR, **changes: str) -> Case:
    """A scheme that lies on that step."""
    case: Case = cast.do("schemes.open", cast.township, cast.township_clerk, {"year": str(year)}).result
    acts = (
        ("schemes.submit", cast.township_clerk, {**SCHEME, **changes}),
        ("schemes.approve", cast.reviewer, {"strokes": demo_signature("林书平")}),
    )
    for action, actor, data in acts:
        if task_of(case).flow_task.name == step:
            break
        cast.do(action, task_of(case), actor, data)
    return case


def tenure_of(worker: Worker) -> Tenure:
    return Tenure.objects.filter(worker=worker).latest("start_on")


def look(cast: Cast, worker: Worker, kind: str, good: str, on: str = "2020-11-02", part: str = "clerk") -> None:
    """One line of the daily record."""
    data = {"kind": kind, "good": good, "on": on, "text": "入户查看。"}
    cast.do("appraisals.record", tenure_of(worker), cast.people[part], data)


def begin(cast: Cast, worker: Worker, looks: Any = GOOD, year: int = YEAR) -> Case:
    """The looks of the year and an appraisal on the clerk's desk."""
    for kind, good in looks:
        look(cast, worker, kind, good, on=f"{year}-11-02")
    case: Case = cast.do("appraisals.open", tenure_of(worker), cast.clerk, {"year": str(year)}).result
    return case


def voice(kind: str, name: str, view: str = "satisfied") -> dict[str, str]:
    return {"voice_kind": kind, "voice_name": name, "voice_view": view, "voice_text": "每天按时到岗。"}


def hear(cast: Cast, case: Case, *people: tuple[str, str], view: str = "satisfied") -> None:
    for kind, name in people or PEOPLE:
        cast.do("appraisals.hear", task_of(case), cast.clerk, WORDS | voice(kind, name, view))


def submit(cast: Cast, case: Case, grade: str = "pass", **changes: str) -> None:
    words = WORDS | {"grade": grade, "strokes": demo_signature("何素琴")} | changes
    cast.do("appraisals.submit", task_of(case), cast.clerk, words)


INK = {"worker_strokes": demo_signature("周桂兰")}
REFUSAL = {
    "refusal_said": "12月21日在村委会宣读，本人说分数低，不签。",
    "first_witness_name": "戴永年",
    "second_witness_name": "单秀云",
    "first_witness_strokes": demo_signature("戴永年"),
    "second_witness_strokes": demo_signature("单秀云"),
}


def appraisal_of(case: Case) -> Appraisal:
    return Appraisal.objects.get(case=case)


def walk(cast: Cast, case: Case, to: str, grade: str = "pass", **words: str) -> Case:
    """Along the plain way to a state, from the clerk's desk."""
    view = "satisfied" if grade == "pass" else "dissatisfied"
    while (state := appraisal_of(case).state) != to:
        if state == State.GATHERING:
            if not appraisal_of(case).voices.exists():
                hear(cast, case, view=view)
            submit(cast, case, grade, **words)
        elif state == State.AWAITING_VILLAGE:
            cast.do("appraisals.propose", task_of(case), cast.head, signed("秦守义", "情况属实。"))
        elif state == State.AWAITING_WORKER:
            cast.do("appraisals.worker_signs", task_of(case), cast.clerk, INK)
        elif state == State.AWAITING_TOWNSHIP:
            cast.do("appraisals.agree_by_township", task_of(case), cast.reviewer, signed("林书平"))
        elif state == State.AWAITING_SEAL:
            cast.do("appraisals.seal", task_of(case), cast.township_keeper)
        elif state == State.AWAITING_SUMMARY:
            file_batch(cast)
        else:
            raise AssertionError(f"no plain way from {state} to {to}")
    return case


def sealed(cast: Cast, worker: Worker, looks: Any = GOOD, grade: str = "pass", year: int = YEAR, **words: str) -> Case:
    return walk(cast, begin(cast, worker, looks, year), State.AWAITING_SUMMARY, grade, **words)


def batch_to(cast: Cast, step: str, year: int = YEAR) -> Case:
    """A batch of everybody who is sealed, lying on that step."""
    case: Case = cast.do("summaries.open", cast.township, cast.township_clerk, {"year": str(year)}).result
    acts: tuple[tuple[str, Actor, dict[str, Any]], ...] = (
        ("summaries.submit", cast.township_clerk, {"strokes": demo_signature("罗晓敏")}),
        ("summaries.approve", cast.reviewer, {"strokes": demo_signature("林书平")}),
        ("summaries.report", cast.township_keeper, {}),
    )
    for action, actor, data in acts:
        if task_of(case).flow_task.name == step:
            break
        cast.do(action, task_of(case), actor, data)
    return case


def file_batch(cast: Cast, year: int = YEAR) -> Case:
    """Everybody who is sealed is on file, and their appraisals know it."""
    case = batch_to(cast, "file_summary", year)
    cast.do("summaries.file", task_of(case), cast.officer, signed("江月明", "接收备案。"))
    run_daily(cast.tick())
    return case


def filed(cast: Cast, worker: Worker, looks: Any = GOOD, grade: str = "pass", year: int = YEAR) -> Case:
    return walk(cast, begin(cast, worker, looks, year), State.FILED, grade)


def audited(cast: Cast, month: date) -> None:
    """The first village's month, audited and locked: attendance comes by itself."""
    month_of(cast, month).lock()
