"""All rows of the database, to say of an act that nothing happened."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import Model

OWN_ROOMS = {"audit", "registry", "forms_templates", "signatures", "workflows", "django_tasks_db"}


def everything() -> dict[str, list[Any]]:
    """All rows of all our tables and the jobs, equal before and after means that nothing happened."""
    rows = {}
    with connection.cursor() as cursor:
        for model in own_models():
            cursor.execute(f'SELECT * FROM "{model._meta.db_table}" ORDER BY 1')
            rows[model._meta.label] = cursor.fetchall()
    return rows


def own_models() -> list[type[Model]]:
    """The tables of our own rooms and of the jobs."""
    return [model for model in apps.get_models(include_auto_created=True) if _room(model) in OWN_ROOMS]


def _room(model: type[Model]) -> str:
    return model.__module__.partition(".")[0]


@contextmanager
def nothing_happens() -> Iterator[None]:
    before = everything()
    yield
    assert everything() == before
