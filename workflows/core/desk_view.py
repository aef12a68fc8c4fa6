"""The task and the case on the screen, for every flow: what is shown, and what a POST asks of the door."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from viewflow.workflow.status import STATUS

from audit.models import Event
from audit.queries import case_timeline
from forms_templates.library import Form, form
from forms_templates.sheet import stylesheet_digest
from registry.policies import beside_in_force
from registry.roles import SEES, Role, Sight

from .actions import ACTIONS
from .actors import Actor
from .case_forms import case_form
from .case_papers import papers_of, signed_pages
from .clock import now, today
from .desk_actions import MAY_UNMASK, may_take_back, take_back_label
from .door import perform
from .history_panel import history_panels
from .inbox import pager_of
from .models import Case, DeskTask
from .paperwork import Page, Paperwork
from .procedure import flows, open_tasks
from .refusals import Overtaken, Refusal, Refused
from .requests import actor_of, office_page, wants_json
from .returning import remember_tasks, with_what_became
from .seen import seen_of
from .story import may_have_acted_last, remarks_of, since_text, steps, timeline, with_elsewhere
from .supervision import exception_buttons


def sheet_css_url(form_code: str, form_version: int) -> str:
    """The address of a form's stylesheet; what it says is in it, so that browsers may keep it for ever."""
    return css_url_of(form(form_code, form_version))


def css_url_of(sheet: Form) -> str:
    """The address of this form's stylesheet."""
    return reverse("sheet_css", args=[sheet.code, sheet.version, stylesheet_digest(sheet)])


def visible_case(actor: Actor, pk: int, *, copied: bool = False) -> Case:
    """Raises Http404 for what the actor may not see; what was 抄送 to them counts for the one page that shows it."""
    seen = Case.objects.visible_to(actor, copied=copied).filter(pk=pk)
    tasks = _with_case(DeskTask.objects.filter(process__in=seen).exclude(status=STATUS.CANCELED))
    case = tasks[0].process if tasks else seen.select_related(*_SHOWN, "opened_by", *read_along()).first()
    if case is None:
        raise Http404
    _remember(case, tasks)
    return case


def _remember(case: Case, tasks: list[DeskTask]) -> None:
    remember_tasks(case, tasks)
    if tasks and case.remembered is not None:
        case.remembered["policy"] = (today(), tasks[0])


_SHOWN = ("county", "village__county", "township")


def _with_case(tasks: QuerySet[DeskTask]) -> list[DeskTask]:
    """Every task of one case, with the case and the policy of the day: all that a page asks of them (one query)."""
    of_case = [f"process__{name}" for name in (*_SHOWN, "opened_by")]
    tasks = with_what_became(tasks).annotate(**beside_in_force("process__county", today()))
    return list(tasks.select_related("process", *of_case, *read_along("process__")).order_by("pk"))


def read_along(prefix: str = "") -> list[str]:
    """What is read in the query of a case: the entities of the few flows whose pages have no question to spare."""
    wanted = [flow for flow in flows().values() if flow.read_along]
    return [
        f"{prefix}{flow.entity_name}{name}" for flow in wanted for name in ("", *(f"__{n}" for n in flow.entity_with))
    ]


def works_on(actor: Actor, case: Case) -> bool:
    """Whether the reader sees the case by an office of theirs, not only by 抄送 (no query)."""
    for each in actor.appointments:
        if SEES[Role(each.role)] == Sight.COUNTY and each.organisation.county_id == case.county_id:
            return True
        if SEES[Role(each.role)] == Sight.OWN and each.organisation_id in (case.village_id, case.township_id):
            return True
    return False


def typed_by(request: HttpRequest) -> dict[str, Any]:
    """What was typed, as the form carried it; the reason box of the pressed button becomes `reason`."""
    data: dict[str, Any] = {name: request.POST.get(name, "") for name in request.POST}
    data["reason"] = data.get(f"reason_{data.get('action', '')}", data.get("reason", ""))
    return data


def errors_of(refusals: Iterable[Refusal]) -> dict[str, str]:
    """The first refusal of each field, for its cell."""
    errors: dict[str, str] = {}
    for refusal in refusals:
        if refusal.anchor:
            errors.setdefault(refusal.anchor, refusal.message)
    return errors


def refusal_rows(refusals: Iterable[Refusal]) -> list[dict[str, str]]:
    return [
        {
            "message": refusal.message,
            "basis": refusal.basis,
            "anchor": f"f-{refusal.anchor}" if refusal.anchor and refusal.anchor != "reason" else "",
            "anchor_label": "去填" if refusal.lifted_by else "去改",
        }
        for refusal in refusals
    ]


def checks_summary(checks: list[dict[str, Any]]) -> str:
    words = {"ok": "符合", "warn": "提醒", "stop": "不符合"}
    counts = {kind: sum(1 for check in checks if check["kind"] == kind) for kind in words}
    return "，".join(f"{count}项{words[kind]}" for kind, count in counts.items() if count)


def story_of(page: Page) -> list[Event]:
    """The trail of the case, read once per page; a draft on its first desk has no story yet."""
    case = page.on_case
    remembered = case.remembered if case.remembered is not None else {}
    if "events" not in remembered:
        begun = case.submitted_at is not None or page.task is None
        remembered["events"] = list(case_timeline(case.key).defer("canonical")) if begun else []
        case.remembered = remembered
    events: list[Event] = remembered["events"]
    return events


def has_remark(event: Event) -> bool:
    """A comment, or an act that files came in with."""
    return event.action == "desk.comment" or "attachment" in event.details


def around(page: Page, paperwork: Paperwork) -> dict[str, Any]:
    """What stands beside every sheet: where it is, checks, what happened, papers, comments."""
    case = page.on_case
    tasks = [page.task] if page.task is not None else open_tasks(case)
    events = story_of(page)
    checks = paperwork.checks(page)
    remarks, files = remarks_of(case) if any(has_remark(event) for event in events) else ({}, [])
    return {
        "steps": steps(case, page.entity.state, events, tasks),
        "return_arc": "可退回补正" if paperwork.can_send_back(tasks) else "",
        "flow_links": {
            "case": reverse("case_flow", args=[case.pk]),
            "flow": reverse("flow", args=[paperwork.flow_label]),
        },
        "since_text": since_text(tasks, page.on, mine=page.task is not None),
        "timeline": with_elsewhere(timeline(case, events, tasks, remarks, page.on), paperwork.elsewhere(page)),
        "checks": checks,
        "checks_summary": checks_summary(checks),
        "checks_hint": paperwork.checks_hint,
        "papers": papers_of(case) if case.submitted_at and page.task is None else [],
        **signed_pages(page, tasks, events),
        "attachments": files,
        "comment": {"url": reverse("comment", args=[case.pk]), "can": bool(page.actor.appointments)},
        "unmask_url": reverse("unmask", args=[case.pk]) if page.actor.holds(MAY_UNMASK) else "",
    }


def button_rows(page: Page, paperwork: Paperwork, action: str = "") -> list[dict[str, Any]]:
    typed = page.typed or {}
    return [
        {
            "value": button.value,
            "label": button.label,
            "weight": button.weight,
            "needs_reason": button.needs_reason,
            "reason_label": button.reason_label,
            "fields": button.fields,
            "name": "action",
            "open": button.needs_reason and button.value == action,
            "reason": typed.get(f"reason_{button.value}", ""),
            "error": page.errors.get("reason", "") if button.value == action else "",
        }
        for button in paperwork.buttons(page)
    ]


def show_task(
    request: HttpRequest,
    page: Page,
    *,
    refusals: Iterable[Refusal] = (),
    conflict: Overtaken | None = None,
    status: int = 200,
    action: str = "",
) -> HttpResponse:
    """The sheet with this desk's cells open; after a refusal with everything that was typed."""
    case, task = page.on_case, page.at_task
    story_of(page)
    paperwork = case.flow_class.paperwork
    refusals = list(refusals)
    say_title, say_text = paperwork.consequence(page)
    context = {
        "title": paperwork.heading(page),
        "state": {"kind": "mine", "label": f"待您{task.flow_task.todo}"},
        "sheet": paperwork.sheet(page),
        "sheet_css_url": css_url_of(case_form(paperwork.form_on(page), case)),
        "seen": seen_of(task, case),
        "action_url": reverse("task", args=[task.pk]),
        "refusals": refusal_rows(refusals),
        "refusal_title": f"还不能办理，请先改好{len(refusals)}处" if refusals else "",
        "conflict": {"text": str(conflict), "url": ""} if conflict else None,
        "side_panels": [*history_panels(page), *paperwork.side_panels(page)],
        "buttons": button_rows(page, paperwork, action),
        "say_title": say_title,
        "say_text": say_text,
        "help": paperwork.help(page),
        "scripts": paperwork.scripts,
        "pager": pager_of(page.actor, task),
        "take": {"label": "领取", "value": "desk.take"}
        if task.owner_id is None
        else {"label": "退还本岗位", "value": "desk.give_back"},
        "case_url": reverse("case", args=[case.pk]),
        "check_url": paperwork.check_url(page),
        "autosave_url": reverse("task", args=[task.pk]) if paperwork.drafts(page) else "",
        **around(page, paperwork),
    }
    return render(request, "desk/task.html", context, status=status)


@office_page
def task(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One's own task: GET shows it, POST does what the pressed button says."""
    actor, at = actor_of(request), now()
    own_case = DeskTask.objects.filter(pk=pk, office__isnull=False).values("process")
    rows = DeskTask.objects.filter(
        ~Q(status=STATUS.CANCELED) | Q(pk=pk),
        process__in=Case.objects.visible_to(actor, copied=False).filter(pk__in=own_case),
    )
    tasks = _with_case(rows)
    found = next((task for task in tasks if task.pk == pk), None)
    if found is None:
        raise Http404
    case = found.process
    _remember(case, tasks)
    mine = actor.appointment_for(found.office_id or 0, found.office_role) is not None
    if request.method == "POST":
        return _act(request, actor, found, at)
    taken = not actor.may_handle(found)
    if not found.is_open or not mine or taken:
        return redirect("case", case.pk)
    return show_task(request, Page(actor=actor, at=at, case=case, entity=case.entity, task=found))


def _act(request: HttpRequest, actor: Actor, found: DeskTask, at: Any) -> HttpResponseBase:
    typed = typed_by(request)
    code = str(typed.get("action", ""))
    case, number = found.process, found.process.number
    page = Page(actor=actor, at=at, case=case, entity=case.entity, task=found, typed=typed)
    try:
        outcome = perform(code, found, actor, typed, str(typed.get("seen", "")), at=at, files=request.FILES)
    except Refused as error:
        if wants_json(request):
            return JsonResponse({"error": str(error)}, status=error.status)
        page.errors = errors_of(error.refusals)
        return show_task(request, page, refusals=error.refusals, status=422, action=code)
    except Overtaken as error:
        found.refresh_from_db()
        if wants_json(request):
            return JsonResponse({"error": str(error), "url": error.url}, status=error.status)
        taken = not actor.may_handle(found)
        if not found.is_open or taken:
            return render(request, "desk/conflict.html", {"text": str(error), "url": error.url}, status=error.status)
        page.case = case = visible_case(actor, case.pk)
        page.task.process = case  # type: ignore[union-attr]
        page.entity = case.entity
        return show_task(request, page, conflict=error, status=409)
    if wants_json(request):
        found.refresh_from_db()
        fresh = Case.objects.get(pk=case.pk)
        return JsonResponse(
            {
                "seen": seen_of(found, fresh),
                "saved_at": f"{timezone.localtime(at):%H:%M}",
                "action_url": reverse("task", args=[found.pk]),
            }
        )
    given = outcome.case.number if outcome.case is not None else number
    messages.success(request, ACTIONS.recorded(code, given if given != number else ""))
    staying = outcome.case is not None and ACTIONS[code].stays
    response = redirect("task", found.pk) if staying else redirect("case", case.pk)
    response.status_code = 303
    return response


@office_page
def case(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A case to read: sheet, papers, checks, what happened, and 撤回 while one may."""
    actor = actor_of(request)
    found = visible_case(actor, pk, copied=True)
    return show_case(request, found, only_copied=not works_on(actor, found))


def show_case(
    request: HttpRequest,
    found: Case,
    *,
    status: int = 200,
    refusals: Iterable[Refusal] = (),
    typed: Mapping[str, Any] | None = None,
    full: Mapping[str, str] | None = None,
    only_copied: bool = False,
) -> HttpResponse:
    """`only_copied`: the reader was 抄送; they see the sheet and how far it is, masked, and nothing to act on."""
    actor, at = actor_of(request), now()
    paperwork: Paperwork = found.flow_class.paperwork
    page = Page(actor=actor, at=at, case=found, entity=found.entity, full=dict(full or {}))
    rows = around(page, paperwork)
    if only_copied:
        rows |= {
            "papers": [],
            "scans": [],
            "scans_url": "",
            "attachments": [],
            "comment": {"can": False},
            "unmask_url": "",
        }
    tasks = open_tasks(found)
    own = next((t for t in tasks if actor.appointment_for(t.office_id or 0, t.office_role)), None)
    if own is not None and not actor.may_handle(own):
        own = None
    # Most readers have nothing to take back: the story, read already, says so.
    acted = may_take_back(found, actor) if may_have_acted_last(story_of(page), actor) else None
    # The sheet itself, not what was filed with it (a pledge, an answer); where it has none yet, the newest paper.
    papers: list[dict[str, Any]] = rows["papers"]
    code, _ = paperwork.form_on(page)
    own_paper = next((each for each in papers if each["form"] == code), next(iter(papers), {}))
    refusals = list(refusals)
    page.typed = typed
    buttons = [] if only_copied else [*exception_buttons(page), *paperwork.case_buttons(page)]
    page.typed = None
    context = {
        "title": paperwork.heading(page),
        "state": paperwork.state_tag(found.entity),
        "sheet": paperwork.sheet(page),
        "sheet_css_url": css_url_of(case_form(paperwork.form_on(page), found)),
        "word_url": own_paper.get("word_url", ""),
        "print_url": own_paper.get("print_url", ""),
        "task_url": reverse("task", args=[own.pk]) if own is not None else "",
        "take_back": {
            "url": reverse("case_action", args=[found.pk]),
            "value": "desk.take_back",
            "seen": str(found.revision),
            "label": take_back_label(acted),
            "title": "下一环节还没有办理",
            "text": f"您刚才{ACTIONS.told(acted.outcome)}，现在可以{take_back_label(acted)}。",
            "reason": (typed or {}).get("reason", ""),
            "open": bool(typed and typed.get("action") == "desk.take_back"),
        }
        if acted
        else None,
        "companions_url": "" if only_copied or found.submitted_at is None else reverse("companions", args=[found.pk]),
        "action_url": reverse("case_action", args=[found.pk]),
        "export_url": "" if only_copied else paperwork.export_url(page),
        "seen": str(found.revision),
        "buttons": [
            {
                "value": button.value,
                "label": button.label,
                "weight": button.weight,
                "needs_reason": button.needs_reason,
                "name": "action",
                "open": bool(typed and typed.get("action") == button.value),
                "reason": (typed or {}).get(f"reason_{button.value}", ""),
                "error": next((r.message for r in refusals if r.anchor in ("reason", "relation")), ""),
                "reason_label": button.reason_label,
                "fields": button.fields,
            }
            for button in buttons
        ],
        "refusals": refusal_rows(refusals),
        "side_panels": [*history_panels(page), *paperwork.side_panels(page)],
        "say_title": "需要时可以",
        "say_text": "，".join(button.label for button in buttons),
        **rows,
    }
    if typed is not None and "text" in typed:
        context["comment"] = {
            **rows["comment"],
            "text": typed.get("text", ""),
            "error": "".join(refusal.message for refusal in refusals),
        }
    return render(request, "desk/case.html", context, status=status)
