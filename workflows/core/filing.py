"""Filing a paper: the one place where the next version of a case's paper is made, in the move that changes it.

A signature or a seal given in the move is bound to the paper's content first; the file then shows the ink. The
background jobs of a filed paper are asked for here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from forms_templates.library import Form
from forms_templates.models import Document
from forms_templates.papers import file_paper
from forms_templates.values import FormDataError

from .actions import Move
from .jobs import check_filed_paper
from .models import Opinion
from .opinions import sign_opinion, use_seal
from .pdf_jobs import make_pdf
from .refusals import Refusal, Refused


@dataclass(frozen=True)
class OpinionPlaces:
    """Where an office's opinion stands on a form: the fields of text and date, the places of signature and seal.

    An empty name: the form has no such place.
    """

    text: str
    signed_on: str
    signature: str
    seal: str


def digest_of(form: Form, values: Mapping[str, object]) -> str:
    """What a signature binds. Raises Refused for a value that cannot stand on paper (a direction mark …)."""
    try:
        return form.content_digest(values)
    except FormDataError as error:
        anchor = next((name for name, spec in form.fields.items() if f"“{spec.label}”" in str(error)), "")
        raise Refused([Refusal("unprintable", str(error), anchor=anchor)]) from error


def file_version(
    move: Move, *, form: Form, values: Mapping[str, object], pictures: Mapping[str, bytes], label: str
) -> Document:
    """File the next version of one paper of the move's case, and ask for what is done with it in the background."""
    case = move.case
    if case.person_key is None:
        raise LookupError(f"{case.key} has no key to file a paper under")
    document = file_paper(
        form=form,
        values=values,
        pictures=pictures,
        county=move.county,
        person_key=case.person_key,
        subject_kind=move.entity._meta.label_lower,
        subject_key=str(move.entity.pk),
        case_key=case.key,
        label=label,
        at=move.at,
    )
    move.papers.append(document.stamp)
    check_filed_paper.enqueue(document.pk)
    make_pdf.enqueue(document.pk)
    return document


def file_opinions(
    move: Move,
    *,
    form: Form,
    values: Mapping[str, object],
    places: Mapping[str, OpinionPlaces],
    opinions: Mapping[str, Opinion],
    label: str,
    sign: Opinion | None = None,
    seal: Opinion | None = None,
    pictures: Mapping[str, bytes] | None = None,
) -> Document:
    """File a paper with the opinions that stand on it, binding the one that is signed or sealed in this move.

    `places` by step; `pictures` are those of other hands (a worker's signature).
    """
    standing = dict(opinions)
    digest = digest_of(form, values)
    if sign is not None and sign.step in places:
        standing[sign.step] = sign
        place = places[sign.step].signature
        sign_opinion(move, sign, place=place, content_digest=digest, form_digest=form.digest)
    if seal is not None:
        standing[seal.step] = seal
        use_seal(move, seal, place=places[seal.step].seal, form_code=form.code, content_digest=digest)
    drawn = {**(pictures or {}), **pictures_of(standing, places)}
    return file_version(move, form=form, values=values, pictures=drawn, label=label)


def pictures_of(opinions: Mapping[str, Opinion], places: Mapping[str, OpinionPlaces]) -> dict[str, bytes]:
    """Ink and seals of the opinions that stand."""
    pictures: dict[str, bytes] = {}
    for step, place in places.items():
        opinion = opinions.get(step)
        if opinion is None:
            continue
        if opinion.signature is not None and place.signature:
            pictures[place.signature] = bytes(opinion.signature.picture)
        if opinion.seal_use is not None and place.seal:
            pictures[place.seal] = opinion.seal_use.picture
    return pictures
