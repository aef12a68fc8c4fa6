from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_time_of_filed_events")]

    operations = [
        migrations.AlterField(
            model_name="eventorganisation",
            name="at",
            field=models.DateTimeField(verbose_name="时间"),
        ),
        migrations.RemoveIndex(model_name="eventorganisation", name="eventorganisation_page"),
        migrations.AddIndex(
            model_name="eventorganisation",
            index=models.Index(
                fields=["county", "organisation_code", "at", "sequence"], name="eventorganisation_page"
            ),
        ),
        migrations.RemoveIndex(model_name="event", name="event_at"),
        migrations.RemoveIndex(model_name="event", name="event_actor"),
        migrations.RemoveIndex(model_name="event", name="event_action"),
        migrations.RemoveIndex(model_name="event", name="event_number"),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["county", "at", "sequence"], name="event_at"),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["county", "actor_user_id", "at", "sequence"], name="event_actor"),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["county", "action", "at", "sequence"], name="event_action"),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["county", "subject_number", "at", "sequence"], name="event_number"),
        ),
    ]
