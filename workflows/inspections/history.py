"""What was found about a person, with warnings, on their page; only what the reader may see."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.urls import reverse

from registry.models import Worker
from workflows.core.actors import Actor
from workflows.core.guards import chinese
from workflows.core.models import Case
from workflows.employment.people.history import Cell, Entry, Panel, Rows, lines, newest_first, register_history

from .models import Finding, FindingState, Weight


def findings_of(worker: Worker, actor: Actor) -> Iterable[Rows]:
    found = Finding.objects.filter(worker=worker, case__in=Case.objects.visible_to(actor, copied=False))
    yield lines(
        "finding",
        found.exclude(state__in=(FindingState.VOIDED, FindingState.UNFOUNDED)),
        case_pk="case",
        word="state",
        more="weight",
        first="found_on",
        second="warned_on",
    )


def draw(entries: Sequence[Entry], actor: Actor) -> Panel:
    rows = []
    for line in newest_first(entries):
        found = chinese(line.first) if line.first is not None else "—"
        rows.append(
            [
                Cell(found, url=reverse("case", args=[line.case_pk])),
                Cell(str(Weight(line.more).label)),
                Cell(chinese(line.second) if line.second is not None else "—"),
                Cell(tag={"kind": "", "label": str(FindingState(line.word).label)}),
            ]
        )
    note = f"{sum(line.second is not None for line in entries)}次警告"
    return Panel("督查和警告", ("发现日期", "性质", "警告", "状态"), rows, "没有发现过问题。", note, 6)


register_history("finding", source=findings_of, draw=draw, order=50)
