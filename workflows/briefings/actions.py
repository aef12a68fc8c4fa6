"""Sending the rules to a village, and the village's receipt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.crypto import get_random_string

from audit.trail import SubjectStamp
from registry.models import Organisation, PersonKey, PolicySet
from registry.roles import OrganisationKind, Role
from signatures.signing import SigningRefused, sign
from workflows.core.actions import Action, Move, TaskAction, refusals_of_form, register
from workflows.core.actors import Actor
from workflows.core.case_forms import case_form
from workflows.core.desk_forms import OpinionForm, SignatureForm
from workflows.core.filing import digest_of
from workflows.core.guards import refusals
from workflows.core.models import Case
from workflows.core.numbers import next_number
from workflows.core.opinions import give_opinion
from workflows.core.refusals import NotFound, Refusal, Refused

from . import rules
from .documents import FORM, SENDER, STEP, file_notice, receipt_facts, values_of
from .flow_v1 import BriefingFlow
from .models import Briefing

SENDERS = (Role.TOWNSHIP_CLERK, Role.TOWNSHIP_REVIEWER)


def sending_facts(village: Organisation, policy_set: PolicySet, on: Any) -> rules.BriefingFacts:
    """What the rules ask before a notice goes out."""
    before = Briefing.objects.filter(village=village, policy_set=policy_set).first()
    later = PolicySet.objects.filter(county=policy_set.county_id, effective_on__gt=policy_set.effective_on)
    following = later.order_by("effective_on").first()
    return rules.BriefingFacts(
        on=on,
        village=village.name,
        document_number=policy_set.document_number,
        sent_on=before.sent_on if before is not None else None,
        replaced_on=following.effective_on if following is not None else None,
    )


@register
class SendBriefing(Action):
    """The township tells one village of one policy set; a township sends to all its villages in one transaction."""

    code = "briefings.send"
    label = "发出传达通知"
    told = "发出传达通知"
    acts_on = (Organisation,)
    roles = SENDERS

    def parse(self, data: Mapping[str, Any], files: Any, context: Any = None) -> dict[str, Any]:
        scan = files.get("scan") if files else None
        if scan is not None:
            scan.seek(0)  # the same scan goes with every village's notice
        form = SignatureForm(data, files)
        if not form.is_valid():
            raise Refused(refusals_of_form(form))
        return {**form.cleaned_data, "policy_set": data.get("policy_set")}

    def find(self, move_subject: Any, actor: Actor) -> tuple[Any, Any]:
        village = (
            Organisation.objects.select_related("county", "parent")
            .filter(pk=getattr(move_subject, "pk", None) or 0, kind=OrganisationKind.VILLAGE)
            .first()
        )
        if village is None or self._office(actor, village) is None:
            raise NotFound("没有找到这个村，或者它不归您的乡镇管。")
        return village.county, village

    def _office(self, actor: Actor, village: Organisation) -> Any:
        found = (actor.appointment_for(village.parent_id or 0, role) for role in SENDERS)
        return next((appointment for appointment in found if appointment is not None), None)

    def may(self, move: Move) -> bool:
        move.appointment = self._office(move.actor, move.subject)
        return move.appointment is not None

    def refusals(self, move: Move) -> Iterable[Refusal]:
        wanted = getattr(move.data["policy_set"], "pk", None) or 0
        policy_set = PolicySet.objects.filter(pk=wanted, county=move.county).first()
        if policy_set is None:
            return [Refusal("no_set", "请先选择要传达的政策参数。")]
        move.data["policy_set"] = policy_set
        return refusals(rules.SENDING, sending_facts(move.subject, policy_set, move.on))

    def apply(self, move: Move) -> None:
        village, policy_set = move.subject, move.data["policy_set"]
        case = Case(
            flow_class=BriefingFlow,
            county=move.county,
            village=village,
            township=village.parent,
            opened_by=move.user,
            opening_key=get_random_string(32),
            person_key=PersonKey.create(move.county),
            created=move.at,
            submitted_at=move.at,
            number=next_number(move.county, f"{move.on.year}-{village.parent.code}-传"),
        )
        case.moment = move.at
        case.save()
        briefing = Briefing(
            county=move.county,
            township=village.parent,
            village=village,
            case=case,
            policy_set=policy_set,
            sent_on=move.on,
            sent_by=move.user,
        )
        briefing.save()
        move.on_case, move.entity, move.result = case, briefing, case
        case.entity = briefing
        briefing.signature = self._signature(move, briefing)
        briefing.save()
        BriefingFlow.begin(case)
        move.policy = policy_set.policy().reference
        file_notice(move, "乡镇发出传达通知")

    def _signature(self, move: Move, briefing: Briefing) -> Any:
        sheet = case_form(FORM, move.case)
        try:
            signature = sign(
                signer=move.user,
                appointment=move.acting,
                drawn=move.data["parsed_strokes"],
                scan=move.data["scan_picture"],
                county=move.county,
                content_digest=digest_of(sheet, values_of(briefing, move.case, None)),
                form_digest=sheet.digest,
                subject_kind=briefing._meta.label_lower,
                subject_key=str(briefing.pk),
                place=SENDER,
                at=move.at,
            )
        except SigningRefused as error:
            raise Refused([Refusal("signing_refused", str(error), anchor="strokes")]) from error
        move.signatures.append(signature.digest)
        return signature

    def stamp(self, move: Move) -> SubjectStamp:
        kind = move.entity._meta.label_lower
        return SubjectStamp(kind=kind, key=str(move.entity.pk), number=move.case.number)


@register
class SignReceipt(TaskAction):
    """The village says how it passed the rules on, and signs."""

    code = "briefings.receive"
    label = "签收"
    told = "签写回执"
    nodes = (STEP,)
    weight = "primary"
    form = OpinionForm

    def refusals(self, move: Move) -> Iterable[Refusal]:
        return refusals(rules.RECEIVING, receipt_facts(move.entity, move.on, move.actor))

    def apply(self, move: Move) -> None:
        move.entity.receive()
        move.entity.save()
        move.policy = move.entity.policy_set.policy().reference
        text = str(move.data["opinion"]).strip()
        move.fields["passed_on"] = text
        file_notice(move, "村里签写回执", receipt=give_opinion(move, verdict="received", text=text))
