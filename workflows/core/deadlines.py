"""How long a paper may lie on a desk: a term in working days from the policy set, kept on the task from its first day.

A term runs only while the paper lies on that desk. Whoever sent it back (补正), had it taken away (撤回) or takes their
own act back goes on with the working days they had left, at least one: nobody gains time by it. Who had acted, and
must look again, has a full term. A day before the end the office is reminded, after it its head is told; both once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from viewflow.workflow.status import STATUS

from registry.models import County, Organisation
from registry.policies import NoPolicy, policy_on
from registry.roles import OrganisationKind, Role

from .models import Case, DeskTask
from .working_days import after_working_days, is_certain, working_days_between

SOON_DAYS = 1
"""Working days before the end at which the office is reminded."""


def term_of(county: County, desk: Any, on: date) -> int | None:
    """Working days for this step in force that day: `<flow>.<step>`, else `<step>`; None when the policy sets none."""
    try:
        days = policy_on(county, on).step_days
    except NoPolicy:
        return None
    return days.get(f"{desk.flow_class.paperwork.flow_label}.{desk.name}", days.get(desk.name))


def due_day(county: County, desk: Any, at: datetime, *, from_on: date | None = None) -> date | None:
    """The last day for a paper that is laid on this desk now; `from_on`: the term begins only then."""
    on = timezone.localtime(at).date()
    term = term_of(county, desk, on)
    return after_working_days(from_on or on, term) if term is not None else None


def goes_on_until(desk: Any, case: Case, seat: str) -> date | None:
    """The last day where a suspended term at this step goes on; None where none does (one query)."""
    earlier = DeskTask.objects.filter(process=case, flow_task=desk, seat=seat, finished__isnull=False).order_by("-pk")
    last = earlier.values("status", "finished", "due_on", "sent_back").first()
    if last is None or last["due_on"] is None or (last["status"] != STATUS.CANCELED and last["sent_back"] is None):
        return None
    left = working_days_between(timezone.localtime(last["finished"]).date(), last["due_on"])
    return after_working_days(timezone.localtime(case.moment).date(), max(left, 1))


@dataclass(frozen=True)
class DueText:
    """A deadline in words, with its kind: "" in time, "soon" the last day or the one before, "late" past it."""

    day: str
    left: str
    kind: str
    note: str = ""

    @property
    def text(self) -> str:
        """Both in one line; empty when there is no deadline."""
        return "，".join(part for part in (self.day, self.left) if part)


def due_text(due_on: date | None, on: date) -> DueText:
    """期限9月22日，还剩3个工作日."""
    if due_on is None:
        return DueText("", "", "")
    day = (
        f"期限{due_on.month}月{due_on.day}日"
        if due_on.year == on.year
        else f"期限{due_on:%Y}年{due_on.month}月{due_on.day}日"
    )
    note = "" if is_certain(due_on) else "那一年的节假日还没有公布，按周一至周五算"
    left = working_days_between(on, due_on)
    if on > due_on:
        return DueText(day, f"已超{max(-left, 1)}个工作日", "late", note)
    if left == 0:
        return DueText(day, "今天到期", "soon", note)
    return DueText(day, f"还剩{left}个工作日", "soon" if left <= SOON_DAYS else "", note)


def head_of(office: Organisation, role: str) -> tuple[Organisation, str] | None:
    """Whom to tell when this office is late: the village's head, the township's reviewer, the bureau's supervisor."""
    if office.kind == OrganisationKind.VILLAGE:
        if role != Role.VILLAGE_HEAD:
            return office, Role.VILLAGE_HEAD
        return (office.parent, Role.TOWNSHIP_REVIEWER) if office.parent is not None else None
    if office.kind == OrganisationKind.TOWNSHIP and role != Role.TOWNSHIP_REVIEWER:
        return office, Role.TOWNSHIP_REVIEWER
    bureau = Organisation.objects.filter(county=office.county_id, code="bureau").first()
    return (bureau, Role.BUREAU_SUPERVISOR) if bureau is not None else None
