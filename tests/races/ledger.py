"""Reads one case, or the whole county, in one snapshot of the database: is everything of the same version?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any, TypeVar

from django.db import connection, transaction
from django.db.models import QuerySet

from audit.append_only import missing_triggers
from audit.models import Event
from audit.verification import counties, verify_chain
from forms_templates.models import Document
from forms_templates.papers import PaperDamaged, read_paper
from registry.models import Household, Worker
from signatures.models import SealUse, Signature
from signatures.signing import verify_signature
from workflows.applications.models import State
from workflows.core.consistency import faulty_cases
from workflows.core.models import Case, DeskTask, NumberSeries, Opinion
from workflows.core.procedure import open_tasks

Read = TypeVar("Read")
# What becomes of a filed paper later names it again: it is filed once.
TAKING_OUT = ("desk.print_paper", "desk.download_paper", "desk.file_pdf", "desk.download_pdf")
# Acts on the case as a whole: they end no desk by its own way on.
NOT_AT_A_DESK = ("applications.open", "applications.void", "desk.take_back")
# Which opinions stand in a state, and whether they are sealed; other states may keep what is not decided yet.
STANDING = {
    State.DRAFT: {},
    State.AWAITING_VILLAGE_REVIEW: {},
    State.AWAITING_VILLAGE_SEAL: {"village_opinion": False},
    State.AWAITING_TOWNSHIP_REVIEW: {"village_opinion": True},
    State.AWAITING_TOWNSHIP_SEAL: {"village_opinion": True, "township_opinion": False},
    State.APPROVED: {"village_opinion": True, "township_opinion": True},
}


def in_one_snapshot(read: Callable[[], Read]) -> Read:
    """A killed process may still be committing while we look: every statement must see the same moment."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        return read()


def sight(pk: int) -> dict[str, Any]:
    """One case in plain values: two equal sights mean that nothing happened between them."""
    case = Case.objects.get(pk=pk)
    tasks = open_tasks(case)
    return {
        "state": case.entity.state,
        "number": case.number,
        "revision": case.revision,
        "desks": [task.flow_task.name for task in tasks],
        "task": tasks[0].pk if tasks else None,
        "post": str(case.entity.answers["post"]),
        "events": [[event.action, event.actor_name, event.to_state] for event in events_of(case)],
        "papers": [document.label for document in papers_of(case)],
        "opinions": sorted(_opinions(case)),
        "seal_uses": _rows_of(case, SealUse).count(),
        "signatures": _rows_of(case, Signature).count(),
    }


def total() -> dict[str, int]:
    """How many rows of each kind there are in the whole county; of cases, those of the stories' own flow: what the
    night opens by itself (sheets, ledgers) is none of theirs."""
    models = (DeskTask, Event, Document, Opinion, Signature, SealUse, Household, Worker)
    counts = {model._meta.object_name or "": model._default_manager.count() for model in models}
    return counts | {"Case": applications().count()}


def applications() -> QuerySet[Case]:
    """The cases that are reckoned up to the last signature."""
    return Case.objects.filter(application__isnull=False)


def numbers(scope: str) -> list[str]:
    """All numbers given in one series, in order."""
    given = Case.objects.filter(number__regex=rf"^{scope}-\d+$").order_by("number")
    return list(given.values_list("number", flat=True))


def faults() -> list[str]:
    """Whatever is not as it must be, anywhere in the county; papers and signatures are reckoned up for applications."""
    found = [*faulty_cases(), *missing_triggers(connection)]
    for county in counties():
        found += verify_chain(county)
    for case in applications().order_by("pk"):
        found += [f"case {case.pk} ({case.entity.state}): {fault}" for fault in _faults_of(case)]
    for series in NumberSeries.objects.filter(scope__regex=r"^\d{4}-\d+$"):  # other flows' end in a word
        if numbers(series.scope) != [f"{series.scope}-{each:04d}" for each in range(1, series.last + 1)]:
            found.append(f"series {series.scope} has a gap: {numbers(series.scope)}, last {series.last}")
    return [*found, *_gaps_in_seal_registers()]


def events_of(case: Case) -> list[Event]:
    return list(Event.objects.filter(case_key=case.key).order_by("sequence"))


def papers_of(case: Case) -> list[Document]:
    return list(Document.objects.filter(case_key=case.key).select_related("person_key").order_by("pk"))


def _rows_of(case: Case, model: Any) -> Any:
    subject = {"subject_kind": "applications.application", "subject_key": str(case.entity.pk)}
    return model._default_manager.filter(**subject)


def _opinions(case: Case) -> Iterator[list[Any]]:
    for opinion in Opinion.objects.filter(case=case).select_related("written_by"):
        signed, sealed = opinion.signature_id is not None, opinion.seal_use_id is not None
        yield [opinion.step, opinion.verdict, opinion.written_by.name, signed, sealed, opinion.voided_at is None]


def _faults_of(case: Case) -> Iterator[str]:
    events, papers = events_of(case), papers_of(case)
    yield from _faults_of_trail(case, events)
    yield from _faults_of_papers(case, events, papers)
    contents = {paper.content_digest for paper in papers}
    signatures = {row.digest: row for row in _rows_of(case, Signature)}
    told = [digest for event in events for digest in event.content["signatures"]]
    if sorted(told) != sorted(signatures):
        yield "signatures on the trail and in the table differ"
    for row in signatures.values():
        if not verify_signature(row) or row.content_digest not in contents:
            yield f"signature {row.pk} binds no filed paper"
    uses = list(_rows_of(case, SealUse))
    registered = sum(1 for event in events if "seal_register" in event.details)
    if len(uses) != registered or any(use.content_digest not in contents for use in uses):
        yield f"{len(uses)} uses of a seal, {registered} on the trail"
    yield from _faults_of_opinions(case)


def _faults_of_trail(case: Case, events: list[Event]) -> Iterator[str]:
    if not events or events[-1].to_state != case.entity.state:
        yield f"the trail tells {[event.to_state for event in events]}"
        return
    for one, following in pairwise(events):
        if following.from_state != one.to_state:
            yield f"event {following.sequence} begins in {following.from_state}, {one.to_state} was before"
    if bool(case.number) != (case.submitted_at is not None) or events[-1].subject_number != case.number:
        yield f"number {case.number!r}, handed in {case.submitted_at}, on the trail {events[-1].subject_number!r}"
    moves = [event for event in events if event.from_state != event.to_state and event.action not in NOT_AT_A_DESK]
    done = DeskTask.objects.filter(process=case, finished__isnull=False, office__isnull=False).exclude(outcome="")
    if sorted(event.action for event in moves) != sorted(done.values_list("outcome", flat=True)):
        yield f"{len(moves)} moves on the trail, {done.count()} desks finished"


def _faults_of_papers(case: Case, events: list[Event], papers: list[Document]) -> Iterator[str]:
    told = [
        paper["file_digest"] for event in events if event.action not in TAKING_OUT for paper in event.content["papers"]
    ]
    if told != [paper.file_digest for paper in papers]:
        yield f"{len(told)} papers on the trail, {len(papers)} filed"
    # Each paper has versions of its own: the pledge, 附件5.
    for form_code in sorted({paper.form_code for paper in papers}):
        versions = [paper.number for paper in papers if paper.form_code == form_code]
        if versions != list(range(1, len(versions) + 1)):
            yield f"versions of {form_code}: {versions}"
    for paper in papers:
        try:
            read_paper(paper)
        except PaperDamaged as error:
            yield str(error)
    if papers and papers[-1].values["number"] != case.number:
        yield f"the last paper carries the number {papers[-1].values['number']!r}"


def _faults_of_opinions(case: Case) -> Iterator[str]:
    expected = STANDING.get(case.entity.state)
    if expected is None:
        return
    valid = Opinion.objects.filter(case=case, voided_at__isnull=True)
    found = {opinion.step: opinion.seal_use_id is not None for opinion in valid}
    if found != expected or any(opinion.signature_id is None for opinion in valid):
        yield f"opinions in force (sealed or not): {found}"


def _gaps_in_seal_registers() -> Iterator[str]:
    for seal, year in SealUse.objects.order_by().values_list("seal", "year").distinct():
        given = list(SealUse.objects.filter(seal=seal, year=year).order_by("number").values_list("number", flat=True))
        if given != list(range(1, len(given) + 1)):
            yield f"register of seal {seal} in {year}: {given}"
