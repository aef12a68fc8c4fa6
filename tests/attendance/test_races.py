"""Two people at the same moment, on SQLite and on PostgreSQL: one of them does it, the other is told."""

import json
import re
from collections.abc import Callable

from tests.processes import Running, release_together

PLAYER = """
from tests.attendance.race import look
click = look({race!r}, {number})
ready()
print("ANSWER", click())
"""
LOOK = """
import json
from workflows.attendance.models import AttendanceRow, AttendanceSheet, PayLine, PayRoster
from workflows.core.consistency import faulty_cases
print("SIGHT", json.dumps({
    "sheets": AttendanceSheet.objects.count(),
    "rows": AttendanceRow.objects.count(),
    "states": sorted(AttendanceSheet.objects.values_list("state", flat=True)),
    "marks": AttendanceRow.objects.order_by("position").values_list("marks", flat=True)[0][16],
    "rosters": list(PayRoster.objects.values_list("state", "voucher")),
    "lines": PayLine.objects.count(),
    "faults": list(faulty_cases()),
}, ensure_ascii=False))
"""
STEP = "from tests.attendance import race; race.{step}()"


def test_one_of_two_does_it_and_the_other_is_told(any_database_url: str, run_python: Callable[..., Running]) -> None:
    def step(name: str) -> None:
        run_python(STEP.format(step=name), any_database_url).finish()

    def race(name: str) -> list[str]:
        players = [run_python(PLAYER.format(race=name, number=number), any_database_url) for number in (0, 1)]
        release_together(*players)
        return [str(re.search(r"ANSWER (\w+)", player.finish()).group(1)) for player in players]  # type: ignore[union-attr]

    def sight() -> dict[str, object]:
        said = re.search(r"SIGHT (.*)", run_python(LOOK, any_database_url).finish())
        assert said
        found: dict[str, object] = json.loads(said.group(1))
        return found

    step("stage")
    # The clock and the clerk open the same month: one sheet, with its two rows.
    assert sorted(race("open")) == ["Refused", "done"]
    assert (sight()["sheets"], sight()["rows"]) == (1, 2)
    # Two clerks save the same sheet: what the first one wrote stands.
    answers = race("save")
    assert sorted(answers) == ["Overtaken", "done"]
    assert sight()["marks"] == "sp"[answers.index("done")]
    step("onwards")
    # Finance confirms twice: paid once, with one voucher.
    answers = race("pay")
    assert sorted(answers) == ["Overtaken", "done"]
    seen = sight()
    assert seen["rosters"] == [["paid", f"凭证{answers.index('done')}"]]
    assert (seen["states"], seen["lines"], seen["faults"]) == (["in_pay"], 2, [])
