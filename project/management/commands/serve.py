"""`manage.py serve`: the web server and the background worker, until Ctrl-C."""

import errno
import socket
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from project.supervisor import Supervisor, WebServerFailed
from registry.models import County


class Command(BaseCommand):
    help = "启动网站和后台任务，按 Ctrl-C 停止。"

    def handle(self, *args: Any, **options: Any) -> None:
        host, port = settings.HOST, settings.PORT
        refuse_unmigrated_database()
        # Asked before the children start: afterwards this process needs no database.
        self.demo_county = County.objects.filter(demo=True).exists()
        connection.close()
        refuse_taken_address(host, port)
        supervisor = Supervisor(
            web=web_command(host, port),
            worker=[sys.executable, str(settings.BASE_DIR / "manage.py"), "work", "--no-startup-delay"],
            address=(reachable(host), port),
            tell=self.tell,
        )
        try:
            if supervisor.start():
                self.greet(host, port)
                supervisor.watch()
        except WebServerFailed as error:
            raise CommandError(
                f"网站没有启动成功或中途停止，原因见上面的提示和 {settings.LOG_FILE}。（web server: {error}）"
            ) from error
        finally:
            supervisor.stop()
        self.stdout.write("已停止。")

    def greet(self, host: str, port: int) -> None:
        """Prints where the site is and, in a demo, who can log in."""
        shown = reachable(host)
        self.stdout.write(f"\n扶贫专岗管理系统已启动：http://{f'[{shown}]' if ':' in shown else shown}:{port}/\n")
        if settings.DEMO:
            from project.demo import OTHER_LOGIN, demo_logins

            self.stdout.write("\n演示账号（用户名  密码  身份）：")
            for username, password, person in demo_logins():
                self.stdout.write(f"  {username}  {password}  {person}")
            self.stdout.write(f"  其他村和乡镇：单位代码加岗位，密码相同，如{OTHER_LOGIN}")
        self.tell("\n按 Ctrl-C 停止。")

    def tell(self, sentence: str) -> None:
        self.stdout.write(sentence)
        self.stdout.flush()


def reachable(host: str) -> str:
    """The address under which this machine itself reaches a server bound to `host`."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104


def web_command(host: str, port: int) -> list[str]:
    """granian's command line: few processes with some threads each; the database is the narrow place."""
    options = {
        "--interface": "wsgi",
        "--host": host,
        "--port": str(port),
        "--workers": str(settings.WEB_WORKERS),
        "--blocking-threads": str(settings.WEB_THREADS),
        "--workers-kill-timeout": "10",
        "--log-level": "warning",
        "--working-dir": str(settings.BASE_DIR),
    }
    flags = ["--no-ws", "--respawn-failed-workers"]
    pairs = [part for option in options.items() for part in option]
    return [sys.executable, "-m", "granian", *pairs, *flags, "project.wsgi:application"]


def refuse_taken_address(host: str, port: int) -> None:
    """Raises CommandError when the address can't be used: granian would share a taken port silently."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise CommandError(
                    f"端口 {port} 已被别的程序占用。请换一个端口再启动，例如：PORT={port + 1} make run"
                ) from error
            if error.errno == errno.EACCES:
                raise CommandError(f"没有权限使用端口 {port}。请用 1024 以上的端口：PORT=8000 make run") from error
            raise CommandError(f"地址 {host} 在本机不可用，请检查 HOST：{error}") from error


def refuse_unmigrated_database() -> None:
    """Raises CommandError when tables are missing or older than the program."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise CommandError("数据库还没有准备好。请先运行 manage.py prepare（make run 会自动运行）。")
