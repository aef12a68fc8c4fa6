"""The pages of a PDF as pictures, for looking at in a browser beside others; on the same leash as LibreOffice."""

import subprocess
import tempfile
from pathlib import Path
from shutil import which

from forms_templates.libreoffice import leash

SECONDS = 60
MOST_PAGES = 20
DPI = 90


class NoPictures(Exception):
    """There are no pictures of these pages; the sentence says why."""


def page_pictures(pdf: bytes) -> list[bytes]:
    """A PNG for each page, MOST_PAGES at most. Raises NoPictures."""
    program = which("pdftoppm")
    if program is None:
        raise NoPictures("这台服务器还不能把PDF画成图片，请管理员安装poppler-utils。")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "paper.pdf").write_bytes(pdf)
        command = [program, "-r", str(DPI), "-l", str(MOST_PAGES), "-png", "paper.pdf", "page"]
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
