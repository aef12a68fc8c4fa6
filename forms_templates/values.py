"""What may stand in a paper's fields: plain text, marks on printed words, dates in the official style."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TypedDict

from forms_templates.specification import FieldSpec

# A date nobody has written yet. It is an explicit value: a blank form prints the same three words.
EMPTY_DATE = "　　年　　月　　日"

# Word's soft line break and the line separators of other systems come in by pasting.
_LINE_BREAKS = re.compile("\r\n|[\r\x0b\x85\u2028\u2029]")
# Characters XML cannot hold, and the direction overrides with which a printed line can be made to read
# differently from what is stored.
_FORBIDDEN = re.compile("[\x00-\x08\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff\u202a-\u202e\u2066-\u2069]")


class FormDataError(ValueError):
    """A paper cannot be made from these values; the sentence names the field."""


class Mark(TypedDict):
    """One printed word of a choice, as 人员类别: all words stand, the chosen one is marked."""

    label: str
    chosen: bool


# A field's value: text, or the marked words of a field of kind "marks".
Value = str | list[Mark]


def chinese_date(on: date | None) -> str:
    """The date as official papers write it (GB/T 9704: no leading zero); None is an open date."""
    return EMPTY_DATE if on is None else f"{on.year}年{on.month}月{on.day}日"


def marks(words: Iterable[str], chosen: str = "") -> list[Mark]:
    """The printed words with the chosen one marked; `chosen` may be empty (nothing decided yet)."""
    listed = [Mark(label=word, chosen=word == chosen) for word in words]
    if chosen and not any(mark["chosen"] for mark in listed):
        raise FormDataError(f"“{chosen}”不在可选的类别中，请重新选择。")
    return listed


def clean_values(fields: Mapping[str, FieldSpec], values: Mapping[str, object]) -> dict[str, Value]:
    """The values of one paper, complete and printable, or FormDataError.

    Every field of the form must be there (an undecided one explicitly empty) and no other.
    """
    if missing := [spec.label for name, spec in fields.items() if name not in values]:
        raise FormDataError(f"表上缺少内容：{'、'.join(missing)}。没有填写的栏目也要写明为空。")
    if unknown := [name for name in values if name not in fields]:
        raise FormDataError(f"表上没有这些栏目：{'、'.join(unknown)}。")
    return {name: _clean(spec, values[name]) for name, spec in fields.items()}


def _clean(spec: FieldSpec, value: object) -> Value:
    if spec.kind == "marks":
        return _clean_marks(spec, value)
    if not isinstance(value, str):
        raise FormDataError(f"“{spec.label}”应是文字。")
    return _clean_text(spec.label, value)


def _clean_marks(spec: FieldSpec, value: object) -> list[Mark]:
    problem = FormDataError(f"“{spec.label}”应列出全部选项，并写明每一项是否选中。")
    if isinstance(value, str) or not isinstance(value, Sequence) or not value:
        raise problem
    cleaned: list[Mark] = []
    for word in value:
        if not isinstance(word, Mapping) or set(word) != {"label", "chosen"}:
            raise problem
        label, chosen = word["label"], word["chosen"]
        if not isinstance(label, str) or not label or not isinstance(chosen, bool):
            raise problem
        cleaned.append(Mark(label=_clean_text(spec.label, label), chosen=chosen))
    if sum(word["chosen"] for word in cleaned) > 1:
        raise FormDataError(f"“{spec.label}”只能选一项。")
    return cleaned


def _clean_text(label: str, value: str) -> str:
    text = _LINE_BREAKS.sub("\n", value)
    if found := _FORBIDDEN.search(text):
        raise FormDataError(f"“{label}”第{found.start() + 1}个字符不能印在纸上，请删去后再试。")
    return text
