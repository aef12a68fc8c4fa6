"""On which days somebody is on a post: inside the agreements of a tenure, and not after its end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta

from django.db.models import FilteredRelation, Q

from ..models import Agreement, AgreementState, Tenure, TenureState
from ..service import Stretch, clipped, joined


def stretches_of(tenure: Tenure, agreements: Iterable[Agreement]) -> tuple[Stretch, ...]:
    """The days of one tenure, in order: `agreements` are its concluded ones. What began before this system lasts
    until the first agreement written down here (one from paper, or a renewal); work never taken up has no day."""
    if tenure.state == TenureState.CANCELLED:
        return ()
    concluded = sorted(agreements, key=lambda each: each.start_on)
    found = [Stretch(each.start_on, each.end_on) for each in concluded]
    if not concluded:
        found.append(Stretch(tenure.start_on, None))
    elif concluded[0].carries_on and concluded[0].start_on > tenure.start_on:
        found.insert(0, Stretch(tenure.start_on, concluded[0].start_on - timedelta(days=1)))
    return clipped(joined(found), tenure.start_on, tenure.end_on)


def agreements_by_tenure(tenures: Iterable[Tenure]) -> dict[int, list[Agreement]]:
    """The concluded agreements of these tenures, in order; one query."""
    found: dict[int, list[Agreement]] = {}
    concluded = Agreement.objects.filter(
        tenure__in=[tenure.pk for tenure in tenures], state=AgreementState.CONCLUDED
    ).select_related("case")
    for agreement in concluded.order_by("start_on", "pk"):
        found.setdefault(agreement.tenure_id or 0, []).append(agreement)
    return found


Histories = Mapping[int, tuple[Tenure, list[Agreement]]]
"""Tenures by key, each with its concluded agreements in order."""


def histories_of(workers: Iterable[int]) -> dict[int, tuple[Tenure, list[Agreement]]]:
    """Every tenure of these people by key, whatever the village and the post, with its concluded agreements in order;
    one query, which repeats a tenure for each agreement."""
    signed = FilteredRelation("agreements", condition=Q(agreements__state=AgreementState.CONCLUDED))
    rows = Tenure.objects.filter(worker__in=list(workers)).annotate(signed=signed).select_related("signed__case")
    found: dict[int, tuple[Tenure, list[Agreement]]] = {}
    for row in rows.order_by("pk", "signed__start_on", "signed__pk"):
        _, agreements = found.setdefault(row.pk, (row, []))
        if (agreement := getattr(row, "signed", None)) is not None:
            agreements.append(agreement)
    return found


def service_of(workers: Iterable[int]) -> dict[int, list[Stretch]]:
    """All service of these people, whatever the village, the post and the agreement (《办法》第十条); one query."""
    return service_in(histories_of(workers))


def service_in(histories: Histories) -> dict[int, list[Stretch]]:
    """The same, from what was read already."""
    found: dict[int, list[Stretch]] = {}
    for tenure, agreements in histories.values():
        found.setdefault(tenure.worker_id, []).extend(stretches_of(tenure, agreements))
    return found
