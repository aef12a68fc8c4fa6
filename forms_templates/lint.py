"""Do a form's Word template, its form.toml, its sheet on the screen and its sample agree? One sentence per fault."""

import json
import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from forms_templates.library import Form, UnknownFormError, form, version_name, versions
from forms_templates.sheet import sheet_layout
from forms_templates.sheet_html import tags_in
from forms_templates.sheet_layout import Layout, Picture, Row, Table, read_layout
from forms_templates.sheet_styles import LABEL_STYLE
from forms_templates.specification import FieldSpec, FormTemplateError, PictureSpec
from forms_templates.values import FormDataError, clean_values
from forms_templates.zip_container import pack

# A place in the template may differ from form.toml by what Word rounds, not by more.
_TOLERANCE_MM = 0.1


def lint_library() -> list[str]:
    """Faults of every form in the library; empty when all is well."""
    faults: list[str] = []
    for code, version in versions():
        try:
            faults += lint_form(form(code, version))
        except (FormTemplateError, UnknownFormError) as error:
            faults.append(str(error))
    return faults


def lint_form(checked: Form, *, from_outside: bool = False) -> list[str]:
    """Faults of one form, each a Chinese sentence that names the tag and its place.

    A file `from_outside` brings no pictures: among them might be somebody's seal.
    """
    template = read_layout(pack(checked.template.members))
    faults = list(_tags(checked, template))
    if faults:
        # Without its tags and fields in order the sheet cannot be made at all.
        return [f"{version_name(checked.code, checked.version)}：{fault}" for fault in faults]
    try:
        layout = sheet_layout(checked)
    except FormTemplateError as error:
        return [f"{version_name(checked.code, checked.version)}：{error}"]
    checks = (
        _slots(checked, layout),
        _labels(checked, layout),
        _pictures(checked, layout, from_outside=from_outside),
        _sample(checked),
    )
    name = version_name(checked.code, checked.version)
    return [f"{name}：{fault}" for check in checks for fault in check]


# What a Chinese keyboard makes of {{ and {%: for Word it is text, and would be printed.
_WIDE = re.compile(r"\{\uff05|\uff05\}|[{\uff5b]\uff5b|\uff5b[{%\uff05]|\uff5d[}\uff5d]|[}%\uff05]\uff5d")


def _tags(checked: Form, template: Layout) -> Iterator[str]:
    for paragraph in template.paragraphs():
        if found := _WIDE.search(paragraph.text):
            words = paragraph.text[max(0, found.start() - 8) : found.end() + 12]
            yield f"template.docx里的“{words}”用了全角的括号或百分号，请改成半角的：{{{{ }}}}、{{% %}}。"
    for tag in sorted(checked.template.tags - set(checked.fields)):
        yield f"template.docx{_place(template, tag)}的标记{tag}，在form.toml里没有这一栏。"
    for name, spec in checked.fields.items():
        if name not in checked.template.tags:
            yield f"form.toml的“{spec.label}”（{name}），在template.docx里没有标记。"
        if spec.kind == "rows":
            yield from _columns(checked, spec, template)


def _columns(checked: Form, spec: FieldSpec, template: Layout) -> Iterator[str]:
    asked = checked.template.columns.get(spec.name, frozenset())
    for unknown in sorted(asked - set(spec.columns)):
        yield f"template.docx{_place(template, unknown)}的标记{unknown}，在form.toml的{spec.name}里没有这一栏。"
    for name, column in spec.columns.items():
        if name not in asked:
            yield f"form.toml的{spec.label}“{column.label}”（{spec.name}.{name}），在template.docx里没有标记。"


def _place(template: Layout, tag: str) -> str:
    """Where in the template a tag stands: after which printed words."""
    before = ""
    for paragraph in template.paragraphs():
        if re.search(rf"{{[{{%][^}}]*\b{re.escape(tag)}\b", paragraph.text):
            words = re.sub(r"{[{%].*", "", paragraph.text).strip() or before
            return f"“{words}”后面"
        before = re.sub(r"{[{%].*?[%}]}", "", paragraph.text).strip() or before
    return ""


def _slots(checked: Form, layout: Layout) -> Iterator[str]:
    # What stands in the head or foot of the pages is printed there, and shown nowhere else.
    shown = set(tags_in(tuple(layout.paragraphs()))) | checked.template.beside_the_body
    for name, spec in checked.fields.items():
        places = {name: spec.label}
        if spec.kind == "rows":
            places = {
                f"{name}.0.{key}{'.0' * bool(column.series)}": f"{spec.label}的{column.label}"
                for key, column in spec.columns.items()
            }
        for place, label in places.items():
            if place not in shown:
                yield (
                    f"“{label}”的标记{place}在屏幕上的表里没有填写的位置：表上要有一处原样写着它，"
                    "不带int、length这样改变内容的过滤器。"
                )


def _labels(checked: Form, layout: Layout) -> Iterator[str]:
    """The words beside a field, or over it in a list, are its label, verbatim; a label never holds a tag."""
    for table in (block for block in layout.blocks if isinstance(block, Table)):
        for row in table.rows:
            for cell in row.cells:
                if any(paragraph.style == LABEL_STYLE for paragraph in cell.paragraphs):
                    for tag in tags_in(cell.paragraphs):
                        yield f"标记{tag}写在栏目格里，请移到旁边的填写格。"
    for name, words, label in _words_for_fields(checked, layout):
        if words != label:
            where = "表头" if "." in name else "栏目"
            beside = "下面" if "." in name else "旁边"
            yield f"template.docx的{where}“{words}”{beside}是标记{name}，form.toml却叫它“{label}”。"


def labels_of(checked: Form) -> dict[str, str]:
    """Fields (a column as "list.column") the Word file calls by other words than form.toml, with its words.

    A word that is another field's is none: then two tags were mixed up.
    """
    if any(_tags(checked, read_layout(pack(checked.template.members)))):
        return {}
    called = list(_words_for_fields(checked, sheet_layout(checked)))
    taken = {label for _, _, label in called}
    return {name: words for name, words, label in called if words and words != label and words not in taken}


def _words_for_fields(checked: Form, layout: Layout) -> Iterator[tuple[str, str, str]]:
    """(field, the words beside it or over it on the sheet, its label) wherever there are such words."""
    for table in (block for block in layout.blocks if isinstance(block, Table)):
        for row in table.rows:
            yield from _headings(checked, table, row)
            for cell, following in zip(row.cells, [*row.cells[1:], None], strict=True):
                if not any(paragraph.style == LABEL_STYLE for paragraph in cell.paragraphs):
                    continue
                words = "".join(paragraph.text for paragraph in cell.paragraphs)
                beside = tags_in(following.paragraphs) if following and not row.header else []
                for tag in (each for each in beside if "." not in each):
                    yield tag, words, checked.fields[tag].label


def _headings(checked: Form, table: Table, row: Row) -> Iterator[tuple[str, str, str]]:
    for cell in row.cells:
        words = table.heading(cell.column)
        for rows, column in (each.split(".")[::2][:2] for each in tags_in(cell.paragraphs) if "." in each):
            spec = checked.fields[rows].columns[column]
            if words and not row.header and not spec.series:
                yield f"{rows}.{column}", words, spec.label


def _pictures(checked: Form, layout: Layout, *, from_outside: bool) -> Iterator[str]:
    # "workers.0.signature" is the place in the first line of the list.
    placed = {picture.name.replace(".0.", "."): picture for picture in _all_pictures(layout)}
    for name in sorted(placed.keys() - checked.pictures.keys()):
        if placed[name].data is None:
            yield f"template.docx的图片{name}，在form.toml里没有这一处签字或盖章。"
        elif from_outside:
            yield f"template.docx里加了图片{name}，上传的表样不能带图案（签字、印章由系统加上），请删去。"
    for name, spec in checked.pictures.items():
        if name not in placed:
            yield f"form.toml的“{spec.label}”（{name}），在template.docx里没有同名的图片位置。"
        else:
            yield from _picture(placed[name], spec)


def _picture(placed: Picture, spec: PictureSpec) -> Iterator[str]:
    wrong = max(abs(placed.width - spec.width_mm), abs(placed.height - spec.height_mm))
    if wrong > _TOLERANCE_MM:
        yield (
            f"“{spec.label}”（{spec.name}）在template.docx里是{placed.width:g}×{placed.height:g}毫米，"
            f"form.toml写的是{spec.width_mm:g}×{spec.height_mm:g}毫米。"
        )
    if placed.behind != (spec.kind == "seal"):
        position = "衬于文字下方" if spec.kind == "seal" else "浮于文字上方"
        yield f"“{spec.label}”（{spec.name}）在template.docx里应{position}。"
    if placed.data is not None:
        yield f"“{spec.label}”（{spec.name}）在template.docx里已有图案，模板里不得带真实的签字或印章。"


def _all_pictures(layout: Layout) -> Iterator[Picture]:
    for paragraph in layout.paragraphs():
        yield from (item for item in paragraph.items if isinstance(item, Picture))


def _sample(checked: Form) -> Iterator[str]:
    try:
        sample = checked.sample()
        clean_values(checked.fields, sample)
        read_layout(checked.render(sample, {}))
    except FormTemplateError as error:
        yield f"sample.json填不进去：{error}"
        return
    except etree.XMLSyntaxError as error:
        yield f"填好样例以后不是完好的Word文件（{error.msg}）：标记是否改动了已经转换的文字？"
        return
    except (OSError, json.JSONDecodeError) as error:
        yield f"sample.json读不出来：{error}。"
        return
    except FormDataError as error:
        yield f"sample.json：{error}"
        return
    for name, spec in checked.fields.items():
        value = sample.get(name, "")
        if spec.kind == "rows":
            for number, row in enumerate(value, 1):
                for key, column in spec.columns.items():
                    yield from _entry(column, f"{spec.label}第{number}行“{column.label}”", row[key])
        else:
            yield from _entry(spec, f"“{spec.label}”", value)


def _entry(spec: FieldSpec, place: str, value: Any) -> Iterator[str]:
    for text in [value] if isinstance(value, str) else value:
        if not isinstance(text, str):
            continue
        if spec.choices and text not in spec.choices:
            yield f"sample.json的{place}（{spec.name}）不在可选项中。"
        if spec.max_length is not None and len(text) > spec.max_length:
            yield f"sample.json的{place}（{spec.name}）超过{spec.max_length}个字。"
