"""A filled Word file holds every character that was typed, and the same data give the same bytes."""

import io
import zipfile
from typing import Any

import docx
import pytest
from django.utils.safestring import SafeString

from forms_templates.values import EMPTY_DATE, FormDataError, marks
from tests.forms_templates.papers import (
    PLACES,
    application_form,
    document_xml,
    picture,
    pictures,
    sample,
    words,
)

HOSTILE = [
    "王<小>&明",
    "</w:t></w:r></w:p>",
    "&lt;不是标签&gt; &amp;",
    "{{ county }} {% for x in y %} {# 注释 #}",
    "{_{ name }_}",
    "第一行\n第二行\n\n第四行",
    "复姓欧阳𠮷，表情😀，藏文བོད",
    "“引号”‘单引号’\"'`",
    "　　首行缩进两字，  两个空格",
    "意见" * 5000,
    "a" * 3000,
    "%s %(name)s {0} ${name} \\n \\",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_every_character_that_was_typed_stands_in_the_word_file(text: str) -> None:
    rendered = application_form().render(sample(village_opinion=text), {})
    assert f"|{text}|" in words(rendered)


@pytest.mark.parametrize("name", [name for name in application_form().fields if name != "category"])
def test_every_field_is_printed(name: str) -> None:
    assert "独一无二的内容" in words(application_form().render(sample(**{name: "独一无二的内容"}), {}))


def test_safe_html_is_only_text_on_paper() -> None:
    rendered = application_form().render(sample(name=SafeString("<w:br/>王小明")), {})
    assert "<w:br/>王小明" in words(rendered)


def test_a_line_pasted_from_another_program_is_a_line_on_paper() -> None:
    rendered = application_form().render(sample(village_opinion="一\r\n二\r三\x0b四\u2028五"), {})
    assert "|一\n二\n三\n四\n五|" in words(rendered)


def test_a_tab_stays_a_tab() -> None:
    assert "|甲\t乙|" in words(application_form().render(sample(village_opinion="甲\t乙"), {}))


@pytest.mark.parametrize("character", ["\x00", "\x08", "\x0c", "\x1b", "\x7f", "\ufffe", "\ud800", "\u202e"])
def test_a_character_that_cannot_be_printed_is_refused_with_the_name_of_the_cell(character: str) -> None:
    with pytest.raises(FormDataError, match="“家庭住址”第4个字符不能印在纸上"):
        application_form().render(sample(address=f"青禾村{character}二组"), {})


def test_a_missing_value_is_an_error_and_never_a_blank() -> None:
    values = sample()
    del values["phone"], values["township_opinion"]
    with pytest.raises(FormDataError, match="缺少内容：联系电话、乡镇意见"):
        application_form().render(values, {})


def test_a_value_the_form_does_not_have_is_an_error() -> None:
    with pytest.raises(FormDataError, match="没有这些栏目：salary"):
        application_form().render(sample(salary="400"), {})


@pytest.mark.parametrize("value", [None, 42, b"x", ["x"], SafeString])
def test_a_cell_takes_text_and_nothing_else(value: object) -> None:
    with pytest.raises(FormDataError, match="“姓名”应是文字"):
        application_form().render(sample(name=value), {})


def test_an_undecided_cell_is_explicitly_empty() -> None:
    values = sample(township_opinion="", township_signed_on=EMPTY_DATE)
    assert f"|乡镇意见：||审核人签字：|（公章）|{EMPTY_DATE}" in words(application_form().render(values, {}))


def test_all_categories_stand_and_the_chosen_one_is_marked() -> None:
    category = marks(["脱贫人口", "监测对象", "边缘易致贫户"], "监测对象")
    body = document_xml(application_form().render(sample(category=category), {}))
    namespaces = {"w": body.nsmap["w"]}
    marked = body.xpath("//w:r[w:rPr/w:rStyle/@w:val='MarkChosen']/w:t/text()", namespaces=namespaces)
    assert marked == ["监测对象"]
    assert "|脱贫人口、监测对象、边缘易致贫户|" in words(application_form().render(sample(category=category), {}))


@pytest.mark.parametrize(
    "category",
    [
        "已脱贫",
        [],
        [{"label": "已脱贫"}],
        [{"label": "", "chosen": True}],
        [{"label": "已脱贫", "chosen": 1}],
        ["已脱贫"],
    ],
)
def test_marks_list_every_word_and_whether_it_is_chosen(category: Any) -> None:
    with pytest.raises(FormDataError, match="“人员类别”应列出全部选项"):
        application_form().render(sample(category=category), {})


def test_only_one_word_of_a_choice_may_be_marked() -> None:
    both = [{"label": "已脱贫", "chosen": True}, {"label": "边缘户", "chosen": True}]
    with pytest.raises(FormDataError, match="“人员类别”只能选一项"):
        application_form().render(sample(category=both), {})


def test_a_category_that_is_not_on_the_form_cannot_be_chosen() -> None:
    with pytest.raises(FormDataError, match="“低保户”不在可选的类别中"):
        marks(["已脱贫", "未脱贫"], "低保户")


def test_the_same_data_give_the_same_bytes() -> None:
    first = application_form().render(sample(), pictures())
    assert application_form().render(sample(), pictures()) == first
    assert application_form().render(sample(name="孟照森"), pictures()) != first


def test_the_order_of_the_values_changes_nothing() -> None:
    backwards = dict(reversed(sample().items()))
    assert application_form().render(backwards, {}) == application_form().render(sample(), {})


def test_a_picture_takes_its_place_and_no_other() -> None:
    form, given = application_form(), pictures()
    rendered = form.render(sample(), {"village_seal": given["village_seal"]})
    with zipfile.ZipFile(io.BytesIO(rendered)) as archive:
        contents = {name: archive.read(form.template.pictures[name]) for name in PLACES}
    assert contents["village_seal"] == given["village_seal"]
    assert len({contents[name] for name in PLACES}) == 2


def test_a_seal_never_moves_the_text() -> None:
    bare, sealed = application_form().render(sample(), {}), application_form().render(sample(), pictures())
    with zipfile.ZipFile(io.BytesIO(bare)) as one, zipfile.ZipFile(io.BytesIO(sealed)) as other:
        assert one.namelist() == other.namelist()
        assert one.read("word/document.xml") == other.read("word/document.xml")


def test_a_picture_without_a_place_is_refused() -> None:
    with pytest.raises(FormDataError, match="没有这些签字盖章处：county_seal"):
        application_form().render(sample(), {"county_seal": picture(42, 42, (0, 0, 0))})


def test_only_png_pictures_are_taken() -> None:
    with pytest.raises(FormDataError, match="“村委会公章”的图片应是PNG格式"):
        application_form().render(sample(), {"village_seal": b"\xff\xd8\xff\xe0JFIF"})


def test_the_file_opens_as_a_word_file_of_one_table() -> None:
    opened = docx.Document(io.BytesIO(application_form().render(sample(), pictures())))
    assert [len(table.rows) for table in opened.tables] == [8]
    assert opened.paragraphs[0].text == "昌黎县贫困人口扶贫专岗申请审批表"
    assert opened.core_properties.language == "zh-CN"


def test_the_content_digest_binds_every_value_and_the_form() -> None:
    form = application_form()
    digest = form.content_digest(sample())
    assert form.content_digest(dict(reversed(sample().items()))) == digest
    changed = {form.content_digest(sample(**{name: "别的内容"})) for name in form.fields if name != "category"}
    changed.add(form.content_digest(sample(category=marks(["已脱贫", "未脱贫", "边缘户"], "边缘户"))))
    assert len(changed | {digest}) == len(form.fields) + 1


def test_the_content_digest_speaks_of_what_is_printed() -> None:
    form = application_form()
    typed_on_windows, typed_elsewhere = sample(village_opinion="一\r\n二"), sample(village_opinion="一\n二")
    assert form.content_digest(typed_on_windows) == form.content_digest(typed_elsewhere)
