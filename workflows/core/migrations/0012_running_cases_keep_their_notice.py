from django.db import migrations

from workflows.core.kept_forms import running_cases_keep


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0011_running_cases_keep_their_notices"),
    ]

    operations = [
        running_cases_keep({"exit_notice": 3}),
    ]
