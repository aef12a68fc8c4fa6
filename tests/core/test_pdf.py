"""The PDF of a filed paper: made in the background, once, with its event; or an honest sentence why not."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings
from django_tasks_db.models import DBTaskResult
from time_machine import travel

from audit.models import Event
from forms_templates import bulk_pdf
from forms_templates.early_mark import marked_pdf
from forms_templates.libreoffice import Conversion, LibreOfficeMissing
from forms_templates.models import Document, PaperPdf, PdfTrouble
from forms_templates.store import get
from tests.cast import AFTERNOON, Cast, browser_of
from workflows.applications.models import State
from workflows.core.management.commands.work import take_up_unfinished
from workflows.core.models import Case
from workflows.core.pdf_jobs import ATTEMPTS, make_pdf, make_waiting_pdfs
from workflows.core.refusals import NotYours, Refused

pytestmark = pytest.mark.django_db

PDF = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj
trailer<</Root 1 0 R/Size 4>>
%%EOF
"""


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path) -> Iterator[None]:
    with override_settings(VAR_DIR=tmp_path):
        yield


@pytest.fixture
def converter(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """converter(makes=…) or converter(fails=…): what LibreOffice would answer."""

    def answer(*, fails: str = "", missing: str = "", pdf: bytes = PDF) -> None:
        def convert(papers: dict[str, bytes]) -> Conversion:
            if missing:
                raise LibreOfficeMissing(missing)
            if fails:
                return Conversion(troubles=dict.fromkeys(papers, fails))
            return Conversion(pdfs=dict.fromkeys(papers, pdf))

        # Not composed: what is composed is parted by what LibreOffice really made (test_bulk_pdf.py).
        monkeypatch.setattr(bulk_pdf, "_together", bulk_pdf._apart)
        monkeypatch.setattr(bulk_pdf, "word_to_pdf", convert)
        monkeypatch.setattr("workflows.core.pdf_state.what_is_missing", lambda: missing)

    return answer


@pytest.fixture
def sealed(cast: Cast) -> Case:
    return cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW)


def papers(case: Case) -> list[Document]:
    return list(Document.objects.filter(case_key=case.key).order_by("pk"))


def look(cast: Cast, part: str, url: str, post: bool = False) -> Any:
    with travel(AFTERNOON, tick=False):
        client = browser_of(cast.people[part])
        return client.post(url) if post else client.get(url)


def jobs_of(task: Any) -> list[DBTaskResult]:
    return list(DBTaskResult.objects.filter(task_path=task.module_path, status="READY"))


def test_every_filed_paper_asks_for_its_pdf(cast: Cast, sealed: Case) -> None:
    asked = {job.args_kwargs["args"][0] for job in jobs_of(make_pdf)}
    assert asked == {document.pk for document in papers(sealed)}


def test_one_job_makes_the_pdf_of_all_that_wait_each_with_its_event(
    cast: Cast, sealed: Case, converter: Callable[..., None]
) -> None:
    converter()
    documents = papers(sealed)
    make_pdf.call(documents[0].pk)
    assert PaperPdf.objects.count() == len(documents) > 1
    for document in documents:
        pdf = PaperPdf.objects.get(document=document)
        assert get(pdf.file_digest, document.person_key) == PDF
        assert pdf.pages == 1
    events = Event.objects.filter(action="desk.file_pdf", case_key=sealed.key)
    assert {event.content["papers"][0]["file_digest"] for event in events} == {PaperPdf.objects.all()[0].file_digest}
    assert {event.actor_name for event in events} == {"PDF生成"}
    assert events.count() == len(documents)
    # Their own jobs find nothing to do, and a job that runs twice changes nothing.
    assert [make_pdf.call(document.pk) for document in documents] == ["已有PDF"] * len(documents)
    assert Event.objects.filter(action="desk.file_pdf").count() == len(documents)
    cast.prove()


def test_two_workers_store_it_once(cast: Cast, sealed: Case) -> None:
    document = papers(sealed)[0]
    cast.do("desk.file_pdf", document, cast.system, {"pdf": PDF, "pages": 1})
    with pytest.raises(Refused):
        cast.do("desk.file_pdf", document, cast.system, {"pdf": PDF, "pages": 1})


@pytest.mark.parametrize("part", ["clerk", "reviewer", "supervisor"])
def test_nobody_but_the_system_files_a_pdf(cast: Cast, sealed: Case, part: str) -> None:
    with pytest.raises(NotYours):
        cast.do("desk.file_pdf", papers(sealed)[0], cast.people[part], {"pdf": PDF, "pages": 1})


def test_what_fails_is_tried_again_then_said_and_may_be_asked_for_once_more(
    cast: Cast, sealed: Case, converter: Callable[..., None]
) -> None:
    converter(fails="LibreOffice意外退出（-9）。")
    document = papers(sealed)[-1]
    url = f"/papers/{document.pk}/"
    assert "PDF正在后台生成" in look(cast, "clerk", url).content.decode()
    for attempt in range(1, ATTEMPTS + 1):
        make_pdf.call(document.pk)
        assert PdfTrouble.objects.filter(document=document).count() == attempt
        again = [job for job in jobs_of(make_pdf) if job.run_after.year < 9999]
        assert len(again) == min(attempt, ATTEMPTS - 1)
        page = look(cast, "clerk", url).content.decode()
        assert "LibreOffice意外退出（-9）" in page
        assert ("再做一次PDF" in page) == (attempt == ATTEMPTS)
    assert make_pdf.call(document.pk) == "不再自动重试"
    told = Event.objects.filter(action="desk.report_pdf_trouble")
    assert [event.reason for event in told] == ["LibreOffice意外退出（-9）。"] * ATTEMPTS
    assert "PDF没有做成" in look(cast, "supervisor", "/").content.decode()
    assert look(cast, "clerk", f"{url}pdf/").status_code == 302
    converter()
    assert look(cast, "clerk", f"{url}pdf/again/", post=True).status_code == 303
    (job,) = [job for job in jobs_of(make_pdf) if job.args_kwargs["kwargs"]]
    make_pdf.call(*job.args_kwargs["args"], **job.args_kwargs["kwargs"])
    answer = look(cast, "clerk", f"{url}pdf/")
    assert answer.status_code == 200
    assert answer.content == marked_pdf(PDF)  # the township has not decided yet
    assert Event.objects.filter(action="desk.download_pdf").latest("pk").actor_name == "何素琴"
    cast.prove()


def test_it_is_not_made_again_while_it_is_being_made_or_is_there(cast: Cast, sealed: Case) -> None:
    document = papers(sealed)[0]
    with pytest.raises(Refused, match="正在做"):
        cast.do("desk.make_pdf_again", document, cast.clerk)
    cast.do("desk.file_pdf", document, cast.system, {"pdf": PDF, "pages": 1})
    with pytest.raises(Refused, match="已经有PDF"):
        cast.do("desk.make_pdf_again", document, cast.clerk)


def test_without_libreoffice_papers_wait_and_the_page_says_what_to_install(
    cast: Cast, sealed: Case, converter: Callable[..., None]
) -> None:
    converter(missing="请管理员安装libreoffice-writer-nogui。")
    documents = papers(sealed)
    for document in documents:
        make_pdf.call(document.pk)
    assert PdfTrouble.objects.count() == 0
    assert len(jobs_of(make_waiting_pdfs)) == 1, "one look for all, not one for each"
    assert "请管理员安装libreoffice-writer-nogui" in look(cast, "clerk", f"/papers/{documents[0].pk}/").content.decode()
    converter()
    DBTaskResult.objects.filter(task_path=make_waiting_pdfs.module_path).update(status="RUNNING")
    make_waiting_pdfs.call()
    assert PaperPdf.objects.count() == len(documents)


def test_a_pdf_that_cannot_be_opened_is_no_pdf(cast: Cast, sealed: Case, converter: Callable[..., None]) -> None:
    converter(pdf=b"%PDF-1.4 rubbish %%EOF")
    document = papers(sealed)[0]
    make_pdf.call(document.pk)
    assert PdfTrouble.objects.filter(document=document).get().why == "LibreOffice做出的PDF打不开。"


def test_the_case_lists_the_pdf_beside_word(cast: Cast, sealed: Case, converter: Callable[..., None]) -> None:
    converter()
    make_pdf.call(papers(sealed)[0].pk)
    page = look(cast, "reviewer", f"/cases/{sealed.pk}/").content.decode()
    for document in papers(sealed):
        assert f"/papers/{document.pk}/pdf/" in page
    assert "生成PDF" not in page, "the system's own acts would bury the people's"


def test_jobs_of_a_killed_worker_are_taken_up_unless_they_kill_every_worker(cast: Cast, sealed: Case) -> None:
    first, second = DBTaskResult.objects.filter(task_path=make_pdf.module_path)[:2]
    for job, lives in ((first, 1), (second, 4)):
        job.claim("dead")
        job.worker_ids = ["dead"] * lives
        job.save()
    assert take_up_unfinished() == 1
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status) == ("READY", "FAILED")


def test_a_later_attempt_waits(cast: Cast, sealed: Case, converter: Callable[..., None]) -> None:
    converter(fails="LibreOffice意外退出。")
    document = papers(sealed)[0]
    make_pdf.call(document.pk)
    trouble = PdfTrouble.objects.get(document=document)
    later = [job.run_after for job in jobs_of(make_pdf) if job.args_kwargs["args"] == [document.pk]]
    assert trouble.at + timedelta(minutes=1) in later
