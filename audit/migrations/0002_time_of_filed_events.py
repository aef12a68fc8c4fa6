from django.db import migrations, models


def tell_the_time(apps, schema_editor):
    """Rows from before get the time of their event.

    The table is written once: its trigger steps aside for this, and every migrate puts it back (audit/apps.py).
    """
    connection = schema_editor.connection
    quote = connection.ops.quote_name
    table = "audit_eventorganisation"
    trigger = quote(f"refuse_update_{table}")
    on = f" ON {quote(table)}" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER IF EXISTS {trigger}{on}")
        cursor.execute(
            f"UPDATE {quote(table)} SET {quote('at')} = "
            f"(SELECT e.{quote('at')} FROM {quote('audit_event')} e WHERE e.id = {quote(table)}.event_id)"
        )


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="eventorganisation",
            name="at",
            field=models.DateTimeField(null=True, verbose_name="时间"),
        ),
        migrations.RunPython(tell_the_time, migrations.RunPython.noop),
    ]
