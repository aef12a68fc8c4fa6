"""`manage.py check_pdf 文件…`: is a PDF one that went out, by whom is it signed, was a byte changed?

For the auditor who was handed a file. Exit 1 when one of them is not what it seems.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from evidence.signed_pdf import checked_pdf


class Command(BaseCommand):
    help = "核对签章PDF：是不是本系统留存的文件，由谁签章，有没有改动；有问题时以 1 退出。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="文件")

    def handle(self, *args: Any, **options: Any) -> None:
        wrong = 0
        for path in options["files"]:
            try:
                content = path.read_bytes()
            except OSError as error:
                raise CommandError(f"读不到文件{path}，请核对文件名。") from error
            found = checked_pdf(content)
            self.stdout.write(f"{path.name}（SHA-256 {hashlib.sha256(content).hexdigest()}）")
            for line in found.lines:
                self.stdout.write(f"  {line}")
            wrong += not found.good
        if wrong:
            raise CommandError(f"{wrong}个文件有问题，不能作为凭据。", returncode=1)
