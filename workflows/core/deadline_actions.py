"""Reminders before a deadline and the word to the head after it: acts of the clock, each once per task."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from django.utils import timezone

from .actions import CaseAction, Move, register
from .daily import daily
from .deadlines import SOON_DAYS, due_text, head_of
from .door import Step
from .models import DeskTask, Notice
from .refusals import Overtaken, Refusal
from .working_days import after_working_days


class _ByTheClock(CaseAction):
    """An act of the system on a case that lies on a desk. It is none of the desk's own: whoever has the paper open
    there is not overtaken by it."""

    system_may = True

    def may(self, move: Move) -> bool:
        return False

    def task_of(self, move: Move) -> DeskTask:
        task = DeskTask.objects.select_related("office__county", "office__parent", "process").get(pk=move.data["task"])
        if task.finished is not None or task.due_on is None:
            raise Overtaken("这一件已经办理。")
        return task


@register
class RemindOfDeadline(_ByTheClock):
    """The office is told a working day before the end of its term."""

    code = "desk.remind_of_deadline"
    label = "到期提醒"
    told = "提醒办理期限快到"
    quiet = True

    def refusals(self, move: Move) -> Iterable[Refusal]:
        move.data["of"] = self.task_of(move)
        if move.data["of"].reminded_at is not None:
            raise Overtaken("已经提醒过。")
        return ()

    def apply(self, move: Move) -> None:
        task: DeskTask = move.data["of"]
        DeskTask.objects.filter(pk=task.pk).update(reminded_at=move.at)
        Notice.objects.create(
            office_id=task.office_id,
            office_role=task.office_role,
            case=move.case,
            text=f"{task.flow_task.task_title}：{due_text(task.due_on, move.on).text}",
            at=move.at,
        )


@register
class EscalateDeadline(_ByTheClock):
    """Past the end of the term the office's head is told."""

    code = "desk.escalate_deadline"
    label = "超期上报"
    told = "超过办理期限，已告知负责人"

    def refusals(self, move: Move) -> Iterable[Refusal]:
        move.data["of"] = self.task_of(move)
        if move.data["of"].escalated_at is not None:
            raise Overtaken("已经上报过。")
        return ()

    def apply(self, move: Move) -> None:
        task: DeskTask = move.data["of"]
        DeskTask.objects.filter(pk=task.pk).update(escalated_at=move.at)
        office = task.office
        head = head_of(office, task.office_role) if office is not None else None
        if head is None or office is None:
            return
        organisation, role = head
        Notice.objects.create(
            office=organisation,
            office_role=role,
            case=move.case,
            text=f"{office.name}{task.flow_task.task_title}超期：{due_text(task.due_on, move.on).text}",
            at=move.at,
        )
        move.details["told"] = f"{organisation.code} {role}"


def _open_until(day: date) -> Iterable[DeskTask]:
    found = DeskTask.objects.filter(finished__isnull=True, office__isnull=False, due_on__lte=day)
    return found.select_related("process").order_by("due_on", "pk")


@daily("办理期限提醒")
def deadlines_coming(at: datetime) -> Iterator[Step]:
    on = timezone.localtime(at).date()
    for task in _open_until(after_working_days(on, SOON_DAYS)):
        if task.reminded_at is None and task.due_on is not None and task.due_on >= on:
            yield Step("desk.remind_of_deadline", task.process, {"task": task.pk})


@daily("超期上报")
def deadlines_passed(at: datetime) -> Iterator[Step]:
    on = timezone.localtime(at).date()
    for task in _open_until(on - timedelta(days=1)):
        if task.escalated_at is None:
            yield Step("desk.escalate_deadline", task.process, {"task": task.pk})
