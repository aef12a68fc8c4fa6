"""Run as a process on SQLite: an AlterField rebuilds the table without its triggers; migrate makes them."""

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import IntegrityError, connection, models, transaction  # noqa: E402

from audit.append_only import missing_triggers  # noqa: E402
from audit.models import Event  # noqa: E402
from tests.audit.stories import write  # noqa: E402

UPDATE = "UPDATE audit_event SET to_state = 'x'"


def main() -> None:
    with transaction.atomic():
        write()
    wider = models.CharField(max_length=500)
    wider.set_attributes_from_name("action")
    wider.model = Event
    with connection.schema_editor() as editor:
        editor.alter_field(Event, Event._meta.get_field("action"), wider)

    lost = missing_triggers(connection)
    assert "refuse_update_audit_event" in lost, lost
    with connection.cursor() as cursor:
        cursor.execute(UPDATE)
        assert cursor.rowcount == 1

    call_command("migrate", verbosity=0)
    assert missing_triggers(connection) == []
    try:
        with connection.cursor() as cursor:
            cursor.execute(UPDATE)
    except IntegrityError:
        print("kept")


main()
