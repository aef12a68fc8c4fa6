"""A form the project has never seen, drawn in plain Word with docxtpl tags, put into the library by the guide alone."""

import io
import json
from pathlib import Path

import pytest
from docx import Document
from docx.shared import Mm
from PIL import Image

from forms_templates.coded_paper import with_code
from forms_templates.library import Form, load
from forms_templates.lint import lint_form
from forms_templates.sheet import sheet_html_of_docx, stylesheet
from tests.forms_templates.papers import picture

TOML = """
title = "劳动工具领用登记表"
number = ""

[fields]
township = { label = "镇（乡）", kind = "text", max_length = 20, required = true }
maker = { label = "制表人", kind = "text", max_length = 20 }
remark = { label = "备注", kind = "multiline", max_length = 200 }
willing = { label = "是否需要培训", kind = "boxes", choices = ["是", "否"] }
total = { label = "合计", kind = "money", sum_of = "tools.price" }
total_in_words = { label = "合计大写", kind = "text", words_of = "total" }

[fields.tools]
label = "领用明细"
kind = "rows"

[fields.tools.columns]
name = { label = "名称", kind = "text", max_length = 20, required = true }
price = { label = "单价（元）", kind = "money", required = true }

[pictures]
keeper_signature = { label = "保管人签字", kind = "signature", width_mm = 46, height_mm = 15, who = "保管人" }
"""
SAMPLE = {
    "township": "泥井镇",
    "maker": "王<小>&明",
    "remark": "第一行\n第二行 {{ x }}",
    "willing": [{"label": "是", "chosen": True}, {"label": "否", "chosen": False}],
    "tools": [{"name": "扫帚", "price": "12.50"}, {"name": "铁锹𠮷", "price": "30.00"}],
}


def drawn() -> bytes:
    """With Word's own styles, a tag that two runs share, loops, conditions, head and foot, a picture in the line."""
    word = Document()
    word.sections[0].header.paragraphs[0].text = "{{ township }}劳动工具登记"
    word.sections[0].footer.paragraphs[0].text = "制表人：{{ maker }}"
    word.add_heading("劳动工具领用登记表", 1)
    split = word.add_paragraph("是否需要培训：")
    split.add_run("{{ wil")
    split.add_run("ling|boxes }}").bold = True
    for line in ("{%p if remark %}", "备注：{{ remark }}", "{%p endif %}"):
        word.add_paragraph(line)
    rows = (
        ("序号", "名称", "单价（元）"),
        ("{%tr for tool in tools %}", "", ""),
        ("{{ loop.index }}", "{{ tool.name }}", "{{ tool.price|money }}"),
        ("{%tr endfor %}", "", ""),
        ("合计", "{{ total_in_words }}", "{{ total|money }}"),
    )
    table = word.add_table(rows=len(rows), cols=3, style="Table Grid")
    for row, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    word.add_paragraph("{{ township }}共{{ tools|length }}件。{% if tools|length > 1 %}多件{% else %}一件{% endif %}")
    blank = io.BytesIO()
    Image.new("RGBA", (1, 1)).save(blank, "PNG")
    inline = word.add_paragraph("保管人签字：").add_run().add_picture(blank, width=Mm(46), height=Mm(15))
    inline._inline.docPr.set("name", "keeper_signature")
    out = io.BytesIO()
    word.save(out)
    return out.getvalue()


@pytest.fixture
def new_form(tmp_path: Path) -> Form:
    folder = tmp_path / "tool_register" / "v1"
    folder.mkdir(parents=True)
    (folder / "template.docx").write_bytes(drawn())
    (folder / "form.toml").write_text(TOML, encoding="utf-8")
    (folder / "sample.json").write_text(json.dumps(SAMPLE, ensure_ascii=False), encoding="utf-8")
    return load(folder, "tool_register", 1)


def test_nothing_stands_against_it(new_form: Form) -> None:
    assert lint_form(new_form) == []


def test_it_is_filled_everywhere(new_form: Form) -> None:
    docx = new_form.render(new_form.sample(), {"keeper_signature": picture(46, 15, (20, 40, 160))})
    words = [p.text for p in Document(io.BytesIO(docx)).paragraphs]
    assert "泥井镇共2件。多件" in words
    assert "备注：第一行\n第二行 {{ x }}" in words
    cells = [cell.text for cell in Document(io.BytesIO(docx)).tables[0].rows[-1].cells]
    assert cells == ["合计", "人民币肆拾贰元伍角整", "42.50"]
    for paper in (docx, with_code(docx, "K7QF2M9X3T")):
        section = Document(io.BytesIO(paper)).sections[0]
        assert section.header.paragraphs[0].text == "泥井镇劳动工具登记"
        assert section.footer.paragraphs[-1].text == "制表人：王<小>&明"


def test_it_is_shown_with_its_ink_in_the_line(new_form: Form) -> None:
    docx = new_form.render(new_form.sample(), {"keeper_signature": picture(46, 15, (20, 40, 160))})
    sheet = sheet_html_of_docx(docx)
    assert 'class="signature"' in sheet
    assert "铁锹𠮷" in sheet
    assert "第一行<br>第二行 {{ x }}" in sheet
    assert "display: inline-block" in stylesheet(new_form)
