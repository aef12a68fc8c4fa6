"""The panel in which the workers of a sheet sign one after the other: a pad for each who has not signed yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from signatures.scans import ScanError
from signatures.scans import clean as clean_scan
from signatures.strokes import StrokeError, Strokes
from signatures.strokes import parse as parse_strokes
from workflows.core.paperwork import Page
from workflows.core.refusals import Refusal

from ..models import AttendanceRow
from . import days


@dataclass(frozen=True)
class RowInk:
    """What one worker gave: strokes, a scan of a signature, or a thumb print before a witness."""

    worker_id: int
    drawn: Strokes | None = None
    scan: bytes | None = None
    witness: str = ""


def parse_inks(data: Mapping[str, Any], files: Mapping[str, Any] | None) -> tuple[list[RowInk], list[Refusal]]:
    """Every worker's ink in a form: `ink_<worker>` strokes, `scan_<worker>`, `thumb_<worker>` with
    `witness_<worker>`; and what is wrong with them."""
    given = {name: value for name, value in data.items() if str(name).startswith("ink_") and str(value).strip()}
    uploads = {str(name): upload for name, upload in (files or {}).items()}
    named = [*given, *(name for name in uploads if name.startswith(("scan_", "thumb_")))]
    inks, slips = [], []
    for key in dict.fromkeys(str(name).partition("_")[2] for name in named):
        if not (key.isascii() and key.isdigit() and len(key) < 18):
            continue
        try:
            inks.append(_ink_of(key, given, uploads, str(data.get(f"witness_{key}") or "")))
        except (StrokeError, ScanError) as error:
            slips.append(Refusal("shape", str(error), anchor=f"ink_{key}"))
    return inks, slips


def _ink_of(key: str, given: Mapping[str, Any], uploads: Mapping[str, Any], witness: str) -> RowInk:
    thumb, scan = uploads.get(f"thumb_{key}"), uploads.get(f"scan_{key}")
    if thumb is not None:
        name = " ".join(witness.split())[:30]
        if not name:
            raise ScanError("按手印要有见证人，请写明见证人姓名。")
        return RowInk(int(key), scan=clean_scan(thumb.read()), witness=name)
    if scan is not None:
        return RowInk(int(key), scan=clean_scan(scan.read()))
    return RowInk(int(key), drawn=parse_strokes(str(given[f"ink_{key}"])))


def ink_panels(page: Page, rows: Sequence[AttendanceRow]) -> SafeString:
    """One pad for each worker who has still to sign, with what they sign for."""
    typed: Mapping[str, Any] = page.typed or {}
    people = [
        {
            "name": row.worker.name,
            "counts": days.counts(row.marks),
            "key": row.worker_id,
            "signed": row.signature is not None,
            "how": row.signature.get_method_display() if row.signature is not None else "",
            "pad": {
                "name": f"ink_{row.worker_id}",
                "scan_name": f"scan_{row.worker_id}",
                "label": f"{row.worker.name}签字",
                "value": typed.get(f"ink_{row.worker_id}", ""),
                "error": page.errors.get(f"ink_{row.worker_id}", ""),
            },
            "witness": typed.get(f"witness_{row.worker_id}", ""),
        }
        for row in rows
    ]
    left = sum(1 for person in people if not person["signed"])
    return SafeString(render_to_string("attendance/_inks.html", {"people": people, "left": left}))
