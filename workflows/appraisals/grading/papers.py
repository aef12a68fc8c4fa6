"""《扶贫专岗人员年度考核表》 and 《听取意见记录》 filed: each version with the hands and seals that stand on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from forms_templates.library import Form
from signatures.models import Signature
from signatures.signing import SigningRefused, revoke_signature, sign
from workflows.core.actions import Move
from workflows.core.case_forms import case_form
from workflows.core.filing import digest_of, file_opinions, file_version
from workflows.core.models import Opinion
from workflows.core.opinions import valid_opinions, with_given
from workflows.core.refusals import Refusal, Refused
from workflows.core.signing_refusal import standing_refusal, void_refusal
from workflows.core.worker_ink import WORKER, void_ink
from workflows.core.worker_ink import standing_ink as ink_of

from ..models import Appraisal, Confirmation
from .facts import figures_for, voices_of
from .values import (
    FIRST_WITNESS,
    FORM,
    KIND,
    PLACES,
    RECORD_FORM,
    SECOND_WITNESS,
    beyond_confirmation,
    drawn_in,
    record_values,
    standing_opinions,
    values_of,
)


def standing_ink(appraisal: Appraisal) -> dict[str, Signature]:
    """The hands of the person and of the witnesses that count; while the village may write there are none."""
    if not beyond_confirmation(appraisal) or not (appraisal.confirmation or appraisal.objection):
        return {}
    notes = appraisal.case.notes()
    if "hands" not in notes:
        refused = (
            standing_refusal(KIND, appraisal.pk, WORKER) if appraisal.confirmation == Confirmation.REFUSED else None
        )
        notes["hands"] = (
            {FIRST_WITNESS: refused.first_witness, SECOND_WITNESS: refused.second_witness}
            if refused is not None
            else ink_of(KIND, appraisal.pk)
        )
    return dict(notes["hands"])


def void_hands(move: Move, *, why: str) -> None:
    """What the person or the witnesses signed no longer says what the paper says."""
    void_ink(move, why=why)
    void_refusal(move, place=WORKER, why=why)
    move.case.forget("hands")


def file_form(move: Move, label: str, *, sign: Opinion | None = None, seal: Opinion | None = None) -> None:
    """The next version of 《年度考核表》, with the hand or the seal of this move."""
    appraisal: Appraisal = move.entity
    standing = with_given(standing_opinions(appraisal, valid_opinions(move.case)), sign, seal)
    ink = standing_ink(appraisal)
    file_opinions(
        move,
        form=case_form(FORM, move.case),
        values=values_of(appraisal, figures_for(appraisal), voices_of(appraisal), standing, ink),
        places=PLACES,
        opinions=standing,
        label=label,
        sign=sign,
        seal=seal,
        pictures=drawn_in(ink),
    )


def paper_now(move: Move) -> tuple[Form, dict[str, object]]:
    """《年度考核表》 as it reads now: what the person's hand is bound to."""
    appraisal: Appraisal = move.entity
    opinions = standing_opinions(appraisal, valid_opinions(move.case))
    return case_form(FORM, move.case), values_of(appraisal, figures_for(appraisal), voices_of(appraisal), opinions, {})


def file_record(move: Move, label: str, *, place: str, kept: Mapping[str, Signature] | None = None) -> Signature:
    """The next version of 《听取意见记录》, signed at this place by who acts."""
    appraisal: Appraisal = move.entity
    sheet = case_form(RECORD_FORM, move.case)
    earlier = dict(kept or {})
    recorder = earlier["recorder_signature"].signer_name if "recorder_signature" in earlier else move.user.name
    values = record_values(appraisal, voices_of(appraisal), recorder, move.on)
    drawn, scan = move.data.get("parsed_strokes"), move.data.get("scan_picture")
    for old in _at(appraisal, place):
        revoke_signature(old, at=move.at, why="重新签字", by=move.actor.user)
    try:
        hand = sign(
            signer=move.user,
            appointment=move.acting,
            drawn=drawn,
            scan=scan,
            county=move.county,
            content_digest=digest_of(sheet, values),
            form_digest=sheet.digest,
            subject_kind=KIND,
            subject_key=str(appraisal.pk),
            place=place,
            at=move.at,
        )
    except SigningRefused as error:
        raise Refused([Refusal("signing_refused", str(error), anchor="strokes")]) from error
    move.signatures.append(hand.digest)
    pictures = {name: bytes(each.picture) for name, each in {**earlier, place: hand}.items()}
    file_version(move, form=sheet, values=values, pictures=pictures, label=label)
    return hand


def recorder_hand(appraisal: Appraisal) -> dict[str, Signature]:
    """Who kept the record of opinions, as signed."""
    return {each.place: each for each in _at(appraisal, "recorder_signature")}


def _at(appraisal: Appraisal, place: str) -> Iterable[Signature]:
    return Signature.objects.filter(
        subject_kind=KIND, subject_key=str(appraisal.pk), place=place, revocation__isnull=True
    )
