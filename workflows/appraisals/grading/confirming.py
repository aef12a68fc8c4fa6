"""本人确认: the person signs, objects, or refuses before two witnesses; an objection is reviewed by the township."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from workflows.core.actions import Move, TaskAction, register, slips_of
from workflows.core.filing import digest_of
from workflows.core.guards import refusals
from workflows.core.notices import tell
from workflows.core.opinions import give_opinion
from workflows.core.refusals import Refusal
from workflows.core.returning import go_on
from workflows.core.signing_refusal import NUMBERS, Refusing, SigningRefusalForm, record_refusal
from workflows.core.worker_ink import WORKER, Ink, WorkerInkForm, sign_by_worker

from ..models import Appraisal, Confirmation, Grade
from . import rules
from .documents import CONFIRMING
from .facts import facts_of
from .flow_v1 import AppraisalFlow
from .forms import ObjectionForm, ReviewForm
from .papers import file_form, paper_now, void_hands


def _unsigned() -> Refusal:
    return Refusal("unsigned", "请本人签字；不会写字的按手印，由一名见证人签字。", "《办法》第八条", "worker_strokes")


def _sign_by_person(move: Move, ink: Ink) -> None:
    appraisal: Appraisal = move.entity
    sheet, values = paper_now(move)
    void_hands(move, why="重新签字")
    signed = sign_by_worker(
        move, ink, name=appraisal.worker.name, content_digest=digest_of(sheet, values), form_digest=sheet.digest
    )
    move.case.forget("hands")
    move.details["worker_signed"] = str(signed[WORKER].get_method_display())


class _WithInk(TaskAction):
    """The person's own hand is under what is decided."""

    nodes: ClassVar[tuple[str, ...]] = CONFIRMING
    form_class: type[WorkerInkForm] = WorkerInkForm

    def parse(self, data: Mapping[str, Any], files: Any, context: Any = None) -> dict[str, Any]:
        form = self.form_class(data, files)
        slips = slips_of(form)
        ink = form.cleaned_data.get("ink")
        if ink is None and not any((slip.anchor or "").startswith(("worker_", "witness_")) for slip in slips):
            slips.append(_unsigned())
        return {**form.cleaned_data, "ink": ink, "slips": slips}

    def refusals(self, move: Move) -> Iterable[Refusal]:
        return list(move.data["slips"])


@register
class WorkerSigns(_WithInk):
    """The person agrees and signs."""

    code = "appraisals.worker_signs"
    label = "本人已签"
    told = "本人签字确认考核结果"
    weight = "primary"

    def apply(self, move: Move) -> None:
        appraisal: Appraisal = move.entity
        appraisal.confirmation = Confirmation.SIGNED
        _sign_by_person(move, move.data["ink"])
        go_on(move, appraisal.confirm)
        appraisal.save()
        file_form(move, f"{move.data['ink'].done_by('本人')}确认")


@register
class WorkerObjects(_WithInk):
    """The person does not agree: the township reviews."""

    code = "appraisals.worker_objects"
    label = "本人有异议"
    told = "本人对考核结果有异议"
    nodes = ("worker_confirms",)
    form_class = ObjectionForm

    def apply(self, move: Move) -> None:
        appraisal: Appraisal = move.entity
        appraisal.objection = str(move.data["objection"]).strip()
        appraisal.objected_on = move.on
        move.fields["objection"] = appraisal.objection
        _sign_by_person(move, move.data["ink"])
        appraisal.object()
        appraisal.save()
        file_form(move, "本人提出异议")

    def after(self, move: Move) -> None:
        tell(move, AppraisalFlow.township_reviews, "本人对考核结果有异议，请复核")


@register
class WorkerRefuses(TaskAction):
    """The person will not sign: two witnesses say so with their hands."""

    code = "appraisals.worker_refuses"
    label = "本人拒签"
    told = "本人拒绝签字，两名见证人签字证明"
    nodes = CONFIRMING

    def parse(self, data: Mapping[str, Any], files: Any, context: Any = None) -> dict[str, Any]:
        form = SigningRefusalForm(data, files)
        slips = slips_of(form)
        # As typed: a name the form finds fault with is still told by the rule with its article.
        named = [" ".join(str(data.get(f"{each}_witness_name") or "").split()) for each in NUMBERS]
        return {**form.cleaned_data, "slips": slips, "named": named}

    def refusals(self, move: Move) -> Iterable[Refusal]:
        first, second = move.data["named"]
        facts = rules.WitnessFacts(
            name=move.entity.worker.name,
            actor_name=move.user.name,
            first=first,
            second=second,
            told=str(move.data.get("refusal_said") or ""),
        )
        found = refusals(rules.REFUSING, facts)
        told = {refusal.anchor for refusal in found}
        return [*found, *(slip for slip in move.data["slips"] if slip.anchor not in told)]

    def apply(self, move: Move) -> None:
        appraisal: Appraisal = move.entity
        refusing: Refusing = move.data["refusing"]
        sheet, values = paper_now(move)
        void_hands(move, why="重新签字")
        record_refusal(
            move,
            refusing,
            name=appraisal.worker.name,
            place=WORKER,
            content_digest=digest_of(sheet, values),
            form_digest=sheet.digest,
        )
        appraisal.confirmation = Confirmation.REFUSED
        appraisal.refusal = f"拒签情况：{refusing.said}"
        appraisal.first_witness, appraisal.second_witness = (each.name for each in refusing.witnesses)
        move.fields["refusal"] = appraisal.refusal
        move.case.forget("hands")
        go_on(move, appraisal.confirm)
        appraisal.save()
        file_form(move, "本人拒签，两名见证人签字")


@register
class DecideObjection(TaskAction):
    """复核: the township keeps the grade or changes it, with its reason; then the person is asked again."""

    code = "appraisals.decide_objection"
    label = "复核并签字"
    told = "复核异议"
    nodes = ("township_reviews",)
    weight = "primary"
    form = ReviewForm

    def refusals(self, move: Move) -> Iterable[Refusal]:
        facts = facts_of(move.entity, on=move.on, actor=move.actor, in_post=set())
        return refusals((rules.township_did_not_sign_for_village,), facts)

    def apply(self, move: Move) -> None:
        appraisal: Appraisal = move.entity
        text = str(move.data["opinion"]).strip()
        kept = move.data["review_grade"] == appraisal.grade
        outcome = "维持" if kept else "改为"
        appraisal.grade = move.data["review_grade"]
        appraisal.review = f"复核（{outcome}{Grade(appraisal.grade).label}）：{text}"
        move.fields |= {"review": appraisal.review, "grade": appraisal.grade}
        move.details["upheld"] = kept
        opinion = give_opinion(move, verdict="agree" if kept else "change", text=appraisal.review)
        appraisal.decide_objection()
        appraisal.save()
        file_form(move, "乡镇复核异议", sign=opinion)

    def after(self, move: Move) -> None:
        tell(move, AppraisalFlow.worker_confirms_again, f"异议已复核，请本人确认：{move.entity.review}")
