"""What the desks of a finding may write. Shape only: whether it is allowed, the guards say."""

from __future__ import annotations

from django import forms

from workflows.core.desk_forms import OpinionForm, SignatureForm
from workflows.core.plain_forms import PlainForm

from ..models import About, Weight


class FindingForm(PlainForm):
    """What was found; the person or the office it concerns is chosen beside it."""

    about = forms.ChoiceField(label="对象", choices=About.choices)
    weight = forms.ChoiceField(label="性质", choices=Weight.choices, widget=forms.RadioSelect)
    found_on = forms.DateField(label="发现日期")
    problem = forms.CharField(label="问题和依据", max_length=600, required=False, widget=forms.Textarea)
    demand = forms.CharField(label="整改要求", max_length=400, required=False, widget=forms.Textarea)
    deadline_on = forms.DateField(label="整改期限", required=False)


class OpeningForm(FindingForm, SignatureForm):
    """As the door takes it: signed by who found it."""


class WarningForm(SignatureForm):
    """The person's own words, when it is looked at again, and who warns."""

    statement = forms.CharField(required=False, max_length=400)
    recheck_on = forms.DateField(required=False, error_messages={"invalid": "请把复查日期写成2020-09-16这样。"})


class HandOverForm(OpinionForm):
    """To which authority, on which day."""

    handed_over_to = forms.CharField(required=False, max_length=60)
    handed_over_on = forms.DateField(required=False, error_messages={"invalid": "请把移送日期写成2020-09-16这样。"})
