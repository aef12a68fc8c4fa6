"""A second stranger's form, drawn in Word itself rather than by a program: notes below the text, numbered paragraphs,
tags that Word has cut with marks of its own and dressed with its quotation marks, loops inside loops."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from docxtpl import DocxTemplate
from playwright.sync_api import Browser

from forms_templates.library import Form, Source, compile_form
from forms_templates.libreoffice import word_to_pdf
from forms_templates.lint import lint_form
from forms_templates.sheet import sheet_layout
from forms_templates.sheet_html import tags_in
from forms_templates.values import clean_values
from tests.forms_templates.pdf_preview import print_sheet
from tests.forms_templates.test_list_ends import pages
from tests.forms_templates.test_whole_library import environment, normal_parts

TOML = """
title = "村务会议记录"
number = ""

[fields]
village = { label = "村名", kind = "text", max_length = 20 }
chair = { label = "主持人", kind = "text", max_length = 20 }
held_on = { label = "日期", kind = "date" }
mood = { label = "结果", kind = "boxes", choices = ["通过", "未通过"] }
count = { label = "人数", kind = "text", max_length = 4 }

[fields.points]
label = "议题"
kind = "rows"

[fields.points.columns]
title = { label = "议题", kind = "text", max_length = 40 }
votes = { label = "票数", kind = "text", series = 3 }
"""
SAMPLE: dict[str, Any] = {
    "village": "沙窝<村>&",
    "chair": "“王”某𠮷",
    "held_on": "2021年3月5日",
    "mood": [{"label": "通过", "chosen": True}, {"label": "未通过", "chosen": False}],
    "count": "12",
    "points": [{"title": "修路'一'", "votes": ["5", "6", "1"]}, {"title": "扫雪]]>", "votes": ["9", "", "3"]}],
}
NS = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_PROOF = (
    '</w:t></w:r><w:proofErr w:type="spellStart"/><w:bookmarkStart w:id="5" w:name="_Go"/>'
    '<w:r><w:rPr><w:rFonts w:hint="eastAsia"/></w:rPr><w:t>'
)
_PROOF_END = (
    '</w:t></w:r><w:proofErr w:type="spellEnd"/><w:bookmarkEnd w:id="5"/><w:r w:rsidR="00AA"><w:t xml:space="preserve">'
)


def _p(text: str, style: str = "") -> str:
    return f'<w:p>{style}<w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'


def _cell(*paragraphs: str, shape: str = "") -> str:
    return f"<w:tc><w:tcPr>{shape}</w:tcPr>{''.join(_p(each) for each in paragraphs)}</w:tc>"


def _row(*cells: str) -> str:
    return f"<w:tr>{''.join(cells)}</w:tr>"


NUMBERED = '<w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr>'
NOTE = '</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r><w:r><w:t>'
BODY = "".join(
    [
        _p("村务会议记录"),
        # Cut in the middle of a tag by the spelling checker and a bookmark.
        _p("村名：{{ vil" + _PROOF + "la" + _PROOF_END + "ge }}　主持人：{{chair}}" + NOTE + "。"),
        _p("{%- if count|int &gt; 10 and chair != “” -%} 到会{{ count }}人，人数够了 {%- else %}人数不够{% endif %}。"),
        _p("结果：{{ mood|boxes }}　日期：{{ held_on }}"),
        _p("{#p 这一段只给画表的人看 #}"),
        _p("{# 这里也是 #}{{ chair|default(‘无’, true) }}{{ '甲' if count == '12' else '乙' }}"),
        _p("{%p for point in points %}"),
        _p("议题{{ loop.index }}：{{ point.title }}（{% for vote in point.votes %}{{ vote or '空' }}"
           "{% if not loop.last %}、{% endif %}{% endfor %}）", NUMBERED),
        _p("{%p endfor %}"),
        '<w:tbl><w:tblPr><w:tblW w:w="8000" w:type="dxa"/></w:tblPr><w:tblGrid>'
        + '<w:gridCol w:w="2000"/>' * 4 + "</w:tblGrid>"
        + _row(_cell("议题"), _cell("票数", shape='<w:gridSpan w:val="3"/>'))
        + _row(_cell("{%tr for point in points %}"))
        + _row(_cell("{{ point.title }}"), _cell("{%tc for vote in point.votes %}"), _cell("{{ vote }}"),
               _cell("{%tc endfor %}"))
        + _row(_cell("{%tr endfor %}"))
        + _row(_cell("{% colspan 2 %}共{{ points|length }}项"), _cell("{{ count }}"), _cell("{{ village }}"))
        + "</w:tbl>",
        "<w:p><w:r><w:t>完</w:t><w:noBreakHyphen/><w:tab/><w:br/><w:t>{{ village|upper }}</w:t></w:r></w:p>",
    ]
)  # fmt: skip
NUMBERING = (
    f'<w:numbering {NS}><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/>'
    '<w:numFmt w:val="chineseCounting"/><w:lvlText w:val="%1、"/><w:lvlJc w:val="left"/></w:lvl></w:abstractNum>'
    '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
)
FOOTNOTES = (
    f'<w:footnotes {NS}><w:footnote w:type="separator" w:id="0"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>'
    '<w:footnote w:id="2"><w:p><w:r><w:footnoteRef/></w:r><w:r><w:t>{{ chair }}，{{ village }}。</w:t></w:r></w:p>'
    "</w:footnote></w:footnotes>"
)
_KINDS = {"numbering": NUMBERING, "footnotes": FOOTNOTES}


def drawn() -> bytes:
    blank = io.BytesIO()
    Document().save(blank)
    with zipfile.ZipFile(blank) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    body = parts["word/document.xml"].decode()
    head, _, rest = body.partition("<w:body>")
    section = rest[rest.index("<w:sectPr") :]
    parts["word/document.xml"] = f"{head}<w:body>{BODY}{section}".encode()
    types, relations = parts["[Content_Types].xml"].decode(), parts["word/_rels/document.xml.rels"].decode()
    for kind, xml in _KINDS.items():
        parts[f"word/{kind}.xml"] = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>{xml}'.encode()
        if f"/word/{kind}.xml" not in types:
            override = (
                f'<Override PartName="/word/{kind}.xml" ContentType="application/vnd.openxmlformats-officedocument.'
                f'wordprocessingml.{kind}+xml"/>'
            )
            types = types.replace("</Types>", f"{override}</Types>")
        if f'"{kind}.xml"' not in relations:
            link = (
                f'<Relationship Id="rIdOf{kind}" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
                f'relationships/{kind}" Target="{kind}.xml"/>'
            )
            relations = relations.replace("</Relationships>", f"{link}</Relationships>")
    parts["[Content_Types].xml"], parts["word/_rels/document.xml.rels"] = types.encode(), relations.encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


@pytest.fixture(scope="module")
def minutes() -> Form:
    return compile_form(Source(drawn(), TOML, json.dumps(SAMPLE, ensure_ascii=False)), "minutes", 1)


def test_nothing_stands_against_it(minutes: Form) -> None:
    assert lint_form(minutes) == []


@pytest.mark.parametrize("points", [SAMPLE["points"], [], SAMPLE["points"] * 40], ids=["two", "none", "eighty"])
@pytest.mark.parametrize("count", ["12", "3"])
def test_it_is_printed_as_docxtpl_prints_it(minutes: Form, points: list[dict[str, Any]], count: str) -> None:
    values = SAMPLE | {"points": points, "count": count}
    template = DocxTemplate(io.BytesIO(minutes.source.docx))
    template.render(dict(clean_values(minutes.fields, values)), environment())
    theirs = io.BytesIO()
    template.save(theirs)
    assert normal_parts(minutes.render(values, {})) == normal_parts(theirs.getvalue())


def test_every_field_has_its_place_on_the_screen(minutes: Form) -> None:
    places = set(tags_in(tuple(sheet_layout(minutes).paragraphs())))
    assert {"village", "chair", "held_on", "mood", "count", "points.0.title", "points.0.votes.2"} <= places


def test_the_paper_and_the_browser_s_page_say_the_same(
    minutes: Form, need_tool: Callable[[str], str], chromium: Browser, tmp_path: Path
) -> None:
    need_tool("libreoffice")
    docx = minutes.render(SAMPLE, {})
    word, sheet = tmp_path / "word.pdf", tmp_path / "sheet.pdf"
    word.write_bytes(word_to_pdf({"minutes": docx}).pdfs["minutes"])
    tab = chromium.new_page()
    print_sheet(tab, minutes, docx, sheet)
    tab.close()
    for printed in (pages(word), pages(sheet)):
        assert len(printed) == 1
        said = "".join(printed[0].split())
        for words in (
            "到会12人，人数够了",
            "一、议题1：修路'一'（5、6、1）",
            "扫雪]]>",
            "共2项",
            "沙窝<村>&",
        ):
            assert words in said
