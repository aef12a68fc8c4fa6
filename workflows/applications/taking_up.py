"""How long an approval waits for its agreement."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from registry.policies import Policy
from workflows.core.working_days import after_working_days

from .models import Application

TERM = "agreement"  # the policy's name for the working days in which an approval is taken up


def last_day_to_sign(application: Application, days: int) -> date:
    """The last working day on which the approval may be taken up."""
    approved_on = timezone.localtime(application.case.finished).date()
    return after_working_days(approved_on, days)


def is_overdue(application: Application, policy: Policy, on: date) -> bool:
    """Nobody took it up within the policy's working days; never where the policy sets none."""
    days = policy.step_days.get(TERM)
    return days is not None and last_day_to_sign(application, days) < on
