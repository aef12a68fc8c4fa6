"""manage.py draft_form: a first template.docx from the few lines of a form's draft.txt."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from forms_templates.drafting.markup import DraftError, read_draft
from forms_templates.drafting.word import draw
from forms_templates.specification import FormTemplateError, read_specification


class Command(BaseCommand):
    help = "按表样文件夹里的draft.txt和form.toml画出template.docx的初稿；以后用Word或WPS修改。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", nargs="+", type=Path, help="表样文件夹，如 forms_templates/library/agreement/v1")

    def handle(self, *args: Any, folder: list[Path], **options: Any) -> None:
        for each in folder:
            if (each / "published.toml").exists():
                raise CommandError(f"{each}已经发布，不得再改，请另立新版。")
            try:
                specification = read_specification(
                    (each / "form.toml").read_text(encoding="utf-8"), f"{each}/form.toml"
                )
                docx = draw(read_draft((each / "draft.txt").read_text(encoding="utf-8")), specification)
            except (DraftError, FormTemplateError) as error:
                raise CommandError(f"{each}：{error}") from error
            (each / "template.docx").write_bytes(docx)
            self.stdout.write(f"已画出{each}/template.docx")
