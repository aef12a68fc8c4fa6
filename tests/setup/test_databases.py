"""Both databases are set up as the door needs them; shown on real copies, in processes of their own."""

import json
from collections.abc import Callable

import pytest

from tests.processes import Running, release_together

RunPython = Callable[..., Running]

SHOW = """
import json
from django.db import connection
with connection.cursor() as cursor:
    shown = {}
    for name, question in QUESTIONS.items():
        cursor.execute(question)
        shown[name] = cursor.fetchone()[0]
print(json.dumps(shown))
"""


def test_sqlite_writes_ahead_and_waits_for_its_turn(sqlite_copy: str, run_python: RunPython) -> None:
    questions = {
        "journal": "PRAGMA journal_mode",
        "synchronous": "PRAGMA synchronous",
        "patience": "PRAGMA busy_timeout",
        "foreign keys": "PRAGMA foreign_keys",
    }
    shown = json.loads(run_python(f"QUESTIONS = {questions!r}\n{SHOW}", sqlite_copy).finish())
    assert shown == {"journal": "wal", "synchronous": 2, "patience": 20_000, "foreign keys": 1}


@pytest.mark.postgres
def test_postgres_gives_up_waiting_before_the_user_does(postgres_copy: str, run_python: RunPython) -> None:
    questions = {
        "lock": "SHOW lock_timeout",
        "statement": "SHOW statement_timeout",
        "isolation": "SHOW transaction_isolation",
        "fsync": "SHOW fsync",
        "compiling": "SHOW jit",
    }
    shown = json.loads(run_python(f"QUESTIONS = {questions!r}\n{SHOW}", postgres_copy).finish())
    assert shown == {
        "lock": "10s", "statement": "2min", "isolation": "read committed", "fsync": "on", "compiling": "off"
    }  # fmt: skip


def test_every_migration_is_applied_and_none_is_missing(any_database_url: str, run_python: RunPython) -> None:
    run_python(
        """
from django.core.management import call_command
call_command("migrate", check_unapplied=True, verbosity=0)
call_command("makemigrations", check_changes=True, dry_run=True, verbosity=0)
""",
        any_database_url,
    ).finish()


def test_two_processes_that_read_and_then_write_both_succeed(any_database_url: str, run_python: RunPython) -> None:
    """On SQLite a deferred transaction would fail at once here, because its snapshot is stale."""
    count_up = """
from django.db import connection, transaction
from django.contrib.sessions.models import Session
from django.utils import timezone
ready()
for turn in range(20):
    with transaction.atomic():
        Session.objects.count()
        Session.objects.create(session_key=f"{NAME}-{turn}", session_data="", expire_date=timezone.now())
"""
    first = run_python(f"NAME = 'first'\n{count_up}", any_database_url)
    second = run_python(f"NAME = 'second'\n{count_up}", any_database_url)
    release_together(first, second)
    first.finish()
    second.finish()
    counted = run_python(
        "from django.contrib.sessions.models import Session; print(Session.objects.count())", any_database_url
    )
    assert counted.finish() == "40\n"


def test_a_job_is_a_row_of_the_transaction_and_the_worker_does_it(any_database_url: str, run_python: RunPython) -> None:
    """Rolled back, there is no job: the outbox for free."""
    run_python(
        """
from django.core.management import call_command
from django.db import transaction
from django_tasks_db.models import DBTaskResult
from tests.setup import jobs
with transaction.atomic():
    jobs.add.enqueue(1, 1)
    transaction.set_rollback(True)
with transaction.atomic():
    done = jobs.add.enqueue(2, 3)
assert DBTaskResult.objects.count() == 1
call_command("db_worker", batch=True, interval=0, startup_delay=False, verbosity=0)
done.refresh()
assert done.return_value == 5, done
""",
        any_database_url,
    ).finish()
