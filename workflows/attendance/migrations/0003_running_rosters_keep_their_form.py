from django.db import migrations


def keep_second_version(apps, schema_editor):
    """Rosters begun before the third version of their form are written on the second to their end."""
    for roster in apps.get_model("attendance", "PayRoster").objects.select_related("case").order_by("pk"):
        case = roster.case
        if "pay_roster" not in case.forms:
            case.forms = {"pay_roster": 2, **case.forms}
            case.save(update_fields=["forms"])


class Migration(migrations.Migration):

    dependencies = [
        ("attendance", "0002_pay"),
        ("core", "0008_form_versions"),
    ]

    operations = [
        migrations.RunPython(keep_second_version, migrations.RunPython.noop),
    ]
