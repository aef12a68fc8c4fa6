"""The file store: papers and attachments under their digest, encrypted with the key of the person concerned.

A file is on the disk (flushed, renamed, folder flushed) before the transaction that names it commits, so that
a killed server leaves everything or an orphan, never a row without its file. Orphans are swept a day later.
Two persons with the same file have two files: one person's key can then be destroyed without the other's
loss.
"""

import fcntl
import hashlib
import os
import secrets
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from forms_templates.models import StoredFile
from registry.encryption import DecryptionError
from registry.models import PersonKey


class PaperDamaged(Exception):
    """A stored file is gone or is not what was stored; the sentence says which."""


def put(data: bytes, person_key: PersonKey) -> str:
    """Store a file and note it in the caller's transaction; its SHA-256 (hex) is the name it is found by.

    Raises KeyDestroyed, OSError (disk full).
    """
    digest = hashlib.sha256(data).hexdigest()
    with _lock(fcntl.LOCK_SH):
        _write(_path(person_key, digest), person_key.encrypt(zlib.compress(data)))
    with transaction.atomic():
        StoredFile.objects.get_or_create(person_key=person_key, digest=digest, defaults={"size": len(data)})
    return digest


def get(digest: str, person_key: PersonKey) -> bytes:
    """The file as it was stored; raises PaperDamaged, or KeyDestroyed after a deletion the law demanded."""
    try:
        data = zlib.decompress(person_key.decrypt(_path(person_key, digest).read_bytes()))
    except FileNotFoundError as error:
        raise PaperDamaged(f"找不到文件{digest[:12]}，请从备份恢复。") from error
    except (DecryptionError, zlib.error) as error:
        raise PaperDamaged(f"文件{digest[:12]}打不开，内容已经损坏，请从备份恢复。") from error
    if hashlib.sha256(data).hexdigest() != digest:
        raise PaperDamaged(f"文件{digest[:12]}与留存时不一致，请从备份恢复。")
    return data


def sweep(older_than: datetime) -> int:
    """Remove files no committed row names and that were written before `older_than`; returns how many."""
    removed = 0
    # Alone: otherwise a file being put again could be judged old and removed between the two looks.
    with _lock(fcntl.LOCK_EX):
        for path in _root().glob("*/*/*"):
            if path.stat().st_mtime >= older_than.timestamp():
                continue
            known = StoredFile.objects.filter(person_key=int(path.parts[-3]), digest=path.name)
            if not known.exists():
                path.unlink()
                removed += 1
    return removed


def _root() -> Path:
    return Path(settings.PAPERS_DIR)


def _path(person_key: PersonKey, digest: str) -> Path:
    if len(digest) != 64 or not digest.isalnum():
        raise PaperDamaged("文件编号不完整，请从备份恢复。")
    return _root() / str(person_key.pk) / digest[:2] / digest


def _write(path: Path, content: bytes) -> None:
    _make_folder(path.parent)
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(8)}.part")
    try:
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _flush_folder(path.parent)


def _make_folder(folder: Path) -> None:
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for each in missing:
        _flush_folder(each.parent)


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _lock(kind: int) -> Iterator[None]:
    _make_folder(_root())
    with (_root() / "lock").open("ab") as file:
        fcntl.flock(file, kind)
        yield
