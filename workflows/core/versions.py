"""What was shown to whom: the fields of a case, their digest for a step, and the difference between two versions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .models import Case, CaseVersion


@dataclass(frozen=True)
class Change:
    """One field that reads otherwise than before; both texts are masked where the field is personal."""

    name: str
    label: str
    before: str
    after: str


def facts_of(case: Case) -> dict[str, Any]:
    """The fields of the case as they stand now, as plain values; empty for a flow that declares none."""
    found: dict[str, Any] = json.loads(_canonical(case.flow_class.paperwork.facts(case, case.entity)))
    return found


def digest_of(facts: Mapping[str, Any], names: Iterable[str]) -> str:
    """The digest of these fields; a field nobody has filled reads as empty."""
    shown = {name: facts.get(name, "") for name in names}
    return hashlib.sha256(_canonical(shown).encode()).hexdigest()


def keep_version(case: Case, facts: Mapping[str, Any], at: datetime) -> CaseVersion | None:
    """The row that keeps this content: an old one when the case has read so before."""
    if not facts:
        return None
    # Not the bare digest of personal data: the same content of two cases gives two digests.
    digest = hashlib.sha256(f"{case.key}:{_canonical(facts)}".encode()).hexdigest()
    version, _ = CaseVersion.objects.get_or_create(
        case=case, digest=digest, defaults={"facts_text": _canonical(facts), "at": at}
    )
    return version


def changed_names(before: Mapping[str, Any], after: Mapping[str, Any], names: Iterable[str] | None = None) -> list[str]:
    """Which of the fields (all, or these) read otherwise, in the order of the newer version."""
    every = list(dict.fromkeys([*after, *before]))
    wanted = set(every if names is None else names)
    return [name for name in every if name in wanted and before.get(name, "") != after.get(name, "")]


def changes(case: Case, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """Field by field, for people."""
    paperwork = case.flow_class.paperwork
    return [
        Change(
            name=name,
            label=paperwork.fact_label(name),
            before=paperwork.fact_text(case, name, before.get(name, "")) or "（空）",
            after=paperwork.fact_text(case, name, after.get(name, "")) or "（空）",
        )
        for name in changed_names(before, after)
    ]


def _canonical(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str, separators=(",", ":"))
