"""A job for test_databases.py; the worker finds it by its import path."""

from typing import TYPE_CHECKING

import django

if TYPE_CHECKING or django.VERSION < (6, 0):
    from django_tasks import task
else:
    from django.tasks import task


@task()
def add(one: int, other: int) -> int:
    return one + other
