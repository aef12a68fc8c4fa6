"""What the desks of an exit may write. Shape only: whether it is allowed, the guards say."""

from __future__ import annotations

from typing import Any

from django import forms

from workflows.core.receipts import ABSENT, REFUSED, SIGNED, HandsForm

EVIDENCE_ROWS = 5
DAYS = ("last_on", "happened_on", "verified_on")
TEXTS = {"facts": 800, "proof": 200, "verified_by": 30}
HEARING_WAYS = ((SIGNED, "本人签字"), (REFUSED, "拒绝签字"), (ABSENT, "联系不上"))


def _day(label: str, *, required: bool = False) -> forms.DateField:
    return forms.DateField(
        required=required,
        error_messages={
            "required": f"请填写{label}。",
            "invalid": f"请把{label}写成2020-09-16这样。",
        },
    )


class ExitDraftForm(forms.Form):
    """A draft keeps whatever was typed, within what the row can hold; a day that is none stays empty."""

    last_on, happened_on, verified_on = _day("最后在岗日"), _day("日期"), _day("核实日期")
    finding = forms.CharField(required=False, max_length=20)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = {name: self.cleaned_data.get(name) for name in DAYS}
        for name, most in TEXTS.items():
            data[name] = str(self.data.get(name, "")).replace("\x00", "").strip()[:most]
        data["finding"] = self.cleaned_data.get("finding") or ""
        data["evidence"] = self._evidence()
        return data

    def _evidence(self) -> list[dict[str, str]]:
        rows = []
        for number in range(1, EVIDENCE_ROWS + 1):
            row = {
                part: " ".join(str(self.data.get(f"evidence_{number}_{part}", "")).split())[:60]
                for part in ("name", "made_on", "pages")
            }
            if row["name"]:
                row["pages"] = row["pages"][:4]
                day = self._day_of(row["made_on"], number)
                rows.append({**row, "made_on": day})
        return rows

    def _day_of(self, typed: str, number: int) -> str:
        try:
            return forms.DateField().clean(typed).isoformat()
        except forms.ValidationError:
            self.add_error(None, f"请写明第{number}件证据材料的形成日期，如2020-09-16。")
            return ""


class HearingForm(HandsForm):
    """What the person was told and said, and how it ended."""

    ways = HEARING_WAYS
    heard_on = _day("听取日期", required=True)
    place = forms.CharField(
        max_length=60,
        error_messages={"required": "请填写听取地点。", "max_length": "地点太长，请控制在60个字以内。"},
    )
    statement = forms.CharField(
        required=False, max_length=400, error_messages={"max_length": "本人陈述太长，请控制在400个字以内。"}
    )
    first_sought_on, second_sought_on = _day("第一次联系日期"), _day("第二次联系日期")
