"""征求意见答复单: the answer of an office that was asked beside the way (加签), signed, as a paper of the case."""

from __future__ import annotations

from django.utils import timezone

from audit.personal_numbers import mask_numbers
from registry.roles import Role
from signatures.signing import SigningRefused, sign

from .actions import Move
from .case_forms import case_form
from .filing import digest_of, file_version
from .guards import chinese
from .models import Consultation
from .refusals import Refusal, Refused

FORM = ("consultation_reply", 2)
PLACE = "answer_signature"


def file_answer(move: Move, asked: Consultation) -> None:
    """Bind the ink of who answers to question and answer, and file the paper; `asked` holds the answer already."""
    sheet = case_form(FORM, move.case)
    values = values_of(move, asked)
    digest = digest_of(sheet, values)
    try:
        signature = sign(
            signer=move.user,
            appointment=move.acting,
            drawn=move.data.get("parsed_strokes"),
            scan=move.data.get("scan_picture"),
            county=move.county,
            content_digest=digest,
            form_digest=sheet.digest,
            subject_kind=move.entity._meta.label_lower,
            subject_key=str(move.entity.pk),
            place=PLACE,
            at=move.at,
        )
    except SigningRefused as error:
        raise Refused([Refusal("signing_refused", str(error), anchor="strokes")]) from error
    asked.signature = signature
    move.signatures.append(signature.digest)
    pictures = {PLACE: bytes(signature.picture)}
    file_version(move, form=sheet, values=values, pictures=pictures, label=f"{asked.office.name}答复")


def values_of(move: Move, asked: Consultation) -> dict[str, object]:
    """Every tag of the paper; numbers of people that were typed into question or answer are masked."""
    case = move.case
    return {
        "asking_office": asked.asked_as.organisation.full_name,
        "number": case.number,
        "matter": case.flow_class.paperwork.title,
        "subject": case.title,
        "asked_by": f"{asked.asked_by.name}（{Role(asked.asked_as.role).label}）",
        "asked_on": chinese(timezone.localtime(asked.at).date()),
        "question": mask_numbers(asked.question),
        "answering_office": f"{asked.office.full_name}（{Role(asked.office_role).label}）",
        "answer": mask_numbers(asked.answer),
        "answered_on": chinese(move.on),
    }
