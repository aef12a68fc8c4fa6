"""The pages of a PDF as pictures, for looking at in a browser beside others; on the same leash as LibreOffice."""

import subprocess
import tempfile
from pathlib import Path
from shutil import which

from forms_templates.libreoffice import leash

SECONDS = 60
MOST_PAGES = 20
DPI = 90


POPPLER_PACKAGE = "poppler-utils"  # as Debian and Ubuntu call it


class NoPictures(Exception):
    """There are no pictures of these pages; the sentence says why."""


class PopplerMissing(NoPictures):
    """This machine draws none; the sentence says what to install. Worth another try later."""


def can_draw() -> bool:
    """Whether this machine has what draws a PDF; asked anew each time, so that an installation is noticed."""
    return which("pdftoppm") is not None


def page_pictures(pdf: bytes, dpi: int = DPI) -> list[bytes]:
    """A PNG for each page, MOST_PAGES at most. Raises NoPictures, PopplerMissing."""
    program = which("pdftoppm")
    if program is None:
        raise PopplerMissing(
            f"这台服务器还不能把PDF画成图片。请管理员安装{POPPLER_PACKAGE}"
            f"（Debian/Ubuntu：apt install {POPPLER_PACKAGE}），装好后会自动补做。"
        )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "paper.pdf").write_bytes(pdf)
        command = [program, "-r", str(dpi), "-l", str(MOST_PAGES), "-png", "paper.pdf", "page"]
        try:
            done = subprocess.run(  # noqa: S603 -- a fixed command, without our environment
                command, cwd=folder, timeout=SECONDS, check=False, capture_output=True,
                env={"PATH": "/usr/bin:/bin", "HOME": name}, preexec_fn=leash(SECONDS),
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise NoPictures(f"把PDF画成图片超过{SECONDS}秒没有做完，已停止。") from error
        pages = sorted(folder.glob("page-*.png"))
        if done.returncode or not pages:
            raise NoPictures("PDF画不成图片。")
        return [page.read_bytes() for page in pages]
