"""What happened to a case, told from the trail: the timeline and the flow picture need no tables of their own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import timezone

from audit.models import Event
from registry.roles import Role

from .actions import ACTIONS, TaskAction
from .actors import Actor
from .deadlines import due_text
from .models import Case, Comment, DeskTask
from .procedure import Desk
from .rounds import Countersign

PICTURE_NODES = 5


@dataclass(frozen=True)
class Entry:
    kind: str
    who: str
    text: str
    when: Any
    note: str = ""
    url: str = ""
    url_label: str = ""
    before: str = ""


def timeline(case: Case, events: list[Event], tasks: list[DeskTask], remarks: dict[Any, str], on: date) -> list[Entry]:
    """Newest first; what is waited for stands at the top, with its deadline as of the day `on`.

    `remarks` are comments by their moment.
    """
    entries = [
        Entry(
            kind="now",
            before="等待",
            who=task.owner.name if task.owner else Role(task.office_role).label,
            text=task.flow_task.todo,
            when="",
            note="，".join(
                part
                for part in (
                    f"{timezone.localtime(task.created):%-m月%-d日}收到",
                    "已领取" if task.owner else "",
                    due_text(task.due_on, on).text,
                    due_text(task.due_on, on).note,
                )
                if part
            ),
        )
        for task in tasks
    ]
    for event in sorted(events, key=lambda event: -event.sequence):
        if ACTIONS.is_quiet(event.action):
            continue
        note = str(event.details.get("seal_register", "") and f"用印登记{event.details['seal_register']}")
        on_paper = str(event.details.get("signed_on_paper") or event.details.get("scan") or "")
        note = "，".join(part for part in (note, on_paper) if part)
        if event.reason:
            note = event.reason
        if event.action == "desk.comment":
            note = remarks.get(event.at, "")
        entries.append(
            Entry(
                kind="sealed" if "seal_register" in event.details else "plain",
                who=event.actor_name,
                text=ACTIONS.told(event.action),
                when=event.at,
                note=note,
            )
        )
    return entries


def with_elsewhere(entries: list[Entry], elsewhere: list[Entry]) -> list[Entry]:
    """What other cases tell, put in its moment; what is waited for stays at the top."""
    waiting = [entry for entry in entries if entry.kind == "now"]
    told = [entry for entry in entries if entry.kind != "now"] + elsewhere
    return waiting + (sorted(told, key=lambda entry: entry.when, reverse=True) if elsewhere else told)


def remarks_of(case: Case) -> tuple[dict[Any, str], list[dict[str, Any]]]:
    """Comments by their moment, and the files handed in with them (one query: a comment without a file once)."""
    file = ("attachments__pk", "attachments__name", "attachments__size")
    rows = list(
        Comment.objects.filter(case=case).order_by("-pk", "attachments__pk").values("at", "text", "author__name", *file)
    )
    files = [
        {
            "name": row["attachments__name"],
            "who": row["author__name"],
            "when": row["at"],
            "size": row["attachments__size"],
            "url": reverse("attachment", args=[row["attachments__pk"]]),
        }
        for row in rows
        if row["attachments__pk"] is not None
    ]
    return {row["at"]: row["text"] for row in rows}, files


def may_have_acted_last(events: list[Event], actor: Actor) -> bool:
    """Whether the act that laid the case where it lies can be the actor's: when the last move was theirs or a 撤回,
    or when they have decided something since (one of several who sign)."""
    deciding = {action.code for action in ACTIONS.all() if isinstance(action, TaskAction) and action.decides}
    moves = [event for event in events if event.from_state != event.to_state]
    if moves and moves[-1].action == "desk.take_back":
        return True
    since = events[events.index(moves[-1]) :] if moves else events
    me = actor.user.pk if actor.user is not None else None
    return any(event.actor_user_id == me and event.action in deciding for event in since)


def steps(case: Case, state: str, events: list[Event], tasks: list[DeskTask]) -> list[dict[str, Any]]:
    """The flow picture's nodes (at most five): done, now and to come, who and when."""
    desks = case.flow_class.desks()
    now: dict[str, list[DeskTask]] = {}
    for task in tasks:
        now.setdefault(task.flow_task.name, []).append(task)
    acts = _acts_that_stand(events, desks)
    shown = [desk for desk in desks if not desk.by_exception or desk.name in now or desk.name in acts]
    nodes = []
    open_at = min((desks.index(desk) for desk in desks if desk.name in now), default=len(desks))
    for desk in shown:
        act, lying = acts.get(desk.name), now.get(desk.name, [])
        if lying and isinstance(desk, Countersign):
            waiting = "、".join(_who_is_awaited(desk, case, task) for task in lying)
            said = desk.said_of(case, len(lying))
            nodes.append(
                {"name": desk.name_lines, "status": "now", "who": f"{len(lying)}人待签", "when": said, "all": waiting}
            )
        elif lying:
            who = lying[0].owner.name if lying[0].owner else short_role(lying[0].office_role or desk.role)
            nodes.append({"name": desk.name_lines, "status": "now", "who": who, "when": "办理中"})
        elif act is not None and desks.index(desk) < open_at:
            when = timezone.localtime(act.at)
            nodes.append(
                {
                    "name": desk.name_lines,
                    "status": "done",
                    "who": _who_did(desk, act, events),
                    "when": f"{when.month}月{when.day}日",
                }
            )
        else:
            nodes.append({"name": desk.name_lines, "status": "next", "who": "", "when": ""})
    return _around_now(nodes)


def _around_now(nodes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of a long flow the part in which the paper lies: the step before it, and what comes next."""
    here = next((place for place, node in enumerate(nodes) if node["status"] != "done"), len(nodes))
    first = max(0, min(here - 1, len(nodes) - PICTURE_NODES))
    return nodes[first : first + PICTURE_NODES]


def _who_did(desk: Desk, act: Event, events: list[Event]) -> str:
    """Who did this step; of a round, who signed last and how many there were."""
    if not isinstance(desk, Countersign):
        return act.actor_name
    before = [event for event in events if event.sequence < act.sequence]
    begun = max((event.sequence for event in before if event.from_state not in desk.while_in), default=0)
    signed = {event.actor_name for event in before if event.sequence > begun and event.action == act.action}
    signed.add(act.actor_name)
    return act.actor_name if len(signed) == 1 else f"{act.actor_name}等{len(signed)}人"


def _who_is_awaited(desk: Countersign, case: Case, task: DeskTask) -> str:
    return str(task.owner.name) if task.owner else desk.title_of(case, task.seat)


def _acts_that_stand(events: list[Event], desks: list[Desk]) -> dict[str, Event]:
    """The last deciding act at each desk; what was taken back or sent back does not stand."""
    acts: dict[str, Event] = {}
    for event in sorted(events, key=lambda event: event.sequence):
        if event.from_state == event.to_state or not event.to_state:
            continue
        acted_at = [desk for desk in desks if event.from_state in desk.while_in]
        for desk in acted_at:
            acts[desk.name] = event
        later = [desk for desk in desks if event.to_state in desk.while_in]
        if later:
            first_open = min(desks.index(desk) for desk in later)
            acts = {name: act for name, act in acts.items() if desks.index(_named(desks, name)) < first_open}
    return acts


def short_role(role: str) -> str:
    """The role in a few characters: the node above already says village or township."""
    label = str(Role(role).label).split("（")[0]
    return label.removeprefix("乡镇").removeprefix("村").replace("印章管理员", "印章") or label


def _named(desks: list[Desk], name: str) -> Desk:
    return next(desk for desk in desks if desk.name == name)


def since_text(tasks: list[DeskTask], on: Any, *, mine: bool) -> str:
    """How long the paper has been lying where it lies."""
    if not tasks:
        return "已办结"
    days = (on - timezone.localtime(tasks[0].created).date()).days
    where = "在您这里" if mine else "在这一步"
    return f"{where}{days}天" if days else f"今天到{'您这里' if mine else '这一步'}"
