"""Fills in the facts the rules ask about, in one place, from the rows that are locked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from registry.encryption import blind_index
from registry.id_numbers import IdNumber, IdNumberError
from registry.models import County, Household, Worker
from registry.policies import Policy
from workflows.core.actors import Actor
from workflows.core.opinions import valid_opinions
from workflows.core.requests import row_number
from workflows.employment.models import SETTLED, Post
from workflows.employment.service import service_until

from .counted import Asked, count
from .models import Application
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
    posts: Sequence[Post] = (),
) -> ApplicantFacts:
    """Read what the rules need. `application` is None while nothing is saved; `posts` are the village's, if read."""
    try:
        id_number: IdNumber | None = IdNumber.parse(str(answers.get("id_number") or ""), on)
    except IdNumberError:
        id_number = None
    index = blind_index(id_number.value) if id_number else ""
    worker = _worker(application, county, index)
    post = next((post for post in posts if str(post.pk) == str(answers.get("post"))), None)
    post = post or _post_of(application, answers.get("post"), village_id)
    household = worker.household if worker else _household(county, _head_index(answers, id_number))
    counted = count(
        Asked(
            county=county.pk,
            id_index=index,
            worker=worker.pk if worker else 0,
            post=post.pk if post else 0,
            township=township_id or 0,
            edge_codes=tuple(category.code for category in policy.categories if category.group == "edge"),
            application=application.pk if application else 0,
            case=application.case_id if application else 0,
            user=actor.user.pk if actor and actor.user else 0,
        ),
        on,
    )
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
        service=service_until(counted.stretches, on),
        other_running=counted.other_running,
        post_type=post.type_name if post else "",
        post_is_described=post.is_described if post else False,
        post_places_left=post.places - counted.places_taken if post else 0,
        township_name=township_name,
        edge_households_placed=len(counted.edge_households - {household.pk if household else 0}),
        quota_reason=quota_reason,
        actor_submitted=counted.actor_submitted,
        actor_gave_village_opinion=_gave_village_opinion(actor, application),
        actor_is_kin=counted.actor_is_kin,
        registered_as=f"已登记：{worker.name}，户主{worker.household.head_name}。"
        if worker and worker.village_id == village_id
        else "",
    )


def _worker(application: Application | None, county: County, index: str) -> Worker | None:
    if not index:
        return None
    if application is not None and application.worker is not None and application.worker.id_index == index:
        return application.worker
    return Worker.objects.select_related("household").filter(county=county, id_index=index).first()


def _post_of(application: Application | None, value: Any, village_id: int | None) -> Post | None:
    number = row_number(value)
    if number is None or village_id is None:
        return None
    post = application.post if application is not None else None
    if post is not None and post.pk == number:
        return post
    return Post.objects.filter(pk=number, village_id=village_id, state__in=SETTLED).first()


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


def _gave_village_opinion(actor: Actor | None, application: Application | None) -> bool:
    if actor is None or actor.user is None or application is None or application.is_live:
        return False
    opinion = valid_opinions(application.case).get("village_opinion")
    # Who had a deputy sign for them gave the opinion as much as the hand that signed.
    return opinion is not None and actor.user.pk in (opinion.written_by_id, opinion.acted_as.user_id)
