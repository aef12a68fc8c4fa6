"""A new ledger in the move that opens it: its case, its day, its people."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from registry.models import Organisation, PersonKey
from registry.policies import Policy
from workflows.core.actions import Move
from workflows.core.flow_versions import flow_in_force
from workflows.core.models import Case
from workflows.core.numbers import next_number
from workflows.core.working_days import is_working_day
from workflows.employment.service import months_after

from ..models import Ledger, LedgerState
from .flow_v1 import LedgerFlow
from .snapshot import Snapshot, draw_up

OPENING = "open_ledger"  # the policy's name for the working days between the opening and the due day


def due_day_of(month: date, policy: Policy) -> date:
    """The last day on which the month's ledger may be handed in."""
    return month.replace(day=policy.ledger_due_day)


def opening_day_of(month: date, policy: Policy) -> date:
    """The day on which it opens by itself: so many working days before the due day."""
    day, left = due_day_of(month, policy), policy.step_days[OPENING]
    while left > 0:
        day -= timedelta(days=1)
        left -= is_working_day(day)
    return max(day, month)


def latest_ledger(township_id: int, *, before: date) -> Ledger | None:
    """The last version that stands of the last month before this one."""
    found = Ledger.objects.filter(township=township_id, month__lt=before).exclude(state=LedgerState.VOIDED)
    return found.order_by("-month", "-version").select_related("case").first()


def since_day(former: Ledger | None, on: date) -> date:
    """Changes are counted from the day of the last ledger; for the first one, from a month before."""
    return former.snapshot_on if former is not None else months_after(on, -1)


def open_ledger(move: Move, township: Organisation, policy: Policy, **of_ledger: Any) -> Ledger:
    """Open the case with its people as they are by the records; `of_ledger`: month, snapshot_on, former, version …"""
    on, former = of_ledger["snapshot_on"], of_ledger["former"]
    since = of_ledger.pop("since_on", None) or since_day(former, on)
    people = draw_up(township, since, on, former, policy)
    month: date = of_ledger["month"]
    case = Case(
        flow_class=flow_in_force(move.county, LedgerFlow, move.at),
        county=move.county,
        township=township,
        opened_by=move.actor.user,
        opening_key=f"ledger-{township.pk}-{month:%Y-%m}-{of_ledger.get('version', 1)}-{move.at:%y%m%d%H%M%S%f}",
        person_key=PersonKey.create(move.county),
        created=move.at,
        submitted_at=move.at,
        number=next_number(move.county, f"{month.year}-{township.code}-台"),
    )
    case.moment = move.at
    case.save()
    ledger = Ledger(
        county=move.county,
        township=township,
        case=case,
        since_on=since,
        due_on=due_day_of(month, policy),
        policy_set_id=policy.set_id,
        **_counts(people),
        **of_ledger,
    )
    ledger.save()
    keep_rows(ledger, people)
    move.on_case, move.entity, move.result = case, ledger, case
    case.entity = ledger
    LedgerFlow.begin(case)
    move.policy = policy.reference
    move.details |= {"month": month.isoformat(), "snapshot_on": on.isoformat(), **_counts(people)}
    return ledger


def _counts(people: Snapshot) -> dict[str, Any]:
    return {
        "last_count": people.last,
        "joined_count": people.joined,
        "left_count": people.left,
        "now_count": people.now,
        "differences": list(people.differences),
    }


def keep_rows(ledger: Ledger, people: Snapshot) -> None:
    for row in people.rows:
        row.ledger = ledger
        row.save()


def take_anew(ledger: Ledger, on: date, policy: Policy) -> None:
    """The people as they are by the records now, while the clerk still has the ledger. A supplement keeps the day of
    the version it supplements."""
    if ledger.supplements is None:
        ledger.former = latest_ledger(ledger.township_id, before=ledger.month)
        ledger.since_on = since_day(ledger.former, on)
        ledger.snapshot_on = on
    people = draw_up(ledger.township, ledger.since_on, ledger.snapshot_on, ledger.former, policy)
    for name, value in _counts(people).items():
        setattr(ledger, name, value)
    ledger.rows.all().delete()
    keep_rows(ledger, people)
