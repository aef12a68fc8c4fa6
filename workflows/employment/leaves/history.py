"""A person's leaves, on their page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.urls import reverse

from registry.models import Worker
from workflows.core.actors import Actor
from workflows.core.guards import chinese
from workflows.core.models import Case

from ..models import Leave, LeaveState
from ..people.history import Cell, Entry, Panel, Rows, lines, newest_first, register_history
from .documents import TAGS, days_text


def leaves_of(worker: Worker, actor: Actor) -> Iterable[Rows]:
    found = Leave.objects.filter(tenure__worker=worker, case__in=Case.objects.visible_to(actor))
    found = found.exclude(state__in=(LeaveState.DRAFT, LeaveState.VOIDED))
    yield lines("leave", found, case_pk="case", word="state", first="first_on", second="last_on", third="back_on")


def draw(entries: Sequence[Entry], actor: Actor) -> Panel:
    rows = []
    for line in newest_first(entries):
        first, last = line.first, line.second
        days = f"{chinese(first)}至{chinese(last)}" if first is not None and last is not None else "—"
        state = LeaveState(line.word)
        rows.append(
            [
                Cell(days, url=reverse("case", args=[line.case_pk])),
                Cell(days_text(first, last)),
                Cell(chinese(line.third) if line.third is not None else "—"),
                Cell(tag={"kind": TAGS.get(state, ""), "label": str(state.label)}),
            ]
        )
    return Panel("请假", ("起止日期", "天数", "返岗", "状态"), rows, "没有请过假。", f"{len(rows)}次", 6)


register_history("leave", source=leaves_of, draw=draw, order=40)
