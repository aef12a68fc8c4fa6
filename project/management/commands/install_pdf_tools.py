"""`manage.py install_pdf_tools`: what PDF needs from the system, installed by root on Debian and Ubuntu."""

import os
import shutil
import subprocess
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from forms_templates.libreoffice import missing_packages
from forms_templates.page_pictures import POPPLER_PACKAGE, can_draw


class Command(BaseCommand):
    help = "安装生成PDF所需的LibreOffice和中文字体（仅Debian/Ubuntu的root；设NO_APT=1则不安装）。"

    def handle(self, *args: Any, **options: Any) -> None:
        packages = [*missing_packages(), *([] if can_draw() else [POPPLER_PACKAGE])]
        if not packages:
            return
        by_hand = f"apt install {' '.join(packages)}"
        if settings.NO_APT or shutil.which("apt-get") is None or os.geteuid() != 0:
            why = "设了NO_APT=1" if settings.NO_APT else "需要root，且系统是Debian或Ubuntu"
            self.say(
                f"没有LibreOffice、中文字体或poppler，未自动安装（{why}）：除生成PDF和表样图片外一切可用。需要时请运行：{by_hand}"
            )
            return
        self.say(f"生成PDF还需要系统软件包，现在用apt安装（约需几分钟；不想安装请用 NO_APT=1）：{' '.join(packages)}")
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for arguments in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *packages]):
            done = subprocess.run(  # noqa: S603
                ["apt-get", *arguments],  # noqa: S607 - the system's own, for root only
                env=environment,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
                check=False,
            )
            if done.returncode:
                last = (done.stderr.strip().splitlines() or ["没有说明原因"])[-1]
                self.say(f"没有装成（{last}）：除生成PDF外一切可用。请稍后自己运行：{by_hand}")
                return
        self.say("已装好，可以生成PDF。")

    def say(self, sentence: str) -> None:
        self.stdout.write(sentence)
        self.stdout.flush()
