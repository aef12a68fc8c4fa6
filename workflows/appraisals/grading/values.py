"""What stands on 《年度考核表》 and 《听取意见记录》, field by field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import timezone

from forms_templates.values import chinese_date, marks
from signatures.models import Signature
from workflows.core.filing import OpinionPlaces
from workflows.core.models import Opinion
from workflows.core.worker_ink import WORKER

from ..models import WITH_RESULT, Appraisal, Confirmation, Grade, HeardOpinion, State, Voice
from ..scheme_models import CRITERIA
from .facts import history_of
from .figures import Figures

FORM = ("appraisal_form", 2)
RECORD_FORM = ("opinion_record", 2)
KIND = "appraisals.appraisal"
FIRST_WITNESS, SECOND_WITNESS = "first_witness_signature", "second_witness_signature"
VILLAGE = OpinionPlaces("village_opinion", "village_signed_on", "village_signature", "")
REVIEW = OpinionPlaces("township_opinion", "township_signed_on", "township_signature", "")
TOWNSHIP = OpinionPlaces("township_opinion", "township_signed_on", "township_signature", "township_seal")
# In the order of the way: what comes later stands over what stood before in the same cell.
PLACES = {"village_grades": VILLAGE, "township_reviews": REVIEW, "township_agrees": TOWNSHIP}
NO_AGREEMENT = "（系统启用前）"
AGREES, OBJECTS, REFUSES = "同意", "有异议", "拒绝签字"
MOST_HEARD = 300  # characters of a cell of opinions


def agreement_number(appraisal: Appraisal) -> str:
    """The number of the agreement that ran in the year: the last of those that began by its end."""
    _, found = history_of(appraisal)[appraisal.tenure_id]
    begun = [each for each in found if each.start_on.year <= appraisal.year]
    return begun[-1].number if begun else NO_AGREEMENT


def daily_text(appraisal: Appraisal, figures: Figures) -> str:
    """The looks of the year and the points they gave, with the reason of the grade."""
    looked = figures.looked
    parts = [
        f"参加学习{looked['learning'].good}次（应{appraisal.scheme.learning_target}次）",
        f"任务完成{looked['tasks'].good}次（检查{looked['tasks'].total}次）",
        f"人岗相符{looked['fit'].good}次（检查{looked['fit'].total}次）",
    ]
    points = "、".join(f"{CRITERIA[code][0]}{points}分" for code, points in figures.points.items())
    text = f"{'，'.join(parts)}。得分：{points}，共{figures.total}分，合格线{appraisal.scheme.pass_mark}分。"
    if appraisal.reason:
        text += f"拟定理由：{appraisal.reason}"
    if appraisal.differs_because:
        text += f"与得分不一致的理由：{appraisal.differs_because}"
    return text


def heard_text(voices: Iterable[HeardOpinion], kind: str) -> str:
    """What those of one kind said, each with their name."""
    return "；".join(
        f"{voice.name}：{voice.get_view_display()}，{voice.text}" for voice in voices if voice.kind == kind
    )[:MOST_HEARD]


def confirmed(appraisal: Appraisal) -> str:
    """Which of the three boxes is ticked; empty while the person has not been asked."""
    if appraisal.confirmation == Confirmation.SIGNED:
        return AGREES
    if appraisal.confirmation == Confirmation.REFUSED:
        return REFUSES
    return OBJECTS if appraisal.objection else ""


def month_rows(figures: Figures) -> list[dict[str, str]]:
    """Twelve lines; a month without an audited sheet is a dash."""
    return [
        {
            "month": f"{month.number}月",
            **{
                name: str(getattr(month, name)) if month.known else "—"
                for name in ("due", "attended", "leave", "absent")
            },
        }
        for month in figures.months
    ]


def day_of(opinion: Opinion | None) -> str:
    return chinese_date(timezone.localtime(opinion.at).date() if opinion is not None else None)


def values_of(
    appraisal: Appraisal,
    figures: Figures,
    voices: list[HeardOpinion],
    opinions: Mapping[str, Opinion],
    ink: Mapping[str, Signature],
) -> dict[str, object]:
    """Every tag of 《年度考核表》; what is not decided yet is an explicit blank."""
    worker, post = appraisal.worker, appraisal.tenure.post
    village = opinions.get("village_grades")
    township = opinions.get("township_agrees") or opinions.get("township_reviews")
    signed = ink.get(WORKER) or ink.get(FIRST_WITNESS)
    return {
        "county": appraisal.county.name,
        "township": appraisal.township.name,
        "village": appraisal.village.name,
        "year": str(appraisal.year),
        "name": worker.name,
        "sex": worker.sex,
        "id_number": worker.id_number,
        "post_type": post.type_name if post is not None else "—",
        "agreement_number": agreement_number(appraisal),
        "days_attended": f"{figures.days('attended')}天",
        "days_leave": f"{figures.days('leave')}天",
        "days_absent": f"{figures.days('absent')}天",
        "daily_results": daily_text(appraisal, figures),
        "cadre_opinions": heard_text(voices, Voice.CADRE),
        "villager_opinions": heard_text(voices, Voice.VILLAGER),
        "result": marks(Grade.labels, Grade(appraisal.grade).label if appraisal.grade else ""),
        "village_opinion": village.text if village is not None else "",
        "village_signed_on": day_of(village),
        "confirmation": marks((AGREES, OBJECTS, REFUSES), confirmed(appraisal)),
        "objection": _one_after_another(appraisal.objection, appraisal.refusal),
        "worker_signed_on": chinese_date(timezone.localtime(signed.at).date() if signed is not None else None),
        "first_witness": appraisal.first_witness or "　　　",
        "second_witness": appraisal.second_witness or "　　　",
        "township_opinion": township_text(appraisal, opinions),
        "township_signed_on": day_of(township),
        "months": month_rows(figures),
    }


def _one_after_another(objection: str, refusal: str) -> str:
    """What the person objected, then how signing was refused; the first without the full stop it ended with."""
    return f"{objection.rstrip('。；')}；{refusal}" if objection and refusal else objection or refusal


def township_text(appraisal: Appraisal, opinions: Mapping[str, Opinion]) -> str:
    """The outcome of a review stands above the opinion that closes the appraisal."""
    final = opinions.get("township_agrees")
    parts = [appraisal.review, final.text if final is not None else ""]
    return "\n".join(part for part in parts if part)


def record_values(appraisal: Appraisal, voices: list[HeardOpinion], recorder: str, signed_on: Any) -> dict[str, object]:
    """Every tag of 《听取意见记录》."""
    post = appraisal.tenure.post
    return {
        "county": appraisal.county.name,
        "township": appraisal.township.name,
        "village": appraisal.village.name,
        "year": str(appraisal.year),
        "name": appraisal.worker.name,
        "post_type": post.type_name if post is not None else "—",
        "heard_on": chinese_date(appraisal.heard_on),
        "place": appraisal.heard_at,
        "recorder": recorder,
        "summary": appraisal.heard_summary,
        "signed_on": chinese_date(signed_on),
        "opinions": [
            {
                "kind": voice.get_kind_display(),
                "name": voice.name,
                "opinion": f"{voice.get_view_display()}。{voice.text}",
            }
            for voice in voices
        ],
    }


def drawn_in(ink: Mapping[str, Signature]) -> dict[str, bytes]:
    """The pictures of the worker's and the witnesses' hands."""
    wanted = (WORKER, FIRST_WITNESS, SECOND_WITNESS)
    return {place: bytes(ink[place].picture) for place in wanted if place in ink}


def standing_opinions(appraisal: Appraisal, opinions: Mapping[str, Opinion]) -> dict[str, Opinion]:
    """What the offices said and stands on the paper in its present state: a paper sent back does not show what is
    to be said anew."""
    state = State(appraisal.state)
    shown = {
        "village_grades": state not in (State.GATHERING, State.RETURNED, State.AWAITING_VILLAGE),
        "township_reviews": appraisal.was_reviewed,
        "township_agrees": state in (State.AWAITING_SEAL, State.AWAITING_SUMMARY, *WITH_RESULT),
    }
    return {step: opinions[step] for step, stands in shown.items() if stands and step in opinions}


def beyond_confirmation(appraisal: Appraisal) -> bool:
    """Whether what the person said of the result is part of the paper."""
    return appraisal.state not in (State.GATHERING, State.RETURNED, State.AWAITING_VILLAGE, State.AWAITING_WORKER)
