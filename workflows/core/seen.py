"""The stamp a form carries: what its reader saw.

An unrelated move elsewhere does not change it, a changed fact does.
"""

from __future__ import annotations

import hashlib
import json

from .models import Case, DeskTask


def seen_of(task: DeskTask, case: Case) -> str:
    """`<task>.<revision>.<digest of the fields shown>`."""
    shown = case.flow_class.paperwork.shown(case, case.entity)
    canonical = json.dumps(shown, sort_keys=True, ensure_ascii=False, default=str, separators=(",", ":"))
    return f"{task.pk}.{task.revision}.{hashlib.sha256(canonical.encode()).hexdigest()[:24]}"


def parse_seen(stamp: str) -> tuple[str, ...]:
    return tuple(stamp.strip().split("."))
