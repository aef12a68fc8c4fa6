"""A person's appraisals, on their page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.urls import reverse

from registry.models import Worker
from workflows.core.actors import Actor
from workflows.core.guards import chinese
from workflows.core.models import Case
from workflows.employment.people.history import Cell, Entry, Panel, Rows, lines, register_history

from .models import WITH_RESULT, Appraisal, Grade, State


def appraisals_of(worker: Worker, actor: Actor) -> Iterable[Rows]:
    found = Appraisal.objects.filter(worker=worker, case__in=Case.objects.visible_to(actor))
    yield lines(
        "appraisal",
        found.exclude(state=State.VOIDED),
        case_pk="case",
        number="year",
        word="state",
        more="grade",
        first="filed_on",
    )


def draw(entries: Sequence[Entry], actor: Actor) -> Panel:
    rows = []
    for line in sorted(entries, key=lambda each: (each.number or 0, each.key), reverse=True):
        state = State(line.word)
        decided = state in WITH_RESULT and line.more in Grade.values
        kind = "ended" if line.more == Grade.FAIL else "done"
        result = {"kind": kind, "label": str(Grade(line.more).label)} if decided else {"kind": "", "label": "考核中"}
        filed = chinese(line.first) if line.first is not None else str(state.label)
        rows.append(
            [Cell(f"{line.number}年度", url=reverse("case", args=[line.case_pk])), Cell(tag=result), Cell(filed)]
        )
    return Panel("考核", ("年度", "结果", "备案"), rows, "还没有考核。", "《办法》第九条", 6)


register_history("appraisal", source=appraisals_of, draw=draw, order=30)
