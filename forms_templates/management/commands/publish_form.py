"""manage.py publish_form: puts the seal on a version of a form; from then on it is never edited."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from forms_templates.library import load
from forms_templates.lint import lint_form


class Command(BaseCommand):
    help = "核对一份表样，没有不一致就写下published.toml，表示已经发布，不得再改。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", nargs="+", type=Path, help="表样文件夹，如 forms_templates/library/agreement/v1")
        parser.add_argument("--why", required=True, help="依据，写在published.toml的第一行")

    def handle(self, *args: Any, folder: list[Path], why: str, **options: Any) -> None:
        for each in folder:
            published = each / "published.toml"
            if published.exists():
                raise CommandError(f"{each}已经发布。")
            form = load(each, each.parent.name, int(each.name.removeprefix("v")))
            if faults := lint_form(form):
                raise CommandError("\n".join(faults))
            published.write_text(
                f'# {why}已发布的版本不得再改，改动另立新版。\ndigest = "{form.digest}"\n', encoding="utf-8"
            )
            self.stdout.write(f"{form.code}第{form.version}版已发布。")
