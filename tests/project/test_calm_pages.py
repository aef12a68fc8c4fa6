"""When something is not there or goes wrong: calm, in Chinese, saying what to do."""

from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template import engines
from django.test import Client
from django.test.client import RequestFactory
from django.views.defaults import bad_request, permission_denied

from project.views import broken_down, csrf_failure

TEMPLATES = sorted(Path("project/templates").rglob("*.html"))


def test_a_page_that_is_not_there_says_where_to_look(db: None, client: Client) -> None:
    answer = client.get("/no-such-page/")
    assert answer.status_code == 404
    assert "没有找到这一页" in answer.content.decode()


def test_the_page_after_a_breakdown_needs_no_database_and_no_context(rf: RequestFactory) -> None:
    # No `db` fixture: a query would fail this test.
    answer = broken_down(rf.get("/"))
    assert answer.status_code == 500
    assert "什么都没有改变" in answer.content.decode()


def test_a_misread_request_and_a_foreign_desk_have_pages_of_their_own(db: None, rf: RequestFactory) -> None:
    request = rf.get("/")
    request.user = AnonymousUser()
    assert "没有看懂这次操作" in bad_request(request, ValueError()).content.decode()
    assert "这一步不归您办理" in permission_denied(request, PermissionError()).content.decode()


def test_a_form_that_stood_open_too_long_is_told_what_to_do(db: None, rf: RequestFactory) -> None:
    request = rf.get("/")
    request.user = AnonymousUser()
    answer = csrf_failure(request)
    assert answer.status_code == 403
    assert "请刷新后再提交" in answer.content.decode()


@pytest.mark.parametrize("path", TEMPLATES, ids=str)
def test_no_template_writes_styles_or_scripts_into_the_page(path: Path) -> None:
    # The page policy allows neither: they would silently not work.
    text = path.read_text(encoding="utf-8")
    assert " style=" not in text
    assert "<style" not in text
    assert "<script>" not in text
    assert " onclick=" not in text
    assert "javascript:" not in text


@pytest.mark.parametrize("path", TEMPLATES, ids=str)
def test_every_template_compiles(path: Path) -> None:
    engines["django"].get_template(str(path.relative_to("project/templates")))


@pytest.mark.parametrize("path", TEMPLATES, ids=str)
def test_no_page_speaks_like_a_machine(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for word in ("系统错误", "校验失败", "流程实例", "非法"):
        assert word not in text


def test_names_typed_by_people_are_shown_as_text() -> None:
    row = {"url": "/", "who": "<b>", "where": "", "what": ""}
    shown = engines["django"].get_template("desk/_row.html").render({"row": row})
    assert "<b>" not in shown
