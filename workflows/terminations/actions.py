"""What can be done with an exit until it goes to the township: opened, filled in, proposed, confirmed, voided."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from registry.models import Worker
from registry.policies import policy_on
from registry.roles import Role
from workflows.core.actions import Move, TaskAction, register, slips_of, with_slips
from workflows.core.actors import Actor
from workflows.core.desk_forms import OpinionForm, RejectionForm
from workflows.core.guards import refusals
from workflows.core.models import Case
from workflows.core.notices import tell
from workflows.core.numbers import next_number
from workflows.core.opening import OpenInVillage, VoidInVillage, opener
from workflows.core.opinions import give_opinion, valid_opinions, void_opinions
from workflows.core.refusals import NotFound, Overtaken, Refusal
from workflows.core.returning import SendBack, go_on
from workflows.employment.models import LASTING, EndReason, Tenure
from workflows.employment.tenures.endings import lock_tenure
from workflows.employment.tenures.spans import agreements_by_tenure
from workflows.inspections.models import Finding, FindingState

from .documents import OPENERS
from .facts import FIELDS, facts_of, fields_of, findings_about, prospect_of
from .flow_v1 import ExitFlow
from .forms import ExitDraftForm
from .ground_rules import content_guards, decision_guards
from .grounds import GROUNDS
from .models import BEFORE_DECIDED, OVER, Termination, TerminationState
from .papers import CONFIRM, DECIDE, DRAW_UP, SEAL, file_approval
from .rules import ExitFacts, exit_not_own_proposal

TOWNSHIP_OPENERS = (Role.TOWNSHIP_CLERK, Role.TOWNSHIP_REVIEWER)


def running_exit(tenure: Tenure) -> Termination | None:
    """The exit of this tenure that was not rejected, voided or revoked."""
    return Termination.objects.filter(tenure=tenure).exclude(state__in=OVER).select_related("case").first()


def facts_for(move: Move, fields: Mapping[str, Any], *, decides: bool = False) -> ExitFacts:
    """The facts at this moment, for the person who acts; tenure and person are locked."""
    termination: Termination = move.entity
    termination.tenure = lock_tenure(termination.tenure_id)
    Worker.objects.select_for_update(of=("self",), no_key=True).get(pk=termination.tenure.worker_id)
    return facts_of(
        termination,
        fields,
        on=move.on,
        policy=policy_on(move.county, move.on),
        actor=move.actor,
        confirmed=CONFIRM in valid_opinions(move.case),
        decides=decides,
    )


class OpeningForm(forms.Form):
    """Why somebody leaves; whoever opens it by key may say more at once."""

    reason = forms.CharField(required=False, max_length=30)
    proof = forms.CharField(required=False, max_length=200)
    facts = forms.CharField(required=False, max_length=800)
    happened_on = forms.DateField(required=False)


@register
class OpenExit(OpenInVillage):
    """离岗 of one tenure on one ground; the rest is filled in at the village's desk.

    The township may open it, and so may the system for what another flow has decided (a failed appraisal).
    """

    code = "terminations.open"
    label = "办理离岗"
    told = "开始办理离岗"
    acts_on = (Tenure,)
    roles = (*OPENERS, *TOWNSHIP_OPENERS)
    system_may = True
    flow = ExitFlow
    thing = "这个人的离岗"

    def draft(self, data: Mapping[str, Any]) -> dict[str, Any]:
        form = OpeningForm(data)
        form.is_valid()
        return {name: form.cleaned_data.get(name) for name in OpeningForm.base_fields} | {
            "finding_key": data.get("finding")
        }

    def find(self, move_subject: Any, actor: Actor) -> tuple[Any, Any]:
        found = Tenure.objects.filter(pk=getattr(move_subject, "pk", None) or 0).first()
        if found is None or not (actor.is_system or self._opener(actor, found)):
            raise NotFound("没有找到这段在岗经历，或者不归您的岗位办理。")
        tenure = lock_tenure(found.pk)
        village: Any = tenure.village
        village.tenure = tenure
        return village.county, village

    def _opener(self, actor: Actor, tenure: Tenure) -> Any:
        return opener(actor, tenure.village_id, OPENERS) or opener(actor, tenure.township_id, TOWNSHIP_OPENERS)

    def may(self, move: Move) -> bool:
        move.appointment = self._opener(move.actor, move.subject.tenure)
        return move.appointment is not None

    def refusals(self, move: Move) -> Iterable[Refusal]:
        tenure: Tenure = move.subject.tenure
        running = running_exit(tenure)
        if running is not None:
            raise Overtaken("这个人的离岗正在办理，没有重复新建。", url=f"/cases/{running.case.pk}/")
        if tenure.state not in LASTING:
            return [Refusal("ended_already", "这段在岗经历已经结束，不用再办离岗。", "《办法》第五条")]
        if str(move.data["reason"] or "") not in GROUNDS:
            return [Refusal("no_reason", "请选择离岗原因。", "《办法》第十一条", "reason")]
        return ()

    def entity_for(self, move: Move, case: Case) -> Termination:
        tenure: Tenure = move.subject.tenure
        ground = GROUNDS[str(move.data["reason"])]
        case.person_key = tenure.worker.person_key
        # Whoever began it at the township follows it; what the system opens no village keeps to itself.
        if move.actor.is_system or move.acting.organisation_id == tenure.township_id:
            case.submitted_at = move.at
        agreements = agreements_by_tenure([tenure]).get(tenure.pk, [])
        limit = prospect_of(tenure, policy_on(move.county, move.on), move.on).last.day
        termination = Termination(
            county=tenure.county,
            township=tenure.township,
            village=tenure.village,
            case=case,
            tenure=tenure,
            employer=agreements[-1].party_a if agreements else tenure.township,
            agreement_number=agreements[-1].number if agreements else "",
            reason=ground.reason,
            facts=move.data["facts"] or "",
            proof=move.data["proof"] or "",
            happened_on=move.data["happened_on"],
            last_on=limit if ground.by_itself and not ground.happened else min(move.on, limit),
        )
        key = move.data["finding_key"]
        if key:
            about = Finding.objects.filter(pk=int(str(key)), worker=tenure.worker_id)
            termination.finding = about.exclude(state=FindingState.VOIDED).first()
        termination.save()
        move.fields = {"reason": ground.reason}
        move.details["tenure"] = tenure.pk
        return termination


@register
class OpenExitForFinding(OpenExit):
    """解聘 or 解除 that stands on a finding: opened from the finding's own page, which does not know this flow."""

    code = "terminations.open_for_finding"
    label = "办理离岗"
    told = "按问题记录办理离岗"
    acts_on = (Case,)
    system_may = False

    def find(self, move_subject: Any, actor: Actor) -> tuple[Any, Any]:
        case = Case.objects.visible_to(actor, copied=False).filter(pk=getattr(move_subject, "pk", None) or 0).first()
        finding = Finding.objects.filter(case=case, worker__isnull=False).first() if case is not None else None
        lasting = Tenure.objects.filter(worker=finding.worker_id, state__in=LASTING).first() if finding else None
        if lasting is None:
            raise NotFound("没有找到这条问题记录，或者这个人现在没有在岗。")
        county, village = super().find(lasting, actor)
        village.finding = finding
        return county, village

    def refusals(self, move: Move) -> Iterable[Refusal]:
        finding: Finding = move.subject.finding
        reasons = {
            FindingState.SERIOUS: EndReason.DISMISSAL,
            FindingState.ESTABLISHED: EndReason.FRAUD,
            FindingState.HANDED_OVER: EndReason.FRAUD,
        }
        move.data["reason"] = reasons.get(FindingState(finding.state), EndReason.DISOBEDIENCE)
        move.data["finding_key"] = finding.pk
        return super().refusals(move)


class _AtVillage(TaskAction):
    """At the clerk's desk, which the head of the village may use as well."""

    nodes = (DRAW_UP,)
    roles = OPENERS

    def may(self, move: Move) -> bool:
        if move.task.flow_task.name not in self.nodes:
            return False
        move.appointment = opener(move.actor, move.case.village_id or 0, OPENERS)
        return move.appointment is not None

    def keep(self, move: Move) -> None:
        """Store what was typed."""
        termination: Termination = move.entity
        for name in FIELDS:
            if name == "finding":
                termination.finding = move.data["finding"]
            else:
                setattr(termination, name, move.data[name])
        move.fields = {name: str(move.data[name] or "") for name in ("last_on", "happened_on", "verified_on")}

    def resolve_finding(self, move: Move) -> None:
        """The record that was chosen, among those about this worker."""
        wanted = str(move.data.get("finding") or "")
        found = findings_about(move.entity) if wanted else ()
        move.data["finding"] = next((each for each in found if str(each.pk) == wanted), None)


@register
class SaveExitDraft(_AtVillage):
    """Keep what was typed, right or wrong."""

    code = "terminations.save_draft"
    label = "保存草稿"
    told = "保存草稿"
    stays = quiet = True

    def parse(self, data: Mapping[str, Any], files: Any, context: Any = None) -> dict[str, Any]:
        draft = ExitDraftForm(data)
        draft.is_valid()
        return dict(draft.cleaned_data)

    def apply(self, move: Move) -> None:
        self.resolve_finding(move)
        self.keep(move)
        move.entity.save()


@register
class ProposeExit(_AtVillage):
    """提出: signed by the village; the number is given now, once."""

    code = "terminations.propose"
    label = "签字提出"
    told = "提出离岗"
    weight = "primary"

    def parse(self, data: Mapping[str, Any], files: Any, context: Any = None) -> dict[str, Any]:
        """Slips of the pen are told together with what the rules say of the rest."""
        draft, opinion = ExitDraftForm(data), OpinionForm(data, files)
        slips = slips_of(draft, opinion)
        return {**draft.cleaned_data, **opinion.cleaned_data, "slips": slips}

    def refusals(self, move: Move) -> Iterable[Refusal]:
        self.resolve_finding(move)
        slips: list[Refusal] = move.data["slips"]
        ground = GROUNDS[move.entity.reason]
        fields = {name: move.data.get(name) for name in FIELDS}
        found = refusals(content_guards(ground), facts_for(move, fields))
        return with_slips(slips, found)

    def apply(self, move: Move) -> None:
        termination, case = move.entity, move.case
        ground = GROUNDS[termination.reason]
        last_on = termination.last_on
        self.keep(move)
        policy = policy_on(move.county, move.on)
        termination.policy_set_id, move.policy = policy.set_id, policy.reference
        if not case.number:
            case.number = next_number(move.county, f"{move.on.year}-{termination.township.code}-退")
            case.submitted_at = case.submitted_at or move.at
        first = TerminationState.AWAITING_HEARING if ground.heard else TerminationState.AWAITING_DECISION
        if ground.reason == EndReason.UNSUITABLE:
            first = TerminationState.AWAITING_CONFIRMATION
        # The last day is no field of any step: the decision and the notice move it on by themselves.
        moved = ["last_on"] if last_on != termination.last_on else []
        go_on(move, lambda: termination.propose(first), because=moved)
        if moved:
            void_opinions(move, why="最后在岗日有变动")
        if not move.details.get("straight_back"):
            # A new proposal is told to the person anew.
            termination.heard_way, termination.heard_on, termination.statement = "", None, ""
        termination.save()
        text = str(move.data["opinion"]).strip()
        file_approval(move, "村里提出", sign=give_opinion(move, verdict="propose", text=text))


def refusals_at_township(move: Move, *, decides: bool) -> list[Refusal]:
    """Everything the rules say of the kept exit, for who confirms or decides it."""
    ground = GROUNDS[move.entity.reason]
    facts = facts_for(move, fields_of(move.entity), decides=decides)
    return refusals(decision_guards(ground), facts)


@register
class ConfirmGround(TaskAction):
    """《办法》第十一条第5项: whether it is such a case, the township says."""

    code = "terminations.confirm"
    label = "确认并签字"
    told = "确认不适宜继续工作"
    nodes = (CONFIRM,)
    weight = "primary"
    form = OpinionForm

    def refusals(self, move: Move) -> Iterable[Refusal]:
        return refusals_at_township(move, decides=False)

    def apply(self, move: Move) -> None:
        go_on(move, move.entity.confirm)
        move.entity.save()
        text = str(move.data["opinion"]).strip()
        file_approval(move, "乡镇确认", sign=give_opinion(move, verdict="agree", text=text))


@register
class SendExitBack(SendBack):
    code = "terminations.send_back"
    nodes = (CONFIRM, DECIDE, SEAL)

    def guards(self, move: Move) -> Iterable[Refusal]:
        return refusals((exit_not_own_proposal,), facts_for(move, fields_of(move.entity)))


@register
class RejectExit(TaskAction):
    """乡镇不同意: the person stays on the post."""

    code = "terminations.reject"
    label = "不同意"
    told = "不同意离岗"
    nodes = (CONFIRM, DECIDE)
    weight = "final"
    needs_reason = True
    form = RejectionForm

    def refusals(self, move: Move) -> Iterable[Refusal]:
        return refusals((exit_not_own_proposal,), facts_for(move, fields_of(move.entity)))

    def apply(self, move: Move) -> None:
        move.reason = str(move.data["reason"]).strip()
        opinion = give_opinion(move, verdict="reject", text=f"不同意。理由：{move.reason}")
        move.entity.reject()
        move.entity.save()
        file_approval(move, "乡镇不同意", sign=opinion)

    def after(self, move: Move) -> None:
        tell(move, ExitFlow.draw_up_exit, f"乡镇不同意离岗，继续在岗：{move.reason}")


@register
class VoidExit(VoidInVillage):
    """作废 before the township has decided."""

    code = "terminations.void"
    label = "作废"
    told = "作废离岗办理"
    roles = OPENERS
    until = BEFORE_DECIDED
