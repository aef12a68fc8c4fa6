"""Two at the same moment on one ledger, on SQLite and on PostgreSQL: one of them does it, the other is told."""

import json
import re
from pathlib import Path

from tests.processes import start_python

ONE_OF_TWO = ["Overtaken", "done"]


def test_of_two_who_act_on_a_ledger_at_once_one_does_it(any_database_url: str, tmp_path: Path) -> None:
    said = re.search(r"TOLD (.*)", start_python("tests.reporting.race", any_database_url, tmp_path / "var").finish())
    assert said
    told = json.loads(said.group(1))
    # Two clocks at once: every township has one ledger, and neither of them was refused anything.
    assert told["open"] == ["done", "done"]
    assert (told["opened"]["ledgers"], told["opened"]["versions"]) == (2, [[1, "checking"]])
    assert told["opened"]["people"] == [2]
    # Two clerks, two reviewers, two windows of one keeper.
    for step in ("check", "review", "file"):
        assert sorted(told[step]) == ONE_OF_TWO, step
    # The county receives it in one window and sends it back in another.
    assert sorted(told["receive"]) == ONE_OF_TWO
    received = told["receive"].index("done") == 0
    assert told["decided"]["versions"] == [[1, "received" if received else "returned"]]
    # Two clerks open the supplement: there is one.
    assert sorted(told["supplement"]) == ONE_OF_TWO
    # One takes the data anew while the other signs what was there: never both on the same page.
    assert "done" in told["anew"]
    assert set(told["anew"]) <= {"done", "Overtaken", "Refused"}
    assert [version for version, _ in told["end"]["versions"]] == [1, 2]
    assert told["end"]["versions"][0][1] == "received"
    assert told["end"]["faults"] == []
