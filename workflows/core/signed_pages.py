"""The page that was signed on paper and came back to a step: what stands as the signature of whoever decides there."""

from __future__ import annotations

from collections.abc import Iterable

from audit.models import Event
from registry.models import Appointment
from registry.roles import SEES, Role, Sight
from signatures.models import PaperScan

from .actors import Actor
from .models import Case, DeskTask


def office_at(actor: Actor, case: Case) -> Appointment | None:
    """The person's office in the village or township whose case it is."""
    offices = (case.village_id, case.township_id)
    for appointment in actor.appointments:
        if SEES[Role(appointment.role)] == Sight.OWN and appointment.organisation_id in offices:
            return appointment
    return None


def standing_scan(case: Case, task: DeskTask) -> PaperScan | None:
    """The newest scan that came back while the case lies at this step (one query)."""
    scan: PaperScan | None = (
        PaperScan.objects.filter(case_key=case.key, step=task.flow_task.name, at__gte=task.created)
        .select_related("document")
        .order_by("-pk")
        .first()
    )
    return scan


def scans_told(events: Iterable[Event]) -> list[Event]:
    """The events of the story by which signed pages came back."""
    return [event for event in events if event.action == "desk.attach_scan" and "scan_number" in event.details]


def scan_told_at(events: Iterable[Event], task: DeskTask) -> Event | None:
    """By which event the scan came back that stands at this step, from the story as the page has read it."""
    found = [
        event
        for event in scans_told(events)
        if event.at >= task.created and event.from_state in task.flow_task.while_in
    ]
    return max(found, key=lambda event: event.sequence, default=None)
