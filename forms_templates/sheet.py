"""The paper on the screen: the A4 sheet made from the same template.docx the Word file comes from.

`sheet_html` is the live sheet (slots where the tags are), `sheet_html_of_docx` a finished paper as it was
filed, `stylesheet` Word's measures for both, to be served from an address of its own (the CSP forbids inline
styles).
"""

import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from forms_templates.filters import boxes
from forms_templates.library import Form
from forms_templates.placeholders import Placeholder, tag
from forms_templates.sheet_html import SheetWriter
from forms_templates.sheet_layout import Layout, read_layout
from forms_templates.slots import Fill, Slot, as_slot
from forms_templates.specification import FieldSpec
from forms_templates.values import FormDataError, Mark
from forms_templates.zip_container import pack

__all__ = [
    "Fill",
    "Slot",
    "SlotRow",
    "sheet_html",
    "sheet_html_of_docx",
    "sheet_layout",
    "stylesheet",
    "stylesheet_digest",
]

# One line of a list: a slot for each column, several for a series.
SlotRow = Mapping[str, "Fill | Sequence[Fill]"]
_FIGURES = ("phone", "id_number")
_NOTHING = SafeString("")


def sheet_html(
    form: Form, slots: Mapping[str, Fill | Sequence[SlotRow]], pictures: Mapping[str, Slot | SafeString]
) -> SafeString:
    """The sheet with every field's slot in its place: a value (escaped), safe HTML, or a Slot with cell
    classes; for a list a sequence of lines, each with a slot for every column.

    `pictures` by place: safe HTML (an <img> or <svg> with class signature or seal) floats where Word has it,
    a Slot (the signature pad) stands in the line. A missing picture is a blank place. Raises FormDataError
    for a missing or unknown field or place.
    """
    if missing := [spec.label for name, spec in form.fields.items() if name not in slots]:
        raise FormDataError(f"表上缺少内容：{'、'.join(missing)}。")
    unknown = [name for name in pictures if form.picture_spec(name, slots) is None]
    if unknown := [*(set(slots) - set(form.fields)), *unknown]:
        raise FormDataError(f"表上没有这些栏目：{'、'.join(sorted(unknown))}。")
    lists = {name for name, spec in form.fields.items() if spec.kind == "rows"}
    flat = {name: _slot(spec, slots[name]) for name, spec in form.fields.items() if name not in lists}
    for name in lists:
        flat |= _row_slots(form.fields[name], slots[name])
    writer = SheetWriter(
        layout=_layout(form, slots) if lists or form.template.conditional else sheet_layout(form),
        slots=flat,
        pictures=pictures,
        numeric=frozenset(name for name, spec in form.fields.items() if spec.kind in _FIGURES),
    )
    return mark_safe(writer.article())  # noqa: S308 -- built from escaped text and the caller's safe slots


def sheet_html_of_docx(docx: bytes, on_every_page: SafeString = _NOTHING) -> SafeString:
    """A finished paper as the same sheet, pictures as data: addresses; what is printed from the browser.

    `on_every_page` lies over each page of the print, placed from the page's edges (the code, 未生效).
    """
    writer = SheetWriter(layout=read_layout(docx), on_every_page=on_every_page)
    return mark_safe(writer.article())  # noqa: S308 -- all text is escaped


@cache
def stylesheet(form: Form) -> str:
    """The CSS of a form's sheets, the live ones and the finished ones, whatever stands in them."""
    bare = SheetWriter(layout=read_layout(pack(form.template.members), bare=True), on_every_page=SafeString(" "))
    bare.article()
    writer = SheetWriter(layout=sheet_layout(form), geometry=bare.geometry)
    writer.article()
    return writer.geometry.css()


@cache
def stylesheet_digest(form: Form) -> str:
    """By which its address changes: the form stays the same when a new programme draws its sheet in another way."""
    return hashlib.sha256(stylesheet(form).encode()).hexdigest()[:12]


@cache
def sheet_layout(form: Form) -> Layout:
    """Where everything stands on the form, with a tag's name in each field's place; one line in each list."""
    return _layout(form, {name: [{}] for name, spec in form.fields.items() if spec.kind == "rows"})


def _layout(form: Form, slots: Mapping[str, Any]) -> Layout:
    values: dict[str, Any] = {name: _placeholder(name, spec, slots.get(name)) for name, spec in form.fields.items()}
    return read_layout(form.template.render(values, {}))


def _placeholder(name: str, spec: FieldSpec, slot: Any) -> Any:
    if spec.kind == "marks":
        return [Mark(label=tag(name), chosen=False)]
    if spec.kind == "rows":
        return [
            {key: _series(f"{name}.{index}.{key}", column, row.get(key)) for key, column in spec.columns.items()}
            for index, row in enumerate(slot or ())
        ]
    return _placeholder_of(name, slot)


def _series(name: str, column: FieldSpec, slot: Any) -> Any:
    if not column.series:
        return _placeholder_of(name, slot)
    return [_placeholder_of(f"{name}.{number}", slot[number] if slot else None) for number in range(column.series)]


def _placeholder_of(name: str, slot: Any) -> Placeholder:
    """Conditions ask a value when there is one; an input's value nobody knows."""
    return Placeholder(name, slot if isinstance(slot, str) and not isinstance(slot, SafeString) else None)


def _slot(spec: FieldSpec, given: Any) -> Slot:
    boxed = spec.kind == "boxes" and not isinstance(given, (str, Slot))
    return as_slot(boxes(given) if boxed else given)


def _row_slots(spec: FieldSpec, rows: Any) -> dict[str, Slot]:
    flat: dict[str, Slot] = {}
    for index, row in enumerate(rows):
        if missing := [column.label for name, column in spec.columns.items() if name not in row]:
            raise FormDataError(f"表上缺少内容：{spec.label}第{index + 1}行的{'、'.join(missing)}。")
        for name, column in spec.columns.items():
            place = f"{spec.name}.{index}.{name}"
            if column.series:
                flat |= {f"{place}.{number}": as_slot(fill) for number, fill in enumerate(row[name])}
            else:
                flat[place] = as_slot(row[name])
    return flat
