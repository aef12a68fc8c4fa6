"""The last month that is over in the demo: of the shown villages one is paid, one waits for the township, one was sent
back, one is being signed; elsewhere a sheet or a roster lies at each of the other desks."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import accumulate
from typing import Any

from project.demo.office_hours import OfficeHours
from project.demo.places import Village
from project.demo.stories import County, Story
from registry.roles import Role
from signatures.demo_strokes import demo_signature
from workflows.attendance.models import AttendanceRow
from workflows.core.door import perform
from workflows.core.models import Case
from workflows.core.procedure import open_tasks
from workflows.core.refusals import Refused
from workflows.core.working_days import working_days_between

IN_VILLAGE = ("open", "submit", "workers", "head", "member", "report")
PAID = (*IN_VILLAGE, "audit", "seal", "draw_up", "accounts", "prepare", "review", "seal_roster", "pay")
# How far each village is, and how many working days after the first village it began.
VILLAGES = {
    "青禾村": (PAID, 0),
    "榆荫村": (IN_VILLAGE, 1),
    "柳溪村": ((*IN_VILLAGE, "send_back"), 1),
    "云杉村": (IN_VILLAGE[:4], 2),
}
AUDITED = (*IN_VILLAGE, "audit", "seal")
ROSTER = (*AUDITED, "draw_up", "accounts", "prepare")
# The same in townships nobody is shown first, in the village of those who are at work for the walks (plan.py).
ELSEWHERE: Mapping[str, tuple[str, ...]] = {
    "102": IN_VILLAGE[:1],
    "106": IN_VILLAGE[:5],
    "107": (*IN_VILLAGE, "audit"),
    "108": AUDITED,
    "109": (*AUDITED, "correct", *IN_VILLAGE[1:], "audit", "seal", "draw_up", "void_roster", "draw_up"),
    "110": ("open", "void"),
    "105": PAID,
    "201": (*ROSTER, "send_roster_back"),
    "202": ROSTER,
    "203": (*ROSTER, "review"),
    "206": (*ROSTER, "review", "seal_roster"),
}
# Working days after the first act; what is done again later is done on the day of what went before.
AFTER = {"audit": 1, "send_back": 1, "seal": 2, "correct": 3, "draw_up": 3, "accounts": 3, "prepare": 3}
AFTER |= {"review": 4, "send_roster_back": 4, "seal_roster": 5, "pay": 6}
LONGEST = 9  # working days that the longest way takes


def last_month_over(hours: OfficeHours) -> date:
    """The latest month that ended long enough ago for its way to be told."""
    month = (hours.today.replace(day=1) - timedelta(days=1)).replace(day=1)
    while _since(month, hours) < LONGEST:
        month = (month - timedelta(days=1)).replace(day=1)
    return month


def _since(month: date, hours: OfficeHours) -> int:
    """Working days between the month's end and today, both left out."""
    end = (month + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    return working_days_between(end, hours.today - timedelta(days=1))


def month_stories(county: County, villages: tuple[Village, ...], hours: OfficeHours, seed: int) -> Iterator[MonthStory]:
    month = last_month_over(hours)
    for village in villages:
        if village.name in VILLAGES:
            yield MonthStory(county, village, *VILLAGES[village.name], month, hours, seed)
    first = {village.township: village for village in reversed(villages)}
    for township, acts in ELSEWHERE.items():
        yield MonthStory(county, first[township], acts, 1, month, hours, seed)


class MonthStory:
    """One village's sheet and, where it goes so far, the township's roster. A village where nobody is under an
    agreement yet has none: then nothing is told."""

    def __init__(
        self,
        county: County,
        village: Village,
        acts: tuple[str, ...],
        later: int,
        month: date,
        hours: OfficeHours,
        seed: int,
    ) -> None:
        self.county, self.village, self.acts, self.month = county, village, acts, month
        self.dice = random.Random(f"month {seed} {village.code}")  # noqa: S311 - invented lives
        first = _since(month, hours) - later
        minute = self.dice.randrange(40)
        days = accumulate((AFTER.get(act, 0) for act in self.acts), max)
        self.moments = [hours.moment(first - day, minute + 12 * number) for number, day in enumerate(days)]
        self.sheet: Case | None = None
        self.roster: Case | None = None

    def tell(self) -> Story:
        for act, moment in zip(self.acts, self.moments, strict=True):
            at = yield moment
            if act == "open":
                self._open(at)
            elif self.sheet is not None:
                getattr(self, f"_{act}")(at)

    def _holder(self, role: Role) -> Any:
        places = {Role.FINANCE_OFFICER: "finance"}
        in_village = str(role).startswith("village")
        place = places.get(role, self.village.code if in_village else self.village.township)
        return self.county.holder(role, place, self.dice)

    def _do(self, action: str, role: Role, data: dict[str, Any], at: datetime, seat: str = "") -> None:
        case = Case.objects.get(pk=(self.roster or self.sheet).pk)  # type: ignore[union-attr]
        task = next(task for task in open_tasks(case) if task.seat == seat)
        actor = self._holder(role)
        signed = {"strokes": demo_signature(actor.name, int(at.timestamp()))} if data.pop("sign", False) else {}
        perform(action, task, actor, {**data, **signed}, at=at)

    def _rows(self) -> list[AttendanceRow]:
        return list(AttendanceRow.objects.filter(sheet__case=self.sheet).select_related("worker").order_by("position"))

    # --- the village ------------------------------------------------------------------------------------

    def _open(self, at: datetime) -> None:
        village = self.county.organisation(self.village.code)
        data = {"month": f"{self.month:%Y-%m}", "opening_key": f"demo-month-{self.village.code}"}
        try:
            outcome = perform("attendance.open", village, self._holder(Role.VILLAGE_CLERK), data, at=at)
        except Refused:
            return
        self.sheet = outcome.result

    def _submit(self, at: datetime) -> None:
        typed: dict[str, Any] = {f"fill_{row.worker_id}": "work" for row in self._rows()}
        for row in self._rows():
            day = row.marks.find(".", self.dice.randrange(len(row.marks)))
            if day >= 0 and self.dice.random() < 0.5:
                typed[f"d{row.worker_id}_{day + 1}"] = self.dice.choice("psp")
        self._do("attendance.submit", Role.VILLAGE_CLERK, typed, at)

    def _workers(self, at: datetime) -> None:
        moment = int(at.timestamp())
        ink = {f"ink_{row.worker_id}": demo_signature(row.worker.name, moment + row.pk) for row in self._rows()}
        self._do("attendance.sign_for_workers", Role.VILLAGE_CLERK, ink, at, "workers")

    def _head(self, at: datetime) -> None:
        self._do("attendance.sign", Role.VILLAGE_HEAD, {"sign": True}, at, "head")

    def _member(self, at: datetime) -> None:
        self._do("attendance.sign", Role.VILLAGE_COMMITTEE_MEMBER, {"sign": True}, at, "member")

    def _report(self, at: datetime) -> None:
        self._do("attendance.report", Role.VILLAGE_CLERK, {}, at)

    # --- the township and the county ----------------------------------------------------------------------

    def _audit(self, at: datetime) -> None:
        self._do("attendance.audit", Role.TOWNSHIP_REVIEWER, {"sign": True}, at)

    def _seal(self, at: datetime) -> None:
        self._do("attendance.seal", Role.TOWNSHIP_SEAL_KEEPER, {}, at)

    def _send_back(self, at: datetime) -> None:
        row = self._rows()[0]
        said = {"reason": f"{row.worker.name}有一天入户时不在岗，请核实。", f"fault_{row.pk}": "on"}
        self._do("attendance.send_back", Role.TOWNSHIP_REVIEWER, said, at)

    def _correct(self, at: datetime) -> None:
        said = {"reason": "核对入户记录，有一天记错了。", "opening_key": f"demo-correct-{self.village.code}"}
        self.sheet = perform("attendance.correct", self.sheet, self._holder(Role.VILLAGE_CLERK), said, at=at).result

    def _void(self, at: datetime) -> None:
        said = {"reason": "月份选错了，重新填写。"}
        perform("attendance.void", self.sheet, self._holder(Role.VILLAGE_CLERK), said, at=at)

    def _void_roster(self, at: datetime) -> None:
        said = {"reason": "漏列了一个村，重新核算。"}
        perform("pay.void", self.roster, self._holder(Role.TOWNSHIP_CLERK), said, at=at)
        self.roster = None

    def _send_roster_back(self, at: datetime) -> None:
        self._do("pay.send_back", Role.TOWNSHIP_REVIEWER, {"reason": "请核对一人的银行账号。"}, at)

    def _draw_up(self, at: datetime) -> None:
        township = self.county.organisation(self.village.township)
        key = f"demo-pay-{self.village.township}-{int(at.timestamp())}"
        data = {"month": f"{self.month:%Y-%m}", "opening_key": key}
        self.roster = perform("pay.open", township, self._holder(Role.TOWNSHIP_CLERK), data, at=at).result

    def _accounts(self, at: datetime) -> None:
        accounts = {f"account_{row.worker_id}": f"62284800{self.dice.randrange(10**11):011d}" for row in self._rows()}
        self._do("pay.save_accounts", Role.TOWNSHIP_CLERK, accounts, at)

    def _prepare(self, at: datetime) -> None:
        self._do("pay.submit", Role.TOWNSHIP_CLERK, {"sign": True}, at)

    def _review(self, at: datetime) -> None:
        self._do("pay.review", Role.TOWNSHIP_REVIEWER, {"sign": True}, at)

    def _seal_roster(self, at: datetime) -> None:
        self._do("pay.seal", Role.TOWNSHIP_SEAL_KEEPER, {}, at)

    def _pay(self, at: datetime) -> None:
        voucher = {
            "voucher": f"{at:%Y-%m}-{int(self.village.township) - 17:04d}",
            "paid_on": f"{at:%Y-%m-%d}",
            "sign": True,
        }
        self._do("pay.confirm", Role.FINANCE_OFFICER, voucher, at)
