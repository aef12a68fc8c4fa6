"""What the desks of an appraisal may write. Shape only: whether it is allowed, the guards say."""

from __future__ import annotations

from typing import Any

from django import forms

from workflows.core.desk_forms import OpinionForm, SignatureForm
from workflows.core.plain_forms import PlainForm
from workflows.core.worker_ink import WorkerInkForm

from ..models import Grade, View, Voice

LONGEST = {"heard_at": 40, "heard_summary": 400, "reason": 120, "differs_because": 60}
KEPT = ("heard_on", *LONGEST, "grade")


class WordsForm(PlainForm):
    """The village's words: when and where opinions were heard, what they come to, the grade and its reason."""

    heard_on = forms.DateField(label="听取意见日期")
    heard_at = forms.CharField(label="地点", max_length=LONGEST["heard_at"])
    heard_summary = forms.CharField(label="综合意见", max_length=LONGEST["heard_summary"], required=False)
    reason = forms.CharField(label="拟定理由", max_length=LONGEST["reason"], required=False)
    differs_because = forms.CharField(label="和得分不一致的理由", max_length=LONGEST["differs_because"], required=False)
    grade = forms.ChoiceField(label="考核结果", choices=Grade.choices, required=False)


class DraftForm(forms.Form):
    """A draft keeps whatever was typed, within what the row can hold."""

    def clean(self) -> dict[str, Any]:
        typed = {name: str(self.data.get(name, "")).replace("\x00", "").strip() for name in KEPT}
        cut: dict[str, Any] = {name: typed[name][:longest] for name, longest in LONGEST.items()}
        day = forms.DateField(required=False)
        try:
            cut["heard_on"] = day.clean(typed["heard_on"])
        except forms.ValidationError:
            cut["heard_on"] = None
        cut["grade"] = typed["grade"] if typed["grade"] in Grade.values else ""
        return cut


class SubmitForm(SignatureForm, WordsForm):
    """What the recorder signs."""


class VoiceForm(PlainForm):
    """One opinion that was heard."""

    voice_kind = forms.ChoiceField(label="身份", choices=Voice.choices)
    voice_name = forms.CharField(label="姓名", max_length=30)
    voice_view = forms.ChoiceField(label="评价", choices=View.choices)
    voice_text = forms.CharField(label="意见", max_length=150, min_length=2)


class ObjectionForm(WorkerInkForm):
    """What the person does not agree with, in their own hand."""

    objection = forms.CharField(
        min_length=4,
        max_length=150,
        error_messages={
            "required": "请写明本人对什么有异议。",
            "min_length": "请把异议写清楚一些。",
            "max_length": "异议太长，请控制在150个字以内。",
        },
    )


class ReviewForm(OpinionForm):
    """The outcome of a review, with its reason."""

    review_grade = forms.ChoiceField(
        choices=Grade.choices,
        error_messages={"required": "请选复核后的结果。", "invalid_choice": "请从列出的结果里选一项。"},
    )
