"""用印申请: asked for, approved by another, applied by the keeper; never for what is blank, unapproved or changed."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from audit.models import Event
from forms_templates.models import Document
from signatures.demo_strokes import demo_signature
from signatures.models import SealUse
from tests.cast import Cast, signed, task_of
from workflows.core.models import Case
from workflows.core.refusals import NotFound, NotYours, Overtaken, Refused
from workflows.letters.models import Letter, LetterState

Browser = Callable[[str], Client]
pytestmark = pytest.mark.django_db
WRITTEN = {
    "title": "关于商请协助核实参保情况的函",
    "addressee": "昌黎县社会保险事业服务中心",
    "body": "为核实我镇扶贫专岗人员的参保情况，请协助查询附后名单所列人员的参保情况。",
    "purpose": "商请社保经办机构核实参保情况。",
    "copies": "2",
}


def asked(cast: Cast, **changes: Any) -> Case:
    """A request handed in by the township's clerk."""
    case: Case = cast.do("letters.open", cast.township, cast.township_clerk, {**WRITTEN, **changes}).result
    cast.do("letters.submit", task_of(case), cast.township_clerk, {**WRITTEN, **changes})
    case.refresh_from_db()
    return case


def approved(cast: Cast) -> Case:
    case = asked(cast)
    cast.act(case, "letters.approve", cast.reviewer, signed("林书平", "同意用印。"))
    return case


def test_asked_approved_and_sealed_with_a_line_in_the_register(cast: Cast) -> None:
    case = approved(cast)
    assert SealUse.objects.count() == 0, "approving is not sealing"
    cast.act(case, "letters.seal", cast.township_keeper)
    letter = Letter.objects.get(case=case)
    assert letter.state == LetterState.SEALED
    use = SealUse.objects.get()
    assert (use.requested_by, use.approved_by, use.keeper.name, use.copies) == ("罗晓敏", "林书平", "沈静", 2)
    assert (use.document_form, use.subject_kind) == ("official_letter", "letters.letter")
    paper = Document.objects.get(case_key=case.key, form_code="official_letter")
    assert use.content_digest == paper.content_digest
    assert paper.values["sealed_on"] == "2020年9月15日"
    request = Document.objects.filter(case_key=case.key, form_code="seal_request").latest("pk")
    assert request.values["register_line"] == f"2020年第{use.number}号，沈静加盖"
    told = [event.action for event in Event.objects.filter(case_key=case.key).order_by("sequence")]
    assert told == ["letters.open", "letters.submit", "letters.approve", "letters.seal"]
    assert case.number.startswith("2020-104-印")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"body": " "}, "空白或没有写完的文件不能盖章"),
        ({"title": ""}, "请写明标题"),
        ({"addressee": ""}, "请写明主送单位"),
        ({"purpose": ""}, "请写明用途"),
        ({"copies": "0"}, "份数请填1至50"),
        ({"copies": "51"}, "份数请填1至50"),
        ({"copies": "两份"}, "份数请填1至50"),
        ({"body": "字" * 2001}, "正文请控制在2000个字以内"),
    ],
)
def test_what_is_not_written_is_not_asked_for(cast: Cast, changes: dict[str, str], sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        asked(cast, **changes)


def test_everything_that_is_missing_is_told_at_once(cast: Cast) -> None:
    with pytest.raises(Refused) as refused:
        asked(cast, title="", addressee="", body="", purpose="", copies="")
    assert [each.anchor for each in refused.value.refusals] == ["title", "addressee", "body", "purpose", "copies"]


def test_paragraphs_stay_paragraphs_on_screen_and_paper(cast: Cast, browser: Browser) -> None:
    body = "现将有关情况函告如下：\n一、岗位五个，均在用。\n　二、考勤<已>审核。"
    case = asked(cast, body=body)
    desk = browser("reviewer").get(f"/tasks/{task_of(case).pk}/").content.decode()
    assert "函告如下：<br>一、岗位五个，均在用。<br>　二、考勤&lt;已&gt;审核。" in desk
    cast.act(case, "letters.approve", cast.reviewer, signed("林书平", "同意用印。"))
    cast.act(case, "letters.seal", cast.township_keeper)
    letter = Document.objects.get(case_key=case.key, form_code="official_letter")
    assert letter.values["body"] == "现将有关情况函告如下：\n　　一、岗位五个，均在用。\n　　二、考勤<已>审核。"


def test_an_unapproved_letter_is_never_sealed(cast: Cast) -> None:
    case = asked(cast)
    with pytest.raises((NotYours, Overtaken, Refused, NotFound)):
        cast.do("letters.seal", task_of(case), cast.township_keeper)
    assert SealUse.objects.count() == 0


def test_what_is_sent_back_after_the_approval_is_approved_anew(cast: Cast) -> None:
    case = approved(cast)
    cast.act(case, "letters.send_back", cast.township_keeper, {"reason": "份数与附件不符，请核对。"})
    cast.do("letters.submit", task_of(case), cast.township_clerk, {**WRITTEN, "copies": "3"})
    with pytest.raises((NotYours, Overtaken, Refused)):
        cast.do("letters.seal", task_of(case), cast.township_keeper)
    cast.act(case, "letters.approve", cast.reviewer, signed("林书平", "同意。"))
    cast.act(case, "letters.seal", cast.township_keeper)
    assert SealUse.objects.get().copies == 3


def test_only_the_keeper_seals_and_only_the_approver_approves(cast: Cast) -> None:
    case = asked(cast)
    for person in (cast.township_clerk, cast.township_keeper):
        with pytest.raises(NotYours):
            cast.do("letters.approve", task_of(case), person, signed(person.name))
    cast.act(case, "letters.approve", cast.reviewer, signed("林书平"))
    for person in (cast.township_clerk, cast.reviewer):
        with pytest.raises(NotYours):
            cast.do("letters.seal", task_of(case), person)
    with pytest.raises(NotFound):
        cast.do("letters.seal", task_of(case), cast.other_township_keeper)


def test_a_rejection_ends_it_with_its_reason(cast: Cast) -> None:
    case = asked(cast)
    said = {"reason": "这件事应由县社保中心直接查询。", "strokes": demo_signature("林书平")}
    cast.act(case, "letters.reject", cast.reviewer, said)
    assert Letter.objects.get(case=case).state == LetterState.REJECTED
    assert SealUse.objects.count() == 0


def test_it_is_voided_before_the_seal_and_not_after(cast: Cast) -> None:
    case = approved(cast)
    cast.do("letters.void", case, cast.township_clerk, {"reason": "改为电话联系。"})
    assert Letter.objects.get(case=case).state == LetterState.VOIDED
    done = approved(cast)
    cast.act(done, "letters.seal", cast.township_keeper)
    with pytest.raises(Refused, match="已经办结"):
        cast.do("letters.void", done, cast.township_clerk, {"reason": "改为电话联系。"})


def test_on_the_screen_from_the_blank_form_to_the_list(cast: Cast, browser: Browser) -> None:
    client = browser("township_clerk")
    assert client.get("/letters/new/").status_code == 200
    wrong = client.post("/letters/new/", {**WRITTEN, "body": "", "action": "letters.submit", "seen": "a" * 32})
    assert wrong.status_code == 422
    assert WRITTEN["title"] in html.unescape(wrong.content.decode()), "what was typed is kept"
    sent = client.post("/letters/new/", {**WRITTEN, "action": "letters.submit", "seen": "b" * 32})
    assert sent.status_code == 303
    case = Letter.objects.get().case
    desk = html.unescape(browser("reviewer").get(f"/tasks/{task_of(case).pk}/").content.decode())
    assert "批准并签字" in desk
    assert WRITTEN["title"] in html.unescape(browser("auditor").get("/letters/").content.decode())
    assert WRITTEN["title"] not in html.unescape(browser("other_reviewer").get("/letters/").content.decode())
    assert browser("clerk").get("/letters/").status_code == 404
