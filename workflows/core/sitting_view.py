"""批量 on the screen: the list with what would happen to each, the one decision, its progress, and the papers of it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from audit.models import Event
from forms_templates.library import form
from forms_templates.models import Document

from .actions import ACTIONS
from .actors import Actor
from .cells import pad_context
from .clock import now
from .desk_view import errors_of, refusal_rows, sheet_css_url
from .door import perform
from .early_copies import is_in_force
from .inbox import PAGE, Wanted, narrowed_tasks
from .models import Case, DeskTask, Sitting, SittingItem
from .paper_view import printed_sheet
from .procedure import read_entities
from .refusals import Refusal, Refused
from .requests import actor_of, office_page, row_number, wants_json
from .sitting_models import ItemState
from .sittings import (
    CHUNK_SECONDS,
    MOST_ITEMS,
    actions_for,
    asks_for,
    chunk_ends,
    dry_run,
    parse_picks,
    progress_of,
    tasks_of,
    work_off,
)

MARKS = {ItemState.DONE: "ok", ItemState.REFUSED: "stop", ItemState.OVERTAKEN: "warn", ItemState.WAITING: "info"}


def own_sitting(request: HttpRequest, pk: int) -> Sitting:
    """Raises Http404 for anybody else's."""
    sitting = Sitting.objects.select_related("user", "county").filter(pk=pk, user=actor_of(request).user).first()
    if sitting is None:
        raise Http404
    return sitting


@office_page
def new_sitting(request: HttpRequest) -> HttpResponseBase:
    """The chosen papers with a verdict each. A POST because the list is long; nothing is changed by it."""
    if request.method != "POST":
        return redirect("inbox")
    actor = actor_of(request)
    if request.POST.get("all"):
        wanted = Wanted(
            q=request.POST.get("q", "").strip()[:40],
            flow=request.POST.get("flow", ""),
            step=request.POST.get("step", ""),
        )
        pks = narrowed_tasks(actor, wanted)[:MOST_ITEMS]
    else:
        pks = [pk for pk in map(row_number, request.POST.getlist("pick")) if pk is not None]
    return _show_list(request, actor, tasks_of(actor, pks))


def _show_list(
    request: HttpRequest,
    actor: Actor,
    tasks: list[DeskTask],
    *,
    refusals: list[Refusal] | None = None,
    status: int = 200,
) -> HttpResponse:
    groups: dict[tuple[str, str], list[DeskTask]] = {}
    for task in tasks:
        if actions_for(task):
            groups.setdefault((task.process.flow_class.paperwork.flow_label, task.flow_task.name), []).append(task)
    if not groups:
        messages.info(
            request, "所选的没有可以批量办理的，请逐件办理。" if tasks else "请先勾选要办理的，再点批量办理。"
        )
        return redirect("inbox")
    chosen = max(groups.values(), key=len)
    decisions = actions_for(chosen[0])
    wanted = request.POST.get("decision", "")
    decision = next((action for action in decisions if action.code == wanted), decisions[0])
    verdicts = dry_run(chosen, decision, actor, at=now())
    refusals = refusals or []
    errors = errors_of(refusals)
    kept = set(request.POST.getlist("picks"))
    phrases = getattr(decision, "phrases", ())
    context = {
        "step": chosen[0].flow_task.task_title,
        "decision": decision,
        "decisions": decisions,
        "rows": [
            {
                "task": verdict.task,
                "case": verdict.task.process,
                "pick": verdict.pick,
                "ok": not verdict.refusals,
                "why": "".join(verdict.refusals),
                "picked": not verdict.refusals and (not kept or verdict.pick in kept),
            }
            for verdict in verdicts
        ],
        "fit": sum(1 for verdict in verdicts if not verdict.refusals),
        "left_out": len(tasks) - len(chosen),
        "asks_opinion": asks_for(decision, "opinion"),
        "asks_signature": asks_for(decision, "strokes"),
        "opinion": request.POST.get("opinion", ""),
        "phrases": phrases,
        "errors": errors,
        "pad": pad_context("strokes", "在清单上签字", request.POST.get("strokes", ""), errors.get("strokes", "")),
        "refusals": refusal_rows(refusals),
    }
    return render(request, "desk/sitting_new.html", context, status=status)


@office_page
def open_sitting(request: HttpRequest) -> HttpResponseBase:
    """The one decision: signed under the list; the papers follow."""
    if request.method != "POST":
        return redirect("inbox")
    actor = actor_of(request)
    picks = request.POST.getlist("picks")
    tasks = tasks_of(actor, [pk for pk, _ in parse_picks(picks)])
    county = tasks[0].process.county if tasks else next((a.organisation.county for a in actor.appointments), None)
    if county is None:
        raise Http404
    typed: dict[str, Any] = {**request.POST.dict(), "picks": picks}
    try:
        sitting: Sitting = perform("desk.open_sitting", county, actor, typed, at=now(), files=request.FILES).result
    except Refused as error:
        return _show_list(request, actor, tasks, refusals=list(error.refusals), status=422)
    response = redirect("sitting", sitting.pk)
    response.status_code = 303
    return response


@office_page
def sitting(request: HttpRequest, pk: int) -> HttpResponseBase:
    """How far it is, and what came of each paper."""
    found = own_sitting(request, pk)
    progress = progress_of(found)
    items = SittingItem.objects.filter(sitting=found).select_related("case").order_by("position")
    context = {
        "sitting": found,
        "progress": progress,
        "waiting": progress[ItemState.WAITING],
        "settled": progress["total"] - progress[ItemState.WAITING],
        "rows": [
            {
                "item": item,
                "case": item.case,
                "mark": MARKS[ItemState(item.state)],
                "label": ItemState(item.state).label,
            }
            for item in items
        ],
        "print_url": reverse("sitting_print", args=[found.pk]) if progress[ItemState.DONE] else "",
        "told": ACTIONS.told(found.action),
    }
    return render(request, "desk/sitting.html", context)


@office_page
def sitting_go(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A few seconds' work on it, beside the background worker: for a page that waits, or 继续办理 without script."""
    found = own_sitting(request, pk)
    if request.method != "POST":
        return redirect("sitting", pk)
    work_off(found, until=chunk_ends(CHUNK_SECONDS))
    if wants_json(request):
        return JsonResponse(progress_of(found))
    response = redirect("sitting", pk)
    response.status_code = 303
    return response


@office_page
def sittings(request: HttpRequest) -> HttpResponseBase:
    """One's own sittings, newest first."""
    found = Sitting.objects.filter(user=actor_of(request).user).order_by("-opened_at", "-pk")[:PAGE]
    return render(request, "desk/sittings.html", {"rows": list(found)})


def papers_filed_in(found: Sitting) -> list[tuple[Document, Case]]:
    """The sheets that were decided on, in the order of the list: what each act of the sitting filed last."""
    done = SittingItem.objects.filter(sitting=found, state=ItemState.DONE).order_by("position")
    with_places = done.select_related("case__county", "case__village", "case__township")
    cases = {item.case.key: item.case for item in with_places}
    read_entities(cases.values())
    acts = Event.objects.filter(case_key__in=list(cases), action=found.action).order_by("sequence")
    filed = {
        event.case_key: event.content["papers"][-1]["file_digest"]
        for event in acts
        if event.details.get("sitting") == found.pk and event.content["papers"]
    }
    papers = Document.objects.filter(case_key__in=list(cases), file_digest__in=list(filed.values()))
    of_case = {document.case_key: document for document in papers.select_related("person_key").order_by("pk")}
    return [(of_case[key], case) for key, case in cases.items() if key in of_case]


@office_page
def sitting_print(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Every paper of it one after the other; each printing is on the trail."""
    found = own_sitting(request, pk)
    actor = actor_of(request)
    if request.method != "POST":
        return redirect("sitting", pk)
    sheets, styles = [], {}
    for document, case in papers_filed_in(found):
        perform("desk.print_paper", document, actor, at=now())
        sheet = form(document.form_code, document.form_version)
        styles[sheet.digest] = sheet_css_url(sheet.code, sheet.version)
        sheets.append({"sheet": printed_sheet(document, case), "in_force": is_in_force(case)})
    context = {
        "title": str(found),
        "sheets": sheets,
        "sheet_css_urls": list(styles.values()),
        "back_url": reverse("sitting", args=[pk]),
    }
    return render(request, "desk/sitting_print.html", context)
