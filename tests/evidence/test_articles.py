"""条款对照: every article's words, and what in this program carries it, read from the program itself."""

import html
import re
from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
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
from tests.cast import AFTERNOON, Cast, browser_of, prepared_cast, task_of
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


def test_what_this_system_does_not_do_is_said_openly_with_a_reason() -> None:
    outside = {code: article.outside for code, article in articles().items() if article.outside}
    assert set(outside).isdisjoint(EXPECTED_NOW)
    assert all(len(reason) > 8 and reason.endswith("。") for reason in outside.values())
    # Who builds it takes the line away: an article is either done here or elsewhere.
    assert not any(comparison()[code].carriers for code in outside)


def test_every_article_of_both_documents_is_carried_or_done_elsewhere() -> None:
    assert uncarried() == []
    assert not any(article.outside for article in articles().values() if article.law == "办法")


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


def test_the_command_tells_how_far_both_documents_have_come() -> None:
    out = StringIO()
    call_command("articles", stdout=out)  # ends without an exit code: nothing is open
    assert "《办法》第十条：" in out.getvalue()
    assert "《方案》三（四）：系统外办理（由县人力资源市场" in out.getvalue()
    assert "《办法》共27条，已承载27条，系统外办理0条，尚未承载0条。" in out.getvalue()


def test_all_of_the_measures_is_carried_and_the_command_proves_it() -> None:
    out = StringIO()
    call_command("articles", "--of", "办法", stdout=out)  # ends without an exit code: nothing is open
    assert not any(line.startswith("《方案》") for line in out.getvalue().splitlines())
    assert summary("办法") == {"law": "办法", "total": 27, "carried": 27, "outside": 0, "open": 0}


def test_an_article_that_loses_its_carriers_fails_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = comparison()
    bare = entries | {"measures-13": replace(entries["measures-13"], carriers=())}
    monkeypatch.setattr("evidence.articles.comparison", lambda: bare)
    monkeypatch.setattr("evidence.management.commands.articles.comparison", lambda: bare)
    for chosen in ([], ["--of", "办法"]):
        out = StringIO()
        with pytest.raises(SystemExit) as ended:
            call_command("articles", *chosen, stdout=out)
        assert ended.value.code == 1
        assert "《办法》第十三条：尚未承载" in out.getvalue()
        assert "尚未承载1条" in out.getvalue()


# --- the page -----------------------------------------------------------------------------------------


@pytest.fixture
def cast(db: None) -> Cast:
    return prepared_cast()


def test_the_page_quotes_every_article_under_its_own_anchor(cast: Cast) -> None:
    page = text_of(browser_of(cast.reviewer).get("/articles/"))
    for code, article in articles().items():
        assert f'id="{code}"' in page
        assert article.text in page
    assert ">条款对照</a>" in page
    assert "《办法》27条，全部承载" in page
    assert "尚未承载" not in page


def test_the_page_shows_the_one_that_lost_its_carriers(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    entries = comparison()
    bare = entries | {"measures-13": replace(entries["measures-13"], carriers=())}
    monkeypatch.setattr("evidence.articles.comparison", lambda: bare)
    assert "《办法》27条，已承载26条，尚未承载1条" in text_of(browser_of(cast.reviewer).get("/articles/"))
    only = text_of(browser_of(cast.reviewer).get("/articles/?open=1"))
    assert 'id="measures-13"' in only
    assert 'id="measures-10"' not in only


def test_a_check_leads_to_its_article(cast: Cast) -> None:
    case = cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW)
    with travel(AFTERNOON, tick=False):
        page = text_of(browser_of(cast.reviewer).get(f"/tasks/{task_of(case).pk}/"))
    assert '<a href="/articles/#measures-10">《办法》第十条</a>' in page


def test_the_page_asks_nothing_of_its_own(cast: Cast) -> None:
    client = browser_of(cast.reviewer)
    client.get("/articles/")
    with CaptureQueriesContext(connection) as asked:
        client.get("/articles/")
    assert len(asked) <= 6
