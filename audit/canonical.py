"""Canonical bytes of the trail, format trail/1.

UTF-8 JSON, keys sorted, no spaces, characters unescaped, every text in Unicode NFC; only null, true/false,
whole numbers, texts, lists and objects. Fractions are refused because their spelling differs between
languages: anyone must be able to recompute a hash with another program in twenty years.
"""

import hashlib
import hmac
import json
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

FORMAT = "trail/1"
GENESIS = "0" * 64
"""Previous hash of a county's first event."""

# A fixed offset, not a zone: the zone database knows a summer time for China (1986 to 1991).
CHINA = timezone(timedelta(hours=8))


class NotCanonicalError(ValueError):
    """A value that has no canonical spelling; the message is a Chinese sentence for the builder."""


def plain(value: object) -> Any:
    """The value as JSON types in their one canonical shape. Raises NotCanonicalError."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping):
        result: dict[str, Any] = {}
        for key, item in value.items():
            if not isinstance(key, str):
                raise NotCanonicalError(f"记录里的键必须是文字，不能是{type(key).__name__}。")
            name = _text(key)
            if name in result:
                raise NotCanonicalError(f"记录里的键“{name}”出现了两次。")
            result[name] = plain(item)
        return result
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    raise NotCanonicalError(f"记录只收文字、整数、是否、空值和它们的列表，不收{type(value).__name__}。")


def _text(value: str) -> str:
    text = unicodedata.normalize("NFC", str(value))
    if "\x00" in text:
        raise NotCanonicalError("记录里的文字不能含有空字符。")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise NotCanonicalError("记录里的文字含有残缺的字符。") from None
    return text


def canonical_bytes(value: object) -> bytes:
    """Canonical bytes of a value. Raises NotCanonicalError."""
    text = json.dumps(plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8")


def event_hash(canonical: bytes) -> str:
    """SHA-256 (hex) of an event; the previous hash stands inside the canonical bytes."""
    return hashlib.sha256(FORMAT.encode("ascii") + b"\n" + canonical).hexdigest()


def moment_text(at: datetime) -> str:
    """2020-09-17T16:05:00.000000+08:00. A datetime without a zone is refused with ValueError."""
    if at.tzinfo is None or at.utcoffset() is None:
        raise NotCanonicalError("记录的时间必须带时区。")
    return at.astimezone(CHINA).isoformat(timespec="microseconds")


def field_digest(salt: bytes, name: str, value: object) -> str:
    """Salted digest (hex HMAC-SHA256) of one field; the name is inside, to keep equal values apart."""
    return hmac.new(salt, canonical_bytes([name, _field_value(value)]), hashlib.sha256).hexdigest()


def _field_value(value: object) -> object:
    # Fields of a form may be dates or amounts; they are only digested, so a spelling of ours is enough.
    if isinstance(value, datetime):
        return moment_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Mapping):
        return {key: _field_value(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_field_value(item) for item in value]
    return value
