from django.db import migrations

# The forms that have a new version, each with the one before; a case notes its own form when it begins, not those of
# the papers written on the way.
FORMER = {"exit_notice": 3}


def keep_former_versions(apps, schema_editor):
    """Cases begun before the new versions of these forms are written on the former to their end."""
    for case in apps.get_model("core", "Case").objects.order_by("pk").iterator():
        missing = {code: version for code, version in FORMER.items() if code not in case.forms}
        if missing:
            case.forms = {**missing, **case.forms}
            case.save(update_fields=["forms"])


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0011_running_cases_keep_their_notices"),
    ]

    operations = [
        migrations.RunPython(keep_former_versions, migrations.RunPython.noop),
    ]
