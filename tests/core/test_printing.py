"""The print centre: many papers as one PDF in order, with a list; cancelled, failed, and nobody else's."""

import hashlib
import re
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pikepdf
import pytest
from django.test import Client, override_settings
from pikepdf import Name

from audit.models import Event
from forms_templates.bulk_pdf import Made, Paper, make_pdfs
from forms_templates.libreoffice import Conversion
from forms_templates.models import Document, PaperPdf, PrintRun
from forms_templates.papers import read_paper
from forms_templates.store import get
from tests.cast import Cast
from tests.core.test_pdf import PDF
from workflows.applications.models import State
from workflows.core import pdf_jobs
from workflows.core.models import Case
from workflows.core.pdf_jobs import make_print_run
from workflows.core.print_actions import MOST_PAPERS
from workflows.core.refusals import NotFound, Refused

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path) -> Iterator[None]:
    with override_settings(VAR_DIR=tmp_path):
        yield


@pytest.fixture
def sealed(cast: Cast) -> list[Case]:
    return [cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW) for _ in range(3)]


def latest(case: Case) -> Document:
    return Document.objects.filter(case_key=case.key).latest("pk")


def start(cast: Cast, part: str, cases: list[Case]) -> PrintRun:
    data = {"papers": [latest(case).pk for case in cases], "title": "九月的审批表"}
    run: PrintRun = cast.do("printing.start", cast.county, cast.people[part], data).result
    return run


def test_the_newest_versions_of_a_township_are_found_chosen_and_become_one_pdf_in_order(
    cast: Cast, sealed: list[Case], browser: Callable[[str], Client], need_tool: Callable[[str], str]
) -> None:
    need_tool("libreoffice")
    client = browser("reviewer")
    page = client.get("/printing/", {"form": "post_application"}).content.decode()
    for case in sealed:
        assert f'value="{latest(case).pk}" checked' in page
        assert page.count(case.title) >= 1
    assert page.count('name="paper"') == 3, "one version of each"
    chosen = [latest(case).pk for case in (sealed[2], sealed[0])]
    answer = client.post("/printing/", {"form": "post_application", "paper": chosen, "title": "审批表"})
    assert answer.status_code == 303
    run = PrintRun.objects.get()
    assert "已做好0份，共2份" in client.get(answer.headers["Location"]).content.decode()
    assert client.get(f"/printing/{run.pk}/pdf/").status_code == 302
    make_print_run.call(run.pk)
    run.refresh_from_db()
    assert (run.state, run.pages, run.troubles) == ("done", 3, [])
    assert PaperPdf.objects.filter(document__in=chosen).count() == 2, "each stored on its own"
    taken = client.get(f"/printing/{run.pk}/pdf/")
    assert taken.content == get(run.file_digest, run.person_key)
    with pikepdf.open(BytesIO(taken.content)) as opened:
        assert len(opened.pages) == 3
    events = Event.objects.filter(action__startswith="printing.").order_by("sequence")
    told = list(events.values_list("action", flat=True))
    assert told == ["printing.start", "printing.finish", "printing.take"]


def test_the_papers_lie_in_the_order_asked_for_and_a_print_comes_before_papers_nobody_waits_for(
    sealed: list[Case], browser: Callable[[str], Client]
) -> None:
    def listed(order: str) -> list[int]:
        page = browser("reviewer").get("/printing/", {"form": "post_application", "order": order}).content.decode()
        return [int(key) for key in re.findall(r'name="paper" value="(\d+)"', page)]

    by_number = [latest(case).pk for case in sorted(sealed, key=lambda case: case.number)]
    by_name = [latest(case).pk for case in sorted(sealed, key=lambda case: case.title)]
    assert by_name != by_number
    assert (listed("number"), listed("concerns"), listed("nonsense")) == (by_number, by_name, by_number)
    assert make_print_run.priority > pdf_jobs.make_pdf.priority


def test_nobody_prints_what_they_may_not_see_nor_finds_anothers_run(
    cast: Cast, sealed: list[Case], browser: Callable[[str], Client]
) -> None:
    with pytest.raises(NotFound):
        start(cast, "other_reviewer", sealed)
    run = start(cast, "reviewer", sealed)
    for part in ("colleague", "other_reviewer", "outsider", "supervisor"):
        assert browser(part).get(f"/printing/{run.pk}/").status_code == 404
    page = browser("other_reviewer").get("/printing/", {"form": "post_application"}).content.decode()
    assert not any(case.title in page for case in sealed)


def test_nothing_chosen_or_too_much_is_refused_in_words(cast: Cast, browser: Callable[[str], Client]) -> None:
    answer = browser("reviewer").post("/printing/", {"form": "post_application"})
    assert answer.status_code == 422
    assert "请先选出要打印的文书" in answer.content.decode()
    with pytest.raises(Refused, match="请分几次打印"):
        cast.do("printing.start", cast.county, cast.reviewer, {"papers": range(MOST_PAPERS + 1)})


def test_a_cancelled_run_makes_nothing_more(cast: Cast, sealed: list[Case], browser: Callable[[str], Client]) -> None:
    run = start(cast, "reviewer", sealed)
    assert browser("reviewer").post(f"/printing/{run.pk}/").status_code == 303
    assert make_print_run.call(run.pk) == "已取消"
    assert PaperPdf.objects.count() == 0
    with pytest.raises(Refused, match="已经结束"):
        cast.do("printing.cancel", run, cast.reviewer)


def test_what_could_not_be_made_is_named_and_the_others_are_printed(
    cast: Cast, sealed: list[Case], monkeypatch: pytest.MonkeyPatch, need_tool: Callable[[str], str]
) -> None:
    need_tool("libreoffice")

    def all_but_one(papers: list[Paper]) -> Made:
        done = make_pdfs([paper for paper in papers if paper.name != f"paper{latest(sealed[1]).pk}"])
        done.troubles[f"paper{latest(sealed[1]).pk}"] = "LibreOffice意外退出。"
        return done

    monkeypatch.setattr(pdf_jobs, "make_pdfs", all_but_one)
    run = start(cast, "reviewer", sealed)
    make_print_run.call(run.pk)
    run.refresh_from_db()
    assert (run.state, run.pages) == ("done", 3)
    sealed[1].refresh_from_db()
    assert run.troubles == [f"第2份，{sealed[1].title}（{sealed[1].number}）：PDF没有做成"]


def test_a_print_says_how_many_and_stands_under_reserve_until_the_last_decision(
    cast: Cast, browser: Callable[[str], Client]
) -> None:
    client = browser("reviewer")
    case = cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW)
    page = client.get(f"/papers/{latest(case).pk}/print/", {"copies": "3"}).content.decode()
    assert "未生效" in page
    assert "打印出来签字盖章的，扫描登记、手续办完后生效" in page
    assert latest(case).code.code[:5] in page
    assert Event.objects.filter(action="desk.print_paper").latest("pk").details["copies"] == 3
    for wrong in ("0", "51", "x"):
        assert client.get(f"/papers/{latest(case).pk}/print/", {"copies": wrong}).status_code == 422
    cast.walk(case, State.APPROVED)
    page = client.get(f"/papers/{latest(case).pk}/print/").content.decode()
    assert "未生效" not in page
    assert Event.objects.filter(action="desk.print_paper").latest("pk").details["copies"] == 1


def is_marked(page: pikepdf.Page) -> bool:
    """Whether the mark of what is not in force yet stands under the print."""
    return Name.Contents in page and b"q 0.78 g" in page.Contents[0].read_bytes()


def test_word_and_pdf_carry_the_mark_until_the_last_decision_and_are_known_where_they_are_checked(
    cast: Cast, browser: Callable[[str], Client]
) -> None:
    client = browser("reviewer")
    case = cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW)
    early = latest(case)
    cast.do("desk.file_pdf", early, cast.system, {"pdf": PDF, "pages": 1})
    word, pdf = (client.get(f"/papers/{early.pk}/{kind}/").content for kind in ("word", "pdf"))
    assert client.get(f"/papers/{early.pk}/word/").content == word, "the same bytes each time"
    with ZipFile(BytesIO(word)) as package:
        footers = [package.read(name).decode() for name in package.namelist() if name.startswith("word/footer")]
        assert all('string="未生效"' in footer for footer in footers)
        assert footers
    with pikepdf.open(BytesIO(pdf)) as opened:
        assert all(is_marked(page) for page in opened.pages)
    event = Event.objects.filter(action="desk.download_pdf").latest("pk")
    assert (event.details["mark"], event.details["paper_version"]) == ("未生效", early.number)
    cast.walk(case, State.APPROVED)
    last = latest(case)
    cast.do("desk.file_pdf", last, cast.system, {"pdf": PDF, "pages": 1})
    assert client.get(f"/papers/{last.pk}/word/").content == read_paper(last)
    assert client.get(f"/papers/{last.pk}/pdf/").content == PDF
    assert "mark" not in Event.objects.filter(action="desk.download_pdf").latest("pk").details
    checked = Client().get(f"/c/{early.code.code}").content.decode()
    for copy in (word, pdf, read_paper(early), PDF):
        assert hashlib.sha256(copy).hexdigest() in checked


def test_a_run_of_papers_that_are_not_decided_is_marked_page_by_page(
    cast: Cast, sealed: list[Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    cast.walk(sealed[1], State.APPROVED)
    for case in sealed:
        cast.do("desk.file_pdf", latest(case), cast.system, {"pdf": PDF, "pages": 1})
    monkeypatch.setattr(pdf_jobs, "word_to_pdf", lambda papers: Conversion(pdfs=dict.fromkeys(papers, PDF)))
    run = start(cast, "reviewer", sealed)
    make_print_run.call(run.pk)
    run.refresh_from_db()
    with pikepdf.open(BytesIO(get(run.file_digest, run.person_key))) as opened:
        marked = [is_marked(page) for page in opened.pages]
    assert marked == [False, True, False, True]
