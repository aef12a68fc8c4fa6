"""Fills in what the rules ask of an appraisal, in one place."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from registry.id_numbers import last_day_within
from registry.policies import Policy
from workflows.core.actors import Actor
from workflows.core.models import DeskTask
from workflows.core.opinions import valid_opinions
from workflows.employment.agreements.renewing import next_term, open_renewal_of
from workflows.employment.models import LASTING, Tenure
from workflows.employment.tenures.periods import Served, served

from ..attendance import year_of
from ..models import Appraisal, DailyRecord, HeardOpinion, State
from . import rules
from .figures import Figures, figures_of, from_json

STEP = "village_grades"
GATHERING = ("appraisals.submit",)


def year_days(year: int) -> tuple[date, date]:
    """The first and the last day of a year of appraisal."""
    return date(year, 1, 1), date(year, 12, 31)


def served_in(tenure: Tenure, year: int) -> Served | None:
    """The days of this tenure in the year; None when there are none."""
    found = served(Tenure.objects.filter(pk=tenure.pk), *year_days(year))
    return found[0] if found else None


def voices_of(appraisal: Appraisal) -> list[HeardOpinion]:
    """Whom the village heard, in the order of hearing (one query per page)."""
    notes = appraisal.case.notes()
    if "voices" not in notes:
        notes["voices"] = list(HeardOpinion.objects.filter(appraisal=appraisal, struck_at__isnull=True).order_by("pk"))
    return list(notes["voices"])


def records_of(appraisal: Appraisal) -> list[DailyRecord]:
    """The looks of the year that stand (one query)."""
    found = DailyRecord.objects.filter(tenure=appraisal.tenure_id, struck_at__isnull=True)
    return list(found.filter(on__range=year_days(appraisal.year)).order_by("on", "pk"))


def counted_now(appraisal: Appraisal) -> Figures:
    """The year as it stands today; while the village gathers (three queries, once per page)."""
    notes = appraisal.case.notes()
    if "figures" not in notes:
        months = year_of(appraisal.worker_id, appraisal.year)
        notes["figures"] = figures_of(appraisal.scheme, months, records_of(appraisal), voices_of(appraisal))
    found: Figures = notes["figures"]
    return found


def figures_for(appraisal: Appraisal) -> Figures:
    """What was handed in, or what stands today while nothing is handed in."""
    if appraisal.is_live or not appraisal.figures:
        return counted_now(appraisal)
    return from_json(appraisal.figures)


def months_in_post(appraisal: Appraisal, until: date) -> set[int]:
    """The months that are over and in which the person was on the post."""
    found = served_in(appraisal.tenure, appraisal.year)
    if found is None:
        return set()
    return {day.month for day in found.days if (day.year, day.month) < (until.year, until.month)}


def facts_of(
    appraisal: Appraisal,
    *,
    on: date,
    given: Mapping[str, Any] | None = None,
    actor: Actor | None = None,
    in_post: set[int] | None = None,
) -> rules.AppraisalFacts:
    """`given`: what was just typed; `in_post`: months over and on the post, where known (else asked for)."""
    figures = figures_for(appraisal)
    wanted = in_post if in_post is not None else months_in_post(appraisal, on)
    unknown = tuple(month.number for month in figures.months if not month.known and month.number in wanted)
    typed = given if given is not None else {}

    def value(name: str) -> str:
        return str(typed.get(name, getattr(appraisal, name, "")) or "")

    gathered = signed = False
    if actor is not None and actor.user is not None:
        done = DeskTask.objects.filter(
            process=appraisal.case_id, owner=actor.user, status="DONE", outcome__in=GATHERING
        )
        gathered = done.exists()
        opinion = valid_opinions(appraisal.case).get(STEP)
        signed = opinion is not None and opinion.written_by_id == actor.user.pk
    return rules.AppraisalFacts(
        name=appraisal.worker.name,
        cadres=figures.cadres,
        villagers=figures.villagers,
        missing=tuple(figures.missing),
        unknown_months=unknown,
        total=figures.total,
        pass_mark=appraisal.scheme.pass_mark,
        grade=value("grade"),
        reason=value("reason"),
        differs_because=value("differs_because"),
        heard_summary=value("heard_summary"),
        actor_gathered=gathered,
        actor_signed_for_village=signed,
    )


def outcome_facts(appraisal: Appraisal, tenure: Tenure, policy: Policy, on: date) -> rules.OutcomeFacts:
    """What the rules ask of what follows a filed result."""
    has_left = tenure.end_on is not None or tenure.state not in LASTING
    begins = ends = None
    if not has_left:
        begins, ends = next_term(tenure, on, policy)
    return rules.OutcomeFacts(
        name=appraisal.worker.name,
        on=on,
        grade=appraisal.grade,
        is_filed=appraisal.state == State.FILED,
        has_left=has_left,
        left_on=tenure.end_on,
        begins=begins,
        ends=ends,
        age_limit_on=last_day_within(appraisal.worker.birth_on, policy.max_age, policy.age_boundary),
        max_age=policy.max_age,
        max_months=policy.max_tenure_months,
        renewal_open=not has_left and open_renewal_of(tenure) is not None,
    )
