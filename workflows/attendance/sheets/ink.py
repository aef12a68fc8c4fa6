"""The workers' own signatures in their rows: bound to the sheet as it reads, void with the first change."""

from __future__ import annotations

from signatures.signing import SigningRefused, revoke_signature, sign
from workflows.core.actions import Move
from workflows.core.refusals import Refusal, Refused

from ..models import AttendanceRow
from .facts import rows_of
from .ink_panel import RowInk

PLACE = "workers.signature"
PLACE_MM = (22.0, 7.0)


def sign_row(move: Move, row: AttendanceRow, ink: RowInk, *, content_digest: str, form_digest: str) -> None:
    """One worker signs (again): earlier ink there is voided."""
    if row.signature is not None:
        revoke_signature(row.signature, at=move.at, why="重新签字", by=move.actor.user)
    try:
        row.signature = sign(
            county=move.county,
            signer=None,
            appointment=None,
            signer_name=row.worker.name,
            drawn=ink.drawn,
            scan=ink.scan,
            thumb_witness=ink.witness,
            content_digest=content_digest,
            form_digest=form_digest,
            subject_kind=row._meta.label_lower,
            subject_key=str(row.pk),
            place=PLACE,
            at=move.at,
            place_mm=PLACE_MM,
        )
    except SigningRefused as error:
        raise Refused([Refusal("signing_refused", str(error), anchor=f"ink_{row.worker_id}")]) from error
    row.save(update_fields=["signature"])
    move.signatures.append(row.signature.digest)


def void_ink(move: Move, *, why: str) -> int:
    """What the workers signed no longer says what the sheet says; tells how many."""
    signed = [row for row in rows_of(move.entity) if row.signature is not None]
    for row in signed:
        revoke_signature(row.signature, at=move.at, why=why, by=move.actor.user)  # type: ignore[arg-type]
        row.signature = None
        row.save(update_fields=["signature"])
    move.case.forget("attendance_rows")
    return len(signed)
