"""The one door: every change of anything goes through `perform`.

The web pages, the importer, the demo, the command line and the clock all call it. One call is one short
transaction: lock, right, what was seen, every guard, the change, its papers and signatures, one event on the
trail, the next desk, messages and jobs. Anything fails: nothing happened.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils import timezone

from audit import trail
from audit.models import Event

from .actions import ACTIONS, Action, CaseAction, Move, TaskAction
from .actors import Actor
from .companions import tell_those_concerned
from .consistency import faults_of
from .consulting import case_asks, close_left_behind, waits_for_answers
from .deputies import barred_with_the_absent
from .models import Case, DeskTask
from .procedure import open_tasks, source_of
from .refusals import NotFound, NotYours, Overtaken, Refusal, Refused
from .returning import void_what_changed
from .rounds import Countersign
from .seen import parse_seen, seen_of
from .versions import digest_of, facts_of, keep_version

# A busy SQLite, a deadlock or a serialization failure is tried again here and nowhere else.
ATTEMPTS = 6
FIRST_PAUSE_SECONDS = 0.05
TRANSIENT_SQLSTATES = {"40001", "40P01", "55P03"}


@dataclass(frozen=True)
class Step:
    """One act: what, on what, with which data, having seen what."""

    action: str
    subject: Any
    data: Mapping[str, Any]
    seen: str = ""
    files: Mapping[str, Any] | None = None
    details: Mapping[str, Any] | None = None  # what the event tells besides, such as the sitting it belongs to


@dataclass(frozen=True)
class Outcome:
    """What happened: the event on the trail and whatever the action made."""

    event: Event
    case: Case | None
    result: Any


def perform(
    action: str,
    subject: Any,
    actor: Actor,
    data: Mapping[str, Any] | None = None,
    seen: str = "",
    *,
    at: datetime,
    files: Mapping[str, Any] | None = None,
    first: Callable[[], None] | None = None,
    details: Mapping[str, Any] | None = None,
) -> Outcome:
    """Do one thing, wholly or not at all.

    `subject` is what is acted on (a Case, a DeskTask, a Document, a County … or None when something is
    opened); only its primary key is trusted, the row is read again under lock. `seen` is the stamp the form
    carried. `first` runs at the beginning of the transaction, for a list that ticks off what it has done: either both
    stand or neither. Raises Refused (422), NotYours (403), NotFound (404) or Overtaken (409).
    """
    step = Step(action, subject, data or {}, seen, files, details)
    before = [Step(*each) for each in ACTIONS[action].brings(subject, step.data)]
    return perform_together([*before, step], actor, at=at, first=first)[-1]


def perform_together(
    steps: Sequence[Step], actor: Actor, *, at: datetime, first: Callable[[], None] | None = None
) -> list[Outcome]:
    """Several acts in one transaction: all or none. A step whose subject is None-but-follows gets the
    case that the step before it opened."""
    if timezone.is_naive(at):
        raise ValueError("the moment of an act needs a time zone")
    prepared = [ACTIONS[step.action].parse(step.data, step.files, step.subject) for step in steps]
    pause = FIRST_PAUSE_SECONDS
    for attempt in range(1, ATTEMPTS + 1):
        # Inside somebody else's transaction a failed statement cannot be tried again here.
        last = attempt == ATTEMPTS or connection.in_atomic_block
        try:
            with transaction.atomic():
                if first is not None:
                    first()
                moves: list[Move] = []
                for step, data in zip(steps, prepared, strict=True):
                    follows = moves[-1].result if moves and step.subject is None else step.subject
                    moves.append(_move(ACTIONS[step.action], follows, actor, data, step.seen, at))
                    moves[-1].details |= step.details or {}
                # Only now, when nothing else will be locked: who waits for the chain must hold all the rest,
                # or two people wait for each other.
                return [Outcome(event=_write_down(move), case=move.on_case, result=move.result) for move in moves]
        except OperationalError as error:
            if last or not is_transient(error):
                raise
        except IntegrityError:
            # Two acts raced past the same guard and the database stopped the second. Run it again: the
            # guard now sees the first and says so in words.
            if last:
                raise
        time.sleep(pause * (0.5 + random.random()))  # noqa: S311 - spreads retries, guards nothing
        pause *= 2
    raise AssertionError("unreachable")


def rehearse(action: str, task: DeskTask, actor: Actor, *, at: datetime) -> tuple[str, list[Refusal]]:
    """The stamp of what is shown now, and what the rules would say if this were done now; nothing is done. Raises as
    `perform` does when it is not the actor's, or not there any more."""
    with transaction.atomic():
        move = _ready(ACTIONS[action], task, actor, {}, "", at)
        refusals = _refusals(move)
        seen = seen_of(move.task, move.case)
        transaction.set_rollback(True)
    return seen, refusals


def is_transient(error: OperationalError) -> bool:
    """A deadlock, a lost serialization, a lock not had in time, or SQLite busy with another writer."""
    sqlstate = getattr(error.__cause__, "sqlstate", None)
    if sqlstate is not None:
        return sqlstate in TRANSIENT_SQLSTATES
    return "locked" in str(error) or "busy" in str(error)


def _move(action: Action, subject: Any, actor: Actor, data: dict[str, Any], seen: str, at: datetime) -> Move:
    move = _ready(action, subject, actor, data, seen, at)
    refusals = _refusals(move)
    if refusals:
        raise Refused(refusals)
    if isinstance(action, TaskAction) and action.decides:
        _remember_what_was_shown(move)
    action.apply(move)
    if move.on_case is not None:
        _advance(move)
        move.on_case.within_move = None
    return move


def _ready(action: Action, subject: Any, actor: Actor, data: dict[str, Any], seen: str, at: datetime) -> Move:
    """The move with everything locked and the right checked, before any rule is asked."""
    if subject is not None and not isinstance(subject, action.acts_on):
        raise NotFound("没有找到要办理的事项。")
    task = _lock_task(action, subject, actor)
    county, found = action.find(task.process if task is not None else subject, actor)
    move = Move(action=action, actor=actor, at=at, data=dict(data), seen=seen, county=county, subject=found)
    if isinstance(found, Case):
        _load_case(move, found, task)
    if task is not None:
        _stand_at_desk(move)
    elif move.on_case is not None and seen and seen != str(move.case.revision):
        raise Overtaken(
            f"您打开之后，这一件已有人办理或有了变动，不能{action.label}。请看现在的表。", url=f"/cases/{move.case.pk}/"
        )
    if not (action.system_may if actor.is_system else action.may(move)):
        raise NotYours("这一步不归您的岗位办理。请回到待办，办理列在您名下的事项。")
    if move.at_task is not None:
        move.appointment = move.appointment or actor.appointment_at(move.task)
    return move


def _refusals(move: Move) -> list[Refusal]:
    """Everything the rules say, together."""
    action = move.action
    refusals: list[Refusal] = list(action.refusals(move))
    if isinstance(action, TaskAction) and action.decides:
        refusals += barred_with_the_absent(move, refusals)
    if isinstance(action, TaskAction) and action.decides and not action.while_asked and case_asks(move):
        refusals += waits_for_answers(move)
    return refusals


def _lock_task(action: Action, subject: Any, actor: Actor) -> DeskTask | None:
    """Re-read the task; its case is locked by the action's `find`, before anything is decided."""
    if not isinstance(action, TaskAction):
        return None
    if isinstance(subject, Case):  # a step that follows the opening of its case
        tasks = open_tasks(subject)
        subject = tasks[0] if tasks else None
    if not isinstance(subject, DeskTask):
        raise NotFound("没有找到这件待办。")
    task = DeskTask.objects.select_related("process", "owner").filter(pk=subject.pk, office__isnull=False).first()
    if task is None:
        raise NotFound("没有找到这件待办。")
    return task


def _load_case(move: Move, case: Case, task: DeskTask | None) -> None:
    move.on_case = case
    case.moment = move.at
    case.within_move = {}
    move.entity = case.entity
    move.from_state = move.entity.state
    if task is not None:
        # Read again now that the case is locked: before the lock it may have been somebody else's.
        move.at_task = DeskTask.objects.select_related("owner").get(pk=task.pk)
        move.task.process = case


def _stand_at_desk(move: Move) -> None:
    """Is the paper still on this desk, and does it still say what was read?"""
    task, case = move.task, move.case
    url = f"/cases/{case.pk}/"
    if not task.is_open:
        who = task.owner.name if task.owner else "系统"
        when = timezone.localtime(task.finished)
        words = ACTIONS.told(task.outcome) if task.outcome else "撤回了"
        raise Overtaken(
            f"{who}在{when:%H:%M}已办理这一件（{words}），您刚才的操作没有提交。"
            if task.outcome
            else f"这一件在{when:%H:%M}已被撤回或退回，您刚才的操作没有提交。",
            url=url,
        )
    if not move.actor.may_handle(task) and not getattr(move.action, "over_owner", False):
        raise Overtaken(f"{task.owner.name}已领取这一件，您刚才的操作没有提交。", url=url)
    if move.seen:
        shown = parse_seen(move.seen)
        if shown != parse_seen(seen_of(task, case)):
            raise Overtaken("您打开之后，这一件的内容有了变动，您刚才的操作没有提交。请看现在的表再办。", url=url)


def _remember_what_was_shown(move: Move) -> None:
    """Each act at a desk refers to the content its actor was shown, before the act changes it."""
    facts = facts_of(move.case)
    move.task.version = keep_version(move.case, facts, move.at)
    if move.task.flow_task.shown:
        move.shown_digest = move.task.shown_digest = digest_of(facts, move.task.flow_task.shown)


def _settle_rounds_and_signatures(move: Move) -> None:
    """After a change of state: a signature on a changed part is void, and a 会签 step begins a new round."""
    close_left_behind(move)
    if move.undoes or move.entity.state == move.from_state:
        return
    void_what_changed(move)
    for desk in move.case.flow_class.implied(move.entity.state):
        if isinstance(desk, Countersign):
            desk.open_round(move)


def _advance(move: Move) -> None:
    """Save the case, finish the desk if the state has left it, and prove that the desks follow the state."""
    case, task = move.case, move.at_task
    entity = move.entity = move.entity or case.entity
    case.entity = entity
    _settle_rounds_and_signatures(move)
    if entity.state != move.from_state or (task is not None and getattr(move.action, "decides", False)):
        # A remark or a printout is no change that somebody else could have missed.
        case.revision += 1
    if task is not None and isinstance(move.action, TaskAction) and move.action.decides:
        task.revision += 1
        task.outcome = move.action.code
        task.from_state, task.to_state = move.from_state, entity.state
        task.acted_as = move.appointment
        task.act_number = case.revision
        if entity.state in task.flow_task.while_in and not move.action.finishes:
            task.save()
        else:
            case.flow_class.finish_step(task, case, move.actor.user, round_about=move.round_about)
    elif task is not None:
        task.revision += 1
        task.save()
    elif move.round_about:
        case.flow_class.relay(case, source_of(case))
    case.flow_class.paperwork.describe(case, entity)
    case.save()
    faults = faults_of(case, entity.state, open_tasks(case))
    if faults:
        raise AssertionError("; ".join(faults))
    if isinstance(move.action, CaseAction):
        move.action.after(move)
    tell_those_concerned(move)


def _write_down(move: Move) -> Event:
    """The last statement of the transaction: the county's chain is locked for as short as can be."""
    case = move.on_case
    organisations: Iterable[Any] = move.organisations
    if case is not None and not move.organisations:
        organisations = [org for org in (case.township, case.village) if org is not None]
    return trail.append(
        county=move.county.code,
        action=move.action.code,
        at=move.at,
        actor=move.action.actor_stamp(move),
        subject=move.action.stamp(move),
        case_key=case.key if case is not None else "",
        from_state=move.from_state,
        to_state=move.entity.state if move.entity is not None else "",
        reason=move.reason,
        fields=move.fields,
        papers=move.papers,
        signatures=move.signatures,
        policy=move.policy,
        details=move.details,
        organisation_codes=[org.code for org in organisations],
    )
