"""Three years of a township with all papers (story.py), on both databases; each chapter leaves everything in order."""

from pathlib import Path

import pytest

from tests.cast import prepared_cast
from tests.processes import start_python
from tests.years.monthly import EVERY_LEDGER, EVERY_MONTH
from tests.years.story import Story

pytestmark = [
    pytest.mark.article("《办法》第五条、第六条、第七条、第八条、第九条、第十条"),
    pytest.mark.article("《办法》第十一条第4项"),
    pytest.mark.article("《办法》第十二条、第十三条、第十四条"),
]


@pytest.mark.django_db
def test_eight_people_come_work_and_go_each_by_their_own_article() -> None:
    Story(prepared_cast()).tell()


@pytest.mark.slow
@pytest.mark.django_db
def test_with_the_attendance_the_pay_and_the_ledgers_of_all_thirty_six_months() -> None:
    Story(prepared_cast(), EVERY_MONTH, EVERY_LEDGER).tell()


@pytest.mark.slow
@pytest.mark.postgres
def test_on_postgres_the_three_years_are_the_same(postgres_copy: str, tmp_path: Path) -> None:
    start_python("tests.years.tell", postgres_copy, tmp_path / "var").output(patience_seconds=600)
