"""Who worked where in a span of days under a sealed agreement, as attendance and pay count it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from registry.models import Organisation

from ..models import Agreement, AgreementState, Tenure, TenureState
from ..service import Stretch, clipped, joined
from .spans import agreements_by_tenure


@dataclass(frozen=True)
class Stint:
    """The days of one tenure inside its sealed agreements that lie in a span; both ends are counted. Agreements that
    follow each other without a day between are one stint."""

    tenure: Tenure
    first: date
    last: date


def tenures_in(village: Organisation, first_day: date, last_day: date) -> list[Stint]:
    """Everybody with days under a sealed agreement in this village, by name and day (one query)."""
    sealed = Agreement.objects.filter(
        _lasting(first_day, last_day, "tenure__"),
        kept_here(last_day),
        tenure__village=village,
        state=AgreementState.CONCLUDED,
        start_on__lte=last_day,
        end_on__gte=first_day,
    ).exclude(tenure__state=TenureState.CANCELLED)
    tenures: dict[int, Tenure] = {}
    agreements: dict[int, list[Agreement]] = {}
    for agreement in sealed.select_related("tenure__worker", "tenure__post").order_by("start_on", "pk"):
        tenure: Tenure = agreement.tenure
        tenures.setdefault(tenure.pk, tenure)
        agreements.setdefault(tenure.pk, []).append(agreement)
    return _stints(tenures.values(), agreements, first_day, last_day)


def under_agreement(first_day: date, last_day: date) -> QuerySet[Tenure]:
    """The tenures with days under a sealed agreement in the span, anywhere."""
    sealed = Agreement.objects.filter(
        kept_here(last_day),
        tenure=OuterRef("pk"),
        state=AgreementState.CONCLUDED,
        start_on__lte=last_day,
        end_on__gte=first_day,
    )
    lasting = Tenure.objects.filter(_lasting(first_day, last_day))
    return lasting.filter(Exists(sealed)).exclude(state=TenureState.CANCELLED)


def _lasting(first_day: date, last_day: date, prefix: str = "") -> Q:
    """Tenures that had begun by the last day and had not ended before the first."""
    open_ended, later = Q((f"{prefix}end_on__isnull", True)), Q((f"{prefix}end_on__gte", first_day))
    return (open_ended | later) & Q((f"{prefix}start_on__lte", last_day))


def kept_here(last_day: date) -> Q:
    """Whose attendance was not still kept on paper on the last day."""
    return Q(kept_from__isnull=True) | Q(kept_from__lte=last_day)


def stints(tenures: Iterable[Tenure], first_day: date, last_day: date) -> list[Stint]:
    """Each tenure's days in the span: neither before it or its agreement began nor after either ended (one query
    besides the one that reads the tenures)."""
    rows = list(tenures)
    return _stints(rows, agreements_by_tenure(rows), first_day, last_day)


def _stints(
    tenures: Iterable[Tenure], agreements: Mapping[int, Sequence[Agreement]], first_day: date, last_day: date
) -> list[Stint]:
    found: list[Stint] = []
    for tenure in tenures:
        own = joined(_kept(agreements.get(tenure.pk, ())))
        until = min(last_day, tenure.end_on or last_day)
        inside = clipped(own, max(first_day, tenure.start_on), until)
        found.extend(Stint(tenure, stretch.first, stretch.last or until) for stretch in inside)
    return sorted(found, key=lambda each: (each.tenure.worker.name, each.tenure.worker_id, each.first))


def _kept(agreements: Iterable[Agreement]) -> list[Stretch]:
    """The days whose attendance is kept here."""
    found = [(max(each.start_on, each.kept_from or each.start_on), each.end_on) for each in agreements]
    return [Stretch(first, last) for first, last in found if first <= last]
