"""Everything the rules count, in one round trip: other applications, service, places, kinship, who submitted.

One UNION of indexed selects. Whatever the size of the county it answers with a handful of rows: those of one
ID number, one post, and the edge households of one township.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import BigIntegerField, Case, CharField, DateField, F, Q, QuerySet, Value, When
from django.db.models.functions import Cast

from registry.models import KinshipDeclaration
from workflows.core.models import DeskTask
from workflows.employment.models import Tenure, TenureState
from workflows.employment.places import register_promises
from workflows.employment.service import Stretch

from .models import PLACED, RUNNING, Application


@dataclass(frozen=True)
class Asked:
    """Whom and what to count for; 0 or "" where it is not known yet."""

    county: int
    id_index: str
    worker: int
    post: int
    township: int
    edge_codes: tuple[str, ...]
    application: int = 0
    case: int = 0
    user: int = 0


@dataclass(frozen=True)
class Counted:
    """What stands in the way, and what is taken, without the application itself."""

    other_running: bool
    stretches: tuple[Stretch, ...]
    places_taken: int
    edge_households: frozenset[int]
    actor_is_kin: bool
    actor_submitted: bool


@register_promises
def promised_places() -> QuerySet[Application]:
    """Approved applications, and those about to be, hold a place of their post."""
    return Application.objects.filter(state__in=PLACED)


def count(asked: Asked, on: date) -> Counted:
    """Read it all; one query."""
    selects: list[Any] = [*_applications(asked), *_tenures(asked), _kinship(asked), _submissions(asked)]
    # Not ALL: a row that is found for two reasons counts once.
    rows = list(selects[0].union(*selects[1:]))
    applications = [row for row in rows if row["kind"] == "application"]
    tenures = [row for row in rows if row["kind"] == "tenure"]
    own = [row for row in tenures if asked.worker and row["ref"] == asked.worker]
    # Without a last day it lasts, or it begins soon (待上岗).
    at_work = [row for row in own if row["last"] is None or row["first"] <= on <= row["last"]]
    placed = [row for row in applications if row["standing"] in PLACED]
    running = [row for row in tenures if row["last"] is None]
    return Counted(
        other_running=bool(at_work) or any(asked.id_index and row["mark"] == asked.id_index for row in applications),
        stretches=tuple(Stretch(row["first"], row["last"]) for row in own),
        places_taken=sum(1 for row in (*placed, *running) if asked.post and row["post_ref"] == asked.post),
        edge_households=frozenset(
            row["household_ref"] for row in (*placed, *running) if row["text"] in asked.edge_codes
        ),
        actor_is_kin=any(row["kind"] == "kin" for row in rows),
        actor_submitted=any(row["kind"] == "submission" for row in rows),
    )


def _number(value: int | None = None) -> Any:
    return Cast(Value(value), BigIntegerField())


def _text(value: str = "") -> Any:
    return Value(value, output_field=CharField())


def _day() -> Any:
    # PostgreSQL gives an untyped NULL of a UNION the wrong type.
    return Cast(Value(None), DateField())


def _applications(asked: Asked) -> list[Any]:
    """Of the same person, of the same post, of the township's edge households.

    A select for each reason: one with OR over them would read the whole table on SQLite.
    """
    reasons = (
        Q(county=asked.county, id_index=asked.id_index, state__in=RUNNING) & ~Q(id_index=""),
        Q(post=asked.post, state__in=PLACED),
        Q(township=asked.township, category__in=asked.edge_codes, state__in=PLACED),
    )
    return [
        Application.objects.filter(reason)
        .exclude(pk=asked.application)
        .order_by()
        .values(
            kind=_text("application"),
            ref=F("pk"),
            household_ref=F("household_id"),
            post_ref=F("post_id"),
            first=_day(),
            last=_day(),
            # Of another township it counts for nothing but the person or the post.
            text=_category_in(asked.township, "category"),
            mark=F("id_index"),
            standing=Cast(F("state"), CharField()),
        )
        for reason in reasons
    ]


def _category_in(township: int, category: str) -> Any:
    return Case(When(township=township, then=F(category)), default=_text(), output_field=CharField())


def _tenures(asked: Asked) -> list[Any]:
    """As for applications: the person's, the post's, and those of the township's edge households."""
    edge = Q(township=asked.township, end_on__isnull=True, worker__household__category__in=asked.edge_codes)
    reasons = (Q(worker=asked.worker), Q(post=asked.post, end_on__isnull=True), edge)
    return [
        Tenure.objects.filter(reason)
        .exclude(state=TenureState.CANCELLED)
        .order_by()
        .values(
            kind=_text("tenure"),
            ref=F("worker_id"),
            household_ref=F("worker__household_id"),
            post_ref=F("post_id"),
            first=F("start_on"),
            last=F("end_on"),
            text=_category_in(asked.township, "worker__household__category"),
            mark=_text(),
            standing=_text(),
        )
        for reason in reasons
    ]


def _blank(kind: str) -> dict[str, Any]:
    return {
        "kind": _text(kind),
        "ref": F("pk"),
        "household_ref": _number(),
        "post_ref": _number(),
        "first": _day(),
        "last": _day(),
        "text": _text(),
        "mark": _text(),
        "standing": _text(),
    }


def _kinship(asked: Asked) -> Any:
    declared = KinshipDeclaration.objects.filter(user=asked.user, id_index=asked.id_index).exclude(id_index="")
    return declared.order_by().values(**_blank("kin"))


def _submissions(asked: Asked) -> Any:
    handed_in = DeskTask.objects.filter(
        process=asked.case, owner=asked.user, outcome="applications.submit", status="DONE"
    )
    return handed_in.order_by().values(**_blank("submission"))
