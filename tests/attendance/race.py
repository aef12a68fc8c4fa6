"""What two people do at the same moment to one month: told here, done by tests/attendance/test_races.py in processes
of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from registry.models import County, Organisation, User
from registry.roles import Role
from signatures.demo_strokes import demo_signature
from tests.attendance.months import SEPTEMBER, Month, at, county_with_workers
from tests.cast import PEOPLE, Cast
from workflows.attendance.models import AttendanceSheet, PayRoster
from workflows.core.actors import Actor
from workflows.core.door import perform
from workflows.core.procedure import open_tasks
from workflows.core.refusals import DoorError
from workflows.core.seen import seen_of

FIRST_OF_OCTOBER = at(2020, 10, 1)
SECOND_CLERK = "路过明"


def stage() -> None:
    """Two at work in the village, which has two clerks; September is over and nobody has opened its sheet."""
    cast = county_with_workers()
    cast.also("outsider", Role.VILLAGE_CLERK, "104001")


def onwards() -> None:
    """The sheet that was raced for goes its way, and a roster lies with the county's finance."""
    cast = _cast()
    month = Month(cast, AttendanceSheet.objects.get(month=SEPTEMBER).case, cast.people["keeper"])
    month.lock()
    roster = cast.do("pay.open", cast.township, cast.township_clerk, {"month": "2020-09"}).result

    def lying() -> Any:
        return open_tasks(roster)[0]

    cast.do("pay.submit", lying(), cast.township_clerk, {"strokes": demo_signature("罗晓敏")})
    cast.do("pay.review", lying(), cast.reviewer, {"strokes": demo_signature("林书平")})
    cast.do("pay.seal", lying(), cast.township_keeper)


def _cast() -> Cast:
    cast = Cast(County.objects.get(), now=FIRST_OF_OCTOBER)
    cast.places = {place.code: place for place in Organisation.objects.all()}
    for part, name, *_ in PEOPLE:
        cast.people[part] = Actor.of(User.objects.get(name=name), cast.now.date())
    return cast


def look(race: str, number: int) -> Callable[[], str]:
    """The page as this one sees it; the returned call is the click."""
    return {"open": _open, "save": _save, "pay": _pay}[race](number)


def _actor(name: str) -> Actor:
    return Actor.of(User.objects.get(name=name), FIRST_OF_OCTOBER.date())


def _open(number: int) -> Callable[[], str]:
    """The clerk by hand, and the clock."""
    actor = _actor("何素琴") if number else Actor.system("每日事务")
    village = Organisation.objects.get(code="104001")
    data = {"month": "2020-09", "opening_key": f"opening {number}"}
    return _click("attendance.open", village, actor, data, "")


def _save(number: int) -> Callable[[], str]:
    """Two clerks with the same sheet before them."""
    case = AttendanceSheet.objects.get(month=SEPTEMBER).case
    task = open_tasks(case)[0]
    row = AttendanceSheet.objects.get(case=case).rows.order_by("position")[0]
    data = {f"d{row.worker_id}_17": "sp"[number]}
    return _click("attendance.save", task, _actor(("何素琴", SECOND_CLERK)[number]), data, seen_of(task, case))


def _pay(number: int) -> Callable[[], str]:
    """Two of the finance bureau's windows, one officer at both."""
    case = PayRoster.objects.get().case
    task = open_tasks(case)[0]
    data = {"voucher": f"凭证{number}", "paid_on": "2020-10-02", "strokes": demo_signature(f"杜佳宁{number}")}
    return _click("pay.confirm", task, _actor("杜佳宁"), data, seen_of(task, case), moment=at(2020, 10, 2))


def _click(
    action: str, subject: Any, actor: Actor, data: dict[str, str], seen: str, moment: Any = FIRST_OF_OCTOBER
) -> Callable[[], str]:
    def click() -> str:
        try:
            perform(action, subject, actor, data, seen, at=moment)
        except DoorError as error:
            return type(error).__name__
        return "done"

    return click
