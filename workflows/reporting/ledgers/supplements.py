"""补充台账: what was filed is never changed; a correction is the next version, of the same day, with a reason."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from audit.trail import SubjectStamp
from registry.models import Organisation
from registry.policies import policy_on
from registry.roles import Role
from workflows.core.actions import CaseAction, Move, register
from workflows.core.desk_forms import ReasonForm
from workflows.core.models import Case
from workflows.core.opinions import void_opinions
from workflows.core.refusals import Overtaken, Refusal, Refused

from ..models import AT_TOWNSHIP, FILED, Ledger, LedgerState
from .opening import open_ledger


class _ByClerk(CaseAction):
    form = ReasonForm
    roles = (Role.TOWNSHIP_CLERK,)

    def may(self, move: Move) -> bool:
        move.appointment = move.actor.appointment_for(move.case.township_id or 0, Role.TOWNSHIP_CLERK)
        return move.appointment is not None


@register
class Supplement(_ByClerk):
    """The people of the same day as the records tell of it now; what it supplements stays as it was filed."""

    code = "ledgers.supplement"
    label = "出补充台账"
    told = "出补充台账"

    def refusals(self, move: Move) -> Iterable[Refusal]:
        ledger: Ledger = move.entity
        if ledger.state not in FILED:
            return [Refusal("not_filed", "还没有报送，不用出补充台账：退回或者重新取数就可以改。")]
        Organisation.objects.select_for_update(no_key=True).get(pk=ledger.township_id)
        later = Ledger.objects.filter(township=ledger.township_id, month=ledger.month, version__gt=ledger.version)
        later = later.exclude(state=LedgerState.VOIDED)
        if (found := later.first()) is not None:
            raise Overtaken("这份台账已经有补充版，请在补充版上办理。", url=f"/cases/{found.case_id}/")
        return ()

    def apply(self, move: Move) -> None:
        corrected: Ledger = move.entity
        reason = str(move.data["reason"])
        policy = policy_on(move.county, min(move.on, corrected.snapshot_on))
        first = move.case
        open_ledger(
            move,
            corrected.township,
            policy,
            month=corrected.month,
            snapshot_on=corrected.snapshot_on,
            since_on=corrected.since_on,
            former=corrected.former,
            version=corrected.version + 1,
            supplements=corrected,
            why=reason,
        )
        move.reason = reason
        move.from_state = ""
        move.details["supplements"] = first.key

    def stamp(self, move: Move) -> SubjectStamp:
        key = str(move.entity.pk)
        return SubjectStamp(kind=move.entity._meta.label_lower, key=key, number=move.case.number)


@register
class VoidSupplement(_ByClerk):
    """作废 of a supplement that was not filed: version 1 stands."""

    code = "ledgers.void"
    label = "作废"
    told = "作废补充台账"

    def refusals(self, move: Move) -> Iterable[Refusal]:
        ledger: Ledger = move.entity
        if ledger.version == 1:
            return [Refusal("monthly", "每月的台账必须报送，不能作废；没有变动也要报。", "《办法》第五条")]
        if ledger.state not in AT_TOWNSHIP:
            return [Refusal("filed", "不能作废：已经报送。")]
        return ()

    def apply(self, move: Move) -> None:
        case: Case = move.case
        last = case.task_set.filter(finished__isnull=True).order_by("pk").last()
        source: Any = last.previous.order_by("pk").last() if last is not None else None
        if source is None:
            raise Refused([Refusal("filed", "不能作废：这一件已经办结。")])
        move.entity.void()
        move.entity.save()
        move.reason = str(move.data["reason"])
        void_opinions(move, why=f"作废：{move.reason}")
        case.flow_class.relay(case, source)
