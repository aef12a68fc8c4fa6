"""What becomes of an approved application: 已签协议, 放弃 or 失效."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from registry.policies import policy_on
from registry.roles import Role
from workflows.core.actions import CaseAction, Move, register
from workflows.core.actors import Actor
from workflows.core.daily import daily
from workflows.core.desk_forms import ReasonForm
from workflows.core.door import Step
from workflows.core.models import Case
from workflows.core.opening import OpenInVillage, opener
from workflows.core.refusals import NotFound, Overtaken, Refusal
from workflows.employment.agreements import rules
from workflows.employment.agreements.actions import when_concluded
from workflows.employment.agreements.facts import facts_of
from workflows.employment.agreements.flow_v1 import AgreementFlow
from workflows.employment.models import BEFORE_CONCLUDED, Agreement, AgreementState
from workflows.employment.service import months_after

from .models import Application, State
from .taking_up import TERM, agreement_of, is_overdue, last_day_to_sign


@register
class DrawUpAgreement(OpenInVillage):
    """An agreement with everything prefilled from the approved application."""

    code = "agreements.open"
    label = "签用工协议"
    told = "填写用工协议"
    acts_on = (Case,)
    flow = AgreementFlow
    thing = "这份协议"

    def draft(self, data: Mapping[str, Any]) -> dict[str, Any]:
        return {}

    def find(self, move_subject: Any, actor: Actor) -> tuple[Any, Any]:
        source = (
            Case.objects.visible_to(actor)
            .select_related("village__county", "village__parent")
            .filter(pk=getattr(move_subject, "pk", None) or 0)
            .first()
        )
        village = source.village if source is not None else None
        if source is None or village is None or opener(actor, village.pk, self.roles) is None:
            raise NotFound("没有找到这份申请，或者您不是这个村的经办人。")
        Case.objects.select_for_update().get(pk=source.pk)
        village.source = source
        return village.county, village

    def refusals(self, move: Move) -> Iterable[Refusal]:
        source: Case = move.subject.source
        earlier = agreement_of(source)
        if earlier is not None:
            raise Overtaken("这份申请已经有用工协议，没有重复新建。", url=f"/cases/{earlier.case_id}/")
        if not isinstance(source.entity, Application) or source.entity.state != State.APPROVED:
            return [Refusal("not_approved", "请等申请批准以后再签用工协议。", "《办法》第三条")]
        return ()

    def entity_for(self, move: Move, case: Case) -> Agreement:
        source: Case = move.subject.source
        application: Application = source.entity
        policy = policy_on(move.county, move.on)
        if application.worker is None or application.post is None:
            raise LookupError(f"{source.key} is approved without a worker or a post")
        case.person_key = application.worker.person_key
        # Whole months are paid and counted; and two more offices have to sign before it begins.
        begins = months_after(move.on.replace(day=1), 1)
        agreement = Agreement(
            county=move.county,
            village=application.village,
            township=application.township,
            case=case,
            source=source,
            worker=application.worker,
            post=application.post,
            category=application.category,
            party_a=application.village if policy.party_a == "village" else application.township,
            workplace=application.village.name,
            start_on=begins,
            end_on=begins,
            yuan_per_month=policy.stipend(application.category, move.on),
        )
        facts = facts_of(agreement, on=move.on, policy=policy, start_on=begins, end_on=None)
        agreement.end_on = max(rules.latest_end(facts, begins), begins)
        agreement.save()
        move.details["application"] = source.key
        return agreement


@when_concluded
def application_is_signed(move: Move, agreement: Agreement) -> None:
    """已批准 → 已签协议, in the same act: from now on the tenure holds the place."""
    if agreement.is_renewal:
        return
    application = Application.objects.select_for_update(of=("self",), no_key=True).get(case=agreement.source_id)
    application.sign()
    application.save()
    move.details["application"] = f"case:{agreement.source_id}"


class _Ends(CaseAction):
    """An approval that is not taken up frees its place."""

    def refusals(self, move: Move) -> Iterable[Refusal]:
        if move.entity.state != State.APPROVED:
            return [Refusal("not_approved", f"不能办理{self.label}：只有已批准、还没有签协议的申请可以。")]
        if agreement_of(move.case) is not None:
            return [Refusal("agreement_open", f"不能办理{self.label}：正在签用工协议。不签了，请先作废那份协议。")]
        return ()


@register
class Decline(_Ends):
    """放弃: the worker does not want the post any more."""

    code = "applications.decline"
    label = "本人放弃"
    told = "本人放弃，名额空出"
    form = ReasonForm
    roles = (Role.VILLAGE_CLERK,)

    def brings(self, subject: Any, data: Mapping[str, Any]) -> Iterable[tuple[str, Any, Mapping[str, Any]]]:
        """An agreement that is being signed falls with the approval: both in one act, or neither."""
        agreement = agreement_of(subject) if isinstance(subject, Case) else None
        if agreement is not None and agreement.state in BEFORE_CONCLUDED:
            yield "agreements.void", agreement.case, data

    def may(self, move: Move) -> bool:
        move.appointment = move.actor.appointment_for(move.case.village_id or 0, Role.VILLAGE_CLERK)
        return move.appointment is not None

    def apply(self, move: Move) -> None:
        move.reason = str(move.data["reason"])
        move.entity.decline()
        move.entity.save()


@register
class Lapse(_Ends):
    """失效: no agreement within the policy's working days; by the clock, or by the township that approved it."""

    code = "applications.lapse"
    label = "失效"
    told = "超过期限没有签用工协议，批准失效"
    system_may = True
    roles = (Role.TOWNSHIP_REVIEWER,)

    def may(self, move: Move) -> bool:
        move.appointment = move.actor.appointment_for(move.case.township_id or 0, Role.TOWNSHIP_REVIEWER)
        return move.appointment is not None

    def refusals(self, move: Move) -> Iterable[Refusal]:
        found = list(super().refusals(move))
        if not found and not is_overdue(move.entity, policy_on(move.county, move.on), move.on):
            found.append(Refusal("not_due", "不能办理失效：签用工协议的期限还没有到。"))
        return found

    def apply(self, move: Move) -> None:
        days = policy_on(move.county, move.on).step_days[TERM]
        move.reason = f"批准后{days}个工作日内没有签用工协议。"
        move.entity.lapse()
        move.entity.save()


@daily("批准失效")
def lapse_due(at: datetime) -> Iterable[Step]:
    """Approvals nobody took up in time."""
    on = timezone.localtime(at).date()
    approved = Application.objects.filter(state=State.APPROVED, case__finished__lt=at - timedelta(days=1))
    taken_up = Agreement.objects.exclude(state=AgreementState.VOIDED).values("source")
    waiting = approved.exclude(case__in=taken_up).select_related("case", "county").order_by("pk")
    policies = {}
    for application in waiting:
        if application.county_id not in policies:
            policies[application.county_id] = policy_on(application.county, on).step_days.get(TERM)
        days = policies[application.county_id]
        if days is not None and last_day_to_sign(application, days) < on:
            yield Step("applications.lapse", application.case, {})
