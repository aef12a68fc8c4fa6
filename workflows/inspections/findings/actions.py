"""What can be done with a finding once it is recorded: told, looked at again, warned of, settled, handed over."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from registry.roles import Role
from workflows.core.actions import Move, TaskAction, register
from workflows.core.delivery import DeliveryForm
from workflows.core.desk_forms import OpinionForm
from workflows.core.guards import chinese, refusals
from workflows.core.notices import tell_office
from workflows.core.opening import VoidInVillage
from workflows.core.opinions import give_opinion
from workflows.core.receipts import Hands
from workflows.core.refusals import Refusal

from ..models import Finding, FindingState
from . import rules
from .facts import facts_of
from .forms import HandOverForm, WarningForm
from .opening import IN_COUNTY, IN_TOWNSHIP, IN_VILLAGE
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
)


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
        text = f"{chinese(finding.handed_over_on)}移送{finding.handed_over_to}。{move.data['opinion'].strip()}"
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
