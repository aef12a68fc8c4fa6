"""Password rule beyond Django's own: several classes of characters（等保2.0二级）."""

from typing import Any

from django.core.exceptions import ValidationError


class CharacterClassesValidator:
    """At least three of four: small letters, capitals, digits, other signs."""

    def __init__(self, min_classes: int = 3) -> None:
        self.min_classes = min_classes

    def validate(self, password: str, user: Any = None) -> None:
        classes = {
            "small" if sign in "abcdefghijklmnopqrstuvwxyz"
            else "capital" if sign in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
            else "digit" if sign in "0123456789"
            else "other"
            for sign in password
        }  # fmt: skip
        if len(classes) < self.min_classes:
            raise ValidationError(self.get_help_text(), code="password_too_uniform")

    def get_help_text(self) -> str:
        return f"请在小写字母、大写字母、数字、其他符号四类里至少用{self.min_classes}类。"
