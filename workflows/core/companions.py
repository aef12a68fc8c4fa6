"""催办, 抄送, 关注: what colleagues do about a paper that is on somebody else's desk. None of it decides anything.

抄送 opens the case to read and nothing else: numbers stay masked, no paper is taken out, nothing is written on it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils import timezone

from registry.models import Appointment, User

from .actions import CaseAction, Move, register
from .models import Case, CaseReader, DeskTask, Notice, Opinion
from .plain_forms import PlainForm
from .procedure import open_tasks
from .refusals import Refusal


class _BesideTheDesk(CaseAction):
    """By anybody of an office that sees the case."""

    def may(self, move: Move) -> bool:
        move.appointment = next(iter(move.actor.own_appointments), None) or self.office_appointment(move)
        return move.appointment is not None


@register
class Urge(_BesideTheDesk):
    """催办: once a day, to the office that has the paper and to who has taken it."""

    code = "desk.urge"
    label = "催办"
    told = "催办"

    def refusals(self, move: Move) -> Iterable[Refusal]:
        if move.case.submitted_at is None or move.case.finished is not None:
            return [Refusal("nothing_open", "不用催办：这一件还没有提交，或者已经办结。")]
        waiting = [task for task in open_tasks(move.case) if not _is_mine(move, task)]
        if not waiting:
            return [Refusal("yours", "这一件在您手里，直接办理即可。")]
        move.data["waiting"] = [task for task in waiting if _urged_on(task) != move.on]
        if not move.data["waiting"]:
            return [Refusal("urged_today", "今天已经催办过，请等对方办理，明天可以再催。")]
        return ()

    def apply(self, move: Move) -> None:
        tasks: list[DeskTask] = move.data["waiting"]
        DeskTask.objects.filter(pk__in=[task.pk for task in tasks]).update(urged_at=move.at)
        for task in tasks:
            text = f"{move.user.name}催办：{task.flow_task.task_title}"
            to = {"user": task.owner} if task.owner else {"office_id": task.office_id, "office_role": task.office_role}
            Notice.objects.create(**to, case=move.case, text=text[:200], at=move.at)


def _is_mine(move: Move, task: DeskTask) -> bool:
    return move.actor.appointment_at(task) is not None and move.actor.may_handle(task)


def _urged_on(task: DeskTask) -> Any:
    return timezone.localtime(task.urged_at).date() if task.urged_at else None


class CopyForm(PlainForm):
    person = forms.CharField(label="抄送给谁（用户名）", max_length=50)


@register
class Copy(_BesideTheDesk):
    """抄送: one more official of the county may read this case."""

    code = "desk.copy"
    label = "抄送"
    told = "抄送"
    form = CopyForm

    def refusals(self, move: Move) -> Iterable[Refusal]:
        username = User.normalize_username(move.data["person"])
        person = User.objects.filter(username=username, is_active=True).first()
        held = Appointment.objects.in_force(move.on).filter(user=person, organisation__county=move.county)
        if person is None or not held.exists():
            return [Refusal("nobody", "请核对用户名：本县现在没有这位在任的工作人员。", anchor="person")]
        if move.case.submitted_at is None:
            return [Refusal("draft", "请提交以后再抄送：草稿不给别人看。")]
        if CaseReader.objects.filter(case=move.case, user=person, copied_by__isnull=False).exists():
            return [Refusal("copied_already", f"已经抄送过{person.name}，不用再抄送。", anchor="person")]
        move.data["reader"] = person
        return ()

    def apply(self, move: Move) -> None:
        person: User = move.data["reader"]
        CaseReader.objects.update_or_create(
            case=move.case, user=person, defaults={"copied_by": move.user, "at": move.at}
        )
        move.details["copied_to"] = person.name
        move.reason = f"抄送{person.name}"
        Notice.objects.create(user=person, case=move.case, text=f"{move.user.name}抄送给您，供阅知", at=move.at)


@register
class Follow(_BesideTheDesk):
    """关注: hear of every decision on this case."""

    code = "desk.follow"
    label = "关注"
    told = "关注"
    quiet = True

    def refusals(self, move: Move) -> Iterable[Refusal]:
        if CaseReader.objects.filter(case=move.case, user=move.user).exists():
            return [Refusal("followed", "您已经关注或收到抄送，有进展会告诉您。")]
        return ()

    def apply(self, move: Move) -> None:
        CaseReader.objects.create(case=move.case, user=move.user, at=move.at)


@register
class Unfollow(_BesideTheDesk):
    code = "desk.unfollow"
    label = "取消关注"
    told = "取消关注"
    quiet = True

    def refusals(self, move: Move) -> Iterable[Refusal]:
        found = CaseReader.objects.filter(case=move.case, user=move.user, copied_by__isnull=True).first()
        move.data["found"] = found
        return () if found else [Refusal("not_followed", "您没有关注这一件。")]

    def apply(self, move: Move) -> None:
        move.data["found"].delete()


def tell_those_concerned(move: Move) -> None:
    """After a decision: who follows or was cc'd hears of it; after a rejection who signed does as well."""
    case: Case = move.case
    if move.entity.state == move.from_state or case.submitted_at is None:
        return
    people = set(CaseReader.objects.filter(case=case).values_list("user", flat=True))
    refused = case.finished is not None and getattr(move.action, "weight", "") == "final"
    if refused or move.details.get("round") == "failed":
        signed = Opinion.objects.filter(case=case, voided_at__isnull=True)
        people |= set(signed.values_list("written_by", flat=True))
    people.discard(move.actor.user.pk if move.actor.user else 0)
    Notice.objects.bulk_create(
        [
            Notice(user_id=person, case=case, text=f"{move.actor.name}{move.action.told}"[:200], at=move.at)
            for person in sorted(people)
        ]
    )
