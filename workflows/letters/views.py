"""A new request for a seal, and the list of them."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from registry.roles import OrganisationKind, Role
from workflows.core.actors import Actor
from workflows.core.models import Case
from workflows.core.new_case import NewCase, new_case
from workflows.core.requests import actor_of, office_page, row_number

from .actions import OPENERS
from .documents import KINDS
from .flow_v1 import LetterFlow
from .models import Letter, LetterState

PAGE = 50
NEW_LETTER = NewCase(
    flow=LetterFlow,
    title="用印申请",
    url_name="new_letter",
    opens="letters.open",
    saves="letters.save_draft",
    submits="letters.submit",
    submit_label="提出申请",
    openers=OPENERS,
)
# Whose requests the county looks at: the bureau and the auditor, as the register of seals.
OVERSEERS = (Role.BUREAU_SUPERVISOR, Role.AUDITOR)


def may_see_letters(actor: Actor) -> bool:
    """Townships ask for seals; the bureau and the auditor look."""
    township = any(each.organisation.kind == OrganisationKind.TOWNSHIP for each in actor.appointments)
    return township or actor.holds(OVERSEERS) is not None


@office_page
def new_letter(request: HttpRequest) -> HttpResponseBase:
    """A blank 用印申请审批单."""
    return new_case(request, NEW_LETTER)


@office_page
def letters(request: HttpRequest) -> HttpResponseBase:
    """Requests one may see, newest first; a draft is its writers' own."""
    actor = actor_of(request)
    if not may_see_letters(actor):
        raise Http404
    wanted = request.GET.get("state", "")
    found = Letter.objects.filter(case__in=Case.objects.visible_to(actor)).select_related("organisation", "case")
    if actor.holds(OPENERS) is None:
        found = found.exclude(state=LetterState.DRAFT)
    if wanted in LetterState.values:
        found = found.filter(state=wanted)
    if (after := row_number(request.GET.get("after"))) is not None:
        found = found.filter(pk__lt=after)
    rows = list(found.order_by("-pk")[: PAGE + 1])
    shown = rows[:PAGE]
    following = {"state": wanted, "after": shown[-1].pk} if len(rows) > PAGE else None
    context = {
        "states": [
            {"value": value, "label": label, "selected": value == wanted} for value, label in LetterState.choices
        ],
        "rows": [row_of(letter) for letter in shown],
        "next_url": f"{reverse('letters')}?{urlencode(following)}" if following else "",
        "total_text": f"已显示{len(shown)}件。" if shown else "",
        "can_open": actor.holds(OPENERS) is not None,
    }
    return render(request, "letters/letters.html", context)


def row_of(letter: Letter) -> dict[str, Any]:
    state = LetterState(letter.state)
    return {
        "url": reverse("case", args=[letter.case_id]),
        "title": letter.title or "未写标题",
        "where": letter.organisation.name,
        "number": letter.case.number,
        "addressee": letter.addressee,
        "copies": letter.copies,
        "requested_by": letter.requested_by,
        "state": {"kind": KINDS.get(state, ""), "label": state.label},
    }
