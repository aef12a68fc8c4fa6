"""A Word file somebody hands in: each thing that stands against it is named in a sentence, and nothing happens."""

import io
import zipfile
from collections.abc import Callable

import pytest

from forms_templates.examination import Finding, examine
from forms_templates.library import form, versions
from forms_templates.template import forbidden_tags
from forms_templates.word_container import container_faults
from tests.forms_templates.papers import DOCUMENT, RELATIONS, application_form, swap, template


def external(kind: str, target: str) -> Callable[[str], str]:
    relation = f'<Relationship Id="rIdX" Type="http://x/{kind}" Target="{target}" TargetMode="External"/>'
    return swap("</Relationships>", f"{relation}</Relationships>")


def test_a_faithful_copy_may_be_used() -> None:
    assert examine(template(), application_form()) == Finding()


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
        (template({DOCUMENT: swap("{{ skills }}", "")}), "“技能”（skills），在Word文件里没有标记"),
        (template({DOCUMENT: swap("{{ skills }}", "{{ skills !}}")}), "标记写法有误"),
        (template({DOCUMENT: swap("{{ skills }}", "\uff5b\uff5b skills \uff5d\uff5d")}), "用了全角的括号"),
        (template({DOCUMENT: swap("{{ skills }}", "{{ skills }}{\uff05 if skills \uff05}")}), "用了全角的括号或百分号"),
        (template({DOCUMENT: swap("{{ skills }}", "{{ skills }}{# open")}), "注释或原样（raw）没有写结尾的标记"),
    ],
)  # fmt: skip
def test_what_stands_against_a_file_is_said(docx: bytes, fault: str) -> None:
    told = examine(docx, application_form()).faults
    assert any(fault in each for each in told), told


def in_body(xml: str) -> bytes:
    return template({DOCUMENT: swap("<w:body>", f"<w:body><w:p><w:r>{xml}</w:r></w:p>")})


@pytest.mark.parametrize(
    ("docx", "fault"),
    [
        (in_body("<w:instrText>INCLUDE</w:instrText></w:r><w:r><w:instrText>TEXT x</w:instrText>"), "INCLUDETEXT"),
        (in_body("<w:instrText>dde</w:instrText></w:r><w:r><w:instrText>auto cmd</w:instrText>"), "DDEAUTO"),
        (in_body('<w:fldSimple w:instr=" includetext c:/x"/>'), "INCLUDETEXT"),
        (in_body('<w:object><o:OLEObject xmlns:o="urn:schemas-microsoft-com:office:office" Type="Link"/></w:object>'),
         "object"),
        (in_body('<w:pict><v:shape xmlns:v="urn:schemas-microsoft-com:vml"><v:imagedata src="http://x/a.png"/></v:shape>'
                 "</w:pict>"), "指向文件外面的图片"),
        (template({RELATIONS: swap("</Relationships>", '<Relationship Id="rIdX" Type="http://x/image" '
                                   'Target="\\\\\\\\elsewhere\\\\a.png"/></Relationships>')}), "链接的图片"),
    ],
)  # fmt: skip
def test_what_reaches_out_in_pieces_in_small_letters_or_by_old_ways_is_found_too(docx: bytes, fault: str) -> None:
    told = examine(docx, application_form()).faults
    assert any(fault in each for each in told), told


def added(name: str, content: bytes = b"<a/>") -> bytes:
    return template(added={name: content})


def related(kind: str, target: str) -> bytes:
    relation = f'<Relationship Id="rIdX" Type="http://x/{kind}" Target="{target}"/>'
    return template({RELATIONS: swap("</Relationships>", f"{relation}</Relationships>")})


def in_utf_16(change: Callable[[str], str]) -> bytes:
    """The body in another encoding, where its bytes look like nothing a search would find."""
    with zipfile.ZipFile(io.BytesIO(template())) as archive:
        body = change(archive.read(DOCUMENT).decode().partition("?>")[2])
    return template(added={DOCUMENT: body.encode("utf-16")})


def locked() -> bytes:
    """A file with a password: Word puts it into a container of the old kind."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(600)


TYPES = "[Content_Types].xml"
OTHER_W = 'xmlns:x="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
DTD = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    ("docx", "fault"),
    [
        (b"", "文件是空的"),
        (b"%PDF-1.7 x", "这是PDF文件改了名"),
        (b"\xff\xd8\xff\xe0" + bytes(99), "这是图片改了名"),
        (locked(), "加了密码"),
        (b"MZ" + template(), "不是完好的Word文件"),
        (template() + b"<script>", "不是完好的Word文件"),
        (added("Word/Document.xml"), "重名"),
        (added("..\\x.xml"), "指向文件外面"),
        (added("C:x.xml"), "指向文件外面"),
        (added("word/inside.docx", template()), "不该有的部分（word/inside.docx）"),
        (added("word/code.bin"), "不该有的部分（word/code.bin）"),
        (related("vbaProject", "theme/theme1.xml"), "带有宏"),
        (related("ui/extensibility", "theme/theme1.xml"), "带有宏"),
        (added("customUI/customUI.xml"), "带有宏"),
        (template({TYPES: swap("document.main+xml", "template.main+xml")}), "Word模板（.dotx）"),
        (added("word/_rels/header9.xml.RELS", b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
               b'relationships"><Relationship Id="a" Type="http://x/image" Target="http://x/a.png"/></Relationships>'),
         "链接的图片"),
        (in_body(f"</w:r></w:p><x:altChunk {OTHER_W}/><w:p><w:r>"), "altChunk"),
        (in_utf_16(swap("<w:body>", "<w:body><w:altChunk/>")), "altChunk"),
        (in_utf_16(swap("<w:document", f"{DTD}<w:document")), "文档类型定义"),
        (template({RELATIONS: swap("<Relationships", f"{DTD}<Relationships")}), "文档类型定义"),
        (in_body('<w:pict><v:shape xmlns:v="urn:schemas-microsoft-com:vml"><v:fill xmlns:o="urn:schemas-microsoft-com:'
                 'office:office" o:href="http://x/a.png"/></v:shape></w:pict>'), "指向文件外面的图片"),
        (in_body('</w:r><w:fldSimple w:instr="MacroButton x"/><w:r>'), "MACROBUTTON"),
    ],
)  # fmt: skip
def test_what_hides_in_other_names_letters_prefixes_or_encodings_is_found_too(docx: bytes, fault: str) -> None:
    told = examine(docx, application_form()).faults
    assert any(fault in each for each in told), told


@pytest.mark.parametrize(("code", "version"), list(versions()))
def test_every_form_of_the_library_is_such_a_file(code: str, version: int) -> None:
    assert list(container_faults(form(code, version).source.docx)) == []


@pytest.mark.parametrize(
    ("jinja", "fault"),
    [
        ("{{ skills.__class__.__mro__ }}", "够到程序内部的“skills.__class__”"),
        ("{{ skills['__class__'] }}", "够到程序内部的“__class__”"),
        ("{{ skills|attr('__class__') }}", "过滤器“attr”"),
        ("{{ skills.format(name) }}", "调用“skills.format”"),
        ("{{ skills * 9999999999 }}", "乘法"),
        ("{{ '%999999999d' % 1 }}{{ skills }}", "取余或格式化"),
        ("{{ skills|center(999999999) }}", "过滤器“center”"),
        ("{{ category|join('" + "很长" * 9 + "') }}{{ skills }}", "分隔符超过4个字"),
        ("{{ skills }}" + "{% for a in category %}" * 3 + "{% endfor %}" * 3, "3层套在一起的循环"),
        ("{{ skills }}{% for a in 'x' * 99999 %}{% endfor %}", "不是按清单走的循环"),
        ("{{ skills }}{% for a in range(99999999) %}{% endfor %}", "调用“range”"),
        ("{{ skills }}{% include 'x' %}", "引用别的文件"),
        ("{% set a = skills %}{{ a }}", "变量赋值"),
        ("{{ skills }}{% macro m() %}{% endmacro %}", "宏“m”"),
    ],
)
def test_a_tag_that_reaches_for_python_or_never_ends_is_named(jinja: str, fault: str) -> None:
    told = examine(template({DOCUMENT: swap("{{ skills }}", jinja)}), application_form()).faults
    assert any(fault in each for each in told), told


@pytest.mark.parametrize(("code", "version"), list(versions()))
def test_every_form_of_the_library_says_only_what_may_be_said(code: str, version: int) -> None:
    assert forbidden_tags(form(code, version).source.docx) == []


def test_a_file_that_eats_memory_is_stopped() -> None:
    many = "<w:body>" + "<w:p><w:r><w:t>多</w:t></w:r></w:p>" * 400_000
    told = examine(template({DOCUMENT: swap("<w:body>", many)}), application_form()).faults
    assert any("停不下来" in each or "超过限度" in each for each in told), told


def test_an_examination_that_does_not_end_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    endless = "import resource; resource.setrlimit(resource.RLIMIT_CPU, (1, 2))\nwhile True: pass"
    monkeypatch.setattr("forms_templates.examination._WORK", endless)
    told = examine(template(), application_form()).faults
    assert any("停不下来" in each for each in told), told


def test_a_busy_server_says_nothing_against_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forms_templates.examination.PATIENCE", 0.05)
    told = examine(template(), application_form()).faults
    assert told == ["请过几分钟再上传：服务器正忙，文件没有检查完，什么也没有改变。"]


def test_a_field_goes_by_the_words_the_word_file_has_for_it() -> None:
    renamed = examine(template({DOCUMENT: swap("家庭住址", "常住地址")}), application_form())
    assert renamed == Finding(labels={"address": "常住地址"})


def test_two_tags_that_were_mixed_up_are_no_renaming() -> None:
    def mixed(xml: str) -> str:
        return (
            xml.replace("{{ health }}", "{{ x }}")
            .replace("{{ skills }}", "{{ health }}")
            .replace("{{ x }}", "{{ skills }}")
        )

    told = examine(template({DOCUMENT: mixed}), application_form()).faults
    assert any("栏目“技能”旁边是标记health" in each for each in told), told
