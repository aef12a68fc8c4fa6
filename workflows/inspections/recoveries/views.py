"""资金追回: the list, and the page on which money is asked back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import get_random_string

from registry.models import Worker
from workflows.attendance.models import PayLine, PayRoster, RosterState
from workflows.core.case_list import case_list
from workflows.core.clock import now
from workflows.core.desk_view import errors_of, refusal_rows
from workflows.core.door import Step, perform, perform_together
from workflows.core.models import Case
from workflows.core.opening import opener
from workflows.core.plain_forms import PlainForm
from workflows.core.refusals import Refusal, Refused
from workflows.core.requests import actor_of, office_page, row_number

from ..models import Finding, Recovery, RecoveryState
from .actions import OPENERS
from .amounts import by_month, difference_lines, paid_lines, total_of
from .differences import recovery_of, spoken_facts
from .flow_v1 import RecoveryFlow

MOST_AT_ONCE = 20
"""People whose money is asked back in one act."""


class AskedBackForm(PlainForm):
    """What is typed; the amounts come from the rosters."""

    first_month = forms.CharField(label="从哪个月（如2020-09，空着是全部）", max_length=7, required=False)
    last_month = forms.CharField(label="到哪个月（空着是全部）", max_length=7, required=False)
    facts = forms.CharField(label="事实", max_length=600, required=False, widget=forms.Textarea)
    due_on = forms.DateField(label="退回期限", required=False)
    account = forms.CharField(label="退回账户", max_length=60, required=False)


@office_page
def recoveries(request: HttpRequest) -> HttpResponseBase:
    """All recoveries one may see, newest first."""
    rows = Recovery.objects.select_related("finding__worker")
    context = case_list(request, RecoveryFlow, rows, url_name="recoveries", states=RecoveryState.choices)
    return render(request, "inspections/recoveries.html", context)


@office_page
def recovery_new(request: HttpRequest, pk: int) -> HttpResponseBase:
    """From a finding's case: who was paid, which months, until when it is to come back."""
    actor = actor_of(request)
    case = Case.objects.visible_to(actor, copied=False).filter(pk=pk).first()
    finding = Finding.objects.select_related("worker", "official", "village", "case").filter(case=case).first()
    if case is None or finding is None or opener(actor, finding.township_id, OPENERS) is None:
        raise Http404
    if request.method != "POST":
        return _show(request, finding, [])
    # Whoever was paid on the same finding is asked in one act: one notice for each, all of them or none.
    chosen = request.POST.getlist("worker") or [""]
    typed, key = request.POST.dict(), request.POST.get("opening_key", "")
    steps = [
        Step("recoveries.open", case, {**typed, "worker": each, "opening_key": f"{key}-{each}" if each else key})
        for each in chosen[:MOST_AT_ONCE]
    ]
    try:
        made: list[Case] = [each.result for each in perform_together(steps, actor, at=now())]
    except Refused as error:
        return _show(request, finding, list(error.refusals), status=422)
    messages.success(request, f"已提出追回，编号{'、'.join(each.number for each in made)}。")
    response = redirect("case", made[0].pk if len(made) == 1 else case.pk)
    response.status_code = 303
    return response


def _show(request: HttpRequest, finding: Finding, refusals: list[Refusal], status: int = 200) -> HttpResponse:
    errors = errors_of(refusals)
    payees = [finding.worker] if finding.worker is not None else list(payees_of(finding))
    asked = request.POST.getlist("worker") or request.GET.getlist("worker")
    wanted = {row_number(each) for each in asked[:MOST_AT_ONCE]}
    chosen = [each for each in payees if each.pk in wanted] or (payees if len(payees) == 1 else [])
    form = (
        AskedBackForm(request.POST) if request.method == "POST" else AskedBackForm(initial={"facts": finding.problem})
    )
    lines = paid_lines(*(chosen or payees))
    owed = [
        {"payee": each, "months": _months([line for line in lines if line.worker_id == each.pk])} for each in payees
    ]
    context: dict[str, Any] = {
        "title": f"向{finding.whom}追回资金",
        "finding": finding,
        "owed": [each for each in owed if each["payee"] in chosen or (not chosen and each["months"])],
        "chosen": bool(chosen),
        "most": MOST_AT_ONCE,
        "fields": form.rows(errors),
        "opening_key": request.POST.get("opening_key") or get_random_string(32),
        "back_url": reverse("case", args=[finding.case_id]),
        "refusals": refusal_rows(refusals),
        "refusal_title": f"还不能提出，请先改好{len(refusals)}处" if refusals else "",
    }
    return render(request, "inspections/recovery_new.html", context, status=status)


class DifferenceForm(PlainForm):
    """Until when and where to; the amount is the roster's."""

    facts = forms.CharField(label="事实", max_length=600, required=False, widget=forms.Textarea)
    due_on = forms.DateField(label="退回期限", required=False)
    account = forms.CharField(label="退回账户", max_length=60, required=False)


@office_page
def recovery_difference(request: HttpRequest, pk: int, worker: int) -> HttpResponseBase:
    """From a paid roster's page: what a corrected month left a worker owing."""
    actor = actor_of(request)
    case = Case.objects.visible_to(actor, copied=False).filter(pk=pk).first()
    rosters = PayRoster.objects.select_related("township", "case")
    roster = rosters.filter(case=case, state=RosterState.PAID).first() if case is not None else None
    payee = Worker.objects.filter(pk=worker).first()
    if case is None or roster is None or payee is None or opener(actor, roster.township_id, OPENERS) is None:
        raise Http404
    lines = difference_lines(roster, payee)
    made = recovery_of(roster, payee)
    if made is not None:
        return redirect("case", made.case_id)
    if not lines:
        raise Http404
    if request.method != "POST":
        return _show_difference(request, roster, payee, lines, [])
    data = {**request.POST.dict(), "worker": str(payee.pk)}
    try:
        outcome = perform("recoveries.open_for_difference", case, actor, data, at=now())
    except Refused as error:
        return _show_difference(request, roster, payee, lines, list(error.refusals), status=422)
    opened: Case = outcome.result
    messages.success(request, f"已提出追回，编号{opened.number}。")
    response = redirect("case", opened.pk)
    response.status_code = 303
    return response


def _show_difference(
    request: HttpRequest,
    roster: PayRoster,
    payee: Worker,
    lines: list[PayLine],
    refusals: list[Refusal],
    status: int = 200,
) -> HttpResponse:
    form = (
        DifferenceForm(request.POST)
        if request.method == "POST"
        else DifferenceForm(initial={"facts": spoken_facts(lines)})
    )
    months = [
        {
            "month": f"{line.for_month.year}年{line.for_month.month}月",
            "paid_on": roster.paid_on,
            "amount": line.amount,
        }
        for line in lines
    ]
    context: dict[str, Any] = {
        "title": f"追回{payee.name}的差额{-total_of(lines)}元",
        "difference": True,
        "owed": [{"payee": payee, "months": months}],
        "chosen": True,
        "fields": form.rows(errors_of(refusals)),
        "opening_key": request.POST.get("opening_key") or get_random_string(32),
        "back_url": reverse("case", args=[roster.case_id]),
        "refusals": refusal_rows(refusals),
        "refusal_title": f"还不能提出，请先改好{len(refusals)}处" if refusals else "",
    }
    return render(request, "inspections/recovery_new.html", context, status=status)


def _months(lines: list[PayLine]) -> list[dict[str, Any]]:
    return [
        {"month": f"{month.year}年{month.month}月", "paid_on": paid_on, "amount": amount}
        for month, paid_on, amount in by_month(lines)
    ]


def payees_of(finding: Finding) -> list[Worker]:
    """Everybody in the village who was ever paid (one query)."""
    paid = PayLine.objects.filter(village=finding.village_id, counts=True, roster__state=RosterState.PAID)
    return list(Worker.objects.filter(pk__in=paid.values("worker")).order_by("name", "pk"))
