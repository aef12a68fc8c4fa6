"""Filing a paper and reading it again."""

import json
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from forms_templates import store
from forms_templates.coded_paper import with_code
from forms_templates.codes import fresh_code
from forms_templates.library import Form
from forms_templates.models import Document, PaperCode
from forms_templates.store import PaperDamaged
from forms_templates.values import clean_values
from registry.models import County, PersonKey

__all__ = ["PaperDamaged", "file_paper", "read_paper"]


def file_paper(
    *,
    form: Form,
    values: Mapping[str, object],
    pictures: Mapping[str, bytes],
    county: County,
    person_key: PersonKey,
    subject_kind: str,
    subject_key: str,
    case_key: str,
    label: str,
    at: datetime,
) -> Document:
    """Render the next version of a paper with a code of its own, store it, note it; part of the caller's transaction.

    The caller holds the lock on the subject: the version's number is the last one plus one. `label` says when
    in the procedure it was made (村委会盖章后). Raises FormDataError, KeyDestroyed.
    """
    cleaned = clean_values(form.fields, values)
    code = fresh_code()
    docx = with_code(form.render(cleaned, pictures), code)
    with transaction.atomic():
        versions = Document.objects.filter(subject_kind=subject_kind, subject_key=subject_key, form_code=form.code)
        last: int | None = versions.aggregate(last=Max("number"))["last"]
        document = Document.objects.create(
            county=county,
            person_key=person_key,
            subject_kind=subject_kind,
            subject_key=subject_key,
            case_key=case_key,
            form_code=form.code,
            form_version=form.version,
            number=(last or 0) + 1,
            label=label,
            encrypted_values=person_key.encrypt(json.dumps(cleaned, ensure_ascii=False).encode()),
            content_digest=form.content_digest(cleaned),
            file_digest=store.put(docx, person_key),
            size=len(docx),
            created_at=at,
        )
        PaperCode.objects.create(document=document, code=code)
        return document


def read_paper(document: Document) -> bytes:
    """The Word file of a version, decrypted, its digest compared; raises PaperDamaged, KeyDestroyed."""
    return store.get(document.file_digest, document.person_key)
