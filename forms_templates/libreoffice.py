"""LibreOffice Writer on a leash: it turns Word files into PDF and is trusted with nothing else.

Each run is a process of its own with a profile of its own, without our environment (it holds our keys), with a
limit of time, of processor time and of memory. A run that hangs is killed, one that dies is started again, and a
file that kills it twice is reported while the others go on. Its folder holds papers in the clear for as long as
the run lasts and is swept when a killed run has left it behind.
"""

import ctypes
import fcntl
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from forms_templates.close_set import closely_set

FONTS = Path(__file__).parent / "fonts" / "fonts.conf"
_PROFILES = 4
_BYTES_AS_ONE = 500_000
_ASKS_FOR_RESTART = 81  # its launcher would start it again; the first start with a new profile ends so
_TEXT_FAMILY = "仿宋_GB2312"
_FREE_FAMILY = "Noto Serif CJK SC"
# What Debian and Ubuntu call what we need.
WRITER_PACKAGE = "libreoffice-writer-nogui"
FONT_PACKAGES = ("fonts-noto-cjk", "fonts-noto-cjk-extra", "fonts-arphic-ukai")

# No macros, nothing fetched from outside the file, and named places for every bookmark in the PDF.
_PROFILE_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>3</value></prop>
<prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop>
<prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Writer/Content/Update">
<prop oor:name="Link" oor:op="fuse"><value>2</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Filter/PDF/Export">
<prop oor:name="ExportBookmarksToPDFDestination" oor:op="fuse"><value>true</value></prop></item>
</oor:items>
"""


class LibreOfficeMissing(Exception):
    """This machine cannot make PDF; the sentence says what to install."""


@dataclass
class Conversion:
    """What became of each file: its PDF, or a sentence that says why there is none."""

    pdfs: dict[str, bytes] = field(default_factory=dict)
    troubles: dict[str, str] = field(default_factory=dict)


def missing_packages() -> list[str]:
    """Debian's names of what this machine lacks for PDF; empty when nothing."""
    packages = [WRITER_PACKAGE] if _program() is None else []
    return packages if _has_fonts() else [*packages, *FONT_PACKAGES]


def what_is_missing() -> str:
    """One sentence that says why PDF cannot be made here and how to change that; empty when it can."""
    packages = missing_packages()
    if not packages:
        return ""
    return (
        f"这台服务器还不能生成PDF。请管理员安装{'、'.join(packages)}"
        f"（Debian/Ubuntu：apt install {' '.join(packages)}），装好后会自动补做。"
    )


def word_to_pdf(papers: Mapping[str, bytes]) -> Conversion:
    """Convert Word files (by a name of ours, letters and digits) in one run, or in as many as it takes.

    Raises LibreOfficeMissing, OSError (disk full).
    """
    if sentence := what_is_missing():
        raise LibreOfficeMissing(sentence)
    result = Conversion()
    with _folder() as folder, _profile() as profile:
        waiting = dict(papers)
        while waiting:
            why = _run(waiting, folder, profile, result)
            left = [name for name in waiting if name not in result.pdfs]
            # It takes them in order: when it dies or hangs, it was on the first that is not done. That one once more
            # and alone, for it may have been killed from outside; then all the others go on together.
            suspects = left[:1] if why else left
            for name in suspects:
                why = _run({name: papers[name]}, folder, profile, result) or "LibreOffice打不开这个Word文件"
                if name not in result.pdfs:
                    result.troubles[name] = f"{why}。"
            waiting = {name: papers[name] for name in left if name not in suspects}
    return result


def sweep() -> int:
    """Remove the folders of runs that were killed; returns how many."""
    left = [folder for folder in _root().glob("work-*") if not _is_alive(folder)]
    for folder in left:
        shutil.rmtree(folder, ignore_errors=True)
    return len(left)


def _run(papers: Mapping[str, bytes], folder: Path, profile: Path, result: Conversion) -> str:
    """One run; collects the PDFs that came out, returns why it stopped early (or an empty text)."""
    for name, docx in papers.items():
        (folder / f"{name}.docx").write_bytes(closely_set(docx))
    # One file of many papers has the time of as many as it is long.
    files = sum(1 + len(docx) // _BYTES_AS_ONE for docx in papers.values())
    seconds = settings.PDF_START_SECONDS + settings.PDF_FILE_SECONDS * files
    why = _convert([folder / f"{name}.docx" for name in papers], folder, profile, seconds)
    for name in papers:
        pdf = folder / f"{name}.pdf"
        # A run that was killed leaves the file it was writing.
        if pdf.exists() and (content := pdf.read_bytes()).startswith(b"%PDF-") and content.rstrip().endswith(b"%%EOF"):
            result.pdfs[name] = content
        pdf.unlink(missing_ok=True)
    if why:
        # What it wrote into its profile while dying is not trusted.
        shutil.rmtree(profile, ignore_errors=True)
    return why


def _convert(files: list[Path], folder: Path, profile: Path, seconds: float) -> str:
    program = _program()
    assert program is not None
    command = [
        program, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore", "--nolockcheck",
        "--nodefault", "--nofirststartwizard", "--convert-to", "pdf", "--outdir", str(folder), *map(str, files),
    ]  # fmt: skip
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "LANG": "C.UTF-8",
        "FONTCONFIG_FILE": str(FONTS),
        "SAL_USE_VCLPLUGIN": "svp",
    }
    for _ in range(2):
        _prepare_profile(profile)
        child = subprocess.Popen(  # noqa: S603
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=leash(seconds),  # noqa: PLW1509
        )
        try:
            code = child.wait(seconds)
        except subprocess.TimeoutExpired:
            return f"LibreOffice超过{seconds:.0f}秒没有做完，已停止"
        finally:
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()
        if code == 0:
            return ""
        if code != _ASKS_FOR_RESTART:
            return f"LibreOffice意外退出（{code}）"
    return "LibreOffice反复要求重新启动"


def leash(seconds: float) -> Callable[[], None]:
    """What a program that reads strangers' papers may use: so much time and memory, and no longer than we live."""
    memory = settings.PDF_MEMORY_MB * 1024 * 1024

    def limit() -> None:
        """Runs in the child before its program; it ends together with the worker, however that ends."""
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 1, int(seconds) + 5))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        os.nice(5)
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(1, signal.SIGKILL)

    return limit


def _program() -> str | None:
    """The program itself rather than its launcher: who kills the launcher leaves the program running."""
    launcher = shutil.which(settings.LIBREOFFICE) if settings.LIBREOFFICE else None
    if not settings.LIBREOFFICE:
        launcher = shutil.which("soffice") or shutil.which("libreoffice")
    if launcher is None:
        return None
    program = Path(launcher).resolve().with_name("soffice.bin")
    return str(program) if program.is_file() else launcher


def _has_fonts() -> bool:
    # Asked again while they are missing, so that an installation is noticed without a restart.
    if _finds_fonts():
        return True
    _finds_fonts.cache_clear()
    return False


@lru_cache(maxsize=1)
def _finds_fonts() -> bool:
    asker = shutil.which("fc-match")
    if asker is None:
        return False
    found = subprocess.run(  # noqa: S603
        [asker, "-f", "%{family}", _TEXT_FAMILY],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8", "FONTCONFIG_FILE": str(FONTS)},
    )
    return bool({_FREE_FAMILY, _TEXT_FAMILY} & set(found.stdout.split(",")))


def _root() -> Path:
    root = Path(settings.VAR_DIR) / "libreoffice"
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    return root


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix=f"work-{os.getpid()}-", dir=_root()) as folder:
        yield Path(folder)


def _is_alive(folder: Path) -> bool:
    pid = folder.name.split("-")[1]
    return Path(f"/proc/{pid}").exists()


@contextmanager
def _profile() -> Iterator[Path]:
    """A profile nobody else uses at this moment: two runs in one profile spoil it."""
    for number in range(_PROFILES):
        with (_root() / f"profile-{number}.lock").open("ab") as lock:
            wait = fcntl.LOCK_NB if number + 1 < _PROFILES else 0
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | wait)
            except BlockingIOError:
                continue
            yield _root() / f"profile-{number}"
            return


def _prepare_profile(profile: Path) -> None:
    settings_file = profile / "user" / "registrymodifications.xcu"
    if not settings_file.exists():
        settings_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        settings_file.write_text(_PROFILE_SETTINGS, encoding="utf-8")
