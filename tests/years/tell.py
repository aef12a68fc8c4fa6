"""`MONTHS=all python -m tests.years.tell`: the three years on the empty, migrated database of the environment."""

import os

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
django.setup()

from tests.cast import build_cast  # noqa: E402
from tests.years.monthly import EVERY_LEDGER, EVERY_MONTH  # noqa: E402
from tests.years.story import Story  # noqa: E402

if __name__ == "__main__":
    whole = (EVERY_MONTH, EVERY_LEDGER) if os.environ.get("MONTHS") == "all" else ()
    Story(build_cast(), *whole).tell()
