"""`manage.py begin_county`: the first day of a real county: the county itself, its bureau, its first administrator.

Everything else the administrator and the offices do in the browser, most of it from lists.
"""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from registry.models import County
from registry.roles import OrganisationKind, Role
from workflows.administration.forms import first_password
from workflows.core.actors import Actor
from workflows.core.clock import now
from workflows.core.door import perform
from workflows.core.refusals import Refused

BUREAU = "人力资源和社会保障局"


class Command(BaseCommand):
    help = "建立一个正式使用的县，登记第一名系统管理员；其余的单位、人员、名单由管理员和各单位登录后导入。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--code", required=True, help="县代码，6位数字，如130322")
        parser.add_argument("--name", required=True, help="县名，如昌黎县")
        parser.add_argument("--administrator", required=True, help="第一名系统管理员的姓名")
        parser.add_argument("--username", help="管理员的用户名，不写就用姓名")
        parser.add_argument("--bureau", default=BUREAU, help=f"管理员所在的县直部门，不写就是{BUREAU}")

    def handle(self, *args: Any, code: str, name: str, administrator: str, bureau: str, **options: Any) -> None:
        username, password, at = options["username"] or administrator, first_password(), now()
        if County.objects.filter(code=code).exists():
            raise CommandError(f"代码为{code}的县已经建立，没有改动。")
        by = Actor.system("建立县")
        try:
            with transaction.atomic():
                data = {"code": code, "name": name, "demo": False}
                county = perform("registry.establish_county", None, by, data, at=at).result
                office = perform(
                    "registry.establish_organisation",
                    county,
                    by,
                    {
                        "code": "bureau",
                        "name": bureau,
                        "kind": OrganisationKind.COUNTY_DEPARTMENT,
                        "opened_on": timezone.localtime(at).date(),
                    },
                    at=at,
                ).result
                person = {
                    "username": username,
                    "name": administrator,
                    "password": password,
                    "must_change_password": True,
                }
                user = perform("registry.register_user", county, by, person, at=at).result
                appointed = {
                    "user": user,
                    "organisation": office,
                    "role": Role.SYSTEM_ADMINISTRATOR,
                    "from_on": timezone.localtime(at).date(),
                }
                perform("registry.appoint", county, by, appointed, at=at)
        except Refused as error:
            raise CommandError("\n".join(refusal.message for refusal in error.refusals)) from error
        except ValidationError as error:
            raise CommandError("\n".join(error.messages)) from error
        self.stdout.write(f"{name}已建立。第一名系统管理员：{administrator}")
        self.stdout.write(f"  用户名  {username}\n  密码    {password}（只显示这一次，第一次登录时改成自己的）")
        self.stdout.write("登录以后：在“名单”里导入单位和人员任职，在“单位”里登记印章；")
        self.stdout.write("再由乡镇审核人导入岗位和在岗经历，乡镇经办人或者扶贫办导入建档立卡、边缘户名单。")
