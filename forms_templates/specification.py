"""form.toml: what a form's fields and pictures are called and what they hold."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, get_args

FieldKind = Literal["text", "phone", "id_number", "choice", "multiline", "date", "marks", "boxes", "money", "rows"]
PictureKind = Literal["signature", "seal"]
_IN_ROWS = frozenset(("text", "phone", "id_number", "choice", "multiline", "date", "money"))


class FormTemplateError(Exception):
    """A form in the library cannot be used; the sentence names the file and the place."""


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field; `label` is verbatim from the official form, `max_length` counts characters.

    `marks` are printed words of which one is marked, `boxes` words with □ or ☑ before them, several of them when
    `multiple`. `rows` come once for each line of a list and have `columns`; a column may hold a `series` of that
    many entries (the days of a month). A sum names the column it adds up (`sum_of = "workers.amount"`), words the
    amount they spell out (`words_of = "total"`): both are worked out, or checked when they are given.
    """

    name: str
    label: str
    kind: FieldKind
    choices: tuple[str, ...] = ()
    max_length: int | None = None
    required: bool = False
    masked: bool = False
    multiple: bool = False
    series: int = 0
    sum_of: str = ""
    words_of: str = ""
    columns: Mapping[str, "FieldSpec"] = field(default_factory=dict)

    @property
    def derived(self) -> bool:
        """Whether its value follows from others."""
        return bool(self.sum_of or self.words_of)


@dataclass(frozen=True, slots=True)
class PictureSpec:
    """One place for ink or a seal; sizes in mm as printed, `who` says whose it is.

    A place in every row of a list is named after both: "workers.signature".
    """

    name: str
    label: str
    kind: PictureKind
    width_mm: float
    height_mm: float
    who: str


@dataclass(frozen=True, slots=True)
class Specification:
    """The whole form.toml."""

    title: str
    number: str
    fields: Mapping[str, FieldSpec]
    pictures: Mapping[str, PictureSpec]


def read_specification(text: str, place: str) -> Specification:
    """Parse form.toml; `place` names the file in the FormTemplateError it may raise."""
    try:
        data = tomllib.loads(text)
        fields = {name: _field(name, entry) for name, entry in data.pop("fields").items()}
        pictures = {name: PictureSpec(name=name, **entry) for name, entry in data.pop("pictures", {}).items()}
        form = Specification(fields=fields, pictures=pictures, **data)
    except tomllib.TOMLDecodeError as error:
        raise FormTemplateError(f"{place}写法有误：{error}。") from error
    except (KeyError, TypeError, AttributeError) as error:
        raise FormTemplateError(f"{place}缺少或多出一项：{error}。") from error
    for spec in fields.values():
        _check_field(spec, form, place)
    for picture in pictures.values():
        _check_kind(picture.name, picture.kind, get_args(PictureKind), place)
        rows = picture.name.partition(".")[0]
        if "." in picture.name and (rows not in fields or fields[rows].kind != "rows"):
            raise FormTemplateError(f"{place}：图片{picture.name}前半截应是一个清单（kind为rows）。")
    return form


def relabelled(form: Specification, labels: Mapping[str, str]) -> Specification:
    """The form with the words its Word file uses for these fields (a column is named "list.column")."""
    if not labels:
        return form
    fields = {}
    for name, spec in form.fields.items():
        columns = {
            key: replace(column, label=labels.get(f"{name}.{key}", column.label))
            for key, column in spec.columns.items()
        }
        fields[name] = replace(spec, label=labels.get(name, spec.label), columns=columns)
    return replace(form, fields=fields)


def _check_field(spec: FieldSpec, form: Specification, place: str) -> None:
    _check_kind(spec.name, spec.kind, get_args(FieldKind), place)
    if (spec.kind == "rows") != bool(spec.columns):
        raise FormTemplateError(f"{place}：{spec.name}是清单（kind为rows）才有columns，清单必须有columns。")
    for column in spec.columns.values():
        _check_kind(f"{spec.name}.{column.name}", column.kind, tuple(sorted(_IN_ROWS)), place)
    if spec.sum_of:
        rows, _, column_name = spec.sum_of.partition(".")
        added = form.fields[rows].columns.get(column_name) if rows in form.fields else None
        if spec.kind != "money" or added is None or added.kind != "money":
            raise FormTemplateError(f"{place}：{spec.name}的sum_of应写成“清单.金额栏”，两边都是金额。")
    if spec.words_of and (spec.words_of not in form.fields or form.fields[spec.words_of].kind != "money"):
        raise FormTemplateError(f"{place}：{spec.name}的words_of应是一个金额栏。")


def _check_kind(name: str, kind: str, allowed: tuple[str, ...], place: str) -> None:
    if kind not in allowed:
        raise FormTemplateError(f"{place}：{name}的kind只能是{'、'.join(allowed)}。")


def _field(name: str, entry: dict[str, Any]) -> FieldSpec:
    columns = {key: _field(key, column) for key, column in entry.get("columns", {}).items()}
    return FieldSpec(name=name, **{**entry, "choices": tuple(entry.get("choices", ())), "columns": columns})
