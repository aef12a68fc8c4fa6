"""form.toml: what a form's fields and pictures are called and what they hold."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

FieldKind = Literal["text", "phone", "id_number", "choice", "multiline", "date", "marks"]
PictureKind = Literal["signature", "seal"]


class FormTemplateError(Exception):
    """A form in the library cannot be used; the sentence names the file and the place."""


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field; `label` is verbatim from the official form, `max_length` counts characters."""

    name: str
    label: str
    kind: FieldKind
    choices: tuple[str, ...] = ()
    max_length: int | None = None
    required: bool = False
    masked: bool = False


@dataclass(frozen=True, slots=True)
class PictureSpec:
    """One place for ink or a seal; sizes in mm as printed, `who` says whose it is."""

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
    except (KeyError, TypeError) as error:
        raise FormTemplateError(f"{place}缺少或多出一项：{error}。") from error
    for field in fields.values():
        _check_kind(field.name, field.kind, get_args(FieldKind), place)
    for picture in pictures.values():
        _check_kind(picture.name, picture.kind, get_args(PictureKind), place)
    return form


def _check_kind(name: str, kind: str, allowed: tuple[str, ...], place: str) -> None:
    if kind not in allowed:
        raise FormTemplateError(f"{place}：{name}的kind只能是{'、'.join(allowed)}。")


def _field(name: str, entry: dict[str, Any]) -> FieldSpec:
    return FieldSpec(name=name, **{**entry, "choices": tuple(entry.get("choices", ()))})
