from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate


class AuditConfig(AppConfig):
    name = "audit"
    verbose_name = "办理记录"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        post_migrate.connect(remake_triggers, sender=self, dispatch_uid="audit.remake_triggers")


def remake_triggers(*, using: str, **_: Any) -> None:
    """SQLite's table rebuild drops triggers without a word, so every migrate puts them back."""
    from audit.append_only import ensure_triggers

    ensure_triggers(connections[using])
