"""Signing the PDF of a sealed paper: a job after the PDF's own, an event of its own, and what the screen says of it."""

from __future__ import annotations

import html
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings
from django_tasks_db.models import DBTaskResult
from time_machine import travel

from audit.models import Event
from evidence.printed_page import page_of
from forms_templates.filed_pictures import pictures_in
from forms_templates.models import Document, PaperPdf
from forms_templates.papers import read_paper
from forms_templates.store import get
from signatures.models import DemoAuthority, SealCertificate, SealSignature, SealUse, SignedPdf, SigningTrouble
from signatures.pdf_signing import check_pdf
from tests.cast import AFTERNOON, Cast, browser_of, signed
from tests.signatures.seal_pages import pdf_with
from workflows.applications.models import State
from workflows.core.models import Case
from workflows.core.pdf_jobs import make_pdf
from workflows.core.refusals import Refused
from workflows.core.signing_jobs import ATTEMPTS, sign_sealed_pdf

pytestmark = pytest.mark.django_db
NEEDS_OFFICE = pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")


@pytest.fixture(autouse=True)
def _afternoon() -> Any:
    """The worker's clock, in the story's day."""
    with travel(AFTERNOON, tick=True):
        yield


@pytest.fixture
def certified(cast: Cast) -> Cast:
    cast.do("registry.issue_demo_certificates", cast.county, cast.system)
    return cast


def last_paper(case: Case, form: str = "post_application") -> Document:
    return Document.objects.select_related("person_key", "code").filter(case_key=case.key, form_code=form).latest("pk")


def file_pdf(cast: Cast, document: Document) -> bytes:
    """A PDF that shows the paper's pictures, as the converter would have made it."""
    pdf = pdf_with({name: png for name, png in pictures_in(read_paper(document)).items() if "seal" in name})
    cast.do("desk.file_pdf", document, cast.system, {"pdf": pdf, "pages": 2})
    return pdf


def signed_bytes(document: Document) -> bytes:
    return get(SignedPdf.objects.get(pdf__document=document).file_digest, document.person_key)


def look(cast: Cast, part: str, url: str, post: bool = False) -> Any:
    client = browser_of(cast.people[part])
    return client.post(url) if post else client.get(url)


def page(cast: Cast, part: str, url: str) -> str:
    return html.unescape(look(cast, part, url).content.decode())


def jobs() -> list[Any]:
    return list(DBTaskResult.objects.filter(task_path=sign_sealed_pdf.module_path, status="READY"))


def test_the_paper_of_both_seals_is_signed_by_the_village_and_then_by_the_township(certified: Cast) -> None:
    case = certified.walk_to(State.APPROVED)
    document = last_paper(case)
    file_pdf(certified, document)
    assert [job.args_kwargs["args"] for job in jobs()] == [[document.pk]]
    assert sign_sealed_pdf.call(document.pk) == "签章2枚"
    assert sign_sealed_pdf.call(document.pk) == "不用签章"
    root = DemoAuthority.objects.get().certificate_pem
    village, township = check_pdf(signed_bytes(document), root)
    assert (village.field, township.field) == ("village_seal", "township_seal")
    assert "青禾村" in village.signer
    assert "泥井镇" in township.signer
    assert village.trusted
    assert township.trusted
    assert township.covers_all
    rows = SealSignature.objects.filter(signed_pdf__pdf__document=document)
    assert [row.seal_use.place for row in rows] == ["village_seal", "township_seal"]
    (event,) = Event.objects.filter(action="desk.file_signed_pdf")
    assert event.actor_name == "PDF签章"
    assert event.case_key == case.key
    assert event.content["papers"][0]["file_digest"] == SignedPdf.objects.get().file_digest
    assert event.content["papers"][0]["content_digest"] == document.content_digest
    assert event.content["details"]["certificates"] == [row.certificate.fingerprint for row in rows]
    assert "BEGIN" not in str(event.content)


def test_the_reader_gets_the_signed_pdf_and_is_told_what_it_is_worth(certified: Cast) -> None:
    case = certified.walk_to(State.APPROVED)
    document = last_paper(case)
    plain = file_pdf(certified, document)
    assert look(certified, "clerk", f"/papers/{document.pk}/pdf/").content == plain
    said = page(certified, "clerk", f"/papers/{document.pk}/")
    assert said.count("图片印章") == 2
    assert "不是《电子签名法》第十三条规定的可靠电子签名" in said
    sign_sealed_pdf.call(document.pk)
    assert look(certified, "clerk", f"/papers/{document.pk}/pdf/").content == signed_bytes(document)
    assert Event.objects.filter(action="desk.download_pdf").latest("pk").content["papers"][0]["file_digest"] == (
        SignedPdf.objects.get().file_digest
    )
    said = page(certified, "clerk", f"/papers/{document.pk}/")
    assert said.count("演示证书签章") == 2
    assert "没有法律效力" in said
    assert "图片印章" not in said
    listed = page(certified, "clerk", f"/cases/{case.pk}/")
    assert "印章：演示证书签章" in listed
    assert "印章：图片印章" in listed, "the version with the village's seal alone was replaced before it was signed"
    public = page_of(document.code.code)
    assert public is not None
    assert public.digests[SignedPdf.objects.get().file_digest] == "签章PDF文件"


def test_without_certificates_nothing_is_signed_and_nothing_is_asked(cast: Cast) -> None:
    document = last_paper(cast.walk_to(State.APPROVED))
    file_pdf(cast, document)
    assert jobs() == []
    assert sign_sealed_pdf.call(document.pk) == "不用签章"
    assert SignedPdf.objects.count() == 0


def test_a_seal_from_before_the_certificate_stays_a_picture(cast: Cast) -> None:
    document = last_paper(cast.walk_to(State.APPROVED))
    cast.do("registry.issue_demo_certificates", cast.county, cast.system)
    village = SealCertificate.objects.get(organisation=cast.village)
    SealCertificate.objects.exclude(pk=village.pk).update(valid_from=AFTERNOON.date().replace(day=16))
    file_pdf(cast, document)
    assert sign_sealed_pdf.call(document.pk) == "签章1枚"
    said = page(cast, "clerk", f"/papers/{document.pk}/")
    assert said.count("演示证书签章") == said.count("图片印章") == 1


def test_a_superseded_paper_is_not_signed(certified: Cast) -> None:
    case = certified.walk_to(State.AWAITING_TOWNSHIP_REVIEW)
    document = last_paper(case)
    file_pdf(certified, document)
    certified.walk(case, State.APPROVED)
    assert sign_sealed_pdf.call(document.pk) == "已被新的一版代替，不再签章"
    with pytest.raises(Refused, match="代替"):
        certified.do(
            "desk.file_signed_pdf",
            document,
            certified.system,
            {"pdf": b"%PDF", "signatures": [], "time_stamped": False},
        )


def test_a_seal_that_was_taken_back_is_not_signed(certified: Cast) -> None:
    case = certified.walk_to(State.AWAITING_TOWNSHIP_REVIEW)
    document = last_paper(case)
    file_pdf(certified, document)
    use = SealUse.objects.latest("pk")
    certified.do("desk.take_back", case, certified.keeper)
    assert sign_sealed_pdf.call(document.pk) in ("不用签章", "已被新的一版代替，不再签章")
    with pytest.raises(Refused, match=r"作废|代替"):
        certified.do(
            "desk.file_signed_pdf",
            document,
            certified.system,
            {"pdf": b"%PDF", "signatures": [(use.pk, 1)], "time_stamped": False},
        )


def test_what_fails_is_tried_again_then_said_and_may_be_asked_for_once_more(certified: Cast) -> None:
    document = last_paper(certified.walk_to(State.APPROVED))
    certified.do("desk.file_pdf", document, certified.system, {"pdf": pdf_with({}), "pages": 2})
    url = f"/papers/{document.pk}/"
    for attempt in range(1, ATTEMPTS + 1):
        assert sign_sealed_pdf.call(document.pk) == "没有签成"
        assert SigningTrouble.objects.count() == attempt
        said = page(certified, "clerk", url)
        assert "PDF里没有找到应盖的印章" in said
        assert ("再签一次" in said) == (attempt == ATTEMPTS)
    assert sign_sealed_pdf.call(document.pk) == "不再自动重试"
    assert "PDF没有签章成功" in page(certified, "supervisor", "/")
    assert look(certified, "clerk", f"{url}sign/again/", post=True).status_code == 303
    assert [job for job in jobs() if job.args_kwargs["kwargs"]]
    assert Event.objects.latest("pk").action == "desk.sign_pdf_again"


def test_it_is_not_asked_for_again_while_it_is_being_done(certified: Cast) -> None:
    document = last_paper(certified.walk_to(State.APPROVED))
    file_pdf(certified, document)
    with pytest.raises(Refused, match="正在签章"):
        certified.do("desk.sign_pdf_again", document, certified.clerk)
    sign_sealed_pdf.call(document.pk)
    with pytest.raises(Refused, match="已经签章"):
        certified.do("desk.sign_pdf_again", document, certified.clerk)


@override_settings(TIMESTAMP_URL="http://127.0.0.1:9/tsa")
def test_a_silent_time_stamp_authority_is_told_and_the_plain_pdf_stays(certified: Cast) -> None:
    document = last_paper(certified.walk_to(State.APPROVED))
    plain = file_pdf(certified, document)
    assert "时间戳服务没有应答" in sign_sealed_pdf.call(document.pk)
    assert SigningTrouble.objects.get().why.startswith("时间戳服务没有应答")
    assert look(certified, "clerk", f"/papers/{document.pk}/pdf/").content == plain


def test_the_keys_stand_encrypted_in_the_database(certified: Cast) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        for table in ("signatures_sealcertificate", "signatures_demoauthority"):
            cursor.execute(f"SELECT key_pem FROM {table}")
            stored = [row[0] for row in cursor.fetchall()]
            assert stored
            assert not any("PRIVATE" in key for key in stored)
    assert SealCertificate.objects.latest("pk").key_pem.startswith("-----BEGIN PRIVATE KEY")


@NEEDS_OFFICE
def test_an_agreement_of_several_pages_really_converted_and_signed(
    certified: Cast, tmp_path: Path, pdfsig: Callable[[bytes], str]
) -> None:
    """From the Word file through LibreOffice to the signed PDF, with poppler as the judge."""
    with override_settings(VAR_DIR=tmp_path):
        case = certified.agreement_at_township()[1]
        certified.act(case, "agreements.sign_for_township", certified.reviewer, signed("林书平"))
        certified.act(case, "agreements.seal_by_township", certified.township_keeper, {})
        document = last_paper(case, "agreement")
        make_pdf.call(document.pk)
        assert PaperPdf.objects.get(document=document).pages > 1
        sign_sealed_pdf.call(document.pk)
    said = pdfsig(signed_bytes(document))
    assert said.count("Signature is Valid.") == 1
    assert "泥井镇人民政府" in said


@pytest.fixture
def pdfsig(tmp_path: Path) -> Callable[[bytes], str]:
    def ask(pdf: bytes) -> str:
        path = tmp_path / "signed.pdf"
        path.write_bytes(pdf)
        return subprocess.run(["pdfsig", str(path)], capture_output=True, text=True, timeout=60, check=True).stdout

    return ask


def test_whoever_is_handed_a_signed_pdf_can_check_it(
    certified: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = last_paper(certified.walk_to(State.APPROVED))
    plain = file_pdf(certified, document)
    sign_sealed_pdf.call(document.pk)
    genuine = signed_bytes(document)
    middle = len(genuine) // 3
    files = {
        "genuine": genuine,
        "changed": genuine[:middle] + bytes([genuine[middle] ^ 1]) + genuine[middle + 1 :],
        "appended": genuine + b"% a word more",
        "plain": plain,
        "rubbish": b"no PDF at all",
    }
    said = {}
    for name, content in files.items():
        path = tmp_path / f"{name}.pdf"
        path.write_bytes(content)
        try:
            call_command("check_pdf", path)
        except CommandError as error:
            assert "不能作为凭据" in str(error)  # noqa: PT017 - one of five must not be refused
            said[name] = "wrong: " + capsys.readouterr().out
        else:
            said[name] = "good: " + capsys.readouterr().out
    assert said["genuine"].startswith("good: ")
    assert "是本系统留存的签章PDF：《贫困人口扶贫专岗申请审批表》" in said["genuine"]
    assert said["genuine"].count("签的内容没有改动，证书可信") == 2
    assert said["changed"].startswith("wrong: ")
    assert "被改动" in said["changed"]
    assert said["appended"].startswith("wrong: ")
    assert "不是本系统留存的签章PDF" in said["appended"]
    assert "最后一个签章以后，文件里又添加了内容" in said["appended"]
    assert "又添加了内容" not in said["genuine"]
    assert "没有数字签章" in said["plain"]
    assert "不是PDF，或者已经损坏" in said["rubbish"]
