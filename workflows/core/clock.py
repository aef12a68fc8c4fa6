"""The one place that asks what time it is; everything below takes the moment as an argument."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone


def now() -> datetime:
    """The present moment, aware, in the county's time zone (Asia/Shanghai)."""
    return timezone.localtime()


def today() -> date:
    return now().date()
