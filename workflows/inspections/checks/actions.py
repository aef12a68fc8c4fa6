"""What can be done with an inspection: begun (by plan, by lot, looking back), recorded, voided."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from registry.models import Appointment, Organisation
from registry.roles import OrganisationKind
from workflows.core.actions import Move, TaskAction, register, slips_of, with_slips
from workflows.core.actors import Actor
from workflows.core.desk_forms import SignatureForm
from workflows.core.guards import refusals
from workflows.core.models import Case
from workflows.core.numbers import next_number
from workflows.core.opening import Opens, VoidCase
from workflows.core.opinions import give_opinion
from workflows.core.refusals import NotFound, Refusal
from workflows.employment.models import AT_WORK, Tenure

from ..findings.opening import IN_COUNTY, IN_TOWNSHIP
from ..models import Finding, FindingState, Inspection, InspectionItem, InspectionKind, InspectionState
from . import rules
from .documents import CHECK, VERDICTS, file_record, items_of
from .drawing import draw
from .flow_v1 import InspectionFlow

MOST_ITEMS = 60
CHECKED_ON_POST = "是否本人在岗、人岗是否相符、任务完成情况"


class InspectionForm(forms.Form):
    """What is to be inspected."""

    kind = forms.ChoiceField(
        choices=InspectionKind.choices,
        error_messages={"required": "请选择检查类别。", "invalid_choice": "请选择检查类别。"},
    )
    title = forms.CharField(
        required=False, max_length=60, error_messages={"max_length": "督查名称太长，请控制在60个字以内。"}
    )
    seed = forms.CharField(required=False, max_length=60)
    number = forms.IntegerField(required=False, error_messages={"invalid": "抽查人数请填数字。"})
    from_on = forms.DateField(required=False)
    to_on = forms.DateField(required=False)


class RecordForm(SignatureForm):
    """The record's own cells; the items come beside them."""

    inspected_on = forms.DateField(required=False, error_messages={"invalid": "请把督查日期写成2020-09-16这样。"})
    place = forms.CharField(required=False, max_length=60)
    conclusion = forms.CharField(
        required=False, max_length=400, error_messages={"max_length": "督查结论太长，请控制在400个字以内。"}
    )


def inspector_of(actor: Actor, township: Organisation) -> Appointment | None:
    """By which appointment this person may inspect there: the township's own, or the county's."""
    for appointment in actor.appointments:
        if appointment.role in IN_COUNTY and appointment.organisation.county_id == township.county_id:
            return appointment
        if appointment.role in IN_TOWNSHIP and appointment.organisation_id == township.pk:
            return appointment
    return None


@register
class OpenInspection(Opens):
    """Of a township, or of one of its villages (`village`)."""

    code = "inspections.open"
    label = "开始检查"
    told = "开始检查"
    kind = OrganisationKind.TOWNSHIP
    roles = (*IN_TOWNSHIP, *IN_COUNTY)
    flow = InspectionFlow
    thing = "这次检查"
    not_found = "没有找到这个乡镇，或者不归您的岗位检查。"

    def draft(self, data: Mapping[str, Any]) -> dict[str, Any]:
        form = InspectionForm(data)
        slips = slips_of(form)
        kept = {name: form.cleaned_data.get(name) for name in InspectionForm.base_fields}
        return {**kept, "village": str(data.get("village") or ""), "slips": slips}

    def find(self, move_subject: Any, actor: Actor) -> tuple[Any, Any]:
        township = (
            Organisation.objects.select_related("county", "parent")
            .filter(pk=getattr(move_subject, "pk", None) or 0, kind=self.kind)
            .first()
        )
        if township is None or inspector_of(actor, township) is None:
            raise NotFound(self.not_found)
        return township.county, township

    def may(self, move: Move) -> bool:
        move.appointment = inspector_of(move.actor, move.subject)
        return move.appointment is not None

    def refusals(self, move: Move) -> Iterable[Refusal]:
        super().refusals(move)
        data = move.data
        data["place"] = self._village(move)
        population = self._population(move)
        number = int(data["number"] or 0) if data["kind"] == InspectionKind.RANDOM else len(population)
        data |= {"population": population, "drawn_number": number}
        facts = rules.CheckFacts(
            on=move.on,
            kind=str(data["kind"] or ""),
            title=str(data["title"] or ""),
            seed=str(data["seed"] or ""),
            number=number,
            population=len(population),
        )
        slips: list[Refusal] = data["slips"]
        found = with_slips(slips, refusals(rules.OPENING, facts))
        if not found and number > MOST_ITEMS:
            said = f"一次最多检查{MOST_ITEMS}个对象，请缩小范围，或者随机抽查。"
            found.append(Refusal("too_many", said, "《办法》第十二条", "number"))
        return found

    def _village(self, move: Move) -> Organisation | None:
        wanted = move.data["village"]
        if not wanted.isdecimal():
            return None
        return Organisation.objects.filter(pk=int(wanted), parent=move.subject).first()

    def _population(self, move: Move) -> list[int]:
        """The keys of what may be checked: who is on a post, or the findings of a time."""
        village: Organisation | None = move.data["place"]
        where = {"village": village} if village is not None else {"township": move.subject}
        if move.data["kind"] == InspectionKind.LOOK_BACK:
            found = Finding.objects.filter(**where).exclude(state=FindingState.VOIDED)
            if move.data["from_on"]:
                found = found.filter(found_on__gte=move.data["from_on"])
            if move.data["to_on"]:
                found = found.filter(found_on__lte=move.data["to_on"])
            return list(found.order_by("found_on", "pk").values_list("pk", flat=True))
        on_post = Tenure.objects.filter(**where, state__in=AT_WORK)
        return list(on_post.order_by("village__code", "pk").values_list("pk", flat=True))

    def entity_for(self, move: Move, case: Case) -> Inspection:
        data, township = move.data, move.subject
        village: Organisation | None = data["place"]
        case.village = village
        case.number = next_number(move.county, f"{move.on.year}-{township.code}-查")
        case.submitted_at = move.at
        by_lot = data["kind"] == InspectionKind.RANDOM
        back = data["kind"] == InspectionKind.LOOK_BACK
        where = f"{township.name}{village.name if village is not None else ''}"
        inspection: Inspection = Inspection.objects.create(
            county=move.county,
            township=township,
            case=case,
            kind=data["kind"],
            title=data["title"].strip(),
            finder=move.acting.organisation,
            finder_role=move.acting.role,
            scope=f"{where}{'以前发现的问题是否改正' if back else '在岗人员'}",
            seed=data["seed"].strip() if by_lot else "",
            population=data["population"] if by_lot else [],
        )
        keys = draw(inspection.seed, data["population"], data["drawn_number"]) if by_lot else data["population"]
        self._lay_out(inspection, keys, back=back)
        move.details |= {"kind": data["kind"], "items": len(keys)}
        if by_lot:
            move.details |= {"seed": inspection.seed, "population": len(inspection.population), "drawn": keys}
        return inspection

    def _lay_out(self, inspection: Inspection, keys: list[int], *, back: bool) -> None:
        findings = Finding.objects.in_bulk(keys) if back else {}
        InspectionItem.objects.bulk_create(
            InspectionItem(
                inspection=inspection,
                position=position,
                tenure_id=None if back else key,
                finding_id=key if back else None,
                checked=f"是否改正：{findings[key].demand}"[:80] if back else CHECKED_ON_POST,
            )
            for position, key in enumerate(keys, 1)
        )


@register
class RecordInspection(TaskAction):
    """What was seen, item by item, signed by who inspected."""

    code = "inspections.record"
    label = "记录并签字"
    told = "记录检查结果"
    nodes = (CHECK,)
    weight = "primary"

    def parse(self, data: Mapping[str, Any], files: Any, context: Any = None) -> dict[str, Any]:
        form = RecordForm(data, files)
        slips = slips_of(form)
        seen = {
            name: " ".join(str(data[name]).split())[:200]
            for name in data
            if name.startswith(("found_", "verdict_", "corrected_"))
        }
        kept = {
            name: form.cleaned_data.get(name) for name in (*RecordForm.base_fields, "parsed_strokes", "scan_picture")
        }
        return {**kept, "seen_items": seen, "slips": slips}

    def refusals(self, move: Move) -> Iterable[Refusal]:
        seen: dict[str, str] = move.data["seen_items"]
        items = move.data["items"] = items_of(move.entity)
        for item in items:
            item.found = seen.get(f"found_{item.position}", "")
            item.verdict = seen.get(f"verdict_{item.position}", "")
            item.corrected = seen.get(f"corrected_{item.position}", "")[:60]
        facts = rules.CheckFacts(
            on=move.on,
            kind=move.entity.kind,
            unfinished=tuple(item.subject for item in items if not item.found or item.verdict not in VERDICTS),
            uncorrected=tuple(item.subject for item in items if item.verdict == "问题" and not item.corrected),
            conclusion=str(move.data["conclusion"] or ""),
            place=str(move.data["place"] or ""),
            inspected_on=move.data["inspected_on"],
        )
        slips: list[Refusal] = move.data["slips"]
        return with_slips(slips, refusals(rules.RECORD, facts))

    def apply(self, move: Move) -> None:
        inspection: Inspection = move.entity
        inspection.inspected_on, inspection.place = move.data["inspected_on"], move.data["place"].strip()
        inspection.conclusion = move.data["conclusion"].strip()
        inspection.record()
        inspection.save()
        items: list[InspectionItem] = move.data["items"]
        InspectionItem.objects.bulk_update(items, ["found", "verdict", "corrected"])
        counted = {verdict: sum(item.verdict == verdict for item in items) for verdict in VERDICTS}
        move.details |= {"verdicts": counted}
        file_record(move, give_opinion(move, verdict="recorded", text=inspection.conclusion))


@register
class VoidInspection(VoidCase):
    """作废 before it was recorded, by the office that inspects."""

    code = "inspections.void"
    label = "作废"
    told = "作废检查"
    kind = OrganisationKind.TOWNSHIP
    roles = (*IN_TOWNSHIP, *IN_COUNTY)
    until = (InspectionState.CHECKING,)

    def may(self, move: Move) -> bool:
        inspection: Inspection = move.entity
        move.appointment = move.actor.appointment_for(inspection.finder_id, inspection.finder_role)
        return move.appointment is not None
