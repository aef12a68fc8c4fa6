"""What the desks of a post may write. Shape only: whether it is allowed, the guards say."""

from __future__ import annotations

from typing import Any

from django import forms

from forms_templates.library import form

_CELLS = form("post_approval", 2).fields
FIELDS = ("type_name", "places", "duties", "standard", "hours", "near")


class PostDraftForm(forms.Form):
    """A draft keeps whatever was typed, within what the row can hold."""

    def clean(self) -> dict[str, Any]:
        typed = {name: str(self.data.get(name, "")).replace("\x00", "")[:1000] for name in FIELDS}
        places = typed["places"].strip()
        number = int(places) if places.isascii() and places.isdigit() and len(places) < 4 else 1
        return {**typed, "type_name": typed["type_name"][:20], "places": max(1, number)}


def _text(name: str) -> forms.CharField:
    spec = _CELLS[name]
    return forms.CharField(
        label=spec.label,
        max_length=spec.max_length,
        required=False,
        error_messages={"max_length": f"{spec.label}太长，请控制在{spec.max_length}个字以内。"},
    )


class PostForm(forms.Form):
    """The sheet as it must be to be handed in; what is missing, the guards say with their article."""

    type_name = forms.CharField(max_length=20, required=False)
    places = forms.IntegerField(error_messages={"required": "请填写人数。", "invalid": "人数请填数字。"})
    duties, standard, hours, near = _text("duties"), _text("standard"), _text("hours"), _text("near")
