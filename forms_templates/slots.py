"""What the sheet on the screen shows where the template has its tags: values, inputs, notes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from forms_templates.values import Mark

_EMPTY = SafeString("")
# The ellipse a clerk would draw round the chosen word; decoration, the words 已选 say it to those who don't
# see it.
_ELLIPSE = SafeString(
    '<svg viewBox="0 0 100 42" preserveAspectRatio="none" aria-hidden="true">'
    '<path d="M18 9C40-1 88 0 96 17c6 15-30 23-56 21C14 37-2 27 6 15 10 8 24 4 40 3"'
    ' fill="none" stroke="#17232e" stroke-width="1.8"'
    ' vector-effect="non-scaling-stroke" stroke-linecap="round"/></svg>'
)


@dataclass(frozen=True, slots=True)
class Slot:
    """A piece of the sheet that is more than a value: an input, a choice, a signature pad, a waiting note.

    `classes` go to the cell around it (live, missing, wrong, waiting, changed); `label_for` makes the cell's
    printed label the label of that input, `label_id` gives the label an id (for aria-labelledby); `after`
    stands below the line the slot is in (the tools under a signature pad).
    """

    html: SafeString
    classes: tuple[str, ...] = ()
    label_for: str = ""
    label_id: str = ""
    after: SafeString = _EMPTY


# What a caller may put in a field's place. A plain string is a value and is escaped.
Fill = Slot | str | Sequence[Mark]


def as_slot(fill: Fill) -> Slot:
    """A value as the sheet writes it: lines broken, the chosen word ringed; Slots and safe HTML as they are."""
    if isinstance(fill, Slot):
        return fill
    if isinstance(fill, SafeString):
        return Slot(fill)
    if isinstance(fill, str):
        return Slot(text_html(fill))
    return Slot(format_html_join("、", "{}", ((mark_html(m["label"], chosen=m["chosen"]),) for m in fill)))


def text_html(text: str) -> SafeString:
    """Plain text as HTML: escaped, line breaks and runs of spaces kept."""
    kept = escape(text).replace("  ", " \u00a0").replace("\n", "<br>")
    return mark_safe(kept)  # noqa: S308 -- escaped above


def mark_html(word: str, *, chosen: bool) -> SafeString:
    """One of the printed words of a choice, ringed when it is the chosen one."""
    if not chosen:
        return format_html('<span class="of">{}</span>', word)
    return format_html('<span class="of of--yes">{}{}<span class="sr">（已选）</span></span>', word, _ELLIPSE)


def first_label(slots: Mapping[str, Slot], names: Sequence[str]) -> Slot | None:
    """The first of these slots that wants its cell's label."""
    found = (slots[name] for name in names if name in slots)
    return next((slot for slot in found if slot.label_for or slot.label_id), None)
