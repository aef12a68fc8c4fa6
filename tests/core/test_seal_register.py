"""用印登记: by seal and period, and printed as a book, which is on the trail."""

from __future__ import annotations

import html
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client

from audit.models import Event
from forms_templates import bulk_pdf
from forms_templates.libreoffice import Conversion
from forms_templates.models import Document, PaperPdf
from signatures.models import Seal, SealUse
from tests.cast import Cast
from tests.core.test_pdf import PDF
from workflows.applications.models import State
from workflows.core.pdf_jobs import make_pdf
from workflows.core.refusals import NotFound, Refused

Browser = Callable[[str], Client]
pytestmark = pytest.mark.django_db
DAY = date(2020, 9, 15)


@pytest.fixture
def sealed(cast: Cast) -> Cast:
    cast.walk_to(State.APPROVED)
    cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW)
    return cast


def seal_of(cast: Cast, place: str) -> Seal:
    return Seal.objects.get(organisation=cast.places[place])


def page(client: Client, url: str) -> str:
    return html.unescape(client.get(url).content.decode())


def test_the_register_is_read_by_seal_and_period(sealed: Cast, browser: Browser) -> None:
    village = seal_of(sealed, "104001")
    everything = page(browser("supervisor"), "/seals/")
    assert everything.count('<th scope="row" class="num">') == SealUse.objects.count() == 3
    assert page(browser("supervisor"), f"/seals/?seal={village.pk}").count('<th scope="row" class="num">') == 2
    assert "贫困人口扶贫专岗申请审批表" in everything
    assert page(browser("supervisor"), "/seals/?to=2020-09-14").count('<th scope="row" class="num">') == 0
    assert (
        page(browser("supervisor"), "/seals/?from=2020-09-15&to=2020-09-15").count('<th scope="row" class="num">') == 3
    )
    assert browser("supervisor").get("/seals/?from=rubbish&seal=x&before=9").status_code == 200


def test_a_keeper_reads_their_own_seal_alone(sealed: Cast, browser: Browser) -> None:
    township = seal_of(sealed, "104")
    assert page(browser("keeper"), f"/seals/?seal={township.pk}").count('<th scope="row" class="num">') == 0
    with pytest.raises(NotFound):
        sealed.do("seals.print_register", township, sealed.keeper, {"first": DAY, "last": DAY})
    with pytest.raises(NotFound):
        sealed.do("seals.print_register", township, sealed.clerk, {"first": DAY, "last": DAY})


def test_the_book_is_printed_with_every_line_and_stands_on_the_trail(
    sealed: Cast, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    village = seal_of(sealed, "104001")
    typed = {"seal": village.pk, "from": "2020-09-01", "to": "2020-09-30"}
    response = browser("keeper").post("/seals/print/", typed)
    book = Document.objects.get(form_code="seal_register_book")
    assert response["Location"] == f"/seals/books/{book.pk}/"
    values = book.values
    assert [line["number"] for line in values["uses"]] == ["2020年第1号", "2020年第2号"]
    assert values["uses"][0]["requested_by"] == sealed.clerk.name
    assert values["uses"][0]["approved_by"] == sealed.head.name
    assert values["uses"][0]["keeper"] == sealed.keeper.name
    assert (values["count"], values["copies_total"], values["revoked_count"]) == ("2", "2", "0")
    event = Event.objects.filter(action="seals.print_register").get()
    assert (event.actor_name, event.content["details"]["uses"]) == (sealed.keeper.name, 2)
    assert event.content["papers"][0]["file_digest"] == book.file_digest
    monkeypatch.setattr(bulk_pdf, "_together", bulk_pdf._apart)
    monkeypatch.setattr(bulk_pdf, "word_to_pdf", lambda papers: Conversion(pdfs=dict.fromkeys(papers, PDF)))
    monkeypatch.setattr("workflows.core.pdf_state.what_is_missing", lambda: "")
    assert "PDF正在后台生成" in page(browser("keeper"), response["Location"])
    make_pdf.call(book.pk)
    assert PaperPdf.objects.filter(document=book).exists()
    assert browser("keeper").get(f"/seals/books/{book.pk}/pdf/").content == PDF
    assert browser("keeper").get(f"/seals/books/{book.pk}/word/").content.startswith(b"PK")
    assert browser("auditor").get(f"/seals/books/{book.pk}/").status_code == 200
    for part in ("clerk", "township_keeper", "other_keeper"):
        for tail in ("", "word/", "pdf/"):
            assert browser(part).get(f"/seals/books/{book.pk}/{tail}").status_code == 404, part
    assert Event.objects.filter(action="desk.download_pdf").latest("pk").actor_name == sealed.keeper.name


def test_what_was_taken_back_stays_in_the_book_as_revoked(cast: Cast) -> None:
    case = cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW)
    cast.do("desk.take_back", case, cast.keeper)
    book = cast.do("seals.print_register", seal_of(cast, "104001"), cast.keeper, {"first": DAY, "last": DAY}).result
    assert book.values["uses"][0]["note"].startswith("作废：")
    assert book.values["revoked_count"] == "1"


@pytest.mark.parametrize(
    ("first", "last", "sentence"),
    [
        (None, DAY, "请填写从哪天到哪天"),
        (DAY, DAY - timedelta(days=1), "请填写从哪天到哪天"),
        (DAY - timedelta(days=9), DAY - timedelta(days=1), "这段时间没有用印"),
    ],
)
def test_a_book_without_lines_is_not_printed(sealed: Cast, first: date, last: date, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        sealed.do("seals.print_register", seal_of(sealed, "104001"), sealed.keeper, {"first": first, "last": last})
    assert not Document.objects.filter(form_code="seal_register_book").exists()
