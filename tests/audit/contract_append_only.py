"""Run as a process: what either database must refuse, row by row, with triggers and without a transaction."""

import django

django.setup()

from django.db import IntegrityError, connection, models, transaction  # noqa: E402

from audit.append_only import AppendOnlyModel, ensure_triggers, missing_triggers  # noqa: E402
from audit.models import Event, EventSalt  # noqa: E402
from audit.verification import verify_chain  # noqa: E402
from tests.audit.stories import COUNTY, write  # noqa: E402


class Sealed(AppendOnlyModel):
    """An append-only row with one column that key rotation may rewrite."""

    reencrypted_fields = ("token",)
    number = models.IntegerField(unique=True)
    token = models.TextField()

    class Meta:
        app_label = "audit"

    def __str__(self) -> str:
        return str(self.number)


def refused(statement: str) -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
    except IntegrityError as error:
        assert "audit_" in str(error), error  # noqa: PT017
    else:
        raise AssertionError(f"went through: {statement}")


def allowed(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        assert cursor.rowcount == 1, statement


def main() -> None:
    postgres = connection.vendor == "postgresql"
    try:
        write()
    except transaction.TransactionManagementError:
        pass
    else:
        raise AssertionError("an event was written outside a transaction")
    with transaction.atomic():
        write(fields={"name": "周桂兰"})
    refused("UPDATE audit_event SET reason = ''")
    refused("UPDATE audit_event SET id = id")
    refused("DELETE FROM audit_event")
    refused("UPDATE audit_eventsalt SET salt = salt")
    refused(
        "INSERT INTO audit_eventsalt SELECT * FROM audit_eventsalt WHERE true "
        "ON CONFLICT (event_id) DO UPDATE SET salt = excluded.salt"
    )
    if postgres:
        refused("TRUNCATE audit_event CASCADE")
        refused("TRUNCATE audit_eventsalt")
    assert Event.objects.count() == 1
    allowed("DELETE FROM audit_eventsalt")
    assert not EventSalt.objects.exists()
    assert verify_chain(COUNTY) == []

    assert "refuse_update_audit_sealed" in missing_triggers(connection)
    with connection.schema_editor() as editor:
        editor.create_model(Sealed)
    ensure_triggers(connection)
    assert missing_triggers(connection) == []
    Sealed.objects.create(number=1, token="old")
    allowed("UPDATE audit_sealed SET token = 'new'")
    refused("UPDATE audit_sealed SET number = 2")
    refused("UPDATE audit_sealed SET token = 'x', number = 2")
    refused("DELETE FROM audit_sealed")

    if postgres:
        drop = "DROP TRIGGER refuse_update_audit_event ON audit_event; CREATE TRIGGER refuse_update_audit_event "
        for damage in (
            "ALTER TABLE audit_event DISABLE TRIGGER refuse_update_audit_event",
            "DROP TRIGGER refuse_update_audit_event ON audit_event",
            drop + "BEFORE UPDATE ON audit_event FOR EACH ROW WHEN (false) EXECUTE FUNCTION audit_refuse_change()",
            drop + "BEFORE UPDATE OF policy ON audit_event FOR EACH ROW EXECUTE FUNCTION audit_refuse_change()",
        ):
            with connection.cursor() as cursor:
                cursor.execute(damage)
            assert missing_triggers(connection) == ["refuse_update_audit_event"], damage
            ensure_triggers(connection)
            assert missing_triggers(connection) == []
            refused("UPDATE audit_event SET reason = ''")
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE OR REPLACE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql "
                "AS 'BEGIN RETURN NEW; END'"
            )
        assert "refuse_delete_audit_event" in missing_triggers(connection)
        ensure_triggers(connection)
        assert missing_triggers(connection) == []
        refused("DELETE FROM audit_event")
    print("kept")


main()
