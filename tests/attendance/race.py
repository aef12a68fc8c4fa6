"""`python -m tests.attendance.race`: what two people do at the same moment to one village's month and its pay."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import django

django.setup()

from registry.models import County, Organisation, User  # noqa: E402
from registry.roles import Role  # noqa: E402
from signatures.demo_strokes import demo_signature  # noqa: E402
from tests.attendance.months import SEPTEMBER, Month, at, county_with_workers  # noqa: E402
from tests.cast import PEOPLE, Cast  # noqa: E402
from tests.races.forked import Click, alone, at_once, clock, press, tell  # noqa: E402
from workflows.attendance.models import (  # noqa: E402
    AttendanceRow,
    AttendanceSheet,
    PayLine,
    PayRoster,
    SheetState,
)
from workflows.core.actors import Actor  # noqa: E402
from workflows.core.consistency import faulty_cases  # noqa: E402
from workflows.core.procedure import open_tasks  # noqa: E402
from workflows.core.seen import seen_of  # noqa: E402

FIRST_OF_OCTOBER, DESK, PAYDAY = at(2020, 10, 1), at(2020, 10, 1, 10), at(2020, 10, 2)
SECOND_CLERK, CLOCK = "路过明", "开月考勤表"


def stage() -> None:
    """Two at work in the village, which has two clerks; September is over and nobody has opened its sheet."""
    cast = county_with_workers()
    cast.also("outsider", Role.VILLAGE_CLERK, "104001")


def cast_of_today() -> Cast:
    cast = Cast(County.objects.get(), now=FIRST_OF_OCTOBER)
    cast.places = {place.code: place for place in Organisation.objects.all()}
    for part, name, *_ in PEOPLE:
        cast.people[part] = Actor.of(User.objects.get(name=name), cast.now.date())
    return cast


def sheet() -> AttendanceSheet:
    return AttendanceSheet.objects.get(month=SEPTEMBER)


def month() -> Month:
    cast = cast_of_today()
    return Month(cast, sheet().case, cast.people["keeper"])


def actor(name: str) -> Actor:
    return Actor.of(User.objects.get(name=name), FIRST_OF_OCTOBER.date())


def opens(who: str, action: str = "attendance.open") -> Callable[[], Click]:
    """By hand: a village's sheet, a township's roster."""

    def look() -> Click:
        place = Organisation.objects.get(code="104001" if action == "attendance.open" else "104")
        data = {"month": "2020-09", "opening_key": f"opening {action} {who}"}
        return press(action, place, actor(who), data, "", DESK)

    return look


def saves(who: str, mark: str) -> Callable[[], Click]:
    """A clerk with the sheet before them."""

    def look() -> Click:
        case = sheet().case
        task, row = open_tasks(case)[0], sheet().rows.order_by("position")[0]
        return press("attendance.save", task, actor(who), {f"d{row.worker_id}_17": mark}, seen_of(task, case), DESK)

    return look


def acts(action: str, who: str, *, seat: str = "", moment: Any = DESK, roster: bool = False) -> Callable[[], Click]:
    """At the desk on which the sheet (or the roster) lies."""

    def look() -> Click:
        case = PayRoster.objects.get().case if roster else sheet().case
        task = next(task for task in open_tasks(case) if task.seat == seat)
        data: dict[str, str] = {}
        if "seal" not in action:
            data = {"strokes": demo_signature(f"{who}{action}")}
        if action == "pay.confirm":
            data |= {"voucher": f"凭证{who}", "paid_on": PAYDAY.date().isoformat()}
        return press(action, task, actor(who), data, seen_of(task, case), moment)

    return look


def of_the_case(action: str, who: str, **data: str) -> Callable[[], Click]:
    def look() -> Click:
        case = sheet().case
        return press(action, case, actor(who), data, str(case.revision), DESK)

    return look


def to_signing() -> None:
    """Filled in and signed by the workers; head and member have the sheet before them."""
    now = month()
    now.fill()
    now.workers_sign()


def to_audit() -> None:
    """Whatever came of the race before: the sheet lies with the township's reviewer."""
    now = month()
    if now.sheet.is_live:
        now.fill()  # nothing is changed by it: the workers' signatures stand
    for task in open_tasks(now.case):
        if task.seat in ("head", "member"):
            signer = now.cast.head if task.seat == "head" else now.member
            now.cast.do("attendance.sign", task, signer, {"strokes": demo_signature(f"{signer.name}再签")})
    now = month()
    if now.sheet.state == SheetState.SIGNED:
        now.cast.do("attendance.report", open_tasks(now.case)[0], now.cast.clerk)
    if now.sheet.state == SheetState.AWAITING_SEAL:
        now.cast.do("desk.take_back", now.case, now.cast.reviewer)


def to_payment() -> None:
    """The roster lies with the county's finance."""
    cast, case = cast_of_today(), PayRoster.objects.get().case
    cast.do("pay.submit", open_tasks(case)[0], cast.township_clerk, {"strokes": demo_signature("罗晓敏")})
    cast.do("pay.review", open_tasks(case)[0], cast.reviewer, {"strokes": demo_signature("林书平")})
    cast.do("pay.seal", open_tasks(case)[0], cast.township_keeper)


def sight() -> dict[str, Any]:
    rows = AttendanceRow.objects.filter(sheet__month=SEPTEMBER)
    return {
        "states": list(AttendanceSheet.objects.filter(month=SEPTEMBER).values_list("state", flat=True)),
        "rows": rows.count(),
        "mark": rows.order_by("position").values_list("marks", flat=True)[0][16],
        "rosters": list(PayRoster.objects.values_list("state", "voucher")),
        "lines": PayLine.objects.count(),
        "faults": list(faulty_cases()),
    }


def main() -> None:
    alone(stage)
    told: dict[str, Any] = {}
    told["open"] = at_once(opens("何素琴"), clock(FIRST_OF_OCTOBER, CLOCK), clock(FIRST_OF_OCTOBER, CLOCK))
    told["opened"] = alone(sight)
    told["save"] = at_once(saves("何素琴", "s"), saves(SECOND_CLERK, "p"))
    told["saved"] = alone(sight)
    alone(to_signing)
    why = {"reason": "有一天请假没有记。"}
    told["sign"] = at_once(
        acts("attendance.sign", "秦守义", seat="head"), of_the_case("attendance.reopen", "何素琴", **why)
    )
    told["edited"] = alone(sight)
    alone(to_audit)
    told["audit"] = at_once(acts("attendance.audit", "林书平"), of_the_case("desk.take_back", "何素琴"))
    told["audited"] = alone(sight)
    alone(to_audit)
    told["twice"] = at_once(acts("attendance.audit", "林书平"), acts("attendance.audit", "苏文静"))
    told["seal"] = at_once(acts("attendance.seal", "沈静"), acts("attendance.seal", "沈静"))
    told["draw up"] = at_once(opens("罗晓敏", "pay.open"), opens("罗晓敏", "pay.open"))
    alone(to_payment)
    told["pay"] = at_once(*(acts("pay.confirm", "杜佳宁", roster=True, moment=PAYDAY) for _ in range(2)))
    told["end"] = alone(sight)
    tell(told)


if __name__ == "__main__":
    main()
