"""What the desks of this flow may write. Shape only: whether it is allowed, the guards say."""

from __future__ import annotations

from typing import Any

from django import forms

from forms_templates.library import form
from registry.id_numbers import IdNumber, IdNumberError, PhoneError, normalise_phone
from workflows.core.desk_forms import OpinionForm

# What the sheet offers is what may be sent.
_CELLS = form("post_application", 1).fields
# Every cell and side field the clerk fills in, in the order of the sheet.
ANSWERS = (
    "name",
    "phone",
    "id_number",
    "address",
    "health",
    "work_ability",
    "skills",
    "category",
    "post",
    "is_willing",
    "market_verification",
    "has_job",
    "job_override_reason",
    "head_is_self",
    "head_name",
    "head_id_number",
)
REQUIRED = "请填写{}。"


def _char(label: str, maximum: int, *, required: bool = True, missing: str = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=maximum,
        required=required,
        error_messages={
            "required": missing or REQUIRED.format(label),
            "max_length": f"{label}太长，请控制在{maximum}个字以内。",
        },
    )


class DraftForm(forms.Form):
    """A draft keeps whatever was typed; only impossible lengths are cut off."""

    def clean(self) -> dict[str, Any]:
        return {name: str(self.data.get(name, ""))[:2000].replace("\x00", "") for name in ANSWERS}


class ApplicationForm(forms.Form):
    """附件5 as it must be to be submitted."""

    name = _char("姓名", 30)
    phone = _char("联系电话", 20)
    id_number = _char("身份证号", 40, missing="请填写18位身份证号。")
    address = _char("家庭住址", _CELLS["address"].max_length or 60)
    health = forms.ChoiceField(
        label="健康状况",
        choices=[(value, value) for value in _CELLS["health"].choices],
        error_messages={"required": "请选择健康状况。", "invalid_choice": "请从列出的健康状况里选一项。"},
    )
    work_ability = forms.ChoiceField(
        label="劳动能力",
        choices=[(value, value) for value in _CELLS["work_ability"].choices],
        error_messages={"required": "请选择劳动能力。", "invalid_choice": "请从列出的劳动能力里选一项。"},
    )
    skills = _char("技能", _CELLS["skills"].max_length or 24, required=False)
    category = forms.CharField(label="人员类别", required=False)
    post = forms.IntegerField(
        label="申请岗位",
        required=False,
        error_messages={"invalid": "请从列出的岗位里选一个。"},
    )
    is_willing = forms.BooleanField(label="本人愿意上岗", required=False)
    market_verification = _char("入户核实情况", 500, required=False)
    has_job = forms.ChoiceField(label="目前就业", choices=[("no", "没有工作"), ("yes", "有工作")], required=False)
    job_override_reason = _char("仍须安置的理由", 300, required=False)
    head_is_self = forms.ChoiceField(
        label="户主", choices=[("yes", "本人是户主"), ("no", "户主是家里别人")], required=False
    )
    head_name = _char("户主姓名", 30, required=False)
    head_id_number = _char("户主身份证号", 40, required=False)

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        if any(not (character.isalpha() or character in "·. ") for character in name):
            raise forms.ValidationError("姓名里只能有文字和“·”，请对照身份证再填。")
        return name

    def clean_phone(self) -> str:
        try:
            return normalise_phone(self.cleaned_data["phone"])
        except PhoneError as error:
            raise forms.ValidationError(str(error)) from error

    def clean_id_number(self) -> str:
        try:
            return IdNumber.parse(self.cleaned_data["id_number"]).value
        except IdNumberError as error:
            raise forms.ValidationError(str(error)) from error

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("head_is_self") == "no":
            if not data.get("head_name"):
                self.add_error("head_name", "请填写户主姓名。")
            try:
                data["head_id_number"] = IdNumber.parse(data.get("head_id_number") or "").value
            except IdNumberError as error:
                self.add_error("head_id_number", f"户主：{error}")
        else:
            data["head_is_self"] = "yes"
            data["head_name"] = data["head_id_number"] = ""
        data["has_job"] = data.get("has_job") or "no"
        return data


class QuotaReasonForm(forms.Form):
    """Beyond the quota: the written reason."""

    quota_reason = forms.CharField(
        label="超名额理由",
        required=False,
        max_length=300,
        error_messages={"max_length": "理由太长，请控制在300个字以内。"},
    )


class TownshipOpinionForm(OpinionForm, QuotaReasonForm):
    """The township's opinion; beyond the quota with the written reason."""


class ConfirmationForm(forms.Form):
    """What the employment service officer adds when confirming a place beyond the quota."""

    opinion = forms.CharField(
        label="确认意见",
        max_length=300,
        error_messages={"required": "请写明确认意见。", "max_length": "意见太长，请控制在300个字以内。"},
    )
