"""What every test stands on: settings of its own, never the developer's database, keys or papers."""

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

# Before Django reads them. Whatever the developer's shell says about the real installation is put aside.
for _name in ("DEBUG", "DEMO", "HTTPS", "HOST", "PORT", "ALLOWED_HOSTS", "WEB_WORKERS", "WEB_THREADS"):
    os.environ.pop(_name, None)
if "PYTEST_XDIST_WORKER" not in os.environ:
    _var = tempfile.mkdtemp(prefix="welfare-posts-tests-")
    atexit.register(shutil.rmtree, _var, ignore_errors=True)
    (Path(_var) / "static").mkdir()
    os.environ.update(
        DJANGO_SETTINGS_MODULE="tests.settings",
        VAR_DIR=_var,
        DATABASE_URL="sqlite:///:memory:",
        SECRET_KEY="only-for-tests-" + "0" * 50,
        FIELD_KEYS="dGVzdHRlc3R0ZXN0dGVzdHRlc3R0ZXN0dGVzdHRlc3Q=",
        INDEX_KEY="aW5kZXhpbmRleGluZGV4aW5kZXhpbmRleGluZGV4aW4=",
    )

import django  # noqa: E402
from django.test import override_settings  # noqa: E402

django.setup()

pytest_plugins = ["tests.tools", "tests.processes", "tests.databases"]


@pytest.fixture(scope="session", autouse=True)
def _test_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Argon2 is slow on purpose; the manifest needs collectstatic; every worker gets papers of its own."""
    papers: Path = tmp_path_factory.mktemp("papers")
    with override_settings(
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        STORAGES={
            "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
            "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
        },
        PAPERS_DIR=papers,
    ):
        yield
