"""The trail for those who look at everything, and the register of seals."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from audit.canonical import GENESIS
from audit.models import Event
from audit.queries import county_page
from audit.verification import verify_event
from registry.models import Organisation
from registry.roles import Role
from signatures.models import SealUse

from .actions import ACTIONS
from .actors import Actor
from .models import Case
from .procedure import flows
from .requests import actor_of, office_page, row_number

# Who reads the whole county's trail.
MAY_READ_TRAIL = (
    Role.BUREAU_SUPERVISOR,
    Role.EMPLOYMENT_SERVICE_OFFICER,
    Role.AUDITOR,
    Role.FINANCE_OFFICER,
    Role.SUPERVISION_MEMBER,
)
# Who reads a seal register: the keepers of their own seal, the bureau and the auditor of every seal.
MAY_READ_ALL_SEALS = (Role.BUREAU_SUPERVISOR, Role.AUDITOR)
PAGE = 50


def may_read_trail(actor: Actor) -> bool:
    return actor.holds(MAY_READ_TRAIL) is not None


def state_names() -> dict[str, str]:
    """Every state's Chinese name, from the flows themselves."""
    names: dict[str, str] = {}
    for flow in flows().values():
        names |= dict(flow.entity_model._meta.get_field("state").choices)
    return names


def case_url(event: Event) -> str:
    if not event.case_key.startswith("case:"):
        return ""
    return reverse("case", args=[int(event.case_key.removeprefix("case:"))])


def numbers_of(events: list[Event]) -> dict[str, str]:
    """What to call the cases of events from before they had a number (one query)."""
    unnumbered = [event.case_key for event in events if event.case_key and not event.subject_number]
    keys = [int(key.removeprefix("case:")) for key in unnumbered]
    cases = Case.objects.filter(pk__in=keys)
    return {case.key: case.number or f"草稿（{case.title}）" for case in cases}


def change_text(event: Event, names: dict[str, str]) -> str:
    if event.from_state == event.to_state:
        return ""
    before = names.get(event.from_state, event.from_state) or "无"
    return f"{before} → {names.get(event.to_state, event.to_state)}"


@office_page
def trail(request: HttpRequest) -> HttpResponseBase:
    """The county's events, newest first, by action, person's name of the case number or organisation."""
    actor = actor_of(request)
    appointment = actor.holds(MAY_READ_TRAIL)
    if appointment is None:
        raise Http404
    county = appointment.organisation.county
    before = request.GET.get("before", "")
    action, number = request.GET.get("action", ""), request.GET.get("number", "").strip()
    township = request.GET.get("township", "")
    page = county_page(
        county.code,
        before_sequence=row_number(before),
        action=action or None,
        organisation=township or None,
        case_number=number or None,
        limit=PAGE,
    )
    townships = Organisation.objects.filter(county=county, kind="township").values_list("code", "full_name")
    names = state_names()
    numbers = numbers_of(page.events)
    kept = {"action": action, "number": number, "township": township}
    context = {
        "filters": [
            {"name": "number", "label": "编号", "kind": "search", "value": number},
            {
                "name": "action",
                "label": "事项",
                "kind": "select",
                "value": action,
                "choices": [("", "全部"), *((each.code, each.told) for each in ACTIONS.all())],
            },
            {
                "name": "township",
                "label": "乡镇",
                "kind": "select",
                "value": township,
                "choices": [("", "全部"), *townships],
            },
        ],
        "rows": [
            {
                "at": event.at,
                "actor": event.actor_name,
                "organisation": event.actor_organisation_name,
                "action": ACTIONS.told(event.action),
                "subject": event.subject_number or numbers.get(event.case_key, "—"),
                "subject_url": case_url(event),
                "change": change_text(event, names),
                "reason": event.reason,
                "sequence": event.sequence,
                "url": reverse("trail_event", args=[event.sequence]),
            }
            for event in page.events
        ],
        "next_url": f"{reverse('trail')}?{urlencode(kept | {'before': page.older_before})}"
        if page.older_before
        else "",
        "total_text": f"已显示{len(page.events)}条。" if page.events else "",
    }
    return render(request, "desk/trail.html", context)


@office_page
def trail_event(request: HttpRequest, sequence: int) -> HttpResponseBase:
    """One event with its canonical bytes: anyone can recompute the hash."""
    appointment = actor_of(request).holds(MAY_READ_TRAIL)
    if appointment is None:
        raise Http404
    event = Event.objects.filter(county=appointment.organisation.county.code, sequence=sequence).first()
    if event is None:
        raise Http404
    fault = verify_event(event)
    names = state_names()
    content = event.content
    context = {
        "event": {
            "sequence": event.sequence,
            "facts": [
                {"label": "时间", "value": f"{timezone.localtime(event.at):%Y年%-m月%-d日 %H:%M:%S}"},
                {"label": "办理人", "value": event.actor_name},
                {"label": "以何身份", "value": role_label(event.actor_role)},
                {"label": "单位", "value": event.actor_organisation_name},
                {"label": "做了什么", "value": ACTIONS.told(event.action)},
                {"label": "办件", "value": event.subject_number or "未编号", "url": case_url(event)},
                {"label": "变化", "value": change_text(event, names)},
                {"label": "原因", "value": event.reason},
                {"label": "所依政策", "value": event.policy},
                *({"label": label_of(name), "value": str(value)} for name, value in event.details.items()),
            ],
            "papers": [
                {
                    "form": paper["form"],
                    "version": paper["version"],
                    "file_digest": paper["file_digest"],
                    "content_digest": paper["content_digest"],
                }
                for paper in content["papers"]
            ],
            "hash": event.hash,
            "previous_hash": "" if event.previous_hash == GENESIS else event.previous_hash,
            "digests": [
                *({"label": f"签字摘要{n}", "value": value} for n, value in enumerate(content["signatures"], 1)),
                *({"label": f"栏目{name}", "value": value} for name, value in content["fields"].items()),
            ],
            "canonical": bytes(event.canonical).decode(),
            "verified": {"kind": "stop", "text": fault[0]} if fault else {"kind": "ok", "text": "摘要与原文一致。"},
        },
        "back_url": reverse("trail"),
    }
    return render(request, "desk/event.html", context)


def role_label(role: str) -> str:
    return str(Role(role).label) if role in Role.values else "系统"


def label_of(name: str) -> str:
    labels = {
        "seal_register": "用印登记",
        "voided": "作废的意见",
        "taken_back": "撤回的办理",
        "attachment": "附件摘要",
        "seen": "看了哪些",
        "pages": "页数",
        "role": "任职",
        "from_on": "任职开始",
        "people": "人数",
        "start_on": "上岗日期",
        "end_on": "离岗日期",
    }
    return labels.get(name, name)


@office_page
def seal_register(request: HttpRequest) -> HttpResponseBase:
    """用印登记: a keeper's own seals; the bureau's and the auditor's view of all."""
    actor = actor_of(request)
    uses = SealUse.objects.select_related("seal", "keeper", "revocation").order_by("-pk")
    overseer = actor.holds(MAY_READ_ALL_SEALS)
    keepers = [
        office.organisation_id
        for office in actor.offices
        if office.role in (Role.TOWNSHIP_SEAL_KEEPER, Role.VILLAGE_SEAL_KEEPER)
    ]
    if overseer is not None:
        uses = uses.filter(seal__organisation__county=overseer.organisation.county)
    elif keepers:
        uses = uses.filter(seal__organisation__in=keepers)
    else:
        raise Http404
    before = request.GET.get("before", "")
    if (last := row_number(before)) is not None:
        uses = uses.filter(pk__lt=last)
    found = list(uses[: PAGE + 1])
    numbers = cases_of(found)
    context = {
        "rows": [seal_row(use, numbers) for use in found[:PAGE]],
        "next_url": f"{reverse('seal_register')}?before={found[PAGE - 1].pk}" if len(found) > PAGE else "",
        "total_text": f"已显示{len(found[:PAGE])}条。" if found else "",
    }
    return render(request, "desk/seal_register.html", context)


def cases_of(uses: list[SealUse]) -> dict[tuple[str, str], Case]:
    """The cases of these uses, by subject (one query per kind of subject)."""
    found: dict[tuple[str, str], Case] = {}
    for flow in flows().values():
        kind = flow.entity_model._meta.label_lower
        keys = [use.subject_key for use in uses if use.subject_kind == kind]
        for entity in flow.entity_model.objects.filter(pk__in=keys).select_related("case"):
            found[kind, str(entity.pk)] = entity.case
    return found


def seal_row(use: SealUse, cases: dict[tuple[str, str], Case]) -> dict[str, Any]:
    case = cases.get((use.subject_kind, use.subject_key))
    revocation = getattr(use, "revocation", None)
    return {
        "number": f"{use.year}年第{use.number}号",
        "at": use.at,
        "seal": use.seal.name,
        "subject": f"{case.title}（{case.number}）" if case else use.subject_key,
        "subject_url": reverse("case", args=[case.pk]) if case else "",
        "document": case.flow_class.paperwork.title if case else "",
        "copies": use.copies,
        "requested_by": use.requested_by,
        "approved_by": use.approved_by,
        "keeper": use.keeper.name,
        "by_clerk": use.by_clerk,
        "revoked": f"已作废：{revocation.why}" if revocation else "",
    }
