"""What a migration does when forms get new versions: cases under way are written on the former ones to their end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import migrations


def running_cases_keep(former: Mapping[str, int]) -> migrations.RunPython:
    """The step of a migration of core that notes these versions, by form, in every case that has none noted: a case
    notes its own form when it begins, not those of the papers written on the way."""

    def keep(apps: Any, schema_editor: Any) -> None:
        for case in apps.get_model("core", "Case").objects.order_by("pk").iterator():
            missing = {code: version for code, version in former.items() if code not in case.forms}
            if missing:
                case.forms = {**missing, **case.forms}
                case.save(update_fields=["forms"])

    return migrations.RunPython(keep, migrations.RunPython.noop)
