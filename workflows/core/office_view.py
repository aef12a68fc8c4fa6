"""Home and inbox."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from registry.roles import Role

from .actions import ACTIONS
from .clock import now, today
from .deadlines import due_text
from .inbox import (
    COUNT_UP_TO,
    Wanted,
    count_of,
    desk_of,
    key_text,
    late_under,
    parse_key,
    pile_of,
    rows,
    sent_by,
    waited,
)
from .models import Case, DeskTask
from .notices_view import notice_row, notices_of
from .procedure import flows
from .requests import actor_of, office_page
from .sittings import MOST_ITEMS, actions_for

TABS = (("mine", "我的待办"), ("office", "本岗位待办"), ("done", "我已办"), ("sent", "我发起的"))


def task_row(task: DeskTask, actor: Any, *, done: bool = False) -> dict[str, Any]:
    """One line of the inbox, from the task and its case alone."""
    case = task.process
    due = due_text(task.due_on, today())
    taken = task.owner if not done and not actor.may_handle(task) else None
    return {
        "url": reverse("case", args=[case.pk]) if done or taken else reverse("task", args=[task.pk]),
        "who": case.title,
        "where": case.headline,
        "what": f"{case.flow_class.paperwork.title}，{task.flow_task.task_title}",
        "mark": {"kind": "ok", "text": ACTIONS.told(task.outcome)} if done else None,
        "waited": "" if done else waited(task.created, today()),
        "number": case.number or "未编号",
        "due": "" if done else due.day,
        "due_left": "" if done else due.left,
        "due_kind": "" if done else due.kind,
        "action_label": "查看" if done or taken else "办理",
        "taken_by": taken.name if taken else "",
        "pick": task.pk if not done and not taken and actions_for(task) else "",
    }


def late_row(task: DeskTask) -> dict[str, Any]:
    """One line of what a head is told of: whose desk it lies on, and since when it is late. It is not theirs to do."""
    due = due_text(task.due_on, today())
    return {
        "url": reverse("case", args=[task.process_id]),
        "who": task.process.title,
        "where": task.process.headline,
        "number": task.process.number or "未编号",
        "what": f"{task.office.name if task.office else ''}{task.flow_task.task_title}",
        "due": due.day,
        "due_left": due.left,
        "due_kind": due.kind,
        "taken_by": task.owner.name if task.owner else "",
        "action_label": "查看",
    }


def case_row(case: Case) -> dict[str, Any]:
    return {
        "url": reverse("case", args=[case.pk]),
        "who": case.title,
        "where": case.headline,
        "what": case.flow_class.paperwork.title,
        "mark": {"kind": "ok", "text": "已办结"} if case.finished else None,
        "waited": "",
        "number": case.number or "未编号",
        "due": "",
        "due_kind": "",
        "action_label": "查看",
        "taken_by": "",
    }


@office_page
def inbox(request: HttpRequest) -> HttpResponseBase:
    """Mine, my office's, done by me, sent by me."""
    actor = actor_of(request)
    tab = request.GET.get("tab", "mine")
    wanted = Wanted(
        tab=tab if tab in dict(TABS) else "mine",
        q=request.GET.get("q", "").strip()[:40],
        flow=request.GET.get("flow", ""),
        step=request.GET.get("step", ""),
        after=parse_key(request.GET.get("after", "")),
    )
    if wanted.tab == "sent":
        cases, following = sent_by(actor, wanted)
        lines = [case_row(case) for case in cases]
    else:
        tasks, following = rows(actor, wanted)
        lines = [task_row(task, actor, done=wanted.tab == "done") for task in tasks]
    kept = {"tab": wanted.tab, "q": wanted.q, "flow": wanted.flow, "step": wanted.step}
    counts = {"mine": len(pile_of(actor)), "office": count_of(desk_of(actor))}
    context = {
        "tabs": [
            {
                "label": label,
                "url": f"{reverse('inbox')}?{urlencode({'tab': value})}",
                "current": value == wanted.tab,
                "count": f"{COUNT_UP_TO}+" if counts.get(value, 0) >= COUNT_UP_TO else counts.get(value),
            }
            for value, label in TABS
        ],
        "q": wanted.q,
        "kept": [{"name": "tab", "value": wanted.tab}],
        "flows": [
            {"value": label, "label": flow.paperwork.title, "selected": label == wanted.flow}
            for label, flow in flows().items()
        ],
        "steps": [
            {"value": desk.name, "label": desk.task_title, "selected": desk.name == wanted.step}
            for flow in flows().values()
            for desk in flow.desks()
        ],
        "rows": lines,
        "next_url": f"{reverse('inbox')}?{urlencode(kept | {'after': key_text(following)})}" if following else "",
        "total_text": f"已显示{len(lines)}件。" if lines else "",
        "tab": wanted.tab,
        "batch": wanted.tab in ("mine", "office") and any(line.get("pick") for line in lines),
        "kept_for_batch": [{"name": name, "value": kept[name]} for name in ("q", "flow", "step")],
        "most_items": MOST_ITEMS,
    }
    return render(request, "desk/inbox.html", context)


@office_page
def home(request: HttpRequest) -> HttpResponseBase:
    """What waits, what was said to one's office, and where to begin."""
    actor = actor_of(request)
    tasks, _ = rows(actor, Wanted())
    may_apply = actor.holds((Role.VILLAGE_CLERK,)) is not None
    context = {
        "greeting": f"{actor.name}，您好",
        "pile": len(pile_of(actor)),
        "can_apply": may_apply,
        "apply_url": reverse("apply"),
        "waiting": [task_row(task, actor) for task in tasks[:6]],
        "late": [late_row(task) for task in late_under(actor, today())],
        "notices": [notice_row(notice) for notice in notices_of(actor)[:8]],
        "standing_in": [
            {"who": each.user.name, "office": str(each)} for each in actor.appointments if actor.stands_in(each)
        ],
        "at": now(),
        "no_appointment": not actor.appointments,
    }
    return render(request, "desk/home.html", context)
