#!/usr/bin/env python
"""Runs Django's commands with this project's settings."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
    try:
        from django.conf import settings
        from django.core.exceptions import ImproperlyConfigured
        from django.core.management import execute_from_command_line
    except ImportError as error:
        raise SystemExit(
            "没有找到 Django：请先运行 make setup，再用 .venv/bin/python manage.py …（Django is not installed.）"
        ) from error
    try:
        settings.SECRET_KEY  # noqa: B018 - loads the settings: what is wrong there is a sentence, not a traceback
    except ImproperlyConfigured as error:
        raise SystemExit(str(error)) from None
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
