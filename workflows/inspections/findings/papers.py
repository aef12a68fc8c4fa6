"""The papers of a finding: 指出问题（整改）通知书, 警告决定书, 督查记录 of each recheck, and how they are filed."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import timezone

from forms_templates.values import chinese_date
from workflows.core.actions import Move
from workflows.core.case_forms import case_form
from workflows.core.delivery import Delivered, file_receipt
from workflows.core.filing import OpinionPlaces, digest_of, file_opinions, file_version
from workflows.core.models import Case, Opinion
from workflows.core.receipts import SIGNED, HandPlaces, Hands, sign_hands

from ..models import About, Finding

NOTICE, WARNING, RECORD = ("rectification_notice", 2), ("warning_decision", 3), ("inspection_record", 2)
FEEDBACK, RECHECK, WARN, DELIVER_WARNING, RECHECK_WARNED, SETTLE, HAND_OVER = (
    "give_feedback",
    "recheck",
    "give_warning",
    "deliver_warning",
    "recheck_warned",
    "settle_fraud",
    "hand_over",
)
NOTICE_HANDS = HandPlaces("recipient_signature", "inspector_signature", "", "")
WARNING_PLACES = {WARN: OpinionPlaces("", "decided_on", "decider_signature", "")}
RECORD_SIGNATURE = "first_signature"
TITLES = {NOTICE: "指出问题（整改）通知书", WARNING: "警告决定书"}


def notice_values(finding: Finding, case: Case, received_on: date | None = None) -> dict[str, object]:
    """Every tag of the 指出问题（整改）通知书."""
    return {
        "county": finding.county.name,
        "number": case.number,
        "recipient": finding.whom[:40],
        "found_on": chinese_date(finding.found_on),
        "found_by": finding.finder.seal_name[:40],
        "problem": finding.problem[:600],
        "demand": finding.demand[:400],
        "deadline_on": chinese_date(finding.deadline_on),
        "recheck": "期限到了，由检查单位复查。",
        "issued_on": chinese_date(issued_on(case)),
        "received_on": chinese_date(received_on),
    }


def issued_on(case: Case) -> date | None:
    """The day on which it was pointed out in writing."""

    return timezone.localtime(case.submitted_at).date() if case.submitted_at else None


def decider_of(finding: Finding) -> str:
    """Who warns, as the paper names it."""
    if finding.about == About.OFFICIAL:
        return f"{finding.county.name}人力资源和社会保障局"
    return str(finding.township.seal_name)


def warning_values(finding: Finding, case: Case, received_on: date | None = None) -> dict[str, object]:
    """Every tag of the 警告决定书."""
    facts = finding.problem.strip()
    if finding.recheck:
        facts = f"{facts}{chinese_date(finding.rechecked_on)}复查：{finding.recheck.strip()}"
    return {
        "county": finding.county.name,
        "number": f"{case.number}-警" if case.number else "",
        "recipient": finding.whom[:40],
        "finding_number": case.number,
        "facts": facts[:600],
        "statement": finding.statement[:400],
        "recheck_on": chinese_date(finding.warning_recheck_on),
        "objection_to": decider_of(finding)[:40],
        "decider": decider_of(finding)[:40],
        "decided_on": chinese_date(finding.warned_on),
        "received_on": chinese_date(received_on),
    }


def record_values(
    finding: Finding, case: Case, *, title: str, text: str, bad: bool, who: str, on: date
) -> dict[str, Any]:
    """The 督查记录 of one recheck or verdict."""
    return {
        "county": finding.county.name,
        "township": finding.township.name,
        "number": case.number,
        "campaign": f"{title}（{case.number}）"[:60],
        "inspected_on": chinese_date(on),
        "place": finding.village.name,
        "inspectors": who,
        "scope": f"{finding.whom}：{finding.problem}"[:300],
        "conclusion": text[:400],
        "signed_on": chinese_date(on),
        "items": [
            {
                "subject": finding.whom[:40],
                "checked": finding.demand[:80],
                "found": text[:200],
                "verdict": "问题" if bad else "正常",
                "corrected": "" if bad else "已改正",
            }
        ],
    }


def file_record(move: Move, opinion: Opinion, *, title: str, bad: bool) -> None:
    """The record of what was found on looking again, signed by who looked."""
    finding: Finding = move.entity
    values = record_values(finding, move.case, title=title, text=opinion.text, bad=bad, who=move.user.name, on=move.on)
    file_opinions(
        move,
        form=case_form(RECORD, move.case),
        values=values,
        places={opinion.step: OpinionPlaces("", "", RECORD_SIGNATURE, "")},
        opinions={opinion.step: opinion},
        label=title,
        sign=opinion,
    )


def file_warning(move: Move, opinion: Opinion) -> None:
    """The decision, signed by who warns."""
    file_opinions(
        move,
        form=case_form(WARNING, move.case),
        values=warning_values(move.entity, move.case),
        places=WARNING_PLACES,
        opinions={opinion.step: opinion},
        label="给予警告",
        sign=opinion,
    )


def file_delivery(move: Move, hands: Hands, paper: tuple[str, int], *, label: str) -> None:
    """A notice is signed for on itself, where it was handed over and signed; all else has a receipt of its own."""
    finding: Finding = move.entity
    signer = str(move.data.get("recipient") or finding.whom)[:30]
    thumb = hands.worker is not None and bool(hands.worker.witness_name)
    if paper == WARNING or hands.way != SIGNED or thumb:
        number = move.case.number if paper == NOTICE else f"{move.case.number}-警"
        what = Delivered(finding.county.name, TITLES[paper], number, signer, finding.finder.seal_name[:40])
        file_receipt(move, hands, what, signer=signer, label=label)
        return
    sheet, values = case_form(paper, move.case), notice_values(finding, move.case, move.data["delivered_on"])
    pictures = sign_hands(
        move,
        hands,
        name=signer,
        places=NOTICE_HANDS,
        form_code=sheet.code,
        content_digest=digest_of(sheet, values),
        form_digest=sheet.digest,
    )
    file_version(move, form=sheet, values=values, pictures=pictures, label=label)
