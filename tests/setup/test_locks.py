"""The lock files name versions and hashes, and no address: where packages come from is each machine's business."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))


def pinned(lock: Path) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9._-]+)==([^ ;\\]+)", lock.read_text(), flags=re.MULTILINE))


def test_there_is_a_lock_for_running_for_development_and_for_the_newest_django() -> None:
    assert [lock.stem for lock in LOCKS] == ["dev", "newest", "run"]


@pytest.mark.parametrize("path", sorted((ROOT / "requirements").iterdir()), ids=lambda path: path.name)
def test_no_requirement_names_an_address_or_an_index(path: Path) -> None:
    text = path.read_text()
    # Not the bare word: a package may be called after it (aiohttp).
    assert "://" not in text
    assert not re.search(r"\b(https?|git|file):", text)
    assert not re.search(r"^\s*(-i\b|--(extra-)?index-url|--find-links|-f\b|--trusted-host)", text, re.MULTILINE)


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_every_locked_package_has_a_version_and_a_hash(lock: Path) -> None:
    entries = re.split(r"^(?=\S)", lock.read_text(), flags=re.MULTILINE)[1:]
    assert len(entries) > 20
    for entry in entries:
        assert re.match(r"[a-z0-9._-]+==\S+", entry), entry
        assert "--hash=sha256:" in entry, entry


def test_development_runs_the_very_versions_that_the_office_runs() -> None:
    run, dev = pinned(ROOT / "requirements/run.txt"), pinned(ROOT / "requirements/dev.txt")
    assert run.items() <= dev.items()


def test_the_office_runs_the_long_term_release_and_the_other_lock_a_newer_one() -> None:
    assert pinned(ROOT / "requirements/run.txt")["django"].startswith("5.2.")
    assert int(pinned(ROOT / "requirements/newest.txt")["django"].partition(".")[0]) >= 6


def test_database_papers_and_keys_never_enter_the_repository() -> None:
    assert "/var/" in (ROOT / ".gitignore").read_text().splitlines()
