"""A Word file somebody hands in: each thing that stands against it is named in a sentence, and nothing happens."""

import io
import zipfile
from collections.abc import Callable

import pytest

from forms_templates.examination import examine
from tests.forms_templates.papers import application_form

DOCUMENT, RELATIONS = "word/document.xml", "word/_rels/document.xml.rels"


def template(changes: dict[str, Callable[[str], str]] | None = None, added: dict[str, bytes] | None = None) -> bytes:
    with zipfile.ZipFile(application_form().folder / "template.docx") as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for name, change in (changes or {}).items():
        before = parts[name].decode()
        after = change(before)
        assert after != before
        parts[name] = after.encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (parts | (added or {})).items():
            archive.writestr(name, content)
    return out.getvalue()


def swap(old: str, new: str) -> Callable[[str], str]:
    return lambda xml: xml.replace(old, new, 1)


def external(kind: str, target: str) -> Callable[[str], str]:
    relation = f'<Relationship Id="rIdX" Type="http://x/{kind}" Target="{target}" TargetMode="External"/>'
    return swap("</Relationships>", f"{relation}</Relationships>")


def test_a_faithful_copy_may_be_used() -> None:
    assert examine(template(), application_form()) == []


@pytest.mark.parametrize(
    ("docx", "fault"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "旧格式的Word文件"),
        (b"hello", "不是完好的Word文件"),
        (template()[:2000], "不是完好的Word文件"),
        (bytes(3 * 1024 * 1024), "模板最多"),
        (template(added={"word/big.xml": bytes(30 * 1024 * 1024)}), "不像一份表样"),
        (template(added={f"word/{number}.xml": b"<a/>" for number in range(300)}), "不像一份表样"),
        (template(added={"word/vbaProject.bin": b"x"}), "带有宏"),
        (template(added={"../evil.xml": b"<a/>"}), "指向文件外面"),
        (template({RELATIONS: external("image", "https://example.org/a.png")}), "链接的图片"),
        (template({RELATIONS: external("attachedTemplate", "file:///C:/a.dotm")}), "附加的模板"),
        (template({RELATIONS: external("hyperlink", "https://example.org")}), "超链接"),
        (template({DOCUMENT: swap("<w:body>", "<w:body><w:p><w:r><w:instrText>INCLUDETEXT</w:instrText></w:r></w:p>")}),
         "从文件外面取内容"),
        (template({DOCUMENT: swap("<w:document", '<!DOCTYPE a [<!ENTITY b "c">]><w:document')}), "文档类型定义"),
        (template({DOCUMENT: swap("</w:body>", "")}), "读不出来"),
        (template({DOCUMENT: swap("{{ skills }}", "{{ skils }}")}), "“技能”后面的标记skils"),
        (template({DOCUMENT: swap("{{ skills }}", "")}), "“技能”（skills），在template.docx里没有标记"),
        (template({DOCUMENT: swap("{{ skills }}", "{{ skills !}}")}), "标记写法有误"),
        (template({DOCUMENT: swap("{{ skills }}", "{{ skills.__class__.__mro__ }}")}), "无法填写"),
    ],
)  # fmt: skip
def test_what_stands_against_a_file_is_said(docx: bytes, fault: str) -> None:
    told = examine(docx, application_form())
    assert any(fault in each for each in told), told


@pytest.mark.parametrize(
    "jinja",
    [
        "{{ skills }}" + "{% for a in 'x' * 99999 %}" * 3 + "{% endfor %}" * 3,
        "{{ skills }}{{ 'x' * 9999999999 }}",
    ],
)
def test_a_template_that_never_ends_or_eats_memory_is_stopped(jinja: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forms_templates.examination.SECONDS", 3)
    told = examine(template({DOCUMENT: swap("{{ skills }}", jinja)}), application_form())
    assert any("停不下来" in each or "超过限度" in each or "无法填写" in each for each in told), told
