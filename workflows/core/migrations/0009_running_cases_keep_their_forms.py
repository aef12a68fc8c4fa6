from django.db import migrations

# The forms that have a new version, each with the one before.
FORMER = {
    "agreement": 2,
    "appraisal_form": 1,
    "appraisal_scheme": 2,
    "appraisal_summary": 2,
    "consultation_reply": 1,
    "exit_notice": 2,
    "named_roster": 2,
    "official_letter": 1,
    "recovery_notice": 1,
    "rectification_notice": 1,
    "renewal_agreement": 2,
}


def keep_former_versions(apps, schema_editor):
    """Cases begun before the new versions of these forms are written on the former to their end."""
    for case in apps.get_model("core", "Case").objects.order_by("pk").iterator():
        missing = {code: version for code, version in FORMER.items() if code not in case.forms}
        if missing:
            case.forms = {**missing, **case.forms}
            case.save(update_fields=["forms"])


class Migration(migrations.Migration):

    dependencies = [
        ("core", "0008_form_versions"),
    ]

    operations = [
        migrations.RunPython(keep_former_versions, migrations.RunPython.noop),
    ]
