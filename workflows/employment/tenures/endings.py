"""离岗：终止、解除、退出。腾出名额，停发补贴，这个人可以另行安排；由办理离岗的那一件引起。

Rooms above call `end_tenure` inside the act that makes the exit take effect, so that both stand or neither; the act's
own event and paper tell of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from registry.policies import policy_on
from workflows.core.actions import Move
from workflows.core.guards import chinese
from workflows.core.models import Case
from workflows.core.refusals import Refusal, Refused

from ..models import LASTING, EndReason, Leave, LeaveState, Post, PostState, Tenure, TenureState
from ..places import free_and_taken, with_places_taken
from .ends import prospects


@dataclass(frozen=True)
class Ending:
    """How a tenure ends: 终止, 解除 or 退出; why and by which article; the last day on the post; by which case."""

    kind: str
    reason: str
    basis: str
    last_on: date
    case: Case | None = None


# Outside the rules there is no fault and no notice of dissolution: 退出.
WITHDRAWALS = (EndReason.RESIGNATION, EndReason.DEATH, EndReason.EMPLOYED, EndReason.STATUS_CHANGED)
TERMINATIONS = (EndReason.EXPIRY, EndReason.AGE, EndReason.FULL_TERM, EndReason.FAILED_APPRAISAL)


def kind_for(reason: str) -> str:
    """终止 without fault, 退出 for what the rules do not know, 解除 for Articles 11, 13 and 14."""
    if reason == EndReason.NOT_STARTED:
        return TenureState.CANCELLED
    if reason in WITHDRAWALS:
        return TenureState.WITHDRAWN
    return TenureState.TERMINATED if reason in TERMINATIONS else TenureState.DISSOLVED


def lock_tenure(pk: int) -> Tenure:
    """The row as it is now, locked until the act is done."""
    locked: Tenure = (
        Tenure.objects.select_for_update(of=("self",), no_key=True)
        .select_related("county", "township", "village", "worker", "post")
        .get(pk=pk)
    )
    return locked


def ending_refusals(tenure: Tenure, ending: Ending, move: Move) -> list[Refusal]:
    """Why it can't end so; empty when it can."""
    if tenure.end_on is not None or tenure.state not in LASTING:
        return [Refusal("ended_already", "这段在岗经历已经结束，不用再办离岗。")]
    if ending.reason not in EndReason.values or ending.kind != kind_for(ending.reason):
        return [Refusal("no_such_reason", "请从列出的离岗原因里选一项。", anchor="reason")]
    if not ending.basis.strip():
        return [Refusal("no_basis", "请写明离岗依据的条款。", anchor="basis")]
    if tenure.state == TenureState.PENDING:
        if ending.reason not in (EndReason.NOT_STARTED, *WITHDRAWALS):
            return [Refusal("not_started", "还没有上岗，请按没有上岗或者自愿退出办理。", anchor="reason")]
        return []
    if ending.reason == EndReason.NOT_STARTED:
        return [Refusal("has_started", "已经上岗，请按实际原因办理离岗。", anchor="reason")]
    return list(_day_refusals(tenure, ending.last_on, move))


def _day_refusals(tenure: Tenure, last_on: date, move: Move) -> Iterable[Refusal]:
    if last_on < tenure.start_on:
        yield Refusal("before_start", f"请核对离岗日期：{chinese(tenure.start_on)}才上岗。", anchor="last_on")
    if last_on > move.on:
        yield Refusal("in_the_future", "请等到最后一个工作日再办离岗：离岗日期不能晚于今天。", anchor="last_on")
    (prospect,) = prospects([tenure], {tenure.county_id: policy_on(tenure.county, move.on)}, move.on)
    if last_on > prospect.last.day:
        yield Refusal(
            "after_the_end",
            f"请把离岗日期改到{chinese(prospect.last.day)}或以前：在岗到这一天为止。",
            "《办法》第十条",
            "last_on",
        )


def end_tenure(move: Move, tenure: Tenure, ending: Ending) -> Tenure:
    """End it, free the place and cut off a leave. Raises Refused. The tenure comes from `lock_tenure`."""
    found = ending_refusals(tenure, ending, move)
    if found:
        raise Refused(found)
    pending = tenure.state == TenureState.PENDING
    tenure.end(TenureState.CANCELLED if pending else ending.kind)
    tenure.end_on = tenure.start_on if pending else ending.last_on
    tenure.end_reason, tenure.end_basis, tenure.end_case = ending.reason, ending.basis.strip()[:120], ending.case
    tenure.save()
    for leave in Leave.objects.select_related("case").filter(tenure=tenure, state=LeaveState.APPROVED):
        cut_off(move, leave)
    if tenure.post_id is not None:
        vacate_when_free(tenure.post_id)
    move.details["tenure"] = tenure.pk
    move.details["ending"] = {"kind": tenure.state, "reason": ending.reason, "last_on": tenure.end_on.isoformat()}
    return tenure


def cut_off(move: Move, leave: Leave) -> None:
    """A leave of somebody who left: nobody is waited for any more."""
    leave.cut_off()
    close_leave(move, leave)


def close_leave(move: Move, leave: Leave) -> None:
    """Take the slip of a leave that is over by another case's act off the desk where the return was waited for."""
    case = leave.case
    case.moment = move.at
    leave.save()
    case.entity = leave
    last = case.task_set.filter(finished__isnull=True).order_by("pk").last()
    source: Sequence[object] = [last.previous.order_by("pk").last()] if last is not None else []
    for task in source:
        case.flow_class.relay(case, task)
    case.revision += 1
    case.save()


def vacate_when_free(post_pk: int) -> None:
    """空缺 again when a place is free; under the post's lock, which placing somebody takes as well."""
    Post.objects.select_for_update(no_key=True).get(pk=post_pk)
    post = with_places_taken(Post.objects.filter(pk=post_pk)).get()
    free, _ = free_and_taken(post)
    if free and post.state == PostState.OCCUPIED:
        post.vacate()
        post.save()


def reinstatement_refusals(tenure: Tenure, case: Case) -> list[Refusal]:
    """Why an exit can't be undone; empty when it can. `case` is the exit's."""
    if tenure.end_case_id != case.pk:
        return [Refusal("ended_by_another", "这段在岗经历不是由这一件结束的，不能由它恢复。")]
    again = Tenure.objects.filter(worker=tenure.worker_id, end_on__isnull=True).exclude(pk=tenure.pk)
    if again.exists():
        return [
            Refusal(
                "placed_again", "请先办完现在这个岗位的离岗：这个人已经另行上岗，一人只能有一个岗位。", "《办法》第二条"
            )
        ]
    return []


def reinstate_tenure(move: Move, tenure: Tenure, case: Case) -> Tenure:
    """The exit was wrong: the agreement goes on as if there had been none. Raises Refused.

    The place may have been given away meanwhile; the worker is right all the same, and the post is one over until
    the township settles it.
    """
    found = reinstatement_refusals(tenure, case)
    if found:
        raise Refused(found)
    began = tenure.state != TenureState.CANCELLED
    tenure.end_on, tenure.end_reason, tenure.end_basis, tenure.end_case = None, "", "", None
    # Whether leave or renewal was waited for, the clock finds out anew.
    tenure.reinstate(TenureState.WORKING if began else TenureState.PENDING)
    tenure.save()
    if tenure.post_id is not None:
        Post.objects.select_for_update(no_key=True).get(pk=tenure.post_id)
        post = with_places_taken(Post.objects.filter(pk=tenure.post_id)).get()
        free, taken = free_and_taken(post)
        if not free and post.state == PostState.VACANT:
            post.occupy()
            post.save()
        if taken > post.places:
            move.details["over_places"] = taken - post.places
    move.details["tenure"] = tenure.pk
    return tenure
