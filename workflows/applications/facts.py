"""Fills in the facts the rules ask about, in one place, from the rows that are locked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from registry.encryption import blind_index
from registry.id_numbers import IdNumber, IdNumberError
from registry.models import County, Household, KinshipDeclaration, Worker
from registry.policies import Policy
from workflows.core.actors import Actor
from workflows.core.models import Opinion
from workflows.employment.models import Post, Tenure
from workflows.employment.service import Span, Stretch, service_until

from .models import PLACED, RUNNING, Application
from .rules import ApplicantFacts


def facts_of(
    application: Application | None,
    answers: Mapping[str, Any],
    *,
    county: County,
    policy: Policy,
    on: date,
    actor: Actor | None = None,
    township_id: int | None = None,
    township_name: str = "",
    village_id: int | None = None,
    quota_reason: str = "",
) -> ApplicantFacts:
    """Read what the rules need. `application` is None while nothing is saved yet."""
    try:
        id_number: IdNumber | None = IdNumber.parse(str(answers.get("id_number") or ""), on)
    except IdNumberError:
        id_number = None
    index = blind_index(id_number.value) if id_number else ""
    worker = Worker.objects.select_related("household").filter(county=county, id_index=index).first() if index else None
    post = _post_of(answers.get("post"), village_id)
    head_index = _head_index(answers, id_number)
    household = worker.household if worker else _household(county, head_index)
    edge_codes = [category.code for category in policy.categories if category.group == "edge"]
    return ApplicantFacts(
        on=on,
        policy=policy,
        name=str(answers.get("name") or ""),
        birth_on=id_number.birth_on if id_number else None,
        category=str(answers.get("category") or ""),
        listed_category=household.category if household and household.listed_on else "",
        work_ability=str(answers.get("work_ability") or ""),
        is_willing=bool(answers.get("is_willing")),
        market_verification=str(answers.get("market_verification") or ""),
        has_job=answers.get("has_job") == "yes",
        job_override_reason=str(answers.get("job_override_reason") or ""),
        service=service_of(worker, on),
        other_running=bool(index) and _other_running(county, index, worker, application, on),
        post_type=post.type_name if post else "",
        post_is_described=post.is_described if post else False,
        post_places_left=_places_left(post, application) if post else 0,
        township_name=township_name,
        edge_households_placed=_edge_households(township_id, edge_codes, household, application)
        if answers.get("category") in edge_codes and township_id
        else 0,
        quota_reason=quota_reason,
        **_about(actor, application, county, index),
    )


def service_of(worker: Worker | None, on: date) -> Span:
    """All service on welfare posts under this ID number up to that day (《办法》第十条)."""
    if worker is None:
        return Span(0, 0)
    rows = Tenure.objects.filter(worker=worker).values_list("start_on", "end_on")
    return service_until([Stretch(first, last) for first, last in rows], on)


def _post_of(value: Any, village_id: int | None) -> Post | None:
    if not str(value or "").isdigit() or village_id is None:
        return None
    return Post.objects.filter(pk=int(value), village_id=village_id, state__in=("vacant", "occupied")).first()


def _head_index(answers: Mapping[str, Any], id_number: IdNumber | None) -> str:
    if answers.get("head_is_self") == "no":
        try:
            return blind_index(IdNumber.parse(str(answers.get("head_id_number") or "")).value)
        except IdNumberError:
            return ""
    return blind_index(id_number.value) if id_number else ""


def _household(county: County, head_index: str) -> Household | None:
    if not head_index:
        return None
    return Household.objects.filter(county=county, head_id_index=head_index).first()


def _other_running(
    county: County, index: str, worker: Worker | None, application: Application | None, on: date
) -> bool:
    running = Application.objects.filter(county=county, id_index=index, state__in=RUNNING)
    if application is not None:
        running = running.exclude(pk=application.pk)
    if running.exists():
        return True
    return worker is not None and on_post(worker, on)


def on_post(worker: Worker, on: date) -> bool:
    """Whether a welfare post is held on that day."""
    rows = Tenure.objects.filter(worker=worker, start_on__lte=on).values_list("end_on", flat=True)
    return any(end is None or end >= on for end in rows)


def _places_left(post: Post, application: Application | None) -> int:
    taken = Application.objects.filter(post=post, state__in=PLACED)
    if application is not None:
        taken = taken.exclude(pk=application.pk)
    working = Tenure.objects.filter(post=post, end_on__isnull=True).count()
    return post.places - taken.count() - working


def _edge_households(
    township_id: int, edge_codes: list[str], household: Household | None, application: Application | None
) -> int:
    """Distinct other edge households of the township with an approved or running post."""
    placed = Application.objects.filter(township_id=township_id, category__in=edge_codes, state__in=PLACED)
    if application is not None:
        placed = placed.exclude(pk=application.pk)
    running = Tenure.objects.filter(
        township_id=township_id, end_on__isnull=True, worker__household__category__in=edge_codes
    )
    households = set(placed.values_list("household_id", flat=True).distinct())
    households |= set(running.values_list("worker__household_id", flat=True).distinct())
    households.discard(household.pk if household else None)
    return len(households)


def _about(actor: Actor | None, application: Application | None, county: County, index: str) -> dict[str, bool]:
    if actor is None or actor.user is None or application is None:
        return {}
    case = application.case
    submitted = case.task_set.filter(outcome="applications.submit", status="DONE", owner=actor.user).exists()
    return {
        "actor_submitted": submitted,
        "actor_gave_village_opinion": Opinion.objects.filter(
            case=case, step="village_opinion", voided_at__isnull=True, written_by=actor.user
        ).exists(),
        "actor_is_kin": KinshipDeclaration.objects.filter(county=county, user=actor.user, id_index=index).exists(),
    }
