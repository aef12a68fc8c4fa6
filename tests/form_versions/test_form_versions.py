"""A changed Word file is handed in by one person, approved by another, and used for what begins from its day on."""

import html
import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django_tasks_db.models import DBTaskResult

from audit.append_only import AppendOnlyError
from audit.models import Event
from forms_templates.library import UPLOADED, form
from forms_templates.libreoffice import Conversion
from forms_templates.models import FormVersion
from forms_templates.papers import read_paper
from forms_templates.sheet import sheet_html_of_docx
from forms_templates.specification import FormTemplateError
from forms_templates.uploaded import source_of
from registry.roles import Role
from tests.cast import Cast, nothing_happens, papers_of, user_of
from tests.forms_templates.papers import DOCUMENT, swap, template
from tests.policies.test_proposals import leader
from workflows.applications.models import State
from workflows.core.actors import Actor
from workflows.core.models import Case
from workflows.core.refusals import NotFound, NotYours, Overtaken, Refused
from workflows.form_versions.models import FormProof, FormProposal, ProposalState
from workflows.form_versions.proof_jobs import draw_proofs
from workflows.form_versions.proofs import proofs_of

Browser = Callable[[str], Client]
TODAY = date(2020, 9, 15)
TOMORROW = TODAY + timedelta(days=1)
CODE = "post_application"
# A line of print added below the heading words of the village's opinion.
REWORDED = template({DOCUMENT: swap("村委会意见：", "村委会意见（请写明是否公示）：")})
NEW_PAGE = '<w:p><w:r><w:br w:type="page"/><w:t>填表说明</w:t></w:r></w:p>'
OLD_WORD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99)
BROKEN = template({DOCUMENT: swap("{{ skills }}", "{{ skils }}")})


def upload(docx: bytes, name: str = "附件5（改）.docx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, docx)


def propose(cast: Cast, docx: bytes = REWORDED, on: date = TOMORROW, by: Actor | None = None) -> FormProposal:
    data = {"code": CODE, "effective_on": on, "why": "县局通知：意见栏写明是否公示。"}
    made: FormProposal = cast.do(
        "form_versions.propose", cast.county, by or cast.supervisor, data, files={"file": upload(docx)}
    ).result
    return made


def approve(cast: Cast, made: FormProposal) -> FormVersion:
    result = cast.do("form_versions.approve", made, leader(cast)).result
    assert result.version is not None
    row: FormVersion = result.version
    return row


def refused(cast: Cast, docx: bytes, on: date = TOMORROW) -> list[str]:
    with nothing_happens(), pytest.raises(Refused) as error:
        propose(cast, docx, on)
    return [refusal.message for refusal in error.value.refusals]


def text_of(response: Any) -> str:
    return html.unescape(response.content.decode())


def printed(case: Case) -> str:
    """What stands on the newest version of the case's 附件5."""
    paper = next(each for each in reversed(papers_of(case)) if each.form_code == CODE)
    return str(sheet_html_of_docx(read_paper(paper)))


def test_a_new_form_counts_from_its_day_on_and_running_cases_keep_theirs(cast: Cast) -> None:
    running = cast.walk_to(State.AWAITING_VILLAGE_REVIEW)
    row = approve(cast, propose(cast))
    same_day = cast.walk_to(State.AWAITING_VILLAGE_REVIEW)
    cast.tick(days=1)
    people = {name: Actor.of(user_of(who), TOMORROW) for name, who in cast.people.items() if who.user is not None}
    cast.people |= people
    new = cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW)
    for case in (running, same_day):
        cast.walk(case, State.AWAITING_TOWNSHIP_REVIEW)
        assert "请写明是否公示" not in printed(case)
        assert {paper.form_version for paper in papers_of(case)} == {1}
    assert "请写明是否公示" in printed(new)
    assert {paper.form_version for paper in papers_of(new) if paper.form_code == CODE} == {row.version} == {UPLOADED}
    assert row.approved_by == "程远上传，安宏图2020年9月15日批准"


def test_a_version_approved_in_the_afternoon_leaves_the_morning_s_cases_alone(cast: Cast) -> None:
    morning = cast.walk_to(State.AWAITING_VILLAGE_REVIEW)
    approve(cast, propose(cast, on=TODAY))
    evening = cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW)
    cast.walk(morning, State.AWAITING_TOWNSHIP_REVIEW)
    assert "请写明是否公示" not in printed(morning)
    assert "请写明是否公示" in printed(evening)


def test_every_act_is_on_the_trail_with_the_form_s_digest(cast: Cast) -> None:
    row = approve(cast, propose(cast))
    event = Event.objects.latest("pk")
    assert event.action == "form_versions.approve"
    assert event.details["form_digest"] == row.digest == form(CODE, UPLOADED).digest
    assert event.details["version"] == "本县第1版"
    assert event.details["changed"] == ["文字（改了）：村委会意见：→村委会意见（请写明是否公示）："]


def test_a_proposal_alone_changes_nothing(cast: Cast) -> None:
    propose(cast, on=TODAY)
    assert "请写明是否公示" not in printed(cast.walk_to(State.AWAITING_VILLAGE_REVIEW))


def test_a_file_with_a_fault_is_named_with_tag_and_cell_and_changes_nothing(cast: Cast) -> None:
    assert any("“技能”后面的标记skils" in message for message in refused(cast, BROKEN))
    assert any("旧格式的Word文件" in message for message in refused(cast, OLD_WORD))
    reaching = template({DOCUMENT: swap("{{ skills }}", "{{ skills.__class__ }}")})
    assert any("够到程序内部" in message for message in refused(cast, reaching))


def test_the_form_in_force_itself_and_a_day_gone_by_are_refused(cast: Cast) -> None:
    assert any("完全一样" in message for message in refused(cast, form(CODE, 1).source.docx))
    assert any("启用日期改到2020年9月15日或以后" in message for message in refused(cast, REWORDED, date(2020, 9, 14)))


def test_who_handed_it_in_does_not_approve(cast: Cast) -> None:
    made = propose(cast)
    for action, data in (("form_versions.approve", {}), ("form_versions.reject", {"reason": "不用。"})):
        with nothing_happens(), pytest.raises(Refused) as error:
            cast.do(action, made, cast.supervisor, data)
        assert [refusal.code for refusal in error.value.refusals] == ["own_proposal"]


def test_the_administrator_hands_in_and_approves_nothing(cast: Cast) -> None:
    made = propose(cast, by=cast.administrator)
    with nothing_happens(), pytest.raises(NotYours):
        cast.do("form_versions.approve", made, cast.administrator)
    with nothing_happens(), pytest.raises(NotFound):
        cast.do("form_versions.approve", made, cast.clerk)
    approve(cast, made)


def test_a_refusal_needs_a_reason_and_ends_it(cast: Cast) -> None:
    made, second = propose(cast), leader(cast)
    with nothing_happens(), pytest.raises(Refused):
        cast.do("form_versions.reject", made, second, {"reason": " "})
    cast.do("form_versions.reject", made, second, {"reason": "字太小。"})
    made.refresh_from_db()
    assert (made.state, made.reason) == (ProposalState.REJECTED, "字太小。")
    with nothing_happens(), pytest.raises(Overtaken, match="安宏图已经办理"):
        cast.do("form_versions.approve", made, second)


def test_only_who_handed_it_in_takes_it_back(cast: Cast) -> None:
    made = propose(cast)
    second = cast.also("officer", Role.BUREAU_SUPERVISOR, "bureau")
    with nothing_happens(), pytest.raises(Refused):
        cast.do("form_versions.withdraw", made, second)
    cast.do("form_versions.withdraw", made, cast.supervisor)
    made.refresh_from_db()
    assert made.state == ProposalState.WITHDRAWN


def test_a_day_that_has_passed_is_not_approved(cast: Cast) -> None:
    made, second = propose(cast), leader(cast)
    cast.tick(days=3)
    with nothing_happens(), pytest.raises(Refused) as error:
        cast.do("form_versions.approve", made, second)
    assert [refusal.code for refusal in error.value.refusals] == ["in_the_past"]


def test_a_field_is_called_as_the_word_file_calls_it(cast: Cast) -> None:
    approve(cast, propose(cast, template({DOCUMENT: swap("家庭住址", "常住地址")}), on=TODAY))
    case = cast.walk_to(State.AWAITING_VILLAGE_REVIEW)
    assert "常住地址" in printed(case)
    assert form(CODE, UPLOADED).fields["address"].label == "常住地址"
    assert (
        Event.objects.filter(action="form_versions.approve").get().details["changed"][0]
        == "栏目名称：家庭住址→常住地址"
    )


def test_an_approved_version_is_never_changed_round_the_door(cast: Cast) -> None:
    row = approve(cast, propose(cast))
    row.toml = ""
    with pytest.raises(AppendOnlyError):
        row.save()
    with pytest.raises(AppendOnlyError):
        FormVersion.objects.update(toml="")
    for statement in (
        "UPDATE forms_templates_formversion SET digest = 'x'",
        "DELETE FROM forms_templates_formversion",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_a_version_that_is_not_what_was_approved_cannot_be_used(cast: Cast) -> None:
    row = approve(cast, propose(cast))
    fields = {each.name: getattr(row, each.attname) for each in row._meta.fields if each.name not in ("id", "county")}
    FormVersion.objects.create(county=cast.county, **{**fields, "version": UPLOADED + 7, "template": b"PK"})
    with pytest.raises(FormTemplateError, match="本县第8版与批准时不一致"):
        source_of(CODE, UPLOADED + 7)


def test_every_flow_asks_which_version_the_case_began_with() -> None:
    """A flow that took a form of the library by its number would never see a county's own version."""
    direct = re.compile(r"(?<![\w.])form\(\*?\(?[A-Z_(]")
    code = {path: path.read_text(encoding="utf-8") for path in Path("workflows").rglob("*.py")}
    assert [str(path) for path, text in code.items() if direct.search(text)] == []


# --- pages --------------------------------------------------------------------------------------------


def test_an_administrator_hands_in_a_word_file_in_the_browser(cast: Cast, browser: Browser) -> None:
    leader(cast)
    client, url = browser("administrator"), f"/forms/{CODE}/"
    page = text_of(client.get(url))
    assert "上传改过的Word文件" in page
    word = client.get(f"/forms/{CODE}/1/word/")
    assert word.content == form(CODE, 1).source.docx
    sent = {"effective_on": "2020-09-16", "why": "县局通知。"}
    bad = client.post(url, {**sent, "file": upload(BROKEN, "改错了.docx")})
    assert bad.status_code == 422
    assert "“技能”后面的标记skils" in text_of(bad)
    assert "改错了.docx" in text_of(bad)
    assert 'value="县局通知。"' in text_of(bad)
    assert not FormProposal.objects.exists()
    good = client.post(url, {**sent, "file": upload(REWORDED)})
    assert good.status_code == 303
    page = text_of(client.get(good["Location"]))
    assert "村委会意见（请写明是否公示）：" in page
    assert page.count('class="paper paper--form') == 2
    assert "打印样张正在后台生成" in page
    assert "等另一位有权的人批准" in page
    other = browser("leader")
    assert '表样<span class="count">1' in text_of(other.get("/forms/"))
    assert other.post(good["Location"], {"action": "form_versions.approve"}).status_code == 303
    assert "2020年9月16日换新表" in text_of(other.get("/forms/"))
    assert "2020年9月16日起用" in text_of(other.get(url))
    assert client.get(f"/forms/{CODE}/{UPLOADED}/word/").content == REWORDED


def test_the_printed_pages_of_both_stand_beside_each_other(
    cast: Cast, browser: Browser, need_tool: Callable[[str], str]
) -> None:
    need_tool("libreoffice")
    longer = template({DOCUMENT: swap("<w:sectPr", f"{NEW_PAGE}<w:sectPr")})
    made = propose(cast, longer)
    assert "样张已画好" in draw_proofs.call(made.pk)
    assert draw_proofs.call(made.pk) == "已有样张"
    client = browser("supervisor")
    page = text_of(client.get(f"/forms/proposals/{made.pk}/"))
    pictures = re.findall(r'<img src="(/forms/proposals/[^"]+)"', page)
    assert [pair.same for pair in proofs_of(made, made.follows(), made.form()).pairs] == [True, False]
    assert len(pictures) == 3
    assert "页数变了：原来1页，改过的2页" in page
    assert "没有这一页" in page
    for url in pictures:
        assert client.get(url).content.startswith(b"\x89PNG")
    assert browser("clerk").get(pictures[0]).status_code == 404
    assert FormProof.objects.get(digest=made.form().digest).pages.count() == 2
    with CaptureQueriesContext(connection) as asked:
        client.get(f"/forms/proposals/{made.pk}/")
    assert len(asked) <= 10


def test_without_libreoffice_the_screen_s_sheets_stand_in_and_it_is_said(
    cast: Cast, browser: Browser, settings: Any
) -> None:
    settings.LIBREOFFICE = "/nowhere/soffice"
    made = propose(cast)
    assert "还不能生成PDF" in draw_proofs.call(made.pk)
    page = text_of(browser("supervisor").get(f"/forms/proposals/{made.pk}/"))
    assert "这台服务器还不能生成PDF" in page
    assert "下面先对照屏幕上的表" in page
    assert page.count('class="paper paper--form') == 2


def test_without_poppler_it_is_said_and_tried_again_once_it_is_there(
    cast: Cast, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = propose(cast)
    monkeypatch.setattr(
        "workflows.form_versions.proof_jobs.word_to_pdf",
        lambda papers: Conversion(pdfs=dict.fromkeys(papers, b"%PDF-1.4 %%EOF")),
    )
    monkeypatch.setattr("forms_templates.page_pictures.which", lambda program: None)
    waiting = DBTaskResult.objects.count()
    assert "apt install poppler-utils" in draw_proofs.call(made.pk)
    assert "请管理员安装poppler-utils" in text_of(browser("supervisor").get(f"/forms/proposals/{made.pk}/"))
    assert DBTaskResult.objects.count() == waiting + 1
    monkeypatch.setattr("workflows.form_versions.proof_jobs.page_pictures", lambda pdf: [b"png"])
    assert draw_proofs.call(made.pk) == "样张已画好"
    assert FormProof.objects.filter(trouble="").count() == 2


def test_nothing_chosen_is_said_field_by_field(cast: Cast, browser: Browser) -> None:
    page = text_of(browser("administrator").post(f"/forms/{CODE}/", {}))
    for sentence in ("请选择改过的Word文件", "请填写从哪一天起用", "请填写依据什么改"):
        assert sentence in page


@pytest.mark.parametrize("url", ["/forms/", f"/forms/{CODE}/", "proposal"])
def test_a_page_takes_ten_queries_at_most(cast: Cast, browser: Browser, url: str) -> None:
    made = propose(cast)
    url = f"/forms/proposals/{made.pk}/" if url == "proposal" else url
    client = browser("supervisor")
    client.get(url)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(url).status_code == 200
    assert len(asked) <= 10
