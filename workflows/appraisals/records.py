"""日常考核记录: learning, tasks done, whether the person fits the post; one line for one person on one day.

《办法》第四条第1项: 乡镇、村负责学习、考核等日常管理；第4项: 乡镇、村负责专岗任务完成及人岗相符情况检查。
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms

from audit.trail import SubjectStamp
from registry.models import Appointment
from registry.roles import Role
from workflows.core.actions import Action, Move, register, slips_of
from workflows.core.actors import Actor
from workflows.core.desk_forms import ReasonForm
from workflows.core.guards import Guard, GuardsOn, chinese, refusals
from workflows.core.plain_forms import PlainForm
from workflows.core.refusals import NotFound, Refusal
from workflows.employment.models import Tenure

from .grading.facts import served_in
from .models import Appraisal, DailyRecord, RecordKind, State

VILLAGE_RECORDERS = (Role.VILLAGE_CLERK, Role.VILLAGE_HEAD, Role.VILLAGE_COMMITTEE_MEMBER)
TOWNSHIP_RECORDERS = (Role.TOWNSHIP_CLERK, Role.TOWNSHIP_REVIEWER)
GOOD = {RecordKind.LEARNING: "参加", RecordKind.TASK: "完成", RecordKind.FIT: "相符"}
BAD = {RecordKind.LEARNING: "未参加", RecordKind.TASK: "未完成", RecordKind.FIT: "不相符"}


@dataclass(frozen=True)
class RecordFacts:
    """What the rules ask of one line."""

    name: str
    on: date
    day: date
    in_post: bool
    handed_in: bool


guard = GuardsOn(RecordFacts)


@guard(title="记录日期", basis="《办法》第四条第1项、第四条第4项", says=lambda f: f"{chinese(f.day)}，在岗。")
def record_is_of_a_day_in_post(facts: RecordFacts) -> Refusal | None:
    """学习、任务完成、人岗相符，在岗的日子才检查；不记将来的事。"""
    if facts.day > facts.on:
        return Refusal("in_the_future", "请核对日期：不能记将来的日常情况。", "《办法》第四条第1项、第四条第4项", "on")
    if not facts.in_post:
        return Refusal(
            "not_in_post",
            f"请核对日期：{chinese(facts.day)}{facts.name}不在岗。",
            "《办法》第四条第1项、第四条第4项",
            "on",
        )
    return None


@guard(title="考核还没有拟定", basis="《办法》第八条", says=lambda f: "还没有拟定。")
def year_is_not_handed_in(facts: RecordFacts) -> Refusal | None:
    """年终考核参考的是拟定结果时已有的记录，不能事后补。"""
    if facts.handed_in:
        return Refusal(
            "handed_in",
            f"不能再记：{facts.name}的{facts.day.year}年度考核已经拟定结果。要补记的，请先退回村里。",
            "《办法》第八条",
            "on",
        )
    return None


RECORDING: tuple[Guard[RecordFacts], ...] = (record_is_of_a_day_in_post, year_is_not_handed_in)


class RecordForm(PlainForm):
    kind = forms.ChoiceField(label="记什么", choices=RecordKind.choices, widget=forms.RadioSelect)
    on = forms.DateField(label="日期")
    good = forms.ChoiceField(
        label="情况", choices=[("yes", "参加、完成、相符"), ("no", "未参加、未完成、不相符")], widget=forms.RadioSelect
    )
    text = forms.CharField(label="内容", max_length=100, min_length=2)


def recorder_of(actor: Actor, tenure: Tenure) -> Appointment | None:
    """By which appointment the actor may write down how this person works."""
    wanted = [(tenure.village_id, role) for role in VILLAGE_RECORDERS]
    wanted += [(tenure.township_id, role) for role in TOWNSHIP_RECORDERS]
    found = (actor.appointment_for(office, role) for office, role in wanted)
    return next((appointment for appointment in found if appointment is not None), None)


def is_handed_in(tenure: Tenure, year: int) -> bool:
    """Whether the village has proposed that year's grade."""
    found = Appraisal.objects.filter(tenure=tenure, year=year)
    return bool(found.exclude(state__in=(State.GATHERING, State.RETURNED, State.VOIDED)).exists())


class _OfOnePerson(Action):
    roles = (*VILLAGE_RECORDERS, *TOWNSHIP_RECORDERS)

    def tenure_of(self, move: Move) -> Tenure:
        raise NotImplementedError

    def may(self, move: Move) -> bool:
        move.appointment = recorder_of(move.actor, self.tenure_of(move))
        return move.appointment is not None

    def stamp(self, move: Move) -> SubjectStamp:
        tenure = self.tenure_of(move)
        move.organisations = [tenure.village, tenure.township]
        return SubjectStamp(kind="appraisals.dailyrecord", key=str(move.result.pk))


@register
class WriteRecord(_OfOnePerson):
    """One look at one person."""

    code = "appraisals.record"
    label = "记录"
    told = "记录日常考核情况"
    acts_on = (Tenure,)

    def parse(self, data: Mapping[str, Any], files: Any, context: Any = None) -> dict[str, Any]:
        form = RecordForm(data)
        slips = slips_of(form)
        return {**form.cleaned_data, "slips": slips}

    def find(self, move_subject: Any, actor: Actor) -> tuple[Any, Any]:
        tenure = (
            Tenure.objects.select_related("county", "village", "township", "worker")
            .filter(pk=getattr(move_subject, "pk", None) or 0)
            .first()
        )
        if tenure is None or recorder_of(actor, tenure) is None:
            raise NotFound("没有找到这个人，或者不归您的岗位记录。")
        # Under the lock by which an appraisal of the same person is begun.
        Tenure.objects.select_for_update(of=("self",), no_key=True).get(pk=tenure.pk)
        return tenure.county, tenure

    def tenure_of(self, move: Move) -> Tenure:
        found: Tenure = move.subject
        return found

    def refusals(self, move: Move) -> Iterable[Refusal]:
        if move.data["slips"]:
            return list(move.data["slips"])
        tenure, day = self.tenure_of(move), move.data["on"]
        days = served_in(tenure, day.year)
        facts = RecordFacts(
            name=tenure.worker.name,
            on=move.on,
            day=day,
            in_post=days is not None and day in days.days,
            handed_in=is_handed_in(tenure, day.year),
        )
        return refusals(RECORDING, facts)

    def apply(self, move: Move) -> None:
        tenure = self.tenure_of(move)
        move.result = DailyRecord.objects.create(
            county=tenure.county,
            tenure=tenure,
            kind=move.data["kind"],
            on=move.data["on"],
            good=move.data["good"] == "yes",
            text=move.data["text"].strip(),
            written_by=move.user,
            acted_as=move.acting,
            at=move.at,
        )
        move.fields = {name: str(move.data[name]) for name in ("kind", "on", "good", "text")}
        move.details["tenure"] = tenure.pk


@register
class StrikeRecord(_OfOnePerson):
    """A slip is struck out with its reason; the line stays."""

    code = "appraisals.strike_record"
    label = "划去"
    told = "划去一条日常考核记录"
    acts_on = (DailyRecord,)
    form = ReasonForm

    def find(self, move_subject: Any, actor: Actor) -> tuple[Any, Any]:
        record = (
            DailyRecord.objects.select_related(
                "county", "tenure__village", "tenure__township", "tenure__worker", "tenure__county"
            )
            .filter(pk=getattr(move_subject, "pk", None) or 0)
            .first()
        )
        if record is None or recorder_of(actor, record.tenure) is None:
            raise NotFound("没有找到这条记录，或者不归您的岗位办理。")
        Tenure.objects.select_for_update(of=("self",), no_key=True).get(pk=record.tenure_id)
        record.refresh_from_db(fields=["struck_at"])
        return record.county, record

    def tenure_of(self, move: Move) -> Tenure:
        found: Tenure = move.subject.tenure
        return found

    def refusals(self, move: Move) -> Iterable[Refusal]:
        record: DailyRecord = move.subject
        if record.struck_at is not None:
            return [Refusal("struck_already", "这一条已经划去，不用再划。", "《办法》第八条")]
        if is_handed_in(record.tenure, record.on.year):
            return [Refusal("handed_in", f"不能划去：{record.on.year}年度考核已经拟定结果。", "《办法》第八条")]
        return ()

    def apply(self, move: Move) -> None:
        record: DailyRecord = move.subject
        move.reason = str(move.data["reason"])
        record.struck_at, record.struck_by, record.struck_because = move.at, move.user, move.reason
        record.save()
        move.result = record
        move.details["tenure"] = record.tenure_id
