"""LibreOffice on its leash: killed, hanging, dying, missing; what it makes has the right faces."""

import os
import signal
import stat
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from django.test import override_settings

from forms_templates import libreoffice
from forms_templates.library import form
from forms_templates.libreoffice import LibreOfficeMissing, sweep, word_to_pdf
from tests.forms_templates.papers import application_form, pictures, sample
from tests.forms_templates.pdf_preview import faces_in


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path) -> Iterator[None]:
    with override_settings(VAR_DIR=tmp_path / "var"):
        yield


@pytest.fixture
def pretend(tmp_path: Path) -> Callable[[str], str]:
    """pretend(script) is a LibreOffice that does as told; `$files` are its papers, `$out` its folder."""

    def write(script: str) -> str:
        program = tmp_path / "pretended"
        program.write_text(
            '#!/bin/bash\nwhile [ "$1" != --outdir ]; do shift; done; out=$2; shift 2; files=("$@")\n'
            'make() { printf "%%PDF-1.4\\n%%%%EOF\\n" > "${1%.docx}.pdf"; }\n' + script
        )
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        return str(program)

    return write


def test_a_paper_becomes_a_pdf_of_its_faces(need_tool: Callable[[str], str], tmp_path: Path) -> None:
    need_tool("libreoffice")
    needs = form("job_needs", 1)
    made = word_to_pdf(
        {"one": application_form().render(sample(), pictures()), "boxes": needs.render(needs.sample(), {})}
    )
    assert sorted(made.pdfs) == ["boxes", "one"]
    assert made.troubles == {}
    for name, pdf in made.pdfs.items():
        (tmp_path / f"{name}.pdf").write_bytes(pdf)
    assert {name.removesuffix("jp") for name in faces_in(tmp_path / "one.pdf")} == {"NotoSerifCJK"}
    # ☑ is in no Chinese family: it comes from our own font, not from what a machine happens to have.
    assert {name.removesuffix("jp") for name in faces_in(tmp_path / "boxes.pdf")} == {"NotoSerifCJK", "PaperBoxes"}
    listed = subprocess.run(["pdffonts", str(tmp_path / "one.pdf")], check=True, capture_output=True, text=True)
    assert "SemiBold" in listed.stdout  # the title in 小标宋
    assert not list(libreoffice._root().glob("work-*"))


def test_killed_in_the_middle_it_starts_again_and_every_paper_gets_its_pdf(need_tool: Callable[[str], str]) -> None:
    need_tool("libreoffice")
    docx = application_form().render(sample(), pictures())
    killed: list[int] = []

    def kill_once() -> None:
        deadline = time.monotonic() + 60
        while not killed and time.monotonic() < deadline:
            for child in Path(f"/proc/{os.getpid()}/task").glob("*/children"):
                for pid in child.read_text().split():
                    name = Path(f"/proc/{pid}/comm")
                    if name.exists() and name.read_text().strip().startswith(("soffice", "oosplash")):
                        time.sleep(0.3)
                        with suppress(ProcessLookupError):  # a program that only started the other one is gone again
                            os.kill(int(pid), signal.SIGKILL)
                            killed.append(int(pid))
            time.sleep(0.02)

    killer = threading.Thread(target=kill_once)
    killer.start()
    made = word_to_pdf({f"paper{number}": docx for number in range(4)})
    killer.join()
    assert killed
    assert len(made.pdfs) == 4
    assert made.troubles == {}


def test_the_one_that_stops_it_is_reported_and_the_others_go_on(pretend: Callable[[str], str]) -> None:
    program = pretend('for f in "${files[@]}"; do [[ $f == *bad* ]] && exit 134; make "$f"; done')
    with override_settings(LIBREOFFICE=program):
        made = word_to_pdf({"a": b"", "bad": b"", "z": b""})
    assert sorted(made.pdfs) == ["a", "z"]
    assert made.troubles == {"bad": "LibreOffice意外退出（134）。"}


def test_of_many_those_that_stop_it_cost_two_starts_each_not_one_for_every_paper(
    pretend: Callable[[str], str], tmp_path: Path
) -> None:
    program = pretend(
        f'echo >> {tmp_path}/starts; for f in "${{files[@]}}"; do [[ $f == *bad* ]] && exit 134; make "$f"; done'
    )
    names = [f"paper{number:02d}{'bad' if number in (7, 31) else ''}" for number in range(40)]
    with override_settings(LIBREOFFICE=program):
        made = word_to_pdf(dict.fromkeys(names, b""))
    assert sorted(made.troubles) == ["paper07bad", "paper31bad"]
    assert sorted([*made.pdfs, *made.troubles]) == names
    assert len((tmp_path / "starts").read_text()) == 5


def test_one_that_was_killed_from_outside_is_made_the_second_time(
    pretend: Callable[[str], str], tmp_path: Path
) -> None:
    program = pretend(
        f'for f in "${{files[@]}}"; do [[ $f == *second* && ! -e {tmp_path}/been ]] && touch {tmp_path}/been '
        '&& kill -9 $$; make "$f"; done'
    )
    with override_settings(LIBREOFFICE=program):
        made = word_to_pdf({"first": b"", "second": b"", "third": b""})
    assert (sorted(made.pdfs), made.troubles) == (["first", "second", "third"], {})


def test_one_that_hangs_is_stopped_in_time_with_all_it_has_started(
    pretend: Callable[[str], str], tmp_path: Path
) -> None:
    program = pretend(f"sleep 300 & echo $! > {tmp_path}/child; wait")
    began = time.monotonic()
    with override_settings(LIBREOFFICE=program, PDF_START_SECONDS=1, PDF_FILE_SECONDS=0):
        made = word_to_pdf({"a": b""})
    assert made.troubles == {"a": "LibreOffice超过1秒没有做完，已停止。"}
    assert time.monotonic() - began < 20
    child = Path(f"/proc/{(tmp_path / 'child').read_text().strip()}/stat")
    deadline = time.monotonic() + 20  # a killed process of a busy machine is gone when it gets its turn
    while child.exists() and child.read_text().split()[2] != "Z" and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not child.exists() or child.read_text().split()[2] == "Z"


def test_memory_beyond_the_limit_is_refused(pretend: Callable[[str], str]) -> None:
    program = pretend("python3 -c 'x = bytearray(900 << 20)' || exit 9; make \"${files[0]}\"")
    with override_settings(LIBREOFFICE=program, PDF_MEMORY_MB=512):
        assert word_to_pdf({"a": b""}).troubles == {"a": "LibreOffice意外退出（9）。"}


def test_a_first_start_that_asks_for_another_is_given_one(pretend: Callable[[str], str], tmp_path: Path) -> None:
    program = pretend(f'[ -e {tmp_path}/been ] || {{ touch {tmp_path}/been; exit 81; }}; make "${{files[0]}}"')
    with override_settings(LIBREOFFICE=program):
        assert list(word_to_pdf({"a": b""}).pdfs) == ["a"]


def test_half_a_pdf_is_none(pretend: Callable[[str], str]) -> None:
    program = pretend('printf "%%PDF-1.4\\nhalf" > "${files[0]%.docx}.pdf"')
    with override_settings(LIBREOFFICE=program):
        assert word_to_pdf({"a": b""}).troubles == {"a": "LibreOffice打不开这个Word文件。"}


def test_our_keys_are_not_in_its_environment(pretend: Callable[[str], str], tmp_path: Path) -> None:
    program = pretend(f'env > {tmp_path}/env; make "${{files[0]}}"')
    with override_settings(LIBREOFFICE=program):
        word_to_pdf({"a": b""})
    assert not {"SECRET_KEY", "FIELD_KEYS", "INDEX_KEY"} & {
        line.partition("=")[0] for line in (tmp_path / "env").read_text().splitlines()
    }


def test_where_it_is_missing_the_sentence_says_how_to_get_it() -> None:
    with override_settings(LIBREOFFICE="/nowhere/soffice"), pytest.raises(LibreOfficeMissing) as said:
        word_to_pdf({"a": b""})
    assert "apt install libreoffice-writer-nogui" in str(said.value)


def test_what_a_killed_run_left_behind_is_swept() -> None:
    left = libreoffice._root() / "work-999999999-abc"
    left.mkdir()
    (left / "paper.docx").write_bytes(b"in the clear")
    own = libreoffice._root() / f"work-{os.getpid()}-abc"
    own.mkdir()
    assert sweep() == 1
    assert not left.exists()
    assert own.exists()
