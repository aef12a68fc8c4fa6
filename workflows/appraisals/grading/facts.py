"""Fills in what the rules ask of an appraisal, in one place."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Case as Choice
from django.db.models import Value, When

from registry.id_numbers import last_day_within
from registry.policies import Policy, policy_on
from workflows.core.actors import Actor
from workflows.core.doers import doers_of
from workflows.core.opinions import valid_opinions
from workflows.employment.agreements.renewing import next_term, open_renewal_of
from workflows.employment.models import LASTING, Tenure
from workflows.employment.tenures.periods import Served, days_on_post, served
from workflows.employment.tenures.spans import Histories, histories_of

from ..attendance import year_of
from ..models import Appraisal, DailyRecord, HeardOpinion, State
from . import rules
from .figures import Figures, figures_of, from_json

STEP = "village_grades"
GATHERING = ("appraisals.submit",)
_HEARD, _LOOKED, _GOOD = "heard", "looked", "good"
_VOICE = ("pk", "kind", "name", "view", "text", "written_by", "at")
# Whole, in the order of its table: it may be struck out.
_VOICE_FIELDS = ["id", "appraisal_id", "kind", "name", "view", "text", "written_by_id", "at", "struck_at"]


def year_days(year: int) -> tuple[date, date]:
    """The first and the last day of a year of appraisal."""
    return date(year, 1, 1), date(year, 12, 31)


def served_in(tenure: Tenure, year: int) -> Served | None:
    """The days of this tenure in the year; None when there are none."""
    found = served(Tenure.objects.filter(pk=tenure.pk), *year_days(year))
    return found[0] if found else None


def voices_of(appraisal: Appraisal) -> list[HeardOpinion]:
    """Whom the village heard, in the order of hearing."""
    return list(_gathered(appraisal)[0])


def records_of(appraisal: Appraisal) -> list[DailyRecord]:
    """The looks of the year that stand: of what kind, and whether they were good."""
    return list(_gathered(appraisal)[1])


def _gathered(appraisal: Appraisal) -> tuple[list[HeardOpinion], list[DailyRecord]]:
    """Both of what the village gathered and nobody struck out; one query per page."""
    notes = appraisal.case.notes()
    if "gathered" not in notes:
        heard = HeardOpinion.objects.filter(appraisal=appraisal, struck_at__isnull=True)
        looked = DailyRecord.objects.filter(tenure=appraisal.tenure_id, struck_at__isnull=True)
        good = When(good=True, then=Value(_GOOD))
        rows = (
            heard.order_by()
            .values_list(Value(_HEARD), *_VOICE)
            .union(
                looked.filter(on__range=year_days(appraisal.year))
                .order_by()
                .values_list(
                    Value(_LOOKED), "pk", "kind", Value(""), Choice(good, default=Value("")), "text", "written_by", "at"
                ),
                all=True,
            )
        )
        voices: list[HeardOpinion] = []
        records: list[DailyRecord] = []
        for what, *row in sorted(rows, key=lambda each: (each[0], each[1])):
            if what == _HEARD:
                whole = [row[0], appraisal.pk, *row[1:], None]
                voices.append(HeardOpinion.from_db(DEFAULT_DB_ALIAS, _VOICE_FIELDS, whole))
            else:
                records.append(
                    DailyRecord.from_db(DEFAULT_DB_ALIAS, ["id", "kind", "good"], [*row[:2], row[3] == _GOOD])
                )
        notes["gathered"] = voices, records
    found: tuple[list[HeardOpinion], list[DailyRecord]] = notes["gathered"]
    return found


def history_of(appraisal: Appraisal) -> Histories:
    """Every tenure of the person with its agreements; one query per page."""
    return appraisal.case.once("history", lambda: histories_of([appraisal.worker_id]))


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
    first, last = year_days(appraisal.year)
    tenure = appraisal.tenure
    tenure.worker = appraisal.worker
    policy = policy_on(appraisal.case.county, until)
    days = days_on_post(tenure, history_of(appraisal), policy, first, last)
    return {day.month for day in days if (day.year, day.month) < (until.year, until.month)}


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
        gathered = actor.user.pk in doers_of(appraisal.case, GATHERING)
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


def outcome_facts(
    appraisal: Appraisal, tenure: Tenure, policy: Policy, on: date, histories: Histories | None = None
) -> rules.OutcomeFacts:
    """What the rules ask of what follows a filed result; `histories` of the person where they were read."""
    has_left = tenure.end_on is not None or tenure.state not in LASTING
    begins = ends = None
    if not has_left:
        begins, ends = next_term(tenure, on, policy, histories)
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
