"""Run as a process: one of several that append to the same county at once, from its very first event on."""

import sys

import django

django.setup()

from django.db import transaction  # noqa: E402

from tests.audit.stories import write  # noqa: E402

print("READY", flush=True)
sys.stdin.readline()
for _ in range(20):
    with transaction.atomic():
        write(fields={"name": "周桂兰"})
