"""The sheet on the screen is the Word file: its grid, its words, and a slot where each tag is."""

import base64
import re
from typing import Any

import lxml.html
import pytest
from django.utils.safestring import SafeString, mark_safe
from lxml import etree

from forms_templates.library import form
from forms_templates.sheet import Slot, sheet_html, sheet_html_of_docx, stylesheet, stylesheet_digest
from forms_templates.values import EMPTY_DATE, FormDataError, marks
from tests.forms_templates.papers import application_form, pictures, sample

MEASURE = re.compile(r"(?:paper|table|lines|column|row|cell|opinion|part|paragraph|place)-[0-9a-f]{8}")


def sheet(slots: dict[str, Any] | None = None, given: dict[str, Any] | None = None) -> lxml.html.HtmlElement:
    html = sheet_html(application_form(), sample(**(slots or {})), given or {})
    return lxml.html.fromstring(html)


def finished(given: dict[str, bytes] | None = None, **values: Any) -> lxml.html.HtmlElement:
    docx = application_form().render(sample(**values), given or {})
    return lxml.html.fromstring(sheet_html_of_docx(docx))


def cell_beside(page: lxml.html.HtmlElement, label: str) -> lxml.html.HtmlElement:
    (found,) = page.xpath("//th[normalize-space()=$label]/following-sibling::td[1]", label=label)
    return found


def opinion(page: lxml.html.HtmlElement, head: str) -> lxml.html.HtmlElement:
    (found,) = page.xpath("//td[contains(@class, 'opinion')][.//*[starts-with(normalize-space(), $h)]]", h=head)
    return found


def words(element: lxml.html.HtmlElement) -> str:
    for line_break in element.iter("br"):
        line_break.tail = "\n" + (line_break.tail or "")
    return str(element.text_content())


def declared(css: str, name: str) -> dict[str, str]:
    body = re.search(rf"\.{name} (?:> \* )?{{ (.*?) }}", css)
    assert body is not None, name
    return dict(part.split(": ", 1) for part in body[1].split("; "))


def measures(element: lxml.html.HtmlElement) -> dict[str, str]:
    css = stylesheet(application_form())
    found: dict[str, str] = {}
    for name in MEASURE.findall(element.get("class", "")):
        found |= declared(css, name)
    return found


# --- the grid ---------------------------------------------------------------------------------------


def test_columns_rows_and_merged_cells_are_those_of_the_official_form() -> None:
    page = sheet()
    rows = [
        " ".join(f"{cell.tag}{cell.get('colspan', '1')}:{cell.text_content()[:4]}" for cell in row)
        for row in page.xpath("//tr")
    ]
    assert rows == [
        "th1:姓名 td1:孟照林 th1:性别 td1:男 th1:联系电话 td1:1390",
        "th1:身份证号 td1:1303 th1:家庭住址 td3:昌黎县泥",
        "th1:健康状况 td1:良好 th1:劳动能力 td1:有 th1:技能 td1:砌筑、养",
        "th1:人员类别 td3:已脱贫（ th1:申请岗位 td1:养路",
        "td6:村委会意",
        "td6:乡镇意见",
    ]
    assert {head.get("scope") for head in page.xpath("//th")} == {"row"}


def test_column_widths_row_heights_and_page_are_words() -> None:
    page = sheet()
    columns = [measures(column)["width"] for column in page.xpath("//colgroup/col")]
    assert columns == ["23mm", "53mm", "23mm", "22.01mm", "23mm", "36mm"]
    assert {measures(row)["height"] for row in page.xpath("//tr")[:4]} == {"13.49mm"}
    assert measures(opinion(page, "村委会意见"))["height"] == "82.39mm"
    assert measures(page)["width"] == "210.01mm"
    assert measures(page)["padding"] == "23mm 14.99mm 11.99mm 14.99mm"


def test_alignment_sizes_and_indents_are_words() -> None:
    page = sheet()
    (title,) = page.xpath("//h2[contains(@class, 'paper__title')]")
    assert measures(title) | {"font-size": "22pt", "line-height": "32pt", "text-align": "center"} == measures(title)
    assert measures(cell_beside(page, "家庭住址"))["text-align"] == "start"
    assert measures(cell_beside(page, "技能"))["text-align"] == "center"
    (text,) = opinion(page, "村委会意见").find_class("opinion__text")
    assert measures(text)["text-indent"] == "9.88mm"
    assert measures(text)["line-height"] == "22pt"


@pytest.mark.parametrize("live", [True, False])
def test_nothing_is_styled_in_the_markup(live: bool) -> None:
    page = sheet() if live else finished(pictures())
    assert page.xpath("//@style | //style | //script | //@onclick | //font | //@width") == []


def test_a_finished_paper_wears_only_classes_the_style_sheet_of_its_form_defines() -> None:
    css = stylesheet(application_form())
    page = finished(pictures(), village_opinion="很长的意见" * 100)
    worn = {name for element in page.iter() for name in MEASURE.findall(element.get("class", ""))}
    assert worn
    assert {name for name in worn if f".{name}" not in css} == set()


def test_the_style_sheet_stays_in_the_designs_layers_and_away_from_phones() -> None:
    css = stylesheet(application_form())
    assert re.findall(r"@layer (\w+)", css) == ["sheet", "print"]
    assert re.findall(r"^  (@media .*?) {", css, re.MULTILINE) == [
        "@media print, screen and (min-width: 781px)",
        "@media screen and (max-width: 780px)",
        "@media print",
    ]
    phone = css.split("@media screen and (max-width: 780px)")[1].split("@layer print")[0]
    assert all(
        line.strip().startswith((".biao:target .paper", "{", "}")) for line in phone.splitlines() if line.strip()
    )
    assert css.count("{") == css.count("}")
    assert "url(" not in css


def test_a_form_that_counts_its_pages_says_so_in_print_and_no_other_does() -> None:
    css = stylesheet(form("agreement", 2))
    page, odd, even = re.findall(r"@page (\S+) {.*@bottom-center {([^}]*)}", css)
    assert page[0] in sheet_html_of_docx(form("agreement", 2).render(form("agreement", 2).sample(), {}))
    said = dict(part.strip().split(": ", 1) for part in page[1].split(";"))
    assert said["content"] == '"— " counter(page) " —"'
    assert (said["font-size"], said["margin-top"]) == ("14pt", "-14.36mm")
    # Several papers printed together: the browser would count on from one to the next (test_many_papers.py).
    assert (odd[0], even[0]) == (f"{page[0]}-odd", f"{page[0]}-even")
    assert f".printed:nth-child(odd) > .paper.{page[0]} {{ page: {page[0]}-odd }}" in css
    assert "@bottom-center" not in stylesheet(application_form())


def test_the_address_of_a_style_sheet_changes_with_what_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    before = stylesheet_digest(application_form())
    stylesheet_digest.cache_clear()
    monkeypatch.setattr("forms_templates.sheet.stylesheet", lambda form: "drawn in another way")
    assert stylesheet_digest(application_form()) != before
    stylesheet_digest.cache_clear()


def test_the_style_sheet_is_the_same_every_time() -> None:
    stylesheet.cache_clear()
    first = stylesheet(application_form())
    stylesheet.cache_clear()
    assert stylesheet(application_form()) == first


# --- slots ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "label"),
    [
        (name, spec.label)
        for name, spec in application_form().fields.items()
        if name not in ("county", "township", "number") and not name.startswith(("village", "township"))
    ],
)
def test_a_slot_stands_beside_its_label(name: str, label: str) -> None:
    page = sheet({name: mark_safe('<input id="here">')})
    assert [child.get("id") for child in cell_beside(page, label)] == ["here"]


def test_the_opinions_dates_and_numbers_stand_in_their_places() -> None:
    names = ("county", "township", "number", "village_opinion", "village_signed_on", "township_opinion")
    page = sheet({name: mark_safe(f'<i id="{name}"></i>') for name in names} | {"township_signed_on": EMPTY_DATE})
    homes = {node.get("id"): node.getparent().get("class", "").split()[0] for node in page.xpath("//i")}
    assert homes == {
        "county": "paper__title",
        "township": "nowrap",
        "number": "nowrap",
        "village_opinion": "opinion__text",
        "village_signed_on": "num",
        "township_opinion": "opinion__text",
    }
    assert words(opinion(page, "乡镇意见").find_class("stamp")[0]) == f"（公章）{EMPTY_DATE}"


def test_a_value_is_text_whatever_it_looks_like() -> None:
    page = sheet({"name": "<script>alert(1)</script>&amp;", "village_opinion": "一\n  二"})
    assert words(cell_beside(page, "姓名")) == "<script>alert(1)</script>&amp;"
    assert page.xpath("//script") == []
    assert words(opinion(page, "村委会意见").find_class("opinion__text")[0]) == "一\n \u00a0二"


def test_a_slot_colours_its_cell_and_takes_its_label() -> None:
    slot = Slot(mark_safe('<input id="f-name">'), classes=("live", "wrong"), label_for="f-name")
    page = sheet({"name": slot})
    (cell,) = page.xpath("//td[input]")
    assert {"live", "wrong"} <= set(cell.classes)
    (label,) = page.xpath("//th/label")
    assert (label.get("for"), label.text) == ("f-name", "姓名")
    assert "ask" in label.getparent().classes


def test_a_group_of_choices_is_named_by_its_label() -> None:
    choice = Slot(mark_safe('<div role="radiogroup" aria-labelledby="lc"></div>'), ("live",), label_id="lc")
    page = sheet({"category": choice})
    assert page.xpath("//th/span[@id='lc']/text()") == ["人员类别"]
    assert page.find_class("of") == []


def test_an_opinion_cell_takes_the_classes_of_all_its_slots_once() -> None:
    page = sheet(
        {"township_opinion": Slot(mark_safe('<textarea id="yj"></textarea>'), ("live",), label_for="yj")},
        {"township_signature": Slot(mark_safe('<div class="pad"></div>'), ("live", "missing"))},
    )
    cell = opinion(page, "乡镇意见")
    assert [name for name in cell.classes if not MEASURE.fullmatch(name)] == ["opinion", "live", "missing"]
    assert cell.xpath(".//label[@for='yj']/text()") == ["乡镇意见："]
    assert "live" not in opinion(page, "村委会意见").classes


def test_a_waiting_note_greys_its_cell_and_leaves_the_printed_words() -> None:
    page = sheet({"village_opinion": Slot(mark_safe("提交后填写。"), ("waiting",)), "village_signed_on": EMPTY_DATE})
    cell = opinion(page, "村委会意见")
    assert "waiting" in cell.classes
    assert words(cell) == f"村委会意见：提交后填写。审核人签字（公章）{EMPTY_DATE}"


def test_the_signature_pad_stands_in_the_line_and_its_tools_below() -> None:
    pad = Slot(mark_safe('<div class="pad"></div>'), after=mark_safe('<div class="pad-tools"></div>'))
    (line,) = opinion(sheet(None, {"township_signature": pad}), "乡镇意见").find_class("sign__line")
    assert [child.get("class") for child in line] == ["pad"]
    assert line.getnext().get("class") == "pad-tools"
    assert line.getnext().getnext().get("class") == "stamp"


def test_a_seal_floats_over_the_date_and_a_signature_beside_the_words() -> None:
    given = {name: mark_safe(f'<img class="{spec.kind}" alt="">') for name, spec in application_form().pictures.items()}
    cell = opinion(sheet(None, given), "村委会意见")
    (seal,) = cell.xpath(".//div[@class='stamp']/div[starts-with(@class, 'num')]/span/img")
    assert measures(seal.getparent()) == {
        "position": "absolute", "left": "5mm", "top": "-17.12mm", "width": "42mm", "height": "42mm",
    }  # fmt: skip
    (signature,) = cell.xpath(".//div[starts-with(@class, 'sign__line')]/span/img")
    assert measures(signature.getparent())["width"] == "46mm"
    assert words(signature.getparent().getparent()) == "审核人签字"
    assert "opinion--sealed" in cell.classes


def test_only_a_sealed_cell_is_called_sealed() -> None:
    page = sheet(None, {"village_seal": mark_safe('<img class="seal" alt="">')})
    assert "opinion--sealed" in opinion(page, "村委会意见").classes
    assert "opinion--sealed" not in opinion(page, "乡镇意见").classes


def test_a_missing_slot_is_an_error() -> None:
    values = sample()
    del values["skills"]
    with pytest.raises(FormDataError, match="缺少内容：技能"):
        sheet_html(application_form(), values, {})


@pytest.mark.parametrize(("slots", "given"), [({"salary": "400"}, {}), ({}, {"salary": SafeString("<i></i>")})])
def test_a_slot_without_a_place_is_an_error(slots: dict[str, str], given: dict[str, SafeString]) -> None:
    with pytest.raises(FormDataError, match="没有这些栏目：salary"):
        sheet_html(application_form(), sample() | slots, given)


# --- marks and finished papers ----------------------------------------------------------------------


@pytest.mark.parametrize("live", [True, False])
def test_the_chosen_category_is_ringed_and_said(live: bool) -> None:
    category = marks(["已脱贫", "未脱贫", "边缘户"], "未脱贫")
    page = sheet({"category": category}) if live else finished(category=category)
    cell = cell_beside(page, "人员类别")
    assert words(cell) == "已脱贫、未脱贫（已选）、边缘户"
    (chosen,) = cell.find_class("of--yes")
    assert chosen.text == "未脱贫"
    assert len(chosen.xpath("./svg[@aria-hidden='true']")) == 1
    assert len(cell.find_class("of")) == 3


@pytest.mark.parametrize(
    "text",
    ["王<小>&明\n第二行", "复姓欧阳𠮷😀", "\ue000name\ue001", "{{ name }}", "　　缩进", "&lt;b&gt;", "意见" * 3000],
)
def test_a_finished_paper_shows_what_is_printed(text: str) -> None:
    page = finished(village_opinion=text, name=text)
    assert words(opinion(page, "村委会意见").find_class("opinion__text")[0]) == text
    assert words(cell_beside(page, "姓名")) == text


def test_a_finished_paper_reads_like_the_live_sheet() -> None:
    live, done = sheet(), finished()
    assert done.text_content() == live.text_content()
    assert etree.tostring(done) == etree.tostring(live)


def test_pictures_come_out_of_a_finished_paper() -> None:
    given = pictures()
    page = finished({"village_seal": given["village_seal"], "village_signature": given["village_signature"]})
    images = {image.get("alt"): image for image in page.xpath("//img")}
    assert {alt: image.get("class") for alt, image in images.items()} == {
        "村委会公章": "seal",
        "村委会审核人签字": "signature",
    }
    data = images["村委会公章"].get("src").removeprefix("data:image/png;base64,")
    assert base64.b64decode(data) == given["village_seal"]


def test_a_blank_place_shows_nothing() -> None:
    assert finished().xpath("//img") == []


def test_figures_stand_in_tabular_numerals() -> None:
    page = finished(phone="139****0458", id_number="130399********0019")
    assert [words(cell) for cell in page.xpath("//td") if "num" in cell.classes] == [
        "139****0458",
        "130399********0019",
    ]
