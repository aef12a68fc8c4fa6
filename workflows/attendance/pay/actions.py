"""What can be done with a roster: drawn up from audited sheets, signed, reviewed, sealed, paid."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from registry.models import Organisation
from registry.policies import PolicyError, policy_on
from registry.roles import Role
from workflows.core.actions import CaseAction, Move, SealingAction, TaskAction, register
from workflows.core.desk_forms import ReasonForm, SignatureForm
from workflows.core.guards import refusals
from workflows.core.models import Case
from workflows.core.notices import tell
from workflows.core.numbers import next_number
from workflows.core.opening import OpenInTownship, VoidInTownship
from workflows.core.opinions import give_opinion, opinion_to_seal, void_opinions
from workflows.core.refusals import Refusal, Refused
from workflows.core.returning import SendBack, go_on

from ..models import UNPAID, AttendanceSheet, PayLine, PayRoster, RosterState, SheetState
from ..sheets import days
from . import rules
from .documents import MAY_EXPORT, file_version
from .facts import facts_of, lines_of, payees
from .flow_v1 import RosterFlow
from .reckoning import reckon, sheets_for
from .steps import PAYING, PREPARE, REVIEW, SEALING


def draw_up(move: Move, roster: PayRoster) -> list[PayLine]:
    """Every audited sheet that is in no roster yet; raises Refused when the rate table has no row for somebody."""
    sheets = sheets_for(roster.township, roster.month)
    try:
        lines = reckon(roster, sheets)
    except PolicyError as error:
        raise Refused([Refusal("no_rate", str(error), rules.STIPEND)]) from error
    PayLine.objects.bulk_create(lines)
    for sheet in sheets:
        sheet.enter_pay()
        sheet.save()
    roster.case.forget("pay_lines")
    move.details |= {"sheets": len(sheets), "lines": len(lines)}
    move.fields["lines"] = [[line.worker_id, line.for_month.isoformat(), str(line.amount)] for line in lines]
    return lines


def lay_down(roster: PayRoster) -> None:
    """The lines count no more, and their sheets may be drawn on again (a corrected one has given way already)."""
    lines = PayLine.objects.filter(roster=roster, counts=True)
    sheets = AttendanceSheet.objects.filter(pay_lines__in=lines, state=SheetState.IN_PAY).distinct()
    for sheet in list(sheets):
        sheet.leave_pay()
        sheet.save()
    lines.update(counts=False)
    roster.case.forget("pay_lines")


@register
class OpenRoster(OpenInTownship):
    """By the township's clerk, for a month that has audited sheets; one at a time in a township."""

    code = "pay.open"
    label = "开花名册"
    told = "开薪酬花名册"
    flow = RosterFlow
    thing = "这册花名册"

    def draft(self, data: Mapping[str, Any]) -> dict[str, Any]:
        return {"month": days.parse_month(data.get("month"))}

    def find(self, move_subject: Any, actor: Any) -> tuple[Any, Any]:
        county, township = super().find(move_subject, actor)
        # One roster of a township at a time: who counts its sheets waits here.
        Organisation.objects.select_for_update(no_key=True).get(pk=township.pk)
        return county, township

    def refusals(self, move: Move) -> Iterable[Refusal]:
        found = list(super().refusals(move))
        month = move.data["month"]
        if month is None or month > move.on:
            return [
                *found,
                Refusal("no_month", "请选择发放哪个月的薪酬，不能是以后的月份。", anchor="month"),
            ]
        open_one = PayRoster.objects.filter(township=move.subject).exclude(
            state__in=[RosterState.PAID, RosterState.VOIDED]
        )
        if (lying := open_one.first()) is not None:
            text = f"请先办完{days.spoken(lying.month)}的花名册（{lying.get_state_display()}），再开下一册。"
            return [*found, Refusal("one_at_a_time", text, rules.ARTICLE_4)]
        if not sheets_for(move.subject, month):
            text = f"{days.spoken(month)}没有审核锁定、还没有发放的考勤表；没有审核的考勤表，不得发放。"
            found.append(Refusal("no_audited_sheet", text, rules.ARTICLE_4))
        return found

    def entity_for(self, move: Move, case: Case) -> PayRoster:
        month = move.data["month"]
        policy = policy_on(move.county, days.last_day(month))
        earlier = PayRoster.objects.filter(township=move.subject, month=month).exclude(state=RosterState.VOIDED)
        roster: PayRoster = PayRoster.objects.create(
            county=move.county,
            township=move.subject,
            case=case,
            month=month,
            batch=earlier.count() + 1,
            policy_set_id=policy.set_id,
        )
        move.policy = policy.reference
        draw_up(move, roster)
        return roster


@register
class Redraw(TaskAction):
    """重新核算: what was audited in the meantime comes in."""

    code = "pay.redraw"
    label = "重新核算"
    told = "重新核算"
    nodes = (PREPARE,)
    roles = (Role.TOWNSHIP_CLERK,)
    stays = True

    def apply(self, move: Move) -> None:
        roster: PayRoster = move.entity
        lay_down(roster)
        draw_up(move, roster)
        void_opinions(move, why="重新核算")


class _Decides(TaskAction):
    """A signature on the roster as it stands."""

    weight = "primary"
    form = SignatureForm
    guards: tuple[rules.RosterGuard, ...] = rules.DECISION
    text = "核对无误。"

    def refusals(self, move: Move) -> Iterable[Refusal]:
        return refusals(self.guards, facts_of(move.entity, lines_of(move.entity), on=move.on, actor=move.actor))


@register
class SubmitRoster(_Decides):
    """制表: signed by the township's clerk, numbered once."""

    code = "pay.submit"
    label = "制表签字，交审核"
    told = "制表签字，交审核"
    nodes = (PREPARE,)
    roles = (Role.TOWNSHIP_CLERK,)
    guards = rules.CONTENT

    def apply(self, move: Move) -> None:
        roster, case = move.entity, move.case
        if not case.number:
            case.number = next_number(move.county, f"{move.on.year}-{roster.township.code}-薪")
            case.submitted_at = move.at
        go_on(move, roster.submit)
        roster.save()
        file_version(move, "制表", sign=give_opinion(move, verdict="agree", text=self.text))


@register
class ReviewRoster(_Decides):
    """审核 by somebody else than who drew it up."""

    code = "pay.review"
    label = "审核通过并签字"
    told = "审核通过"
    nodes = (REVIEW,)
    roles = (Role.TOWNSHIP_REVIEWER,)
    in_batch = True

    def apply(self, move: Move) -> None:
        go_on(move, move.entity.review, rewrites=(REVIEW,))
        move.entity.save()
        file_version(move, "乡镇审核", sign=give_opinion(move, verdict="agree", text=self.text))


@register
class SealRoster(SealingAction):
    """The township's seal hands it to the county's finance."""

    code = "pay.seal"
    label = "加盖公章"
    told = "盖章，报财政发放"
    nodes = (SEALING,)
    roles = (Role.TOWNSHIP_SEAL_KEEPER,)
    in_batch = True

    def refusals(self, move: Move) -> Iterable[Refusal]:
        return refusals(rules.CONTENT, facts_of(move.entity, lines_of(move.entity), on=move.on))

    def apply(self, move: Move) -> None:
        move.entity.sealed_on = move.on
        go_on(move, move.entity.seal)
        move.entity.save()
        file_version(move, "乡镇盖章", seal=opinion_to_seal(move, REVIEW))

    def after(self, move: Move) -> None:
        if move.entity.state == RosterState.AWAITING_PAYMENT:
            tell(move, RosterFlow.pay_out, f"{move.case.title}已盖章，请发放")


class PaymentForm(SignatureForm):
    """Voucher and day, signed."""

    voucher = forms.CharField(
        required=False, max_length=40, error_messages={"max_length": "凭证号太长，请控制在40个字以内。"}
    )
    paid_on = forms.DateField(required=False, error_messages={"invalid": "请把发放日期写成2020-10-09这样。"})


@register
class ConfirmPayment(_Decides):
    """财政 confirms that the money went out, once; the roster is closed."""

    code = "pay.confirm"
    label = "确认已发放"
    told = "确认已发放"
    nodes = (PAYING,)
    roles = (Role.FINANCE_OFFICER,)
    form = PaymentForm

    def refusals(self, move: Move) -> Iterable[Refusal]:
        voucher = " ".join(str(move.data.get("voucher") or "").split())
        move.data["voucher"] = voucher
        lines = lines_of(move.entity)
        facts = facts_of(
            move.entity, lines, on=move.on, actor=move.actor, voucher=voucher, paid_on=move.data.get("paid_on")
        )
        return refusals(rules.PAYMENT, facts)

    def apply(self, move: Move) -> None:
        roster: PayRoster = move.entity
        roster.voucher, roster.paid_on = move.data["voucher"], move.data["paid_on"]
        roster.pay()
        roster.save()
        move.fields |= {"voucher": roster.voucher, "paid_on": roster.paid_on.isoformat()}
        opinion = give_opinion(move, verdict="agree", text=f"已发放，凭证号{roster.voucher}。")
        file_version(move, "财政确认发放", sign=opinion)

    def after(self, move: Move) -> None:
        owing = [payee.worker.name for payee in payees(lines_of(move.entity)) if payee.amount < 0]
        more = f"；{'、'.join(owing[:3])}{f'等{len(owing)}人' if len(owing) > 3 else ''}多领，不够扣，请提出追回"
        tell(move, RosterFlow.prepare_roster, f"{move.case.title}已发放{more if owing else ''}")


@register
class SendRosterBack(SendBack):
    """退回 to who drew it up."""

    code = "pay.send_back"
    label = "退回重制"
    told = "退回重制"
    nodes = (REVIEW, SEALING, PAYING)
    roles = (Role.TOWNSHIP_REVIEWER, Role.TOWNSHIP_SEAL_KEEPER, Role.FINANCE_OFFICER)


@register
class VoidRoster(VoidInTownship):
    """作废 before it is paid: its sheets may be drawn on again."""

    code = "pay.void"
    label = "作废"
    told = "作废花名册"
    until = UNPAID

    def apply(self, move: Move) -> None:
        super().apply(move)
        lay_down(move.entity)


class ExportForm(ReasonForm):
    """Which file, and what for: it holds full numbers."""

    kind = forms.ChoiceField(
        choices=[("xlsx", "Excel"), ("csv", "CSV")],
        error_messages=dict.fromkeys(("required", "invalid_choice"), "请选择文件格式。"),
    )


@register
class ExportRoster(CaseAction):
    """The file for the bank: full ID numbers and accounts, so it leaves a trace every time."""

    code = "pay.export"
    label = "导出银行文件"
    told = "导出银行文件（全号）"
    form = ExportForm
    roles = MAY_EXPORT

    def may(self, move: Move) -> bool:
        move.appointment = next(
            (
                found
                for role in self.roles
                for place in (move.case.township_id, None)
                if (found := self._appointment(move, role, place)) is not None
            ),
            None,
        )
        return move.appointment is not None

    def _appointment(self, move: Move, role: Role, place: int | None) -> Any:
        if place is None:
            return move.actor.holds([role], move.county.pk) if role == Role.FINANCE_OFFICER else None
        return move.actor.appointment_for(place, role)

    def refusals(self, move: Move) -> Iterable[Refusal]:
        if move.entity.state not in (RosterState.AWAITING_PAYMENT, RosterState.PAID):
            return [Refusal("not_sealed", "请等乡镇盖章以后再导出：没有盖章的花名册不能发放。", rules.ARTICLE_4)]
        return ()

    def apply(self, move: Move) -> None:
        move.reason = str(move.data["reason"])
        lines = lines_of(move.entity)
        move.details |= {"file": move.data["kind"], "people": len({line.worker_id for line in lines})}
        move.result = lines
