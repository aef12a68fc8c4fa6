"""What the page 考核 tells of a year: the scheme, how far each village is, who runs out without a result."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse

from registry.models import Organisation
from registry.roles import SEES, OrganisationKind, Role, Sight
from workflows.core.actors import Actor
from workflows.core.models import Case
from workflows.employment.models import LASTING, Tenure, TenureState

from .grading.facts import year_days
from .grading.flow_v1 import AppraisalFlow
from .models import WITH_RESULT, Appraisal, DailyRecord, MissingResult, RecordKind, Scheme, SchemeState, State

FROM_YEAR = 2019
ALARMS = 20


def own_office(actor: Actor) -> Organisation | None:
    """The village or township by which the reader looks; None for who reads the whole county."""
    for appointment in actor.appointments:
        if SEES[Role(appointment.role)] == Sight.COUNTY:
            return None
    found = [each.organisation for each in actor.appointments if SEES[Role(each.role)] == Sight.OWN]
    return next((each for each in found if each.kind != OrganisationKind.COUNTY_DEPARTMENT), None)


def sees_appraisals(actor: Actor) -> bool:
    """Whether the page is for this person."""
    return own_office(actor) is not None or any(SEES[Role(each.role)] == Sight.COUNTY for each in actor.appointments)


def years_to_choose(on: date, wanted: int) -> list[dict[str, Any]]:
    return [{"value": year, "selected": year == wanted} for year in range(on.year, FROM_YEAR - 1, -1)]


def scheme_for(township: Organisation | None, year: int) -> Scheme | None:
    """The scheme of a township's year, on its way or in force (one query)."""
    if township is None:
        return None
    found = Scheme.objects.filter(township=township, year=year).exclude(state=SchemeState.VOIDED)
    return found.select_related("case").first()


def scheme_row(scheme: Scheme | None, actor: Actor, township: Organisation | None, year: int) -> dict[str, Any]:
    """What stands in the panel of the scheme."""
    office = township.pk if township is not None else 0
    in_township = any(each.organisation_id == office for each in actor.appointments)
    return {
        "state": {"kind": "done" if scheme.state == SchemeState.ISSUED else "", "label": scheme.get_state_display()}
        if scheme is not None
        else None,
        "url": reverse("case", args=[scheme.case_id]) if scheme is not None and in_township else "",
        "pass_mark": scheme.pass_mark if scheme is not None else 0,
        "can_open": scheme is None and actor.appointment_for(office, Role.TOWNSHIP_CLERK) is not None,
        "year": year,
    }


def tenures_there(office: Organisation, year: int) -> Any:
    """Everybody with a tenure there that touches the year, in one query; on which days they were in post the door asks
    when something is written."""
    first, last = year_days(year)
    place = "village" if office.kind == OrganisationKind.VILLAGE else "township"
    found = Tenure.objects.filter(Q(end_on__isnull=True) | Q(end_on__gte=first), **{place: office}, start_on__lte=last)
    found = found.exclude(state=TenureState.CANCELLED)
    return found.select_related("worker", "post", "village").order_by("village", "start_on", "pk")


def looks_of(tenures: list[int], year: int) -> dict[int, dict[str, int]]:
    """How many looks of each kind each person has had that year (one query)."""
    rows = (
        DailyRecord.objects.filter(tenure__in=tenures, on__range=year_days(year), struck_at__isnull=True)
        .values("tenure", "kind")
        .annotate(count=Count("pk"))
    )
    found: dict[int, dict[str, int]] = {}
    for row in rows:
        found.setdefault(row["tenure"], {})[row["kind"]] = row["count"]
    return found


def people_rows(office: Organisation, year: int) -> list[dict[str, Any]]:
    """A village's people of the year: looks, and the appraisal where there is one (three queries)."""
    tenures = list(tenures_there(office, year))
    keys = [tenure.pk for tenure in tenures]
    looks = looks_of(keys, year)
    going = {
        each.tenure_id: each
        for each in Appraisal.objects.filter(tenure__in=keys, year=year).exclude(state=State.VOIDED)
    }
    rows = []
    for tenure in tenures:
        appraisal = going.get(tenure.pk)
        counts = looks.get(tenure.pk, {})
        rows.append(
            {
                "pk": tenure.pk,
                "name": tenure.worker.name,
                "post": tenure.post.type_name if tenure.post is not None else "—",
                "looks": [(kind.label, counts.get(kind, 0)) for kind in RecordKind],
                "url": reverse("case", args=[appraisal.case_id]) if appraisal is not None else "",
                "state": AppraisalFlow.paperwork.state_tag(appraisal) if appraisal is not None else None,
                "grade": appraisal.get_grade_display() if appraisal is not None else "",
            }
        )
    return rows


def village_rows(township: Organisation, year: int) -> tuple[list[dict[str, Any]], int]:
    """How far each village of a township is, and how many results wait for a batch (two queries)."""
    rows: dict[str, dict[str, Any]] = {}

    def row(name: str) -> dict[str, Any]:
        return rows.setdefault(name, {"name": name, "in_post": 0, "begun": 0, "sealed": 0, "filed": 0})

    for tenure in tenures_there(township, year):
        row(tenure.village.name)["in_post"] += 1
    ready = 0
    appraisals = Appraisal.objects.filter(township=township, year=year).exclude(state=State.VOIDED)
    for village, state, summary in appraisals.values_list("village__name", "state", "summary"):
        counted = row(village)
        counted["begun"] += 1
        counted["filed"] += state in WITH_RESULT
        counted["sealed"] += state == State.AWAITING_SUMMARY or state in WITH_RESULT
        ready += state == State.AWAITING_SUMMARY and summary is None
    return list(rows.values()), ready


def appraisals_of(actor: Actor, year: int, wanted: Mapping[str, str]) -> Any:
    """The appraisals of the year one may see, newest first."""
    found = Appraisal.objects.filter(case__in=Case.objects.visible_to(actor, copied=False), year=year)
    q = wanted.get("q", "")
    if q:
        found = found.filter(
            Q(case__title__startswith=q) | Q(case__number__startswith=q) | Q(village__name__startswith=q)
        )
    if wanted.get("state") in State.values:
        found = found.filter(state=wanted["state"])
    return found.select_related("case", "village", "township").order_by("-pk")


def missing_rows(actor: Actor) -> list[dict[str, Any]]:
    """Who runs out, or has run out, and still has no filed result (one query)."""
    office = own_office(actor)
    # A result that was filed after the alarm answers it.
    filed = Appraisal.objects.filter(
        tenure=OuterRef("tenure"), state__in=WITH_RESULT, filed_on__gte=OuterRef("raised_at__date")
    )
    later = MissingResult.objects.filter(tenure=OuterRef("tenure"), pk__gt=OuterRef("pk"))
    found = MissingResult.objects.filter(~Exists(filed), ~Exists(later), tenure__state__in=LASTING)
    if office is not None:
        place = "village" if office.kind == OrganisationKind.VILLAGE else "township"
        found = found.filter(**{f"tenure__{place}": office})
    else:
        found = found.filter(tenure__county__in={each.organisation.county_id for each in actor.appointments})
    rows = found.select_related("tenure__worker", "tenure__village").order_by("ends_on", "pk")[:ALARMS]
    return [
        {
            "name": each.tenure.worker.name,
            "village": each.tenure.village.name,
            "ends_on": each.ends_on,
            "url": reverse("worker", args=[each.tenure.worker_id]),
        }
        for each in rows
    ]
