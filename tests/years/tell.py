"""`MONTHS=all python -m tests.years.tell`: the three years on the empty, migrated database of the environment."""

import os

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
django.setup()

from tests.cast import build_cast  # noqa: E402
from tests.years.story import EVERY_MONTH, TELLING_MONTHS, Story  # noqa: E402

if __name__ == "__main__":
    Story(build_cast(), EVERY_MONTH if os.environ.get("MONTHS") == "all" else TELLING_MONTHS).tell()
