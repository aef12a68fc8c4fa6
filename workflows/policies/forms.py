"""The editable copy of a policy set: every parameter in words, rows for lists, nothing lost that the form can't show.

Shape only; whether the numbers make sense together is `parse_policy`'s word, asked for by the door.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

from django import forms

from registry.policy_words import AGE_BOUNDARIES, BY_NAME, GROUPS, OFFICES, PARTIAL_MONTHS, PARTIES_A, STEPS
from workflows.core.plain_forms import PlainForm

NUMBERS = (
    "min_age",
    "max_age",
    "max_tenure_months",
    "agreement_max_months",
    "edge_household_quota",
    "ledger_due_day",
    "training_allowance_cap",
)
CHOICES = {"age_boundary": AGE_BOUNDARIES, "partial_month": PARTIAL_MONTHS, "party_a": PARTIES_A}
LISTS = ("reminder_days", "post_types")
UNITS = {"step_days": "个工作日"}
BLANK_ROWS = 2

Columns = tuple[tuple[str, str, Callable[[Mapping[str, Any]], forms.Field]], ...]


def _text(label: str) -> forms.Field:
    return forms.CharField(label=label, max_length=40, required=False)


# Rows of a table: (key, label, field); what is blank in its first column is left out.
TABLES: dict[str, Columns] = {
    "categories": (
        ("name", "名称", lambda values: _text("名称")),
        ("code", "代码（英文，不改）", lambda values: _text("代码（英文，不改）")),
        (
            "group",
            "归入",
            lambda values: forms.ChoiceField(label="归入", choices=[("", "请选择"), *GROUPS.items()], required=False),
        ),
    ),
    "stipends": (
        (
            "category",
            "人员类别代码",
            lambda values: _text("人员类别代码"),
        ),
        ("from_on", "从哪一天起", lambda values: forms.DateField(label="从哪一天起", required=False)),
        ("yuan_per_month", "每月多少元", lambda values: forms.IntegerField(label="每月多少元", required=False)),
    ),
}


class PolicyForm(PlainForm):
    """All of a set's parameters; `start` is the set it is a copy of."""

    title = forms.CharField(label="标题", max_length=150, help_text="如：昌黎县2021年度就业扶贫政策参数。")
    document_number = forms.CharField(
        label="文号", max_length=150, help_text="照哪个文件改的，如：昌政办字2021年第3号。"
    )
    effective_on = forms.DateField(label="生效日期", help_text="从这一天起用新的；在那以前一切照旧。")
    note = forms.CharField(label="说明", max_length=500, required=False, widget=forms.Textarea)

    def __init__(self, *args: Any, start: Mapping[str, Any], **kwargs: Any) -> None:
        self.start = deepcopy(dict(start))
        super().__init__(*args, **kwargs)
        for name, field in self._parameter_fields():
            self.speak(field)
            self.fields[name] = field

    # --- the fields -------------------------------------------------------------------------------------

    def _parameter_fields(self) -> list[tuple[str, forms.Field]]:
        found: list[tuple[str, forms.Field]] = []
        for name, value in self.start.items():
            words = BY_NAME.get(name)
            if words is None:
                continue
            key = f"p-{name}"
            about: dict[str, Any] = {"label": words.label, "help_text": words.hint}
            if name in NUMBERS:
                found.append((key, forms.IntegerField(initial=value, **about)))
            elif name in CHOICES:
                choices = list(CHOICES[name].items())
                found.append((key, forms.ChoiceField(choices=choices, initial=value, **about)))
            elif name == "edge_household_quota_soft":
                found.append((key, forms.BooleanField(initial=value, required=False, **about)))
            elif name == "public_notice":
                found.append((key, forms.BooleanField(label="公示", initial=value["enabled"], required=False)))
                found.append((f"{key}-days", forms.IntegerField(label="公示天数", initial=value["days"])))
            elif name in LISTS:
                about["help_text"] = f"{words.hint}用顿号隔开。"
                initial = "、".join(str(item) for item in value)
                found.append((key, forms.CharField(initial=initial, max_length=300, **about)))
            elif name in TABLES:
                found += self._table_fields(name, value)
            elif isinstance(value, dict):
                found += self._named_fields(name, value)
            else:
                found.append((key, forms.CharField(initial=value, max_length=100, **about)))
        return found

    def _table_fields(self, name: str, rows: list[dict[str, Any]]) -> list[tuple[str, forms.Field]]:
        found = []
        for number in range(len(rows) + BLANK_ROWS):
            row = rows[number] if number < len(rows) else {}
            for key, _, make in TABLES[name]:
                field = make(self.start)
                field.initial = row.get(key, "")
                found.append((f"p-{name}-{number}-{key}", field))
        return found

    def _named_fields(self, name: str, values: Mapping[str, Any]) -> list[tuple[str, forms.Field]]:
        words = {"organisation_names": OFFICES, "step_days": STEPS, "group_names": GROUPS}.get(name, {})
        return [
            (
                f"p-{name}-{key}",
                forms.IntegerField(label=f"{words.get(key, key)}{UNITS.get(name, '')}", initial=value)
                if isinstance(value, int)
                else forms.CharField(label=words.get(key, key), initial=value, max_length=100),
            )
            for key, value in values.items()
        ]

    def sections(self, errors: Mapping[str, str]) -> list[dict[str, Any]]:
        """The fields as the page shows them: the document first, then one section per parameter with several."""
        rows = {row["name"]: row for row in self.rows(errors)}
        single = [name for name in self.start if f"p-{name}" in rows and name != "public_notice"]
        several = [name for name in self.start if name in BY_NAME and name not in single]
        return [
            {"title": "依据文件", "fields": [rows[name] for name in list(PolicyForm.base_fields)]},
            {"title": "数字和办法", "narrow": True, "fields": [rows[f"p-{name}"] for name in single]},
            *(self._section(name, rows, errors) for name in several),
        ]

    def _section(self, name: str, rows: Mapping[str, Any], errors: Mapping[str, str]) -> dict[str, Any]:
        words = BY_NAME[name]
        fields = [row for key, row in rows.items() if key == f"p-{name}" or key.startswith(f"p-{name}-")]
        section: dict[str, Any] = {
            "title": words.label,
            "hint": words.hint,
            "basis": "、".join(words.basis),
            "anchor": f"f-p-{name}",
            "error": errors.get(f"p-{name}", ""),
            "narrow": True,
            "fields": fields,
        }
        if name in TABLES:
            width = len(TABLES[name])
            section["rows"] = [fields[at : at + width] for at in range(0, len(fields), width)]
            section["hint"] = f"{words.hint}不要的一行清空第一格；要加的填在最后的空行。"
        return section

    # --- what was typed ---------------------------------------------------------------------------------

    def parameters(self) -> dict[str, Any]:
        """The parameters as typed, in the shape `parse_policy` reads; what the form doesn't know stays as it was."""
        values, typed = deepcopy(self.start), self.cleaned_data
        for name in self.start:
            key = f"p-{name}"
            if name == "public_notice":
                values[name] = {"enabled": typed[key], "days": typed[f"{key}-days"]}
            elif name in TABLES:
                values[name] = self._table(name)
            elif name in LISTS:
                parts = [part for part in re.split(r"[、,，\s]+", typed[key]) if part]
                values[name] = [int(part) if part.isdigit() else part for part in parts]
            elif key in typed:
                values[name] = typed[key]
            elif name in BY_NAME and isinstance(self.start[name], dict):
                values[name] = {inner: typed[f"{key}-{inner}"] for inner in self.start[name]}
        # As it will lie in the database: dates as text.
        plain: dict[str, Any] = json.loads(json.dumps(values, default=str))
        return plain

    def _table(self, name: str) -> list[dict[str, Any]]:
        rows = []
        first = TABLES[name][0][0]
        for number in range(len(self.start[name]) + BLANK_ROWS):
            row = {key: self.cleaned_data.get(f"p-{name}-{number}-{key}") for key, *_ in TABLES[name]}
            if row[first]:
                rows.append(row)
        return rows

    def data_for_the_door(self) -> dict[str, Any]:
        """What the action takes."""
        named = {name: self.cleaned_data[name] for name in PolicyForm.base_fields}
        return {**named, "parameters": self.parameters()}
