"""The paper on the screen: the A4 sheet made from the same template.docx the Word file comes from.

`sheet_html` is the live sheet (slots where the tags are), `sheet_html_of_docx` a finished paper as it was
filed, `stylesheet` Word's measures for both, to be served from an address of its own (the CSP forbids inline
styles).
"""

from collections.abc import Mapping
from functools import cache

from django.utils.safestring import SafeString, mark_safe

from forms_templates.library import Form
from forms_templates.sheet_html import SheetWriter, tag
from forms_templates.sheet_layout import Layout, read_layout
from forms_templates.slots import Fill, Slot, as_slot
from forms_templates.values import FormDataError, Mark

__all__ = [
    "Fill",
    "Slot",
    "sheet_html",
    "sheet_html_of_docx",
    "sheet_layout",
    "stylesheet",
]


def sheet_html(form: Form, slots: Mapping[str, Fill], pictures: Mapping[str, Slot | SafeString]) -> SafeString:
    """The sheet with every field's slot in its place: a value (escaped), safe HTML, or a Slot with cell
    classes.

    `pictures` by place: safe HTML (an <img> or <svg> with class signature or seal) floats where Word has it,
    a Slot (the signature pad) stands in the line. A missing picture is a blank place. Raises FormDataError
    for a missing or unknown field or place.
    """
    if missing := [spec.label for name, spec in form.fields.items() if name not in slots]:
        raise FormDataError(f"表上缺少内容：{'、'.join(missing)}。")
    if unknown := [*(set(slots) - set(form.fields)), *(set(pictures) - set(form.pictures))]:
        raise FormDataError(f"表上没有这些栏目：{'、'.join(sorted(unknown))}。")
    writer = SheetWriter(
        layout=sheet_layout(form),
        slots={name: as_slot(fill) for name, fill in slots.items()},
        pictures=pictures,
        numeric=frozenset(name for name, spec in form.fields.items() if spec.kind in ("phone", "id_number")),
    )
    return mark_safe(writer.article())  # noqa: S308 -- built from escaped text and the caller's safe slots


def sheet_html_of_docx(docx: bytes) -> SafeString:
    """A finished paper as the same sheet, pictures as data: addresses; what is printed from the browser."""
    return mark_safe(SheetWriter(layout=read_layout(docx)).article())  # noqa: S308 -- all text is escaped


@cache
def stylesheet(form: Form) -> str:
    """The CSS of a form's sheets, the live ones and the finished ones."""
    writer = SheetWriter(layout=sheet_layout(form))
    writer.article()
    return writer.geometry.css()


@cache
def sheet_layout(form: Form) -> Layout:
    """Where everything stands on the form, with a tag's name in each field's place."""
    values: dict[str, str | list[Mark]] = {
        name: [Mark(label=tag(name), chosen=False)] if spec.kind == "marks" else tag(name)
        for name, spec in form.fields.items()
    }
    return read_layout(form.template.render(values, {}))
