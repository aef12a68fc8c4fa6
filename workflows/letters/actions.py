"""用印申请: asked for by the clerk, approved by another, applied by the seal's keeper."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from registry.roles import OrganisationKind, Role
from workflows.core.actions import Move, SealingAction, TaskAction, register, slips_of, with_slips
from workflows.core.desk_forms import OpinionForm, RejectionForm
from workflows.core.guards import refusals
from workflows.core.models import Case
from workflows.core.notices import tell
from workflows.core.numbers import next_number
from workflows.core.opening import Opens, VoidCase
from workflows.core.opinions import give_opinion, opinion_to_seal
from workflows.core.refusals import Refusal
from workflows.core.returning import SendBack, go_on

from . import rules
from .documents import FIELDS, SEALING, STEP, WRITING, facts_of, file_request, file_sealed
from .flow_v1 import LetterFlow
from .models import BEFORE_SEALED, Letter

OPENERS = (Role.TOWNSHIP_CLERK,)


class LetterDraftForm(forms.Form):
    """What was typed, as far as it may be kept: cut to its length, never refused."""

    def clean(self) -> dict[str, Any]:
        lengths = {"title": 60, "addressee": 80, "body": 2000, "purpose": 200}
        kept: dict[str, Any] = {name: str(self.data.get(name) or "").strip()[:most] for name, most in lengths.items()}
        copies = str(self.data.get("copies") or "").strip()
        whole = copies.isascii() and copies.isdigit() and 0 < int(copies[:4]) <= rules.MOST_COPIES
        kept["copies"] = int(copies[:4]) if whole else 1
        return kept


class LetterForm(forms.Form):
    """Shape only; whether it may be asked for is the rules' business."""

    title = forms.CharField(required=False, max_length=60, error_messages={"max_length": "标题请控制在60个字以内。"})
    addressee = forms.CharField(
        required=False, max_length=80, error_messages={"max_length": "主送单位请控制在80个字以内。"}
    )
    body = forms.CharField(required=False, max_length=2000, error_messages={"max_length": "正文请控制在2000个字以内。"})
    purpose = forms.CharField(
        required=False, max_length=200, error_messages={"max_length": "用途请控制在200个字以内。"}
    )
    copies = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=rules.MOST_COPIES,
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), f"份数请填1至{rules.MOST_COPIES}的整数。"),
    )


@register
class OpenLetter(Opens):
    """A new request for a seal."""

    code = "letters.open"
    label = "保存草稿"
    told = "新建用印申请"
    flow = LetterFlow
    thing = "这件用印申请"
    roles = OPENERS
    kind = OrganisationKind.TOWNSHIP
    not_found = "没有找到这个乡镇，或者您不是这个乡镇的经办人。"

    def draft(self, data: Mapping[str, Any]) -> dict[str, Any]:
        form = LetterDraftForm(data)
        form.is_valid()
        return dict(form.cleaned_data)

    def entity_for(self, move: Move, case: Case) -> Letter:
        move.fields = {name: move.data[name] for name in FIELDS}
        letter: Letter = Letter.objects.create(
            county=move.county,
            organisation=move.subject,
            case=case,
            requested_by=move.user.name,
            **move.fields,
        )
        return letter


class _AtClerk(TaskAction):
    nodes = (WRITING,)
    roles = OPENERS

    def keep(self, move: Move) -> None:
        move.fields = {name: move.data[name] for name in FIELDS}
        for name, value in move.fields.items():
            setattr(move.entity, name, value)
        move.entity.requested_by = move.user.name


@register
class SaveLetterDraft(_AtClerk):
    """Keep what was typed, right or wrong."""

    code = "letters.save_draft"
    label = "保存草稿"
    told = "保存草稿"
    stays = quiet = True
    form = LetterDraftForm

    def apply(self, move: Move) -> None:
        self.keep(move)
        move.entity.save()


@register
class RequestSeal(_AtClerk):
    """The number is given now, once."""

    code = "letters.submit"
    label = "提出申请"
    told = "提出用印申请"
    weight = "primary"

    def parse(self, data: Mapping[str, Any], files: Any, context: Any = None) -> dict[str, Any]:
        """Slips of the pen are told together with what the rules say of the rest."""
        form, draft = LetterForm(data), LetterDraftForm(data)
        draft.is_valid()
        slips = slips_of(form)
        # What was typed decides, not what a draft would keep of it: no copies are no copies.
        typed = {"copies": str(data.get("copies") or "").strip()}
        return {**draft.cleaned_data, "slips": slips, "typed": typed}

    def refusals(self, move: Move) -> Iterable[Refusal]:
        return with_slips(move.data["slips"], refusals(rules.REQUEST, facts_of({**move.data, **move.data["typed"]})))

    def apply(self, move: Move) -> None:
        case = move.case
        self.keep(move)
        if not case.number and case.township is not None:
            case.number = next_number(move.county, f"{move.on.year}-{case.township.code}-印")
            case.submitted_at = move.at
        go_on(move, move.entity.submit)
        move.entity.save()
        file_request(move, "提出用印申请")


@register
class ApproveSeal(TaskAction):
    """审批: by anybody of that office but the one who asked."""

    code = "letters.approve"
    label = "批准并签字"
    told = "批准用印"
    nodes = (STEP,)
    weight = "primary"
    form = OpinionForm

    def refusals(self, move: Move) -> Iterable[Refusal]:
        return refusals(rules.APPROVAL, facts_of(_saved(move), actor_requested=_own(move)))

    def apply(self, move: Move) -> None:
        go_on(move, move.entity.approve, rewrites=(STEP,))
        move.entity.save()
        text = str(move.data["opinion"]).strip()
        move.fields["opinion"] = text
        file_request(move, "批准用印", sign=give_opinion(move, verdict="agree", text=text))


@register
class RejectSeal(TaskAction):
    code = "letters.reject"
    label = "不予用印"
    told = "不予用印"
    nodes = (STEP,)
    weight = "final"
    needs_reason = True
    form = RejectionForm

    def refusals(self, move: Move) -> Iterable[Refusal]:
        return refusals((rules.letter_is_anothers,), facts_of(_saved(move), actor_requested=_own(move)))

    def apply(self, move: Move) -> None:
        move.reason = str(move.data["reason"]).strip()
        move.entity.reject()
        move.entity.save()
        opinion = give_opinion(move, verdict="reject", text=f"不予用印。理由：{move.reason}")
        file_request(move, "不予用印", sign=opinion)

    def after(self, move: Move) -> None:
        tell(move, LetterFlow.write_letter, f"不予用印：{move.reason}")


@register
class SendLetterBack(SendBack):
    """By the approver or the keeper; an approval already given ends when the letter comes again changed."""

    code = "letters.send_back"
    nodes = (STEP, SEALING)


@register
class SealLetter(SealingAction):
    """用印: the keeper's act, refused for what nobody has approved."""

    code = "letters.seal"
    label = "加盖公章"
    told = "加盖公章，登记用印"
    nodes = (SEALING,)

    def apply(self, move: Move) -> None:
        opinion = opinion_to_seal(move, STEP)
        move.entity.seal()
        move.entity.save()
        file_sealed(move, opinion, "已用印")

    def after(self, move: Move) -> None:
        tell(move, LetterFlow.write_letter, "已盖章，可以打印")


@register
class VoidLetter(VoidCase):
    code = "letters.void"
    label = "作废"
    told = "作废用印申请"
    roles = OPENERS
    kind = OrganisationKind.TOWNSHIP
    until = BEFORE_SEALED


def _saved(move: Move) -> dict[str, Any]:
    return {name: getattr(move.entity, name) for name in FIELDS}


def _own(move: Move) -> bool:
    opened_by = move.case.opened_by_id
    return move.actor.user is not None and opened_by == move.actor.user.pk
