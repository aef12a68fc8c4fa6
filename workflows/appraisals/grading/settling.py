"""What follows a filed result: renewal, termination, or neither; one by one or a township at a sitting."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from registry.policies import policy_on
from workflows.core.actions import CaseAction, Move, TaskAction, register
from workflows.core.actors import Actor
from workflows.core.daily import daily
from workflows.core.door import Step, perform
from workflows.core.guards import chinese, refusals
from workflows.core.models import Case
from workflows.core.notices import tell
from workflows.core.procedure import open_tasks
from workflows.core.refusals import Refusal
from workflows.employment.agreements.renewing import Appraised, register_appraisal
from workflows.employment.models import EndReason, Tenure
from workflows.employment.tenures.endings import lock_tenure
from workflows.employment.tenures.spans import agreements_by_tenure

from ..models import WITH_RESULT, Appraisal, Grade, State, SummaryState
from . import rules
from .facts import outcome_facts
from .flow_v1 import AppraisalFlow

ACTOR = "年度考核"
TERMINATIONS = "terminations.open"


class _Settles(TaskAction):
    """At the township's desk, after the filing."""

    nodes = ("settle_result",)
    in_batch = True
    asked: tuple[rules.OutcomeGuard, ...] = ()

    def parse(self, data: Mapping[str, Any], files: Any, context: Any = None) -> dict[str, Any]:
        return {}

    def facts(self, move: Move) -> rules.OutcomeFacts:
        """As things stand under the lock of the person's tenure."""
        tenure = lock_tenure(move.entity.tenure_id)
        move.data["tenure"] = tenure
        policy = policy_on(move.county, move.on)
        move.policy = policy.reference
        move.data["facts"] = outcome_facts(move.entity, tenure, policy, move.on)
        found: rules.OutcomeFacts = move.data["facts"]
        return found

    def refusals(self, move: Move) -> Iterable[Refusal]:
        return refusals(self.asked, self.facts(move))


@register
class RenewAfterAppraisal(_Settles):
    """Passed: the next agreement is drawn up, prefilled, and lies with the village for the person's hand."""

    code = "appraisals.renew"
    label = "办理续签"
    told = "考核合格，办理续签"
    weight = "primary"
    asked = rules.RENEWAL

    def offered(self, page: Any) -> bool:
        return bool(page.entity.grade == Grade.PASS)

    def apply(self, move: Move) -> None:
        facts: rules.OutcomeFacts = move.data["facts"]
        move.entity.renew()
        move.entity.follow_up = (
            f"续签{chinese(facts.begins or move.on)}至{chinese(facts.ends or move.on)}的用工协议，待本人签字。"
        )
        move.entity.save()
        opened = perform("agreements.renew", move.data["tenure"], Actor.system(ACTOR), {}, at=move.at).result
        move.details["agreement"] = opened.key

    def after(self, move: Move) -> None:
        tell(move, AppraisalFlow.gather, "考核合格，续签协议已经填好，请本人签字")


@register
class TerminateAfterAppraisal(_Settles):
    """Failed: a termination is opened, in which the person is heard and the township decides (《办法》第九条)."""

    code = "appraisals.terminate"
    label = "提出终止"
    told = "考核不合格，提出终止用工协议"
    weight = "final"
    asked = rules.TERMINATION

    def offered(self, page: Any) -> bool:
        return bool(page.entity.grade == Grade.FAIL)

    def apply(self, move: Move) -> None:
        move.entity.terminate()
        move.entity.follow_up = "年终考核不合格，已提出终止用工协议。"
        move.entity.save()
        told = f"{move.entity.year}年度考核不合格（{move.case.number}），得{move.entity.score}分。{move.entity.reason}"
        data = {
            "reason": EndReason.FAILED_APPRAISAL,
            "facts": told[:800],
            "proof": f"《年度考核表》{move.case.number}",
            "happened_on": move.entity.filed_on.isoformat(),
        }
        opened = perform(TERMINATIONS, move.data["tenure"], Actor.system(ACTOR), data, at=move.at).result
        move.details["termination"] = opened.key

    def after(self, move: Move) -> None:
        tell(move, AppraisalFlow.gather, "考核不合格，已提出终止用工协议")


@register
class LetEnd(_Settles):
    """Nobody is renewed past three years or the age limit: the agreement runs to its last day and ends there."""

    code = "appraisals.let_end"
    label = "不再续签"
    told = "不再续签，到期终止"
    asked = rules.LETTING_END

    def apply(self, move: Move) -> None:
        facts: rules.OutcomeFacts = move.data["facts"]
        refusal = rules.has_time_left(facts) or rules.is_still_there(facts)
        why = refusal.message.partition("请点")[0].rstrip("。，") if refusal is not None else ""
        move.reason = f"{why}。" if why else ""
        move.entity.let_end()
        move.entity.follow_up = move.reason
        move.entity.save()

    def after(self, move: Move) -> None:
        tell(move, AppraisalFlow.gather, f"不再续签：{move.reason}"[:200])


@register
class FileResult(CaseAction):
    """The clock's: the summary in which the result stands was filed, so the result is."""

    code = "appraisals.file"
    label = "备案"
    told = "考核结果已报县就业服务中心备案"
    system_may = True

    def may(self, move: Move) -> bool:
        return False

    def refusals(self, move: Move) -> Iterable[Refusal]:
        appraisal: Appraisal = move.entity
        filed = appraisal.summary is not None and appraisal.summary.state == SummaryState.FILED
        if appraisal.state != State.AWAITING_SUMMARY or not filed:
            return [Refusal("not_filed", "所在的汇总表还没有备案，或者已经办过。", "《办法》第七条")]
        return ()

    def apply(self, move: Move) -> None:
        appraisal: Appraisal = move.entity
        (task,) = open_tasks(move.case)
        appraisal.file()
        appraisal.filed_on = appraisal.summary.filed_on  # type: ignore[union-attr]
        appraisal.save()
        move.details["summary"] = appraisal.summary.case.key  # type: ignore[union-attr]
        source = task.previous.order_by("pk").last()
        move.case.flow_class.relay(move.case, source)


def filed_but_not_told(**which: Any) -> list[Case]:
    """Appraisals whose summary is filed and that do not know it yet."""
    found = Appraisal.objects.filter(state=State.AWAITING_SUMMARY, summary__state=SummaryState.FILED, **which)
    return [each.case for each in found.select_related("case").order_by("pk")]


@daily("考核结果备案")
def results_filed(at: datetime) -> Iterable[Step]:
    """What the background job did not get to."""
    return [Step("appraisals.file", case, {}) for case in filed_but_not_told()]


# --- what a renewal stands on -------------------------------------------------------------------------


def filed_results(tenure: Tenure) -> list[Appraisal]:
    """The filed results that count for the tenure's present agreement, newest first.

    A result decides one renewal: not the one it was made for already, and none about a time before the agreement.
    """
    agreements = agreements_by_tenure([tenure]).get(tenure.pk, [])
    used = {int(each.appraisal_year) for each in agreements if each.appraisal_year.isdigit()}
    since = max([agreements[-1].start_on.year if agreements else 0, *(year + 1 for year in used)])
    found = Appraisal.objects.filter(tenure=tenure, state__in=WITH_RESULT, year__gte=since)
    return list(found.order_by("-year"))


@register_appraisal
def appraised(tenure: Tenure) -> Appraised | Refusal:
    """《办法》第九条: only who passed is renewed; without a filed result nobody is."""
    found = filed_results(tenure)
    if not found:
        return Refusal(
            "no_result", "不能续签：还没有已备案的年度考核结果，请先完成考核报备。", "《办法》第七条、第九条"
        )
    if found[0].grade != Grade.PASS:
        return Refusal("failed", f"不能续签：{found[0].year}年终考核不合格，应终止用工协议。", "《办法》第九条")
    return Appraised(year=str(found[0].year), result=str(Grade.PASS.label))
