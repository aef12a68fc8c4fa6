"""Two people at the same moment on one month, on SQLite and on PostgreSQL: one of them does it, the other is told."""

import json
import re
from pathlib import Path

from tests.processes import start_python

ONE_OF_TWO = ["Overtaken", "done"]


def test_one_of_two_does_it_and_the_other_is_told(any_database_url: str, tmp_path: Path) -> None:
    said = re.search(r"TOLD (.*)", start_python("tests.attendance.race", any_database_url, tmp_path / "var").finish())
    assert said
    told = json.loads(said.group(1))
    # The clerk and two clocks open the same month: one sheet, with its two rows, and no clock reports a refusal.
    assert told["open"][0] in ("done", "Refused")
    assert told["open"][1:] == ["done", "done"]
    assert (told["opened"]["states"], told["opened"]["rows"]) == (["filling"], 2)
    # Two clerks save the same sheet: what the first one wrote stands.
    assert sorted(told["save"]) == ONE_OF_TWO
    assert told["saved"]["mark"] == "sp"[told["save"].index("done")]
    # The head signs while the clerk takes the sheet back to change it.
    assert "done" in told["sign"]
    assert set(told["sign"]) <= {"done", "Overtaken"}
    assert told["edited"]["states"] == ["filling" if told["sign"][1] == "done" else "signing"]
    # The township audits while the village takes the sheet back; then two reviewers audit, one keeper seals twice.
    assert sorted(told["audit"]) == ONE_OF_TWO or sorted(told["audit"]) == ["Refused", "done"]
    assert told["audited"]["states"] == ["awaiting_seal" if told["audit"][0] == "done" else "signed"]
    assert sorted(told["twice"]) == ONE_OF_TWO
    assert sorted(told["seal"]) == ONE_OF_TWO
    # The roster is drawn up in two windows; finance confirms twice: one roster, paid once, with one voucher.
    assert told["draw up"].count("done") == 1
    assert sorted(told["pay"]) == ONE_OF_TWO
    assert told["end"]["rosters"] == [["paid", "凭证杜佳宁"]]
    assert (told["end"]["states"], told["end"]["lines"], told["end"]["faults"]) == (["in_pay"], 2, [])
