"""A message to an office, written in the transaction of the change it tells of."""

from __future__ import annotations

from audit.personal_numbers import mask_numbers

from .actions import Move
from .models import Notice
from .procedure import Desk


def tell(move: Move, desk: Desk, text: str) -> None:
    """Tell every office that must act at this step of the case."""
    for lying in desk.lying(move.case):
        tell_office(move, lying.office_id, lying.role, text)


def tell_office(move: Move, office_id: int, role: str, text: str) -> None:
    """Tell one office of the case."""
    Notice.objects.create(
        office_id=office_id,
        office_role=role,
        case=move.case,
        text=mask_numbers(text)[:200],  # a notice lies in the clear, and reasons are typed by people
        at=move.at,
    )
