"""考核: a year of a village, a township or the county; the daily records; and what is begun from there."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from registry.models import Organisation
from registry.roles import OrganisationKind, Role
from workflows.core.actors import Actor
from workflows.core.clock import now, today
from workflows.core.desk_view import errors_of, refusal_rows
from workflows.core.door import perform
from workflows.core.inbox import PAGE
from workflows.core.procedure import open_tasks
from workflows.core.refusals import DoorError, Overtaken, Refusal, Refused
from workflows.core.requests import actor_of, office_page, row_number, see_other
from workflows.employment.models import Tenure

from .grading.flow_v1 import AppraisalFlow
from .models import DailyRecord, RecordKind, State
from .overview import (
    appraisals_of,
    missing_rows,
    own_office,
    people_rows,
    scheme_for,
    scheme_row,
    sees_appraisals,
    tenures_there,
    village_rows,
    years_to_choose,
)
from .records import BAD, GOOD, TOWNSHIP_RECORDERS, VILLAGE_RECORDERS, RecordForm

SHOWN_RECORDS = 30


def wanted_year(request: HttpRequest) -> int:
    """The year asked for, else the present one."""
    typed = row_number(request.POST.get("year") or request.GET.get("year"))
    return typed if typed is not None and 2000 <= typed <= 2099 else today().year


@office_page
def appraisals(request: HttpRequest) -> HttpResponseBase:
    """One year: what the reader's office has to do, and every appraisal one may see."""
    return show_appraisals(request)


def show_appraisals(
    request: HttpRequest, *, refusals: list[Refusal] | None = None, outcomes: list[dict[str, Any]] | None = None,
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    actor, year, on = actor_of(request), wanted_year(request), today()
    if not sees_appraisals(actor):
        raise Http404
    office = own_office(actor)
    is_village = office is not None and office.kind == OrganisationKind.VILLAGE
    township = office.township if office is not None else None
    wanted = {"q": request.GET.get("q", "").strip()[:40], "state": request.GET.get("state", "")}
    found = appraisals_of(actor, year, wanted)
    after = row_number(request.GET.get("after"))
    if after is not None:
        found = found.filter(pk__lt=after)
    rows = list(found[: PAGE + 1])
    following = {**wanted, "year": year, "after": rows[PAGE - 1].pk} if len(rows) > PAGE else None
    scheme = scheme_for(township, year)
    is_clerk = is_village and actor.appointment_for(office.pk, Role.VILLAGE_CLERK) is not None  # type: ignore[union-attr]
    sums_up = township is not None and actor.appointment_for(township.pk, Role.TOWNSHIP_CLERK) is not None
    people = people_rows(office, year) if is_village and office is not None else []
    villages, ready = village_rows(office, year) if office is not None and not is_village else ([], 0)
    context = {
        "title": "考核",
        "year": year,
        "years": years_to_choose(on, year),
        "office": office.name if office is not None else "",
        "scheme": scheme_row(scheme, actor, township, year) if township is not None else None,
        "people": people,
        "can_begin": is_clerk and any(not row["url"] for row in people),
        "kinds": RecordKind.labels,
        "villages": villages,
        "ready": ready if sums_up else 0,
        "records_url": reverse("appraisal_records") if may_record(actor) else "",
        "missing": missing_rows(actor),
        "rows": [
            {
                "url": reverse("case", args=[row.case_id]),
                "who": row.case.title,
                "where": row.village.name if township is not None else f"{row.township.name}{row.village.name}",
                "number": row.case.number,
                "score": row.score,
                "grade": row.get_grade_display(),
                "state": AppraisalFlow.paperwork.state_tag(row),
            }
            for row in rows[:PAGE]
        ],
        "q": wanted["q"],
        "states": [
            {"value": value, "label": label, "selected": value == wanted["state"]} for value, label in State.choices
        ],
        "next_url": f"{reverse('appraisals')}?{urlencode(following)}" if following else "",
        "total_text": f"已显示{len(rows[:PAGE])}件。" if rows else "",
        "refusals": refusal_rows(refusals or []),
        "refusal_title": "还不能办理",
        "outcomes": outcomes or [],
    }
    return render(request, "appraisals/appraisals.html", context, status=status)


def may_record(actor: Actor) -> bool:
    """Whether the reader writes daily records anywhere."""
    return actor.holds((*VILLAGE_RECORDERS, *TOWNSHIP_RECORDERS)) is not None


def _opened(request: HttpRequest, action: str, subject: Any, said: str) -> HttpResponseBase:
    """Open one case and go to its desk."""
    data = {"year": str(wanted_year(request)), "opening_key": request.POST.get("opening_key", "")}
    try:
        outcome = perform(action, subject, actor_of(request), data, at=now())
    except Refused as error:
        return show_appraisals(request, refusals=list(error.refusals), status=422)
    except Overtaken as error:
        return redirect(error.url)
    messages.success(request, said)
    return see_other(reverse("task", args=[open_tasks(outcome.result)[0].pk]))


def _own_township(request: HttpRequest) -> Organisation:
    office = own_office(actor_of(request))
    return office if office is not None else Organisation()


@office_page
def open_scheme(request: HttpRequest) -> HttpResponseBase:
    """制定考核方案; answers to POST."""
    if request.method != "POST":
        return redirect("appraisals")
    return _opened(request, "schemes.open", _own_township(request), "考核方案已新建，请填写。")


@office_page
def open_summary(request: HttpRequest) -> HttpResponseBase:
    """汇总报备; answers to POST."""
    if request.method != "POST":
        return redirect("appraisals")
    return _opened(request, "summaries.open", _own_township(request), "汇总表已新建，请核对后签字。")


@office_page
def open_appraisals(request: HttpRequest) -> HttpResponseBase:
    """开始考核 of the chosen people, each on their own: what came of it is told one by one. Answers to POST."""
    if request.method != "POST":
        return redirect("appraisals")
    keys = [key for key in map(row_number, request.POST.getlist("tenure")) if key is not None]
    if not keys:
        nobody = Refusal("nobody", "请先勾选要开始考核的人。")
        return show_appraisals(request, refusals=[nobody], status=422)
    outcomes, data = [], {"year": str(wanted_year(request))}
    for tenure in Tenure.objects.filter(pk__in=keys[:300]).select_related("worker").order_by("pk"):
        try:
            perform("appraisals.open", tenure, actor_of(request), data, at=now())
            outcomes.append({"name": tenure.worker.name, "kind": "ok", "text": "已开始，在待办里。"})
        except DoorError as error:
            outcomes.append({"name": tenure.worker.name, "kind": "stop", "text": str(error)})
    if not outcomes:
        raise Http404
    return show_appraisals(request, outcomes=outcomes)


@office_page
def records(request: HttpRequest) -> HttpResponseBase:
    """日常记录: one entry for as many people as it is true of; each is a record of its own."""
    actor = actor_of(request)
    office = own_office(actor)
    if office is None or not may_record(actor):
        raise Http404
    if request.method != "POST":
        return _show_records(request, office)
    # A record of last year is still taken in January.
    served = {each.pk: each for year in (today().year - 1, today().year) for each in tenures_there(office, year)}
    chosen = [served[key] for key in map(row_number, request.POST.getlist("tenure")) if key in served]
    form = RecordForm(request.POST)
    slips = [] if chosen else [Refusal("nobody", "请先勾选记谁。", anchor="tenure")]
    if not form.is_valid() or slips:
        return _show_records(request, office, form=form, refusals=slips, status=422)
    outcomes, refused = [], 0
    for tenure in chosen:
        try:
            perform("appraisals.record", tenure, actor, request.POST, at=now())
            outcomes.append({"name": tenure.worker.name, "kind": "ok", "text": "已记下。"})
        except DoorError as error:
            refused += 1
            outcomes.append({"name": tenure.worker.name, "kind": "stop", "text": str(error)})
    if refused:
        return _show_records(request, office, form=form, outcomes=outcomes, status=422)
    messages.success(request, f"已给{len(outcomes)}人记下。")
    return see_other(reverse("appraisal_records"))


def _show_records(
    request: HttpRequest,
    office: Organisation,
    *,
    form: RecordForm | None = None,
    refusals: list[Refusal] | None = None,
    outcomes: list[dict[str, Any]] | None = None,
    status: int = 200,
) -> HttpResponse:
    actor, on = actor_of(request), today()
    form = form or RecordForm(initial={"on": on})
    ticked = set(request.POST.getlist("tenure"))
    place = "village" if office.kind == OrganisationKind.VILLAGE else "township"
    found = DailyRecord.objects.filter(**{f"tenure__{place}": office}, struck_at__isnull=True)
    rows = found.select_related("tenure__worker", "tenure__village", "written_by").order_by("-pk")[:SHOWN_RECORDS]
    refusals = refusals or []
    slips = [Refusal("shape", str(said[0]), anchor=name) for name, said in form.errors.items()] if form.is_bound else []
    context = {
        "title": "日常记录",
        "office": office.name,
        "people": [
            {
                "pk": each.pk,
                "name": each.worker.name,
                "note": f"{each.village.name}，" if place == "township" else "",
                "post": each.post.type_name if each.post is not None else "",
                "ticked": str(each.pk) in ticked,
            }
            for each in tenures_there(office, on.year)
        ],
        "fields": form.rows(errors_of(refusals)),
        "rows": [
            {
                "pk": row.pk,
                "on": row.on,
                "who": row.tenure.worker.name,
                "kind": row.get_kind_display(),
                "good": GOOD[RecordKind(row.kind)] if row.good else BAD[RecordKind(row.kind)],
                "is_good": row.good,
                "text": row.text,
                "by": row.written_by.name,
            }
            for row in rows
        ],
        "refusals": refusal_rows([*refusals, *slips]),
        "refusal_title": "还不能记，请先改好",
        "outcomes": outcomes or [],
        "back_url": reverse("appraisals"),
        "can": actor is not None,
    }
    return render(request, "appraisals/records.html", context, status=status)


@office_page
def strike_record(request: HttpRequest, pk: int) -> HttpResponseBase:
    """划去 one record, with the reason; answers to POST."""
    if request.method != "POST":
        return redirect("appraisal_records")
    try:
        perform("appraisals.strike_record", DailyRecord(pk=pk), actor_of(request), request.POST, at=now())
    except Refused as error:
        office = own_office(actor_of(request))
        if office is None:
            raise Http404 from error
        return _show_records(request, office, refusals=list(error.refusals), status=422)
    messages.success(request, "已划去，原来的记录留着。")
    return see_other(reverse("appraisal_records"))
