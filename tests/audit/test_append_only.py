"""Rows that are written once: Python refuses first, the database refuses again."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection, transaction

from audit.append_only import AppendOnlyError, append_only_models, ensure_triggers, missing_triggers
from audit.models import Event, EventOrganisation, EventSalt
from tests.audit.stories import write
from tests.processes import Running

COLUMNS = [field.attname for field in Event._meta.concrete_fields]
# another primary key, the same county and sequence
REPLACE_UNDER_ANOTHER_KEY = f"REPLACE INTO audit_event SELECT id + 1, {', '.join(COLUMNS[1:])} FROM audit_event"


@pytest.fixture
def event(db: None) -> Event:
    return write(fields={"name": "周桂兰"})


def test_a_saved_row_cannot_be_saved_again(event: Event) -> None:
    event.reason = "改过的理由"
    with pytest.raises(AppendOnlyError, match="办理记录只增不改，不能修改"):
        event.save()
    with pytest.raises(AppendOnlyError):
        Event.objects.get(pk=event.pk).save(update_fields=["reason"])


def test_a_copy_with_the_same_primary_key_is_inserted_never_updated(event: Event) -> None:
    copy = Event.objects.get(pk=event.pk)
    copy._state.adding = True
    with pytest.raises(IntegrityError), transaction.atomic():
        copy.save()


@pytest.mark.parametrize(
    "change",
    [
        lambda: Event.objects.update(reason=""),
        lambda: Event.objects.filter(pk=0).update(reason=""),
        lambda: Event.objects.bulk_update(Event.objects.all(), ["reason"]),
        lambda: Event.objects.update_or_create(pk=1, defaults={"reason": ""}),
        lambda: Event.objects.bulk_create(
            Event.objects.all(), update_conflicts=True, unique_fields=["id"], update_fields=["reason"]
        ),
        lambda: Event.objects.bulk_create([], ignore_conflicts=True),
        lambda: Event.objects.all().delete(),
        lambda: Event.objects.get().delete(),
        lambda: EventOrganisation.objects.all()._raw_delete("default"),
        lambda: EventSalt.objects.update(salt=b""),
    ],
)
def test_the_orm_refuses_every_way_of_changing(event: Event, change: Callable[[], object]) -> None:
    with pytest.raises(AppendOnlyError):
        change()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET reason = ''",
        "DELETE FROM audit_event",
        "INSERT OR REPLACE INTO audit_event SELECT * FROM audit_event",
        REPLACE_UNDER_ANOTHER_KEY,
        "UPDATE audit_eventsalt SET salt = x'00'",
        "REPLACE INTO audit_eventsalt SELECT event_id, x'00' FROM audit_eventsalt",
        "UPDATE audit_eventorganisation SET organisation_code = ''",
        "DELETE FROM audit_eventorganisation",
    ],
)
def test_sqlite_refuses_the_bare_statement(event: Event, statement: str) -> None:
    with pytest.raises(IntegrityError, match=r"只增不改|REPLACE"), transaction.atomic():
        connection.cursor().execute(statement)
    assert bytes(Event.objects.get().canonical) == bytes(event.canonical)
    assert EventSalt.objects.get().salt != b"\x00"


def test_a_salt_may_be_deleted(event: Event) -> None:
    event.salt.delete()
    assert not EventSalt.objects.exists()


def test_every_append_only_table_of_every_room_has_its_triggers(db: None) -> None:
    assert Event in append_only_models()
    assert missing_triggers(connection) == []


def test_a_lost_trigger_is_noticed_and_made_again(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER refuse_update_audit_event")
    assert missing_triggers(connection) == ["refuse_update_audit_event"]
    ensure_triggers(connection)
    assert missing_triggers(connection) == []


def test_a_trigger_of_the_same_name_that_does_nothing_is_noticed_and_replaced(event: Event) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER refuse_delete_audit_event")
        cursor.execute("CREATE TRIGGER refuse_delete_audit_event BEFORE DELETE ON audit_event BEGIN SELECT 1; END")
    assert missing_triggers(connection) == ["refuse_delete_audit_event"]
    ensure_triggers(connection)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_event")


def test_standing_triggers_are_left_alone(db: None) -> None:
    statements: list[str] = []

    def note(execute: Callable[..., object], sql: str, *rest: object) -> object:
        statements.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(note):
        ensure_triggers(connection)
    assert not [sql for sql in statements if "TRIGGER " in sql]


def test_both_databases_keep_the_contract(run_python: Callable[..., Running], any_database_url: str) -> None:
    assert run_python("tests.audit.contract_append_only", any_database_url).finish().endswith("kept\n")


def test_a_table_rebuilt_by_sqlite_has_its_triggers_again_after_migrate(
    run_python: Callable[..., Running], sqlite_copy: str
) -> None:
    assert run_python("tests.audit.contract_rebuild", sqlite_copy).finish().endswith("kept\n")


def test_two_processes_append_to_a_new_county_without_gap_or_fork(
    run_python: Callable[..., Running], any_database_url: str
) -> None:
    runners = [run_python("tests.audit.append_many", any_database_url) for _ in range(2)]
    for runner in runners:
        runner.wait_until_ready()
    for runner in runners:
        runner.release()
    for runner in runners:
        runner.finish()
    check = "from audit.verification import verify_chain\nfrom audit.models import ChainHead\n"
    check += "print(ChainHead.objects.get().sequence, verify_chain('130322'))"
    assert run_python(check, any_database_url).finish() == "40 []\n"
