"""用印登记簿: the register of one seal and one period as a paper; printing it is on the trail."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import CharField, QuerySet, Value
from django.utils import timezone

from audit.trail import SubjectStamp
from forms_templates.library import shipped
from forms_templates.papers import file_paper
from registry.models import County, PersonKey
from signatures.models import Seal, SealUse

from .actions import Action, Move, register
from .actors import Actor
from .case_forms import form_today
from .guards import chinese
from .models import Case
from .pdf_jobs import make_pdf
from .procedure import flows
from .refusals import NotFound, Refusal
from .seal_readers import MAY_READ_ALL_SEALS, readable_seals

BOOK = ("seal_register_book", 2)
KIND = "signatures.seal"
MOST_LINES = 2000


def uses_between(seals: QuerySet[Seal], first: date | None, last: date | None) -> QuerySet[SealUse]:
    """The uses of these seals in the period, both days included."""
    uses = SealUse.objects.filter(seal__in=seals).select_related("seal__organisation", "keeper", "revocation")
    if first is not None:
        uses = uses.filter(at__gte=timezone.make_aware(datetime.combine(first, time())))
    if last is not None:
        uses = uses.filter(at__lt=timezone.make_aware(datetime.combine(last + timedelta(days=1), time())))
    return uses


def cases_of(uses: Iterable[SealUse]) -> dict[tuple[str, str], Case]:
    """The cases of these uses, by subject (two queries, however many kinds of papers were sealed)."""
    keys: dict[str, set[str]] = {}
    for use in uses:
        keys.setdefault(use.subject_kind, set()).add(use.subject_key)
    models = {flow.entity_model._meta.label_lower: flow.entity_model for flow in flows().values()}
    queries = [
        models[kind]
        .objects.filter(pk__in=own)
        .order_by()
        .values_list(Value(kind, output_field=CharField()), "pk", "case_id")
        for kind, own in keys.items()
        if kind in models
    ]
    if not queries:
        return {}
    rows = list(queries[0].union(*queries[1:], all=True))
    cases = Case.objects.in_bulk([case for _, _, case in rows])
    return {(kind, str(key)): cases[case] for kind, key, case in rows}


def document_of(use: SealUse) -> str:
    """What the sealed paper is called."""
    return shipped(use.document_form).title if use.document_form else ""


@register
class PrintRegister(Action):
    """The book of one seal from a day to a day, as Word and PDF."""

    code = "seals.print_register"
    label = "打印登记簿"
    told = "打印用印登记簿"
    acts_on = (Seal,)

    def parse(self, data: Mapping[str, Any], files: Any, context: Any = None) -> dict[str, Any]:
        return {"first": data.get("first"), "last": data.get("last")}

    def find(self, move_subject: Any, actor: Actor) -> tuple[County, Any]:
        seals = readable_seals(actor)
        pk = getattr(move_subject, "pk", None) or 0
        seal = seals.select_related("organisation__county").filter(pk=pk).first() if seals is not None else None
        if seal is None:
            raise NotFound("没有找到这枚印章。")
        return seal.organisation.county, seal

    def may(self, move: Move) -> bool:
        organisation = move.subject.organisation
        own = (each for each in move.actor.appointments if each.organisation_id == organisation.pk)
        move.appointment = next(own, None) or move.actor.holds(MAY_READ_ALL_SEALS, organisation.county_id)
        return move.appointment is not None

    def refusals(self, move: Move) -> Iterable[Refusal]:
        first, last = move.data["first"], move.data["last"]
        if not isinstance(first, date) or not isinstance(last, date) or first > last:
            return [Refusal("no_period", "请填写从哪天到哪天，开始的一天不晚于最后一天。", anchor="from")]
        count = self._uses(move).count()
        if not count:
            return [Refusal("no_uses", "这段时间没有用印，不用打印登记簿。", anchor="from")]
        if count > MOST_LINES:
            return [Refusal("too_many", f"这段时间用印{count}次，一本最多{MOST_LINES}行，请分段打印。", anchor="from")]
        return ()

    def _uses(self, move: Move) -> QuerySet[SealUse]:
        seals = Seal.objects.filter(pk=move.subject.pk)
        return uses_between(seals, move.data["first"], move.data["last"])

    def apply(self, move: Move) -> None:
        seal: Seal = move.subject
        uses = list(self._uses(move).order_by("year", "number"))
        period = f"{chinese(move.data['first'])}至{chinese(move.data['last'])}"
        document = file_paper(
            form=form_today(BOOK, move.county, move.at),
            values=self._values(move, seal, uses, period),
            pictures={},
            county=move.county,
            person_key=PersonKey.create(move.county),
            subject_kind=KIND,
            subject_key=str(seal.pk),
            case_key="",
            label=period,
            at=move.at,
        )
        make_pdf.enqueue(document.pk)
        move.papers.append(document.stamp)
        move.organisations = [seal.organisation]
        move.details |= {"seal": seal.name, "period": period, "uses": len(uses)}
        move.result = document

    def _values(self, move: Move, seal: Seal, uses: list[SealUse], period: str) -> dict[str, object]:
        cases = cases_of(uses)
        rows = []
        for use in uses:
            case, at = cases.get((use.subject_kind, use.subject_key)), timezone.localtime(use.at)
            notes = ["实物盖章"] if use.paper_digest else []
            notes += ["含骑缝章"] if use.across_pages else []
            notes += ["经办人代管"] if use.by_clerk else []
            notes += [f"作废：{use.revocation.why}"] if hasattr(use, "revocation") else []
            rows.append(
                {
                    "number": f"{use.year}年第{use.number}号",
                    "used_at": f"{chinese(at.date())}{at.hour}:{at:%M}",
                    "document": document_of(use),
                    "subject": f"{case.title}（{case.number}）" if case is not None else "",
                    "copies": str(use.copies),
                    "requested_by": use.requested_by,
                    "approved_by": use.approved_by,
                    "keeper": use.hand,
                    "note": "；".join(notes),
                }
            )
        return {
            "organisation": seal.organisation.full_name,
            "seal_name": seal.name,
            "period": period,
            "count": str(len(uses)),
            "copies_total": str(sum(use.copies for use in uses)),
            "revoked_count": str(sum(1 for use in uses if hasattr(use, "revocation"))),
            "printed_by": move.user.name,
            "printed_on": chinese(move.on),
            "uses": rows,
        }

    def stamp(self, move: Move) -> SubjectStamp:
        return SubjectStamp(kind=KIND, key=str(move.subject.pk))
