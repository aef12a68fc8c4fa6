"""What somebody looks for on the trail: read from the address, and people found by name or number.

A worker or an official stands in an address as a row's number only; names and ID numbers come by POST.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from audit.queries import Search, Subjects
from registry.encryption import blind_index
from registry.id_numbers import IdNumber, IdNumberError, mask_id
from registry.models import Appointment, County, Organisation, User, Worker

from .actions import ACTIONS
from .clock import today
from .procedure import flows
from .refusals import NotFound
from .requests import row_number

SHOWN = 20
MOST_CASES = 200  # of one person; more would be no person


@dataclass
class Asked:
    """A search with what the page must keep of it, and what could not be understood."""

    search: Search
    kept: dict[str, str] = field(default_factory=dict)
    chosen: list[dict[str, str]] = field(default_factory=list)  # the people looked for, each with the way back
    slips: list[str] = field(default_factory=list)


def asked_of(typed: Mapping[str, Any], county: County) -> Asked:
    """The search an address asks for; what makes no sense is said, never guessed."""
    names = ("number", "action", "organisation", "since", "until", "worker", "actor")
    kept = {name: str(typed.get(name, "")).strip()[:60] for name in names}
    asked = Asked(Search(), {name: value for name, value in kept.items() if value})
    parts: dict[str, Any] = {"case_number": kept["number"]}
    if kept["action"]:
        try:
            parts["action"] = ACTIONS[kept["action"]].code
        except NotFound:
            asked.slips.append("请从列出的事项里选一项。")
    if kept["organisation"]:
        parts["organisation"] = _organisation(asked, kept["organisation"], county)
    parts["since"], parts["until"] = _day(asked, kept["since"], 0), _day(asked, kept["until"], 1)
    if parts["since"] and parts["until"] and parts["since"] >= parts["until"]:
        asked.slips.append("请核对时间：“到哪一天”不能早于“从哪一天”。")
    if kept["actor"]:
        parts["actor"] = _official(asked, kept["actor"], county)
    if kept["worker"]:
        parts["subjects"] = _worker(asked, kept["worker"], county)
    asked.search = Search(**parts)
    return asked


def _organisation(asked: Asked, text: str, county: County) -> str:
    named = Q(code=text) | Q(name=text) | Q(full_name=text)
    found = list(Organisation.objects.filter(named, county=county).order_by("code")[:6])
    if not found:
        asked.slips.append(f"没有找到“{text}”，请填写单位的名称、全称或代码。")
        return ""
    if len(found) > 1:
        listed = "、".join(f"{each.full_name}（{each.code}）" for each in found)
        asked.slips.append(f"有同名的单位，请填全称或代码：{listed}。")
        return ""
    return found[0].code


def _day(asked: Asked, text: str, further: int) -> datetime | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text) + timedelta(days=further)
        return timezone.make_aware(datetime.combine(day, time.min))
    except (ValueError, OverflowError):
        asked.slips.append("请按年-月-日填写日期，例如2020-09-17。")
        return None


def _official(asked: Asked, text: str, county: County) -> int | None:
    user = User.objects.filter(pk=row_number(text) or 0, county=county).first()
    if user is None:
        asked.slips.append("没有找到这位办理人，请重新查找。")
        return None
    asked.chosen.append(_chosen(asked, "actor", f"办理人：{user.name}"))
    return user.pk


def _worker(asked: Asked, text: str, county: County) -> Subjects | None:
    worker = Worker.objects.filter(pk=row_number(text) or 0, county=county).first()
    if worker is None:
        asked.slips.append("没有找到这位劳动者，请重新查找。")
        return None
    asked.chosen.append(_chosen(asked, "worker", f"劳动者：{worker.name}（{mask_id(worker.id_number)}）"))
    return subjects_of(worker)


def _chosen(asked: Asked, name: str, label: str) -> dict[str, str]:
    rest = {key: value for key, value in asked.kept.items() if key != name}
    return {"label": label, "without_url": f"{reverse('trail')}?{urlencode(rest)}"}


def subjects_of(worker: Worker) -> Subjects:
    """The person, their household, and every case of every flow that is about them (one query)."""
    about = [found for flow in flows().values() if (found := _cases_of(flow, worker)) is not None]
    keys: list[int] = []
    if about:
        first, *others = about
        keys = list(first.union(*others, all=True)[:MOST_CASES]) if others else list(first[:MOST_CASES])
    rows = (("registry.worker", str(worker.pk)), ("registry.household", str(worker.household_id)))
    return Subjects(case_keys=tuple(f"case:{key}" for key in keys if key is not None), rows=rows)


def _cases_of(flow: Any, worker: Worker) -> QuerySet[Any, Any] | None:
    """A flow is about a person when its entity names a worker."""
    names = {each.name for each in flow.entity_model._meta.concrete_fields}
    if not {"worker", "case"} <= names:
        return None
    cases: QuerySet[Any, Any] = flow.entity_model.objects.filter(worker=worker.pk).order_by()
    return cases.values_list("case_id", flat=True)


def people_called(typed: str, county: County) -> list[dict[str, str]]:
    """Workers of this name or ID number and officials of this name, each with the address of their events."""
    workers = Worker.objects.filter(county=county).select_related("village")
    try:
        number = IdNumber.parse(typed, today())
        workers = workers.filter(id_index=blind_index(number.value))
    except IdNumberError:
        workers = workers.filter(name__startswith=typed)
    titles: dict[int, list[str]] = {}
    officials = list(User.objects.filter(county=county, name__startswith=typed).order_by("name", "pk")[:SHOWN])
    in_force = Appointment.objects.in_force(today()).filter(user__in=[each.pk for each in officials])
    for each in in_force.select_related("organisation"):
        titles.setdefault(each.user_id, []).append(str(each))
    trail = reverse("trail")
    return [
        {
            "kind": "劳动者",
            "name": each.name,
            "what": f"{each.village.full_name}，{mask_id(each.id_number)}",
            "url": f"{trail}?worker={each.pk}",
        }
        for each in workers.order_by("name", "pk")[:SHOWN]
    ] + [
        {
            "kind": "办理人",
            "name": each.name,
            "what": "、".join(titles.get(each.pk, [])) or "现在没有任职",
            "url": f"{trail}?actor={each.pk}",
        }
        for each in officials
    ]
