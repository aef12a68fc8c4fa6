"""Proofs of the library's forms: each sample finished, with invented ink and seals, as LibreOffice prints it."""

import io

from PIL import Image

from forms_templates.library import Form
from forms_templates.libreoffice import word_to_pdf
from forms_templates.page_pictures import NoPictures, page_pictures
from signatures.sample_ink import sample_pictures

_COLOURS = 32


def finished_sample(form: Form) -> bytes:
    """The Word file of the form's sample, signed and sealed by invented people."""
    return form.render(form.sample(), sample_pictures(form))


def pages_of(docx: bytes, dpi: int) -> list[Image.Image]:
    """The pages of a Word file as it is printed here. Raises LibreOfficeMissing, NoPictures."""
    made = word_to_pdf({"paper": docx})
    if trouble := made.troubles.get("paper"):
        raise NoPictures(trouble)
    return [Image.open(io.BytesIO(png)).convert("RGB") for png in page_pictures(made.pdfs["paper"], dpi)]


def side_by_side(pages: list[Image.Image]) -> bytes:
    """The pages of a paper in one small PNG."""
    gap = 8
    width = sum(page.width for page in pages) + gap * (len(pages) - 1)
    sheet = Image.new("RGB", (width, max(page.height for page in pages)), (226, 228, 224))
    left = 0
    for page in pages:
        sheet.paste(page, (left, 0))
        left += page.width + gap
    out = io.BytesIO()
    sheet.quantize(_COLOURS).save(out, "PNG", optimize=True)
    return out.getvalue()
