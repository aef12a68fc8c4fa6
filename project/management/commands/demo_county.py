"""`manage.py demo_county`: an invented county to try everything with. Refuses a database that holds a county."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from project.demo.county import DemoCounty
from registry.models import County
from workflows.core.clock import now


class Command(BaseCommand):
    help = "载入演示县（虚构人员）。"

    def handle(self, *args: Any, **options: Any) -> None:
        if County.objects.exists():
            raise CommandError("数据库里已经有县，没有载入演示县。请用一个空的数据库。")
        self.stdout.write("正在载入演示县……")
        DemoCounty(now(), lambda sentence: self.stdout.write(f"  {sentence}")).load()
        self.stdout.write("演示县已载入。")
