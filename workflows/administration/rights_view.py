"""岗位与权限: who may do what, in words, read from the code itself so that it can never say anything else."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from registry.roles import LEVEL, SEES, Role
from workflows.core.actions import ACTIONS, Action, CaseAction, TaskAction
from workflows.core.procedure import flows
from workflows.core.requests import office_page
from workflows.core.seal_readers import MAY_READ_ALL_SEALS
from workflows.core.trail_view import MAY_READ_TRAIL

KEEPERS = (Role.VILLAGE_SEAL_KEEPER, Role.TOWNSHIP_SEAL_KEEPER)


@dataclass
class Rights:
    """What one role may do: at its desks, beside them, and what it reads."""

    role: Role
    steps: list[dict[str, Any]] = field(default_factory=list)
    beside: list[dict[str, Any]] = field(default_factory=list)
    reads: list[str] = field(default_factory=list)

    @property
    def acts(self) -> list[str]:
        """Everything that is done at no desk of the role's own."""
        return [label for group in self.beside for label in group["acts"]]


def is_for_the_system_only(action: Action) -> bool:
    return action.system_may and not action.roles


def everybodys_acts() -> list[str]:
    """What whoever sees a case may do with it."""
    return [
        action.label
        for action in ACTIONS.all()
        if isinstance(action, CaseAction)
        and not isinstance(action, TaskAction)
        and not action.roles
        and not is_for_the_system_only(action)
    ]


def anybodys_acts() -> list[str]:
    """What anybody who serves somewhere may do, about no case: printing a pile, naming a deputy."""
    return [
        action.label
        for action in ACTIONS.all()
        if not isinstance(action, CaseAction) and not action.roles and not is_for_the_system_only(action)
    ]


def desk_acts() -> list[str]:
    """What may be done at any desk, whatever lies on it."""
    return [
        action.label
        for action in ACTIONS.all()
        if isinstance(action, TaskAction) and action.code.startswith("desk.") and not action.roles
    ]


def acts_when_asked() -> list[str]:
    """What an office may do that is asked for its opinion beside the way."""
    found = [
        action.label
        for label, flow in flows().items()
        for desk in flow.beside()
        for action in ACTIONS.at_desk(label, desk.name)
        if not action.code.startswith("desk.")
    ]
    return list(dict.fromkeys(found))


def rights_of(role: Role) -> Rights:
    """Everything the code lets this role do."""
    found = Rights(role)
    at_own_desks: set[str] = set()
    for label, flow in flows().items():
        for desk in flow.desks():
            if desk.role == role:
                acts = list(ACTIONS.at_desk(label, desk.name))
                at_own_desks |= {action.code for action in acts}
                labels = "、".join(action.label for action in acts)
                found.steps.append({"flow": flow.paperwork.title, "step": desk.task_title, "acts": labels})
    beside: dict[str, list[str]] = {}
    for action in ACTIONS.all():
        if role in action.roles and action.code not in at_own_desks:
            label = action.code.partition(".")[0]
            labels_there = beside.setdefault(flows()[label].paperwork.title if label in flows() else "", [])
            if action.label not in labels_there:
                labels_there.append(action.label)
    # What belongs to no flow comes last.
    found.beside = [{"flow": flow, "acts": acts} for flow, acts in sorted(beside.items(), key=lambda one: not one[0])]
    found.reads.append(SEES[role].label)
    if role in MAY_READ_TRAIL:
        found.reads.append("全县办理记录")
    if role in MAY_READ_ALL_SEALS:
        found.reads.append("全部用印登记")
    elif role in KEEPERS:
        found.reads.append("本单位用印登记")
    return found


@office_page
def rights(request: HttpRequest) -> HttpResponseBase:
    """For everybody: nothing of it is a secret, and it answers who to turn to."""
    rows = [rights_of(role) for role in Role]
    context = {
        "groups": [
            {
                "role": row.role.label,
                "anchor": row.role.value,
                "level": LEVEL[row.role].label,
                "reads": "、".join(row.reads),
                "steps": row.steps,
                "beside": [{"flow": group["flow"], "acts": "、".join(group["acts"])} for group in row.beside],
            }
            for row in rows
        ],
        "everybody": "、".join(everybodys_acts()),
        "at_desks": "、".join(desk_acts()),
        "anybody": "、".join(dict.fromkeys(anybodys_acts())),
        "when_asked": "、".join(acts_when_asked()),
    }
    return render(request, "administration/rights.html", context)
