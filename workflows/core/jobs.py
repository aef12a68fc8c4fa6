"""What the background worker does. A job is a row of the transaction that asks for it: no commit, no job."""

from __future__ import annotations

from typing import TYPE_CHECKING

import django

from forms_templates.models import Document
from forms_templates.papers import PaperDamaged, read_paper

from .actors import Actor
from .clock import now

# Django has the same tasks of its own from 6.0 on.
if TYPE_CHECKING or django.VERSION < (6, 0):
    from django_tasks import task
else:
    from django.tasks import task


@task()
def check_filed_paper(document_pk: int) -> str:
    """Read a filed paper back from the disk and compare its digest; a damaged one is reported. Safe to run twice."""
    from .door import perform

    document = Document.objects.select_related("person_key").get(pk=document_pk)
    try:
        read_paper(document)
    except PaperDamaged as error:
        perform(
            "desk.report_damaged_paper",
            document,
            Actor.system("文书核对"),
            {"what": f"{document.label}（第{document.number}版）：{error}"},
            at=now(),
        )
        return str(error)
    return "完好"
