"""Reads the settings from the environment and says loudly what is wrong with them.

Every complaint names the variable, in Chinese for the office and in English for the log.
"""

import base64
import binascii
import os
from collections.abc import Mapping
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

SECRETS_FILE = "secrets.env"
SECRET_NAMES = ("SECRET_KEY", "FIELD_KEYS", "INDEX_KEY")

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off", ""}


def refuse(name: str, chinese: str, english: str) -> ImproperlyConfigured:
    """The exception for a variable that can't be used; raised by the caller so that mypy sees the end."""
    return ImproperlyConfigured(f"环境变量 {name} {chinese}（{name}: {english}）")


class Environment:
    """The process environment, with the secrets file standing behind it."""

    def __init__(self, values: Mapping[str, str] | None = None) -> None:
        self.values = dict(os.environ if values is None else values)

    def add_secrets(self, directory: Path) -> None:
        """Adds var/secrets.env; what the environment itself says wins.

        Raises ImproperlyConfigured for a line that is no NAME=value or names something else than a secret.
        """
        path = directory / SECRETS_FILE
        if not path.exists():
            return
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if not line.strip() or line.startswith("#"):
                continue
            name, separator, value = line.partition("=")
            if not separator or name not in SECRET_NAMES:
                raise ImproperlyConfigured(
                    f"密钥文件 {path} 第 {number} 行看不懂，应为“名称=值”，名称只能是 "
                    f"{'、'.join(SECRET_NAMES)}。（line {number} of the secrets file is not understood）"
                )
            self.values.setdefault(name, value.strip())

    def text(self, name: str, default: str) -> str:
        """The value with its outer blanks removed; an empty value means the default."""
        return self.values.get(name, "").strip() or default

    def secret(self, name: str) -> str:
        """A secret; there is no default for it. Raises ImproperlyConfigured when it is missing or too short."""
        value = self.values.get(name, "").strip()
        if not value:
            raise refuse(
                name,
                "没有设置，var/secrets.env 里也没有：第一次使用请运行 make run；"
                "如果是换机器或误删，请从备份恢复 var/secrets.env。",
                "not set, and not in var/secrets.env either; run make run, or restore the file from your backup",
            )
        if len(value) < 32:
            raise refuse(name, "太短，至少 32 个字符。", "too short, at least 32 characters")
        return value

    def keys(self, name: str) -> list[str]:
        """Comma-separated keys, each 32 bytes in URL-safe base64. Raises ImproperlyConfigured for any other."""
        keys = [key.strip() for key in self.secret(name).split(",") if key.strip()]
        for position, key in enumerate(keys, start=1):
            try:
                size = len(base64.b64decode(key, altchars=b"-_", validate=True))
            except (binascii.Error, ValueError):
                size = 0
            if size != 32:
                # The key itself is never repeated: this sentence ends in a log.
                raise refuse(
                    name,
                    f"第 {position} 个密钥不对，应为 32 字节的 URL 安全 Base64。",
                    f"key {position} is not 32 bytes of URL-safe base64",
                )
        return keys

    def switch(self, name: str, *, default: bool = False) -> bool:
        """1/0, true/false, yes/no, on/off."""
        value = self.values.get(name, str(default)).strip().lower()
        if value in _TRUE:
            return True
        if value in _FALSE:
            return False
        raise refuse(name, f"应为 1 或 0，现在是“{value}”。", f"expected 1 or 0, got {value!r}")

    def number(self, name: str, default: int, *, least: int, most: int) -> int:
        """A whole number between `least` and `most`, both included."""
        value = self.text(name, str(default))
        if not value.isascii() or not value.isdigit() or not least <= int(value) <= most:
            raise refuse(
                name,
                f"应为 {least} 至 {most} 之间的整数，现在是“{value}”。",
                f"expected a whole number from {least} to {most}, got {value!r}",
            )
        return int(value)

    def names(self, name: str, default: list[str]) -> list[str]:
        """A comma-separated list without empty parts."""
        value = self.text(name, "")
        return [part.strip() for part in value.split(",") if part.strip()] if value else default
