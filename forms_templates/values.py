"""What may stand in a paper's fields: plain text, marked words, lists, amounts, dates in the official style."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TypedDict, cast

from forms_templates.money import AmountError, in_words, plain, read_amount
from forms_templates.specification import FieldSpec

# A date nobody has written yet. It is an explicit value: a blank form prints the same three words.
EMPTY_DATE = "　　年　　月　　日"

# Word's soft line break and the line separators of other systems come in by pasting.
_LINE_BREAKS = re.compile("\r\n|[\r\x0b\x85\u2028\u2029]")
# Characters XML cannot hold, and the direction overrides with which a printed line can be made to read
# differently from what is stored.
_FORBIDDEN = re.compile("[\x00-\x08\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff\u202a-\u202e\u2066-\u2069]")

_TEXTS = frozenset(("text", "phone", "id_number", "choice", "multiline", "date"))
# Most values hold neither: one look tells.
_UNUSUAL = re.compile(f"{_LINE_BREAKS.pattern}|{_FORBIDDEN.pattern}")


class FormDataError(ValueError):
    """A paper cannot be made from these values; the sentence names the field."""


class Mark(TypedDict):
    """One printed word of a choice, as 人员类别: all words stand, the chosen one is marked."""

    label: str
    chosen: bool


# One line of a list: text by column, several texts for a series.
RowValues = dict[str, str | list[str]]
# A field's value: text, the words of a choice, or the lines of a list.
Value = str | list[Mark] | list[RowValues]


def chinese_date(on: date | None) -> str:
    """The date as official papers write it (GB/T 9704: no leading zero); None is an open date."""
    return EMPTY_DATE if on is None else f"{on.year}年{on.month}月{on.day}日"


def marks(words: Iterable[str], chosen: str | Iterable[str] = "") -> list[Mark]:
    """The printed words with those chosen marked; `chosen` may be empty (nothing decided yet)."""
    wanted = [chosen] if isinstance(chosen, str) and chosen else list(chosen)
    listed = [Mark(label=word, chosen=word in wanted) for word in words]
    known = {mark["label"] for mark in listed}
    if unknown := next((word for word in wanted if word not in known), None):
        raise FormDataError(f"“{unknown}”不在可选的类别中，请重新选择。")
    return listed


def clean_values(fields: Mapping[str, FieldSpec], values: Mapping[str, object]) -> dict[str, Value]:
    """The values of one paper, complete and printable, or FormDataError.

    Every field of the form must be there (an undecided one explicitly empty) and no other; sums and amounts in words
    may be left out.
    """
    if missing := [spec.label for name, spec in fields.items() if name not in values and not spec.derived]:
        raise FormDataError(f"表上缺少内容：{'、'.join(missing)}。没有填写的栏目也要写明为空。")
    if unknown := [name for name in values if name not in fields]:
        raise FormDataError(f"表上没有这些栏目：{'、'.join(unknown)}。")
    cleaned: dict[str, Value] = {name: _clean(spec, values[name]) for name, spec in fields.items() if name in values}
    derived = [(name, spec) for name, spec in fields.items() if spec.derived]
    for name, spec in (*(each for each in derived if each[1].sum_of), *(each for each in derived if each[1].words_of)):
        cleaned[name] = _derived(spec, cleaned)
    return {name: cleaned[name] for name in fields}


def _clean(spec: FieldSpec, value: object) -> Value:
    if type(value) is str and spec.kind in _TEXTS and _UNUSUAL.search(value) is None:
        return value
    if spec.kind == "rows":
        return _clean_rows(spec, value)
    if spec.kind in ("marks", "boxes"):
        return _clean_marks(spec, value)
    return _clean_entry(spec, spec.label, value)


def _clean_entry(spec: FieldSpec, label: str, value: object) -> str:
    if spec.kind == "money":
        return _clean_money(label, value)
    if not isinstance(value, str):
        raise FormDataError(f"“{label}”应是文字。")
    return _clean_text(label, value)


def _clean_rows(spec: FieldSpec, value: object) -> list[RowValues]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise FormDataError(f"“{spec.label}”应是一行一行的清单。")
    cleaned: list[RowValues] = []
    for number, row in enumerate(value, 1):
        place = f"{spec.label}第{number}行"
        if not isinstance(row, Mapping):
            raise FormDataError(f"“{place}”应写明每一栏。")
        if missing := [column.label for name, column in spec.columns.items() if name not in row]:
            raise FormDataError(f"“{place}”缺少内容：{'、'.join(missing)}。")
        if unknown := [str(name) for name in row if name not in spec.columns]:
            raise FormDataError(f"“{place}”没有这些栏目：{'、'.join(unknown)}。")
        cleaned.append({name: _clean_column(column, place, row[name]) for name, column in spec.columns.items()})
    return cleaned


def _clean_column(column: FieldSpec, place: str, value: object) -> str | list[str]:
    label = f"{place}的{column.label}"
    if not column.series:
        return _clean_entry(column, label, value)
    if isinstance(value, str) or not isinstance(value, Sequence) or len(value) != column.series:
        raise FormDataError(f"“{label}”应是{column.series}项，没有的一项写明为空。")
    return [_clean_entry(column, label, each) for each in value]


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
    if sum(word["chosen"] for word in cleaned) > 1 and not spec.multiple:
        raise FormDataError(f"“{spec.label}”只能选一项。")
    # The words of a box are printed on the form; those of marks may follow a policy.
    if spec.kind == "boxes" and spec.choices and [word["label"] for word in cleaned] != list(spec.choices):
        raise problem
    return cleaned


def _clean_text(label: str, value: str) -> str:
    # Nothing but plain text: no kind of string that calls itself markup.
    text = _LINE_BREAKS.sub("\n", str(value))
    if found := _FORBIDDEN.search(text):
        raise FormDataError(f"“{label}”第{found.start() + 1}个字符不能印在纸上，请删去后再试。")
    return text


def _clean_money(label: str, value: object) -> str:
    """An amount in its plain form; empty is not decided yet."""
    if value == "":
        return ""
    try:
        return plain(read_amount(value))
    except AmountError as error:
        raise FormDataError(f"“{label}”：{error}。") from error


def _derived(spec: FieldSpec, cleaned: Mapping[str, Value]) -> str:
    if spec.sum_of:
        rows, _, column = spec.sum_of.partition(".")
        lines = cast("list[RowValues]", cleaned[rows])
        amounts = (str(line[column]) for line in lines)
        worked_out = plain(sum((Decimal(amount) for amount in amounts if amount), Decimal(0)))
    else:
        amount = cleaned[spec.words_of]
        worked_out = in_words(Decimal(str(amount))) if amount else ""
    given = cleaned.get(spec.name, worked_out)
    if given != worked_out:
        raise FormDataError(f"“{spec.label}”写的是{given}，算出来是{worked_out or '空'}，请核对。")
    return worked_out
