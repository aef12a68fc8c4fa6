"""What the clock does: on the first of the month it opens the sheet of every village where somebody is on a post."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.utils import timezone

from registry.models import Organisation
from workflows.core.daily import daily
from workflows.core.door import Step
from workflows.employment.tenures import stints, under_agreement

from ..models import AttendanceSheet
from . import days


@daily("开月考勤表")
def sheets_due(at: datetime) -> Iterable[Step]:
    """Of this month and, where the round was missed, of the month before; never of earlier times."""
    on = timezone.localtime(at).date()
    steps = []
    for month in (days.month_before(days.month_of(on)), days.month_of(on)):
        for village in villages_without_sheet(month, on):
            data = {"month": f"{month:%Y-%m}", "opening_key": f"attendance-{village.pk}-{month:%Y-%m}"}
            steps.append(Step("attendance.open", village, data))
    return steps


def villages_without_sheet(month: date, on: date) -> Iterable[Organisation]:
    """Where somebody has had a day in the month by now and no sheet stands (three queries)."""
    last = min(days.last_day(month), on)
    found = under_agreement(month, last).select_related("worker")
    wanted = {stint.tenure.village_id for stint in stints(found, month, last)}
    # One that was voided is opened again by hand only.
    opened = AttendanceSheet.objects.filter(month=month)
    return Organisation.objects.filter(pk__in=wanted - set(opened.values_list("village_id", flat=True))).order_by("pk")
