"""Who worked where in a span of days, as attendance, pay and the ledger count it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from registry.models import Organisation

from .models import AgreementState, Tenure


@dataclass(frozen=True)
class Stint:
    """The days of one tenure inside its sealed agreement that lie in a span; both ends are counted."""

    tenure: Tenure
    first: date
    last: date


def tenures_in(village: Organisation, first_day: date, last_day: date) -> list[Stint]:
    """Everybody with days under a sealed agreement in this village, by name and day (one query)."""
    found = under_agreement(first_day, last_day).filter(agreement__village=village)
    return stints(found.select_related("worker", "post", "agreement"), first_day, last_day)


def under_agreement(first_day: date, last_day: date) -> QuerySet[Tenure]:
    """The tenures with days under a sealed agreement in the span, anywhere."""
    return Tenure.objects.filter(
        Q(end_on__isnull=True) | Q(end_on__gte=first_day),
        start_on__lte=last_day,
        agreement__state=AgreementState.CONCLUDED,
        agreement__start_on__lte=last_day,
        agreement__end_on__gte=first_day,
    )


def stints(tenures: Iterable[Tenure], first_day: date, last_day: date) -> list[Stint]:
    """Each tenure's days in the span: neither before it or its agreement began nor after either ended."""
    found = []
    for tenure in tenures:
        agreement = tenure.agreement
        if agreement is None:
            continue
        first = max(first_day, tenure.start_on, agreement.start_on)
        last = min(last_day, agreement.end_on, tenure.end_on or agreement.end_on)
        if first <= last:
            found.append(Stint(tenure, first, last))
    return sorted(found, key=lambda each: (each.tenure.worker.name, each.tenure.worker_id, each.first))
