"""What can be done with money that was paid without right: asked back, reviewed, sealed, delivered, repaid."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django import forms

from registry.models import Worker
from registry.roles import OrganisationKind, Role
from workflows.attendance.models import PayLine
from workflows.core.actions import Move, SealingAction, TaskAction, register, slips_of, with_slips
from workflows.core.actors import Actor
from workflows.core.delivery import DeliveryForm, file_receipt
from workflows.core.desk_forms import SignatureForm
from workflows.core.guards import refusals
from workflows.core.models import Case
from workflows.core.numbers import next_number
from workflows.core.opening import Opens, VoidCase, opener
from workflows.core.opinions import give_opinion, opinion_to_seal
from workflows.core.receipts import Hands, hands_refusals
from workflows.core.refusals import NotFound, Refusal

from ..models import About, Finding, FindingState, Recovery, RecoveryLine, RecoveryState, Repayment, Weight
from . import rules
from .amounts import paid_lines, total_of, within
from .documents import COLLECT, DELIVER, REVIEW, SEAL, delivered, file_notice, sign_review
from .flow_v1 import RecoveryFlow

OPENERS = (Role.TOWNSHIP_CLERK, Role.TOWNSHIP_REVIEWER)
STANDING = (FindingState.ESTABLISHED, FindingState.HANDED_OVER)


class RecoveryForm(forms.Form):
    """Which months, until when, where to; the amounts are not typed."""

    first_month = forms.DateField(required=False, input_formats=["%Y-%m", "%Y-%m-%d"])
    last_month = forms.DateField(required=False, input_formats=["%Y-%m", "%Y-%m-%d"])
    facts = forms.CharField(required=False, max_length=600)
    due_on = forms.DateField(required=False)
    account = forms.CharField(required=False, max_length=60)


class RepaymentForm(forms.Form):
    """One repayment."""

    amount = forms.DecimalField(
        required=False, max_digits=10, decimal_places=2, error_messages={"invalid": "请把金额写成400.00这样。"}
    )
    paid_on = forms.DateField(required=False)
    voucher = forms.CharField(required=False, max_length=40)


def facts_of(
    finding: Finding | None,
    payee: Worker | None,
    *,
    on: date,
    lines: list[PayLine],
    paid: int,
    due_on: date | None,
    account: str,
    **more: Any,
) -> rules.RecoveryFacts:
    """What the rules ask; without a finding it is a difference that a corrected month left (amounts below zero)."""
    gone = (FindingState.VOIDED, FindingState.UNFOUNDED)
    about_payee = finding is None or finding.about != About.WORKER or finding.worker_id == getattr(payee, "pk", None)
    return rules.RecoveryFacts(
        on=on,
        stands=finding is None or finding.state not in gone,
        is_fraud=finding is not None and finding.weight == Weight.FRAUD,
        is_established=finding is not None and finding.state in STANDING,
        concerns_payee=payee is not None and about_payee,
        paid=paid,
        claimed=len(lines),
        total=total_of(lines) if finding is not None else -total_of(lines),
        due_on=due_on,
        account=account,
        **more,
    )


@register
class OpenRecovery(Opens):
    """From a finding, by its township: `worker` is who was paid, by default whom the finding concerns."""

    code = "recoveries.open"
    label = "追回资金"
    told = "提出追回资金"
    acts_on = (Case,)
    kind = OrganisationKind.TOWNSHIP
    roles = OPENERS
    flow = RecoveryFlow
    thing = "这次追回"
    not_found = "没有找到这条问题记录，或者不归您的岗位办理。"

    def draft(self, data: Mapping[str, Any]) -> dict[str, Any]:
        form = RecoveryForm(data)
        slips = slips_of(form)
        kept = {name: form.cleaned_data.get(name) for name in RecoveryForm.base_fields}
        return {**kept, "worker": str(data.get("worker") or ""), "slips": slips}

    def find(self, move_subject: Any, actor: Actor) -> tuple[Any, Any]:
        case = Case.objects.visible_to(actor, copied=False).filter(pk=getattr(move_subject, "pk", None) or 0).first()
        finding = Finding.objects.filter(case=case).first() if case is not None else None
        if finding is None or opener(actor, finding.township_id, self.roles) is None:
            raise NotFound(self.not_found)
        Case.objects.select_for_update().get(pk=finding.case_id)
        with_all = ("township__county", "township__parent", "village", "worker", "county", "case")
        locked = Finding.objects.select_related(*with_all).get(pk=finding.pk)
        township: Any = locked.township
        township.finding = locked
        return township.county, township

    def refusals(self, move: Move) -> Iterable[Refusal]:
        super().refusals(move)
        finding: Finding = move.subject.finding
        payee = self._payee(move, finding)
        lines: list[PayLine] = []
        paid = 0
        if payee is not None:
            # One person's lines are claimed once: whoever claims them waits here.
            Worker.objects.select_for_update(of=("self",), no_key=True).get(pk=payee.pk)
            every = paid_lines(payee)
            paid, lines = len(every), within(every, move.data["first_month"], move.data["last_month"])
        move.data |= {"payee": payee, "lines": lines}
        facts = facts_of(
            finding,
            payee,
            on=move.on,
            lines=lines,
            paid=paid,
            due_on=move.data["due_on"],
            account=str(move.data["account"] or ""),
        )
        slips: list[Refusal] = move.data["slips"]
        return with_slips(slips, refusals(rules.OPENING, facts))

    def _payee(self, move: Move, finding: Finding) -> Worker | None:
        wanted = move.data["worker"]
        if not wanted:
            return finding.worker
        if not wanted.isdecimal():
            return None
        return Worker.objects.filter(pk=int(wanted), village=finding.village_id).first()

    def entity_for(self, move: Move, case: Case) -> Recovery:
        finding, payee, lines = move.subject.finding, move.data["payee"], move.data["lines"]
        case.village, case.person_key = finding.village, payee.person_key
        case.number = next_number(move.county, f"{move.on.year}-{finding.township.code}-追")
        case.submitted_at = move.at
        recovery: Recovery = Recovery.objects.create(
            county=finding.county,
            township=finding.township,
            village=finding.village,
            case=case,
            finding=finding,
            paid_to=payee,
            facts=str(move.data["facts"] or "").strip() or finding.problem,
            due_on=move.data["due_on"],
            account=str(move.data["account"]).strip(),
            total=total_of(lines),
        )
        RecoveryLine.objects.bulk_create(RecoveryLine(recovery=recovery, pay_line=line) for line in lines)
        move.details |= {"finding": finding.case.key, "total": str(recovery.total)}
        move.fields = {"lines": [[line.for_month.isoformat(), str(line.amount)] for line in lines]}
        return recovery


@register
class ReviewRecovery(TaskAction):
    """The amounts are looked over by somebody else."""

    code = "recoveries.review"
    label = "审核并签字"
    told = "审核追回金额"
    nodes = (REVIEW,)
    weight = "primary"
    form = SignatureForm

    def refusals(self, move: Move) -> Iterable[Refusal]:
        recovery: Recovery = move.entity
        opened = move.case.opened_by_id == (move.actor.user.pk if move.actor.user else None)
        lines = list(PayLine.objects.filter(pk__in=recovery.lines.values("pay_line")))
        facts = facts_of(
            recovery.finding,
            recovery.paid_to,
            on=move.on,
            lines=lines,
            paid=len(lines),
            due_on=recovery.due_on,
            account=recovery.account,
            actor_opened=opened,
        )
        return refusals(rules.REVIEW, facts)

    def apply(self, move: Move) -> None:
        move.entity.review()
        move.entity.save()
        sign_review(move, give_opinion(move, verdict="agree", text="金额与已经发放的花名册相符。"))


@register
class SealRecovery(SealingAction):
    code = "recoveries.seal"
    label = "加盖公章"
    told = "资金追回通知书盖章"
    nodes = (SEAL,)

    def apply(self, move: Move) -> None:
        recovery: Recovery = move.entity
        recovery.issued_on = move.on
        recovery.issue()
        recovery.save()
        file_notice(move, "通知书盖章", seal=opinion_to_seal(move, REVIEW))


@register
class DeliverRecovery(TaskAction):
    code = "recoveries.deliver"
    label = "已送达"
    told = "资金追回通知书送达"
    nodes = (DELIVER,)
    weight = "primary"
    form = DeliveryForm

    def refusals(self, move: Move) -> Iterable[Refusal]:
        recovery: Recovery = move.entity
        day: date = move.data["delivered_on"]
        if recovery.issued_on is not None and not recovery.issued_on <= day <= move.on:
            said = "请核对送达日期：在通知书发出以后、今天以前。"
            return [Refusal("wrong_day", said, rules.BASIS, "delivered_on")]
        strangers = (recovery.whom, move.actor.name)
        return hands_refusals(move.data["hands"], basis=rules.BASIS, strangers_to=strangers, whose="被追回人")

    def apply(self, move: Move) -> None:
        recovery: Recovery = move.entity
        hands: Hands = move.data["hands"]
        recovery.delivered_on = move.data["delivered_on"]
        recovery.deliver()
        recovery.save()
        signer = str(move.data["recipient"] or recovery.whom)[:30]
        file_receipt(move, hands, delivered(recovery, move.case), signer=signer)


@register
class RecordRepayment(TaskAction):
    """退回一笔登记一笔; with the last one it is settled."""

    code = "recoveries.repay"
    label = "登记退回"
    told = "登记退回资金"
    nodes = (COLLECT,)
    weight = "primary"
    form = RepaymentForm

    def refusals(self, move: Move) -> Iterable[Refusal]:
        recovery: Recovery = move.entity
        facts = facts_of(
            recovery.finding,
            recovery.paid_to,
            on=move.on,
            lines=[],
            paid=0,
            due_on=recovery.due_on,
            account=recovery.account,
            balance=recovery.total - recovery.paid_back,
            amount=move.data["amount"],
            paid_on=move.data["paid_on"],
            voucher=str(move.data["voucher"] or ""),
        )
        return refusals(rules.REPAYMENT, facts)

    def apply(self, move: Move) -> None:
        recovery: Recovery = move.entity
        Repayment.objects.create(
            recovery=recovery,
            amount=move.data["amount"],
            paid_on=move.data["paid_on"],
            voucher=move.data["voucher"].strip(),
            recorded_by=move.actor.name,
            at=move.at,
        )
        balance = recovery.total - recovery.paid_back
        if balance == 0:
            recovery.settle()
        recovery.save()
        move.details |= {"amount": str(move.data["amount"]), "voucher": move.data["voucher"], "balance": str(balance)}
        file_notice(move, f"退回{move.data['amount']}元，尚欠{balance}元")


@register
class VoidRecovery(VoidCase):
    """作废 before it was delivered: the lines may be asked back anew."""

    code = "recoveries.void"
    label = "作废"
    told = "作废追回"
    kind = OrganisationKind.TOWNSHIP
    roles = (Role.TOWNSHIP_REVIEWER,)
    until = (RecoveryState.AWAITING_REVIEW, RecoveryState.AWAITING_SEAL, RecoveryState.AWAITING_DELIVERY)

    def apply(self, move: Move) -> None:
        super().apply(move)
        RecoveryLine.objects.filter(recovery=move.entity).update(counts=False)
