"""The print centre: choose papers, watch them being made, take one PDF."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.db.models import CharField, Exists, OuterRef, Value
from django.db.models.functions import Cast, Concat
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date

from forms_templates.library import form, versions
from forms_templates.libreoffice import what_is_missing
from forms_templates.models import Document, PrintRun
from forms_templates.store import get
from registry.models import Organisation

from .actors import Actor
from .clock import now, today
from .door import perform
from .models import Case
from .print_actions import MOST_PAPERS, may_print
from .refusals import Refused
from .requests import actor_of, office_page, row_number

RECENT_RUNS = 10
# In which order the papers can lie; what nobody has numbered yet comes last.
_BY_NUMBER = "number"
ORDERS: dict[str, tuple[str, Callable[[dict[str, Any]], Any]]] = {
    _BY_NUMBER: ("按编号", lambda row: (row["number"] == "", row["number"], row["pk"])),
    "place": ("按村", lambda row: (row["place"], row["number"] == "", row["number"], row["pk"])),
    "concerns": ("按办理对象", lambda row: (row["concerns"], row["number"], row["pk"])),
    "at": ("按日期", lambda row: (row["at"], row["pk"])),
}


@office_page
def print_centre(request: HttpRequest) -> HttpResponseBase:
    """Which papers: form, place, days; the newest version of each, in the order asked for."""
    actor = actor_of(request)
    if not may_print(actor):
        raise Http404
    if request.method == "POST":
        return _start(request, actor)
    return _choose(request, actor)


def _start(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    keys = [key for key in request.POST.getlist("paper") if row_number(key) is not None]
    county = actor.appointments[0].organisation.county
    data = {"papers": keys, "title": request.POST.get("title", "").strip() or "合并打印"}
    try:
        run = perform("printing.start", county, actor, data, at=now()).result
    except Refused as error:
        return _choose(request, actor, refusals=[str(refusal) for refusal in error.refusals], status=422)
    response = redirect("print_run", run.pk)
    response.status_code = 303
    return response


def _choose(
    request: HttpRequest, actor: Actor, *, refusals: list[str] | None = None, status: int = 200
) -> HttpResponse:
    asked = request.GET if request.method == "GET" else request.POST
    code = asked.get("form", "")
    place = row_number(asked.get("place")) or 0
    last = parse_date(asked.get("to", "")) or today()
    first = parse_date(asked.get("from", "")) or last - timedelta(days=31)
    order = asked.get("order", "") if asked.get("order") in ORDERS else _BY_NUMBER
    picked = set(request.POST.getlist("paper")) if request.method == "POST" else None
    papers, more = _papers(actor, code, place, first, last, order) if code else ([], False)
    titles = {each: form(each, version).title for each, version in versions()}
    context: dict[str, Any] = {
        "filters": [
            {"name": "form", "label": "文书", "kind": "select", "value": code, "choices": list(titles.items())},
            {"name": "place", "label": "乡镇或村", "kind": "select", "value": place, "choices": _places(actor)},
            {"name": "from", "label": "从哪天", "kind": "date", "value": first.isoformat()},
            {"name": "to", "label": "到哪天", "kind": "date", "value": last.isoformat()},
            {
                "name": "order",
                "label": "排列次序",
                "kind": "select",
                "value": order,
                "choices": [(key, label) for key, (label, _) in ORDERS.items()],
            },
        ],
        "kept": {"form": code, "place": place or "", "from": first.isoformat(), "to": last.isoformat(), "order": order},
        "title": f"{titles.get(code, '')}（{_day(first)}至{_day(last)}）",
        "rows": [{**paper, "picked": picked is None or str(paper["pk"]) in picked} for paper in papers],
        "more": more,
        "most": MOST_PAPERS,
        "asked": bool(code),
        "refusals": refusals,
        "missing": what_is_missing(),
        "runs": PrintRun.objects.filter(asked_by=actor.user).order_by("-asked_at")[:RECENT_RUNS],
    }
    return render(request, "desk/print_centre.html", context, status=status)


def _papers(
    actor: Actor, code: str, place: int, first: date, last: date, order: str
) -> tuple[list[dict[str, Any]], bool]:
    """The newest version of each paper of this form, of the cases one may see; and whether there are more."""
    cases = Case.objects.visible_to(actor)
    if place:
        cases = cases.filter(township=place) | cases.filter(village=place)
    seen = cases.annotate(key=Concat(Value("case:"), Cast("pk", CharField()))).values("key")
    newer = Document.objects.filter(
        subject_kind=OuterRef("subject_kind"), subject_key=OuterRef("subject_key"), form_code=code,
        number__gt=OuterRef("number"),
    )  # fmt: skip
    begin, end = (timezone.make_aware(datetime.combine(day, time())) for day in (first, last + timedelta(days=1)))
    found = list(
        Document.objects.filter(~Exists(newer), form_code=code, created_at__gte=begin, created_at__lt=end)
        .filter(case_key__in=seen)
        .defer("encrypted_values")
        .order_by("created_at", "pk")[: MOST_PAPERS + 1]
    )
    about = Case.objects.select_related("village").in_bulk(
        [int(document.case_key.removeprefix("case:")) for document in found]
    )
    rows = []
    for document in found[:MOST_PAPERS]:
        case = about[int(document.case_key.removeprefix("case:"))]
        rows.append(
            {
                "pk": document.pk,
                "number": case.number,
                "concerns": case.title,
                "place": case.village.name if case.village else "",
                "label": document.label,
                "at": document.created_at,
            }
        )
    rows.sort(key=ORDERS[order][1])
    return rows, len(found) > MOST_PAPERS


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _places(actor: Actor) -> list[tuple[object, str]]:
    """Where one may look: the county's townships, or one's own place."""
    own = {appointment.organisation_id for appointment in actor.appointments}
    county = actor.appointments[0].organisation.county_id
    townships = Organisation.objects.filter(county=county, kind="township").order_by("code")
    villages = Organisation.objects.filter(parent__in=own, kind="village").order_by("code")
    rows = villages if villages.exists() else townships
    return [("", "全部"), *((row.pk, row.full_name) for row in rows)]


def _run(request: HttpRequest, pk: int) -> PrintRun:
    run = PrintRun.objects.filter(pk=pk, asked_by=actor_of(request).user).select_related("person_key").first()
    if run is None:
        raise Http404
    return run


@office_page
def print_run(request: HttpRequest, pk: int) -> HttpResponseBase:
    """How far it is; POST cancels it."""
    run = _run(request, pk)
    if request.method == "POST":
        perform("printing.cancel", run, actor_of(request), at=now())
        messages.success(request, "已取消。已经做好的单份PDF仍在各自的办件里。")
        response = redirect("print_run", pk)
        response.status_code = 303
        return response
    context = {
        "run": run,
        "waiting": run.state == PrintRun.State.WAITING,
        "pdf_url": reverse("print_run_pdf", args=[pk]) if run.state == PrintRun.State.DONE else "",
        "missing": what_is_missing() if run.state == PrintRun.State.WAITING else "",
    }
    return render(request, "desk/print_run.html", context)


@office_page
def print_run_pdf(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The one PDF; taking it out is on the trail."""
    run = _run(request, pk)
    try:
        perform("printing.take", run, actor_of(request), at=now())
    except Refused:
        return redirect("print_run", pk)
    response = HttpResponse(get(run.file_digest, run.person_key), content_type="application/pdf")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(run.title)}.pdf"
    return response
