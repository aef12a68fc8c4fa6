"""What offices decide about an application: opinions, seals, a place beyond the quota."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import ClassVar

from django.forms import Form

from registry.policies import policy_on
from workflows.core import consulting, rounds
from workflows.core.actions import Move, SealingAction, TaskAction, register
from workflows.core.actors import Actor
from workflows.core.desk_forms import OpinionForm, ReasonForm, RejectionForm
from workflows.core.guards import refusals
from workflows.core.models import Case, Opinion
from workflows.core.notices import tell
from workflows.core.opinions import give_opinion, opinion_to_seal, valid_opinions
from workflows.core.paperwork import Page
from workflows.core.refusals import Refusal
from workflows.core.returning import go_on, own_opinion_that_stands

from . import rules
from .actions import facts_for, lock_what_is_counted
from .documents import file_version
from .flow_v1 import ApplicationFlow
from .forms import ConfirmationForm, QuotaReasonForm, TownshipOpinionForm
from .models import Application


class _Opinion(TaskAction):
    """An office writes its opinion into its cell and signs it."""

    guards: ClassVar[tuple[rules.ApplicantGuard, ...]] = ()
    rewrites: ClassVar[tuple[str, ...]] = ()  # what this act writes anew, for those a return would skip
    verdict = "agree"
    weight = "primary"
    in_batch = True

    def refusals(self, move: Move) -> Iterable[Refusal]:
        lock_what_is_counted(move.entity)
        facts = facts_for(move, move.entity.answers, quota_reason=str(move.data.get("quota_reason") or ""))
        move.data["facts"] = facts
        return refusals(self.guards, facts)

    def move_on(self, move: Move) -> None:
        raise NotImplementedError

    def opinion_text(self, move: Move) -> str:
        return str(move.data["opinion"]).strip()

    def apply(self, move: Move) -> None:
        self.decide(move)
        text = self.opinion_text(move)
        move.fields["opinion"] = text
        opinion = give_opinion(move, verdict=self.verdict, text=text)
        file_version(move, self.told, sign=opinion)

    def decide(self, move: Move) -> None:
        """The state moves on, by the policy set of the day."""
        self.move_on(move)
        policy = policy_on(move.county, move.on)
        move.entity.policy_set_id = policy.set_id
        move.entity.save()
        move.policy = policy.reference


@register
class AgreeByVillage(_Opinion):
    code = "applications.agree_by_village"
    label = "同意并签字"
    told = "签署村委会意见：同意"
    nodes = ("village_opinion",)
    rewrites: ClassVar[tuple[str, ...]] = ("village_opinion",)
    form: ClassVar[type[Form] | None] = OpinionForm
    guards = rules.VILLAGE_OPINION

    def move_on(self, move: Move) -> None:
        go_on(move, move.entity.agree_by_village, rewrites=self.rewrites)


@register
class AgreeByTownship(_Opinion):
    """The last edge place and the one beyond it are told apart here, under the township's lock."""

    code = "applications.agree_by_township"
    label = "同意并签字"
    told = "签署乡镇意见：同意"
    nodes = ("township_opinion",)
    rewrites: ClassVar[tuple[str, ...]] = ("township_opinion",)
    form: ClassVar[type[Form] | None] = TownshipOpinionForm
    guards = rules.TOWNSHIP_OPINION

    def move_on(self, move: Move) -> None:
        application: Application = move.entity
        facts = replace(move.data["facts"], quota_reason="")
        reason = str(move.data.get("quota_reason") or "").strip()
        if rules.within_edge_quota(facts) is None:
            application.quota_reason = ""
            go_on(move, application.agree_by_township, rewrites=self.rewrites)
            return
        # Beyond the quota another office confirms: that is never skipped.
        application.quota_reason = reason
        move.reason = reason
        go_on(move, application.agree_beyond_quota, because=("quota_reason",))
        tell(move, ApplicationFlow.quota_confirmation, "边缘户超名额安置，等您确认")


class _Uphold(_Opinion):
    """维持原意见: after a return nothing they were shown has changed, so what they signed stands as it is."""

    label = "维持原意见"
    weight = "plain"

    def offered(self, page: Page) -> bool:
        return own_opinion_that_stands(page.on_case, page.step, page.actor.user) is not None

    def refusals(self, move: Move) -> Iterable[Refusal]:
        if own_opinion_that_stands(move.case, move.task.flow_task.name, move.actor.user) is None:
            return [Refusal("nothing_stands", "请重新签署意见：没有您以前签署、现在还有效的意见。")]
        return super().refusals(move)

    def apply(self, move: Move) -> None:
        self.decide(move)
        file_version(move, self.told)


@register
class UpholdByVillage(_Uphold, AgreeByVillage):
    code = "applications.uphold_by_village"
    told = "维持村委会意见：同意"
    rewrites = ()
    form = None


@register
class UpholdByTownship(_Uphold, AgreeByTownship):
    code = "applications.uphold_by_township"
    told = "维持乡镇意见：同意"
    rewrites = ()
    form = QuotaReasonForm


class _Rejection(_Opinion):
    in_batch = False
    weight = "final"
    needs_reason = True
    verdict = "reject"
    form = RejectionForm
    guards = rules.REVIEWER

    def opinion_text(self, move: Move) -> str:
        return f"不同意。理由：{str(move.data['reason']).strip()}"

    def after(self, move: Move) -> None:
        tell(move, ApplicationFlow.fill_in, f"{self.told}：{move.reason}")


@register
class RejectByVillage(_Rejection):
    code = "applications.reject_by_village"
    label = "不同意"
    told = "签署村委会意见：不同意"
    nodes = ("village_opinion",)

    def move_on(self, move: Move) -> None:
        move.reason = str(move.data["reason"])
        move.entity.reject_by_village()


@register
class RejectByTownship(_Rejection):
    code = "applications.reject_by_township"
    label = "不同意"
    told = "签署乡镇意见：不同意"
    nodes = ("township_opinion",)
    guards = rules.SECOND_REVIEWER

    def move_on(self, move: Move) -> None:
        move.reason = str(move.data["reason"])
        move.entity.reject_by_township()


class _Seal(SealingAction):
    """The keeper alone stamps the date of the opinion in force; the use is registered."""

    in_batch = True
    opinion_step = ""

    def move_on(self, move: Move) -> None:
        raise NotImplementedError

    def apply(self, move: Move) -> None:
        self.move_on(move)
        move.entity.save()
        opinion = opinion_to_seal(move, self.opinion_step)
        file_version(move, self.told, seal=opinion)


@register
class SealByVillage(_Seal):
    code = "applications.seal_by_village"
    label = "加盖公章"
    told = "加盖村委会印章"
    nodes = ("village_seal",)
    opinion_step = "village_opinion"

    def move_on(self, move: Move) -> None:
        go_on(move, move.entity.seal_by_village)


@register
class UpholdVillageSeal(SealByVillage):
    """维持用印: the seal this keeper set stands, since the opinion under it does."""

    code = "applications.uphold_village_seal"
    label = "维持用印"
    told = "维持村委会印章"
    weight = "plain"

    def offered(self, page: Page) -> bool:
        return _own_seal_stands(page.on_case, self.opinion_step, page.actor)

    def refusals(self, move: Move) -> Iterable[Refusal]:
        if not _own_seal_stands(move.case, self.opinion_step, move.actor):
            return [Refusal("nothing_stands", "请重新盖章：没有您以前加盖、现在还有效的印章。")]
        return ()

    def apply(self, move: Move) -> None:
        self.move_on(move)
        move.entity.save()
        file_version(move, self.told)


def _own_seal_stands(case: Case, step: str, actor: Actor) -> bool:
    opinion = valid_opinions(case).get(step)
    use = opinion.seal_use if opinion is not None else None
    return use is not None and actor.user is not None and use.keeper_id == actor.user.pk


@register
class SealByTownship(_Seal):
    code = "applications.seal_by_township"
    label = "加盖公章"
    told = "加盖乡镇印章"
    nodes = ("township_seal",)
    opinion_step = "township_opinion"

    def move_on(self, move: Move) -> None:
        move.entity.seal_by_township()

    def after(self, move: Move) -> None:
        tell(move, ApplicationFlow.fill_in, "已批准，乡镇已盖章")


@register
class ConfirmQuota(TaskAction):
    """Another office than the township confirms a place beyond the quota."""

    code = "applications.confirm_quota"
    label = "确认安置"
    told = "确认超名额安置"
    nodes = ("quota_confirmation",)
    weight = "primary"
    form = ConfirmationForm

    def refusals(self, move: Move) -> Iterable[Refusal]:
        lock_what_is_counted(move.entity)
        facts = facts_for(move, move.entity.answers, quota_reason=move.entity.quota_reason)
        return refusals(rules.QUOTA_CONFIRMATION, facts)

    def apply(self, move: Move) -> None:
        go_on(move, move.entity.confirm_quota)
        move.entity.save()
        move.reason = move.entity.quota_reason
        move.fields["opinion"] = move.data["opinion"]
        give_opinion(move, verdict="confirm", text=str(move.data["opinion"]).strip())


@register
class DeclineQuota(TaskAction):
    code = "applications.decline_quota"
    label = "不予确认"
    told = "不予确认超名额安置，退回乡镇"
    nodes = ("quota_confirmation",)
    weight = "plain"
    needs_reason = True
    form = ReasonForm

    def refusals(self, move: Move) -> Iterable[Refusal]:
        return refusals(rules.SECOND_REVIEWER, facts_for(move, move.entity.answers))

    def apply(self, move: Move) -> None:
        move.entity.decline_quota()
        move.entity.save()
        move.reason = str(move.data["reason"])
        file_version(move, "名额未获确认，乡镇意见须重新签署")

    def after(self, move: Move) -> None:
        tell(move, ApplicationFlow.township_opinion, f"名额未获确认：{move.reason}")


@register
class AskOffice(consulting.Ask):
    """加签: the township's reviewer asks another office before deciding."""

    code = "applications.ask"
    nodes = ("township_opinion",)

    def guards(self, move: Move) -> Iterable[Refusal]:
        return refusals(rules.SECOND_REVIEWER, facts_for(move, move.entity.answers))


@register
class AnswerQuestion(consulting.Answer):
    code = "applications.answer"
    nodes = ("consult",)

    def guards(self, move: Move) -> Iterable[Refusal]:
        return refusals((rules.not_kin,), facts_for(move, move.entity.answers))


@register
class WithdrawQuestion(consulting.Withdraw):
    code = "applications.withdraw_question"
    nodes = ("township_opinion",)


class _Deliberation(rounds.Vote):
    """村评议: each says yes or no by name; two of three carry it."""

    nodes = ("village_deliberation",)

    def guards(self, move: Move) -> Iterable[Refusal]:
        return refusals(rules.REVIEWER, facts_for(move, move.entity.answers))

    def written(self, move: Move, opinion: Opinion, outcome: rounds.Outcome) -> None:
        if outcome != "open":
            file_version(move, "村评议通过" if outcome == "carried" else "村评议未通过，退回补正")


@register
class SupportInVillage(_Deliberation):
    code = "applications.support_in_village"
    label = "评议同意"
    told = "村评议：同意"


@register
class OpposeInVillage(_Deliberation):
    code = "applications.oppose_in_village"
    label = "评议不同意"
    told = "村评议：不同意"
    verdict = "reject"
    weight = "final"
    needs_reason = returns = True
    form = ReasonForm
