"""The library: a published form is never edited, a broken one says where, the lint names every disagreement."""

import io
import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from forms_templates import library, lint
from forms_templates.library import Form, UnknownFormError, folder_of, form, load, versions
from forms_templates.lint import lint_form
from forms_templates.specification import FormTemplateError
from tests.forms_templates.papers import application_form

Draft = Callable[..., Form]
APPLICATION = folder_of("post_application", 1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of 附件5 that is not published yet."""
    copy = tmp_path / "post_application" / "v1"
    shutil.copytree(APPLICATION, copy)
    (copy / "published.toml").unlink()
    return copy


@pytest.fixture
def draft(folder: Path) -> Draft:
    """draft(toml=(old, new), xml=(old, new), sample={…}) → that form after these changes."""

    def make(
        *,
        toml: tuple[str, str] | None = None,
        xml: tuple[str, str] | None = None,
        sample: dict[str, object] | None = None,
    ) -> Form:
        if toml:
            text = (folder / "form.toml").read_text(encoding="utf-8")
            assert toml[0] in text
            (folder / "form.toml").write_text(text.replace(*toml), encoding="utf-8")
        if xml:
            rewrite(folder / "template.docx", *xml)
        if sample:
            values = json.loads((folder / "sample.json").read_text(encoding="utf-8"))
            (folder / "sample.json").write_text(json.dumps(values | sample), encoding="utf-8")
        return load(folder, "post_application", 1)

    return make


def rewrite(docx: Path, old: str, new: str) -> None:
    with zipfile.ZipFile(docx) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    assert old in contents["word/document.xml"].decode()
    contents["word/document.xml"] = contents["word/document.xml"].decode().replace(old, new).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    docx.write_bytes(out.getvalue())


@pytest.mark.parametrize(("code", "version"), list(versions()))
def test_every_version_in_the_library_is_published_and_unchanged(code: str, version: int) -> None:
    assert (folder_of(code, version) / "published.toml").is_file()


def test_a_published_form_that_was_edited_cannot_be_loaded(tmp_path: Path) -> None:
    copy = tmp_path / "v1"
    shutil.copytree(APPLICATION, copy)
    assert load(copy, "post_application", 1).digest == application_form().digest
    (copy / "form.toml").write_text((copy / "form.toml").read_text().replace("技能", "特长"))
    with pytest.raises(FormTemplateError, match=r"post_application第1版已经发布，不得再改.*另立第2版"):
        load(copy, "post_application", 1)


def test_line_ends_of_a_checkout_do_not_make_another_form(folder: Path) -> None:
    text = (folder / "form.toml").read_text(encoding="utf-8")
    (folder / "form.toml").write_bytes(text.replace("\n", "\r\n").encode())
    assert load(folder, "post_application", 1).digest == application_form().digest


def test_a_form_is_compiled_once() -> None:
    assert form("post_application", 1) is form("post_application", 1)


@pytest.mark.parametrize(
    ("code", "version"), [("post_application", 2), ("no_such_form", 1), ("../library/post_application", 1)]
)
def test_what_is_not_in_the_library_is_unknown(code: str, version: int) -> None:
    with pytest.raises(UnknownFormError, match="没有这种表"):
        form(code, version)


def test_the_form_says_what_the_county_printed() -> None:
    labels = [spec.label for spec in application_form().fields.values()]
    assert [label for label in labels if "日期" not in label and label != "县名"] == [
        "镇（乡）", "编号", "姓名", "性别", "联系电话", "身份证号", "家庭住址", "健康状况", "劳动能力",
        "技能", "人员类别", "申请岗位", "村委会意见", "乡镇意见",
    ]  # fmt: skip
    assert application_form().number == "附件5"


def test_the_library_agrees_with_itself() -> None:
    call_command("lint_forms")


def test_lint_ends_with_an_error_code_and_tells_every_fault(
    draft: Draft, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = draft(xml=("{{ skills }}", "{{ skils }}"))
    monkeypatch.setattr(lint, "versions", lambda: [("post_application", 1)])
    monkeypatch.setattr(lint, "form", lambda _code, _version: broken)
    with pytest.raises(CommandError, match="表样有2处不一致"):
        call_command("lint_forms")
    told = capsys.readouterr().err
    assert "post_application第1版：template.docx“技能”后面的标记skils，在form.toml里没有这一栏。" in told
    assert "post_application第1版：form.toml的“技能”（skills），在template.docx里没有标记。" in told


def test_lint_reports_a_form_that_cannot_be_loaded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "published.toml").write_text('digest = "0"')
    monkeypatch.setattr(library, "LIBRARY", folder.parent.parent)
    library.form.cache_clear()
    try:
        assert lint.lint_library() == ["post_application第1版已经发布，不得再改：请恢复原文件，另立第2版。"]
    finally:
        library.form.cache_clear()


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (
            {"toml": ('label = "技能"', 'label = "特长"')},
            "template.docx的栏目“技能”旁边是标记skills，form.toml却叫它“特长”",
        ),
        (
            {"toml": ("[pictures.village_seal]", "[pictures.seal]")},
            "template.docx的图片village_seal，在form.toml里没有",
        ),
        (
            {"toml": ("[pictures.village_seal]", "[pictures.seal]")},
            "“村委会公章”（seal），在template.docx里没有同名的图片",
        ),
        (
            {"toml": ("height_mm = 15", "height_mm = 20")},
            "在template.docx里是46×15毫米，form.toml写的是46×20毫米",
        ),
        (
            {"xml": ('behindDoc="1"', 'behindDoc="0"')},
            "“村委会公章”（village_seal）在template.docx里应衬于文字下方",
        ),
        ({"xml": (">技能<", ">{{ skills }}<")}, "标记skills写在栏目格里，请移到旁边的填写格"),
        ({"sample": {"health": "硬朗"}}, "sample.json的“健康状况”（health）不在可选项中"),
        ({"sample": {"skills": "会" * 25}}, "sample.json的“技能”（skills）超过24个字"),
        ({"sample": {"salary": "400"}}, "sample.json：表上没有这些栏目：salary"),
    ],
)
def test_lint_names_the_tag_and_its_place(draft: Draft, change: dict[str, object], fault: str) -> None:
    assert any(fault in told for told in lint_form(draft(**change)))


def test_lint_finds_no_fault_in_a_faithful_copy(draft: Draft) -> None:
    assert lint_form(draft()) == []


def test_a_tag_with_a_slip_of_the_pen_is_refused_when_the_form_is_loaded(draft: Draft) -> None:
    with pytest.raises(FormTemplateError, match=r"post_application第1版的template\.docx.*标记写法有误"):
        draft(xml=("{{ skills }}", "{{ skills !}}"))


def test_an_entry_form_toml_does_not_know_is_refused(draft: Draft) -> None:
    with pytest.raises(FormTemplateError, match="缺少或多出一项"):
        draft(toml=('label = "技能"', 'label = "技能"\ncolour = "红"'))


def test_a_kind_of_field_nobody_knows_is_refused(draft: Draft) -> None:
    with pytest.raises(FormTemplateError, match="skills的kind只能是text、phone"):
        draft(toml=('label = "技能"\nkind = "text"', 'label = "技能"\nkind = "colour"'))


def test_a_template_cannot_run_python(draft: Draft) -> None:
    evil = draft(xml=("{{ skills }}", "{{ skills.__class__.__mro__ }}"))
    with pytest.raises(FormTemplateError, match="无法填写"):
        evil.render(application_form().sample(), {})


def test_tags_word_has_split_are_joined(draft: Draft) -> None:
    split = "{{ sk</w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>ills }}"
    assert "skills" in draft(xml=("{{ skills }}", split)).template.tags
