"""`manage.py demo_county`: an invented county to try everything with. Refuses a database that holds a county."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from project.demo.authority import issue_certificates
from project.demo.county import SEED, DemoCounty
from project.demo.places import FULL_SIZE
from registry.models import County
from workflows.core.clock import now


class Command(BaseCommand):
    help = "载入演示县（虚构人员）。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--workers", type=int, default=FULL_SIZE, help="劳动者人数")
        parser.add_argument("--seed", type=int, default=SEED, help="同一个数，同一天，得到同一个县")

    def handle(self, *args: Any, workers: int, seed: int, **options: Any) -> None:
        if workers < 1:
            raise CommandError("请写一个大于0的人数，例如：manage.py demo_county --workers 500")
        if County.objects.exists():
            raise CommandError("数据库里已经有县，没有载入演示县。请用一个空的数据库。")
        self.stdout.write(f"正在载入演示县（{workers}名劳动者），中途停下的，下次会从头载入……")
        begun = time.monotonic()
        self.shown = -1
        DemoCounty(now(), workers=workers, seed=seed, tell=self.progress).load()
        issue_certificates(now())
        self.stdout.write(f"演示县已载入，用时{time.monotonic() - begun:.0f}秒。")

    def progress(self, done: int, total: int, what: str) -> None:
        """Done of total: one line that is written over on a terminal, ten lines in a log."""
        tenths = done * (100 if self.stdout.isatty() else 10) // total
        if tenths == self.shown and done != total:
            return
        self.shown = tenths
        line = f"  {done}/{total}  {what}"
        if self.stdout.isatty():
            self.stdout.write(f"\r{line:<40}", ending="\n" if done == total else "")
        else:
            self.stdout.write(line)
        self.stdout.flush()
