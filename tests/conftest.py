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
        DJANGO_SETTINGS_MODULE="project.settings",
        VAR_DIR=_var,
        DATABASE_URL="sqlite:///:memory:",
        SECRET_KEY="only-for-tests-" + "0" * 50,
        FIELD_KEYS="dGVzdHRlc3R0ZXN0dGVzdHRlc3R0ZXN0dGVzdHRlc3Q=",
        INDEX_KEY="aW5kZXhpbmRleGluZGV4aW5kZXhpbmRleGluZGV4aW4=",
    )

import django  # noqa: E402
from django.conf import settings  # noqa: E402
from django.test import override_settings  # noqa: E402

settings.INSTALLED_APPS.append("tests.slips")
django.setup()

pytest_plugins = ["tests.tools", "tests.processes", "tests.databases"]


# Stories of the browser, of races between processes and of the whole county: many minutes on two cores, and not walked
# again since agreements, delegations and sittings came to the same pages. `make test-full` runs them.
WALKED_IN_FULL_ONLY = (
    "tests/journeys/",
    "tests/races/",
    "tests/core/test_queries.py",
    "tests/applications/test_random_walk.py",
    "tests/core/test_desk_model.py",
    "tests/project/test_demo_county.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    root = Path(__file__).resolve().parents[1]
    for item in items:
        if item.path.resolve().relative_to(root).as_posix().startswith(WALKED_IN_FULL_ONLY):
            item.add_marker(pytest.mark.slow)


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
