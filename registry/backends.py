"""Who is behind a session: the person together with the offices they hold today, in one query."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils import timezone

from .models import User, usable_by


class OfficialBackend(ModelBackend):
    """Django's own check of name and password; what a page asks of its reader comes with the reader.

    A wrong password is final: no backend after this one tries it again (they are there for sessions that were begun
    before this one existed).
    """

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **more: Any
    ) -> Any:
        user = super().authenticate(request, username, password, **more)
        if user is None:
            raise PermissionDenied
        return user

    def get_user(self, user_id: int) -> User | None:
        """The person, with `held`: the day, and the appointments they may act by on it."""
        on = timezone.localdate()
        held = usable_by(user_id, on)
        user = next((each.user for each in held if each.user_id == user_id), None) or super().get_user(user_id)
        if user is None or not self.user_can_authenticate(user):
            return None
        user.held = on, held
        return user
