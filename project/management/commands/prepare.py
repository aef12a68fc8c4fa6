"""`manage.py prepare`: everything between a fresh checkout and a server that can start. Safe to repeat."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from project.demo.authority import issue_certificates
from registry.models import County
from workflows.core.clock import now


class Command(BaseCommand):
    help = "建立或升级数据库、整理静态文件；演示模式下，数据库为空时装入演示县。"

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        if settings.DEMO and not County.objects.exists():
            call_command("demo_county")
        if not County.objects.exists():
            self.stdout.write("数据库里还没有县。请运行 manage.py begin_county --help，看怎样建立一个正式使用的县。")
        if settings.DEMO:
            # A county loaded before there were certificates gets them now.
            issue_certificates(now())
