"""批量: choose, see what would happen to each, decide once, and have every paper decided on its own.

Opening a sitting is one act: the person's signature is bound to the list as it was shown. Its papers are then decided
one after the other, each in a transaction of its own with its own opinion, paper and event; the item is ticked off in
that transaction, so a sitting that was killed goes on where it stopped and decides nothing twice. Rights and rules are
asked at each paper, at its own moment. What changed since the list was shown is told, not decided.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from audit.trail import SubjectStamp
from registry.models import Appointment, County
from signatures.scans import ScanError
from signatures.scans import clean as clean_scan
from signatures.signing import SigningRefused, sign
from signatures.strokes import StrokeError
from signatures.strokes import parse as parse_strokes

from .actions import ACTIONS, Action, Move, TaskAction, register
from .actors import Actor
from .clock import now
from .door import perform, rehearse
from .inbox import mine_of
from .models import DeskTask, Sitting, SittingItem
from .refusals import DoorError, NotFound, Overtaken, Refusal, Refused
from .requests import row_number
from .sitting_models import ItemState

MOST_ITEMS = 300
CHUNK_SECONDS = 2.0


@dataclass(frozen=True)
class Verdict:
    """What would happen to one paper of the list."""

    task: DeskTask
    seen: str
    refusals: tuple[str, ...] = ()

    @property
    def pick(self) -> str:
        """The paper and what was shown of it, as the form carries it."""
        return f"{self.task.pk}:{self.seen}"


def actions_for(task: DeskTask) -> list[TaskAction]:
    """What may be done to many such papers at once."""
    found = ACTIONS.at_desk(task.process.flow_class.paperwork.flow_label, task.flow_task.name)
    return [action for action in found if action.in_batch]


def asks_for(action: Action, name: str) -> bool:
    """Whether the action's form has this field (an opinion, strokes)."""
    return action.form is not None and name in action.form.base_fields


def tasks_of(actor: Actor, pks: Iterable[int]) -> list[DeskTask]:
    """The actor's own open papers among these, longest wait first; at most MOST_ITEMS."""
    found = mine_of(actor).filter(pk__in=list(pks)[:MOST_ITEMS]).select_related("process__county", "owner")
    return list(found.order_by("created", "pk"))


def dry_run(tasks: Sequence[DeskTask], action: TaskAction, actor: Actor, *, at: datetime) -> list[Verdict]:
    """What the rules would say of each; nothing is done."""
    verdicts = []
    for task in tasks:
        try:
            seen, refusals = rehearse(action.code, task, actor, at=at)
        except DoorError as error:
            verdicts.append(Verdict(task, "", (str(error),)))
            continue
        verdicts.append(Verdict(task, seen, tuple(str(refusal) for refusal in refusals)))
    return verdicts


def parse_picks(picks: Iterable[str]) -> list[tuple[int, str]]:
    """(task, seen) of each row the form carries; nonsense is passed over."""
    found = []
    for pick in picks:
        number, _, seen = str(pick).partition(":")
        pk = row_number(number)
        if pk is not None:
            found.append((pk, seen[:120]))
    return found


def digest_of(action: str, picks: Sequence[tuple[int, str]], opinion: str) -> str:
    """SHA-256 (hex) over the list as it was shown: which papers, as they stood, what is decided, in which words."""
    listed = {"action": action, "opinion": opinion, "papers": [list(pick) for pick in picks]}
    return hashlib.sha256(
        json.dumps(listed, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    ).hexdigest()


@register
class OpenSitting(Action):
    """One decision over a list, signed once under the list."""

    code = "desk.open_sitting"
    label = "批量办理"
    told = "批量办理一批"
    acts_on = (County,)

    def parse(self, data: Mapping[str, Any], files: Any, context: Any = None) -> dict[str, Any]:
        action = ACTIONS[str(data.get("decision") or "")]
        if not isinstance(action, TaskAction) or not action.in_batch:
            raise NotFound("没有这个批量办理动作。")
        picks = parse_picks(data.get("picks") or ())
        opinion = str(data.get("opinion") or "").strip()
        slips = []
        if not picks:
            slips.append(Refusal("nothing_chosen", "请至少选一件。"))
        if len(picks) > MOST_ITEMS:
            slips.append(Refusal("too_many", f"一次最多办理{MOST_ITEMS}件，请分几次办。"))
        if asks_for(action, "opinion") and len(opinion) < 2:
            slips.append(Refusal("shape", "请写明意见，也可以点选常用意见。", anchor="opinion"))
        drawn = scan = None
        if asks_for(action, "strokes"):
            try:
                upload = (files or {}).get("scan")
                if upload is not None:
                    scan = clean_scan(upload.read())
                else:
                    drawn = parse_strokes(str(data.get("strokes") or ""))
            except (StrokeError, ScanError) as error:
                slips.append(Refusal("shape", str(error), anchor="strokes"))
            if scan is not None:
                slips.append(
                    Refusal("shape", "批量办理请在屏幕上手写签字；用扫描件签字的，请逐件办理。", anchor="strokes")
                )
        if slips:
            raise Refused(slips)
        return {
            "decision": action,
            "picks": picks,
            "opinion": opinion[:1000],
            "strokes": str(data.get("strokes") or ""),
            "drawn": drawn,
        }

    def find(self, move_subject: Any, actor: Actor) -> tuple[County, Any]:
        county = County.objects.filter(pk=getattr(move_subject, "pk", None) or 0).first()
        if county is None or actor.user is None or _appointment_in(actor, county) is None:
            raise NotFound("没有找到这个县。")
        return county, county

    def may(self, move: Move) -> bool:
        wanted = [pk for pk, _ in move.data["picks"]]
        tasks = {task.pk: task for task in tasks_of(move.actor, wanted)}
        move.data["tasks"] = tasks
        first = next((tasks[pk] for pk in wanted if pk in tasks), None)
        move.appointment = (
            move.actor.appointment_for(first.office_id or 0, first.office_role) if first is not None else None
        ) or _appointment_in(move.actor, move.county)
        return move.appointment is not None

    def refusals(self, move: Move) -> Iterable[Refusal]:
        decision: TaskAction = move.data["decision"]
        tasks: dict[int, DeskTask] = move.data["tasks"]
        # What was not shown in the list is not decided by it.
        shown = [pk for pk, seen in move.data["picks"] if seen and pk in tasks]
        fitting = [pk for pk in shown if decision in actions_for(tasks[pk])]
        if not fitting:
            return [Refusal("nothing_left", "所选的都已有人办理，或不在这一步。请回到待办重新选。")]
        move.data["picks"] = [pick for pick in move.data["picks"] if pick[0] in set(fitting)]
        return ()

    def apply(self, move: Move) -> None:
        decision: TaskAction = move.data["decision"]
        picks: list[tuple[int, str]] = move.data["picks"]
        tasks: dict[int, DeskTask] = move.data["tasks"]
        digest = digest_of(decision.code, picks, move.data["opinion"])
        data = {"opinion": move.data["opinion"], "strokes": move.data["strokes"]}
        sitting = Sitting.objects.create(
            county=move.county,
            user=move.user,
            action=decision.code,
            title=f"{tasks[picks[0][0]].flow_task.task_title}：{decision.label}，共{len(picks)}件",
            list_digest=digest,
            data_text=json.dumps({name: value for name, value in data.items() if value}, ensure_ascii=False),
            opened_at=move.at,
        )
        if move.data["drawn"] is not None:
            sitting.signature = self._sign(move, sitting, digest)
            sitting.save(update_fields=["signature"])
        SittingItem.objects.bulk_create(
            SittingItem(sitting=sitting, position=position, task=tasks[pk], case=tasks[pk].process, seen=seen)
            for position, (pk, seen) in enumerate(picks, 1)
        )
        move.details |= {"decision": decision.code, "papers": len(picks), "list": digest}
        move.fields["opinion"] = move.data["opinion"]
        move.result = sitting
        from .sitting_jobs import work_off_sitting

        work_off_sitting.enqueue(sitting.pk)

    def _sign(self, move: Move, sitting: Sitting, digest: str) -> Any:
        try:
            signature = sign(
                county=move.county,
                signer=move.user,
                appointment=move.acting,
                drawn=move.data["drawn"],
                content_digest=digest,
                form_digest=digest,
                subject_kind=sitting._meta.label_lower,
                subject_key=str(sitting.pk),
                place="list",
                at=move.at,
            )
        except SigningRefused as error:
            raise Refused([Refusal("signing_refused", str(error), anchor="strokes")]) from error
        move.signatures.append(signature.digest)
        return signature

    def stamp(self, move: Move) -> SubjectStamp:
        return SubjectStamp(kind="core.sitting", key=str(move.result.pk))


def _appointment_in(actor: Actor, county: County) -> Appointment | None:
    return next((each for each in actor.appointments if each.organisation.county_id == county.pk), None)


def chunk_ends(seconds: float) -> float:
    """The monotonic moment at which a page's share of the work ends."""
    return time.monotonic() + seconds


class AlreadyDone(Overtaken):
    """Somebody else who works off the same sitting has ticked this item off."""


def work_off(sitting: Sitting, *, until: float | None = None) -> bool:
    """Decide what is still waiting, until the monotonic moment `until`; returns whether nothing waits any more.

    May run twice at once, and again after a kill: each item is ticked off in the transaction that decides it.
    """
    data = sitting.data
    while True:
        items = list(
            SittingItem.objects.filter(sitting=sitting, state=ItemState.WAITING)
            .select_related("task")
            .order_by("position")[:20]
        )
        if not items:
            return True
        actor = Actor.of(sitting.user, timezone.localtime(now()).date())
        for item in items:
            if until is not None and time.monotonic() >= until:
                return False
            _decide(sitting, item, actor, data)


def _decide(sitting: Sitting, item: SittingItem, actor: Actor, data: Mapping[str, Any]) -> None:
    at = now()
    note = {"sitting": sitting.pk, "list": sitting.list_digest}

    def tick_off() -> None:
        # The item's row is changed first: who comes second waits for it, and then finds nothing to change.
        waiting = SittingItem.objects.filter(pk=item.pk, state=ItemState.WAITING)
        if not waiting.update(state=ItemState.DONE, at=at):
            raise AlreadyDone("这一件刚刚办过。")

    try:
        perform(sitting.action, item.task, actor, data, item.seen, at=at, first=tick_off, details=note)
    except AlreadyDone:
        return
    except Overtaken as error:
        _settle(item, ItemState.OVERTAKEN, str(error), at)
    except DoorError as error:
        _settle(item, ItemState.REFUSED, str(error), at)


def _settle(item: SittingItem, state: ItemState, message: str, at: datetime) -> None:
    SittingItem.objects.filter(pk=item.pk, state=ItemState.WAITING).update(state=state, message=message[:400], at=at)


def progress_of(sitting: Sitting) -> dict[str, int]:
    """How many items are in each state, and in all (one query)."""
    states = list(SittingItem.objects.filter(sitting=sitting).values_list("state", flat=True))
    return {state: states.count(state) for state in ItemState.values} | {"total": len(states)}
