"""The file store: under its digest, encrypted, on the disk before the commit; orphans are swept, nothing else."""

import os
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import override_settings

from audit.append_only import AppendOnlyError
from forms_templates import store
from forms_templates.models import StoredFile
from forms_templates.store import PaperDamaged
from registry.models import County, KeyDestroyed, PersonKey

NOW = datetime(2020, 9, 17, 8, 0, tzinfo=UTC)
TEXT = "周桂兰的审批表".encode() * 50


@pytest.fixture(autouse=True)
def papers(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "papers"
    with override_settings(PAPERS_DIR=folder):
        yield folder


@pytest.fixture
def county(db: None) -> County:
    return County.objects.create(code="130322", name="昌黎县")


@pytest.fixture
def key(county: County) -> PersonKey:
    return PersonKey.create(county)


def files(papers: Path) -> list[Path]:
    return [path for path in papers.rglob("*") if path.is_file() and path.name != "lock"]


def grow_old(path: Path, days: float = 2) -> None:
    then = (NOW - timedelta(days=days)).timestamp()
    os.utime(path, (then, then))


def test_what_is_stored_comes_back(key: PersonKey) -> None:
    assert store.get(store.put(TEXT, key), key) == TEXT


def test_nothing_readable_stands_on_the_disk(key: PersonKey, papers: Path) -> None:
    digest = store.put(TEXT, key)
    (path,) = files(papers)
    assert path.name == digest
    assert "周桂兰".encode() not in path.read_bytes()
    assert len(path.read_bytes()) < len(TEXT)


def test_the_same_file_of_one_person_is_stored_once(key: PersonKey, papers: Path) -> None:
    assert store.put(TEXT, key) == store.put(TEXT, key)
    assert len(files(papers)) == StoredFile.objects.count() == 1


def test_the_same_file_of_two_persons_outlives_the_key_of_one(key: PersonKey, county: County) -> None:
    other = PersonKey.create(county)
    digest = store.put(TEXT, key)
    assert store.put(TEXT, other) == digest
    key.destroy(NOW)
    with pytest.raises(KeyDestroyed):
        store.get(digest, key)
    assert store.get(digest, other) == TEXT


def test_a_file_belongs_to_the_person_it_was_stored_for(key: PersonKey, county: County) -> None:
    digest = store.put(TEXT, key)
    with pytest.raises(PaperDamaged, match="找不到文件"):
        store.get(digest, PersonKey.create(county))


@pytest.mark.parametrize("digest", ["", "../../etc/passwd", "0" * 63, "/" * 64])
def test_a_name_that_is_no_digest_finds_nothing(key: PersonKey, digest: str) -> None:
    with pytest.raises(PaperDamaged, match="文件编号不完整"):
        store.get(digest, key)


def test_a_changed_file_is_noticed(key: PersonKey, papers: Path) -> None:
    digest = store.put(TEXT, key)
    (path,) = files(papers)
    path.write_bytes(path.read_bytes()[:-8] + b"AAAAAAA=")
    with pytest.raises(PaperDamaged, match="已经损坏"):
        store.get(digest, key)


def test_a_file_put_in_the_place_of_another_is_noticed(key: PersonKey, papers: Path) -> None:
    first, second = store.put(TEXT, key), store.put(b"another paper", key)
    paths = {path.name: path for path in files(papers)}
    paths[first].write_bytes(paths[second].read_bytes())
    with pytest.raises(PaperDamaged, match="与留存时不一致"):
        store.get(first, key)


def test_a_write_that_fails_leaves_nothing(key: PersonKey, papers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def disk_full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    store.put(b"makes the folders", key)
    before = files(papers)
    monkeypatch.setattr(os, "fsync", disk_full)
    with pytest.raises(OSError, match="No space left"):
        store.put(TEXT, key)
    assert files(papers) == before
    assert StoredFile.objects.count() == 1


def test_a_file_is_flushed_before_it_gets_its_name_and_the_folder_after(
    key: PersonKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    flush, rename = os.fsync, Path.replace

    def fsync(descriptor: int) -> None:
        steps.append("folder" if Path(f"/proc/self/fd/{descriptor}").readlink().is_dir() else "file")
        flush(descriptor)

    def replace(path: Path, target: Path) -> Path:
        steps.append("name")
        return rename(path, target)

    store.put(b"makes the folders", key)
    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(Path, "replace", replace)
    monkeypatch.setattr(secrets, "token_hex", lambda _bytes: "fixed")
    store.put(b"makes the folders", key)
    assert steps == ["file", "name", "folder"]


def test_the_row_of_a_file_is_never_changed(key: PersonKey) -> None:
    store.put(TEXT, key)
    with pytest.raises(AppendOnlyError):
        StoredFile.objects.update(size=1)


def test_sweeping_removes_the_file_of_a_case_that_was_rolled_back(key: PersonKey, papers: Path) -> None:
    kept = store.put(b"kept", key)
    with transaction.atomic():
        store.put(b"lost", key)
        transaction.set_rollback(True)
    assert len(files(papers)) == 2
    for path in files(papers):
        grow_old(path)
    assert store.sweep(NOW - timedelta(days=1)) == 1
    assert [path.name for path in files(papers)] == [kept]


def test_sweeping_leaves_a_file_whose_transaction_may_still_commit(key: PersonKey, papers: Path) -> None:
    store.put(TEXT, key)
    (path,) = files(papers)
    orphan = path.with_name("f" * 64)
    path.rename(orphan)
    grow_old(orphan, days=0.9)
    assert store.sweep(NOW - timedelta(days=1)) == 0
    grow_old(orphan, days=1.1)
    assert store.sweep(NOW - timedelta(days=1)) == 1


def test_sweeping_removes_what_a_killed_server_had_half_written(key: PersonKey, papers: Path) -> None:
    digest = store.put(TEXT, key)
    (path,) = files(papers)
    half = path.with_name(f"{digest}.0123456789abcdef.part")
    half.write_bytes(b"half")
    grow_old(half)
    grow_old(path)
    call_command("sweep_papers")
    assert files(papers) == [path]


def test_a_file_put_again_is_young_again(key: PersonKey, papers: Path) -> None:
    store.put(TEXT, key)
    (path,) = files(papers)
    grow_old(path)
    store.put(TEXT, key)
    assert path.stat().st_mtime > (NOW - timedelta(days=1)).timestamp()
