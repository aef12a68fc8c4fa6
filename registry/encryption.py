"""Encrypted columns, blind indexes and keys of persons.

Fernet (AES-128-CBC with HMAC) of the library `cryptography`. settings.FIELD_KEYS is a list of Fernet keys:
the first encrypts, all decrypt; `manage.py rotate_field_keys` brings everything to the first.
settings.INDEX_KEY makes the blind indexes for exact search and uniqueness; it does not rotate, for every
index would change at once.
"""

import hashlib
import hmac
import unicodedata
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.lookups import Exact, IsNull, Lookup


class DecryptionError(Exception):
    """The stored text fits none of the keys: a wrong key, or somebody changed it."""

    def __init__(self) -> None:
        super().__init__("密文解不开：请核对 FIELD_KEYS 是否缺少旧密钥；密钥无误则是密文被改动过。")


@lru_cache(maxsize=8)
def _fernets(keys: tuple[str, ...]) -> tuple[Fernet, ...]:
    if not keys:
        raise ImproperlyConfigured("请设置 FIELD_KEYS：至少一把 Fernet 密钥。")
    try:
        return tuple(Fernet(key) for key in keys)
    except ValueError:
        raise ImproperlyConfigured("FIELD_KEYS 里有一把不是 Fernet 密钥（32字节的 URL 安全 Base64）。") from None


def _all_keys() -> MultiFernet:
    return MultiFernet(_fernets(tuple(settings.FIELD_KEYS)))


def encrypt_text(text: str) -> str:
    """Token text under the first key."""
    return _all_keys().encrypt(text.encode("utf-8")).decode("ascii")


def decrypt_text(token: str) -> str:
    """The text of a token under any of the keys. Raises DecryptionError."""
    try:
        return _all_keys().decrypt(token.encode("ascii")).decode("utf-8")
    except (InvalidToken, UnicodeError):
        raise DecryptionError() from None


def is_current(token: bytes) -> bool:
    """Whether the token is under the first key already."""
    try:
        _fernets(tuple(settings.FIELD_KEYS))[0].decrypt(token)
    except InvalidToken:
        return False
    return True


def rotated(token: bytes) -> bytes:
    """The same content under the first key. Raises DecryptionError."""
    try:
        return _all_keys().rotate(token)
    except InvalidToken:
        raise DecryptionError() from None


# --- blind index ------------------------------------------------------------------------------------


def blind_index(value: str, purpose: str = "id_number") -> str:
    """Keyed digest (hex HMAC-SHA256) for exact search of an encrypted value; "" for "".

    The value is read as NFKC capitals without surrounding space. Another purpose ("phone", "account") gives
    another index, so that columns can't be joined by it.
    """
    text = unicodedata.normalize("NFKC", value).strip().upper()
    if not text:
        return ""
    key = str(settings.INDEX_KEY)
    if not key:
        raise ImproperlyConfigured("请设置 INDEX_KEY。")
    return hmac.new(key.encode("utf-8"), f"{purpose}\0{text}".encode(), hashlib.sha256).hexdigest()


# --- a person's own key -----------------------------------------------------------------------------


def new_wrapped_key() -> bytes:
    """A fresh Fernet key, itself encrypted under the first of FIELD_KEYS."""
    return _all_keys().encrypt(Fernet.generate_key())


def _unwrapped(wrapped_key: bytes) -> Fernet:
    try:
        return Fernet(_all_keys().decrypt(wrapped_key))
    except (InvalidToken, ValueError):
        raise DecryptionError() from None


def encrypt_bytes(wrapped_key: bytes, data: bytes) -> bytes:
    """Token of the data under a person's key. Raises DecryptionError when the key itself can't be read."""
    return _unwrapped(wrapped_key).encrypt(data)


def decrypt_bytes(wrapped_key: bytes, token: bytes) -> bytes:
    """The data of a token under a person's key. Raises DecryptionError."""
    try:
        return _unwrapped(wrapped_key).decrypt(token)
    except InvalidToken:
        raise DecryptionError() from None


# --- columns ----------------------------------------------------------------------------------------


class EncryptedTextField(models.TextField):
    """Text that stands encrypted in the database; "" and NULL stand as they are."""

    description = "加密文字"

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return encrypt_text(value) if value else value

    def from_db_value(self, value: str | None, expression: Any, connection: BaseDatabaseWrapper) -> str | None:
        return decrypt_text(value) if value else value

    def get_lookup(self, lookup_name: str) -> "type[Lookup[Any]] | None":
        if lookup_name == "isnull":
            return IsNull
        if lookup_name == "exact":
            return _ExactEmpty
        raise FieldError(f"“{self.verbose_name}”是加密的，不能按内容查找；请按它的索引列（blind_index）查找。")

    def get_transform(self, lookup_name: str) -> None:
        self.get_lookup(lookup_name)


class _ExactEmpty(Exact):
    def get_prep_lookup(self) -> Any:
        if self.rhs != "":
            raise FieldError("加密的列只能问是否为空；请按它的索引列（blind_index）查找。")
        return self.rhs


class BlindIndexField(models.CharField):
    """Blind index of another field of the row; computed whenever the row is saved, so that it can't drift."""

    description = "加密内容的索引"

    def __init__(self, *args: Any, source: str = "", purpose: str = "", **kwargs: Any) -> None:
        self.source, self.purpose = source, purpose
        kwargs["max_length"] = 64
        kwargs["editable"] = False
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        del kwargs["max_length"], kwargs["editable"]
        return name, path, args, kwargs | {"source": self.source, "purpose": self.purpose}

    def pre_save(self, model_instance: models.Model, add: bool) -> str:  # noqa: FBT001  Django's signature
        index = blind_index(getattr(model_instance, self.source) or "", self.purpose)
        setattr(model_instance, self.attname, index)
        return index


class WrappedKeyField(models.BinaryField):
    """A person's key, wrapped by the master keys; found by key rotation by its type."""

    description = "封装的密钥"


class IndexedModel(models.Model):
    """Base of rows with blind indexes: fresh when constraints are asked, and when single fields are saved."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if kwargs.get("update_fields") is not None:
            names = set(kwargs["update_fields"])
            for field in self._meta.concrete_fields:
                if isinstance(field, BlindIndexField) and field.source in names:
                    names.add(field.name)
            kwargs["update_fields"] = names
        super().save(*args, **kwargs)

    def validate_constraints(self, exclude: Any = None) -> None:
        for field in self._meta.concrete_fields:
            if isinstance(field, BlindIndexField):
                field.pre_save(self, self._state.adding)
        super().validate_constraints(exclude=exclude)
