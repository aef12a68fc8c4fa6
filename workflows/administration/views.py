"""The administrator's pages: the tree of organisations, the people, the seals. No business data is shown here."""

from __future__ import annotations

import base64
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from registry.models import Appointment, Organisation, User
from registry.roles import OrganisationKind, Role
from signatures.models import Seal, SealCertificate
from workflows.core.models import DeskTask
from workflows.core.requests import office_page, row_number

from .access import administrators_desk
from .rules import chinese

PAGE = 50


def act_url(row: Any, slug: str) -> str:
    """The page on which one thing is done to one row."""
    kinds = {
        Organisation: "organisation_act",
        User: "official_act",
        Appointment: "appointment_act",
        Seal: "seal_act",
        SealCertificate: "certificate_act",
    }
    return reverse(kinds[type(row)], args=[row.pk, slug])


def standing_of(organisation: Organisation, on: date) -> dict[str, str]:
    """Whether it exists on the day, as shape and word."""
    if organisation.closed_on is not None and organisation.closed_on < on:
        return {"kind": "ended", "label": f"{chinese(organisation.closed_on)}撤销"}
    if organisation.opened_on > on:
        return {"kind": "", "label": f"{chinese(organisation.opened_on)}设立"}
    if organisation.closed_on is not None:
        return {"kind": "back", "label": f"到{chinese(organisation.closed_on)}为止"}
    return {"kind": "done", "label": "存续"}


def term_of(appointment: Appointment, on: date) -> dict[str, str]:
    """Whether an appointment opens anything on the day."""
    if appointment.withdrawn_at is not None:
        return {"kind": "ended", "label": "未开始即撤销"}
    if appointment.from_on > on:
        return {"kind": "", "label": f"{chinese(appointment.from_on)}开始"}
    if appointment.is_in_force(on):
        if appointment.to_on is not None:
            return {"kind": "back", "label": f"在任，到{chinese(appointment.to_on)}为止"}
        return {"kind": "done", "label": "在任"}
    return {"kind": "ended", "label": "已结束"}


def appointment_row(appointment: Appointment, on: date) -> dict[str, Any]:
    """One line of an office's or a person's appointments, with what may still be done about it."""
    ways = []
    if appointment.withdrawn_at is None and appointment.from_on > on:
        ways.append({"label": "撤销任职", "url": act_url(appointment, "withdraw")})
    elif appointment.withdrawn_at is None and (appointment.to_on is None or appointment.to_on >= on):
        ways.append({"label": "结束任职", "url": act_url(appointment, "end")})
    last = f"至{chinese(appointment.to_on)}" if appointment.to_on is not None else "起"
    return {
        "who": appointment.user.name,
        "who_url": reverse("official", args=[appointment.user_id]),
        "place": appointment.organisation.full_name,
        "place_url": reverse("organisation", args=[appointment.organisation_id]),
        "role": Role(appointment.role).label,
        "term": f"{chinese(appointment.from_on)}{last}",
        "state": term_of(appointment, on),
        "made_by": appointment.made_by,
        "ways": ways,
    }


@office_page
def organisations(request: HttpRequest) -> HttpResponseBase:
    """The tree: county departments, then townships with the number of their villages."""
    desk = administrators_desk(request)
    open_now = Q(villages__closed_on__isnull=True) | Q(villages__closed_on__gte=desk.on)
    holders = Q(appointments__in=Appointment.objects.in_force(desk.on))
    upper = desk.organisations.filter(parent__isnull=True).annotate(
        village_count=Count("villages", filter=open_now, distinct=True),
        holder_count=Count("appointments__user", filter=holders, distinct=True),
    )
    rows = [
        {
            "name": each.name,
            "code": each.code,
            "url": reverse("organisation", args=[each.pk]),
            "villages": each.village_count,
            "holders": each.holder_count,
            "state": standing_of(each, desk.on),
            "kind": each.kind,
        }
        for each in upper.order_by("code")
    ]
    context = {
        "county": desk.county.name,
        "groups": [
            {"title": "乡镇（区、管委）", "rows": [row for row in rows if row["kind"] == OrganisationKind.TOWNSHIP]},
            {
                "title": "县直部门和组织",
                "rows": [row for row in rows if row["kind"] == OrganisationKind.COUNTY_DEPARTMENT],
            },
        ],
        "new_url": reverse("organisation_new"),
    }
    return render(request, "administration/organisations.html", context)


@office_page
def organisation(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One organisation: what it is called, who serves there, its villages, its seals, its former names."""
    desk = administrators_desk(request)
    found = get_object_or_404(desk.organisations.select_related("parent"), pk=pk)
    appointments = desk.appointments.filter(organisation=found).order_by("-from_on", "-pk")[:PAGE]
    villages = list(found.villages.order_by("code")) if found.kind == OrganisationKind.TOWNSHIP else []
    is_village = found.kind == OrganisationKind.VILLAGE
    ways = [("任命", "appoint"), ("更名", "rename"), ("登记印章", "seal"), ("导入证书", "certificate")]
    if is_village:
        ways.append(("改掌印办法", "clerk-seal"))
    ways.append(("撤销单位", "close"))
    context = {
        "title": found.full_name,
        "state": standing_of(found, desk.on),
        "facts": [
            {"label": "类别", "value": OrganisationKind(found.kind).label},
            {"label": "代码", "value": found.code},
            {"label": "名称", "value": found.name},
            {"label": "印章上的名称", "value": found.seal_name},
            {"label": "设立日期", "value": chinese(found.opened_on)},
            *([{"label": "最后一天", "value": chinese(found.closed_on)}] if found.closed_on else []),
            *(
                [{"label": "经办人掌管印章", "value": "可以" if found.clerk_may_hold_seal else "不可以"}]
                if is_village
                else []
            ),
            *(
                [
                    {
                        "label": "所属乡镇",
                        "value": found.parent.full_name,
                        "url": reverse("organisation", args=[found.parent.pk]),
                    }
                ]
                if found.parent
                else []
            ),
        ],
        "ways": [{"label": label, "url": act_url(found, slug)} for label, slug in ways],
        "appointments": [appointment_row(each, desk.on) for each in appointments],
        "papers_open": DeskTask.objects.filter(office=found, finished__isnull=True)[:1000].count(),
        "villages": [
            {
                "name": each.name,
                "code": each.code,
                "url": reverse("organisation", args=[each.pk]),
                "state": standing_of(each, desk.on),
                "clerk_holds": each.clerk_may_hold_seal,
            }
            for each in villages
        ],
        "is_township": found.kind == OrganisationKind.TOWNSHIP,
        "new_village_url": f"{reverse('organisation_new')}?parent={found.pk}",
        "seals": [seal_row(seal, desk.on) for seal in desk.seals.filter(organisation=found).order_by("-valid_from")],
        "certificates": [
            certificate_row(each, desk.on) for each in desk.certificates.filter(organisation=found).order_by("-pk")
        ],
        "former_names": found.former_names.order_by("-renamed_on", "-pk"),
        "back_url": reverse("organisations"),
    }
    return render(request, "administration/organisation.html", context)


def seal_row(seal: Seal, on: date) -> dict[str, Any]:
    """A seal with its picture, its dates, and whether it may be applied today."""
    if seal.valid_from > on:
        state = {"kind": "", "label": f"{chinese(seal.valid_from)}启用"}
    elif not seal.is_in_use(on):
        state = {"kind": "ended", "label": "已停用"}
    else:
        last = f"，用到{chinese(seal.valid_to)}" if seal.valid_to is not None else ""
        state = {"kind": "done", "label": f"在用{last}"}
    last = f"至{chinese(seal.valid_to)}" if seal.valid_to is not None else "起"
    retirable = seal.valid_to is None or seal.valid_to >= on
    return {
        "name": seal.name,
        "place": seal.organisation.full_name,
        "place_url": reverse("organisation", args=[seal.organisation_id]),
        "term": f"{chinese(seal.valid_from)}{last}",
        "state": state,
        "picture": base64.b64encode(bytes(seal.picture)).decode(),
        "ways": [{"label": "停用", "url": act_url(seal, "retire")}] if retirable else [],
    }


def certificate_row(certificate: SealCertificate, on: date) -> dict[str, Any]:
    """A certificate: what stands on it, its dates, and whether it signs today."""
    expired = timezone.localtime(certificate.not_after).date() < on
    if certificate.valid_from > on:
        state = {"kind": "", "label": f"{chinese(certificate.valid_from)}启用"}
    elif expired:
        state = {"kind": "ended", "label": "证书已到期"}
    elif not certificate.is_in_use(on):
        state = {"kind": "ended", "label": "已停用"}
    else:
        state = {"kind": "done", "label": "在用"}
    retirable = certificate.valid_to is None or certificate.valid_to >= on
    return {
        "subject": certificate.subject,
        "issuer": certificate.issuer,
        "demo": certificate.demo,
        "not_after": certificate.not_after,
        "valid_from": certificate.valid_from,
        "state": state,
        "ways": [{"label": "停用", "url": act_url(certificate, "retire")}] if retirable else [],
    }


@office_page
def seals(request: HttpRequest) -> HttpResponseBase:
    """Every seal of the county by organisation, paged by key."""
    desk = administrators_desk(request)
    rows = desk.seals.order_by("-pk")
    if (last := row_number(request.GET.get("before", ""))) is not None:
        rows = rows.filter(pk__lt=last)
    found = list(rows[: 20 + 1])
    context = {
        "rows": [seal_row(seal, desk.on) for seal in found[:20]],
        "next_url": f"{reverse('seals')}?before={found[19].pk}" if len(found) > 20 else "",
        "total_text": f"已显示{len(found[:20])}枚。" if found else "",
    }
    return render(request, "administration/seals.html", context)


@office_page
def officials(request: HttpRequest) -> HttpResponseBase:
    """The county's logins by name, paged by key, each with today's appointments."""
    desk = administrators_desk(request)
    q = request.GET.get("q", "").strip()[:50]
    rows = desk.users.order_by("name", "pk")
    if q:
        rows = rows.filter(Q(name__startswith=q) | Q(username__startswith=q))
    # The key of the last row shown is its number: a name does not stand in an address.
    if (number := row_number(request.GET.get("after", ""))) is not None:
        last = get_object_or_404(desk.users, pk=number)
        rows = rows.filter(Q(name__gt=last.name) | Q(name=last.name, pk__gt=last.pk))
    found = list(rows[: PAGE + 1])
    shown = found[:PAGE]
    titles: dict[int, list[str]] = {}
    in_force = Appointment.objects.in_force(desk.on).filter(user__in=[each.pk for each in shown])
    for each in in_force.select_related("organisation").order_by("pk"):
        titles.setdefault(each.user_id, []).append(str(each))
    following = found[PAGE - 1] if len(found) > PAGE else None
    key = urlencode({"q": q, "after": following.pk}) if following else ""
    context = {
        "filters": [{"name": "q", "label": "姓名或用户名开头", "kind": "search", "value": q}],
        "rows": [
            {
                "name": user.name,
                "username": user.username,
                "url": reverse("official", args=[user.pk]),
                "titles": "、".join(titles.get(user.pk, [])),
                "state": login_state(user),
            }
            for user in shown
        ],
        "new_url": reverse("official_new"),
        "next_url": f"{reverse('officials')}?{key}" if key else "",
        "total_text": f"已显示{len(shown)}人。" if shown else "",
    }
    return render(request, "administration/officials.html", context)


def login_state(user: User) -> dict[str, str]:
    if not user.is_active:
        return {"kind": "ended", "label": "已停用"}
    if not user.has_usable_password():
        return {"kind": "", "label": "还没有密码"}
    if user.must_change_password:
        return {"kind": "back", "label": "须改初始密码"}
    return {"kind": "done", "label": "可以登录"}


@office_page
def official(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One person: the login, and every appointment with its dates."""
    desk = administrators_desk(request)
    user = get_object_or_404(desk.users, pk=pk)
    appointments = list(desk.appointments.filter(user=user).order_by("-from_on", "-pk")[:PAGE])
    running = [
        each for each in appointments if each.withdrawn_at is None and (each.to_on is None or each.to_on >= desk.on)
    ]
    ways = [("任命", "appoint")]
    if running:
        ways.append(("移交岗位", "hand-over"))
    ways += [("改姓名", "name"), ("重设密码", "password")]
    ways.append(("停用登录", "close") if user.is_active else ("恢复登录", "reopen"))
    claimed = DeskTask.objects.filter(owner=user, finished__isnull=True, office__isnull=False)
    context = {
        "title": user.name,
        "state": login_state(user),
        "facts": [
            {"label": "用户名", "value": user.username},
            {
                "label": "今天的任职",
                "value": "、".join(str(each) for each in appointments if each.is_in_force(desk.on)),
            },
            {"label": "手里领取的待办", "value": f"{claimed[:1000].count()}件"},
        ],
        "ways": [{"label": label, "url": act_url(user, slug)} for label, slug in ways],
        "appointments": [appointment_row(each, desk.on) for each in appointments],
        "back_url": reverse("officials"),
    }
    return render(request, "administration/official.html", context)
