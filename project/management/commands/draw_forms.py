"""manage.py draw_forms: docs/forms/ anew, one picture for each form of the library, from the real output."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from forms_templates.library import form, versions
from project.form_proofs import finished_sample, pages_of, side_by_side

_DPI = 64


class Command(BaseCommand):
    help = "用LibreOffice把表样库里每一份表的样例打印成图片，放进docs/forms/。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("codes", nargs="*", help="只画这几种表")
        parser.add_argument("--folder", type=Path, default=Path(settings.BASE_DIR) / "docs" / "forms")
        parser.add_argument("--dpi", type=int, default=_DPI)

    def handle(self, *args: Any, codes: list[str], folder: Path, dpi: int, **options: Any) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for code, version in versions():
            if codes and code not in codes:
                continue
            pages = pages_of(finished_sample(form(code, version)), dpi)
            picture = folder / f"{code}-v{version}.png"
            picture.write_bytes(side_by_side(pages))
            self.stdout.write(f"{picture.name}：{len(pages)}页，{picture.stat().st_size // 1024}KB")
