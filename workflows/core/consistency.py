"""Proof that the open tasks of a case are those its state implies."""

from __future__ import annotations

from collections.abc import Iterator

from .models import OPEN_STATUSES, Case, DeskTask
from .procedure import place_of


def faults_of(case: Case, state: str, tasks: list[DeskTask]) -> list[str]:
    """What is wrong with the desks of one case; empty when all is well."""
    wanted = set(case.flow_class.wanted(case, state))
    lying = [place_of(task) for task in tasks]
    faults = [
        f"{case.key}：状态“{state}”应有待办“{name}”（{place.seat or place.role}），却没有"
        for name, place in wanted - set(lying)
    ]
    faults += [
        f"{case.key}：状态“{state}”不应有待办“{name}”（{place.seat or place.role}）"
        for name, place in set(lying) - wanted
    ]
    if len(lying) != len(set(lying)):
        faults.append(f"{case.key}：同一环节有重复的待办")
    if bool(case.finished) != (not case.flow_class.implied(state)):
        faults.append(f"{case.key}：状态“{state}”与办结时间不相符")
    return faults


def faulty_cases() -> Iterator[str]:
    """Every fault of every case, open and closed, in batches."""
    for case in Case.objects.order_by("pk").iterator(chunk_size=500):
        tasks = list(DeskTask.objects.filter(process=case, status__in=OPEN_STATUSES, office__isnull=False))
        yield from faults_of(case, case.entity.state, tasks)
