"""Numbers that name a person must not reach a table from which nothing can ever be removed.

ID, mobile and bank account numbers are found in free text by their shape. Letters and digits beside a number
rule it out, so that the hexadecimal digests of papers are never taken for a telephone number.
"""

import re
from collections.abc import Mapping

_WIDE = {wide: wide - 0xFEE0 for wide in [*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B)]}
_WIDE |= {0x3000: 0x20, 0xFF0D: 0x2D}

_NUMBER = re.compile(
    r"(?<![0-9A-Za-z])(?:"
    r"(?P<id>[0-9]{6}[ -]?[0-9]{8}[ -]?[0-9]{3}[0-9Xx])"
    r"|(?P<mobile>(?:\+?86[ -]?)?1[3-9][0-9][ -]?[0-9]{4}[ -]?[0-9]{4})"
    r"|(?P<account>[0-9]{16,19}|[0-9]{4}(?: [0-9]{4}){3}(?: [0-9]{1,3})?)"
    r")(?![0-9A-Za-z])"
)
_NAMES = {"id": "身份证号", "mobile": "手机号", "account": "银行账号"}


def mask_numbers(text: str) -> str:
    """The text with ID, mobile and account numbers masked; what is typed for people must not be refused."""
    narrow = text.translate(_WIDE)  # one character for one, so positions stay the same
    pieces: list[str] = []
    end = 0
    for match in _NUMBER.finditer(narrow):
        pieces.append(text[end : match.start()])
        pieces.append(_masked(str(match.lastgroup), match.group()))
        end = match.end()
    pieces.append(text[end:])
    return "".join(pieces)


def _masked(kind: str, number: str) -> str:
    bare = re.sub(r"[ +-]", "", number)
    if kind == "id":
        return f"{bare[:6]}********{bare[-4:]}"
    if kind == "mobile":
        return f"{bare[-11:-8]}****{bare[-4:]}"
    return f"****{bare[-4:]}"


def personal_number_in(value: object) -> str:
    """What kind of personal number stands in the value or anywhere inside it; "" when none does."""
    if isinstance(value, Mapping):
        return next((kind for pair in value.items() for item in pair if (kind := personal_number_in(item))), "")
    if isinstance(value, (list, tuple)):
        return next((kind for item in value if (kind := personal_number_in(item))), "")
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return ""
    match = _NUMBER.search(str(value).translate(_WIDE))
    return _NAMES[str(match.lastgroup)] if match else ""
