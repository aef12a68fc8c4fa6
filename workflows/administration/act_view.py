"""One page for one act: a form, what will follow, and one button. Refused input keeps what was typed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from registry.models import Organisation, User
from workflows.core.actions import ACTIONS, refusals_of_form
from workflows.core.clock import now
from workflows.core.desk_view import errors_of, refusal_rows
from workflows.core.door import perform
from workflows.core.plain_forms import PlainForm
from workflows.core.refusals import Refusal, Refused
from workflows.core.requests import office_page, row_number, see_other

from . import forms
from .access import Desk, administrators_desk
from .row_action import row_stamp
from .views import act_url, appointment_row

Build = Callable[..., PlainForm]


@dataclass(frozen=True)
class ActPage:
    """What one page does: the action, its form, and the words around them."""

    code: str
    form: type[PlainForm]
    title: str
    says: str
    on_county: bool = False  # the action's subject is the county, the row is only the place
    final: bool = False

    @property
    def button(self) -> str:
        return ACTIONS[self.code].label


ORGANISATION_ACTS = {
    "rename": ActPage(
        "registry.rename_organisation",
        forms.RenameForm,
        "更名",
        "旧名称留作曾用名；以前的文书不变，以后的文书用新名称。",
    ),
    "close": ActPage(
        "registry.close_organisation",
        forms.CloseForm,
        "撤销",
        "最后一天过后，这个单位的任职不再有效，不能再办理；以前的办理都保留。",
        final=True,
    ),
    "clerk-seal": ActPage(
        "registry.let_clerk_hold_seal",
        forms.ClerkSealForm,
        "掌印办法",
        "打开后，村经办人也能盖村章，每次用印登记都注明“经办人代管”。",
    ),
    "appoint": ActPage(
        "registry.appoint",
        forms.AppointForm,
        "任命",
        "从任职开始那天起，本人登录后就能办理这个岗位的事项。",
        on_county=True,
    ),
    "seal": ActPage(
        "registry.register_seal", forms.SealForm, "登记印章", "启用那天起，由本单位的印章管理员盖。", on_county=True
    ),
    "certificate": ActPage(
        "registry.register_certificate",
        forms.CertificateForm,
        "导入数字证书",
        "启用那天起，本单位盖了章的PDF自动用这份证书签章。私钥加密保存，不能再导出。",
        on_county=True,
    ),
}
OFFICIAL_ACTS = {
    "appoint": ActPage(
        "registry.appoint",
        forms.AppointForm,
        "任命",
        "从任职开始那天起，本人登录后就能办理这个岗位的事项。",
        on_county=True,
    ),
    "hand-over": ActPage(
        "registry.hand_over",
        forms.HandOverForm,
        "移交岗位",
        "勾选的任职一次移交：移交人到前一天为止，接任人从那天起；移交人领取未办的待办退回本岗位。",
    ),
    "name": ActPage("registry.correct_name", forms.NameForm, "改姓名", "以前签过的文书不变，以后的文书用新姓名。"),
    "password": ActPage(
        "registry.reset_password", forms.PasswordForm, "重设密码", "原密码马上失效；本人下次登录时必须改成自己的密码。"
    ),
    "close": ActPage(
        "registry.close_login",
        forms.ReasonForm,
        "停用登录",
        "本人马上不能登录；任职还在，需要时请另办结束或移交。",
        final=True,
    ),
    "reopen": ActPage("registry.reopen_login", forms.ReasonForm, "恢复登录", "本人可以用原来的密码登录。"),
}
APPOINTMENT_ACTS = {
    "end": ActPage(
        "registry.end_appointment",
        forms.EndForm,
        "结束任职",
        "最后一天过后不能再办理；领取未办的待办退回本岗位。",
        final=True,
    ),
    "withdraw": ActPage(
        "registry.withdraw_appointment", forms.ReasonForm, "撤销任职", "这个任职不再开始；记录保留。", final=True
    ),
}
SEAL_ACTS = {
    "retire": ActPage(
        "registry.retire_seal", forms.RetireSealForm, "停用印章", "停用以后不能再盖；以前盖过的文书不变。", final=True
    ),
}
CERTIFICATE_ACTS = {
    "retire": ActPage(
        "registry.retire_certificate",
        forms.RetireCertificateForm,
        "停用数字证书",
        "停用以后盖的章只是图片印章；以前签过的PDF不变。",
        final=True,
    ),
}


def bind(request: HttpRequest, form: Build, initial: dict[str, Any], **about: Any) -> PlainForm:
    """The form as it was sent, or as it lies there when a page is just opened."""
    if request.method == "POST":
        return form(request.POST, request.FILES, **about)
    return form(initial=initial, **about)


def initial_of(slug: str, row: Any, desk: Desk) -> dict[str, Any]:
    """What stands in the fields of a page just opened."""
    if isinstance(row, Organisation):
        return {
            "rename": {name: getattr(row, name) for name in ("name", "full_name", "seal_name")}
            | {"renamed_on": desk.on},
            "close": {"closed_on": row.closed_on},
            "clerk-seal": {"allowed": row.clerk_may_hold_seal},
            "appoint": {"from_on": desk.on},
            "certificate": {"valid_from": desk.on},
            "seal": {"name": f"{row.seal_name}公章{'（演示）' if desk.county.demo else ''}", "valid_from": desk.on},
        }[slug]
    if isinstance(row, User):
        started = {"from_on": desk.on}
        return {"name": {"name": row.name}, "password": {"password": forms.first_password()}}.get(slug, started)
    return {"to_on": desk.on, "valid_to": desk.on}


def asked_of(slug: str, row: Any, desk: Desk) -> dict[str, Any]:
    """What a form must know of the row it is about."""
    if slug == "appoint":
        return {"county": desk.county, "fixed": row}
    if slug == "seal":
        return {"organisation": row, "demo": desk.county.demo}
    if slug == "certificate":
        return {"organisation": row, "at": now()}
    if slug == "hand-over":
        running = desk.appointments.standing().filter(user=row).exclude(to_on__lt=desk.on)
        return {"county": desk.county, "held": list(running.order_by("pk"))}
    return {}


def act(
    request: HttpRequest, desk: Desk, row: Any, slug: str, pages: dict[str, ActPage], back: str
) -> HttpResponseBase:
    """GET shows the form, POST asks the door."""
    page = pages.get(slug)
    if page is None:
        raise Http404
    about = asked_of(slug, row, desk)
    form = bind(request, page.form, initial_of(slug, row, desk), **about)
    if request.method != "POST":
        return show(request, page, form, row, back, desk)
    if not form.is_valid():
        return show(request, page, form, row, back, desk, status=422)
    try:
        perform(
            page.code,
            desk.county if page.on_county else row,
            desk.actor,
            form.cleaned_data,
            "" if page.on_county else request.POST.get("seen", ""),
            at=now(),
        )
    except Refused as error:
        return show(request, page, form, row, back, desk, refusals=list(error.refusals), status=422)
    messages.success(request, f"{page.title}已办好，已记入办理记录。")
    return see_other(back)


def show(
    request: HttpRequest,
    page: ActPage,
    form: PlainForm,
    row: Any,
    back: str,
    desk: Desk,
    *,
    refusals: list[Refusal] | None = None,
    status: int = 200,
) -> HttpResponse:
    refusals = [*refusals_of_form(form), *(refusals or [])]
    context = {
        "title": f"{row}：{page.title}" if row is not None else page.title,
        "says": page.says,
        "fields": form.rows(errors_of(refusals)),
        "seen": request.POST.get("seen", "") or (row_stamp(row) if row is not None else ""),
        "button": page.button,
        "final": page.final,
        "back_url": back,
        "refusals": [
            row | {"anchor": f"f-{refusal.anchor}" if refusal.anchor else ""}
            for row, refusal in zip(refusal_rows(refusals), refusals, strict=True)
        ],
        "refusal_title": f"还不能办理，请先改好{len(refusals)}处",
        "multipart": any(field["kind"] == "file" for field in form.rows()),
        "held": [],
    }
    if isinstance(form, forms.HandOverForm):
        ticked = {each.pk for each in form.chosen()}
        context["held"] = [
            appointment_row(each, desk.on) | {"pk": each.pk, "ticked": each.pk in ticked} for each in form.held
        ]
    return render(request, "administration/act.html", context, status=status)


@office_page
def organisation_act(request: HttpRequest, pk: int, slug: str) -> HttpResponseBase:
    desk = administrators_desk(request)
    row = get_object_or_404(desk.organisations, pk=pk)
    return act(request, desk, row, slug, ORGANISATION_ACTS, reverse("organisation", args=[pk]))


@office_page
def official_act(request: HttpRequest, pk: int, slug: str) -> HttpResponseBase:
    desk = administrators_desk(request)
    row = get_object_or_404(desk.users, pk=pk)
    return act(request, desk, row, slug, OFFICIAL_ACTS, reverse("official", args=[pk]))


@office_page
def appointment_act(request: HttpRequest, pk: int, slug: str) -> HttpResponseBase:
    desk = administrators_desk(request)
    row = get_object_or_404(desk.appointments, pk=pk)
    return act(request, desk, row, slug, APPOINTMENT_ACTS, reverse("official", args=[row.user_id]))


@office_page
def seal_act(request: HttpRequest, pk: int, slug: str) -> HttpResponseBase:
    desk = administrators_desk(request)
    row = get_object_or_404(desk.seals, pk=pk)
    return act(request, desk, row, slug, SEAL_ACTS, reverse("organisation", args=[row.organisation_id]))


@office_page
def certificate_act(request: HttpRequest, pk: int, slug: str) -> HttpResponseBase:
    desk = administrators_desk(request)
    row = get_object_or_404(desk.certificates, pk=pk)
    return act(request, desk, row, slug, CERTIFICATE_ACTS, reverse("organisation", args=[row.organisation_id]))


@office_page
def organisation_new(request: HttpRequest) -> HttpResponseBase:
    """A department or a township; with `parent`, a village of that township."""
    desk = administrators_desk(request)
    parent = None
    if (wanted := row_number(request.GET.get("parent", ""))) is not None:
        parent = get_object_or_404(desk.organisations.filter(kind="township"), pk=wanted)
    page = ActPage(
        "registry.establish_organisation",
        forms.OrganisationForm,
        f"在{parent.name}设立行政村" if parent else "设立乡镇（区、管委）或县直部门",
        "设立以后，再任命人员、登记印章。",
    )
    back = reverse("organisation", args=[parent.pk]) if parent else reverse("organisations")
    form = bind(request, page.form, {"opened_on": desk.on}, parent=parent)
    return create(request, desk, page, form, back, lambda made: reverse("organisation", args=[made.pk]))


@office_page
def official_new(request: HttpRequest) -> HttpResponseBase:
    """A new login with a first password; the appointment is the next step."""
    desk = administrators_desk(request)
    page = ActPage(
        "registry.register_user",
        forms.NewUserForm,
        "登记用户",
        "登记以后请接着任命：没有任职的用户登录后什么都不能办。",
    )
    form = bind(request, page.form, {"password": forms.first_password()})
    return create(request, desk, page, form, reverse("officials"), lambda made: act_url(made, "appoint"))


def create(
    request: HttpRequest, desk: Desk, page: ActPage, form: PlainForm, back: str, onward: Callable[[Any], str]
) -> HttpResponseBase:
    if request.method != "POST":
        return show(request, page, form, None, back, desk)
    if not form.is_valid():
        return show(request, page, form, None, back, desk, status=422)
    try:
        outcome = perform(page.code, desk.county, desk.actor, form.cleaned_data, at=now())
    except Refused as error:
        return show(request, page, form, None, back, desk, refusals=list(error.refusals), status=422)
    messages.success(request, f"{page.button}已办好，已记入办理记录。")
    return see_other(onward(outcome.result))
