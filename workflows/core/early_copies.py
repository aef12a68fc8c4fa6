"""What goes out of a paper whose case is not decided yet: a copy that says 未生效 across every page."""

from __future__ import annotations

from forms_templates.early_mark import marked_pdf, marked_word
from forms_templates.models import Document, PaperPdf
from forms_templates.papers import read_paper
from forms_templates.store import get
from signatures.models import SignedPdf

from .models import Case


def is_in_force(case: Case) -> bool:
    """Whether the last decision has been taken and stands."""
    return bool(case.flow_class.paperwork.state_tag(case.entity)["kind"] == "done")


def word_for(document: Document, case: Case) -> bytes:
    """The Word file as it goes out now."""
    docx = read_paper(document)
    return docx if is_in_force(case) else marked_word(docx)


def pdf_for(document: Document, pdf: PaperPdf | SignedPdf, case: Case) -> bytes:
    """The PDF as it goes out now."""
    content = get(pdf.file_digest, document.person_key)
    return content if is_in_force(case) else marked_pdf(content)
