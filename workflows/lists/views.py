"""The pages of the lists: which there are, an empty table, and one list read, tried, shown and taken in.

Between being shown and being taken in the rows travel with the page, encrypted: nobody picks the file a second time,
and nothing of a list that was never taken in stays here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from registry.encryption import DecryptionError, decrypt_text, encrypt_text
from registry.models import Appointment, Organisation
from registry.policies import policy_on
from registry.roles import OrganisationKind
from workflows.administration.forms import first_password
from workflows.core.actions import slips_of
from workflows.core.actors import Actor
from workflows.core.clock import now, today
from workflows.core.desk_view import errors_of, refusal_rows
from workflows.core.door import perform
from workflows.core.refusals import Refusal, Refused
from workflows.core.requests import actor_of, office_page, row_number, see_other
from workflows.core.workbooks import XLSX

from .kinds import BY_SLUG, Column, Kind, ListForm, Reading, kinds_of, meant
from .tables import TableError, blank_table, read_table

SHOWN = 10  # rows of a list before it is taken in


@dataclass(frozen=True)
class Desk:
    """Who takes in one kind of list, and for which townships they may."""

    actor: Actor
    kind: Kind
    appointment: Appointment
    townships: Sequence[Organisation]

    def reading(self, township: Organisation | None) -> Reading:
        county = self.appointment.organisation.county
        return Reading(county, township, policy_on(county, today()))

    def act(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Takes the list in; what the event says of it. Raises Refused."""
        county = self.appointment.organisation.county
        return dict(perform(self.kind.action, county, self.actor, data, at=now()).event.details)


def _desk(request: HttpRequest, slug: str) -> Desk:
    """Raises Http404 for whoever may not take in this list."""
    actor = actor_of(request)
    kind = BY_SLUG.get(slug)
    appointment = actor.holds(kind.roles) if kind is not None else None
    if kind is None or appointment is None:
        raise Http404
    own = [each.organisation for each in actor.appointments if each.role in kind.roles]
    townships = [place for place in own if place.kind == OrganisationKind.TOWNSHIP]
    if kind.of_township and len(townships) < len(own):  # somebody of the county's chooses
        found = Organisation.objects.existing(today()).filter(
            county=appointment.organisation.county_id, kind=OrganisationKind.TOWNSHIP
        )
        townships = list(found.order_by("code"))
    return Desk(actor, kind, appointment, townships)


@office_page
def lists(request: HttpRequest) -> HttpResponseBase:
    kinds = kinds_of(actor_of(request))
    if not kinds:
        raise Http404
    rows = [{"title": kind.title, "says": kind.says, "url": reverse("list", args=[kind.slug])} for kind in kinds]
    return render(request, "lists/lists.html", {"kinds": rows})


@office_page
def blank(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The empty table of one list."""
    desk = _desk(request, slug)
    reading = desk.reading(None)
    content = blank_table(desk.kind.title, desk.kind.columns, reading)
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{slug}.xlsx"'
    return response


@office_page
def one_list(request: HttpRequest, slug: str) -> HttpResponseBase:
    """GET asks for the table; POST with a table tries it and shows it; POST with what was shown takes it in."""
    desk = _desk(request, slug)
    if request.method != "POST":
        return _ask(request, desk, _fresh(desk))
    if "shown" in request.POST:
        return _take_in(request, desk)
    form = _form(desk)(request.POST, request.FILES)
    if not form.is_valid():
        return _ask(request, desk, form, slips_of(form))
    data = dict(form.cleaned_data)
    upload = data.pop("file")
    township = _township(desk, data.pop("township", None))
    try:
        table = read_table(upload.name or "", upload.read(), desk.kind.columns)
    except TableError as error:
        return _ask(request, desk, form, [Refusal("table", str(error), anchor="file")])
    sent = {"rows": meant(desk.kind, table.rows, desk.reading(township)), "lines": table.lines, **data}
    try:
        counts = _try(desk, sent, township)
    except Refused as error:
        return _ask(request, desk, form, list(error.refusals))
    context = _around(desk) | {
        "township": township,
        "counted": counted(desk.kind, counts),
        "columns": desk.kind.columns,
        "rows": [
            {"line": line, "cells": [_cell(column, row[column.key]) for column in desk.kind.columns]}
            for line, row in list(zip(table.lines, table.rows, strict=True))[:SHOWN]
        ],
        "more": max(len(table.rows) - SHOWN, 0),
        "shown": _packed(desk, sent, township),
    }
    return render(request, "lists/shown.html", context)


def _take_in(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    unpacked = _unpacked(desk, request.POST["shown"])
    if unpacked is None:
        stale = Refusal("stale", "这一页放得太久或者不完整，没有导入。请重新选一次文件。", anchor="file")
        return _ask(request, desk, _fresh(desk), [stale])
    data = unpacked
    try:
        details = desk.act(data)
    except Refused as error:
        return _ask(request, desk, _fresh(desk), list(error.refusals))
    said = counted(desk.kind, details)
    messages.success(request, f"{desk.kind.title}已导入：{said}，已记入办理记录。")
    return see_other(reverse("lists"))


def _try(desk: Desk, data: Mapping[str, Any], township: Organisation | None) -> dict[str, Any]:
    """What taking it in would note, through the door and taken back. Raises Refused with every wrong row."""
    data = {**data, "township": township} if township is not None else dict(data)
    with transaction.atomic():
        details = desk.act(data)
        transaction.set_rollback(True)
    return details


def counted(kind: Kind, counts: Mapping[str, Any]) -> str:
    """3户，7人"""
    return "，".join(f"{counts[key]}{word}" for key, word in kind.counted.items() if key in counts)


# --- between being shown and being taken in ----------------------------------------------------------------


def _packed(desk: Desk, data: Mapping[str, Any], township: Organisation | None) -> str:
    days = {key: value.isoformat() for key, value in data.items() if isinstance(value, date)}
    told = {"by": desk.actor.user.pk if desk.actor.user is not None else 0, "slug": desk.kind.slug, "days": list(days)}
    told |= {"township": township.pk if township is not None else None, "data": {**data, **days}}
    return encrypt_text(json.dumps(told, ensure_ascii=False, separators=(",", ":")))


def _unpacked(desk: Desk, shown: str) -> dict[str, Any] | None:
    """What was shown to the same person, as the action takes it; None for anything else."""
    try:
        told = json.loads(decrypt_text(shown))
    except (DecryptionError, ValueError):
        return None
    if told["slug"] != desk.kind.slug or desk.actor.user is None or told["by"] != desk.actor.user.pk:
        return None
    data = {**told["data"], **{key: date.fromisoformat(told["data"][key]) for key in told["days"]}}
    if told["township"] is None:
        return data
    return {**data, "township": _township(desk, told["township"])}


# --- the form -----------------------------------------------------------------------------------------------


def _form(desk: Desk) -> type[ListForm]:
    """The kind's form, with the township to choose where there are several."""
    if not desk.kind.of_township or len(desk.townships) < 2:
        return desk.kind.form
    choices = [("", "请选择"), *((str(each.pk), each.name) for each in desk.townships)]
    return type("TownshipListForm", (desk.kind.form,), {"township": forms.ChoiceField(label="乡镇", choices=choices)})


def _fresh(desk: Desk) -> ListForm:
    """As it lies there before anything is typed."""
    return _form(desk)(
        initial={
            "from_on": today(),
            "listed_on": today(),
            "kept_from": today().replace(day=1),
            "password": first_password(),
        }
    )


def _township(desk: Desk, chosen: Any) -> Organisation | None:
    if not desk.kind.of_township:
        return None
    if len(desk.townships) == 1:
        return desk.townships[0]
    return get_object_or_404(Organisation, pk=row_number(chosen) or 0, pk__in=[each.pk for each in desk.townships])


def _cell(column: Column, text: str) -> str:
    return f"{text[:3]}****{text[-3:]}" if column.private and len(text) > 6 else text


def _around(desk: Desk) -> dict[str, Any]:
    kind = desk.kind
    return {
        "title": kind.title,
        "says": kind.says,
        "columns": kind.columns,
        "blank_url": reverse("list_blank", args=[kind.slug]),
        "back_url": reverse("lists"),
    }


def _ask(request: HttpRequest, desk: Desk, form: ListForm, refusals: Sequence[Refusal] = ()) -> HttpResponse:
    fields = form.rows(errors_of(refusals))
    fields.sort(key=lambda row: row["kind"] == "file")
    for row in fields:
        if row["kind"] == "file":
            row["accept"] = ".xlsx,.xls,.ods,.csv"
    context = _around(desk) | {
        "fields": fields,
        "refusals": refusal_rows(refusals),
        "refusal_title": f"没有导入，请先改好{len(refusals)}处",
    }
    return render(request, "lists/list.html", context, status=422 if refusals else 200)
