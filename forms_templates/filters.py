"""The filters a template may use beside Jinja's own: amounts and boxes."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from jinja2 import Undefined

from forms_templates.money import in_figures, in_words
from forms_templates.placeholders import Placeholder


def boxes(words: Any) -> Any:
    """The words of a choice with □ or ☑ before each: □有  ☑无."""
    if isinstance(words, (Placeholder, Undefined)):
        return words
    return "  ".join(f"{'☑' if word['chosen'] else '□'}{word['label']}" for word in words)


def money(amount: Any) -> Any:
    """12,400.00; an amount nobody has decided stays empty."""
    if isinstance(amount, (Placeholder, Undefined)) or amount == "":
        return amount
    return in_figures(Decimal(amount))


def capitals(amount: Any) -> Any:
    """人民币壹万贰仟肆佰元整."""
    if isinstance(amount, (Placeholder, Undefined)) or amount == "":
        return amount
    return in_words(Decimal(amount))


def as_it_is(value: Any) -> Any:
    """What Jinja's own would take for markup stays text: it is escaped once, when it is printed."""
    return value


FILTERS: Mapping[str, Callable[[Any], Any]] = {
    "boxes": boxes,
    "money": money,
    "capitals": capitals,
    "safe": as_it_is,
    "e": as_it_is,
    "escape": as_it_is,
    "forceescape": as_it_is,
}
