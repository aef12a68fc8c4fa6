"""The page of a flow, read from the code; where one case is on it; and, for the bureau, publishing a version."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from audit.models import Event
from audit.queries import case_timeline
from forms_templates.library import form
from registry.models import County
from registry.roles import Role

from .actions import ACTIONS, TaskAction
from .actors import Actor
from .article_links import article_url
from .clock import now
from .desk_view import visible_case
from .door import perform
from .flow_versions import MAY_PUBLISH, Prospect, flow_in_force, prospects
from .guards import GUARDS, Guard
from .models import Case, DeskTask
from .procedure import Closed, Desk, Procedure, flows, open_tasks, versions_of
from .refusals import DoorError
from .requests import actor_of, office_page, row_number
from .rounds import Countersign
from .supervision import MAY_MOVE, steps_for_exceptions

MOST_LINES = 5


def offices_of(desk: Desk) -> str:
    """Who acts at a step, in words."""
    if isinstance(desk, Countersign):
        seats = [seat.title for seat in desk.declared_seats]
        return f"{'、'.join(dict.fromkeys(seats))}（{len(seats) or '各'}人，{desk.rule}）"
    offices = getattr(desk, "offices", None)
    if offices:
        return "、".join(office.title for office in offices)
    return str(Role(desk.role).label)


def short_office(desk: Desk) -> str:
    if isinstance(desk, Countersign):
        seats = len(desk.declared_seats)
        number = f"{seats}人" if seats else ""
        return f"会签{number}" if desk.needed is None else f"票签{number}，{desk.needed}票通过"
    return str(Role(desk.role).label).split("（", maxsplit=1)[0]


def chart_rows(flow: type[Procedure], case: Case | None = None, events: Sequence[Event] = ()) -> list[dict[str, Any]]:
    """The steps of the flow; for a case with what was done there, by whom and when, and where it lies since when."""
    desks = flow.desks()
    lines: dict[str, list[str]] = {desk.name: [] for desk in desks}
    tasks = open_tasks(case) if case is not None else []
    for event in sorted(events, key=lambda event: event.sequence):
        action = ACTIONS.get(event.action)
        if not isinstance(action, TaskAction) and event.from_state == event.to_state:
            continue
        if ACTIONS.is_quiet(event.action):
            continue
        for desk in desks:
            if event.from_state in desk.while_in:
                lines[desk.name].append(f"{_day(event.at)} {event.actor_name} {ACTIONS.told(event.action)}")
    here = [desks.index(task.flow_task) for task in tasks if task.flow_task in desks]
    first_open = min(here, default=len(desks))
    rows = []
    for place, desk in enumerate(desks):
        lying = [task for task in tasks if _lies_at(task, desk)]
        been = bool(lines[desk.name])
        if case is not None and desk.by_exception and not been and not lying:
            continue
        status = "now" if lying else ("done" if been and (place < first_open or not tasks) else "next")
        rows.append(
            {
                "step": desk.name,
                "name": desk.task_title,
                "role": short_office(desk),
                "status": status,
                "lines": [*lines[desk.name][-MOST_LINES:], *_round_lines(desk, case, lying), *map(_waits, lying)],
            }
        )
    return rows


def _lies_at(task: DeskTask, desk: Desk) -> bool:
    """An office that was asked answers beside the step that asked."""
    if task.flow_task.beside_the_way:
        return task.process.entity.state in desk.while_in
    return bool(task.flow_task == desk)


def _round_lines(desk: Desk, case: Case | None, lying: list[DeskTask]) -> list[str]:
    """Of a round: how many have signed; before it, and in the flow as declared, who must."""
    if not isinstance(desk, Countersign):
        return []
    if lying and case is not None:
        return [f"{desk.said_of(case, sum(task.flow_task == desk for task in lying))}，{desk.rule}"]
    if case is not None and case.entity.state not in _states_before(case, desk):
        return []
    seats = desk.declared_seats if case is None else desk.seats_of(case)
    return [*(seat.title for seat in seats), desk.rule] if seats else []


def _states_before(case: Case, desk: Desk) -> set[str]:
    """The states in which a case has this step still before it."""
    desks = case.flow_class.desks()
    return {state for each in desks[: desks.index(desk)] for state in each.while_in}


def _waits(task: DeskTask) -> str:
    desk, who = task.flow_task, str(Role(task.office_role).label).split("（", maxsplit=1)[0]
    if isinstance(desk, Countersign):
        who = desk.title_of(task.process, task.seat).split("（", maxsplit=1)[0]
    if task.owner is not None:
        who = task.owner.name
    return f"现在：{who}{task.flow_task.todo}，{_day(task.created)}起"


def _day(at: Any) -> str:
    local = timezone.localtime(at)
    return f"{local.month}月{local.day}日"


def returns_of(rows: list[dict[str, Any]], flow: type[Procedure], events: list[Event]) -> list[tuple[int, int]]:
    """Every way back the case went, as pairs of rows."""
    place = {row["step"]: number for number, row in enumerate(rows)}
    found = []
    for event in events:
        start = next((desk.name for desk in flow.implied(event.from_state)), "")
        goal = next((desk.name for desk in flow.implied(event.to_state)), "")
        if start in place and goal in place and place[goal] < place[start]:
            found.append((place[start], place[goal]))
    return found


def spoken(rows: list[dict[str, Any]]) -> str:
    """The picture in a sentence."""
    words = {"done": "已办", "now": "正在办", "next": "还没到"}
    return "流程：" + "；".join(f"{row['name']}{words[row['status']]}" for row in rows) + "。"


@office_page
def case_flow(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Where a case is: the whole flow with everything that happened on it, to look at and to print."""
    case = visible_case(actor_of(request), pk)
    flow = case.flow_class
    events = list(case_timeline(case.key).defer("canonical"))
    rows = chart_rows(flow, case, events)
    context = {
        "title": f"{case.title}：办到哪一步",
        "state": flow.paperwork.state_tag(case.entity),
        "number": case.number,
        "rows": rows,
        "returns": returns_of(rows, flow, sorted(events, key=lambda event: event.sequence)),
        "spoken": spoken(rows),
        "case_url": reverse("case", args=[pk]),
        "flow_url": reverse("flow", args=[flow.paperwork.flow_label]),
        "flow_title": f"{flow.paperwork.title}流程第{flow.version}版",
        "exceptions": [
            {"who": event.actor_name, "at": event.at, "why": event.reason}
            for event in events
            if event.details.get("by_exception")
        ],
    }
    return render(request, "desk/case_flow.html", context)


def guards_of(flow: type[Procedure]) -> list[Guard[Any]]:
    """The rules of the flow's own room."""
    room = flow.entity_model.__module__.rpartition(".")[0]
    return [guard for guard in GUARDS.values() if guard.module.startswith(f"{room}.")]


def step_rows(flow: type[Procedure]) -> list[dict[str, Any]]:
    """Each step with its offices, states, actions and ways on."""
    states = dict(flow.entity_model._meta.get_field("state").choices)
    label = flow.paperwork.flow_label
    return [
        {
            "title": desk.task_title,
            "who": offices_of(desk),
            "states": "、".join(str(states[state]) for state in sorted(desk.while_in)),
            "acts": "、".join(each.label for each in ACTIONS.at_desk(label, desk.name) if desk.name in each.nodes),
            "on": "、".join("办结" if isinstance(node, Closed) else node.task_title for node in desk.leads_to),
            "optional": desk.by_exception,
        }
        for desk in [*flow.desks(), *flow.beside()]
    ]


def closing_states(flow: type[Procedure]) -> str:
    states = dict(flow.entity_model._meta.get_field("state").choices)
    lying = {state for desk in flow.desks() for state in desk.while_in}
    ends = [node for node in flow.instance.nodes() if getattr(node, "while_in", None) and node not in flow.desks()]
    return "、".join(str(states[state]) for node in ends for state in sorted(node.while_in) if state not in lying)


@office_page
def flow(request: HttpRequest, label: str) -> HttpResponseBase:
    """A flow as the code has it; the bureau publishes a version here and moves cases to it."""
    versions = versions_of(label)
    if label not in flows():
        raise Http404
    actor = actor_of(request)
    publisher = actor.holds(MAY_PUBLISH)
    if request.method == "POST":
        return _publish_or_move(request, label)
    county = actor.appointments[0].organisation.county if actor.appointments else None
    current = flow_in_force(county, versions[min(versions)], now()) if county is not None else versions[min(versions)]
    shown = versions.get(row_number(request.GET.get("version", "")) or current.version, current)
    paper = shown.paperwork.form
    rows = chart_rows(shown)
    found = prospects_for(publisher.organisation.county, label, shown.version) if publisher else []
    context = {
        "title": f"{shown.paperwork.title}流程",
        "version": shown.version,
        "in_force": current.version,
        "note": shown.version_note,
        "story": (inspect.getdoc(inspect.getmodule(shown)) or "").splitlines(),
        "rows": rows,
        "spoken": f"流程：{'、'.join(row['name'] for row in rows)}。",
        "steps": step_rows(shown),
        "closing": closing_states(shown),
        # A guard is callable, and a template would call it.
        "guards": [
            {"title": each.title, "basis": each.basis, "url": article_url(each.basis)} for each in guards_of(shown)
        ],
        "movers": "、".join(str(Role(role).label) for role in MAY_MOVE),
        "movable_to": "、".join(steps_for_exceptions(shown)),
        "papers": [form(*paper).title] if paper[0] else [],
        "versions": [
            {"number": number, "current": number == current.version, "note": each.version_note}
            for number, each in sorted(versions.items())
        ],
        "may_publish": publisher is not None and len(versions) > 1,
        "prospects": found,
        "movable": sum(1 for each in found if each.can),
        "flow_url": reverse("flow", args=[label]),
    }
    return render(request, "desk/flow.html", context)


def prospects_for(county: County, label: str, version: int) -> list[Prospect]:
    """What the version would mean for the cases that were handed in; a draft is its village's alone."""
    return [each for each in prospects(county, label, version) if each.case.submitted_at is not None]


def _move_all(county: County, actor: Actor, label: str, version: int) -> tuple[int, int]:
    """Every case that can move, each by an act of its own: how many did, and how many meanwhile could not."""
    cases = [each.case for each in prospects_for(county, label, version) if each.can]
    left = 0
    for case in cases:
        try:
            perform("flows.move_case", case, actor, {"label": label, "version": version}, at=now())
        except DoorError:
            left += 1
    return len(cases) - left, left


def _publish_or_move(request: HttpRequest, label: str) -> HttpResponseBase:
    """One act each: a version is published, or one case is moved."""
    actor = actor_of(request)
    appointment = actor.holds(MAY_PUBLISH)
    if appointment is None:
        raise Http404
    county: County = appointment.organisation.county
    version = row_number(request.POST.get("version", "")) or 0
    data: Mapping[str, Any] = {"label": label, "version": version}
    if request.POST.get("case"):
        case = visible_case(actor, row_number(request.POST["case"]) or 0)
        perform("flows.move_case", case, actor, data, at=now())
        messages.success(request, "这一件已改按新版流程办理，已记录。")
    elif request.POST.get("all"):
        moved, left = _move_all(county, actor, label, version)
        kept = f"{left}件刚有变动，没有移，请看下面。" if left else ""
        messages.success(request, f"{moved}件已改按第{version}版办理，逐件记录。{kept}")
    else:
        perform("flows.publish", county, actor, data, at=now())
        messages.success(request, f"已发布：新办件按第{version}版办理，已记录。")
    response = redirect(f"{reverse('flow', args=[label])}?version={version}")
    response.status_code = 303
    return response
