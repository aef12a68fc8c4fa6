"""`manage.py publish_flow applications 2`: what a version would change for each open case; with --publish it is so."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from registry.models import County
from workflows.core.actors import Actor
from workflows.core.clock import now
from workflows.core.door import perform
from workflows.core.flow_versions import Prospect, prospects
from workflows.core.procedure import versions_of
from workflows.core.refusals import DoorError

BATCH = 200


class Command(BaseCommand):
    help = "流程新版本：不带选项只预演，列出每一件在办的会怎样；--publish发布；--move把能移的逐件移过去。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("label", help="流程，如applications")
        parser.add_argument("version", type=int, help="版本，如2")
        parser.add_argument("--publish", action="store_true", help="发布：以后新办件按这个版本")
        parser.add_argument("--move", action="store_true", help="把能移的在办件逐件移到这个版本，每件留一条记录")

    def handle(self, *args: Any, **options: Any) -> None:
        label, version = options["label"], options["version"]
        if version not in versions_of(label):
            known = "、".join(str(number) for number in versions_of(label))
            raise CommandError(f"没有这个流程版本。{label}有：{known or '没有这个流程'}。")
        county = County.objects.order_by("pk").first()
        if county is None:
            raise CommandError("还没有县。请先运行manage.py prepare。")
        if options["publish"]:
            try:
                perform("flows.publish", county, Actor.system(), {"label": label, "version": version}, at=now())
            except DoorError as error:
                raise CommandError(str(error)) from error
            self.stdout.write(f"已发布：新办件按第{version}版办理。")
        moved = stayed = after = 0
        while page := list(prospects(county, label, version, after=after, limit=BATCH)):
            for prospect in page:
                done = options["move"] and prospect.can
                if done:
                    perform("flows.move_case", prospect.case, Actor.system(), {"version": version}, at=now())
                self.tell(prospect, done=done)
                moved, stayed = moved + done, stayed + (not done)
            after = page[-1].case.pk
        self.stdout.write(
            f"在办{moved + stayed}件，移过去{moved}件。" + ("" if options["move"] else "这是预演，没有改动。")
        )

    def tell(self, prospect: Prospect, *, done: bool) -> None:
        mark = "已移" if done else ("能移" if prospect.can else "不移")
        self.stdout.write(f"{mark}  {prospect.case.number or '未编号'}  {prospect.says}")
