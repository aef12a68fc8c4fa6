"""用印登记: every use of a seal as a page, by seal and period, and as a printed book."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date

from forms_templates.models import Document
from forms_templates.papers import read_paper
from forms_templates.store import get as get_file
from signatures.models import Seal, SealUse

from .actors import Actor
from .clock import now, today
from .door import perform
from .models import Case
from .paper_view import WORD
from .pdf_state import pdf_state, with_pdf
from .refusals import Refused
from .requests import actor_of, office_page, row_number, see_other
from .seal_readers import readable_seals
from .seal_register_actions import KIND, cases_of, document_of, uses_between

PAGE = 50


def _seals(actor: Actor) -> Any:
    seals = readable_seals(actor)
    if seals is None:
        raise Http404
    return seals


@office_page
def seal_register(request: HttpRequest) -> HttpResponseBase:
    """A keeper's own seals; the bureau's and the auditor's view of all. By seal and period, newest first."""
    seals = _seals(actor_of(request))
    chosen = row_number(request.GET.get("seal", "")) or 0
    first, last = _day(request.GET.get("from", "")), _day(request.GET.get("to", ""))
    choices = [(seal.pk, seal.name) for seal in seals.order_by("organisation__code", "-pk")]
    uses = uses_between(seals.filter(pk=chosen) if chosen else seals, first, last).order_by("-pk")
    if (before := row_number(request.GET.get("before", ""))) is not None:
        uses = uses.filter(pk__lt=before)
    found = list(uses[: PAGE + 1])
    shown = found[:PAGE]
    numbers = cases_of(shown)
    kept = {"seal": chosen or "", "from": first.isoformat() if first else "", "to": last.isoformat() if last else ""}
    following = f"?{urlencode({**kept, 'before': shown[-1].pk})}" if len(found) > PAGE else ""
    context = {
        "filters": [
            {"name": "seal", "label": "印章", "kind": "select", "value": chosen, "choices": [("", "全部"), *choices]},
            {"name": "from", "label": "从哪天", "kind": "date", "value": kept["from"]},
            {"name": "to", "label": "到哪天", "kind": "date", "value": kept["to"]},
        ],
        "filtered": bool(chosen or first or last),
        "empty_text": "换一枚印章或一段时间再看。" if chosen or first or last else "",
        "rows": [seal_row(use, numbers) for use in shown],
        "print": {
            "url": reverse("seal_register_print"),
            "seal": chosen or (choices[0][0] if len(choices) == 1 else 0),
            "first": kept["from"] or today().replace(day=1).isoformat(),
            "last": kept["to"] or today().isoformat(),
            "choices": choices,
        },
        "books": _books(seals.filter(pk=chosen) if chosen else seals) if chosen or len(choices) == 1 else [],
        "next_url": f"{reverse('seal_register')}{following}" if following else "",
        "total_text": f"已显示{len(shown)}条。" if shown else "",
    }
    return render(request, "desk/seal_register.html", context)


def _books(seals: Any) -> list[Document]:
    keys = [str(pk) for pk in seals.values_list("pk", flat=True)[:50]]
    books = Document.objects.filter(subject_kind=KIND, subject_key__in=keys).defer("encrypted_values")
    return list(books.order_by("-pk")[:10])


def _day(typed: str) -> Any:
    try:
        return parse_date(typed)
    except ValueError:
        return None


def seal_row(use: SealUse, cases: dict[tuple[str, str], Case]) -> dict[str, Any]:
    case = cases.get((use.subject_kind, use.subject_key))
    revocation = getattr(use, "revocation", None)
    return {
        "number": f"{use.year}年第{use.number}号",
        "at": use.at,
        "seal": use.seal.name,
        "subject": f"{case.title}（{case.number}）" if case else use.subject_key,
        "subject_url": reverse("case", args=[case.pk]) if case else "",
        "document": document_of(use),
        "across_pages": use.across_pages,
        "on_paper": bool(use.paper_digest),
        "copies": use.copies,
        "requested_by": use.requested_by,
        "approved_by": use.approved_by,
        "keeper": use.hand,
        "by_clerk": use.by_clerk,
        "revoked": f"已作废：{revocation.why}" if revocation else "",
    }


@office_page
def seal_register_print(request: HttpRequest) -> HttpResponseBase:
    """POST makes the book of one seal and period."""
    actor = actor_of(request)
    seals = _seals(actor)
    if request.method != "POST":
        return redirect("seal_register")
    seal: Seal | None = seals.filter(pk=row_number(request.POST.get("seal", "")) or 0).first()
    if seal is None:
        messages.error(request, "请先选一枚印章，再打印登记簿。")
        return see_other(reverse("seal_register"))
    data = {"first": _day(request.POST.get("from", "")), "last": _day(request.POST.get("to", ""))}
    try:
        made = perform("seals.print_register", seal, actor, data, at=now()).result
    except Refused as error:
        messages.error(request, error.refusals[0].message)
        kept = {"seal": seal.pk, "from": request.POST.get("from", ""), "to": request.POST.get("to", "")}
        return see_other(f"{reverse('seal_register')}?{urlencode(kept)}")
    return see_other(reverse("seal_book", args=[made.pk]))


def _book(request: HttpRequest, pk: int) -> tuple[Document, Seal]:
    book = with_pdf(Document.objects.select_related("person_key")).filter(pk=pk, subject_kind=KIND).first()
    if book is None:
        raise Http404
    seal = _seals(actor_of(request)).filter(pk=int(book.subject_key)).first()
    if seal is None:
        raise Http404
    return book, seal


@office_page
def seal_book(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A printed book: Word at once, the PDF as soon as the worker has made it."""
    book, seal = _book(request, pk)
    state = pdf_state(book)
    context = {
        "book": book,
        "seal": seal,
        "word_url": reverse("seal_book_word", args=[pk]),
        "pdf_url": reverse("seal_book_pdf", args=[pk]) if state.url else "",
        "pdf_text": state.text,
        "back_url": f"{reverse('seal_register')}?seal={seal.pk}",
        "again": timedelta(seconds=20),
    }
    return render(request, "desk/seal_book.html", context)


@office_page
def seal_book_word(request: HttpRequest, pk: int) -> HttpResponseBase:
    book, seal = _book(request, pk)
    perform("desk.download_paper", book, actor_of(request), at=now())
    return _file(read_paper(book), WORD, f"用印登记簿-{seal.name}-{book.label}.docx")


@office_page
def seal_book_pdf(request: HttpRequest, pk: int) -> HttpResponseBase:
    book, seal = _book(request, pk)
    try:
        found = perform("desk.download_pdf", book, actor_of(request), at=now()).result
    except Refused:
        return redirect("seal_book", pk)
    content = get_file(found.file_digest, book.person_key)
    return _file(content, "application/pdf", f"用印登记簿-{seal.name}-{book.label}.pdf")


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response
