"""manage.py check_template: may this Word file take the place of a form's template? Nothing is changed."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from forms_templates.examination import examine
from forms_templates.library import UnknownFormError, shipped


class Command(BaseCommand):
    help = "检查一份改过的Word模板能不能用作某种表的新版，逐条说出问题，什么也不改变。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code", help="表样代码，如 post_application")
        parser.add_argument("file", type=Path, help="改过的.docx文件")

    def handle(self, *args: Any, code: str, file: Path, **options: Any) -> None:
        try:
            faults = examine(file.read_bytes(), shipped(code)).faults
        except (OSError, UnknownFormError) as error:
            raise CommandError(str(error)) from error
        for fault in faults:
            self.stderr.write(fault)
        if faults:
            raise CommandError(f"这份模板有{len(faults)}处问题，请逐条改好。")
        self.stdout.write("这份模板可以使用。")
