"""A finding is recorded: by whom it may be, about whom, with photos; from an inspection's item with one click."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError

from registry.models import Appointment, Organisation, User, Worker
from registry.roles import OrganisationKind, Role
from workflows.core.actions import Move, refusals_of_form, register, with_slips
from workflows.core.actors import Actor
from workflows.core.case_forms import case_form
from workflows.core.desk_actions import write_comment
from workflows.core.filing import OpinionPlaces, file_opinions
from workflows.core.guards import refusals
from workflows.core.models import Case, Opinion
from workflows.core.numbers import next_number
from workflows.core.opening import OpenInVillage
from workflows.core.refusals import NotFound, Overtaken, Refusal
from workflows.core.uploads import CleanFile, clean_attachment

from ..models import About, Finding, FindingState, InspectionItem, Weight
from . import rules
from .facts import facts_of
from .flow_v1 import FindingFlow
from .forms import OpeningForm
from .papers import NOTICE, notice_values

IN_VILLAGE = (Role.VILLAGE_CLERK, Role.VILLAGE_HEAD)
IN_TOWNSHIP = (Role.TOWNSHIP_REVIEWER, Role.TOWNSHIP_CLERK)
IN_COUNTY = (
    Role.BUREAU_SUPERVISOR,
    Role.EMPLOYMENT_SERVICE_OFFICER,
    Role.FINANCE_OFFICER,
    Role.AUDITOR,
    Role.SUPERVISION_MEMBER,
)
STARTS: dict[str, FindingState] = {
    Weight.SERIOUS: FindingState.AWAITING_WARNING,
    Weight.FRAUD: FindingState.AWAITING_VERDICT,
}
MOST_PHOTOS = 5
OPENED = "open"  # the inspector's own hand under the notice


def finder_of(actor: Actor, village: Organisation) -> Appointment | None:
    """By which appointment this person may record a finding in that village: its own, its township's, the county's."""
    for appointment in actor.appointments:
        organisation = appointment.organisation
        if organisation.county_id != village.county_id:
            continue
        if appointment.role in IN_COUNTY:
            return appointment
        if appointment.role in IN_TOWNSHIP and organisation.pk == village.parent_id:
            return appointment
        if appointment.role in IN_VILLAGE and organisation.pk == village.pk:
            return appointment
    return None


def item_of(pk: int, actor: Actor) -> InspectionItem | None:
    """An item of a recorded inspection that this person may see, at which something was wrong."""
    with_all = ("inspection__case", "tenure__worker", "tenure__village", "finding__worker", "finding__village")
    item = InspectionItem.objects.select_related(*with_all, "raised").filter(pk=pk).first()
    if item is None or not item.is_wrong:
        return None
    seen = Case.objects.visible_to(actor, copied=False).filter(pk=item.inspection.case_id)
    return item if seen.exists() else None


@register
class OpenFinding(OpenInVillage):
    """A finding is recorded, signed and on its way in one act: it is nobody's draft.

    Data besides the form's: `worker` or `official` (keys) for whom it concerns; the village is the subject. `item`: the
    inspection's item at which it was seen, which then leads here.
    """

    code = "findings.open"
    label = "记录并签字"
    told = "指出问题"
    roles = (*IN_VILLAGE, *IN_TOWNSHIP, *IN_COUNTY)
    flow = FindingFlow
    thing = "这条问题"

    def parse(self, data: Mapping[str, Any], files: Any, context: Any = None) -> dict[str, Any]:
        typed = OpeningForm(data, files)
        slips = [] if typed.is_valid() else refusals_of_form(typed)
        keys = {name: str(data.get(name) or "") for name in ("worker", "official", "item", "opening_key")}
        photos, wrong = _photos(files)
        return {**typed.cleaned_data, **keys, "photos": photos, "slips": [*slips, *wrong]}

    def find(self, move_subject: Any, actor: Actor) -> tuple[Any, Any]:
        village = (
            Organisation.objects.select_related("county", "parent")
            .filter(pk=getattr(move_subject, "pk", None) or 0, kind=OrganisationKind.VILLAGE)
            .first()
        )
        if village is None or finder_of(actor, village) is None:
            raise NotFound("没有找到这个村，或者不归您的岗位检查。")
        return village.county, village

    def may(self, move: Move) -> bool:
        move.appointment = finder_of(move.actor, move.subject)
        return move.appointment is not None

    def refusals(self, move: Move) -> Iterable[Refusal]:
        if not move.data["opening_key"]:
            move.data["opening_key"] = f"finding-{move.user.pk}-{move.at.isoformat()}"[:64]
        super().refusals(move)
        slips: list[Refusal] = list(move.data["slips"])
        told = {slip.anchor for slip in slips if slip.anchor}
        finding = self._draft(move)
        move.data["seen_at"] = self._seen_at(move)
        if not told & {"about"}:
            slips += self._whom_refusals(finding)
        if finding.about != About.VILLAGE and finding.worker is None and finding.official is None:
            return slips
        case = Case(county=move.county, opened_by=move.actor.user)
        found = refusals(rules.OPENING, facts_of(finding, case, move.actor, move.on, {}))
        return with_slips(slips, found)

    def _seen_at(self, move: Move) -> InspectionItem | None:
        """The item of a recorded inspection that leads to this finding; it leads to one only."""
        if not move.data["item"].isdecimal():
            return None
        item = item_of(int(move.data["item"]), move.actor)
        if item is None or item.village != move.subject:
            raise NotFound("没有找到这一项检查，或者不归您的岗位办理。")
        InspectionItem.objects.select_for_update(of=("self",)).get(pk=item.pk)
        item.refresh_from_db(fields=["raised"])
        if item.raised is not None:
            raise Overtaken("这一项已经指出，没有重复新建。", url=f"/cases/{item.raised.case_id}/")
        return item

    def _whom_refusals(self, finding: Finding) -> list[Refusal]:
        if finding.about == About.WORKER and finding.worker is None:
            return [
                Refusal("no_worker", "请选择劳动者：从“人员”里打开这个人，再记录问题。", "《办法》第十二条", "about")
            ]
        if finding.about == About.OFFICIAL and finding.official is None:
            return [Refusal("no_official", "请选择工作人员。", "《办法》第十二条", "official")]
        return []

    def _draft(self, move: Move) -> Finding:
        """The finding as it is handed in; only what really is of this village or its offices counts."""
        data, village = move.data, move.subject
        about, weight = str(data.get("about") or ""), str(data.get("weight") or "")
        worker = official = None
        if about == About.WORKER and data["worker"].isdecimal():
            worker = Worker.objects.filter(pk=int(data["worker"]), village=village).first()
        if about == About.OFFICIAL and data["official"].isdecimal():
            in_office = Appointment.objects.in_force(move.on).filter(
                organisation__in=[village.pk, village.parent_id], user=int(data["official"])
            )
            official = User.objects.filter(pk__in=in_office.values("user")).first()
        return Finding(
            county=move.county,
            township=village.township,
            village=village,
            about=about,
            worker=worker,
            official=official,
            finder=move.acting.organisation,
            finder_role=move.acting.role,
            found_by=move.actor.name,
            weight=weight,
            state=STARTS.get(weight, FindingState.AWAITING_FEEDBACK),
            found_on=data.get("found_on"),
            problem=str(data.get("problem") or "").strip(),
            demand=str(data.get("demand") or "").strip(),
            deadline_on=data.get("deadline_on"),
        )

    def entity_for(self, move: Move, case: Case) -> Finding:
        finding = self._draft(move)
        if finding.worker is not None:
            case.person_key = finding.worker.person_key
        case.number = next_number(move.county, f"{move.on.year}-{finding.township.code}-改")
        case.submitted_at = move.at
        finding.case = case
        finding.save()
        item: InspectionItem | None = move.data["seen_at"]
        if item is not None:
            item.raised = finding
            item.save(update_fields=["raised"])
            move.details |= {"inspection": item.inspection.case.key, "item": item.position}
        return finding

    def apply(self, move: Move) -> None:
        super().apply(move)
        opinion = Opinion.objects.create(
            case=move.case,
            step=OPENED,
            verdict="found",
            text=move.entity.problem[:1000],
            written_by=move.user,
            acted_as=move.acting,
            at=move.at,
        )
        file_opinions(
            move,
            form=case_form(NOTICE, move.case),
            values=notice_values(move.entity, move.case),
            places={OPENED: OpinionPlaces("", "", "inspector_signature", "")},
            opinions={OPENED: opinion},
            label="指出问题",
            sign=opinion,
        )
        move.details["weight"] = move.entity.weight
        for photo in move.data["photos"]:
            write_comment(move, "现场照片", photo)


def _photos(files: Any) -> tuple[list[CleanFile], list[Refusal]]:
    """The photos that came with it, at most MOST_PHOTOS, and what is wrong with one."""
    uploads = files.getlist("photos") if hasattr(files, "getlist") else ()
    try:
        return [clean_attachment(upload) for upload in uploads[:MOST_PHOTOS]], []
    except ValidationError as error:
        return [], [Refusal("shape", "".join(error.messages), anchor="photos")]
