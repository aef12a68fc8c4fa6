"""A sitting is worked off in the background, so that leaving its page is safe."""

from __future__ import annotations

from typing import TYPE_CHECKING

import django

from .models import Sitting

# Django has the same tasks of its own from 6.0 on.
if TYPE_CHECKING or django.VERSION < (6, 0):
    from django_tasks import task
else:
    from django.tasks import task


# Somebody is waiting for it: before the PDFs of whatever was filed today.
PRIORITY = 50


@task(priority=PRIORITY)
def work_off_sitting(sitting_pk: int) -> str:
    """Decide everything that still waits. Safe to run twice, and beside the page that does the same."""
    from .sittings import work_off

    sitting = Sitting.objects.select_related("user").get(pk=sitting_pk)
    work_off(sitting)
    return str(sitting)
