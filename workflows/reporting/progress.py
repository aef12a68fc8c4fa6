"""How far the county's month is: every township's sheets, roster and ledger, and what is late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from registry.models import County, Organisation
from registry.roles import OrganisationKind
from workflows.attendance.models import ON_THE_WAY, AttendanceSheet, PayRoster, RosterState, SheetState
from workflows.attendance.sheets.days import last_day
from workflows.core.models import DeskTask
from workflows.employment.models import Agreement, AgreementState, TenureState
from workflows.employment.tenures import kept_here

from .models import FILED, Ledger, LedgerState

# The stages of a sheet, in their order; each sheet stands in one of them.
STAGES: dict[str, tuple[str, ...]] = {
    "filling": (SheetState.FILLING, SheetState.RETURNED),
    "signing": (SheetState.SIGNING, SheetState.SIGNED),
    "audit": (SheetState.AWAITING_AUDIT, SheetState.AWAITING_SEAL),
    "locked": (SheetState.LOCKED, SheetState.IN_PAY, SheetState.CORRECTED),
}


@dataclass(frozen=True)
class TownshipMonth:
    """One township's month. `wanted`: villages where somebody is under an agreement; `corrections`: under way."""

    township: Organisation
    wanted: int
    stages: dict[str, int]
    corrections: int
    roster: RosterState | None
    roster_case: int | None
    rosters: int
    rosters_paid: int
    ledger: LedgerState | None
    ledger_case: int | None
    ledger_late: int
    late: int

    @property
    def opened(self) -> int:
        return sum(self.stages.values())

    @property
    def locked(self) -> int:
        return self.stages["locked"]

    @property
    def missing(self) -> int:
        """Villages that need a sheet and have none."""
        return max(self.wanted - self.opened, 0)

    @property
    def ledger_filed(self) -> bool:
        return self.ledger in FILED


def county_month(county: County, month: date, on: date) -> list[TownshipMonth]:
    """Every township in its order, as things stand on that day (one query whatever their number)."""
    return [
        TownshipMonth(
            township=place,
            wanted=place.wanted,
            stages={stage: getattr(place, stage) for stage in STAGES},
            corrections=place.corrections,
            roster=RosterState(place.roster_state) if place.roster_state else None,
            roster_case=place.roster_case,
            rosters=place.rosters,
            rosters_paid=place.rosters_paid,
            ledger=LedgerState(place.ledger_state) if place.ledger_state else None,
            ledger_case=place.ledger_case,
            ledger_late=_days_late(place.ledger_due_on, place.ledger_filed_at, on),
            late=place.late,
        )
        for place in _townships(county, month, on)
    ]


def _townships(county: County, month: date, on: date) -> QuerySet[Any]:
    """With what stands of each in the month: its sheets by stage, its latest roster, its ledger, its papers past their
    term. A corrected sheet stands for its village until the correction is locked."""
    here = OuterRef("pk")
    sheets = AttendanceSheet.objects.filter(township=here, month=month)
    first, later = sheets.filter(corrects__isnull=True), sheets.filter(corrects__isnull=False)
    stages = {stage: _counted(first.filter(state__in=states)) for stage, states in STAGES.items()}
    rosters = PayRoster.objects.filter(township=here, month=month).exclude(state=RosterState.VOIDED)
    ledgers = Ledger.objects.filter(township=here, month=month).exclude(state=LedgerState.VOIDED)
    of_month = Q(process__attendance_sheet__month=month)
    of_month |= Q(process__pay_roster__month=month) | Q(process__ledger__month=month)
    late = DeskTask.objects.filter(
        of_month, process__township=here, finished__isnull=True, due_on__lt=on, office__isnull=False
    )
    newest, last, handed_in = rosters.order_by("-batch"), ledgers.order_by("-version"), ledgers.filter(version=1)
    found = Organisation.objects.existing(on).filter(county=county, kind=OrganisationKind.TOWNSHIP)
    return found.order_by("code").annotate(
        **stages,
        wanted=_counted(_under_agreement(month, on).filter(tenure__township=here), "tenure__village"),
        corrections=_counted(later.filter(state__in=ON_THE_WAY)),
        roster_state=Subquery(newest.values("state")[:1]),
        roster_case=Subquery(newest.values("case")[:1]),
        rosters=_counted(rosters),
        rosters_paid=_counted(rosters.filter(state=RosterState.PAID)),
        ledger_state=Subquery(last.values("state")[:1]),
        ledger_case=Subquery(last.values("case")[:1]),
        ledger_due_on=Subquery(handed_in.values("due_on")[:1]),
        ledger_filed_at=Subquery(handed_in.values("first_filed_at")[:1]),
        late=_counted(late),
    )


def _counted(rows: QuerySet[Any], what: str = "pk") -> Coalesce:
    """How many rows a subquery has, or how many different ones of `what`."""
    one = rows.order_by().annotate(one=Value(1)).values("one")
    number = one.annotate(number=Count(what, distinct=True)).values("number")
    return Coalesce(Subquery(number, output_field=IntegerField()), 0)


def _under_agreement(month: date, on: date) -> QuerySet[Agreement]:
    """Agreements with a day in the month by now, cut short where the person left."""
    return Agreement.objects.filter(
        kept_here(min(last_day(month), on)),
        Q(tenure__end_on__isnull=True) | Q(tenure__end_on__gte=month) & Q(tenure__end_on__gte=F("start_on")),
        state=AgreementState.CONCLUDED,
        start_on__lte=min(last_day(month), on),
        end_on__gte=month,
    ).exclude(tenure__state=TenureState.CANCELLED)


def _days_late(due_on: date | None, filed_at: datetime | None, on: date) -> int:
    """Days between the due day and the first handing in, or today."""
    if due_on is None:
        return 0
    until = timezone.localtime(filed_at).date() if filed_at else on
    return max((until - due_on).days, 0)
