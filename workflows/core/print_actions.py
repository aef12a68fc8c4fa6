"""Printing many papers at once: asked for, made by the worker, taken out, cancelled; each on the trail."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from audit.trail import SubjectStamp
from forms_templates.models import Document, PrintRun, PrintRunPaper
from forms_templates.store import put
from registry.models import County, PersonKey
from registry.roles import SEES, Role, Sight

from .actions import Action, Move, register
from .actors import Actor
from .models import Case
from .pdf_jobs import make_print_run
from .refusals import NotFound, Refusal

MOST_PAPERS = 1000


def may_print(actor: Actor) -> bool:
    """Whoever sees papers may print those they see."""
    return any(SEES[Role(appointment.role)] != Sight.NOTHING for appointment in actor.appointments)


@register
class StartPrinting(Action):
    """Ask for one PDF of papers one may see, in the order given."""

    code = "printing.start"
    label = "合并打印"
    told = "成批打印"
    acts_on = (County,)

    def parse(self, data: Mapping[str, Any], files: Any, context: Any = None) -> dict[str, Any]:
        return {"papers": [int(key) for key in data.get("papers", ())], "title": str(data.get("title", ""))[:100]}

    def find(self, move_subject: Any, actor: Actor) -> tuple[County, Any]:
        county = County.objects.filter(pk=getattr(move_subject, "pk", None) or 0).first()
        if county is None or not may_print(actor):
            raise NotFound("没有找到这个县。")
        return county, county

    def may(self, move: Move) -> bool:
        move.appointment = next(
            (each for each in move.actor.appointments if each.organisation.county_id == move.county.pk), None
        )
        return move.appointment is not None

    def refusals(self, move: Move) -> Iterable[Refusal]:
        wanted: list[int] = move.data["papers"]
        if not wanted:
            return [Refusal("nothing", "请先选出要打印的文书。")]
        if len(wanted) > MOST_PAPERS:
            return [Refusal("too_many", f"请分几次打印：一次最多{MOST_PAPERS}份，现在选了{len(wanted)}份。")]
        papers = Document.objects.in_bulk(wanted)
        keys = {document.case_key for document in papers.values()}
        cases = [int(key.removeprefix("case:")) for key in keys if key.startswith("case:")]
        seen = Case.objects.visible_to(move.actor).filter(pk__in=cases, county=move.county).count()
        if len(papers) != len(set(wanted)) or seen != len(keys):
            raise NotFound("没有找到要打印的文书。")
        move.data["found"] = [papers[key] for key in wanted]
        return ()

    def apply(self, move: Move) -> None:
        found: list[Document] = move.data["found"]
        run = PrintRun.objects.create(
            county=move.county,
            person_key=PersonKey.create(move.county),
            asked_by=move.user,
            asked_at=move.at,
            title=move.data["title"],
            total=len(found),
        )
        PrintRunPaper.objects.bulk_create(
            PrintRunPaper(run=run, position=position, document=document) for position, document in enumerate(found, 1)
        )
        move.details["papers"] = len(found)
        # Which ones, in which order: the trail could not name a thousand.
        digests = "".join(document.file_digest for document in found)
        move.details["papers_digest"] = hashlib.sha256(digests.encode()).hexdigest()
        move.result = run
        make_print_run.enqueue(run.pk)

    def stamp(self, move: Move) -> SubjectStamp:
        return SubjectStamp(kind="forms_templates.printrun", key=str(move.result.pk))


class _RunAction(Action):
    acts_on = (PrintRun,)

    def find(self, move_subject: Any, actor: Actor) -> tuple[County, Any]:
        found = PrintRun.objects.select_for_update(of=("self",)).select_related("county", "person_key")
        run = found.filter(pk=getattr(move_subject, "pk", None) or 0).first()
        if run is None or not (actor.is_system or (actor.user is not None and run.asked_by_id == actor.user.pk)):
            raise NotFound("没有找到这次打印。")
        return run.county, run

    def may(self, move: Move) -> bool:
        """Only who asked for it, while still in office."""
        move.appointment = next(iter(move.actor.appointments), None)
        return move.appointment is not None

    def stamp(self, move: Move) -> SubjectStamp:
        return SubjectStamp(kind="forms_templates.printrun", key=str(move.subject.pk))


@register
class CancelPrinting(_RunAction):
    code = "printing.cancel"
    label = "取消打印"
    told = "取消成批打印"

    def refusals(self, move: Move) -> Iterable[Refusal]:
        if move.subject.state != PrintRun.State.WAITING:
            return [Refusal("not_waiting", "不用取消：这次打印已经结束。")]
        return ()

    def apply(self, move: Move) -> None:
        move.subject.state = PrintRun.State.CANCELLED
        move.subject.save(update_fields=["state"])


@register
class FinishPrinting(_RunAction):
    """The worker hands over the one PDF, or says why there is none."""

    code = "printing.finish"
    label = "做好成批打印"
    told = "做好成批打印的PDF"
    system_may = True

    def may(self, move: Move) -> bool:
        return False

    def refusals(self, move: Move) -> Iterable[Refusal]:
        if move.subject.state != PrintRun.State.WAITING:
            return [Refusal("not_waiting", "这次打印已经结束。")]
        return ()

    def apply(self, move: Move) -> None:
        run: PrintRun = move.subject
        run.troubles = move.data["troubles"]
        run.state = PrintRun.State.FAILED
        if pdf := move.data.get("pdf"):
            run.state, run.pages = PrintRun.State.DONE, move.data["pages"]
            run.file_digest = put(pdf, run.person_key)
            move.details["file_digest"] = run.file_digest
        move.details["pages"] = run.pages
        run.save()


@register
class TakePrinting(_RunAction):
    code = "printing.take"
    label = "取合并的PDF"
    told = "下载成批打印的PDF"

    def refusals(self, move: Move) -> Iterable[Refusal]:
        if move.subject.state != PrintRun.State.DONE:
            return [Refusal("not_done", "请稍候：合并的PDF还没有做好。")]
        return ()

    def apply(self, move: Move) -> None:
        move.details["file_digest"] = move.subject.file_digest
        move.details["papers"] = move.subject.total
