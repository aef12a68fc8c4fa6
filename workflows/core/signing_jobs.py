"""Signing the PDF of a sealed paper with the certificates of those whose seals stand on it: a job after the PDF's own.

What is signed is the version in force: a paper that has been replaced meanwhile, or whose seal was revoked, is left
as it is. Every job may run twice: a PDF is signed once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import django
import pikepdf
from django.conf import settings
from django.utils import timezone

from forms_templates.filed_pictures import pictures_in
from forms_templates.library import form
from forms_templates.models import Document, PaperPdf
from forms_templates.papers import PaperDamaged, read_paper
from forms_templates.store import get
from registry.encryption import DecryptionError
from registry.models.keys import KeyDestroyed
from signatures.models import SealCertificate, SealUse, SignedPdf
from signatures.sealed_pdf import SealNotFound
from signatures.sealing import uses_on

from .actors import Actor
from .clock import now
from .refusals import Refused

# Django has the same tasks of its own from 6.0 on.
if TYPE_CHECKING or django.VERSION < (6, 0):
    from django_tasks import task
else:
    from django.tasks import task

ATTEMPTS = 3
PAUSES_MINUTES = (1, 10)
SIGNER = "PDF签章"


@dataclass(frozen=True)
class Signing:
    """One seal of a paper and the certificate that signs for it."""

    use: SealUse
    certificate: SealCertificate
    picture: bytes


@task()
def sign_sealed_pdf(document_pk: int, even_after_failures: bool = False) -> str:  # noqa: FBT001, FBT002 - stored as JSON
    """Sign the PDF of this paper. Safe to run twice."""
    found = PaperPdf.objects.filter(document=document_pk).select_related("document__person_key").first()
    if found is None or SignedPdf.objects.filter(pdf=found).exists():
        return "不用签章"
    if found.signing_troubles.count() >= ATTEMPTS and not even_after_failures:
        return "不再自动重试"
    document: Document = found.document
    if is_superseded(document):
        return "已被新的一版代替，不再签章"
    try:
        return _sign(found, document)
    except KeyDestroyed:
        return "个人资料已依法删除"
    except (PaperDamaged, SealNotFound, DecryptionError) as error:
        _report(document, str(error))
    except pikepdf.PdfError:
        _report(document, "PDF打不开，不能签章。")
    return "没有签成"


def _sign(pdf: PaperPdf, document: Document) -> str:
    # A heavy library that only this job needs.
    from signatures.pdf_signing import PdfSigningError, SealToSign, sign_pdf, time_stamper

    from .door import perform

    signings = signings_of(document, now())
    if not signings:
        return "不用签章"
    places = form(document.form_code, document.form_version).pictures
    seals = [
        SealToSign(
            place=each.use.place,
            picture=each.picture,
            label=places[each.use.place].label,
            reason=_reason(each.use, places[each.use.place].label),
            certificates_pem=each.certificate.certificates_pem,
            key_pem=each.certificate.key_pem,
        )
        for each in signings
    ]
    stamper = time_stamper(settings.TIMESTAMP_URL)
    try:
        signed = sign_pdf(get(pdf.file_digest, document.person_key), seals, at=now(), stamper=stamper)
    except PdfSigningError as error:
        _report(document, str(error))
        return str(error)
    try:
        perform(
            "desk.file_signed_pdf",
            document,
            Actor.system(SIGNER),
            {
                "pdf": signed,
                "signatures": [(each.use.pk, each.certificate.pk) for each in signings],
                "time_stamped": stamper is not None,
            },
            at=now(),
        )
    except Refused as error:
        # Another worker was faster, or the seal was revoked meanwhile.
        return str(error.refusals[0].message)
    return f"签章{len(signings)}枚"


def signings_of(document: Document, at: datetime) -> list[Signing]:
    """The standing seals of a paper whose organisations have a certificate, in the order of their use."""
    pictures = pictures_in(read_paper(document))
    # A real seal is on the printed page; what stands in its place here is no seal to sign with.
    uses = [use for use in uses_on(document, pictures) if not hasattr(use, "revocation") and not use.paper_digest]
    certificates = SealCertificate.objects.filter(organisation__in=[use.seal.organisation_id for use in uses])
    signings = []
    for use in uses:
        on = timezone.localtime(use.at).date()
        fit = [
            each
            for each in certificates
            if each.organisation_id == use.seal.organisation_id
            and each.is_in_use(on)
            and each.is_valid_at(at)
            # A certificate taken out of use signs nothing any more, not even what was sealed before.
            and each.is_in_use(timezone.localtime(at).date())
        ]
        if fit:
            signings.append(Signing(use, max(fit, key=lambda each: each.valid_from), pictures[use.place]))
    return signings


def may_be_signed(document: Document) -> bool:
    """Whether a seal of somebody with a certificate may stand on this paper: asked before a job is queued."""
    organisations = SealUse.objects.filter(
        subject_kind=document.subject_kind,
        subject_key=document.subject_key,
        document_form=document.form_code,
        paper_digest="",
    ).values("seal__organisation")
    return SealCertificate.objects.filter(organisation__in=organisations).exists()


def is_superseded(document: Document) -> bool:
    """Whether a newer version of the paper has taken its place."""
    return Document.objects.filter(
        subject_kind=document.subject_kind,
        subject_key=document.subject_key,
        form_code=document.form_code,
        number__gt=document.number,
    ).exists()


def _reason(use: SealUse, place: str) -> str:
    on = timezone.localtime(use.at)
    return f"{place}，用印登记{use.year}年第{use.number}号，{on.year}年{on.month}月{on.day}日加盖"


def _report(document: Document, why: str) -> None:
    from .door import perform

    perform("desk.report_signing_trouble", document, Actor.system(SIGNER), {"why": why}, at=now())
