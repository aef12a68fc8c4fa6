"""`WALK="<examples> <steps> <seed>" python -m tests.core.walk_desk`: walks on the database of the environment."""

import os

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
django.setup()

from tests.core.desk_walk import walk_in_this_database  # noqa: E402

if __name__ == "__main__":
    examples, steps, seed = (int(number) for number in os.environ["WALK"].split())
    walk_in_this_database(examples, steps, seed)
