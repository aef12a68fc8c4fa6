"""What is done at any desk and beside it: taking, giving back, remarks with files, kinship, full numbers, prints."""

import zipfile
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from audit.trail import field_matches
from forms_templates.store import get
from registry.models import KinshipDeclaration
from signatures.demo_strokes import demo_signature
from tests.cast import Cast, applicant_id, application_of, events_of, nothing_happens, papers_of, state_of, task_of
from workflows.applications.models import State
from workflows.core.desk_actions import UNMASK_REASONS
from workflows.core.models import Attachment, Case, Comment, DeskTask
from workflows.core.refusals import NotFound, NotYours, Overtaken, Refused


def jpeg() -> bytes:
    picture = BytesIO()
    Image.new("RGB", (40, 30), "white").save(picture, "JPEG")
    return picture.getvalue()


def archive(*names: str) -> bytes:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as files:
        for name in names:
            files.writestr(name, "x")
    return packed.getvalue()


DOCX = archive("[Content_Types].xml", "word/document.xml")
XLSX = archive("[Content_Types].xml", "xl/workbook.xml")


# --- take and give back -----------------------------------------------------------------------------


def test_a_paper_taken_is_in_nobody_elses_hands_until_it_is_given_back(cast: Cast) -> None:
    case = cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW)
    outcome = cast.act(case, "desk.take", cast.reviewer, {})
    assert (outcome.event.action, outcome.event.from_state) == ("desk.take", outcome.event.to_state)
    assert task_of(case).owner == cast.reviewer.user
    for code in ("desk.take", "desk.give_back", "applications.agree_by_township", "applications.send_back"):
        data = {"reason": "电话不通。", "opinion": "同意。"}
        with nothing_happens(), pytest.raises((Overtaken, Refused)) as caught:
            cast.act(case, code, cast.colleague, {**data, **_signature()})
        assert "林书平已领取这一件" in str(caught.value)
    cast.act(case, "desk.give_back", cast.reviewer, {})
    assert task_of(case).owner is None
    cast.act(case, "applications.agree_by_township", cast.colleague)
    assert state_of(case) == State.AWAITING_TOWNSHIP_SEAL


def _signature() -> dict[str, Any]:
    return {"strokes": demo_signature("苏文静")}


def test_taking_twice_and_giving_back_what_nobody_took_is_told_and_changes_nothing(cast: Cast) -> None:
    case = cast.apply()
    with nothing_happens(), pytest.raises(Refused, match="没有人领取"):
        cast.act(case, "desk.give_back", cast.head, {})
    cast.act(case, "desk.take", cast.head, {})
    with nothing_happens(), pytest.raises(Refused, match="已经在您名下"):
        cast.act(case, "desk.take", cast.head, {})


def test_what_one_has_taken_one_may_decide(cast: Cast) -> None:
    case = cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW)
    cast.act(case, "desk.take", cast.colleague, {})
    cast.act(case, "applications.agree_by_township", cast.colleague)
    done = DeskTask.objects.get(process=case, flow_task__endswith="township_opinion")
    assert done.owner == cast.colleague.user


# --- remarks and files ------------------------------------------------------------------------------


def say(cast: Cast, case: Case, part: str, text: str = "", file: bytes | None = None, name: str = "照片.jpg") -> Any:
    files = {"file": SimpleUploadedFile(name, file)} if file is not None else {}
    return cast.do("desk.comment", case, cast.people[part], {"text": text}, files=files)


@pytest.mark.parametrize("part", ["clerk", "head", "keeper", "township_clerk", "reviewer", "officer", "auditor"])
def test_whoever_sees_the_case_may_say_something(cast: Cast, part: str) -> None:
    case = cast.apply()
    outcome = say(cast, case, part, " 请补一张照片。 ")
    comment = Comment.objects.get()
    assert (comment.text, comment.author, comment.at) == ("请补一张照片。", cast.people[part].user, cast.now)
    assert outcome.event.from_state == outcome.event.to_state == State.AWAITING_VILLAGE_REVIEW
    assert field_matches(outcome.event, "comment", "请补一张照片。")
    assert "照片" not in bytes(outcome.event.canonical).decode()


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (jpeg(), "残疾证.jpg", "image/jpeg"),
        (jpeg(), "名字不重要.exe", "image/jpeg"),
        (b"%PDF-1.4 ...", "证明.pdf", "application/pdf"),
        (DOCX, "说明.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (XLSX, "表.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ],
)
def test_a_file_is_kept_encrypted_under_its_digest(cast: Cast, content: bytes, name: str, kind: str) -> None:
    case = cast.apply()
    outcome = say(cast, case, "head", file=content, name=name)
    attachment = Attachment.objects.get()
    assert (attachment.name, attachment.content_type, attachment.size) == (name, kind, len(content))
    assert outcome.event.details["attachment"] == attachment.digest
    assert attachment.person_key == Case.objects.get(pk=case.pk).person_key
    assert get(attachment.digest, attachment.person_key) == content


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "空.pdf", "空"),
        (b"MZ\x90\x00", "照片.jpg", "请选PDF、图片"),
        (b"<html><script>alert(1)</script>", "页.pdf", "请选PDF、图片"),
        (b"GIF89a" + b"\x00" * 40, "动图.jpg", "请选PDF、图片"),
        (archive("a.txt"), "包.docx", "请选PDF、图片"),
        (b"PK\x03\x04broken", "坏.docx", "打不开"),
        (archive("word/document.xml", "word/vbaProject.bin"), "宏.docx", "宏"),
        (b"%PDF-" + b"x" * (5 * 1024 * 1024), "大.pdf", "5兆"),
    ],
)
def test_what_an_office_cannot_open_or_should_not_is_refused(cast: Cast, content: bytes, name: str, words: str) -> None:
    case = cast.apply()
    with nothing_happens(), pytest.raises(Refused, match=words):
        say(cast, case, "head", "见附件。", content, name)


def test_a_file_name_cannot_lead_anywhere(cast: Cast) -> None:
    case = cast.apply()
    say(cast, case, "head", file=jpeg(), name='..\\..\\a/"b\r\nX-Evil: 1.jpg')
    assert not set('\\/":\r\n') & set(Attachment.objects.get().name)


@pytest.mark.parametrize("text", ["", "  \n "])
def test_an_empty_remark_is_none(cast: Cast, text: str) -> None:
    case = cast.apply()
    with nothing_happens(), pytest.raises(Refused, match="请写下留言，或选一个附件"):
        say(cast, case, "head", text)


def test_a_remark_of_a_thousand_characters_is_the_longest(cast: Cast) -> None:
    case = cast.apply()
    say(cast, case, "head", "长" * 1000)
    with nothing_happens(), pytest.raises(Refused, match="1000个字以内"):
        say(cast, case, "head", "长" * 1001)


@pytest.mark.parametrize("part", ["other_clerk", "other_reviewer", "administrator", "outsider"])
def test_who_does_not_see_the_case_says_nothing_to_it(cast: Cast, part: str) -> None:
    case = cast.apply()
    with nothing_happens(), pytest.raises(NotFound):
        say(cast, case, part, "你好。")


# --- kinship ----------------------------------------------------------------------------------------


def declare(cast: Cast, case: Case, part: str, relation: str = "姐夫") -> Any:
    return cast.do("desk.declare_kinship", case, cast.people[part], {"relation": relation})


def test_who_declared_kinship_gives_the_paper_back_and_decides_no_more(cast: Cast) -> None:
    case = cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW)
    cast.act(case, "desk.take", cast.reviewer, {})
    outcome = declare(cast, case, "reviewer")
    assert task_of(case).owner is None
    declared = KinshipDeclaration.objects.get()
    assert (declared.user, declared.relation, declared.declared_at) == (cast.reviewer.user, "姐夫", cast.now)
    assert "姐夫" not in bytes(outcome.event.canonical).decode()
    for code in ("agree_by_township", "reject_by_township", "send_back"):
        data = {"opinion": "同意。", "reason": "电话不通。", **_signature()}
        with nothing_happens(), pytest.raises(Refused, match="应当回避"):
            cast.act(case, f"applications.{code}", cast.reviewer, data)
    cast.act(case, "applications.agree_by_township", cast.colleague)


def test_kinship_holds_for_every_application_of_that_person(cast: Cast) -> None:
    number = applicant_id(7)
    first = cast.walk_to(State.REJECTED_BY_VILLAGE, id_number=number)
    declare(cast, first, "head", "叔侄")
    with pytest.raises(Refused, match="应当回避"):
        cast.act(cast.apply(id_number=number), "applications.agree_by_village", cast.head)
    cast.act(cast.apply(), "applications.agree_by_village", cast.head)


def test_the_counties_officer_who_is_kin_neither_confirms_nor_declines(cast: Cast) -> None:
    case = cast.walk_to(State.AWAITING_QUOTA_CONFIRMATION)
    declare(cast, case, "officer")
    for code, data in (("confirm_quota", {"opinion": "同意。"}), ("decline_quota", {"reason": "不妥。"})):
        with nothing_happens(), pytest.raises(Refused, match="应当回避"):
            cast.act(case, f"applications.{code}", cast.officer, data)


def test_kinship_is_declared_once_and_with_words(cast: Cast) -> None:
    case = cast.apply()
    with nothing_happens(), pytest.raises(Refused, match="请写明是什么亲属"):
        declare(cast, case, "head", "")
    declare(cast, case, "head")
    with nothing_happens(), pytest.raises(Refused, match="已经申报过"):
        declare(cast, case, "head")
    draft = cast.draft()
    with nothing_happens(), pytest.raises(Refused, match="请等申请提交以后"):
        declare(cast, draft, "head")


# --- nobody approves what they submitted ------------------------------------------------------------


@pytest.mark.parametrize("code", ["agree_by_village", "reject_by_village", "send_back"])
def test_who_submitted_does_not_review_even_with_both_appointments(cast: Cast, code: str) -> None:
    both = cast.also("clerk", "village_head", "104001")
    case = cast.apply()
    data = {"opinion": "同意。", "reason": "电话不通。", **_signature()}
    with nothing_happens(), pytest.raises(Refused, match="这一件是您提交的"):
        cast.act(case, f"applications.{code}", both, data)


@pytest.mark.parametrize("code", ["agree_by_township", "reject_by_township"])
def test_who_signed_for_the_village_does_not_review_for_the_township(cast: Cast, code: str) -> None:
    both = cast.also("head", "township_reviewer", "104")
    case = cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW)
    data = {"opinion": "同意。", "reason": "电话不通。", **_signature()}
    with nothing_happens(), pytest.raises(Refused, match="村委会意见是您签署的"):
        cast.act(case, f"applications.{code}", both, data)


# --- full numbers and papers ------------------------------------------------------------------------


@pytest.mark.parametrize("part", ["clerk", "reviewer", "officer", "supervisor", "auditor"])
def test_a_full_number_is_seen_with_a_reason_that_stays_on_the_trail(cast: Cast, part: str) -> None:
    case = cast.apply()
    answers = application_of(case).answers
    outcome = cast.do("desk.unmask", case, cast.people[part], {"reason": UNMASK_REASONS[0]})
    assert outcome.result == {"id_number": answers["id_number"], "phone": answers["phone"]}
    event = events_of(case)[-1]
    assert (event.action, event.reason, event.actor_name) == ("desk.unmask", UNMASK_REASONS[0], cast.people[part].name)
    assert event.details == {"seen": ["id_number", "phone"]}
    assert answers["phone"] not in bytes(event.canonical).decode()


@pytest.mark.parametrize("reason", ["", "好奇"])
def test_without_one_of_the_reasons_nothing_is_shown(cast: Cast, reason: str) -> None:
    case = cast.apply()
    with nothing_happens(), pytest.raises(Refused):
        cast.do("desk.unmask", case, cast.reviewer, {"reason": reason})


@pytest.mark.parametrize("part", ["keeper", "township_keeper"])
def test_a_keeper_of_seals_needs_no_full_number(cast: Cast, part: str) -> None:
    case = cast.apply()
    with nothing_happens(), pytest.raises(NotYours):
        cast.do("desk.unmask", case, cast.people[part], {"reason": UNMASK_REASONS[0]})


@pytest.mark.parametrize("code", ["desk.print_paper", "desk.download_paper"])
def test_each_paper_taken_out_is_named_on_the_trail(cast: Cast, code: str) -> None:
    case = cast.walk_to(State.AWAITING_VILLAGE_SEAL)
    first, second = papers_of(case)
    for paper, part in ((first, "clerk"), (second, "auditor")):
        outcome = cast.do(code, paper, cast.people[part], {})
        assert outcome.result == paper
        assert outcome.event.content["papers"][0]["file_digest"] == paper.file_digest
        assert (outcome.event.case_key, outcome.event.actor_name) == (case.key, cast.people[part].name)
    for part in ("other_reviewer", "administrator", "outsider"):
        with nothing_happens(), pytest.raises(NotFound):
            cast.do(code, first, cast.people[part], {})
