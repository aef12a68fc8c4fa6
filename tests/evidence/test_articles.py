"""条款对照: every article's words, and what in this program carries it, read from the program itself."""

import html
import re
from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from time_machine import travel

from evidence.articles import (
    TEST,
    Carrier,
    carriers,
    comparison,
    is_carried,
    marked_tests,
    summary,
    uncarried,
    words_in_the_flows,
)
from registry.articles import UnknownArticle, articles, references
from tests.cast import AFTERNOON, Cast, prepared_cast, task_of, user_of
from workflows.applications.models import State
from workflows.core.article_links import article_url

# 附件2 wholly; of the scheme what the flows that exist carry.
EXPECTED_NOW = (
    *(code for code in articles() if code.startswith("measures-")),
    *("scheme-preamble", "scheme-3-2-1", "scheme-3-2-4", "scheme-3-3", "scheme-3-6", "scheme-4-3"),
)


def text_of(response: Any) -> str:
    return html.unescape(response.content.decode())


# --- the words ----------------------------------------------------------------------------------------


def test_the_eighteen_articles_and_the_sections_of_the_scheme_are_all_there() -> None:
    codes = list(articles())
    assert [code for code in codes if re.fullmatch(r"measures-\d+", code)] == [f"measures-{n}" for n in range(1, 19)]
    assert [code for code in codes if code.startswith("measures-4-")] == [f"measures-4-{n}" for n in range(1, 5)]
    assert [code for code in codes if code.startswith("measures-11-")] == [f"measures-11-{n}" for n in range(1, 6)]
    parts = {3: 6, 4: 3}
    for section, count in parts.items():
        within = [each.code for each in articles().values() if each.within == f"scheme-{section}"]
        assert within == [f"scheme-{section}-{n}" for n in range(1, count + 1)]


def test_an_article_is_quoted_word_for_word() -> None:
    assert articles()["measures-10"].text == (
        "扶贫专岗工作时间最长不超 3 年，协议期满或超过 65 周岁，用工协议自行终止。"
    )
    assert articles()["measures-11-4"].text == "不服从工作安排或岗位管理，经指出后仍不改正的；"
    assert articles()["scheme-3-2-1"].text == "由各乡镇按照就近的原则设置贫困劳动力可胜任的工作岗位。"


@pytest.mark.parametrize(
    ("basis", "codes"),
    [
        ("《办法》第十条", ["measures-10"]),
        ("《办法》第二条、第十条", ["measures-2", "measures-10"]),
        ("《方案》三（二）4、《办法》第二条", ["scheme-3-2-4", "measures-2"]),
        ("《方案》三（二）4（一人一岗）", ["scheme-3-2-4"]),
        ("《办法》第四条第3项", ["measures-4-3"]),
        ("《办法》第十一条第四项", ["measures-11-4"]),
        ("《办法》第三条。第九、十、十一条逐字引用", ["measures-3", "measures-9", "measures-10", "measures-11"]),
        ("《办法》第六至九条", [f"measures-{number}" for number in (6, 7, 8, 9)]),
        ("方案三（二）1、4和《办法》第四条", ["scheme-3-2-1", "measures-4"]),
        ("《方案》引言", ["scheme-preamble"]),
        ("政策参数", []),
        ("印章管理规定第三条", []),
        ("个人信息保护法第二十八条", []),
    ],
)
def test_a_basis_names_its_articles(basis: str, codes: list[str]) -> None:
    assert references(basis) == codes


def test_an_article_that_is_not_there_is_told() -> None:
    with pytest.raises(UnknownArticle, match="measures-19"):
        references("《办法》第十九条")
    assert article_url("《办法》第十九条") == ""


# --- what carries them --------------------------------------------------------------------------------


def test_what_is_expected_now_is_carried() -> None:
    assert [code for code in EXPECTED_NOW if not is_carried(code)] == []


def test_what_nothing_carries_is_said_openly() -> None:
    open_ones = {article.code for article in uncarried()}
    assert open_ones.isdisjoint(EXPECTED_NOW)
    assert not any(comparison()[code].carriers for code in open_ones)


def test_every_basis_in_the_code_names_articles_that_exist() -> None:
    for carrier in [*carriers(), *marked_tests()]:
        references(carrier.basis)


def found(kind: str, code: str) -> list[Carrier]:
    entry = comparison()[code]
    return [each for each in (*entry.carriers, *entry.tests) if each.kind == kind]


def test_guards_flows_papers_parameters_notices_and_tests_are_all_found() -> None:
    assert "累计不超过3年" in [each.title for each in found("规则", "measures-10")]
    assert "累计在岗期限" in [each.title for each in found("政策参数", "measures-10")]
    assert "规定传达" in [each.title for each in found("告知回执", "measures-17")]
    assert any("签写回执" in each.title for each in found("状态变化", "measures-17"))
    assert any("通知" in each.title for each in found("文书", "measures-17"))
    assert any("three years" in each.title for each in found(TEST, "measures-10"))


def test_a_form_that_no_flow_uses_yet_carries_nothing() -> None:
    used = {each.where.split("/")[2] for each in carriers() if each.kind == "文书"}
    assert {"post_application", "rules_notice"} <= used
    assert used <= words_in_the_flows()


def test_the_command_says_so_and_fails_while_one_is_open() -> None:
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("articles", stdout=out)
    assert ended.value.code == 1
    assert "《办法》第十条：" in out.getvalue()
    assert f"尚未承载{len(uncarried())}条" in out.getvalue()


def test_all_of_the_measures_is_carried_and_the_command_proves_it() -> None:
    out = StringIO()
    call_command("articles", "--of", "办法", stdout=out)  # ends without an exit code: nothing is open
    assert not any(line.startswith("《方案》") for line in out.getvalue().splitlines())
    assert summary("办法") == {"law": "办法", "total": 27, "open": 0, "carried": 27}


def test_an_article_that_loses_its_carriers_fails_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = comparison()
    bare = entries | {"measures-13": replace(entries["measures-13"], carriers=())}
    monkeypatch.setattr("evidence.articles.comparison", lambda: bare)
    with pytest.raises(SystemExit) as ended:
        call_command("articles", "--of", "办法", stdout=StringIO())
    assert ended.value.code == 1


# --- the page -----------------------------------------------------------------------------------------


@pytest.fixture
def cast(db: None) -> Cast:
    return prepared_cast()


def browser(cast: Cast, part: str) -> Client:
    client = Client()
    client.force_login(user_of(cast.people[part]), backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_the_page_quotes_every_article_under_its_own_anchor(cast: Cast) -> None:
    page = text_of(browser(cast, "reviewer").get("/articles/"))
    for code, article in articles().items():
        assert f'id="{code}"' in page
        assert article.text in page
    assert ">条款对照</a>" in page
    only = text_of(browser(cast, "reviewer").get("/articles/?open=1"))
    assert 'id="measures-10"' not in only
    assert all(f'id="{article.code}"' in only for article in uncarried())


def test_a_check_leads_to_its_article(cast: Cast) -> None:
    case = cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW)
    with travel(AFTERNOON, tick=False):
        page = text_of(browser(cast, "reviewer").get(f"/tasks/{task_of(case).pk}/"))
    assert '<a href="/articles/#measures-10">《办法》第十条</a>' in page


def test_the_page_asks_nothing_of_its_own(cast: Cast) -> None:
    client = browser(cast, "reviewer")
    client.get("/articles/")
    with CaptureQueriesContext(connection) as asked:
        client.get("/articles/")
    assert len(asked) <= 6
