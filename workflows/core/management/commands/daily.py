"""`manage.py daily`: what is due by the calendar is done now. Safe to run twice, or to miss a week."""

from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from workflows.core.clock import now
from workflows.core.daily import Done, run_daily


class Command(BaseCommand):
    help = "办理到期的事：上岗、到期、催办、台账建立等。可以重复运行；后台程序每天也会自动运行一次。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--at", help="按这个时刻办理，如2020-09-17T08:00；不写就是现在")

    def handle(self, *args: Any, at: str | None = None, **options: Any) -> None:
        moment = now()
        if at:
            try:
                moment = datetime.fromisoformat(at)
            except ValueError as error:
                raise CommandError("时刻看不懂，请写成2020-09-17T08:00这样。") from error
            moment = timezone.make_aware(moment) if timezone.is_naive(moment) else moment
        run_daily(moment, self.tell)

    def tell(self, done: Done) -> None:
        refused = f"，{len(done.refused)}件没有办成" if done.refused else ""
        self.stdout.write(f"{done.title}：{done.done}件{refused}")
        for why in done.refused:
            self.stdout.write(f"  {why}")
