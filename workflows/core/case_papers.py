"""The papers of a case as its page lists them: every filed version, and the signed pages that came back."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from audit.models import Event
from forms_templates.library import form
from forms_templates.models import Document

from .models import Case, DeskTask
from .paperwork import Page
from .pdf_state import pdf_state, with_pdf
from .scan_actions import done_by_hand_at, may_bring_back
from .seal_kinds import kind_on, with_seals
from .signed_pages import scan_told_at, scans_told


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


def signed_pages(page: Page, tasks: list[DeskTask], events: list[Event]) -> dict[str, Any]:
    """The panel 纸签: what came back, where to bring more, and at a seal's desk whether it stands on that page."""
    case, task = page.on_case, page.task
    told = scan_told_at(events, task) if task is not None else None
    asks = task is not None and told is not None and done_by_hand_at(case, task.flow_task.name) == "seal"
    return {
        "scans": scans_of(events, standing=told),
        "scan_stands": told is not None,
        "scans_url": f"{reverse('scans')}?case={case.pk}" if may_bring_back(page.actor, case, tasks) else "",
        "ask_sealed": asks,
        "sealed_on_paper": bool((page.typed or {}).get("on_paper")),
    }


def scans_of(events: list[Event], standing: Event | None) -> list[dict[str, Any]]:
    """The signed pages that came back, newest first, as the list of papers shows them: the story tells all of it.

    The one that stands at this step may be laid beside the sheet.
    """
    rows = []
    for event in sorted(scans_told(events), key=lambda event: -event.sequence):
        title, _, where = str(event.details["scan"]).partition("，")
        note = f"{where}，{event.actor_name}上传，{event.details['pages']}页"
        url = reverse("scan", args=[event.details["scan_number"]])
        beside = event is standing and event.details["pages"] == 1  # several pages are a PDF
        rows.append({"title": title, "note": note, "view_url": url, "beside_url": url if beside else ""})
    return rows
