"""Who has been told of which rules, and who has not confirmed yet."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from registry.models import Organisation, PolicySet
from registry.roles import SEES, OrganisationKind, Role, Sight
from workflows.core.actors import Actor
from workflows.core.clock import now, today
from workflows.core.desk_view import errors_of, refusal_rows
from workflows.core.door import Step, perform_together
from workflows.core.guards import chinese
from workflows.core.refusals import Refusal, Refused
from workflows.core.requests import actor_of, office_page, see_other

from .actions import SENDERS
from .documents import words_of
from .models import Briefing, State

SHOWN = 20


def must_follow_up(actor: Actor) -> bool:
    """Whose work it is that every village is told: the township's, and the bureau's that looks on."""
    return actor.holds((*SENDERS, Role.BUREAU_SUPERVISOR, Role.EMPLOYMENT_SERVICE_OFFICER)) is not None


def reader(actor: Actor) -> Any:
    """The appointment by which somebody looks, the county's first; a village finds its notice in its inbox."""
    at_county = [each for each in actor.appointments if SEES[Role(each.role)] == Sight.COUNTY]
    at_township = [each for each in actor.appointments if each.organisation.kind == OrganisationKind.TOWNSHIP]
    return next(iter([*at_county, *at_township]), None)


def townships_of(actor: Actor) -> Any:
    """The townships whose villages one may see."""
    appointment = reader(actor)
    if appointment is None:
        raise Http404
    office = appointment.organisation
    townships = Organisation.objects.filter(county=office.county_id, kind=OrganisationKind.TOWNSHIP).existing(today())
    return townships if SEES[Role(appointment.role)] == Sight.COUNTY else townships.filter(pk=office.pk)


def senders_township(actor: Actor) -> Organisation | None:
    appointment = actor.holds(SENDERS)
    return appointment.organisation if appointment is not None else None


def tally(policy_set_ids: list[int], townships: list[int]) -> dict[tuple[int, int], dict[str, int]]:
    """Sent and received by set and township (one query)."""
    rows = (
        Briefing.objects.filter(policy_set__in=policy_set_ids, township__in=townships)
        .values("policy_set", "township")
        .annotate(sent=Count("pk"), received=Count("pk", filter=Q(state=State.RECEIVED)))
    )
    return {(row["policy_set"], row["township"]): {"sent": row["sent"], "received": row["received"]} for row in rows}


def villages_by_township(townships: list[int]) -> dict[int, int]:
    """How many villages each township has today (one query)."""
    rows = Organisation.objects.existing(today()).filter(parent__in=townships)
    return dict(rows.order_by().values_list("parent").annotate(count=Count("pk")))


@office_page
def briefings(request: HttpRequest) -> HttpResponseBase:
    """Every policy set, newest first: how many villages were told, how many confirmed."""
    actor = actor_of(request)
    townships = list(townships_of(actor).values_list("pk", flat=True))
    county = reader(actor).organisation.county_id
    sets = list(PolicySet.objects.filter(county=county).order_by("-effective_on")[:SHOWN])
    counted = tally([row.pk for row in sets], townships)
    total = sum(villages_by_township(townships).values())
    rows = []
    for row in sets:
        mine = [counts for (policy_set, _), counts in counted.items() if policy_set == row.pk]
        sent, received = sum(each["sent"] for each in mine), sum(each["received"] for each in mine)
        rows.append(
            {
                "title": row.title,
                "document": row.document_number,
                "effective_on": row.effective_on,
                "url": reverse("briefing_receipts", args=[row.pk]),
                "sent": sent,
                "received": received,
                "total": total,
                "state": receipt_state(sent, received, total, replaced=is_replaced(row, sets)),
            }
        )
    return render(request, "briefings/briefings.html", {"rows": rows})


def is_replaced(row: PolicySet, sets: list[PolicySet]) -> bool:
    """Whether a later set is in force: nobody is told of this one any more."""
    return any(row.effective_on < each.effective_on <= today() for each in sets)


def receipt_state(sent: int, received: int, total: int, *, replaced: bool) -> dict[str, str]:
    if received >= total > 0:
        return {"kind": "done", "label": "全部回执"}
    if replaced:
        return {"kind": "ended", "label": "已改用新的一套"}
    if sent == 0:
        return {"kind": "back", "label": "还没有传达"}
    return {"kind": "", "label": f"{max(sent, total) - received}个村没有回执"}


@office_page
def briefing_receipts(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One set: by township for the county, by village for a township."""
    actor = actor_of(request)
    townships = list(townships_of(actor).order_by("code"))
    sets = list(PolicySet.objects.filter(county=reader(actor).organisation.county_id))
    policy_set = next((each for each in sets if each.pk == pk), None)
    if policy_set is None:
        raise Http404
    replaced = is_replaced(policy_set, sets)
    one = townships[0] if len(townships) == 1 else None
    if (wanted := request.GET.get("township", "")).isdecimal():
        one = next((each for each in townships if str(each.pk) == wanted[:18]), None)
        if one is None:
            raise Http404
    context: dict[str, Any] = {
        "title": policy_set.title,
        "document": policy_set.document_number,
        "effective_on": policy_set.effective_on,
        "back_url": reverse("briefings"),
    }
    if one is None:
        keys = [each.pk for each in townships]
        counted, villages_of = tally([pk], keys), villages_by_township(keys)
        context["townships"] = [
            {
                "name": each.name,
                "url": f"{reverse('briefing_receipts', args=[pk])}?township={each.pk}",
                "villages": villages_of.get(each.pk, 0),
                **(counts := counted.get((pk, each.pk), {"sent": 0, "received": 0})),
                "state": receipt_state(
                    counts["sent"], counts["received"], villages_of.get(each.pk, 0), replaced=replaced
                ),
            }
            for each in townships
        ]
        return render(request, "briefings/receipts.html", context)
    sent = {
        each.village_id: each for each in Briefing.objects.filter(policy_set=pk, township=one).select_related("case")
    }
    villages = list(Organisation.objects.existing(today()).filter(parent=one).order_by("code"))
    own = senders_township(actor)
    untold = [each for each in villages if each.pk not in sent]
    context |= {
        "township": one.name,
        "villages": [village_row(each, sent.get(each.pk)) for each in villages],
        "untold": len(untold),
        "send_url": reverse("briefing_send", args=[pk])
        if untold and not replaced and own is not None and own.pk == one.pk
        else "",
    }
    return render(request, "briefings/receipts.html", context)


def village_row(village: Organisation, briefing: Briefing | None) -> dict[str, Any]:
    if briefing is None:
        return {"name": village.name, "state": {"kind": "back", "label": "还没有传达"}}
    received = briefing.case.finished
    return {
        "name": village.name,
        "url": reverse("case", args=[briefing.case_id]),
        "number": briefing.case.number,
        "sent_on": briefing.sent_on,
        "received_on": received,
        "state": {"kind": "done", "label": "已回执"} if received else {"kind": "", "label": "待回执"},
    }


@office_page
def briefing_send(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The township's clerk signs once; every village that was not told yet gets its notice, all or none."""
    actor = actor_of(request)
    township = senders_township(actor)
    if township is None:
        raise Http404
    policy_set = get_object_or_404(PolicySet, pk=pk, county=township.county_id)
    told = Briefing.objects.filter(policy_set=policy_set, township=township).values("village")
    untold = list(Organisation.objects.existing(today()).filter(parent=township).exclude(pk__in=told).order_by("code"))
    back = reverse("briefing_receipts", args=[pk])
    if request.method != "POST":
        return _send_page(request, policy_set, township, untold, [])
    ticked = set(request.POST.getlist("villages"))
    chosen = [village for village in untold if str(village.pk) in ticked]
    if not chosen:
        nobody = Refusal("nobody", "请勾选要传达的村。", anchor="villages")
        return _send_page(request, policy_set, township, untold, [nobody], status=422)
    data = {**request.POST.dict(), "policy_set": policy_set}
    steps = [Step("briefings.send", village, data, "", request.FILES) for village in chosen]
    try:
        perform_together(steps, actor, at=now())
    except Refused as error:
        # Every village would say the same of the signature.
        once = {refusal.message: refusal for refusal in error.refusals}
        return _send_page(request, policy_set, township, untold, list(once.values()), status=422)
    messages.success(request, f"已向{len(chosen)}个村发出传达通知，等村里签写回执。")
    return see_other(back)


def _send_page(
    request: HttpRequest,
    policy_set: PolicySet,
    township: Organisation,
    untold: list[Organisation],
    refusals: list[Refusal],
    status: int = 200,
) -> HttpResponse:
    words = words_of(policy_set)
    errors = errors_of(refusals)
    ticked = set(request.POST.getlist("villages")) if request.method == "POST" else {str(each.pk) for each in untold}
    context = {
        "title": "传达规定",
        "township": township.full_name,
        "facts": [
            {"label": "文件", "value": policy_set.document_number},
            {"label": "执行日期", "value": chinese(policy_set.effective_on)},
            {"label": "安置对象", "value": words["people"]},
            {"label": "边缘户名额", "value": words["quota"]},
            {"label": "补贴标准", "value": words["stipend"]},
            {"label": "期限", "value": words["term"]},
            {"label": "变动", "value": words["changes"]},
        ],
        "villages": [{"pk": each.pk, "name": each.name, "ticked": str(each.pk) in ticked} for each in untold],
        "pad": {
            "value": request.POST.get("strokes", ""),
            "error": errors.get("strokes") or errors.get("scan") or "",
        },
        "refusals": refusal_rows(refusals),
        "refusal_title": f"还不能发出，请先改好{len(refusals)}处",
        "back_url": reverse("briefing_receipts", args=[policy_set.pk]),
    }
    return render(request, "briefings/send.html", context, status=status)
