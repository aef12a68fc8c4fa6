"""`manage.py check_desks`: proves for every case that its open tasks are those its state implies. Exit 1 otherwise."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from workflows.core.consistency import faulty_cases


class Command(BaseCommand):
    help = "核对每一办件的待办是否与其状态相符。"

    def handle(self, *args: Any, **options: Any) -> None:
        faults = 0
        for fault in faulty_cases():
            faults += 1
            self.stderr.write(fault)
        if faults:
            raise CommandError(f"有{faults}处待办与状态不相符。")
        self.stdout.write("全部办件的待办与状态相符。")
