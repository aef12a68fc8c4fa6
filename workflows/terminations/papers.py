"""The papers of an exit: 审定表, 听取陈述笔录, 通知书. What stands on each, and how it is filed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils import timezone

from forms_templates.values import chinese_date, marks
from registry.policies import policy_on
from registry.policy_parameters import Policy
from workflows.core.actions import Move
from workflows.core.case_forms import case_form
from workflows.core.delivery import Delivered
from workflows.core.filing import OpinionPlaces, digest_of, file_opinions, file_version
from workflows.core.models import Case, Opinion
from workflows.core.opinions import valid_opinions
from workflows.core.receipts import ABSENT, REFUSED, SIGNED, HandPlaces, Hands, sign_hands, witness_names
from workflows.employment.models import EndReason, TenureState

from .grounds import GROUNDS, Ground
from .models import Termination, TerminationState

APPROVAL, HEARING, NOTICE = ("exit_approval", 2), ("hearing_record", 1), ("exit_notice", 4)
DRAW_UP, CONFIRM, HEAR, DECIDE, SEAL, DELIVER = (
    "draw_up_exit",
    "confirm_ground",
    "hear_worker",
    "decide_exit",
    "seal_notice",
    "deliver_notice",
)
PLACES = {
    DRAW_UP: OpinionPlaces("village_opinion", "village_signed_on", "village_signature", ""),
    CONFIRM: OpinionPlaces("confirmation", "confirmed_on", "confirmation_signature", ""),
    DECIDE: OpinionPlaces("township_opinion", "township_signed_on", "township_signature", ""),
}
NOTICE_PLACES = {DECIDE: OpinionPlaces("", "", "", "employer_seal")}
HEARING_HANDS = HandPlaces(
    "worker_signature", "hearer_signature", "first_witness_signature", "second_witness_signature"
)
NOTICE_TITLE = "终止（解除）用工协议通知书"
OBJECTION_TERM = "exit_objection"  # the policy's name for the days in which an objection may be raised
NO_AGREEMENT = "补录的在岗经历"


def objection_days(policy: Policy) -> int:
    """Working days after delivery in which the person may object."""
    return policy.step_days[OBJECTION_TERM]


def day_of(opinion: Opinion | None) -> date | None:
    return timezone.localtime(opinion.at).date() if opinion is not None else None


def proof_text(termination: Termination, fields: Mapping[str, Any]) -> str:
    """What the ground asks for, in a line: days, proof, who verified it, which record of a problem."""
    ground = GROUNDS[termination.reason]
    parts = []
    if ground.happened and fields.get("happened_on"):
        parts.append(f"{ground.happened}：{chinese_date(fields['happened_on'])}")
    if ground.proof and fields.get("proof"):
        parts.append(f"{ground.proof}：{fields['proof']}")
    if ground.verified and fields.get("verified_by"):
        parts.append(f"核实：{fields['verified_by']}，{chinese_date(fields.get('verified_on'))}")
    finding = fields.get("finding")
    if finding is not None:
        delivered = f"，{chinese_date(finding.delivered_on)}送达本人" if finding.delivered_on else "，没有送达"
        parts.append(f"问题记录{finding.case.number}{delivered}")
    return "；".join(parts)[:400]


def evidence_text(rows: list[dict[str, str]]) -> str:
    """1.考勤表（2021年2月28日，2页）；2.…"""
    told = []
    for number, row in enumerate(rows, 1):
        day = chinese_date(date.fromisoformat(row["made_on"])) if row["made_on"] else "日期不明"
        pages = f"，{row['pages']}页" if row["pages"] else ""
        told.append(f"{number}.{row['name']}（{day}{pages}）")
    return "；".join(told)[:600]


def statement_text(termination: Termination) -> str:
    """What the notice says of the hearing."""
    ground, said = GROUNDS[termination.reason], termination.statement.strip()
    if not ground.heard:
        if ground.reason == EndReason.DEATH:
            return "本人已死亡。"
        return "用工协议自行终止。您有异议的，可以按第五项提出。"
    told = {
        SIGNED: f"{chinese_date(termination.heard_on)}向您告知了事实和依据，您陈述：{said}",
        REFUSED: f"{chinese_date(termination.heard_on)}向您告知了事实和依据，您拒绝签字，有两名见证人签字在案。{said}",
        ABSENT: "两次联系您告知事实和依据，都没有联系上，情况记录在案。",
    }
    return told.get(termination.heard_way, "")[:400]


def _common(termination: Termination, case: Case) -> dict[str, object]:
    return {"county": termination.county.name, "number": case.number, "name": termination.tenure.worker.name}


def _places(termination: Termination) -> dict[str, object]:
    return {"township": termination.township.name, "village": termination.village.name}


def approval_values(
    termination: Termination, case: Case, fields: Mapping[str, Any], opinions: Mapping[str, Opinion]
) -> dict[str, object]:
    """Every tag of the 离岗审定表."""
    tenure, ground = termination.tenure, GROUNDS[termination.reason]
    values: dict[str, object] = {
        **_common(termination, case),
        **_places(termination),
        "id_number": tenure.worker.id_number,
        "post_type": tenure.post.type_name if tenure.post else "",
        "agreement_number": termination.agreement_number or NO_AGREEMENT,
        "start_on": chinese_date(tenure.start_on),
        "last_on": chinese_date(fields.get("last_on")),
        "kind": ground.kind_word,
        "basis": ground.words,
        "facts": str(fields.get("facts") or ""),
        "proof": proof_text(termination, fields),
        "evidence": evidence_text(list(fields.get("evidence") or ())),
        "statement": statement_text(termination) if termination.heard_way or not ground.heard else "",
    }
    for step, place in PLACES.items():
        opinion = opinions.get(step)
        values[place.text] = opinion.text if opinion is not None else ""
        values[place.signed_on] = chinese_date(day_of(opinion))
    return values


def notice_values(termination: Termination, case: Case, policy: Policy) -> dict[str, object]:
    """Every tag of the 通知书."""
    tenure, ground = termination.tenure, GROUNDS[termination.reason]
    dissolved = ground.kind == TenureState.DISSOLVED
    proof = proof_text(termination, {name: getattr(termination, name) for name in PROVEN})
    return {
        **_common(termination, case),
        "kind": marks(("终止", "解除"), "解除" if dissolved else "终止"),
        "id_number": tenure.worker.id_number,
        "agreement_number": termination.agreement_number or NO_AGREEMENT,
        "post_type": tenure.post.type_name if tenure.post else "扶贫专岗",
        "basis": ground.words,
        "facts": "。".join(part for part in (termination.facts.strip().rstrip("。"), proof) if part)[:798] + "。",
        "statement": statement_text(termination),
        "effective_on": chinese_date(termination.effective_on),
        "settlement": f"您最后在岗到{chinese_date(termination.last_on)}，岗位补贴按审核过的考勤发到这一天。",
        "objection_to": termination.township.seal_name,
        "objection_days": f"{objection_days(policy)}个工作",
        "employer": termination.employer.seal_name,
        "issued_on": chinese_date(termination.issued_on),
        "evidence": [
            {
                "name": row["name"],
                "made_on": chinese_date(date.fromisoformat(row["made_on"])),
                "pages": row["pages"],
            }
            for row in termination.evidence
            if row["made_on"]
        ],
    }


PROVEN = ("happened_on", "proof", "verified_by", "verified_on", "finding")


def hearing_values(termination: Termination, case: Case, data: Mapping[str, Any], hearer: str) -> dict[str, object]:
    """Every tag of the 听取陈述笔录, from what was written at the hearing."""
    hands: Hands | None = data.get("hands")
    first, second = witness_names(hands) if hands is not None else ("", "")
    chosen = {SIGNED: "本人签字", REFUSED: "拒绝签字", ABSENT: "联系不上"}.get(hands.way if hands else "", "")
    note = hands.told if hands is not None else ""
    if hands is not None and hands.way == ABSENT:
        days = "、".join(chinese_date(data[name]) for name in ("first_sought_on", "second_sought_on") if data.get(name))
        note = f"{days}两次联系。{note}"[:200]
    return {
        **_common(termination, case),
        **_places(termination),
        "heard_on": chinese_date(data.get("heard_on")),
        "place": str(data.get("place") or ""),
        "hearer": hearer,
        "told": told_text(termination),
        "statement": str(data.get("statement") or ""),
        "result": marks(("本人签字", "拒绝签字", "联系不上"), chosen),
        "note": note,
        "first_witness": first,
        "second_witness": second,
    }


def told_text(termination: Termination) -> str:
    """What the person is told: the facts, what is intended, on which ground, from when."""
    ground: Ground = GROUNDS[termination.reason]
    facts = termination.facts.strip().rstrip("。")
    verb = {"退出": "按退出办理", "未上岗": "按未上岗办理"}.get(ground.kind_word, f"{ground.kind_word}用工协议")
    told = f"{facts}。拟根据《办法》{ground.words}，{verb}，最后在岗到{chinese_date(termination.last_on)}。"
    return told[:1000]


def delivered(termination: Termination, case: Case, recipient: str = "") -> Delivered:
    """The notice as its receipt names it; a relative takes it for somebody who has died."""
    name = termination.tenure.worker.name
    return Delivered(
        county=termination.county.name,
        title=NOTICE_TITLE,
        number=case.number,
        recipient=f"{recipient}（{name}家属）"[:30] if recipient else name,
        sender=termination.employer.seal_name,
    )


# --- filing -----------------------------------------------------------------------------------------


def standing_opinions(termination: Termination, case: Case) -> dict[str, Opinion]:
    """The opinions on the 审定表, unless it is back with the village."""
    if termination.is_live or termination.state == TerminationState.VOIDED:
        return {}
    return {step: opinion for step, opinion in valid_opinions(case).items() if step in PLACES}


def file_approval(move: Move, label: str, *, sign: Opinion | None = None) -> None:
    """The next version of the 审定表, signed in this move."""
    termination: Termination = move.entity
    opinions = dict(standing_opinions(termination, move.case))
    if sign is not None:
        opinions[sign.step] = sign
    fields = {name: getattr(termination, name) for name in ("facts", "last_on", "evidence", *PROVEN)}
    file_opinions(
        move,
        form=case_form(APPROVAL, move.case),
        values=approval_values(termination, move.case, fields, opinions),
        places=PLACES,
        opinions=opinions,
        label=label,
        sign=sign,
    )


def file_hearing(move: Move, hands: Hands) -> None:
    """The record of the hearing with every hand."""
    termination: Termination = move.entity
    sheet = case_form(HEARING, move.case)
    values = hearing_values(termination, move.case, move.data, move.user.name)
    pictures = sign_hands(
        move,
        hands,
        name=termination.tenure.worker.name,
        places=HEARING_HANDS,
        form_code=sheet.code,
        content_digest=digest_of(sheet, values),
        form_digest=sheet.digest,
    )
    file_version(move, form=sheet, values=values, pictures=pictures, label="听取陈述")


def file_notice(move: Move, label: str, *, seal: Opinion) -> None:
    """The notice, sealed by the employer."""
    termination: Termination = move.entity
    file_opinions(
        move,
        form=case_form(NOTICE, move.case),
        values=notice_values(termination, move.case, policy_on(move.county, move.on)),
        places=NOTICE_PLACES,
        opinions={seal.step: seal},
        label=label,
        seal=seal,
    )
