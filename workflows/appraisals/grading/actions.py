"""The village's part of an appraisal: begin it, hear people, propose the grade, sign; and the township's approval."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django import forms
from django.utils.crypto import get_random_string

from registry.models import Organisation
from registry.policies import policy_on
from registry.roles import Role
from workflows.core.actions import Move, SealingAction, TaskAction, refusals_of_form, register, slips_of, with_slips
from workflows.core.actors import Actor
from workflows.core.desk_forms import OpinionForm, ReasonForm
from workflows.core.guards import refusals
from workflows.core.models import Case
from workflows.core.notices import tell
from workflows.core.numbers import next_number
from workflows.core.opening import OpenInVillage, VoidInVillage, opener
from workflows.core.opinions import give_opinion, opinion_to_seal, void_opinions
from workflows.core.refusals import NotFound, Overtaken, Refusal
from workflows.core.returning import SendBack, go_on
from workflows.employment.models import Tenure

from ..models import BEFORE_SUMMARY, Appraisal, HeardOpinion, Scheme, SchemeState, State
from . import rules
from .documents import OPINIONS
from .facts import counted_now, facts_of, served_in, voices_of
from .flow_v1 import AppraisalFlow
from .forms import KEPT, DraftForm, SubmitForm, VoiceForm
from .papers import file_form, file_record, recorder_hand, void_hands

OPENERS = (Role.VILLAGE_CLERK,)


def scheme_of(township_id: int | None, year: int) -> Scheme | None:
    """The scheme that counts for a township's year."""
    return Scheme.objects.filter(township=township_id, year=year, state=SchemeState.ISSUED).first()


class YearForm(forms.Form):
    year = forms.IntegerField(
        min_value=2000,
        max_value=2099,
        error_messages={"required": "请选择考核年度。", "invalid": "请从列出的年度里选。"},
    )


@register
class OpenAppraisal(OpenInVillage):
    """One person's appraisal of one year begins, on the village's desk."""

    code = "appraisals.open"
    label = "开始考核"
    told = "开始年度考核"
    acts_on = (Tenure,)
    flow = AppraisalFlow
    thing = "这份考核"
    roles = OPENERS

    def parse(self, data: Mapping[str, Any], files: Any, context: Any = None) -> dict[str, Any]:
        form = YearForm(data)
        year = form.cleaned_data["year"] if form.is_valid() else 0
        return {"year": year, "slips": refusals_of_form(form), "opening_key": get_random_string(32)}

    def find(self, move_subject: Any, actor: Actor) -> tuple[Any, Any]:
        tenure = (
            Tenure.objects.select_related("village__county", "village__parent", "worker", "post")
            .filter(pk=getattr(move_subject, "pk", None) or 0)
            .first()
        )
        if tenure is None or opener(actor, tenure.village_id, self.roles) is None:
            raise NotFound("没有找到这段在岗经历，或者您不是这个村的经办人。")
        Tenure.objects.select_for_update(of=("self",), no_key=True).get(pk=tenure.pk)
        village: Any = tenure.village
        village.tenure = tenure
        return village.county, village

    def refusals(self, move: Move) -> Iterable[Refusal]:
        if move.data["slips"]:
            return list(move.data["slips"])
        tenure, year = move.subject.tenure, move.data["year"]
        earlier = Appraisal.objects.filter(tenure=tenure, year=year).exclude(state=State.VOIDED).first()
        scheme = scheme_of(move.subject.parent_id, year)
        move.data["scheme"] = scheme
        facts = rules.OpeningFacts(
            name=tenure.worker.name,
            year=year,
            on=move.on,
            scheme_issued=scheme is not None,
            in_post=year <= move.on.year and served_in(tenure, year) is not None,
            begun_already=earlier is not None,
        )
        if earlier is not None and facts.scheme_issued:
            raise Overtaken(f"{facts.name}的{year}年度考核已经开始，没有重复新建。", url=f"/cases/{earlier.case_id}/")
        return refusals(rules.OPENING, facts)

    def entity_for(self, move: Move, case: Case) -> Appraisal:
        village: Organisation = move.subject
        tenure: Tenure = move.subject.tenure
        case.person_key = tenure.worker.person_key
        policy = policy_on(move.county, move.on)
        move.policy = policy.reference
        move.details |= {"tenure": tenure.pk, "year": move.data["year"]}
        appraisal: Appraisal = Appraisal.objects.create(
            county=move.county,
            township=village.parent,
            village=village,
            case=case,
            scheme=move.data["scheme"],
            tenure=tenure,
            worker=tenure.worker,
            year=move.data["year"],
            policy_set_id=policy.set_id,
        )
        return appraisal

    def apply(self, move: Move) -> None:
        super().apply(move)
        case = move.case
        case.number = next_number(move.county, f"{move.on.year}-{move.subject.parent.code}-核")
        case.submitted_at = move.at  # the township sees how far its villages are


def keep_words(move: Move, typed: Mapping[str, Any]) -> None:
    """What the village has written so far."""
    for name in KEPT:
        setattr(move.entity, name, typed[name])
    move.entity.save()


@register
class SaveAppraisalDraft(TaskAction):
    """Keep what was typed, right or wrong."""

    code = "appraisals.save_draft"
    label = "保存草稿"
    told = "保存草稿"
    nodes = ("gather",)
    stays = quiet = True
    decides = False
    form = DraftForm

    def apply(self, move: Move) -> None:
        keep_words(move, move.data)


@register
class HearOpinion(TaskAction):
    """One cadre or villager was heard."""

    code = "appraisals.hear"
    label = "记下这条意见"
    told = "听取一人的意见"
    nodes = ("gather",)
    stays = True
    decides = False

    def parse(self, data: Mapping[str, Any], files: Any, context: Any = None) -> dict[str, Any]:
        voice, draft = VoiceForm(data), DraftForm(data)
        draft.is_valid()
        slips = [] if voice.is_valid() else refusals_of_form(voice)
        return {"voice": voice.cleaned_data, "draft": draft.cleaned_data, "slips": slips}

    def refusals(self, move: Move) -> Iterable[Refusal]:
        if move.data["slips"]:
            return list(move.data["slips"])
        name = move.data["voice"]["voice_name"].strip()
        if name == move.entity.worker.name:
            return [
                Refusal("own_voice", "请听取别人的意见：考核对象不能给自己提意见。", "《办法》第八条", "voice_name")
            ]
        if HeardOpinion.objects.filter(appraisal=move.entity, name=name, struck_at__isnull=True).exists():
            return [Refusal("heard_already", f"{name}的意见已经记过，每人记一条。", "《办法》第八条", "voice_name")]
        return ()

    def apply(self, move: Move) -> None:
        voice = move.data["voice"]
        HeardOpinion.objects.create(
            appraisal=move.entity,
            kind=voice["voice_kind"],
            name=voice["voice_name"].strip(),
            view=voice["voice_view"],
            text=voice["voice_text"].strip(),
            written_by=move.user,
            at=move.at,
        )
        move.fields = {name: str(value) for name, value in voice.items()}
        for name in ("gathered", "figures"):
            move.case.forget(name)
        keep_words(move, move.data["draft"])


@register
class StrikeOpinion(TaskAction):
    """A slip is struck out; the row stays."""

    code = "appraisals.strike_opinion"
    label = "划去一条意见"
    told = "划去一条记错的意见"
    nodes = ("gather",)
    weight = "quiet"
    stays = needs_reason = True
    decides = False
    form = ReasonForm
    reason_label = "写明为什么划去"

    def offered(self, page: Any) -> bool:
        page.entity.case = page.on_case
        return bool(voices_of(page.entity))

    def fields(self, page: Any) -> list[dict[str, Any]]:
        rows = [(str(each.pk), f"{each.get_kind_display()}{each.name}") for each in voices_of(page.entity)]
        return [{"name": "voice", "label": "哪一条", "choices": rows, "value": (page.typed or {}).get("voice", "")}]

    def parse(self, data: Mapping[str, Any], files: Any, context: Any = None) -> dict[str, Any]:
        return {**super().parse(data, files, context), "voice": str(data.get("voice") or "")}

    def refusals(self, move: Move) -> Iterable[Refusal]:
        wanted = move.data["voice"]
        move.data["row"] = next((each for each in voices_of(move.entity) if str(each.pk) == wanted), None)
        return () if move.data["row"] else [Refusal("no_voice", "请选要划去的是哪一条意见。", anchor="voice")]

    def apply(self, move: Move) -> None:
        row = move.data["row"]
        row.struck_at = move.at
        row.save()
        for name in ("gathered", "figures"):
            move.case.forget(name)
        move.reason = str(move.data["reason"])
        move.fields["voice_name"] = row.name


@register
class SubmitAppraisal(TaskAction):
    """The clerk signs the record of opinions and hands the proposed grade to the head of the village's group."""

    code = "appraisals.submit"
    label = "交村考核组"
    told = "汇总日常考核和意见，拟定结果"
    nodes = ("gather",)
    weight = "primary"

    def parse(self, data: Mapping[str, Any], files: Any, context: Any = None) -> dict[str, Any]:
        """Slips of the pen are told together with what the rules say of the rest."""
        form, draft = SubmitForm(data, files), DraftForm(data)
        draft.is_valid()
        slips = slips_of(form)
        return {**draft.cleaned_data, **form.cleaned_data, "slips": slips}

    def refusals(self, move: Move) -> Iterable[Refusal]:
        slips: list[Refusal] = list(move.data["slips"])
        day = move.data.get("heard_on")
        if day is not None and day > move.on:
            slips.append(Refusal("heard_later", "请核对听取意见的日期：不能晚于今天。", "《办法》第八条", "heard_on"))
        found = refusals(rules.SUBMISSION, facts_of(move.entity, on=move.on, given=move.data, in_post=set()))
        return with_slips(slips, found)

    def apply(self, move: Move) -> None:
        appraisal: Appraisal = move.entity
        figures = counted_now(appraisal)
        for name in KEPT:
            setattr(appraisal, name, move.data[name])
            move.fields[name] = str(move.data[name])
        appraisal.proposed = appraisal.grade
        appraisal.figures, appraisal.score = figures.as_json(), figures.total
        policy = policy_on(move.county, move.on)
        appraisal.policy_set_id, move.policy = policy.set_id, policy.reference
        move.details["score"] = str(figures.total)
        before = appraisal.state
        go_on(move, appraisal.submit)
        if not move.details.get("straight_back"):
            void_opinions(move, why="退回补正后重新提交")
            forget_confirmation(move)
        appraisal.save()
        hand = file_record(move, "听取意见，记录人签字", place="recorder_signature")
        move.details["recorder"] = hand.signer_name
        file_form(move, "村汇总，拟定结果" if before == State.GATHERING else "改好后重新拟定结果")


def forget_confirmation(move: Move) -> None:
    """What the person said of an earlier result is said anew; their hand under it is void."""
    appraisal: Appraisal = move.entity
    if not (appraisal.confirmation or appraisal.objection):
        return
    void_hands(move, why="退回补正后重新拟定结果")
    for name in ("confirmation", "objection", "review", "refusal", "first_witness", "second_witness"):
        setattr(appraisal, name, "")
    appraisal.objected_on = None


@register
class ProposeGrade(TaskAction):
    """The head of the village's group signs the proposed grade, and the record of opinions."""

    code = "appraisals.propose"
    label = "同意并签字"
    told = "村考核组负责人签字"
    nodes = ("village_grades",)
    weight = "primary"
    form = OpinionForm
    in_batch = True
    phrases: ClassVar[tuple[str, ...]] = tuple(OPINIONS["village_grades"].phrases)

    def refusals(self, move: Move) -> Iterable[Refusal]:
        return refusals(rules.VILLAGE, facts_of(move.entity, on=move.on, actor=move.actor, in_post=set()))

    def apply(self, move: Move) -> None:
        text = str(move.data["opinion"]).strip()
        move.fields["opinion"] = text
        opinion = give_opinion(move, verdict="agree", text=text)
        file_record(move, "考核组负责人签字", place="leader_signature", kept=recorder_hand(move.entity))
        go_on(move, move.entity.propose)
        move.entity.save()
        file_form(move, "村考核组负责人签字", sign=opinion)


@register
class SendAppraisalBack(SendBack):
    """退回补正 by whoever has it after the village's clerk."""

    code = "appraisals.send_back"
    nodes = ("village_grades", "township_agrees", "township_seals", "await_summary")

    def guards(self, move: Move) -> Iterable[Refusal]:
        if move.entity.summary_id is not None:
            return [Refusal("in_summary", "请先退回或者作废汇总表：这份考核已经列入汇总。", "《办法》第七条")]
        return ()


@register
class AgreeByTownship(TaskAction):
    """The township's reviewer signs the result."""

    code = "appraisals.agree_by_township"
    label = "同意并签字"
    told = "乡镇审核人签字"
    nodes = ("township_agrees",)
    weight = "primary"
    form = OpinionForm
    in_batch = True
    phrases: ClassVar[tuple[str, ...]] = tuple(OPINIONS["township_agrees"].phrases)

    def refusals(self, move: Move) -> Iterable[Refusal]:
        return refusals(rules.TOWNSHIP, facts_of(move.entity, on=move.on, actor=move.actor, in_post=set()))

    def apply(self, move: Move) -> None:
        text = str(move.data["opinion"]).strip()
        move.fields["opinion"] = text
        opinion = give_opinion(move, verdict="agree", text=text)
        go_on(move, move.entity.approve)
        move.entity.save()
        file_form(move, "乡镇审核人签字", sign=opinion)


@register
class SealAppraisal(SealingAction):
    """The township's seal under its reviewer's opinion."""

    code = "appraisals.seal"
    label = "加盖公章"
    told = "乡镇盖章"
    nodes = ("township_seals",)
    in_batch = True

    def apply(self, move: Move) -> None:
        go_on(move, move.entity.seal)
        move.entity.save()
        file_form(move, "乡镇盖章", seal=opinion_to_seal(move, "township_agrees"))

    def after(self, move: Move) -> None:
        tell(move, AppraisalFlow.gather, "考核结果已经乡镇盖章，等待汇总报备")


@register
class VoidAppraisal(VoidInVillage):
    """作废 before the result is summed up."""

    code = "appraisals.void"
    label = "作废"
    told = "作废年度考核"
    until = BEFORE_SUMMARY

    def refusals(self, move: Move) -> Iterable[Refusal]:
        found = list(super().refusals(move))
        if not found and move.entity.summary_id is not None:
            found.append(Refusal("in_summary", "不能作废：这份考核已经列入汇总表。", "《办法》第七条"))
        return found

    def apply(self, move: Move) -> None:
        super().apply(move)
        void_hands(move, why=f"作废：{move.reason}")
