"""The pages of a changed form and of the one it follows, as LibreOffice prints their sample: drawn in the worker.

Whoever decides sees what will come out of the printer. Where LibreOffice is missing, the sheets of the screen stand in
their place, and it is tried again as long as the form waits for a decision; so where poppler is missing. The job may
run twice.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING

import django
from django.db import IntegrityError, transaction

from forms_templates.library import Form
from forms_templates.libreoffice import LibreOfficeMissing, word_to_pdf
from forms_templates.page_pictures import NoPictures, PopplerMissing, page_pictures
from signatures.sample_ink import sample_pictures
from workflows.core.clock import now

from .models import FormProof, FormProofPage, FormProposal, ProposalState

# Django has the same tasks of its own from 6.0 on.
if TYPE_CHECKING or django.VERSION < (6, 0):
    from django_tasks import task
else:
    from django.tasks import task

LOOK_AGAIN_MINUTES = 10


@task()
def draw_proofs(proposal_pk: int) -> str:
    """Draw what is not drawn yet of this proposal and of the form it follows."""
    proposal = FormProposal.objects.filter(pk=proposal_pk, state=ProposalState.PROPOSED).first()
    if proposal is None:
        return "已有决定"
    forms = {each.digest: each for each in (proposal.follows(), proposal.form())}
    drawn = FormProof.objects.filter(county=proposal.county_id, digest__in=forms, trouble="")
    for digest in drawn.values_list("digest", flat=True):
        del forms[digest]
    if not forms:
        return "已有样张"
    try:
        converted = word_to_pdf({f"form{number}": _sample(each) for number, each in enumerate(forms.values())})
    except LibreOfficeMissing as error:
        for digest in forms:
            _keep(proposal.county_id, digest, [], str(error))
        return _look_again(proposal_pk, str(error))
    missing = ""
    for number, digest in enumerate(forms):
        pages, trouble = [], converted.troubles.get(f"form{number}", "")
        try:
            pages = page_pictures(converted.pdfs[f"form{number}"]) if not trouble else []
        except NoPictures as error:
            trouble = str(error)
            missing = trouble if isinstance(error, PopplerMissing) else missing
        _keep(proposal.county_id, digest, pages, trouble)
    return _look_again(proposal_pk, missing) if missing else "样张已画好"


def _look_again(proposal_pk: int, why: str) -> str:
    """What is missing here may be installed meanwhile."""
    draw_proofs.using(run_after=now() + timedelta(minutes=LOOK_AGAIN_MINUTES)).enqueue(proposal_pk)
    return why


def _sample(form: Form) -> bytes:
    return form.render(form.sample(), sample_pictures(form))


def _keep(county_id: int, digest: str, pages: list[bytes], trouble: str) -> None:
    try:
        with transaction.atomic():
            proof, _ = FormProof.objects.update_or_create(
                county_id=county_id, digest=digest, defaults={"trouble": trouble, "drawn_at": now()}
            )
            FormProofPage.objects.bulk_create(
                FormProofPage(proof=proof, number=number, png=png, digest=hashlib.sha256(png).hexdigest())
                for number, png in enumerate(pages, 1)
            )
    except IntegrityError:
        return  # drawn by another worker meanwhile
