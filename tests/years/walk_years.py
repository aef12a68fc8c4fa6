"""`WALK="<examples> <steps> <seed>" python -m tests.years.walk_years`: walks on the empty, migrated database given."""

import os

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
django.setup()

from tests.years.walk import DONE, STANDING, build_county, walk  # noqa: E402

if __name__ == "__main__":
    examples, steps, seed = (int(number) for number in os.environ["WALK"].split())
    STANDING.append(build_county())
    walk(examples, steps, seed)
    print(f"{sum(DONE.values())} acts of {len(DONE)} kinds went through: {dict(DONE)}")
