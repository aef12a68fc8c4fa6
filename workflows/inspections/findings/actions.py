"""What can be done with a finding: recorded, told, looked at again, warned of, settled, handed over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django.core.exceptions import ValidationError

from registry.models import Appointment, Organisation, User, Worker
from registry.roles import OrganisationKind, Role
from workflows.core.actions import Move, TaskAction, refusals_of_form, register
from workflows.core.actors import Actor
from workflows.core.case_forms import case_form
from workflows.core.delivery import DeliveryForm
from workflows.core.desk_actions import write_comment
from workflows.core.desk_forms import OpinionForm
from workflows.core.filing import OpinionPlaces, file_opinions
from workflows.core.guards import refusals
from workflows.core.models import Case, Opinion
from workflows.core.notices import tell_office
from workflows.core.numbers import next_number
from workflows.core.opening import OpenInVillage, VoidInVillage
from workflows.core.opinions import give_opinion
from workflows.core.receipts import Hands
from workflows.core.refusals import NotFound, Refusal
from workflows.core.uploads import CleanFile, clean_attachment

from ..models import About, Finding, FindingState, Weight
from . import rules
from .facts import facts_of
from .flow_v1 import FindingFlow
from .forms import HandOverForm, OpeningForm, WarningForm
from .papers import (
    DELIVER_WARNING,
    FEEDBACK,
    HAND_OVER,
    NOTICE,
    RECHECK,
    RECHECK_WARNED,
    SETTLE,
    WARN,
    WARNING,
    file_delivery,
    file_record,
    file_warning,
    notice_values,
)

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


@register
class OpenFinding(OpenInVillage):
    """A finding is recorded, signed and on its way in one act: it is nobody's draft.

    Data besides the form's: `worker` or `official` (keys) for whom it concerns; the village is the subject.
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
        keys = {name: str(data.get(name) or "") for name in ("worker", "official", "opening_key")}
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
        if not told & {"about"}:
            slips += self._whom_refusals(finding)
        if finding.about != About.VILLAGE and finding.worker is None and finding.official is None:
            return slips
        case = Case(county=move.county, opened_by=move.actor.user)
        found = refusals(rules.OPENING, facts_of(finding, case, move.actor, move.on, {}))
        return [*slips, *(each for each in found if each.anchor not in told)]

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


class _OnFinding(TaskAction):
    """At a desk of a finding, under these rules."""

    guards: ClassVar[tuple[rules.FindingGuard, ...]] = ()

    def refusals(self, move: Move) -> Iterable[Refusal]:
        return refusals(self.guards, facts_of(move.entity, move.case, move.actor, move.on, move.data))


@register
class GiveFeedback(_OnFinding):
    """反馈: the notice reaches the person concerned."""

    code = "findings.deliver"
    label = "已反馈"
    told = "反馈给被检查人"
    nodes = (FEEDBACK,)
    weight = "primary"
    form = DeliveryForm
    guards = rules.FEEDBACK

    def apply(self, move: Move) -> None:
        finding: Finding = move.entity
        hands: Hands = move.data["hands"]
        finding.delivered_way, finding.delivered_on = hands.way, move.data["delivered_on"]
        finding.deliver()
        finding.save()
        move.details["delivered"] = hands.way
        file_delivery(move, hands, NOTICE, label="反馈签收")


class _Rechecks(_OnFinding):
    """Looked at again: written down and signed by who looked."""

    form = OpinionForm
    verdict: ClassVar[str]
    record_title: ClassVar[str] = "复查"
    bad: ClassVar[bool] = False

    def change(self, finding: Finding) -> None:
        raise NotImplementedError

    def apply(self, move: Move) -> None:
        finding: Finding = move.entity
        text = str(move.data["opinion"]).strip()
        finding.rechecked_on, finding.recheck = move.on, text
        self.change(finding)
        finding.save()
        opinion = give_opinion(move, verdict=self.verdict, text=text)
        file_record(move, opinion, title=self.record_title, bad=self.bad)


@register
class FindCorrected(_Rechecks):
    code = "findings.correct"
    label = "已整改"
    told = "复查：已整改"
    nodes = (RECHECK,)
    weight = "primary"
    guards = (rules.not_about_oneself,)
    verdict = "corrected"

    def change(self, finding: Finding) -> None:
        finding.correct()


@register
class FindUncorrected(_Rechecks):
    code = "findings.refuse"
    label = "拒不纠正"
    told = "复查：拒不纠正"
    nodes = (RECHECK,)
    weight = "final"
    guards = rules.NOT_CORRECTED
    verdict = "refused"
    bad = True

    def change(self, finding: Finding) -> None:
        finding.refuse()


@register
class GiveWarning(_OnFinding):
    """警告, on record."""

    code = "findings.warn"
    label = "给予警告"
    told = "给予警告"
    nodes = (WARN,)
    weight = "primary"
    form = WarningForm
    guards = rules.WARNING

    def apply(self, move: Move) -> None:
        finding: Finding = move.entity
        finding.statement = str(move.data["statement"] or "").strip()
        finding.warned_on, finding.warning_recheck_on = move.on, move.data["recheck_on"]
        finding.warn()
        finding.save()
        file_warning(move, give_opinion(move, verdict="warn", text="给予警告。"))


@register
class DeliverWarning(_OnFinding):
    code = "findings.deliver_warning"
    label = "警告已送达"
    told = "警告决定书送达"
    nodes = (DELIVER_WARNING,)
    weight = "primary"
    form = DeliveryForm
    guards = rules.FEEDBACK

    def apply(self, move: Move) -> None:
        finding: Finding = move.entity
        finding.warning_delivered_on = move.data["delivered_on"]
        finding.deliver_warning()
        finding.save()
        file_delivery(move, move.data["hands"], WARNING, label="警告送达")


@register
class FindCorrectedAfterWarning(_Rechecks):
    code = "findings.close"
    label = "已纠正，办结"
    told = "警告后复查：已纠正"
    nodes = (RECHECK_WARNED,)
    weight = "primary"
    guards = (rules.not_about_oneself,)
    verdict = "corrected"
    record_title = "警告后复查"

    def change(self, finding: Finding) -> None:
        finding.close()


@register
class FindSerious(_Rechecks):
    """情节严重: 解聘 follows, reported to the township."""

    code = "findings.find_serious"
    label = "情节严重，予以解聘"
    told = "警告后复查：情节严重，予以解聘"
    nodes = (RECHECK_WARNED,)
    weight = "final"
    guards = (rules.not_about_oneself,)
    verdict = "serious"
    record_title = "警告后复查"
    bad = True

    def change(self, finding: Finding) -> None:
        finding.find_serious()

    def after(self, move: Move) -> None:
        finding: Finding = move.entity
        text = f"{finding.whom}警告后情节严重，应予解聘，请办理离岗"
        tell_office(move, finding.township_id, Role.TOWNSHIP_REVIEWER, text)
        tell_office(move, finding.village_id, Role.VILLAGE_CLERK, text)


class _Settles(_OnFinding):
    nodes = (SETTLE,)
    form = OpinionForm
    guards = rules.VERDICT

    def settle(self, move: Move, *, title: str, bad: bool) -> None:
        finding: Finding = move.entity
        finding.verdict = str(move.data["opinion"]).strip()
        finding.save()
        opinion = give_opinion(move, verdict="true" if bad else "untrue", text=finding.verdict)
        file_record(move, opinion, title=title, bad=bad)


@register
class EstablishFraud(_Settles):
    code = "findings.establish"
    label = "属实"
    told = "认定骗取属实"
    weight = "final"

    def apply(self, move: Move) -> None:
        move.entity.establish()
        self.settle(move, title="认定属实", bad=True)


@register
class FindUnfounded(_Settles):
    code = "findings.dismiss"
    label = "不属实"
    told = "认定不属实"

    def apply(self, move: Move) -> None:
        move.entity.dismiss()
        self.settle(move, title="认定不属实", bad=False)


@register
class HandOver(_OnFinding):
    """移送, on record."""

    code = "findings.hand_over"
    label = "登记移送"
    told = "移送有关机关"
    nodes = (HAND_OVER,)
    weight = "primary"
    form = HandOverForm
    guards = rules.HAND_OVER

    def apply(self, move: Move) -> None:
        finding: Finding = move.entity
        finding.handed_over_to = str(move.data["handed_over_to"]).strip()
        finding.handed_over_on = move.data["handed_over_on"]
        finding.hand_over()
        finding.save()
        move.details["handed_over_to"] = finding.handed_over_to
        text = f"{finding.handed_over_on.isoformat()}移送{finding.handed_over_to}。{move.data['opinion'].strip()}"
        file_record(move, give_opinion(move, verdict="handed_over", text=text), title="移送", bad=True)


@register
class VoidFinding(VoidInVillage):
    """作废 before the person was told, by the office that found it."""

    code = "findings.void"
    label = "作废"
    told = "作废问题记录"
    roles = (*IN_VILLAGE, *IN_TOWNSHIP, *IN_COUNTY)
    until = (FindingState.AWAITING_FEEDBACK, FindingState.AWAITING_WARNING, FindingState.AWAITING_VERDICT)

    def may(self, move: Move) -> bool:
        finding: Finding = move.entity
        move.appointment = move.actor.appointment_for(finding.finder_id, finding.finder_role)
        return move.appointment is not None
