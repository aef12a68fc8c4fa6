"""What can be done with a review: an objection or a correction is raised, ruled on, sealed, and carried out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django import forms

from registry.roles import Role
from workflows.core.actions import Move, SealingAction, TaskAction, register, slips_of, with_slips
from workflows.core.actors import Actor
from workflows.core.desk_forms import OpinionForm, SignatureForm
from workflows.core.guards import refusals
from workflows.core.models import Case
from workflows.core.notices import tell_office
from workflows.core.numbers import next_number
from workflows.core.opening import OpenInVillage, VoidInVillage
from workflows.core.opinions import give_opinion, opinion_to_seal
from workflows.core.refusals import NotFound, Overtaken, Refusal
from workflows.core.returning import SendBack, go_on
from workflows.core.worker_ink import WorkerInkForm, void_ink
from workflows.employment.tenures.endings import lock_tenure, reinstate_tenure, reinstatement_refusals

from ..models import BEFORE_RULED, Review, ReviewCause, ReviewState, Termination, TerminationState
from . import rules
from .documents import CLAIM, RULE, SEAL, facts_of, file_objection, file_ruling
from .flow_v1 import ReviewFlow


class ClaimForm(forms.Form):
    """Why the notice should not stand."""

    claim = forms.CharField(
        required=False, max_length=600, error_messages={"max_length": "理由太长，请控制在600个字以内。"}
    )


class _OpensReview(OpenInVillage):
    """A review of a notice that was given, opened from its case."""

    acts_on = (Case,)
    flow = ReviewFlow
    cause: ClassVar[ReviewCause]
    of_township: ClassVar[bool] = False

    def draft(self, data: Mapping[str, Any]) -> dict[str, Any]:
        return {}

    def find(self, move_subject: Any, actor: Actor) -> tuple[Any, Any]:
        case = Case.objects.visible_to(actor, copied=False).filter(pk=getattr(move_subject, "pk", None) or 0).first()
        found = Termination.objects.filter(case=case).first() if case is not None else None
        if case is None or found is None or self._appointment(actor, case) is None:
            raise NotFound("没有找到这份离岗通知，或者不归您的岗位办理。")
        termination = lock_exit(found.pk)
        village: Any = termination.village
        village.termination = termination
        return village.county, village

    def _appointment(self, actor: Actor, case: Case) -> Any:
        office = case.township_id if self.of_township else case.village_id
        return next(filter(None, (actor.appointment_for(office or 0, role) for role in self.roles)), None)

    def may(self, move: Move) -> bool:
        move.appointment = self._appointment(move.actor, move.subject.termination.case)
        return move.appointment is not None

    def refusals(self, move: Move) -> Iterable[Refusal]:
        termination: Termination = move.subject.termination
        earlier = Review.objects.filter(termination=termination, cause=self.cause).exclude(state=ReviewState.VOIDED)
        found = earlier.select_related("case").first()
        if found is not None:
            raise Overtaken("这份通知已经提出过，没有重复新建。", url=f"/cases/{found.case.pk}/")
        review = Review(county=termination.county, termination=termination, cause=self.cause)
        return refusals(rules.OPENING, facts_of(review, "", move.on, None))

    def entity_for(self, move: Move, case: Case) -> Review:
        termination: Termination = move.subject.termination
        case.person_key = termination.tenure.worker.person_key
        if self.of_township:  # a draft of the township's must be visible there
            case.submitted_at = move.at
        review: Review = Review.objects.create(
            county=termination.county,
            township=termination.township,
            village=termination.village,
            case=case,
            termination=termination,
            cause=self.cause,
        )
        move.details["exit"] = termination.case.key
        return review


def lock_exit(pk: int) -> Termination:
    """The exit as it is now, with its case locked: no other act moves it until this one is done."""
    case_id = Termination.objects.values_list("case_id", flat=True).get(pk=pk)
    Case.objects.select_for_update().get(pk=case_id)
    with_all = ("case", "county", "township", "village__county", "village__parent", "tenure__worker__person_key")
    locked: Termination = Termination.objects.select_related(*with_all).get(pk=pk)
    return locked


@register
class OpenObjection(_OpensReview):
    code = "exit_reviews.object"
    label = "本人提出异议"
    told = "本人对离岗通知提出异议"
    thing = "这次异议"
    roles = (Role.VILLAGE_CLERK,)
    cause = ReviewCause.OBJECTION


@register
class OpenCorrection(_OpensReview):
    code = "exit_reviews.correct"
    label = "通知有误，撤销"
    told = "发现离岗通知有误，提出撤销"
    thing = "这次撤销"
    roles = (Role.TOWNSHIP_REVIEWER,)
    cause = ReviewCause.CORRECTION
    of_township = True


class _States(TaskAction):
    """The reasons are written and signed; the number is given now, once."""

    nodes = (CLAIM,)
    weight = "primary"
    cause: ClassVar[ReviewCause]

    def offered(self, page: Any) -> bool:
        return bool(page.entity.cause == self.cause)

    def may(self, move: Move) -> bool:
        return super().may(move) and move.entity.cause == self.cause

    def refusals(self, move: Move) -> Iterable[Refusal]:
        slips: list[Refusal] = move.data["slips"]
        move.entity.termination = lock_exit(move.entity.termination_id)
        facts = facts_of(move.entity, str(move.data.get("claim") or ""), move.on, None)
        return with_slips(slips, refusals(rules.CLAIM, facts))

    def hand_in(self, move: Move) -> None:
        review, case = move.entity, move.case
        review.claim, review.claimed_on, review.revokes = str(move.data["claim"]).strip(), move.on, None
        if not case.number:
            case.number = next_number(move.county, f"{move.on.year}-{review.township.code}-复")
            case.submitted_at = case.submitted_at or move.at
        go_on(move, review.submit)
        review.save()


@register
class SubmitObjection(_States):
    """异议: in the worker's own hand."""

    code = "exit_reviews.submit_objection"
    label = "本人已签，提出异议"
    told = "提出异议"
    cause = ReviewCause.OBJECTION

    def parse(self, data: Mapping[str, Any], files: Any, context: Any = None) -> dict[str, Any]:
        claim, ink = ClaimForm(data), WorkerInkForm(data, files)
        slips = slips_of(claim, ink)
        signed = ink.cleaned_data.get("ink")
        if signed is None and ink.is_valid():
            said = "请劳动者本人签字；不会写字的按手印，由一名见证人签字。"
            slips.append(Refusal("unsigned", said, "《办法》第六条", "worker_strokes"))
        return {**claim.cleaned_data, "ink": signed, "slips": slips}

    def apply(self, move: Move) -> None:
        self.hand_in(move)
        file_objection(move, move.data["ink"])


@register
class ProposeCorrection(_States):
    """发现通知有误: signed by the reviewer who found it."""

    code = "exit_reviews.propose_correction"
    label = "签字提出撤销"
    told = "提出撤销有误的通知"
    cause = ReviewCause.CORRECTION

    def parse(self, data: Mapping[str, Any], files: Any, context: Any = None) -> dict[str, Any]:
        claim, ink = ClaimForm(data), SignatureForm(data, files)
        slips = slips_of(claim, ink)
        return {**claim.cleaned_data, **ink.cleaned_data, "slips": slips}

    def apply(self, move: Move) -> None:
        self.hand_in(move)
        file_ruling(move, "提出撤销", sign=give_opinion(move, verdict="propose", text=move.entity.claim[:1000]))


class _Rules(TaskAction):
    """Whoever did not decide the notice says whether it stands."""

    nodes = (RULE,)
    form = OpinionForm
    revokes: ClassVar[bool]

    def refusals(self, move: Move) -> Iterable[Refusal]:
        review: Review = move.entity
        review.termination = lock_exit(review.termination_id)
        return refusals(rules.RULING, facts_of(review, review.claim, move.on, move.actor))

    def apply(self, move: Move) -> None:
        review: Review = move.entity
        review.revokes = self.revokes
        go_on(move, review.rule)
        review.save()
        verdict = "revoke" if self.revokes else "uphold"
        text = str(move.data["opinion"]).strip()
        file_ruling(move, self.told, sign=give_opinion(move, verdict=verdict, text=text))


@register
class RevokeNotice(_Rules):
    code = "exit_reviews.revoke"
    label = "撤销原通知"
    told = "复核：撤销原通知"
    weight = "primary"
    revokes = True


@register
class UpholdNotice(_Rules):
    code = "exit_reviews.uphold"
    label = "维持原通知"
    told = "复核：维持原通知"
    revokes = False


@register
class SendReviewBack(SendBack):
    code = "exit_reviews.send_back"
    nodes = (RULE, SEAL)


@register
class SealRuling(SealingAction):
    """The township's seal concludes the review; what it revokes is undone in the same act."""

    code = "exit_reviews.seal"
    label = "加盖公章"
    told = "复核决定书盖章"
    nodes = (SEAL,)

    def refusals(self, move: Move) -> Iterable[Refusal]:
        review: Review = move.entity
        exit_ = review.termination = lock_exit(review.termination_id)
        found = refusals(rules.CONCLUSION, facts_of(review, review.claim, move.on, None))
        if not found and review.revokes and exit_.state == TerminationState.EFFECTIVE:
            found = reinstatement_refusals(lock_tenure(exit_.tenure_id), exit_.case)
        return found

    def apply(self, move: Move) -> None:
        review: Review = move.entity
        if review.revokes:
            revoke_exit(move, review.termination)
        review.conclude(ReviewState.REVOKED if review.revokes else ReviewState.UPHELD)
        review.save()
        file_ruling(move, "复核决定书盖章", seal=opinion_to_seal(move, RULE))

    def after(self, move: Move) -> None:
        review: Review = move.entity
        said = "撤销原通知，用工协议继续履行" if review.revokes else "维持原通知"
        text = f"{review.termination.tenure.worker.name}的离岗复核：{said}，请告知本人"
        tell_office(move, review.village_id, Role.VILLAGE_CLERK, text)


def revoke_exit(move: Move, exit_: Termination) -> None:
    """The notice no longer stands: the exit is taken off its desk, and a tenure that it ended goes on."""
    case = exit_.case
    if exit_.state == TerminationState.EFFECTIVE:
        reinstate_tenure(move, lock_tenure(exit_.tenure_id), case)
    last = case.task_set.filter(finished__isnull=True).order_by("pk").last()
    source = last.previous.order_by("pk").last() if last is not None else None
    exit_.revoke()
    exit_.save()
    case.moment, case.entity = move.at, exit_
    if source is not None:
        case.flow_class.relay(case, source)
    case.revision += 1
    case.save()
    move.details["revoked"] = case.key


@register
class VoidReview(VoidInVillage):
    """作废 before anybody has ruled: the worker takes the objection back, the township its correction."""

    code = "exit_reviews.void"
    label = "作废"
    told = "作废复核"
    roles = (Role.VILLAGE_CLERK, Role.TOWNSHIP_REVIEWER)
    until = BEFORE_RULED

    def may(self, move: Move) -> bool:
        review: Review = move.entity
        office, role = (review.village_id, Role.VILLAGE_CLERK)
        if review.cause == ReviewCause.CORRECTION:
            office, role = (review.township_id, Role.TOWNSHIP_REVIEWER)
        move.appointment = move.actor.appointment_for(office, role)
        return move.appointment is not None

    def apply(self, move: Move) -> None:
        super().apply(move)
        void_ink(move, why=f"作废：{move.reason}")
