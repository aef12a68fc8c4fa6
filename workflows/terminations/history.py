"""A person's exits, on their page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.urls import reverse

from registry.models import Worker
from workflows.core.actors import Actor
from workflows.core.guards import chinese
from workflows.core.models import Case
from workflows.employment.models import EndReason
from workflows.employment.people.history import Cell, Entry, Panel, Rows, lines, newest_first, register_history

from .models import Termination, TerminationState


def exits_of(worker: Worker, actor: Actor) -> Iterable[Rows]:
    found = Termination.objects.filter(tenure__worker=worker, case__in=Case.objects.visible_to(actor))
    yield lines(
        "exit",
        found.exclude(state=TerminationState.VOIDED),
        case_pk="case",
        word="state",
        more="reason",
        first="last_on",
        second="delivered_on",
    )


def draw(entries: Sequence[Entry], actor: Actor) -> Panel:
    rows = []
    for line in newest_first(entries):
        state = TerminationState(line.word)
        rows.append(
            [
                Cell(str(EndReason(line.more).label), url=reverse("case", args=[line.case_pk])),
                Cell(chinese(line.first) if line.first is not None else "—"),
                Cell(chinese(line.second) if line.second is not None else "—"),
                Cell(tag={"kind": "ended" if state == TerminationState.EFFECTIVE else "", "label": str(state.label)}),
            ]
        )
    return Panel("离岗", ("原因", "最后在岗日", "送达", "状态"), rows, "没有办过离岗。", f"{len(rows)}次", 6)


register_history("exit", source=exits_of, draw=draw, order=60)
