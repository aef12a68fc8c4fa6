"""The old form beside the new: what is printed differently, line by line, and both filled with the same sample."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from django.utils.safestring import SafeString

from forms_templates.library import Form
from forms_templates.placeholders import TAG
from forms_templates.sheet import sheet_html_of_docx, sheet_layout
from forms_templates.sheet_layout import Layout, Paragraph, Picture, Section
from signatures.sample_ink import sample_pictures


@dataclass(frozen=True)
class Change:
    """One place that differs; `before` or `after` may be empty."""

    what: str
    before: str
    after: str


def changes(old: Form, new: Form) -> list[Change]:
    """Everything printed that differs, the field names first."""
    return [*_names(old, new), *_page(sheet_layout(old), sheet_layout(new)), *_lines(old, new), *_places(old, new)]


def filled(form: Form) -> SafeString:
    """The form's sample as a finished sheet, with invented ink and seals in their places."""
    return sheet_html_of_docx(form.render(form.sample(), sample_pictures(form)))


def _names(old: Form, new: Form) -> Iterator[Change]:
    for name, spec in old.fields.items():
        if name in new.fields and new.fields[name].label != spec.label:
            yield Change("栏目名称", spec.label, new.fields[name].label)
        for key, column in spec.columns.items():
            after = new.fields[name].columns.get(key) if name in new.fields else None
            if after is not None and after.label != column.label:
                yield Change(f"{spec.label}的栏目名称", column.label, after.label)


def _page(old: Layout, new: Layout) -> Iterator[Change]:
    sizes = ["、".join(dict.fromkeys(_size(section) for section in each.sections)) for each in (old, new)]
    if sizes[0] != sizes[1]:
        yield Change("纸张", *sizes)
    margins = ["；".join(dict.fromkeys(_margins(section) for section in each.sections)) for each in (old, new)]
    if margins[0] != margins[1]:
        yield Change("页边距（上、右、下、左）", *margins)


def _size(section: Section) -> str:
    return f"{round(section.width)}×{round(section.height)}毫米"


def _margins(section: Section) -> str:
    return "、".join(f"{round(margin)}" for margin in section.margins) + "毫米"


def _lines(old: Form, new: Form) -> Iterator[Change]:
    before, after = _printed(old), _printed(new)
    for kind, left, right, start, end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind != "equal":
            what = {"replace": "改了", "delete": "去掉", "insert": "加上"}[kind]
            yield Change(f"文字（{what}）", "\n".join(before[left:right]), "\n".join(after[start:end]))


def _printed(form: Form) -> list[str]:
    """The lines of the form as a clerk reads them, a field's name in brackets where it is filled in."""
    lines = (TAG.sub(lambda tag: f"【{_label(form, tag[1])}】", each.text) for each in sheet_layout(form).paragraphs())
    return [line for line in lines if line.strip()]


def _label(form: Form, tag: str) -> str:
    name, _, rest = tag.partition(".")
    spec = form.fields[name]
    column = spec.columns.get(rest.split(".")[1]) if rest else None
    return column.label if column is not None else spec.label


def _places(old: Form, new: Form) -> Iterator[Change]:
    """Where ink and seals stand: below which words."""
    before, after = _stands(old), _stands(new)
    for name, spec in old.pictures.items():
        if before.get(name) != after.get(name):
            yield Change(f"{spec.label}的位置", before.get(name, ""), after.get(name, ""))


def _stands(form: Form) -> dict[str, str]:
    found: dict[str, str] = {}
    for paragraph in sheet_layout(form).paragraphs():
        for picture in (item for item in paragraph.items if isinstance(item, Picture)):
            found[picture.name.replace(".0.", ".")] = (
                f"“{_words(paragraph)}”处，右{round(picture.x)}毫米、下{round(picture.y)}毫米"
            )
    return found


def _words(paragraph: Paragraph) -> str:
    return TAG.sub("", paragraph.text).strip() or "空行"
