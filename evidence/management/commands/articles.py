"""`manage.py articles`: which article is carried by what; exit code 1 while one is carried by nothing."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from evidence.articles import comparison, is_carried, summary
from registry.articles import LAWS


class Command(BaseCommand):
    help = "条款对照：逐条列出由哪些规则、流程、文书、参数承载；有尚未承载的条款时返回1。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--open", action="store_true", help="只列尚未承载的条款")
        parser.add_argument("--of", default="", choices=list(LAWS), help="只看《办法》（附件2）或者《方案》")

    def handle(self, *args: Any, **options: Any) -> None:
        for code, entry in comparison().items():
            if options["of"] not in ("", entry.article.law) or (options["open"] and is_carried(code)):
                continue
            self.stdout.write(f"{entry.article.reference}：{self._standing(code)}")
            for carrier in entry.carriers:
                self.stdout.write(f"    {carrier.kind} {carrier.title[:60]}（{carrier.where}）")
        counted = [summary(law) for law in LAWS if options["of"] in ("", law)]
        for each in counted:
            self.stdout.write(
                f"《{each['law']}》共{each['total']}条，已承载{each['carried']}条，"
                f"系统外办理{each['outside']}条，尚未承载{each['open']}条。"
            )
        if any(each["open"] for each in counted):
            sys.exit(1)

    def _standing(self, code: str) -> str:
        entry = comparison()[code]
        if entry.article.outside:
            return f"系统外办理（{entry.article.outside}）"
        if not is_carried(code):
            return "尚未承载"
        return f"{len(entry.carriers)}处承载，{len(entry.tests)}个测试" if entry.carriers else "由所属各项承载"
