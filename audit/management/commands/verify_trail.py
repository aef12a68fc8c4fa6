"""验证办理记录：逐县重算哈希链，并检查只增不改的触发器。"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connections, router

from audit.append_only import missing_triggers
from audit.models import ChainHead, Event
from audit.verification import counties, verify_chain


class Command(BaseCommand):
    help = "验证全部办理记录；有任何问题时以 1 退出。"

    def handle(self, *args: Any, **options: Any) -> None:
        problems = [
            f"数据库缺少触发器 {name}，或它被改动过。请重新执行 migrate。"
            for name in missing_triggers(connections[router.db_for_write(Event)])
        ]
        for county in counties():
            found = verify_chain(county)
            problems += found
            if not found:
                head = ChainHead.objects.get(county=county)
                self.stdout.write(f"{county}：{head.sequence}条记录完整，末端哈希 {head.hash}")
        for problem in problems:
            self.stderr.write(problem)
        if problems:
            raise CommandError(f"办理记录有{len(problems)}个问题。", returncode=1)
