"""Versions of a flow: a running case keeps the one it began with; a new one is published, and open cases are moved.

A changed flow is a second `Procedure` of the same label with a higher `version`. Publishing it is one act of the
bureau: from then on new cases run by it. Each open case can be moved, by an act of its own, when the new version has a
step for the state the case is in; nothing else about it changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from registry.models import County
from registry.roles import Role

from .actions import CaseAction, Move, register
from .models import Case, PublishedFlow
from .procedure import Procedure, open_tasks, place_of, source_of, versions_of
from .refusals import Refusal
from .registry_actions import RegistryAction
from .rounds import Countersign

MAY_PUBLISH = (Role.BUREAU_SUPERVISOR,)


def flow_in_force(county: County, flow: type[Procedure], at: datetime) -> type[Procedure]:
    """The version by which a case begun at this moment runs (one query where there is more than one version)."""
    versions = versions_of(flow.paperwork.flow_label)
    if len(versions) == 1:
        return flow
    label = flow.paperwork.flow_label
    published = PublishedFlow.objects.filter(county=county, label=label, published_at__lte=at)
    version = published.order_by("-published_at", "-pk").values_list("version", flat=True).first()
    return versions.get(version or min(versions), flow)


@dataclass(frozen=True)
class Prospect:
    """What a new version would mean for one open case."""

    case: Case
    can: bool
    says: str


def prospects(county: County, label: str, version: int, *, after: int = 0, limit: int = 50) -> Iterator[Prospect]:
    """For open cases of other versions, in order of opening: what would change (nothing is changed here)."""
    versions = versions_of(label)
    target = versions[version]
    others = [flow for number, flow in versions.items() if number != version]
    cases = Case.objects.filter(county=county, flow_class__in=others, finished__isnull=True, pk__gt=after)
    for case in cases.select_related("county").order_by("pk")[:limit]:
        found = hindrances(case, target)
        yield Prospect(case, not found, "".join(found) or difference(case, target))


def hindrances(case: Case, target: type[Procedure]) -> list[str]:
    """Why the case can't be moved; empty when it can."""
    desks = target.implied(case.entity.state)
    if not desks:
        return [
            f"不能移：第{target.version}版里没有“{case.flow_class.paperwork.state_tag(case.entity)['label']}”这一步。"
        ]
    # By fewer seats, or other votes, the round would be over, and nobody would be left to end it.
    return [
        f"先不能移：按第{target.version}版，这一轮{desk.task_title}已经有了结果，请等本轮办完再移。"
        for desk in desks
        if isinstance(desk, Countersign) and desk.outcome(case) != "open"
    ]


def difference(case: Case, target: type[Procedure]) -> str:
    """The steps still to come that the new version adds or leaves out."""
    state = case.entity.state
    old, new = _to_come(case.flow_class, state), _to_come(target, state)
    added = [title for title in new.values() if title not in old.values()]
    gone = [title for title in old.values() if title not in new.values()]
    parts = [f"以后增加：{'、'.join(added)}。" if added else "", f"以后不再有：{'、'.join(gone)}。" if gone else ""]
    return "".join(parts) or "以后的环节不变。"


def _to_come(flow: type[Procedure], state: str) -> dict[str, str]:
    desks = flow.desks()
    here = [desks.index(desk) for desk in flow.implied(state)]
    return {desk.name: desk.task_title for desk in desks[(here[0] + 1) if here else 0 :]}


@register
class PublishFlow(RegistryAction):
    """New cases run by this version from now on; running ones keep theirs until they are moved."""

    code = "flows.publish"
    label = "发布流程"
    told = "发布流程新版本"
    roles = MAY_PUBLISH
    kind = "core.publishedflow"

    def refusals(self, move: Move) -> Iterable[Refusal]:
        label, version = str(move.data.get("label") or ""), move.data.get("version")
        if version not in versions_of(label):
            return [Refusal("no_such_version", "请从列出的版本里选：程序里没有这个流程版本。")]
        latest = PublishedFlow.objects.filter(county=move.county, label=label).order_by("-published_at", "-pk").first()
        if (latest.version if latest is not None else min(versions_of(label))) == version:
            return [Refusal("in_force", "不用发布：新办件现在就按这个版本办理。")]
        return ()

    def make(self, move: Move) -> Any:
        label, version = move.data["label"], move.data["version"]
        move.details |= {"flow": label, "version": version}
        published, _ = PublishedFlow.objects.update_or_create(
            county=move.county,
            label=label,
            version=version,
            defaults={"published_at": move.at, "published_by": move.actor.user},
        )
        return published


@register
class MoveToVersion(CaseAction):
    """One running case goes on by another version of its flow: same state, same desk, other steps to come."""

    code = "flows.move_case"
    label = "改用新版流程"
    told = "改按新版流程办理"
    roles = MAY_PUBLISH
    system_may = True

    def may(self, move: Move) -> bool:
        move.appointment = move.actor.holds(self.roles, move.county.pk)
        return move.appointment is not None

    def refusals(self, move: Move) -> Iterable[Refusal]:
        case = move.case
        target = versions_of(case.flow_class.paperwork.flow_label).get(move.data.get("version") or 0)
        if target is None or target is case.flow_class:
            return [Refusal("no_such_version", "请选另一个流程版本：这一件已按这个版本办理，或者没有这个版本。")]
        if case.finished is not None:
            return [Refusal("finished", "不用移：这一件已经办结。")]
        return [Refusal("no_step", why) for why in hindrances(case, target)]

    def apply(self, move: Move) -> None:
        case = move.case
        target = versions_of(case.flow_class.paperwork.flow_label)[move.data["version"]]
        move.details |= {"flow": target.paperwork.flow_label, "from": case.flow_class.version, "to": target.version}
        move.reason = difference(case, target)
        source = source_of(case)
        wanted = target.wanted(case, move.entity.state)
        for task in open_tasks(case):
            if place_of(task) in wanted:
                # The same paper on the same desk: whoever has taken it keeps it, and since when it lies there.
                task.flow_task = target.instance.node(task.flow_task.name)
                task.save(update_fields=["flow_task"])
        case.flow_class = target
        target.relay(case, source)


def open_cases(county: County, label: str, version: int) -> int:
    """How many open cases run by this version."""
    return Case.objects.filter(county=county, flow_class=versions_of(label)[version], finished__isnull=True).count()
