"""manage.py lint_forms: the library's Word templates, form.toml, sheets and samples agree, or exit code 1."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from forms_templates.library import versions
from forms_templates.lint import lint_library


class Command(BaseCommand):
    help = "核对每一份表样：Word模板的标记、form.toml的栏目、屏幕上的表、样例是否一致。"

    def handle(self, *args: Any, **options: Any) -> None:
        faults = lint_library()
        for fault in faults:
            self.stderr.write(fault)
        if faults:
            raise CommandError(f"表样有{len(faults)}处不一致，请逐条改好。")
        self.stdout.write(f"{len(list(versions()))}份表样全部一致。")
