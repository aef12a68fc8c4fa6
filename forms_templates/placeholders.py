"""What is printed in a field's place so that the screen finds the place again.

The sheet on the screen is made from the filled Word file. Where a value would stand, a placeholder stands: the field's
name between two characters of the private use area. It looks like its name, but is true, false or equal as its value
is, so that the conditions of a template come out as they do on paper.
"""

import re
from typing import Any

# A tag's place in a rendered template. A column's is "workers.0.name", an entry of a series "workers.0.days.4".
TAG = re.compile("\ue000([\\w.]+)\ue001")


def tag(name: str) -> str:
    """What is printed in a field's place so that its slot is found again."""
    return f"\ue000{name}\ue001"


class Placeholder(str):
    """The place of one value; `value` is what conditions ask about, None when nobody knows it yet (true)."""

    __slots__ = ("value",)
    value: str | None

    def __new__(cls, name: str, value: str | None = None) -> "Placeholder":
        made = super().__new__(cls, tag(name))
        made.value = value
        return made

    def __bool__(self) -> bool:
        return self.value is None or bool(self.value)

    def __eq__(self, other: object) -> bool:
        return self.value == other if self.value is not None else str.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return str.__hash__(self)

    def _itself(self, *args: Any, **options: Any) -> "Placeholder":
        """Jinja's filters for text change nothing: the place stays the place."""
        return self

    upper = lower = title = capitalize = strip = replace = _itself
