"""The papers of a case as its page lists them: every filed version, and the signed pages that came back."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from audit.models import Event
from forms_templates.library import form
from forms_templates.models import Document

from .models import Case
from .pdf_state import pdf_state, with_pdf
from .seal_kinds import kind_on, with_seals
from .signed_pages import scans_told


def papers_of(case: Case) -> list[dict[str, Any]]:
    """Every version of every paper of the case, newest first, with the kind of its seals (one query)."""
    documents = with_seals(with_pdf(Document.objects.filter(case_key=case.key)))
    return [
        {
            "form": document.form_code,
            "title": form(document.form_code, document.form_version).title,
            "note": f"第{document.number}版，{document.label}",
            "seals": kind_on(document),
            "view_url": reverse("paper", args=[document.pk]),
            "word_url": reverse("paper_word", args=[document.pk]),
            "print_url": reverse("paper_print", args=[document.pk]),
            "pdf": pdf_state(document),
            "pk": document.pk,
        }
        for document in documents.defer("encrypted_values").order_by("-pk")
    ]


def scans_of(events: list[Event]) -> list[dict[str, Any]]:
    """The signed pages that came back, newest first, as the list of papers shows them: the story tells all of it."""
    rows = []
    for event in sorted(scans_told(events), key=lambda event: -event.sequence):
        title, _, where = str(event.details["scan"]).partition("，")
        note = f"{where}，{event.actor_name}上传，{event.details['pages']}页"
        rows.append({"title": title, "note": note, "view_url": reverse("scan", args=[event.details["scan_number"]])})
    return rows
