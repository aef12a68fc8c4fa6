"""A thousand agreements at once, all different, while LibreOffice is killed again and again."""

import io
import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pikepdf
import pytest
from django.test import override_settings

from forms_templates.bulk_pdf import Paper, make_pdfs
from forms_templates.coded_paper import with_code
from forms_templates.codes import fresh_code, spaced
from forms_templates.library import form
from signatures.demo_strokes import demo_signature
from signatures.seal_drawing import draw_seal
from signatures.strokes import parse, png

THOUSAND, KILLS = int(os.environ.get("PAPERS", "1000")), 3


def agreements(count: int) -> Iterator[tuple[Paper, str]]:
    """Each with a number, a worker and a code of its own, and with what must be read on it."""
    sheet = form("agreement", 3)
    seals = [draw_seal(f"昌黎县{name}人民政府") for name in ("泥井镇", "靖安镇")]
    hands = [png(parse(demo_signature(name)), 46, 15) for name in ("林书平", "郝振国", "段玉洁")]
    for number in range(count):
        code, told = fresh_code(), f"2026-104-用-{number:04d}"
        pictures = {"employer_signature": hands[number % 2], "worker_signature": hands[2]}
        values = sheet.sample() | {"number": told}
        docx = with_code(sheet.render(values, pictures | {"employer_seal": seals[number % 2]}), code)
        yield Paper(f"paper{number}", docx, code, (sheet.code, sheet.version)), told


@contextmanager
def killed_again_and_again(times: int) -> Iterator[list[int]]:
    """While it lasts, LibreOffice is shot as soon as it has run for a second, `times` times."""
    killed: list[int] = []
    over = threading.Event()

    def shoot() -> None:
        seen: dict[int, float] = {}
        while len(killed) < times and not over.wait(0.02):
            for pid in running():
                began = seen.setdefault(pid, time.monotonic())
                if time.monotonic() - began > 1 and pid not in killed and len(killed) < times:
                    with suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
                        killed.append(pid)

    shooter = threading.Thread(target=shoot)
    shooter.start()
    try:
        yield killed
    finally:
        over.set()
        shooter.join()


def running() -> Iterator[int]:
    """The LibreOffice programs this process has below it."""
    waiting = [os.getpid()]
    while waiting:
        for children in Path(f"/proc/{waiting.pop()}/task").glob("*/children"):
            with suppress(FileNotFoundError, ProcessLookupError):
                for pid in map(int, children.read_text().split()):
                    waiting.append(pid)
                    if Path(f"/proc/{pid}/comm").read_text().startswith("soffice"):
                        yield pid


@pytest.mark.slow
def test_each_of_a_thousand_comes_out_whole_though_libreoffice_dies_three_times(
    need_tool: Callable[[str], str], tmp_path: Path
) -> None:
    need_tool("libreoffice")
    need_tool("pdftoppm")  # poppler, pdftotext with it
    told = {paper.name: (paper, number) for paper, number in agreements(THOUSAND)}
    with override_settings(VAR_DIR=tmp_path / "var"), killed_again_and_again(KILLS) as killed:
        made = make_pdfs([paper for paper, _ in told.values()])
    assert len(killed) == KILLS
    assert made.troubles == {}
    assert list(made.pdfs) == list(told), "each of them, in the order asked for"
    pages = {count for _, count in made.pdfs.values()}
    assert len(pages) == 1, "an agreement has as many pages as the next"
    whole = pikepdf.new()
    for pdf, _ in made.pdfs.values():
        with pikepdf.open(io.BytesIO(pdf)) as one:
            whole.pages.extend(one.pages)
    whole.save(tmp_path / "whole.pdf")
    said = subprocess.run(["pdftotext", tmp_path / "whole.pdf", "-"], check=True, capture_output=True, text=True)
    texts = said.stdout.split("\f")[:-1]
    (count,) = pages
    assert len(texts) == THOUSAND * count
    for index, (paper, number) in enumerate(told.values()):
        own = texts[index * count : (index + 1) * count]
        assert re.findall(r"2026-104-用-\d{4}", "".join(own)) == [number]
        assert all(spaced(paper.code) in page for page in own), "the code on every page"
