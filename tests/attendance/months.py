"""Workers on posts and their months, through the door: what the stories of attendance and pay begin with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from registry.models import Worker
from registry.roles import Role
from signatures.demo_strokes import demo_signature
from tests.cast import CHINA, Cast, prepared_cast, task_of
from workflows.applications.models import State
from workflows.attendance.models import AttendanceRow, AttendanceSheet
from workflows.attendance.sheets.facts import lines_for
from workflows.core.actors import Actor
from workflows.core.daily import run_daily
from workflows.core.models import Case, DeskTask
from workflows.core.procedure import open_tasks
from workflows.employment.models import Agreement

SEPTEMBER = date(2020, 9, 1)
OCTOBER = date(2020, 10, 1)


def at(year: int, month: int, day: int, hour: int = 9) -> datetime:
    return datetime(year, month, day, hour, tzinfo=CHINA)


def employ(cast: Cast, start: date, end: date, *, village: str = "104001", **changes: Any) -> Worker:
    """Somebody new under a sealed agreement for these days."""
    source = cast.apply(village=village, **changes)
    clerk = cast.clerk_of(village)
    if village == "104001":
        cast.walk(source, State.APPROVED)
    else:
        for action, actor in (
            ("applications.agree_by_village", cast.second_head),
            ("applications.seal_by_village", cast.clerk_with_seal),
            ("applications.agree_by_township", cast.reviewer),
            ("applications.seal_by_township", cast.township_keeper),
        ):
            cast.act(source, action, actor)
    case: Case = cast.do("agreements.open", source, clerk).result
    name = Agreement.objects.get(case=case).worker.name
    dates = {"start_on": start.isoformat(), "end_on": end.isoformat(), "workplace": "主街"}
    cast.do("agreements.submit", task_of(case), clerk, dates | {"worker_strokes": demo_signature(name)})
    cast.do("agreements.sign_for_township", task_of(case), cast.reviewer, {"strokes": demo_signature("林书平")})
    cast.do("agreements.seal_by_township", task_of(case), cast.township_keeper)
    return Agreement.objects.get(case=case).worker


@dataclass
class Month:
    """One village's sheet, and the people who bring it on its way."""

    cast: Cast
    case: Case
    member: Actor

    @property
    def sheet(self) -> AttendanceSheet:
        return AttendanceSheet.objects.get(case=self.case)

    @property
    def rows(self) -> list[AttendanceRow]:
        return list(AttendanceRow.objects.filter(sheet__case=self.case).order_by("position"))

    @property
    def clerk(self) -> Actor:
        return self.cast.clerk_of(self.sheet.village.code)

    @property
    def head(self) -> Actor:
        return self.cast.head if self.sheet.village.code == "104001" else self.cast.second_head

    def seat(self, name: str) -> DeskTask:
        (task,) = [task for task in open_tasks(self.case) if task.seat == name]
        return task

    def fill(self, action: str = "attendance.submit", **typed: Any) -> None:
        """Everybody at work on every working day, and what else is typed."""
        whole = {f"fill_{line.key}": "work" for line in lines_for(self.sheet)}
        self.cast.do(action, task_of(self.case), self.clerk, whole | typed)

    def ink(self) -> dict[str, str]:
        """What every worker draws; no hand writes the same twice."""
        return {f"ink_{row.worker_id}": demo_signature(f"{row.worker.name}{row.pk}") for row in self.rows}

    def workers_sign(self) -> None:
        self.cast.do("attendance.sign_for_workers", self.seat("workers"), self.clerk, self.ink())

    def village_signs(self) -> None:
        for seat, actor in (("head", self.head), ("member", self.member)):
            self.cast.do(
                "attendance.sign", self.seat(seat), actor, {"strokes": demo_signature(f"{actor.name}{self.case.pk}")}
            )

    def to_township(self) -> None:
        self.fill()
        self.workers_sign()
        self.village_signs()
        self.cast.do("attendance.report", task_of(self.case), self.clerk)

    def lock(self) -> None:
        self.to_township()
        self.audit()
        self.cast.do("attendance.seal", task_of(self.case), self.cast.township_keeper)

    def audit(self) -> None:
        self.cast.do("attendance.audit", task_of(self.case), self.cast.reviewer, {"strokes": demo_signature("林书平")})


def county_with_workers() -> Cast:
    """Two at work in the first village: one from 15 September 2020 for a year, one from the 16th to the 20th."""
    cast = prepared_cast()
    cast.workers = [
        employ(cast, date(2020, 9, 15), date(2021, 9, 14)),
        employ(cast, date(2020, 9, 16), date(2020, 9, 20)),
    ]
    cast.people["member"] = member_of(cast)
    return cast


def member_of(cast: Cast) -> Actor:
    """The second signature of the first village."""
    return cast.also("keeper", Role.VILLAGE_COMMITTEE_MEMBER, "104001")


def month_of(cast: Cast, month: date = SEPTEMBER) -> Month:
    """The first village's sheet, opened by the clock on the day after the month's last."""
    until = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    cast.now = max(cast.now, at(until.year, until.month, until.day))
    run_daily(cast.now)
    sheet = AttendanceSheet.objects.get(village=cast.village, month=month, version=1)
    return Month(cast, sheet.case, cast.people.get("member") or member_of(cast))
