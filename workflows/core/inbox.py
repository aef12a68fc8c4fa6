"""The inbox: one indexed query over the same tasks the flow runs on; nothing is stored twice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.db.models import BigIntegerField, CharField, DateTimeField, ExpressionWrapper, F, Q, QuerySet, Value
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils import timezone
from viewflow.workflow.status import STATUS

from registry.roles import OrganisationKind, Role

from .actors import Actor
from .models import Case, DeskTask
from .procedure import all_flows, versions_of

PAGE = 30
COUNT_UP_TO = 999


@dataclass(frozen=True)
class Wanted:
    """What the reader asked for. `after` is the key of the last row shown: moment and pk."""

    tab: str = "mine"
    q: str = ""
    flow: str = ""
    step: str = ""
    after: tuple[datetime, int] | None = None


def desk_of(actor: Actor) -> QuerySet[DeskTask]:
    """Everything open that lies in one of the actor's offices."""
    at_my_desks = Q(pk__in=[])
    for office in actor.offices:
        at_my_desks |= Q(office_id=office.organisation_id, office_role=office.role)
    return DeskTask.objects.filter(at_my_desks, finished__isnull=True)


def mine_of(actor: Actor) -> QuerySet[DeskTask]:
    """What I may do now: of my offices, and not in the hands of a colleague for whom I do not stand in."""
    free = Q(owner__isnull=True) | Q(owner=actor.user)
    for each in actor.appointments:
        if actor.stands_in(each):
            free |= Q(owner=each.user_id, office_id=each.organisation_id, office_role=each.role)
    return desk_of(actor).filter(free)


def rows(actor: Actor, wanted: Wanted) -> tuple[list[DeskTask], tuple[datetime, int] | None]:
    """One page and the key of the next one (None on the last); one query."""
    if wanted.tab == "done":
        tasks = DeskTask.objects.filter(owner=actor.user, finished__isnull=False, office__isnull=False)
        tasks = tasks.filter(status=STATUS.DONE)
        order, moment, backwards = ("-finished", "-pk"), "finished", True
    else:
        tasks = desk_of(actor) if wanted.tab == "office" else mine_of(actor)
        order, moment, backwards = ("created", "pk"), "created", False
    tasks = _narrowed(tasks, wanted, "process__")
    if wanted.after is not None:
        at, pk = wanted.after
        beyond = "lt" if backwards else "gt"
        tasks = tasks.filter(Q(**{f"{moment}__{beyond}": at}) | Q(**{moment: at, f"pk__{beyond}": pk}))
    found = list(tasks.select_related("process", "owner").order_by(*order)[: PAGE + 1])
    last = found[PAGE - 1] if len(found) > PAGE else None
    return found[:PAGE], (getattr(last, moment), last.pk) if last else None


def sent_by(actor: Actor, wanted: Wanted) -> tuple[list[Case], tuple[datetime, int] | None]:
    """The cases I opened, newest first; one query."""
    cases = _narrowed(Case.objects.visible_to(actor, copied=False).filter(opened_by=actor.user), wanted, "")
    if wanted.after is not None:
        at, pk = wanted.after
        cases = cases.filter(Q(created__lt=at) | Q(created=at, pk__lt=pk))
    found = list(cases.order_by("-created", "-pk")[: PAGE + 1])
    last = found[PAGE - 1] if len(found) > PAGE else None
    return found[:PAGE], (last.created, last.pk) if last else None


def _narrowed(rows: Any, wanted: Wanted, prefix: str) -> Any:
    if wanted.q:
        rows = rows.filter(
            Q(**{f"{prefix}title__startswith": wanted.q})
            | Q(**{f"{prefix}number__startswith": wanted.q})
            | Q(**{f"{prefix}headline__startswith": wanted.q})
        )
    versions = versions_of(wanted.flow)
    if versions:
        rows = rows.filter(**{f"{prefix}flow_class__in": list(versions.values())})
    if wanted.step and prefix:
        nodes = [desk for flow in all_flows() for desk in flow.desks() if desk.name == wanted.step]
        rows = rows.filter(flow_task__in=nodes)
    return rows


def late_under(actor: Actor, on: date) -> list[DeskTask]:
    """What is past its term in the offices this person heads (超期上报), longest late first; one query for a head."""
    beneath, heads = Q(pk__in=[]), False
    for each in actor.appointments:
        place, role = each.organisation, each.role
        if role == Role.VILLAGE_HEAD:
            beneath |= Q(office=place.pk) & ~Q(office_role=role)
        elif role == Role.TOWNSHIP_REVIEWER:
            of_villages = Q(office__parent=place.pk, office_role=Role.VILLAGE_HEAD)
            beneath |= (Q(office=place.pk) & ~Q(office_role=role)) | of_villages
        elif role == Role.BUREAU_SUPERVISOR:
            reviewers = Q(office__kind=OrganisationKind.TOWNSHIP, office_role=Role.TOWNSHIP_REVIEWER)
            departments = Q(office__kind=OrganisationKind.COUNTY_DEPARTMENT)
            beneath |= Q(office__county=place.county_id) & (reviewers | departments)
        else:
            continue
        heads = True
    if not heads:
        return []
    late = DeskTask.objects.filter(beneath, finished__isnull=True, due_on__lt=on)
    return list(late.select_related("process", "owner", "office").order_by("due_on", "pk")[:PAGE])


def narrowed_tasks(actor: Actor, wanted: Wanted) -> list[int]:
    """Everything that I may do now and that the filters leave, longest wait first (one query)."""
    found = _narrowed(mine_of(actor), wanted, "process__").order_by("created", "pk")
    return list(found.values_list("pk", flat=True)[:COUNT_UP_TO])


def pile_of(actor: Actor) -> list[int]:
    """The tasks I may do now, longest wait first, as far as anybody counts (one query per actor)."""
    if "_pile" not in actor.__dict__:
        count_together(actor, (), pile=True)
    found: list[int] = actor.__dict__["_pile"]
    return found


def count_together(actor: Actor, others: Iterable[tuple[str, QuerySet[Any]]], *, pile: bool) -> list[str]:
    """What waits for a person, in one query: their pile, if asked for, is kept for `pile_of`; of everything else, rows
    with the label under which they are counted, the label of each row is returned."""
    # PostgreSQL takes a bare NULL for text, which no moment goes together with.
    never = Cast(Value(None), DateTimeField())
    counted = [_labelled(rows, name, Value(0), never) for name, rows in others if not rows.query.is_empty()]
    if pile := pile and "_pile" not in actor.__dict__:
        longest = mine_of(actor).order_by("created", "pk")[:COUNT_UP_TO]
        counted.append(_labelled(DeskTask.objects.filter(pk__in=longest.values("pk")), "", F("pk"), F("created")))
    found = list(counted[0].union(*counted[1:], all=True)) if counted else []
    if pile:
        own = sorted((created, pk) for name, pk, created in found if not name)
        actor.__dict__["_pile"] = [pk for _, pk in own]
    return [name for name, *_ in found if name]


def _labelled(rows: QuerySet[Any], name: str, key: Any, moment: Any) -> QuerySet[Any, Any]:
    """Rows of any kind in the columns that are counted together: label, key, moment."""
    return rows.order_by().values_list(
        Value(name, output_field=CharField()),
        ExpressionWrapper(key, output_field=BigIntegerField()),
        ExpressionWrapper(moment, output_field=DateTimeField()),
    )


def pager_of(actor: Actor, task: DeskTask) -> dict[str, Any] | None:
    """The neighbours in one's own pile, as far as anybody counts."""
    pile = pile_of(actor)
    if task.pk not in pile or len(pile) < 2:
        return None
    at = pile.index(task.pk)
    return {
        "text": f"第{at + 1}件，共{len(pile)}件",
        "prev_url": reverse("task", args=[pile[at - 1]]) if at else "",
        "next_url": reverse("task", args=[pile[at + 1]]) if at + 1 < len(pile) else "",
    }


def count_of(tasks: QuerySet[DeskTask]) -> int:
    """How many, counted up to a limit: a pile of thousands is not counted on every page."""
    return tasks[:COUNT_UP_TO].count()


def waited(since: datetime, on: date) -> str:
    """How long a paper has been lying, in days."""
    days = (on - timezone.localtime(since).date()).days
    return "今天收到" if days <= 0 else f"{days}天"


def key_text(key: tuple[datetime, int] | None) -> str:
    return f"{key[0].isoformat()}_{key[1]}" if key else ""


def parse_key(text: str) -> tuple[datetime, int] | None:
    """The keyset of a page address; nonsense begins at the first page."""
    moment, _, pk = text.rpartition("_")
    try:
        at = datetime.fromisoformat(moment.replace(" ", "+"))
        at = at.astimezone(UTC) if timezone.is_aware(at) else at
        return (at, int(pk)) if timezone.is_aware(at) else None
    except (ValueError, OverflowError):
        return None
