"""How long an approval waits for its agreement, and what becomes of it there."""

from __future__ import annotations

from datetime import date

from django.urls import reverse
from django.utils import timezone

from registry.policies import Policy
from workflows.core.models import Case
from workflows.core.story import Entry
from workflows.core.working_days import after_working_days
from workflows.employment.models import Agreement, AgreementState

from .models import Application, State

TERM = "agreement"  # the policy's name for the working days in which an approval is taken up


def last_day_to_sign(application: Application, days: int) -> date:
    """The last working day on which the approval may be taken up."""
    approved_on = timezone.localtime(application.case.finished).date()
    return after_working_days(approved_on, days)


def is_overdue(application: Application, policy: Policy, on: date) -> bool:
    """Nobody took it up within the policy's working days; never where the policy sets none."""
    days = policy.step_days.get(TERM)
    return days is not None and last_day_to_sign(application, days) < on


def agreement_of(source: Case) -> Agreement | None:
    """The agreement drawn up from this application, unless it was voided."""
    found = Agreement.objects.filter(source=source).exclude(state=AgreementState.VOIDED)
    return found.select_related("case").first()


def agreement_story(source: Case, application: Application) -> list[Entry]:
    """Begun, and how far it is or when it was concluded: for the timeline of the application (one query)."""
    if application.state not in (State.APPROVED, State.SIGNED):
        return []
    agreement = agreement_of(source)
    if agreement is None or agreement.case is None:
        return []
    case, url = agreement.case, reverse("case", args=[agreement.case_id])
    concluded = agreement.state == AgreementState.CONCLUDED
    note = "" if concluded else AgreementState(agreement.state).label
    told = [(case.created, "开始填写用工协议", "plain")]
    if concluded:
        told.append((case.finished, "用工协议签订，甲方已盖章", "sealed"))
    return [
        Entry(kind=kind, who="", text=text, when=at, note=note, url=url, url_label="看协议") for at, text, kind in told
    ]
