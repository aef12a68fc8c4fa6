"""Several papers printed at once from the browser: each its own pages, its numbers from one, its code on every page."""

import re
import subprocess
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe
from playwright.sync_api import Browser, Route

from forms_templates.coded_paper import code_text, qr
from forms_templates.library import shipped
from forms_templates.sheet import sheet_html_of_docx, stylesheet
from tests.forms_templates.test_list_ends import LISTS, filled

pytestmark = pytest.mark.browser

# Form, code, whether it is in force, pages, whether they are counted. A list across comes between papers upright.
PAPERS = [
    ("agreement", "AAAAA11111", True, 3, True),
    ("post_application", "BBBBB22222", False, 1, False),
    ("employment_ledger", "CCCCC33333", True, 4, True),
    ("pay_roster", "DDDDD44444", False, 3, True),
    ("agreement", "EEEEE55555", True, 3, True),
]
SITE = "http://papers.invalid"


def sheet_of(form_code: str, code: str, *, in_force: bool) -> str:
    form = shipped(form_code)
    values = filled(form, 40) if form_code in LISTS else form.sample()
    svg = mark_safe(qr(code).svg_inline(border=0, omitsize=True, lineclass=None, svgclass=None))
    marks = render_to_string(
        "desk/_on_every_page.html", {"code": {"text": code_text(code), "qr": svg}, "in_force": in_force}
    )
    return sheet_html_of_docx(form.render(values, {}), marks)


@pytest.fixture(scope="module")
def printed(chromium: Browser, need_tool: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The words on each page of one print, made on the very page a sitting prints from."""
    need_tool("pdftoppm")  # poppler, pdftotext with it
    page = render_to_string(
        "desk/sitting_print.html",
        {
            "title": "批量",
            "sheets": [
                {"sheet": sheet_of(form, code, in_force=in_force), "in_force": in_force}
                for form, code, in_force, *_ in PAPERS
            ],
            "sheet_css_urls": [f"/form/{form}.css" for form in dict.fromkeys(paper[0] for paper in PAPERS)],
            "back_url": "/",
            "desk": SimpleNamespace(demo=False),
        },
    )

    def answer(route: Route) -> None:
        path = route.request.url.removeprefix(SITE)
        if path == "/":
            route.fulfill(body=page, content_type="text/html; charset=utf-8")
        elif path.startswith("/form/"):
            form = path.removeprefix("/form/").removesuffix(".css")
            route.fulfill(body=stylesheet(shipped(form)), content_type="text/css; charset=utf-8")
        elif file := finders.find(re.sub(r"\.[0-9a-f]{12}(?=\.)", "", path.removeprefix("/static/"))):
            route.fulfill(path=file)
        else:
            route.abort()

    file = tmp_path_factory.mktemp("many") / "many.pdf"
    tab = chromium.new_page()
    tab.route("**/*", answer)
    tab.goto(f"{SITE}/")
    tab.pdf(path=file, prefer_css_page_size=True)
    tab.close()
    said = subprocess.run(["pdftotext", "-layout", str(file), "-"], check=True, capture_output=True, text=True)
    return said.stdout.split("\f")[:-1]


def test_every_page_has_its_paper_s_code_and_no_other(printed: list[str]) -> None:
    expected = [f"{code[:5]}-{code[5:]}" for _, code, _, pages, _ in PAPERS for _ in range(pages)]
    assert [re.findall(r"核对编码 (\S+)", page) for page in printed] == [[code] for code in expected]


def test_each_paper_counts_its_pages_from_one(printed: list[str]) -> None:
    expected = [[str(number)] if counted else [] for *_, pages, counted in PAPERS for number in range(1, pages + 1)]
    assert [re.findall(r"— ?(\d+) ?—", page) for page in printed] == expected


def test_what_is_not_decided_says_so_on_every_page(printed: list[str]) -> None:
    assert ["未生效" in page for page in printed] == [
        not in_force for _, _, in_force, pages, _ in PAPERS for _ in range(pages)
    ]
