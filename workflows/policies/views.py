"""The county's policy sets: which is in force, what each says in words, what changed, and what is proposed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from registry.models import County, PolicySet, User
from registry.policy_words import PARAMETERS, differences, said
from workflows.core.actors import Actor
from workflows.core.clock import now, today
from workflows.core.desk_view import errors_of, refusal_rows
from workflows.core.door import perform
from workflows.core.guards import chinese
from workflows.core.refusals import Refusal, Refused
from workflows.core.requests import actor_of, office_page, row_number, see_other

from .actions import APPROVERS, PROPOSERS, changes_of, followed_set, following_set, undone_by
from .forms import PolicyForm
from .models import PolicyProposal, ProposalState

SHOWN = 50


def county_of(request: HttpRequest) -> County:
    """The county in which the person serves; 404 for who serves nowhere."""
    actor = actor_of(request)
    if not actor.appointments:
        raise Http404
    return actor.appointments[0].organisation.county


def may_take_part(actor: Actor) -> bool:
    return actor.holds({*PROPOSERS, *APPROVERS}) is not None


def waiting_for(actor: Actor) -> QuerySet[PolicyProposal]:
    """The proposals that wait for this person's word; none for those who may not give it."""
    appointment = actor.holds(APPROVERS)
    if appointment is None:
        return PolicyProposal.objects.none()
    waiting = PolicyProposal.objects.filter(county=appointment.organisation.county_id, state=ProposalState.PROPOSED)
    return waiting.exclude(proposed_by=actor.user)


def term_of(row: PolicySet, following: PolicySet | None, on: date) -> dict[str, str]:
    if row.effective_on > on:
        return {"kind": "", "label": f"{chinese(row.effective_on)}起生效"}
    if following is not None and following.effective_on <= on:
        return {"kind": "ended", "label": f"{chinese(following.effective_on)}起不用"}
    return {"kind": "done", "label": "现行"}


STATES = {
    ProposalState.PROPOSED: "mine",
    ProposalState.APPROVED: "done",
    ProposalState.REJECTED: "ended",
    ProposalState.WITHDRAWN: "back",
}


def state_of(proposal: PolicyProposal) -> dict[str, str]:
    return {"kind": STATES[ProposalState(proposal.state)], "label": ProposalState(proposal.state).label}


@office_page
def policies(request: HttpRequest) -> HttpResponseBase:
    """Every set by its day, newest first, and the proposals for those who take part."""
    county, actor, on = county_of(request), actor_of(request), today()
    sets = list(PolicySet.objects.filter(county=county).order_by("-effective_on")[:SHOWN])
    proposals = (
        PolicyProposal.objects.filter(county=county).select_related("proposed_by", "decided_by").order_by("-pk")[:SHOWN]
        if may_take_part(actor)
        else []
    )
    context = {
        "sets": [
            {
                "title": row.title,
                "url": reverse("policy_set", args=[row.pk]),
                "document": row.document_number,
                "effective_on": row.effective_on,
                "approved_by": row.approved_by,
                "state": term_of(row, sets[at - 1] if at else None, on),
                "changes": len(differences(sets[at + 1].parameters, row.parameters)) if at + 1 < len(sets) else None,
            }
            for at, row in enumerate(sets)
        ],
        "proposals": [
            {
                "title": proposal.title,
                "url": reverse("policy_proposal", args=[proposal.pk]),
                "effective_on": proposal.effective_on,
                "proposed_by": proposal.proposed_by.name,
                "decided_by": proposal.decided_by.name if proposal.decided_by else "",
                "state": state_of(proposal),
            }
            for proposal in proposals
        ],
        "may_take_part": may_take_part(actor),
        "new_url": reverse("policy_new") if actor.holds(PROPOSERS) else "",
    }
    return render(request, "policies/policies.html", context)


def words_of(values: dict[str, Any]) -> list[dict[str, Any]]:
    """Every parameter of a set in words, with its articles."""
    known = {parameter.name for parameter in PARAMETERS}
    rows = [
        {"name": each.name, "label": each.label, "value": said(each.name, values), "basis": "、".join(each.basis)}
        for each in PARAMETERS
        if each.name in values
    ]
    rest = sorted(set(values) - known)
    return rows + [{"name": name, "label": name, "value": said(name, values), "basis": ""} for name in rest]


@office_page
def policy_set(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One set: every parameter in words, and what it changed against the one before."""
    county, on = county_of(request), today()
    row = get_object_or_404(PolicySet, county=county, pk=pk)
    before = followed_set(county, row.effective_on)
    context = {
        "title": row.title,
        "state": term_of(row, following_set(county, row.effective_on), on),
        "facts": [
            {"label": "文号", "value": row.document_number},
            {"label": "生效日期", "value": chinese(row.effective_on)},
            {"label": "批准", "value": row.approved_by},
            *([{"label": "说明", "value": row.note}] if row.note else []),
        ],
        "rows": words_of(row.parameters),
        "before": before,
        "differences": differences(before.parameters, row.parameters) if before is not None else [],
        "back_url": reverse("policies"),
    }
    return render(request, "policies/policy_set.html", context)


@office_page
def policy_new(request: HttpRequest) -> HttpResponseBase:
    """An editable copy of the set in force (or of an earlier proposal): proposing it is one act."""
    county, actor = county_of(request), actor_of(request)
    if actor.holds(PROPOSERS, county.pk) is None:
        raise Http404
    earlier = None
    if (wanted := row_number(request.GET.get("from", ""))) is not None:
        earlier = get_object_or_404(PolicyProposal, county=county, pk=wanted)
    current = PolicySet.objects.filter(county=county, effective_on__lte=today()).order_by("-effective_on").first()
    if current is None:
        raise Http404
    start = earlier.values if earlier is not None else current.parameters
    if request.method != "POST":
        named = ("title", "document_number", "note")
        initial = {name: getattr(earlier, name) for name in named} if earlier is not None else {}
        return _form(request, PolicyForm(initial=initial, start=start), [])
    form = PolicyForm(request.POST, start=start)
    if not form.is_valid():
        slips = [
            Refusal("shape", f"{form.fields[name].label}：{message}", anchor=name)
            for name, found in form.errors.items()
            for message in found
        ]
        return _form(request, form, slips, status=422)
    try:
        outcome = perform("policies.propose", county, actor, form.data_for_the_door(), at=now())
    except Refused as error:
        return _form(request, form, list(error.refusals), status=422)
    messages.success(request, "已提出，请另一位有权的人批准。批准以前一切照旧。")
    return see_other(reverse("policy_proposal", args=[outcome.result.pk]))


def _form(request: HttpRequest, form: PolicyForm, refusals: list[Refusal], status: int = 200) -> HttpResponse:
    context = {
        "sections": form.sections(errors_of(refusals)),
        "refusals": refusal_rows(refusals),
        "refusal_title": f"还不能提出，请先改好{len(refusals)}处",
        "back_url": reverse("policies"),
    }
    return render(request, "policies/policy_form.html", context, status=status)


@office_page
def policy_proposal(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What would change, who proposed it, and the buttons of those who may decide."""
    county, actor = county_of(request), actor_of(request)
    if not may_take_part(actor):
        raise Http404
    rows = PolicyProposal.objects.select_related("proposed_by", "decided_by", "county")
    proposal = get_object_or_404(rows, county=county, pk=pk)
    if request.method != "POST":
        return _proposal(request, actor, proposal, [])
    code = request.POST.get("action", "")
    if code not in ("policies.approve", "policies.reject", "policies.withdraw"):
        raise Http404
    reason = request.POST.get(f"reason_{code}", "")
    try:
        perform(code, proposal, actor, {"reason": reason}, at=now())
    except Refused as error:
        return _proposal(request, actor, proposal, list(error.refusals), status=422)
    messages.success(request, "已办好，已记入办理记录。")
    return see_other(reverse("policy_proposal", args=[pk]))


def _who_and_when(who: User | None, at: datetime | None) -> str:
    return f"{who.name}，{chinese(timezone.localtime(at).date())}" if who is not None and at is not None else ""


def _proposal(
    request: HttpRequest, actor: Actor, proposal: PolicyProposal, refusals: list[Refusal], status: int = 200
) -> HttpResponse:
    own = actor.user is not None and proposal.proposed_by_id == actor.user.pk
    waiting = proposal.state == ProposalState.PROPOSED
    buttons: list[dict[str, Any]] = []
    if waiting and own:
        buttons = [{"value": "policies.withdraw", "label": "撤回提案", "weight": "plain"}]
    elif waiting and actor.holds(APPROVERS) is not None:
        buttons = [
            {
                "value": "policies.reject",
                "label": "不批准",
                "weight": "final",
                "needs_reason": True,
                "reason": request.POST.get("reason_policies.reject", ""),
                "open": request.POST.get("action") == "policies.reject",
                "error": next((refusal.message for refusal in refusals if refusal.anchor == "reason"), ""),
                "reason_label": "为什么不批准",
                "reason_hint": "提出人会看到。",
            },
            {"value": "policies.approve", "label": "批准", "weight": "primary"},
        ]
    decided = (
        f"{proposal.decided_by.name}，{chinese(timezone.localtime(proposal.decided_at).date())}"
        if proposal.decided_by
        else ""
    )
    before = followed_set(proposal.county, proposal.effective_on)
    after = following_set(proposal.county, proposal.effective_on)
    changes = changes_of(before, proposal)
    context = {
        "title": proposal.title,
        "after": after,
        "taken_back": undone_by(after, changes),
        "state": state_of(proposal),
        "facts": [
            {"label": "文号", "value": proposal.document_number},
            {"label": "生效日期", "value": chinese(proposal.effective_on)},
            {
                "label": "提出",
                "value": f"{proposal.proposed_by.name}，{chinese(timezone.localtime(proposal.proposed_at).date())}",
            },
            *([{"label": "决定", "value": decided}] if decided else []),
            *([{"label": "理由", "value": proposal.reason}] if proposal.reason else []),
            *([{"label": "说明", "value": proposal.note}] if proposal.note else []),
        ],
        "differences": changes,
        "before": before,
        "rows": words_of(proposal.values),
        "buttons": buttons,
        "waits_for_another": waiting and own,
        "say_title": "请逐项看改了什么" if buttons and not own else "",
        "say_text": f"批准后从{chinese(proposal.effective_on)}起使用；在那以前一切照旧。" if buttons else "",
        "refusals": refusal_rows(refusals),
        "again_url": f"{reverse('policy_new')}?from={proposal.pk}" if actor.holds(PROPOSERS) and not waiting else "",
        "back_url": reverse("policies"),
    }
    return render(request, "policies/policy_proposal.html", context, status=status)
