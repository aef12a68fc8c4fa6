"""manage.py sweep_papers: removes stored files that no committed row names."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from forms_templates import store

# Longer than any transaction lives: a file is stored before its row is committed.
_GRACE = timedelta(days=1)


class Command(BaseCommand):
    help = "清除留存文件中一天以前、没有任何记录指向的文件（中断的办理留下的）。"

    def handle(self, *args: Any, **options: Any) -> None:
        removed = store.sweep(timezone.now() - _GRACE)
        self.stdout.write(f"清除了{removed}个无主文件。")
