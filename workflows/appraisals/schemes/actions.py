"""What can be done with a township's scheme of a year."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from registry.policies import policy_on
from workflows.core.actions import Move, SealingAction, TaskAction, register
from workflows.core.desk_forms import SignatureForm
from workflows.core.guards import refusals
from workflows.core.models import Case
from workflows.core.notices import tell
from workflows.core.numbers import next_number
from workflows.core.opening import VoidInTownship
from workflows.core.opinions import give_opinion, opinion_to_seal
from workflows.core.refusals import Overtaken, Refusal
from workflows.core.returning import SendBack, go_on

from ..opening import OpenForYear
from ..scheme_models import BEFORE_ISSUED, TEXTS, Scheme, SchemeState
from . import rules
from .documents import DRAWING_UP, NUMBERS, STEP, facts_of, fields_of, file_scheme, number
from .flow_v1 import SchemeFlow

LONGEST_TEXT = 800


class SchemeForm(forms.Form):
    """Shape only: what is missing, the guards say with their article."""

    def clean(self) -> dict[str, Any]:
        kept: dict[str, Any] = {
            name: str(self.data.get(name, "")).replace("\x00", "").strip()[:LONGEST_TEXT] for name in TEXTS
        }
        return kept | {name: min(number(self.data.get(name)), 999) for name in NUMBERS}


@register
class OpenScheme(OpenForYear):
    """The scheme of a year, begun from last year's."""

    code = "schemes.open"
    label = "制定考核方案"
    told = "制定年度考核方案"
    flow = SchemeFlow
    thing = "这份方案"

    def refusals(self, move: Move) -> Iterable[Refusal]:
        year = move.data["year"]
        earlier = Scheme.objects.filter(township=move.subject, year=year).exclude(state=SchemeState.VOIDED).first()
        if earlier is not None:
            raise Overtaken(f"{year}年度考核方案已经在办，没有重复新建。", url=f"/cases/{earlier.case_id}/")
        if abs(year - move.on.year) > 1:
            return [Refusal("wrong_year", "请选择今年、去年或者明年。", "《办法》第七条", "year")]
        return super().refusals(move)

    def entity_for(self, move: Move, case: Case) -> Scheme:
        year = move.data["year"]
        earlier = Scheme.objects.filter(township=move.subject, state=SchemeState.ISSUED, year__lt=year)
        last = earlier.order_by("-year").first()
        like_last = fields_of(last) if last is not None else {}
        move.fields = {"year": year}
        scheme: Scheme = Scheme.objects.create(
            county=move.county, township=move.subject, case=case, year=year, **like_last
        )
        return scheme


def keep(move: Move) -> None:
    for name in (*NUMBERS, *TEXTS):
        setattr(move.entity, name, move.data[name])
        move.fields[name] = move.data[name]


@register
class SaveScheme(TaskAction):
    """Keep what was typed, right or wrong."""

    code = "schemes.save_draft"
    label = "保存草稿"
    told = "保存草稿"
    nodes = (DRAWING_UP,)
    stays = quiet = True
    form = SchemeForm

    def apply(self, move: Move) -> None:
        keep(move)
        move.entity.save()


@register
class SubmitScheme(TaskAction):
    code = "schemes.submit"
    label = "交审核"
    told = "拟好考核方案，交审核"
    nodes = (DRAWING_UP,)
    weight = "primary"
    form = SchemeForm

    def refusals(self, move: Move) -> Iterable[Refusal]:
        return refusals(rules.CONTENT, facts_of(move.entity, move.data, move.on))

    def apply(self, move: Move) -> None:
        scheme, case = move.entity, move.case
        keep(move)
        policy = policy_on(move.county, move.on)
        scheme.policy_set_id, move.policy = policy.set_id, policy.reference
        if not case.number:
            case.number = next_number(move.county, f"{move.on.year}-{scheme.township.code}-核案")
            case.submitted_at = move.at
        go_on(move, scheme.submit)
        scheme.save()
        file_scheme(move, "拟好考核方案")


@register
class ApproveScheme(TaskAction):
    code = "schemes.approve"
    label = "同意并签字"
    told = "审核考核方案"
    nodes = (STEP,)
    weight = "primary"
    form = SignatureForm

    def refusals(self, move: Move) -> Iterable[Refusal]:
        return refusals(rules.REVIEW, facts_of(move.entity, fields_of(move.entity), move.on, move.actor))

    def apply(self, move: Move) -> None:
        go_on(move, move.entity.approve, rewrites=(STEP,))
        move.entity.save()
        file_scheme(move, "乡镇审核人签字", sign=give_opinion(move, verdict="agree", text="同意印发。"))


@register
class SendSchemeBack(SendBack):
    code = "schemes.send_back"
    nodes = (STEP, "seal_scheme")


@register
class IssueScheme(SealingAction):
    """The seal puts the scheme in force; every village gets its copy to sign for."""

    code = "schemes.issue"
    label = "盖章印发"
    told = "盖章印发考核方案"
    nodes = ("seal_scheme",)

    def apply(self, move: Move) -> None:
        scheme: Scheme = move.entity
        scheme.issued_on = move.on
        scheme.issue()
        scheme.save()
        file_scheme(move, "乡镇盖章印发", seal=opinion_to_seal(move, STEP))
        from ..jobs import send_scheme

        send_scheme.enqueue(scheme.pk)

    def after(self, move: Move) -> None:
        tell(move, SchemeFlow.draw_up_scheme, "考核方案已盖章印发，正在发给各村签收")


@register
class VoidScheme(VoidInTownship):
    code = "schemes.void"
    label = "作废"
    told = "作废考核方案"
    until = BEFORE_ISSUED
