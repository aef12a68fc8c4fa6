"""What can be done with a batch of results."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from registry.policies import policy_on
from workflows.core.actions import Move, SealingAction, TaskAction, register
from workflows.core.desk_forms import OpinionForm, SignatureForm
from workflows.core.guards import refusals
from workflows.core.models import Case
from workflows.core.notices import tell
from workflows.core.numbers import next_number
from workflows.core.opening import VoidInTownship
from workflows.core.opinions import give_opinion, opinion_to_seal
from workflows.core.refusals import Overtaken, Refusal
from workflows.core.returning import SendBack, go_on

from ..models import Appraisal, State
from ..opening import OpenForYear
from ..summary_models import BEFORE_FILED, Summary, SummaryState
from . import rules
from .documents import FILING, FILLING, REVIEWING, facts_of, file_summary, members_of
from .flow_v1 import SummaryFlow


def ready(township_id: int, year: int) -> Any:
    """The sealed results of a township's year that stand in no batch."""
    return Appraisal.objects.filter(township=township_id, year=year, state=State.AWAITING_SUMMARY, summary__isnull=True)


def gather(move: Move, summary: Summary) -> int:
    """Everybody who is ready joins the batch."""
    joined: int = ready(summary.township_id, summary.year).update(summary=summary)
    move.case.forget("members")
    return joined


@register
class OpenSummary(OpenForYear):
    """A batch of everybody whose result is sealed and stands in no other."""

    code = "summaries.open"
    label = "汇总报备"
    told = "汇总年度考核结果"
    flow = SummaryFlow
    thing = "这张汇总表"

    def refusals(self, move: Move) -> Iterable[Refusal]:
        year = move.data["year"]
        batches = Summary.objects.select_for_update().filter(township=move.subject, year=year)
        going = batches.exclude(state__in=(SummaryState.FILED, SummaryState.VOIDED)).first()
        if going is not None:
            raise Overtaken(f"{year}年度的汇总表正在办理，没有重复新建。", url=f"/cases/{going.case_id}/")
        facts = rules.SummaryFacts(year=year, members=ready(move.subject.pk, year).count())
        return [*super().refusals(move), *refusals((rules.has_results,), facts)]

    def entity_for(self, move: Move, case: Case) -> Summary:
        year = move.data["year"]
        batches = Summary.objects.filter(township=move.subject, year=year).count()
        move.fields = {"year": year}
        summary: Summary = Summary.objects.create(
            county=move.county, township=move.subject, case=case, year=year, batch=batches + 1
        )
        joined = ready(move.subject.pk, year).update(summary=summary)
        move.details["members"] = joined
        return summary


@register
class SubmitSummary(TaskAction):
    """The clerk signs; whoever was sealed meanwhile joins."""

    code = "summaries.submit"
    label = "签字，交审核"
    told = "汇总考核结果，填表人签字"
    nodes = (FILLING,)
    weight = "primary"
    form = SignatureForm

    def refusals(self, move: Move) -> Iterable[Refusal]:
        return refusals(rules.FILLING, facts_of(move.entity, members_of(move.entity)))

    def apply(self, move: Move) -> None:
        summary, case = move.entity, move.case
        policy = policy_on(move.county, move.on)
        summary.policy_set_id, move.policy = policy.set_id, policy.reference
        summary.filled_on, summary.reported_on = move.on, None
        if not case.number:
            case.number = next_number(move.county, f"{move.on.year}-{summary.township.code}-核汇")
            case.submitted_at = move.at
        go_on(move, summary.submit)
        summary.save()
        move.details["members"] = len(members_of(summary))
        file_summary(move, "填表人签字", sign=give_opinion(move, verdict="agree", text="已核对。"))


@register
class GatherMore(TaskAction):
    """Results that were sealed after the batch was begun join it while its clerk still has it."""

    code = "summaries.gather_more"
    label = "列入新盖章的"
    told = "把新盖章的考核列入汇总"
    nodes = (FILLING,)
    weight = "quiet"
    stays = True
    decides = False

    def parse(self, data: Mapping[str, Any], files: Any, context: Any = None) -> dict[str, Any]:
        return {}

    def offered(self, page: Any) -> bool:
        return bool(ready(page.entity.township_id, page.entity.year).exists())

    def refusals(self, move: Move) -> Iterable[Refusal]:
        if not ready(move.entity.township_id, move.entity.year).exists():
            return [Refusal("nobody_new", "没有新盖章的考核，不用再列。", "《办法》第七条")]
        return ()

    def apply(self, move: Move) -> None:
        move.details["joined"] = gather(move, move.entity)


@register
class ApproveSummary(TaskAction):
    code = "summaries.approve"
    label = "同意并签字"
    told = "审核汇总表"
    nodes = (REVIEWING,)
    weight = "primary"
    form = SignatureForm

    def refusals(self, move: Move) -> Iterable[Refusal]:
        return refusals(rules.REVIEW, facts_of(move.entity, members_of(move.entity), move.actor))

    def apply(self, move: Move) -> None:
        go_on(move, move.entity.approve, rewrites=(REVIEWING,))
        move.entity.save()
        file_summary(move, "审核人签字", sign=give_opinion(move, verdict="agree", text="同意报送。"))


@register
class ReportSummary(SealingAction):
    """The seal reports the batch to the county."""

    code = "summaries.report"
    label = "盖章报送"
    told = "盖章，报县就业服务中心"
    nodes = ("seal_summary",)

    def apply(self, move: Move) -> None:
        move.entity.reported_on = move.on
        go_on(move, move.entity.report)
        move.entity.save()
        file_summary(move, "乡镇盖章报送", seal=opinion_to_seal(move, REVIEWING))

    def after(self, move: Move) -> None:
        tell(move, SummaryFlow.file_summary, "年度考核结果已报送，请备案")


@register
class SendSummaryBack(SendBack):
    """退回 by the township's own people or by the county's office."""

    code = "summaries.send_back"
    nodes = (REVIEWING, "seal_summary", FILING)


@register
class FileSummary(TaskAction):
    """The county's employment service takes the results on file; what follows is settled person by person."""

    code = "summaries.file"
    label = "接收备案"
    told = "接收备案"
    nodes = (FILING,)
    weight = "primary"
    form = OpinionForm

    def refusals(self, move: Move) -> Iterable[Refusal]:
        return refusals(rules.FILING, facts_of(move.entity, members_of(move.entity), move.actor))

    def apply(self, move: Move) -> None:
        text = str(move.data["opinion"]).strip()
        move.fields["opinion"] = text
        move.entity.filed_on = move.on
        move.entity.file()
        move.entity.save()
        move.details["members"] = len(members_of(move.entity))
        file_summary(move, "县就业服务中心备案", sign=give_opinion(move, verdict="agree", text=text))
        from ..jobs import file_results

        file_results.enqueue(move.entity.pk)

    def after(self, move: Move) -> None:
        tell(move, SummaryFlow.fill_summary, "考核结果已备案，请办理续签和终止")


@register
class VoidSummary(VoidInTownship):
    """作废 before it is filed: its people wait for another batch."""

    code = "summaries.void"
    label = "作废"
    told = "作废汇总表"
    until = BEFORE_FILED

    def apply(self, move: Move) -> None:
        super().apply(move)
        freed = Appraisal.objects.filter(summary=move.entity).update(summary=None)
        move.details["freed"] = freed
        move.case.forget("members")
