"""`manage.py begin_anew`: the practice county as on its first day. Touches nothing but a practice county."""

import http.client
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, ProgrammingError, connection

from registry.models import County


class Command(BaseCommand):
    help = "练习用的演示县从头再来：清空演示数据，重新装入。真实的县不受影响。"

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError, with nothing touched, wherever anything could be real or in use."""
        if not settings.DEMO:
            raise CommandError("这里不是演示（DEMO=0），什么都没有动。")
        if connection.vendor != "sqlite":
            raise CommandError("演示数据在PostgreSQL里：请换一个空的数据库，再运行 make run。什么都没有动。")
        if _is_running():
            raise CommandError("演示系统正在运行，请先在那个窗口按Ctrl-C停下。什么都没有动。")
        with suppress(OperationalError, ProgrammingError):  # no table yet: nothing to lose
            if County.objects.filter(demo=False).exists():
                raise CommandError("数据库里有真实的县，不能清空。什么都没有动。")
        name = str(connection.settings_dict["NAME"])
        connection.close()
        for suffix in ("", "-wal", "-shm"):
            Path(name + suffix).unlink(missing_ok=True)
        shutil.rmtree(settings.PAPERS_DIR, ignore_errors=True)
        call_command("prepare")


def _is_running() -> bool:
    """Whether a server answers at this installation's own address."""
    server = http.client.HTTPConnection("127.0.0.1", settings.PORT, timeout=2)
    try:
        server.request("HEAD", "/login/")
        server.getresponse()
    except OSError:
        return False
    finally:
        server.close()
    return True
