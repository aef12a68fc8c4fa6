"""What the administrator types: shape only."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from django import forms
from django.core.validators import RegexValidator

from registry.models import Appointment, County, Organisation, User
from registry.roles import LEVEL, OrganisationKind, Role
from signatures import scans
from signatures.certificates import MOST_BYTES, CertificateError, read_pkcs12
from signatures.seal_drawing import DIAMETER_MM, SealDrawingError, draw_seal
from workflows.core.plain_forms import PlainForm

from .appointment_actions import known_organisation

AREA = forms.Textarea
CODE = RegexValidator(r"^[0-9A-Za-z_]{2,20}\Z", "代码请用2至20位数字、字母或下划线。")
USERNAME = RegexValidator(r"^[\w.@+-]{2,50}\Z", "用户名请用2至50个汉字、字母、数字或 . - _。")
# Without 0 O 1 l I: it is read from a slip of paper.
_LETTERS = "abcdefghjkmnpqrstuvwxyz"
_CAPITALS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_DIGITS = "23456789"


def first_password() -> str:
    """A password to hand over on a slip: three classes of characters, twelve of them."""
    pick = secrets.choice
    return "-".join(
        "".join(pick(signs) for _ in range(count)) for signs, count in ((_LETTERS, 4), (_DIGITS, 3), (_CAPITALS, 4))
    )


def reason_field(label: str = "依据或原因") -> forms.CharField:
    return forms.CharField(
        label=label, max_length=200, widget=AREA, help_text="写明文件名称、文号或事由，会记入办理记录。"
    )


class OrganisationForm(PlainForm):
    """A new department or township, or a village of the township it is opened under."""

    kind = forms.ChoiceField(
        label="类别",
        choices=[(kind.value, kind.label) for kind in OrganisationKind if kind != OrganisationKind.VILLAGE],
        widget=forms.RadioSelect,
        initial=OrganisationKind.TOWNSHIP,
    )
    name = forms.CharField(label="名称", max_length=60, help_text="如：泥井镇、青禾村、财政局。")
    code = forms.CharField(
        label="代码", max_length=20, validators=[CODE], help_text="乡镇、村用统计用区划代码；县直部门用英文代码。"
    )
    full_name = forms.CharField(
        label="全称", max_length=150, required=False, help_text="不填的按县名、乡镇名和名称组成。"
    )
    seal_name = forms.CharField(
        label="印章上的名称",
        max_length=150,
        required=False,
        help_text="不填的，村为“…村民委员会”，镇、乡为“…人民政府”。",
    )
    opened_on = forms.DateField(label="设立日期")

    def __init__(self, *args: Any, parent: Organisation | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parent = parent
        if parent is not None:
            del self.fields["kind"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.parent is not None:
            data["kind"] = OrganisationKind.VILLAGE
        return data | {"parent": self.parent}


class RenameForm(PlainForm):
    name = forms.CharField(label="新名称", max_length=60)
    full_name = forms.CharField(label="新全称", max_length=150)
    seal_name = forms.CharField(
        label="印章上的新名称", max_length=150, help_text="更名以后请另外登记新印章，并登记旧印章的停用日期。"
    )
    renamed_on = forms.DateField(label="更名日期")
    reason = reason_field("更名依据")


class CloseForm(PlainForm):
    closed_on = forms.DateField(
        label="最后一天",
        required=False,
        help_text="这一天仍可办理，第二天起不再办理。清空表示不撤销（这一天没有过的）。",
    )
    reason = reason_field("撤销依据")


class ClerkSealForm(PlainForm):
    allowed = forms.BooleanField(label="经办人可以掌管印章", required=False)
    reason = reason_field("原因")


class SealForm(PlainForm):
    """A seal of the demo is drawn with 演示 in it; a real one is scanned from the paper."""

    name = forms.CharField(label="印章名称", max_length=150, help_text="如：昌黎县泥井镇人民政府公章。")
    picture = forms.FileField(label="印模图片", help_text="在白纸上盖一枚，扫描或拍照后裁成正方形；JPG或PNG，5兆以内。")
    valid_from = forms.DateField(label="启用日期")
    valid_to = forms.DateField(label="停用日期", required=False, help_text="还在用的不填。")

    def __init__(self, *args: Any, organisation: Organisation, demo: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organisation, self.demo = organisation, demo
        if demo:
            del self.fields["picture"]

    def clean_picture(self) -> bytes:
        upload = self.cleaned_data["picture"]
        try:
            scan = scans.clean(upload.read(scans.MOST_BYTES + 1))
        except scans.ScanError as error:
            raise forms.ValidationError(str(error).replace("签字", "印章")) from error
        return scans.fit(scan, DIAMETER_MM, DIAMETER_MM)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data |= {"organisation": self.organisation, "demo": self.demo}
        if self.demo:
            try:
                data["picture"] = draw_seal(self.organisation.seal_name)
            except SealDrawingError as error:
                raise forms.ValidationError(str(error)) from error
        return data


class CertificateForm(PlainForm):
    """What the authority handed over; file and password are read at once and kept nowhere."""

    file = forms.FileField(label="证书文件", help_text="认证机构给的.p12或.pfx文件，里面有本单位的证书和私钥。")
    password = forms.CharField(
        label="证书密码",
        max_length=200,
        strip=False,
        required=False,
        widget=forms.PasswordInput,
        help_text="只用来打开这个文件，不保存。",
    )
    valid_from = forms.DateField(label="启用日期", help_text="从这天起，本单位盖章的PDF用这份证书签章。")
    reason = forms.CharField(
        label="名称不一致的原因",
        max_length=200,
        required=False,
        widget=AREA,
        help_text="证书上的名称与单位名称一致的不填。",
    )

    def __init__(self, *args: Any, organisation: Organisation, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organisation, self.at = organisation, at

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        upload = data.pop("file", None)
        password = str(data.pop("password", "") or "")
        if upload is not None:
            try:
                identity = read_pkcs12(upload.read(MOST_BYTES + 1), password, self.at)
            except CertificateError as error:
                raise forms.ValidationError({"file": str(error)}) from error
            data["identity"] = identity
        return data | {"organisation": self.organisation}


class RetireCertificateForm(PlainForm):
    valid_to = forms.DateField(label="停用日期", help_text="这一天仍可签章，第二天起不再签。")
    reason = reason_field("停用原因")


class RetireSealForm(PlainForm):
    valid_to = forms.DateField(label="停用日期", help_text="这一天仍可盖，第二天起不能盖。")
    reason = reason_field("停用原因")


class NewUserForm(PlainForm):
    name = forms.CharField(label="姓名", max_length=50)
    username = forms.CharField(
        label="用户名", max_length=50, validators=[USERNAME], help_text="登录时用，可以就是姓名。"
    )
    password = forms.CharField(
        label="初始密码", max_length=100, strip=False, help_text="请当面告诉本人；第一次登录时必须改成自己的密码。"
    )


class PasswordForm(PlainForm):
    password = forms.CharField(
        label="新的初始密码", max_length=100, strip=False, help_text="请当面告诉本人；下次登录时必须改成自己的密码。"
    )
    reason = reason_field("原因")


class NameForm(PlainForm):
    name = forms.CharField(label="姓名", max_length=50)
    reason = reason_field("原因")


class ReasonForm(PlainForm):
    reason = reason_field("原因")


class PersonField(forms.CharField):
    """A login of this county, by its user name."""

    county: County

    def clean(self, value: Any) -> Any:
        username = super().clean(value)
        user = User.objects.filter(county=self.county, username=User.normalize_username(username)).first()
        if user is None:
            raise forms.ValidationError(f"没有找到用户名“{username}”，请先登记用户，或核对用户名。")
        return user


class PlaceField(forms.CharField):
    """An organisation of this county, by code, full name or name."""

    county: County

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        found = known_organisation(text, self.county.pk)
        if not found:
            raise forms.ValidationError(f"没有找到“{text}”，请填写单位的全称或代码。")
        if len(found) > 1:
            listed = "、".join(f"{each.full_name}（{each.code}）" for each in found)
            raise forms.ValidationError(f"有同名的单位，请填全称或代码：{listed}。")
        return found[0]


class AppointForm(PlainForm):
    """From an organisation's page the person is asked for, from a person's page the organisation."""

    user = PersonField(label="用户名", max_length=50)
    organisation = PlaceField(label="单位", max_length=150, help_text="全称或代码，如：昌黎县泥井镇青禾村。")
    role = forms.ChoiceField(label="身份", choices=[])
    from_on = forms.DateField(label="任职开始")
    to_on = forms.DateField(label="任职最后一天", required=False, help_text="没有定的不填。")

    def __init__(self, *args: Any, county: County, fixed: User | Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fixed = fixed
        del self.fields["user" if isinstance(fixed, User) else "organisation"]
        for field in self.fields.values():
            if isinstance(field, (PersonField, PlaceField)):
                field.county = county
        roles = list(Role)
        if isinstance(fixed, Organisation):
            roles = [role for role in Role if LEVEL[role] == fixed.kind]
        choices = [("", "请选择"), *((role.value, role.label) for role in roles)]
        self.fields["role"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data["user" if isinstance(self.fixed, User) else "organisation"] = self.fixed
        begins, ends = data.get("from_on"), data.get("to_on")
        if begins and ends and ends < begins:
            self.add_error("to_on", "任职最后一天请不早于任职开始。")
        return data


class EndForm(PlainForm):
    to_on = forms.DateField(label="任职最后一天", help_text="这一天仍可办理，第二天起不再办理。")
    reason = reason_field("原因")


class HandOverForm(PlainForm):
    successor = PersonField(label="接任人的用户名", max_length=50)
    from_on = forms.DateField(label="从哪一天起接任", help_text="移交人的任职到前一天为止。")
    reason = reason_field("移交原因")

    def __init__(self, *args: Any, county: County, held: list[Appointment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["successor"].county = county  # type: ignore[attr-defined]
        self.held = held

    def chosen(self) -> list[Appointment]:
        """The appointments that are ticked; all of them on a page just opened."""
        if not self.is_bound:
            return self.held
        ticked = set(self.data.getlist("appointments"))  # type: ignore[attr-defined]
        return [each for each in self.held if str(each.pk) in ticked]

    def clean(self) -> dict[str, Any]:
        return (super().clean() or {}) | {"appointments": self.chosen()}
