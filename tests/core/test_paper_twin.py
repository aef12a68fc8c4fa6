"""Paper twin: a page signed on paper comes back as a photo, is matched by its code, and stands as the signature."""

from __future__ import annotations

import html
import io
from collections.abc import Callable

import pytest
from django.test import Client
from PIL import Image

from audit.models import Event
from forms_templates.codes import spaced
from forms_templates.filed_pictures import pictures_in
from forms_templates.models import Document
from forms_templates.papers import read_paper
from forms_templates.store import get
from signatures.demo_strokes import demo_signature
from signatures.marks import sealed_on_paper
from signatures.models import Method, PaperScan, SealUse, Signature
from signatures.paper_scans import read_scan
from signatures.signing import verify_signature
from tests.cast import AFTERNOON, Cast, task_of
from tests.core.scanned import PER_MM, code_of, page_image, photo, upload
from workflows.applications.models import State
from workflows.core.models import Case
from workflows.core.refusals import Refused
from workflows.core.signing_jobs import signings_of

Browser = Callable[[str], Client]
pytestmark = pytest.mark.django_db


@pytest.fixture
def case(cast: Cast) -> Case:
    """Before the village's head."""
    return cast.walk_to(State.AWAITING_VILLAGE_REVIEW)


def newest(case: Case, form: str = "post_application") -> Document:
    return Document.objects.select_related("code").filter(case_key=case.key, form_code=form).latest("pk")


def send(client: Client, *files: bytes, code: str = "", case: Case | None = None) -> tuple[int, str]:
    url = f"/scans/?case={case.pk}" if case is not None else "/scans/"
    response = client.post(url, {"file": [upload(each) for each in files], "code": code})
    return response.status_code, html.unescape(response.content.decode())


def test_the_photo_finds_its_case_its_version_and_its_step(cast: Cast, case: Case, browser: Browser) -> None:
    document = newest(case)
    data = photo(code_of(document), turned=90, exif=True)
    status, said = send(browser("clerk"), data)
    assert status == 200
    assert "已对上" in said
    assert case.number in said
    scan = PaperScan.objects.get()
    assert (scan.document, scan.case_key, scan.step) == (document, case.key, "village_opinion")
    assert (scan.found_by, scan.content_type, scan.pages) == ("qr", "image/jpeg", 1)
    kept = get(scan.file_digest, document.person_key)
    assert kept == read_scan(data).content
    assert b"PhoneModel" not in kept
    event = Event.objects.filter(action="desk.attach_scan").get()
    assert event.actor_name == cast.clerk.name
    assert event.content["details"]["scan"] == f"纸签扫描件，第{document.number}版，村委会意见"
    assert event.content["details"]["file_digest"] == scan.file_digest
    assert event.content["papers"][0]["file_digest"] == document.file_digest
    page = html.unescape(browser("clerk").get(f"/cases/{case.pk}/").content.decode())
    assert "纸签扫描件" in page
    assert "上传纸签扫描件" in page, "in the timeline"


def test_the_head_decides_with_the_page_as_the_signature(cast: Cast, case: Case, browser: Browser) -> None:
    send(browser("clerk"), photo(code_of(newest(case))))
    scan = PaperScan.objects.get()
    desk = html.unescape(browser("head").get(f"/tasks/{task_of(case).pk}/").content.decode())
    assert "已在纸上签字，扫描件与本表对照相同" in desk
    cast.act(case, "applications.agree_by_village", cast.head, {"opinion": "情况属实，同意。", "on_paper": "on"})
    signature = Signature.objects.get(place="village_signature")
    assert (signature.method, signature.paper_digest, signature.signer_name) == (
        Method.PAPER, scan.file_digest, cast.head.name,
    )  # fmt: skip
    assert verify_signature(signature)
    signature.paper_digest = "0" * 64
    assert not verify_signature(signature), "the page that was signed is bound"
    event = Event.objects.get(case_key=case.key, action="applications.agree_by_village")
    assert event.content["details"]["signed_on_paper"].startswith("纸签，第")
    assert event.content["details"]["scan_digest"] == scan.file_digest
    page = html.unescape(browser("clerk").get(f"/papers/{newest(case).pk}/").content.decode())
    assert "纸签（纸质原件上签字）" in page
    assert f"/scans/{scan.pk}/" in page
    assert "在纸上签字，见扫描件" in html.unescape(browser("clerk").get(f"/cases/{case.pk}/").content.decode())
    # The next step signs on the screen: the two are told apart.
    cast.walk(case, State.AWAITING_TOWNSHIP_SEAL)
    page = html.unescape(browser("clerk").get(f"/papers/{newest(case).pk}/").content.decode())
    assert "纸签（纸质原件上签字）" in page
    assert "电子签（屏幕手写）" in page


def test_without_the_page_there_is_no_signature_on_paper(cast: Cast, case: Case) -> None:
    with pytest.raises(Refused, match="请先上传签了字的纸"):
        cast.act(case, "applications.agree_by_village", cast.head, {"opinion": "同意。", "on_paper": "on"})


def test_on_paper_and_on_the_screen_at_once_is_refused(cast: Cast, case: Case, browser: Browser) -> None:
    send(browser("clerk"), photo(code_of(newest(case))))
    both = {"opinion": "同意。", "on_paper": "on", "strokes": demo_signature("秦守义")}
    with pytest.raises(Refused, match="电子签和纸签只能选一样"):
        cast.act(case, "applications.agree_by_village", cast.head, both)


def test_a_page_for_an_earlier_step_is_not_the_signature_of_the_next(cast: Cast, case: Case, browser: Browser) -> None:
    send(browser("clerk"), photo(code_of(newest(case))))
    cast.walk(case, State.AWAITING_TOWNSHIP_REVIEW)
    with pytest.raises(Refused, match="请先上传签了字的纸"):
        cast.act(case, "applications.agree_by_township", cast.reviewer, {"opinion": "同意。", "on_paper": "on"})


def test_a_superseded_version_is_refused_with_what_to_do(cast: Cast, case: Case, browser: Browser) -> None:
    old = newest(case)
    cast.walk(case, State.AWAITING_TOWNSHIP_REVIEW)
    status, said = send(browser("clerk"), photo(code_of(old)))
    assert status == 422
    assert f"这张纸是第{old.number}版" in said
    assert "请打印现在的一版，重新签字再上传" in said
    assert PaperScan.objects.count() == 0


def test_a_page_sent_back_for_correction_is_signed_anew(cast: Cast, browser: Browser) -> None:
    case = cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW)
    printed = newest(case)
    cast.act(case, "applications.send_back", cast.reviewer, {"reason": "联系电话打不通，请核对。"})
    _, said = send(browser("clerk"), photo(code_of(printed)))
    assert "现在这一步不用签字盖章" in said


def test_another_paper_another_case_and_a_closed_one_are_refused(cast: Cast, case: Case, browser: Browser) -> None:
    pledge = newest(case, "application_pledge")
    _, said = send(browser("clerk"), photo(code_of(pledge)))
    assert "要签的不是《扶贫专岗申请与承诺书》" in said
    other = cast.walk_to(State.AWAITING_VILLAGE_REVIEW)
    _, said = send(browser("clerk"), photo(code_of(newest(other))), case=case)
    assert f"这张纸是另一件的：{other.title}" in said
    closed = cast.walk_to(State.REJECTED_BY_VILLAGE)
    _, said = send(browser("clerk"), photo(code_of(newest(closed))))
    assert "已经办结" in said
    assert PaperScan.objects.count() == 0


@pytest.mark.parametrize("part", ["other_clerk", "other_reviewer"])
def test_people_from_elsewhere_learn_nothing_from_a_code(cast: Cast, case: Case, browser: Browser, part: str) -> None:
    known = send(browser(part), photo(code_of(newest(case))))
    unknown = send(browser(part), photo("0000000000"))
    assert "没有您能办的文书印着这个编码" in known[1]
    assert known[0] == unknown[0] == 422
    assert case.title not in known[1]


def test_who_only_oversees_brings_nothing_back(cast: Cast, case: Case, browser: Browser) -> None:
    assert browser("supervisor").get("/scans/").status_code == 404
    assert browser("auditor").get("/scans/").status_code == 404


def test_a_code_that_cannot_be_read_is_typed(cast: Cast, case: Case, browser: Browser) -> None:
    document = newest(case)
    status, said = send(browser("clerk"), photo(""))
    assert status == 422
    assert "没有读到二维码" in said
    status, said = send(browser("clerk"), photo(""), code=spaced(code_of(document)).lower())
    assert status == 200
    assert PaperScan.objects.get().found_by == "typed"
    _, said = send(browser("clerk"), photo(""), code="12")
    assert "核对编码是10位" in said


def test_a_typed_code_does_not_overrule_the_printed_one(cast: Cast, case: Case, browser: Browser) -> None:
    other = cast.walk_to(State.AWAITING_VILLAGE_REVIEW)
    _, said = send(browser("clerk"), photo(code_of(newest(case))), code=code_of(newest(other)))
    assert "编码不一样" in said


def test_several_photos_at_once_each_go_their_way(cast: Cast, case: Case, browser: Browser) -> None:
    other = cast.walk_to(State.AWAITING_VILLAGE_REVIEW)
    files = [photo(code_of(newest(case))), b"no picture", photo(code_of(newest(other)))]
    status, said = send(browser("clerk"), *files)
    assert status == 422
    assert "收下2个，没有收下1个" in said
    assert {scan.case_key for scan in PaperScan.objects.all()} == {case.key, other.key}
    _, said = send(browser("clerk"), files[0])
    assert "同一个文件已经上传过" in said


def test_a_scan_is_seen_by_those_who_see_the_case_and_leaves_a_trace(cast: Cast, case: Case, browser: Browser) -> None:
    send(browser("clerk"), photo(code_of(newest(case))))
    scan = PaperScan.objects.get()
    response = browser("reviewer").get(f"/scans/{scan.pk}/")
    assert response["Content-Type"] == "image/jpeg"
    assert response.content.startswith(b"\xff\xd8")
    assert Event.objects.latest("pk").action == "desk.look_at_scan"
    assert browser("other_reviewer").get(f"/scans/{scan.pk}/").status_code == 404


def test_two_papers_on_one_photo_are_nobodys_signature(cast: Cast, case: Case, browser: Browser) -> None:
    other = cast.walk_to(State.AWAITING_VILLAGE_REVIEW)
    codes = [code_of(newest(each)) for each in (case, other)]
    both = Image.new("RGB", (210 * PER_MM * 2, 297 * PER_MM), "white")
    for left, code in enumerate(codes):
        both.paste(page_image(code), (left * 210 * PER_MM, 0))
    out = io.BytesIO()
    both.save(out, "JPEG", quality=85)
    feeder = io.BytesIO()  # a scanner that swallowed two papers
    page_image(codes[0]).save(feeder, "PDF", save_all=True, append_images=[page_image(codes[1])], resolution=150)
    for file in (out.getvalue(), feeder.getvalue()):
        status, said = send(browser("clerk"), file, code=codes[0])
        assert status == 422
        assert "几个不同的编码" in said
        assert "一张纸一个文件" in said
    assert PaperScan.objects.count() == 0


def test_a_code_pasted_on_another_page_is_laid_beside_the_sheet(cast: Cast, case: Case, browser: Browser) -> None:
    """No machine reads what stands on a photo: who decides sees it beside the sheet, and says that it is the same."""
    status, said = send(browser("clerk"), photo(code_of(newest(case)), mark="something else"))
    scan = PaperScan.objects.get()
    assert status == 200
    assert f'href="/scans/{scan.pk}/">看扫描件' in said, "who brought it looks at what was matched"
    desk = html.unescape(browser("head").get(f"/tasks/{task_of(case).pk}/").content.decode())
    assert f'<img src="/scans/{scan.pk}/" loading="lazy"' in desk
    assert "已在纸上签字，扫描件与本表对照相同" in desk
    assert 'name="on_paper" value="on" checked' not in desk, "nobody says so for them"
    assert Event.objects.filter(action="desk.look_at_scan").count() == 0, "looked at only when opened"


def test_the_real_seal_is_registered_as_one(cast: Cast, browser: Browser) -> None:
    case = cast.walk_to(State.AWAITING_VILLAGE_SEAL)
    with pytest.raises(Refused, match="请先上传盖了章的纸"):
        cast.act(case, "applications.seal_by_village", cast.keeper, {"on_paper": "on"})
    assert 'name="on_paper"' not in browser("keeper").get(f"/tasks/{task_of(case).pk}/").content.decode()
    send(browser("keeper"), photo(code_of(newest(case))))
    scan = PaperScan.objects.get()
    assert "实物盖章扫描件" in html.unescape(browser("clerk").get(f"/cases/{case.pk}/").content.decode())
    assert "已在纸上盖实物印章" in html.unescape(browser("keeper").get(f"/tasks/{task_of(case).pk}/").content.decode())
    cast.act(case, "applications.seal_by_village", cast.keeper, {"on_paper": "on"})
    use = SealUse.objects.get()
    assert use.paper_digest == scan.file_digest
    event = Event.objects.get(case_key=case.key, action="applications.seal_by_village")
    assert event.content["details"]["signed_on_paper"].startswith("实物盖章，第")
    document = newest(case)
    shown = pictures_in(read_paper(document))["village_seal"]
    assert shown == sealed_on_paper() != bytes(use.seal.picture), "the seal's picture is not set as well"
    paper = html.unescape(browser("clerk").get(f"/papers/{document.pk}/").content.decode())
    assert "<strong>实物盖章</strong>" in paper
    assert "以盖了章的原件为准" in paper
    assert f"/scans/{scan.pk}/" in paper
    assert "实物盖章" in html.unescape(browser("keeper").get("/seals/").content.decode())
    assert signings_of(document, AFTERNOON) == [], "no certificate signs what is no picture of a seal"
    # The township's seal is a picture: both kinds are told.
    cast.walk(case, State.APPROVED)
    assert "印章：实物盖章、图片印章" in html.unescape(browser("clerk").get(f"/cases/{case.pk}/").content.decode())


def test_the_seals_picture_is_applied_where_nothing_else_is_said(cast: Cast, browser: Browser) -> None:
    case = cast.walk_to(State.AWAITING_VILLAGE_SEAL)
    send(browser("keeper"), photo(code_of(newest(case))))
    cast.act(case, "applications.seal_by_village", cast.keeper)
    assert SealUse.objects.get().paper_digest == ""
