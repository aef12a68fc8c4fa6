"""The daily round in the background worker: each round asks for the next one, and the worker for the first."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import django
from django_tasks_db.models import DBTaskResult

from .clock import now
from .daily import run_daily

# Django has the same tasks of its own from 6.0 on.
if TYPE_CHECKING or django.VERSION < (6, 0):
    from django_tasks import task
else:
    from django.tasks import task

ROUND_HOUR = 0
ROUND_MINUTE = 10
BEFORE_PAPERS = 50  # whether somebody is on a post today matters more than the PDF of yesterday


@task(priority=BEFORE_PAPERS)
def daily_round() -> str:
    """Everything that is due, and then the next round shortly after midnight. Safe to run twice."""
    queue_next_round()
    done = run_daily(now())
    return "，".join(f"{each.title}{each.done}件" for each in done if each.done) or "没有到期的事"


def queue_next_round() -> None:
    """Ask for the round of the coming night, once."""
    if round_is_queued():
        return
    tomorrow = now() + timedelta(days=1)
    at = tomorrow.replace(hour=ROUND_HOUR, minute=ROUND_MINUTE, second=0, microsecond=0)
    daily_round.using(run_after=at).enqueue()


def round_is_queued() -> bool:
    return DBTaskResult.objects.filter(status="READY", task_path=daily_round.module_path).exists()
