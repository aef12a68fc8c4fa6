"""Plain forms of the desk: their slips in Chinese, their fields as the templates draw them.

The form checks shape only and never saves; whether something may be done is the door's business.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator

EARLIEST, LATEST = date(1949, 10, 1), date(2099, 12, 31)


class PlainForm(forms.Form):
    """A form whose every slip says what to do."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            self.speak(field)

    def speak(self, field: forms.Field) -> None:
        """Give a field its slips in Chinese; a form that makes fields of its own asks for it again."""
        _speak_chinese(field)

    def rows(self, errors: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
        """Every field for desk/_field.html, with what was typed; `errors` are the door's, by field."""
        return [self._row(name, field, errors or {}) for name, field in self.fields.items()]

    def _row(self, name: str, field: forms.Field, errors: Mapping[str, str]) -> dict[str, Any]:
        slips = self.errors.get(name) if self.is_bound else None
        kind = kind_of(field)
        row: dict[str, Any] = {
            "id": f"f-{name}",
            "name": name,
            "label": field.label,
            "kind": kind,
            "value": "" if kind == "password" else self[name].value(),
            "required": field.required and kind != "checkbox",
            "hint": field.help_text,
            "error": str(slips[0]) if slips else errors.get(name, ""),
        }
        if isinstance(field, forms.ChoiceField):
            choices: Any = field.choices
            row["choices"] = [(str(value), label) for value, label in choices]
        if isinstance(row["value"], date):
            row["value"] = row["value"].isoformat()
        return row


def kind_of(field: forms.Field) -> str:
    """The template's word for how a field is filled in."""
    if isinstance(field, forms.BooleanField):
        return "checkbox"
    if isinstance(field.widget, forms.RadioSelect):
        return "radio"
    if isinstance(field, forms.ChoiceField):
        return "select"
    if isinstance(field, forms.FileField):
        return "file"
    if isinstance(field, forms.DateField):
        return "date"
    if isinstance(field.widget, forms.PasswordInput):
        return "password"
    return "textarea" if isinstance(field.widget, forms.Textarea) else "text"


def _speak_chinese(field: forms.Field) -> None:
    label = field.label or ""
    verb = "选择" if isinstance(field, (forms.ChoiceField, forms.FileField)) else "填写"
    said = {
        "required": f"请{verb}{label}。",
        "invalid_choice": f"请从列出的{label}里选一项。",
        "invalid": "请按年-月-日填写日期，例如2020-09-17。"
        if isinstance(field, forms.DateField)
        else f"请填写整数的{label}。",
    }
    for code, sentence in said.items():
        if code in field.error_messages:
            field.error_messages[code] = sentence
    if isinstance(field, forms.DateField) and _reasonable_day not in field.validators:
        field.validators.append(_reasonable_day)
    if isinstance(field, forms.CharField) and field.max_length:
        for validator in field.validators:
            if isinstance(validator, MaxLengthValidator):
                validator.message = f"{label}太长，请控制在{field.max_length}个字以内。"


def _reasonable_day(day: date) -> None:
    if not EARLIEST <= day <= LATEST:
        raise forms.ValidationError(f"请核对年份：{day.year}年不在可以登记的范围里。")
