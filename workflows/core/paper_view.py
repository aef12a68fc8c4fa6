"""A paper of a case: look at it (masked), print it or take it out in Word or PDF (in full, with a trace)."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.cache import cache_control

from forms_templates.coded_paper import code_text, qr
from forms_templates.filed_pictures import pictures_in
from forms_templates.library import Form, UnknownFormError, form
from forms_templates.models import Document, PaperCode
from forms_templates.papers import read_paper
from forms_templates.sheet import sheet_html_of_docx, stylesheet, stylesheet_digest
from forms_templates.store import get as get_file
from registry.id_numbers import mask_id, mask_phone

from .clock import now
from .desk_view import sheet_css_url, visible_case
from .door import perform
from .early_copies import is_in_force, pdf_for, word_for
from .hand_kinds import hands_on
from .models import Attachment, Case
from .pdf_state import pdf_state, with_pdf
from .refusals import Refused
from .requests import actor_of, office_page, see_other
from .seal_kinds import seal_state

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MASKS = {"id_number": mask_id, "phone": mask_phone}


def visible_document(request: HttpRequest, pk: int) -> tuple[Document, Case]:
    """Raises Http404 for a paper of a case one may not see."""
    document = with_pdf(Document.objects.select_related("person_key")).filter(pk=pk).first()
    if document is None or not document.case_key.startswith("case:"):
        raise Http404
    return document, visible_case(actor_of(request), int(document.case_key.removeprefix("case:")))


def file_name(case: Case, document: Document, sheet: Form) -> str:
    return f"{sheet.title}-{case.number}-{case.title}-第{document.number}版"


@office_page
def paper(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One version on the screen, as it was filed but with its numbers masked."""
    document, case = visible_document(request, pk)
    sheet = form(document.form_code, document.form_version)
    pictures = pictures_in(read_paper(document))
    values: dict[str, Any] = {}
    for name, value in document.values.items():
        mask = MASKS.get(sheet.fields[name].kind)
        values[name] = mask(value) if mask and value else value
    masked = sheet.render(values, pictures)
    context = {
        "title": f"{case.title}：{sheet.title}",
        "state": {"kind": "", "label": f"第{document.number}版，{document.label}"},
        "sheet": sheet_html_of_docx(masked),
        "sheet_css_url": sheet_css_url(sheet.code, sheet.version),
        "word_url": reverse("paper_word", args=[pk]),
        "print_url": reverse("paper_print", args=[pk]),
        "pdf": pdf_state(document),
        "seals": seal_state(document, pictures),
        "hands": hands_on(document, pictures),
        "case_url": reverse("case", args=[case.pk]),
    }
    return render(request, "desk/paper.html", context)


@office_page
def paper_word(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The Word file as it was filed, marked before the last decision; every taking out is on the trail."""
    document, case = visible_document(request, pk)
    perform("desk.download_paper", document, actor_of(request), at=now())
    name = file_name(case, document, form(document.form_code, document.form_version))
    response = HttpResponse(word_for(document, case), content_type=WORD)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}.docx"
    return response


@office_page
def paper_pdf(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The PDF made of the Word file; while there is none, the paper's page says why."""
    document, case = visible_document(request, pk)
    try:
        outcome = perform("desk.download_pdf", document, actor_of(request), at=now())
    except Refused:
        return redirect("paper", pk)
    name = file_name(case, document, form(document.form_code, document.form_version))
    response = HttpResponse(pdf_for(document, outcome.result, case), content_type="application/pdf")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}.pdf"
    return response


@office_page
def paper_pdf_again(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Ask for one more attempt after the last one failed."""
    document, _ = visible_document(request, pk)
    if request.method == "POST":
        perform("desk.make_pdf_again", document, actor_of(request), at=now())
        messages.success(request, "已记录，马上再做一次。过一会儿刷新本页看结果。")
    response = redirect("paper", pk)
    response.status_code = 303 if request.method == "POST" else 302
    return response


@office_page
def paper_sign_again(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Ask for one more attempt to sign after the last one failed."""
    document, _ = visible_document(request, pk)
    if request.method != "POST":
        return redirect("paper", pk)
    try:
        perform("desk.sign_pdf_again", document, actor_of(request), at=now())
    except Refused as error:
        messages.error(request, error.refusals[0].message)
    else:
        messages.success(request, "已记录，马上再签一次。过一会儿刷新本页看结果。")
    return see_other(reverse("paper", args=[pk]))


@office_page
def paper_print(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The filed paper in full as an A4 page for the browser's printer; printing is on the trail."""
    document, case = visible_document(request, pk)
    perform("desk.print_paper", document, actor_of(request), {"copies": request.GET.get("copies", "")}, at=now())
    sheet = form(document.form_code, document.form_version)
    context = {
        "title": file_name(case, document, sheet),
        "sheet": printed_sheet(document, case),
        "sheet_css_url": sheet_css_url(sheet.code, sheet.version),
        "word_url": reverse("paper_word", args=[pk]),
        "back_url": reverse("case", args=[case.pk]),
        "auto_print": True,
        "in_force": is_in_force(case),
    }
    return render(request, "desk/print.html", context)


def printed_sheet(document: Document, case: Case) -> SafeString:
    """The filed paper for the browser's printer: on each of its pages the code and, before it is decided, 未生效."""
    marks = render_to_string(
        "desk/_on_every_page.html", {"code": printed_code(document), "in_force": is_in_force(case)}
    )
    return sheet_html_of_docx(read_paper(document), marks)


def printed_code(document: Document) -> dict[str, str] | None:
    """The code in the footer, as text and as QR; papers of the first days have none."""
    code = PaperCode.objects.filter(document=document).first()
    if code is None:
        return None
    svg = qr(code.code).svg_inline(border=0, omitsize=True, lineclass=None, svgclass=None)
    return {"text": code_text(code.code), "qr": mark_safe(svg)}  # noqa: S308 - drawn from the code's own ten letters


@office_page
def attachment(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A file handed in with a comment, to those who see the case."""
    found = Attachment.objects.select_related("comment", "person_key").filter(pk=pk).first()
    if found is None:
        raise Http404
    visible_case(actor_of(request), found.comment.case_id)
    response = HttpResponse(get_file(found.digest, found.person_key), content_type=found.content_type)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(found.name)}"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@cache_control(public=True, max_age=31536000, immutable=True)
def sheet_css(request: HttpRequest, code: str, version: int, digest: str) -> HttpResponseBase:
    """Word's own measures of one form as a stylesheet; it holds no data and never changes under its address."""
    try:
        sheet = form(code, version)
    except UnknownFormError as error:
        raise Http404 from error
    if stylesheet_digest(sheet) != digest:
        raise Http404
    return HttpResponse(stylesheet(sheet), content_type="text/css; charset=utf-8")
