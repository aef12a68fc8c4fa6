"""A message to an office, written in the transaction of the change it tells of."""

from __future__ import annotations

from audit.personal_numbers import mask_numbers

from .actions import Move
from .models import Notice
from .procedure import Desk


def tell(move: Move, desk: Desk, text: str) -> None:
    """Tell the office at whose desk this step of the case is done."""
    case = move.case
    Notice.objects.create(
        office_id=desk.office_id_of(case),
        office_role=desk.role,
        case=case,
        text=mask_numbers(text)[:200],  # a notice lies in the clear, and reasons are typed by people
        at=move.at,
    )
