"""追回差额: a corrected month took more from a worker than the next roster could settle.

The roster says 多领, the bank pays nothing, and nobody is made to give anything back by that: whoever drew the roster
up asks for the difference here, with one click from the roster's own page.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse

from registry.models import Worker
from workflows.attendance.models import PayRoster, RosterState
from workflows.attendance.pay.ways_back import register_way_back
from workflows.core.actions import Move, register, with_slips
from workflows.core.actors import Actor
from workflows.core.guards import refusals
from workflows.core.models import Case
from workflows.core.numbers import next_number
from workflows.core.opening import opener
from workflows.core.refusals import NotFound, Overtaken, Refusal

from ..models import Recovery, RecoveryLine, RecoveryState
from . import rules
from .actions import OPENERS, OpenRecovery, facts_of
from .amounts import difference_lines, total_of


def recovery_of(roster: PayRoster, worker: Worker) -> Recovery | None:
    """The recovery of this difference that was not voided."""
    found = Recovery.objects.filter(roster=roster, paid_to=worker).exclude(state=RecoveryState.VOIDED)
    return found.select_related("case").first()


def spoken_facts(lines: Iterable[Any]) -> str:
    """What the notice says when nothing else is written."""
    months = "、".join(
        dict.fromkeys(f"{each.for_month.year}年{each.for_month.month}月" for each in lines if each.amount < 0)
    )
    return f"{months}的考勤更正以后，已经发放的补贴多于应发，下一册不够扣，差额由本人退回。"


@register_way_back
def way_back(actor: Actor, roster: PayRoster, worker: Worker) -> str:
    """Where the township asks for what a paid roster left open; no query."""
    if roster.state != RosterState.PAID or opener(actor, roster.township_id, OPENERS) is None:
        return ""
    return reverse("recovery_difference", args=[roster.case_id, worker.pk])


@register
class RecoverDifference(OpenRecovery):
    """From a paid roster, by its township: `worker` is whom it left less than nothing."""

    code = "recoveries.open_for_difference"
    label = "追回差额"
    told = "提出追回更正差额"
    not_found = "没有找到这册花名册，或者不归您的岗位办理。"

    def find(self, move_subject: Any, actor: Actor) -> tuple[Any, Any]:
        case = Case.objects.visible_to(actor, copied=False).filter(pk=getattr(move_subject, "pk", None) or 0).first()
        roster = PayRoster.objects.filter(case=case, state=RosterState.PAID).first() if case is not None else None
        if roster is None or opener(actor, roster.township_id, self.roles) is None:
            raise NotFound(self.not_found)
        Case.objects.select_for_update().get(pk=roster.case_id)
        locked = PayRoster.objects.select_related("township__county", "township__parent", "county", "case").get(
            pk=roster.pk
        )
        township: Any = locked.township
        township.roster = locked
        return township.county, township

    def refusals(self, move: Move) -> Iterable[Refusal]:
        # The opening's own checks only: no finding stands behind a difference.
        super(OpenRecovery, self).refusals(move)
        roster: PayRoster = move.subject.roster
        wanted = move.data["worker"]
        payee = Worker.objects.filter(pk=int(wanted)).first() if wanted.isdecimal() else None
        lines = []
        if payee is not None:
            Worker.objects.select_for_update(of=("self",), no_key=True).get(pk=payee.pk)
            made = recovery_of(roster, payee)
            if made is not None:
                raise Overtaken("这笔差额已经提出追回，没有重复新建。", url=f"/cases/{made.case.pk}/")
            lines = difference_lines(roster, payee)
        move.data |= {"payee": payee, "lines": lines}
        months = {each.for_month for each in lines if each.amount < 0}
        claimed = RecoveryLine.objects.filter(counts=True, pay_line__worker=payee, pay_line__for_month__in=months)
        if claimed.exists():
            text = "不用再追回差额：这几个月的补贴已经按问题记录全部追回。"
            return [Refusal("claimed_already", text, rules.BASIS, "worker")]
        facts = facts_of(
            None,
            payee,
            on=move.on,
            lines=lines,
            paid=len(lines),
            due_on=move.data["due_on"],
            account=str(move.data["account"] or ""),
        )
        slips: list[Refusal] = move.data["slips"]
        return with_slips(slips, refusals(rules.OPENING, facts))

    def entity_for(self, move: Move, case: Case) -> Recovery:
        roster, payee, lines = move.subject.roster, move.data["payee"], move.data["lines"]
        village = next(each.village for each in lines if each.amount < 0)
        case.village, case.person_key = village, payee.person_key
        case.number = next_number(move.county, f"{move.on.year}-{roster.township.code}-追")
        case.submitted_at = move.at
        recovery: Recovery = Recovery.objects.create(
            county=roster.county,
            township=roster.township,
            village=village,
            case=case,
            roster=roster,
            paid_to=payee,
            facts=str(move.data["facts"] or "").strip() or spoken_facts(lines),
            due_on=move.data["due_on"],
            account=str(move.data["account"]).strip(),
            total=-total_of(lines),
        )
        move.details |= {"roster": roster.case.key, "total": str(recovery.total)}
        move.fields = {"lines": [[line.for_month.isoformat(), str(line.amount)] for line in lines]}
        return recovery
