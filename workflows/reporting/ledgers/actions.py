"""What can be done with a ledger on its way: opened by the clock, checked, reviewed, sealed and sent, received."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from audit.trail import SubjectStamp
from registry.models import Organisation
from registry.policies import policy_on
from registry.roles import OrganisationKind, Role
from workflows.attendance.sheets.days import last_day, parse_month, spoken
from workflows.core.actions import Action, CaseAction, Move, SealingAction, TaskAction, register
from workflows.core.actors import Actor
from workflows.core.desk_forms import ReasonForm, SignatureForm
from workflows.core.guards import chinese, refusals
from workflows.core.notices import tell
from workflows.core.opinions import give_opinion, opinion_to_seal
from workflows.core.refusals import NotFound, Overtaken, Refusal
from workflows.core.returning import SendBack, go_on

from ..models import Ledger, LedgerState
from . import rules
from .documents import CHECKING, RECEIVING, REVIEWING, SEALING, file_version
from .facts import facts_of
from .flow_v1 import LedgerFlow
from .opening import latest_ledger, open_ledger, opening_day_of, take_anew


@register
class OpenLedger(Action):
    """The clock opens one township's ledger of a month, once; the township's row is locked meanwhile."""

    code = "ledgers.open"
    label = "建立台账"
    told = "自动建立台账"
    acts_on = (Organisation,)
    system_may = True

    def parse(self, data: Mapping[str, Any], files: Any, context: Any = None) -> dict[str, Any]:
        return {"month": parse_month(data.get("month"))}

    def find(self, move_subject: Any, actor: Actor) -> tuple[Any, Any]:
        found = Organisation.objects.select_related("county").filter(
            pk=getattr(move_subject, "pk", None) or 0, kind=OrganisationKind.TOWNSHIP
        )
        township = found.first()
        if township is None or not actor.is_system:
            raise NotFound("没有找到这个乡镇。")
        Organisation.objects.select_for_update(no_key=True).get(pk=township.pk)
        return township.county, township

    def may(self, move: Move) -> bool:
        return False

    def refusals(self, move: Move) -> Iterable[Refusal]:
        month: date | None = move.data["month"]
        if month is None:
            return [Refusal("no_month", "请写明台账月份，如2020-09。", anchor="month")]
        if Ledger.objects.filter(township=move.subject, month=month).exists():
            raise Overtaken("这个月的台账已经建立。")
        opens = opening_day_of(month, policy_on(move.county, max(month, min(move.on, last_day(month)))))
        if move.on < opens:
            return [Refusal("not_due", f"{spoken(month)}的台账{chinese(opens)}自动建立。", rules.ARTICLE_5)]
        return ()

    def apply(self, move: Move) -> None:
        township, month = move.subject, move.data["month"]
        policy = policy_on(move.county, min(move.on, last_day(month)))
        # A round that missed its day takes the data of the day it comes; a month gone by, of the day it was due.
        on = min(move.on, max(month.replace(day=policy.ledger_due_day), min(move.on, last_day(month))))
        former = latest_ledger(township.pk, before=month)
        open_ledger(move, township, policy, month=month, snapshot_on=on, former=former)

    def stamp(self, move: Move) -> SubjectStamp:
        key = str(move.entity.pk)
        return SubjectStamp(kind=move.entity._meta.label_lower, key=key, number=move.case.number)


class _Signs(TaskAction):
    weight = "primary"
    form = SignatureForm

    def refusals(self, move: Move) -> Iterable[Refusal]:
        return refusals(rules.SIGNING, facts_of(move.entity, move.actor))


@register
class CheckLedger(_Signs):
    """填表人 has looked at every row and signs."""

    code = "ledgers.check"
    label = "核对无误并签字"
    told = "核对并签字"
    nodes = (CHECKING,)
    roles = (Role.TOWNSHIP_CLERK,)

    def refusals(self, move: Move) -> Iterable[Refusal]:
        return refusals(rules.CHECKING, facts_of(move.entity, move.actor))

    def apply(self, move: Move) -> None:
        go_on(move, move.entity.confirm)
        move.entity.save()
        file_version(move, "填表人签字", sign=give_opinion(move, verdict="agree", text="核对无误。"))


@register
class ReviewLedger(_Signs):
    code = "ledgers.review"
    label = "审核通过并签字"
    told = "审核并签字"
    nodes = (REVIEWING,)
    roles = (Role.TOWNSHIP_REVIEWER,)
    in_batch = True

    def apply(self, move: Move) -> None:
        go_on(move, move.entity.review, rewrites=(REVIEWING,))
        move.entity.save()
        file_version(move, "审核人签字", sign=give_opinion(move, verdict="agree", text="审核通过。"))


@register
class FileLedger(SealingAction):
    """The seal sends it: the moment of the seal is the moment of handing in."""

    code = "ledgers.file"
    label = "加盖公章并报送"
    told = "盖章报送"
    nodes = (SEALING,)
    roles = (Role.TOWNSHIP_SEAL_KEEPER,)
    in_batch = True

    def apply(self, move: Move) -> None:
        ledger: Ledger = move.entity
        go_on(move, ledger.file)
        ledger.filed_at = move.at
        ledger.first_filed_at = ledger.first_filed_at or move.at
        ledger.save()
        late = ledger.days_late(move.on)
        if late and ledger.version == 1:
            move.details["days_late"] = late
        file_version(move, "盖章报送", seal=opinion_to_seal(move, REVIEWING))

    def after(self, move: Move) -> None:
        tell(move, LedgerFlow.receive_ledger, "实名台账已报送，请接收")


@register
class ReceiveLedger(TaskAction):
    code = "ledgers.receive"
    label = "接收"
    told = "接收台账"
    nodes = (RECEIVING,)
    roles = (Role.EMPLOYMENT_SERVICE_OFFICER,)
    weight = "primary"
    in_batch = True

    def parse(self, data: Mapping[str, Any], files: Any, context: Any = None) -> dict[str, Any]:
        return {}

    def apply(self, move: Move) -> None:
        move.entity.receive()
        move.entity.received_at = move.at
        move.entity.save()

    def after(self, move: Move) -> None:
        tell(move, LedgerFlow.check_ledger, "实名台账县就业服务中心已接收")


@register
class SendLedgerBack(SendBack):
    """Back to an earlier step. The first handing in still counts."""

    code = "ledgers.send_back"
    label = "退回"
    told = "退回"
    tells = "实名台账退回"
    nodes = (REVIEWING, SEALING, RECEIVING)
    roles = (Role.TOWNSHIP_REVIEWER, Role.TOWNSHIP_SEAL_KEEPER, Role.EMPLOYMENT_SERVICE_OFFICER)


@register
class TakeAnew(CaseAction):
    """重新取数: what was wrong has been mended where it belongs; the ledger gets the data of today."""

    code = "ledgers.take_anew"
    label = "重新取数"
    told = "重新取数"
    form = ReasonForm
    roles = (Role.TOWNSHIP_CLERK,)

    def may(self, move: Move) -> bool:
        move.appointment = move.actor.appointment_for(move.case.township_id or 0, Role.TOWNSHIP_CLERK)
        return move.appointment is not None

    def refusals(self, move: Move) -> Iterable[Refusal]:
        if not isinstance(move.entity, Ledger) or not move.entity.is_live:
            return [Refusal("not_live", "不能重新取数：填表人签字以后台账就定了；报错了的，报送后出补充台账。")]
        return ()

    def apply(self, move: Move) -> None:
        ledger: Ledger = move.entity
        move.reason = str(move.data["reason"])
        before = [ledger.last_count, ledger.joined_count, ledger.left_count, ledger.now_count]
        take_anew(ledger, move.on, policy_on(move.county, move.on))
        ledger.save()
        move.case.revision += 1
        after = [ledger.last_count, ledger.joined_count, ledger.left_count, ledger.now_count]
        move.details |= {"snapshot_on": ledger.snapshot_on.isoformat(), "before": before, "after": after}


@register
class ArchiveLedger(CaseAction):
    """归档 by the clock, when the month of a received ledger is over."""

    code = "ledgers.archive"
    label = "归档"
    told = "归档"
    system_may = True

    def may(self, move: Move) -> bool:
        return False

    def refusals(self, move: Move) -> Iterable[Refusal]:
        if move.entity.state != LedgerState.RECEIVED or move.on <= last_day(move.entity.month):
            return [Refusal("not_due", "还没有接收，或者当月还没有过完，不能归档。")]
        return ()

    def apply(self, move: Move) -> None:
        move.entity.archive()
        move.entity.save()
