"""A form drawn by a stranger with what Word and docxtpl offer and no form of ours uses: it is printed as docxtpl prints
it, shown on the screen, and what is wrong with a tag is said in words."""

import io
import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from docx import Document
from docx.document import Document as Word
from docx.enum.section import WD_ORIENT
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Mm
from docxtpl import DocxTemplate, RichText
from PIL import Image
from playwright.sync_api import Browser

from forms_templates.coded_paper import with_code
from forms_templates.drafting.word import BLANK_PNG
from forms_templates.filed_pictures import pictures_in
from forms_templates.library import Form, Source, compile_form
from forms_templates.libreoffice import word_to_pdf
from forms_templates.lint import lint_form
from forms_templates.sheet import sheet_html_of_docx, sheet_layout, stylesheet
from forms_templates.sheet_html import tags_in
from forms_templates.specification import FormTemplateError
from forms_templates.values import clean_values
from tests.forms_templates.papers import picture
from tests.forms_templates.pdf_preview import print_sheet
from tests.forms_templates.test_same_page import document_of
from tests.forms_templates.test_whole_library import environment, normal_parts

TOML = """
title = "村级物资出入库单"
number = ""

[fields]
"村名" = { label = "村名", kind = "text", max_length = 20 }
keeper = { label = "保管员", kind = "text", max_length = 20 }
leftName = { label = "经手人", kind = "text", max_length = 20 }
note = { label = "说明", kind = "multiline", max_length = 300 }
motto = { label = "提示", kind = "text", max_length = 50 }
total = { label = "合计", kind = "money", sum_of = "goods.price" }
total_in_words = { label = "合计大写", kind = "text", words_of = "total" }

[fields.goods]
label = "物资"
kind = "rows"

[fields.goods.columns]
name = { label = "名称", kind = "text", max_length = 20 }
price = { label = "金额（元）", kind = "money" }
weeks = { label = "各周出库", kind = "text", series = 4 }
"""
SAMPLE: dict[str, Any] = {
    "村名": "沙窝村",
    "keeper": "王<小>&明𠮷",
    "leftName": "李\t四",
    "note": "第一行\n第二行 {{ x }} {_{ 原样 }_}",
    "motto": "先入库<后>出库",
    "goods": [
        {"name": "扫帚", "price": "12.50", "weeks": ["1", "2", "", "4"]},
        {"name": "铁锹&镐", "price": "30.00", "weeks": ["3", "", "", "1"]},
    ],
}
_BOX = (
    '<w:r {ns}><mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
    '<mc:Choice Requires="wps"><w:drawing><wp:anchor xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/'
    'wordprocessingDrawing" distT="0" distB="0" distL="0" distR="0" simplePos="0" relativeHeight="1" behindDoc="0" '
    'locked="0" layoutInCell="1" allowOverlap="1"><wp:simplePos x="0" y="0"/><wp:positionH relativeFrom="column">'
    '<wp:posOffset>3240000</wp:posOffset></wp:positionH><wp:positionV relativeFrom="paragraph"><wp:posOffset>0'
    '</wp:posOffset></wp:positionV><wp:extent cx="1800000" cy="540000"/><wp:wrapNone/><wp:docPr id="7" name="框"/>'
    '<a:graphic xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><a:graphicData uri="http://schemas.'
    'microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp xmlns:wps="http://schemas.microsoft.com/office/word/'
    '2010/wordprocessingShape"><wps:cNvSpPr txBox="1"/><wps:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="1800000" '
    'cy="540000"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:ln w="9525"><a:solidFill><a:srgbClr '
    'val="000000"/></a:solidFill></a:ln></wps:spPr><wps:txbx>{content}</wps:txbx><wps:bodyPr/></wps:wsp>'
    '</a:graphicData></a:graphic></wp:anchor></w:drawing></mc:Choice><mc:Fallback><w:pict><v:shape xmlns:v="urn:'
    'schemas-microsoft-com:vml"><v:textbox>{content}</v:textbox></v:shape></w:pict></mc:Fallback>'
    "</mc:AlternateContent></w:r>"
)


def _table(word: Word, rows: list[list[str]]) -> Any:
    table = word.add_table(rows=len(rows), cols=len(rows[0]), style="Table Grid")
    for row, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    return table


def _wrapped(xml: str) -> Any:
    return parse_xml(f"<w:sdt {nsdecls('w')}><w:sdtPr/><w:sdtContent>{xml}</w:sdtContent></w:sdt>")


def _goods(word: Word) -> None:
    """Nested tables, merged cells, loops over rows and columns, a merged first column, a shaded cell."""
    around = _table(word, [["经手人", "", ""], ["", "保管", ""]])
    around.cell(0, 1).merge(around.cell(1, 2))
    inner = around.cell(0, 1).add_table(rows=1, cols=2)
    inner.style = "Table Grid"
    inner.cell(0, 0).text, inner.cell(0, 1).text = "姓名", "{{ leftName }}"
    rows = [
        ["类", "名称", "金额（元）", "", "第几周", ""],
        ["{%tr for each in goods %}", "", "", "", "", ""],
        ["{% vm %}物资", "{{ each.name }}", "{{ each.price|money }}",
         "{%tc for day in each.weeks %}", "{{ day }}", "{%tc endfor %}"],
        ["{%tr endfor %}", "", "", "", "", ""],
        ["{% cellbg 'DDDDDD' if goods else 'FFFFFF' %}合计", "{{ total_in_words }}", "{{ total|money }}", "", "", ""],
        ["{%tr if not goods %}", "", "", "", "", ""],
        ["没有物资", "", "", "", "", ""],
        ["{%tr endif %}", "", "", "", "", ""],
    ]  # fmt: skip
    _table(word, rows)


def _words(word: Word) -> None:
    """Tags Word has split, a macro, a text box, content controls, tracked changes, a run of its own, printed braces."""
    split = word.add_paragraph("保管员：")
    for piece in ("{", "{ kee", "per|up", "per }", "}"):
        split.add_run(piece).italic = True
    word.add_paragraph("{% macro twice(x) %}{{ x }}/{{ x }}{% endmacro %}{{ twice(keeper) }}，{{ keeper|e }}")
    word.add_paragraph("提示：{{r motto }}。").add_run("写法是{_{ 栏目 }_}").bold = True
    content = "<w:txbxContent><w:p><w:r><w:t>框内{{ keeper }}</w:t></w:r></w:p></w:txbxContent>"
    word.add_paragraph("有框")._p.append(parse_xml(_BOX.format(ns=nsdecls("w"), content=content)))
    for line in ("{%p if note %}", "说明：{{ note }}", "{%p else %}", "没有说明", "{%p endif %}"):
        word.add_paragraph(line)
    body = word.element.body
    body.insert(len(body) - 1, _wrapped("<w:p><w:r><w:t>村名：{{ 村名 }}</w:t></w:r></w:p>"))
    changed = word.add_paragraph("改动：")
    author = 'w:id="1" w:author="某" w:date="2026-01-01T00:00:00Z"'
    changed._p.append(parse_xml(f"<w:ins {nsdecls('w')} {author}><w:r><w:t>新{{{{ 村名 }}}}</w:t></w:r></w:ins>"))
    changed._p.append(parse_xml(f"<w:del {nsdecls('w')} {author}><w:r><w:delText>旧</w:delText></w:r></w:del>"))


def drawn() -> bytes:
    word = Document()
    section = word.sections[0]
    section.header.paragraphs[0].text = "{{ 村名 }}物资"
    section.footer.paragraphs[0].text = "{{ 村名 }}留存"
    head = section.header.add_table(1, 2, Mm(120))
    head.cell(0, 1).text = "{% for each in goods %}{{ each.name }}{% if not loop.last %}、{% endif %}{% endfor %}"
    word.core_properties.title = "{{ 村名 }}出入库单"
    word.add_heading("村级物资出入库单", 1)
    emblem = io.BytesIO()
    Image.new("RGB", (40, 40), (30, 90, 160)).save(emblem, "PNG")
    word.add_paragraph().add_run().add_picture(emblem, width=Mm(12))
    _words(word)
    across = word.add_section()
    across.orientation, across.page_width, across.page_height = WD_ORIENT.LANDSCAPE, Mm(297), Mm(210)
    _goods(word)
    out = io.BytesIO()
    word.save(out)
    return out.getvalue()


def compiled(docx: bytes) -> Form:
    return compile_form(Source(docx, TOML, json.dumps(SAMPLE, ensure_ascii=False)), "stores", 1)


@pytest.fixture(scope="module")
def strange() -> Form:
    return compiled(drawn())


def by_docxtpl(form: Form, values: dict[str, Any]) -> bytes:
    template = DocxTemplate(io.BytesIO(form.source.docx))
    template.render(values | {"motto": RichText(values["motto"])}, environment())
    out = io.BytesIO()
    template.save(out)
    return out.getvalue()


def test_nothing_stands_against_it(strange: Form) -> None:
    assert lint_form(strange) == []


@pytest.mark.parametrize("goods", [SAMPLE["goods"], []], ids=["two lines", "none"])
def test_it_is_printed_as_docxtpl_prints_it(strange: Form, goods: list[dict[str, Any]]) -> None:
    # Braces somebody typed stay as they were typed; docxtpl would take its own {_{ there, too, for its way to write {{.
    values = SAMPLE | {"goods": goods, "note": "第一行\n第二行 {{ x }}\t后"}
    ours = strange.render(values, {})
    assert normal_parts(ours) == normal_parts(by_docxtpl(strange, dict(clean_values(strange.fields, values))))
    assert Document(io.BytesIO(ours)).core_properties.title == "沙窝村出入库单"


def test_what_somebody_typed_is_no_tag_even_as_docxtpl_writes_it(strange: Form) -> None:
    words = [p.text for p in Document(io.BytesIO(strange.render(SAMPLE, {}))).paragraphs]
    assert "说明：第一行\n第二行 {{ x }} {_{ 原样 }_}" in words
    assert "提示：先入库<后>出库。写法是{{ 栏目 }}" in words
    assert "王<小>&明𠮷/王<小>&明𠮷，王<小>&明𠮷" in words


def test_every_field_has_its_place_on_the_screen(strange: Form) -> None:
    places = set(tags_in(tuple(sheet_layout(strange).paragraphs())))
    assert {"村名", "keeper", "leftName", "note", "motto", "total", "goods.0.name", "goods.0.weeks.3"} <= places
    sheet = re.sub(r"<[^>]+>", "", sheet_html_of_docx(strange.render(SAMPLE, {})))
    assert sheet.count("框内王") == 1
    assert "新沙窝村" in sheet
    assert "旧" not in sheet
    assert stylesheet(strange)


def test_a_section_across_is_across_on_paper_and_in_the_browser(
    strange: Form, need_tool: Callable[[str], str], chromium: Browser, tmp_path: Path
) -> None:
    need_tool("libreoffice")
    docx = strange.render(SAMPLE, {})
    assert document_of(docx).rpartition("</w:tbl>")[2].startswith("<w:sectPr")  # nothing after the last table
    assert [section.width > section.height for section in sheet_layout(strange).sections] == [False, True]
    word, sheet = tmp_path / "word.pdf", tmp_path / "sheet.pdf"
    word.write_bytes(word_to_pdf({"stores": docx}).pdfs["stores"])
    tab = chromium.new_page()
    print_sheet(tab, strange, docx, sheet)
    tab.close()
    assert across(word) == across(sheet) == [False, True]


def test_the_code_leaves_each_page_the_footer_it_goes_on_with(
    strange: Form, need_tool: Callable[[str], str], tmp_path: Path
) -> None:
    need_tool("libreoffice")
    coded = tmp_path / "coded.pdf"
    coded.write_bytes(word_to_pdf({"stores": with_code(strange.render(SAMPLE, {}), "ABCDE12345")}).pdfs["stores"])
    said = subprocess.run(["pdftotext", str(coded), "-"], check=True, capture_output=True, text=True, timeout=60)
    for page in said.stdout.split("\f")[:-1]:
        assert "沙窝村留存" in page
        assert "ABCDE-12345" in page


def across(pdf: Path) -> list[bool]:
    with pikepdf.open(pdf) as opened:
        return [float(page.MediaBox[2]) > float(page.MediaBox[3]) for page in opened.pages]


def test_two_places_copied_from_each_other_get_each_their_own_picture() -> None:
    word = Document(io.BytesIO(drawn()))
    blank = io.BytesIO(BLANK_PNG)
    for name in ("keeper_signature", "clerk_signature"):  # Word keeps the one picture once
        drawing = word.paragraphs[0].add_run().add_picture(blank, width=Mm(10))
        drawing._inline.docPr.set("name", name)
    out = io.BytesIO()
    word.save(out)
    both = (("keeper_signature", "保管员签字"), ("clerk_signature", "经手人签字"))
    places = "".join(
        f'[pictures.{name}]\nlabel = "{label}"\nkind = "signature"\nwidth_mm = 10\nheight_mm = 10\nwho = "保管员"\n'
        for name, label in both
    )
    form = compile_form(Source(out.getvalue(), TOML + places, json.dumps(SAMPLE, ensure_ascii=False)), "stores", 1)
    assert lint_form(form) == []
    given = {"keeper_signature": picture(10, 10, (20, 40, 160)), "clerk_signature": picture(10, 10, (195, 22, 28))}
    filed = pictures_in(form.render(SAMPLE, given))
    assert {name: filed[name] for name in given} == given


def _with(text: str) -> bytes:
    def add(word: Word) -> None:
        word.add_paragraph(text)

    return _changed(add)


def _changed(change: Callable[[Word], None]) -> bytes:
    word = Document(io.BytesIO(drawn()))
    change(word)
    out = io.BytesIO()
    word.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("tag", "said"),
    [
        ("签收：{{ keeper", "在“签收：{{ keeper”这一段"),
        ("签收：{% if keeper %}有", "“{% if keeper %}”没有写结尾的标记"),
        ("签收：{% endfor %}", "“{% endfor %}”和前面的开头不成对（在“签收：{% endfor %}”这一段）"),
        ("签收：{{ keeper|nosuch }}", "没有叫“nosuch”的过滤器（在“签收：{{ keeper|nosuch }}”这一段）"),
        ("签收：{{ keeper，1 }}", "不能用的字符“，”"),
        ("签收：{% fro x in goods %}", "没有“fro”这种标记"),
    ],
)
def test_a_tag_written_wrongly_is_said_with_its_paragraph(tag: str, said: str) -> None:
    with pytest.raises(FormTemplateError) as error:
        compiled(_with(tag))
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("tag", "said"),
    [
        ("{% if total > 100 %}多{% endif %}", "金额要先写“|float”"),
        ("{% for each in goods %}{{ each.colour }}{% endfor %}", "的标记colour"),
        ("{{ keeper|truncate(1) }}", "无法填写"),
    ],
)
def test_a_tag_that_cannot_be_worked_out_is_a_fault_and_no_crash(tag: str, said: str) -> None:
    assert any(said in fault for fault in lint_form(compiled(_with(tag))))
