"""续签: the next agreement of somebody who is on a post, prefilled with the longest term the rules allow.

Rooms above tell what the renewal stands on: `register_appraisal` gives the year and the result that were filed for a
tenure, or the reason why it can't be renewed yet (《办法》第九条: never a silent renewal).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from registry.models import Worker
from registry.policies import Policy, policy_on
from workflows.core.actions import Move, register
from workflows.core.actors import Actor
from workflows.core.models import Case
from workflows.core.opening import OpenInVillage, opener
from workflows.core.refusals import NotFound, Overtaken, Refusal

from ..models import AT_WORK, Agreement, AgreementState, Tenure, TenureState
from ..tenures.endings import lock_tenure
from ..tenures.ends import prospects
from ..tenures.spans import Histories, agreements_by_tenure, histories_of
from . import rules
from .facts import facts_of
from .flow_v1 import AgreementFlow


@dataclass(frozen=True)
class Appraised:
    """The appraisal a renewal stands on."""

    year: str
    result: str


Appraisals = Callable[[Tenure], "Appraised | Refusal"]
_APPRAISALS: list[Appraisals] = []


def register_appraisal(appraisals: Appraisals) -> Appraisals:
    """`appraisals` gives the result filed for a tenure's present agreement, or why there is none to renew by."""
    _APPRAISALS.append(appraisals)
    return appraisals


@register
class OpenRenewal(OpenInVillage):
    """续签用工协议 for a tenure: the next term, the same post."""

    code = "agreements.renew"
    label = "续签用工协议"
    told = "填写续签用工协议"
    acts_on = (Tenure,)
    system_may = True
    flow = AgreementFlow
    thing = "这份续签协议"

    def draft(self, data: Mapping[str, Any]) -> dict[str, Any]:
        return {}

    def find(self, move_subject: Any, actor: Actor) -> tuple[Any, Any]:
        pk = getattr(move_subject, "pk", None) or 0
        found = Tenure.objects.filter(pk=pk).first()
        if found is None or not (actor.is_system or opener(actor, found.village_id, self.roles)):
            raise NotFound("没有找到这段在岗经历，或者您不是这个村的经办人。")
        Worker.objects.select_for_update(of=("self",), no_key=True).get(pk=found.worker_id)
        tenure = lock_tenure(pk)
        village: Any = tenure.village
        village.tenure = tenure
        return tenure.county, village

    def refusals(self, move: Move) -> Iterable[Refusal]:
        tenure: Tenure = move.subject.tenure
        open_one = open_renewal_of(tenure)
        if open_one is not None:
            raise Overtaken("续签协议已经在办，没有重复新建。", url=f"/cases/{open_one.case_id}/")
        if tenure.state not in (*AT_WORK, TenureState.EXPIRED) or tenure.post is None:
            return [Refusal("not_at_work", "不能续签：只有在岗、待续签或者到期待处理的人可以续签。", "《办法》第九条")]
        for appraisals in _APPRAISALS:
            found = appraisals(tenure)
            if isinstance(found, Refusal):
                return [found]
            move.data |= {"appraisal_year": found.year, "appraisal_result": found.result}
        begins, ends = next_term(tenure, move.on, policy_on(move.county, move.on))
        if ends < begins:
            return [_no_term_left(tenure, begins, policy_on(move.county, move.on))]
        move.data["term"] = (begins, ends)
        return super().refusals(move)

    def entity_for(self, move: Move, case: Case) -> Agreement:
        tenure: Tenure = move.subject.tenure
        if tenure.post is None:
            raise LookupError(f"tenure {tenure.pk} has no post")
        policy = policy_on(move.county, move.on)
        case.person_key = tenure.worker.person_key
        begins, ends = move.data["term"]
        former = agreements_by_tenure([tenure]).get(tenure.pk, [])
        category = former[-1].category if former else tenure.worker.household.category
        agreement: Agreement = Agreement.objects.create(
            county=move.county,
            village=tenure.village,
            township=tenure.township,
            case=case,
            tenure=tenure,
            worker=tenure.worker,
            post=tenure.post,
            category=category,
            party_a=tenure.village if policy.party_a == "village" else tenure.township,
            workplace=former[-1].workplace if former else tenure.village.name,
            start_on=begins,
            end_on=ends,
            yuan_per_month=policy.stipend(category, begins),
            appraisal_year=move.data["appraisal_year"],
            appraisal_result=move.data["appraisal_result"],
        )
        move.details["tenure"] = tenure.pk
        return agreement


def open_renewal_of(tenure: Tenure) -> Agreement | None:
    """The renewal that is being signed."""
    waiting = Agreement.objects.filter(tenure=tenure, source__isnull=True)
    return waiting.exclude(state__in=(AgreementState.CONCLUDED, AgreementState.VOIDED)).select_related("case").first()


def next_term(tenure: Tenure, on: date, policy: Policy, histories: Histories | None = None) -> tuple[date, date]:
    """First and last day of the longest renewal that may follow; the last before the first when none may. One query,
    none with the person's `histories`."""
    known = histories if histories is not None else histories_of([tenure.worker_id])
    (prospect,) = prospects([tenure], {tenure.county_id: policy}, on, known)
    agreed = prospect.agreements[-1].end_on if prospect.agreements else None
    begins = max(agreed + timedelta(days=1), on) if agreed is not None else on
    draft = Agreement(county=tenure.county, worker=tenure.worker, post=tenure.post, tenure=tenure)
    facts = facts_of(draft, on=on, policy=policy, start_on=begins, end_on=None, histories=known)
    return begins, rules.latest_end(facts, begins)


def _no_term_left(tenure: Tenure, begins: date, policy: Policy) -> Refusal:
    draft = Agreement(county=tenure.county, worker=tenure.worker, post=tenure.post, tenure=tenure)
    facts = facts_of(draft, on=begins, policy=policy, start_on=begins, end_on=begins)
    for guard in (rules.agreement_within_age, rules.agreement_within_three_years):
        refusal = guard(facts)
        if refusal is not None:
            said = "年龄已到上限" if guard is rules.agreement_within_age else "累计上岗已满三年"
            return Refusal(refusal.code, f"不能续签：{said}，请办理离岗。", refusal.basis)
    raise LookupError("a renewal without a term breaks a rule")
