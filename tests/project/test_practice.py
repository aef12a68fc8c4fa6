"""Beginning the practice county anew touches nothing that could be real."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from registry.models import County


def test_a_real_installation_is_never_emptied(db: None, settings: Settings) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError, match="这里不是演示"):
        call_command("begin_anew")


def test_a_real_county_in_a_practice_installation_is_never_emptied(db: None, settings: Settings) -> None:
    settings.DEMO, settings.PORT = True, 1
    papers = Path(settings.PAPERS_DIR)
    papers.mkdir(exist_ok=True)
    (papers / "kept").write_text("one paper")
    County.objects.create(code="130322", name="昌黎县", demo=False)
    with pytest.raises(CommandError, match="真实的县"):
        call_command("begin_anew")
    assert (papers / "kept").read_text() == "one paper"
    (papers / "kept").unlink()
