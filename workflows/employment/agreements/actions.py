"""What can be done with an agreement; the tenure that comes of it, or is carried on by it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar

from django import forms

from registry.models import Worker
from registry.policies import policy_on
from workflows.core.actions import Move, SealingAction, TaskAction, register, with_slips
from workflows.core.desk_forms import SignatureForm
from workflows.core.guards import refusals
from workflows.core.notices import tell
from workflows.core.numbers import next_number
from workflows.core.opening import VoidInVillage
from workflows.core.opinions import give_opinion, opinion_to_seal
from workflows.core.refusals import Refusal
from workflows.core.returning import SendBack, go_on
from workflows.core.worker_ink import ink_and_slips, void_ink

from ..models import BEFORE_CONCLUDED, Agreement, Post, PostState, Tenure, TenureState
from ..places import free_and_taken, with_places_taken
from ..tenures.endings import lock_tenure
from . import rules
from .documents import FILLING, file_by_employer, file_signed_by_worker
from .facts import facts_of
from .flow_v1 import AgreementFlow

Concluded = Callable[[Move, Agreement], None]
_WHEN_CONCLUDED: list[Concluded] = []


def when_concluded(then: Concluded) -> Concluded:
    """What rooms above this one do in the same act (the approved application turns 已签协议)."""
    _WHEN_CONCLUDED.append(then)
    return then


class DatesForm(forms.Form):
    """The cells the clerk fills in."""

    start_on = forms.DateField(
        error_messages={"required": "请填写开始日期。", "invalid": "请把开始日期写成2020-09-16这样。"}
    )
    end_on = forms.DateField(
        error_messages={"required": "请填写终止日期。", "invalid": "请把终止日期写成2021-09-15这样。"}
    )
    workplace = forms.CharField(
        max_length=60,
        error_messages={"required": "请填写工作地点。", "max_length": "工作地点太长，请控制在60个字以内。"},
    )


def facts_for(move: Move, start_on: Any, end_on: Any) -> rules.AgreementFacts:
    """The facts at this moment, for the person who acts; the worker's row is locked: one post per person."""
    agreement: Agreement = move.entity
    Worker.objects.select_for_update(of=("self",), no_key=True).get(pk=agreement.worker_id)
    policy = policy_on(move.county, move.on)
    return facts_of(agreement, on=move.on, policy=policy, start_on=start_on, end_on=end_on, actor=move.actor)


@register
class SubmitAgreement(TaskAction):
    """The worker signs on the clerk's screen; then it goes to party A."""

    code = "agreements.submit"
    label = "本人已签，交甲方"
    told = "劳动者签字，交甲方"
    nodes = (FILLING,)
    weight = "primary"

    def parse(self, data: Mapping[str, Any], files: Any, context: Any = None) -> dict[str, Any]:
        dates = DatesForm(data)
        ink, slips = ink_and_slips(data, files, dates, "《办法》第三条")
        return {**dates.cleaned_data, "ink": ink, "slips": slips}

    def refusals(self, move: Move) -> Iterable[Refusal]:
        facts = facts_for(move, move.data.get("start_on"), move.data.get("end_on"))
        return with_slips(move.data["slips"], refusals(rules.CONTENT, facts))

    def apply(self, move: Move) -> None:
        agreement, case = move.entity, move.case
        policy = policy_on(move.county, move.on)
        for name in ("start_on", "end_on", "workplace"):
            setattr(agreement, name, move.data[name])
            move.fields[name] = str(move.data[name])
        agreement.yuan_per_month = policy.stipend(agreement.category, agreement.start_on)
        agreement.policy_set_id, move.policy = policy.set_id, policy.reference
        if not case.number:
            case.number = next_number(move.county, f"{move.on.year}-{agreement.township.code}-协")
            case.submitted_at = move.at
        go_on(move, agreement.submit)
        agreement.save()
        file_signed_by_worker(move, move.data["ink"])


class _EmployerSigns(TaskAction):
    weight = "primary"
    in_batch = True  # a township renews eighty people in one sitting
    form = SignatureForm

    def refusals(self, move: Move) -> Iterable[Refusal]:
        return refusals(rules.SIGNING, facts_for(move, move.entity.start_on, move.entity.end_on))

    def apply(self, move: Move) -> None:
        (step,) = self.nodes
        by_village = step == "village_signs"
        go_on(
            move,
            move.entity.sign_for_village if by_village else move.entity.sign_for_township,
            rewrites=(step,),
        )
        move.entity.save()
        file_by_employer(move, self.told, sign=give_opinion(move, verdict="agree", text="同意签订。"))


@register
class SignForTownship(_EmployerSigns):
    code = "agreements.sign_for_township"
    label = "签字"
    told = "甲方代表人签字"
    nodes = ("township_signs",)


@register
class SignForVillage(_EmployerSigns):
    code = "agreements.sign_for_village"
    label = "签字"
    told = "甲方（村）代表人签字"
    nodes = ("village_signs",)


@register
class SendAgreementBack(SendBack):
    """Back to an earlier step: the worker signs the corrected agreement anew; of the employer's hand stands what was
    given for what still reads the same."""

    code = "agreements.send_back"
    nodes = ("township_signs", "village_signs", "township_seals", "village_seals")


class _Concludes(SealingAction):
    """The seal concludes the agreement: the worker is 待上岗, the post 在用 when full."""

    in_batch = True
    signed_at: ClassVar[str]

    def refusals(self, move: Move) -> Iterable[Refusal]:
        return refusals(rules.CONTENT, facts_for(move, move.entity.start_on, move.entity.end_on))

    def apply(self, move: Move) -> None:
        agreement: Agreement = move.entity
        agreement.conclude()
        agreement.save()
        file_by_employer(move, self.told, seal=opinion_to_seal(move, self.signed_at))
        join_tenure(move, agreement)
        for then in _WHEN_CONCLUDED:
            then(move, agreement)
        occupy_when_full(agreement.post_id)

    def after(self, move: Move) -> None:
        what = "续签协议已签订" if move.entity.is_renewal else "用工协议已签订，劳动者待上岗"
        tell(move, AgreementFlow.draw_up_agreement, what)


@register
class SealByTownship(_Concludes):
    code = "agreements.seal_by_township"
    label = "加盖公章"
    told = "甲方盖章，协议签订"
    nodes = ("township_seals",)
    signed_at = "township_signs"


@register
class SealByVillage(_Concludes):
    code = "agreements.seal_by_village"
    label = "加盖公章"
    told = "甲方（村）盖章，协议签订"
    nodes = ("village_seals",)
    signed_at = "village_signs"


@register
class VoidAgreement(VoidInVillage):
    """作废 before it is concluded: the approved application stands and may be drawn up anew."""

    code = "agreements.void"
    label = "作废"
    told = "作废协议"
    until = BEFORE_CONCLUDED

    def apply(self, move: Move) -> None:
        super().apply(move)
        void_ink(move, why=f"作废：{move.reason}")


def join_tenure(move: Move, agreement: Agreement) -> None:
    """The first agreement begins a tenure, a renewal carries its own on."""
    if agreement.tenure is None:
        agreement.tenure = Tenure.objects.create(
            county=agreement.county,
            township=agreement.township,
            village=agreement.village,
            worker=agreement.worker,
            post=agreement.post,
            state=TenureState.PENDING,
            start_on=agreement.start_on,
        )
        agreement.save()
    else:
        tenure = lock_tenure(agreement.tenure.pk)
        # On leave one stays on leave; after the end it goes on when the new agreement begins.
        if tenure.state in (TenureState.WORKING, TenureState.AWAITING_RENEWAL):
            tenure.renew()
        tenure.save()
    move.details["tenure"] = agreement.tenure.pk


def occupy_when_full(post_pk: int) -> None:
    """在用 when every place is taken."""
    post = with_places_taken(Post.objects.filter(pk=post_pk)).get()
    free, _ = free_and_taken(post)
    if free == 0 and post.state == PostState.VACANT:
        post.occupy()
        post.save()
