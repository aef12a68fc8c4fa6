"""会签, 票签, 退回, 撤回 and the end of a delegation at one moment: real processes, both databases."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.databases import CopyDatabase
from tests.processes import start_python
from tests.races.conftest import ANY_DATABASE

TIMES = 2
Race = Callable[[str], dict[str, Any]]
CHECKED, BY_ALL = ["check"], ["check", "sign_all.clerk", "sign_all.keeper", "sign_all.reviewer"]


@pytest.fixture(scope="module", params=ANY_DATABASE)
def race(
    request: pytest.FixtureRequest, copy_database: CopyDatabase, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Race]:
    """race(name) runs it once and tells what each was answered and how the slip lies."""
    url = copy_database(request.getfixturevalue(f"prepared_{request.param}"))
    running = start_python("tests.races.at_slips", url, tmp_path_factory.mktemp("slips") / "var")
    running.wait_until_ready()

    def run(name: str) -> dict[str, Any]:
        running.release(name)
        assert running.process.stdout is not None
        line = running.process.stdout.readline()
        assert line.startswith("{"), line + running.output(expect=None)
        told: dict[str, Any] = json.loads(line)
        assert told["faults"] == [], told
        told["said"] = [answer["answer"] for answer in told["answers"]]
        return told

    yield run
    running.clear_away()


def test_two_of_three_sign_at_once_and_both_signatures_stand(race: Race) -> None:
    for _ in range(TIMES):
        told = race("two of three sign")
        assert told["said"] == ["done", "done"]
        assert (told["state"], told["desks"]) == ("signing", ["sign_all.reviewer"])
        assert told["standing"] == ["check", "sign_all.clerk", "sign_all.keeper"]
        assert told["acts"].count("slips.sign") == 2


def test_the_last_two_sign_at_once_and_the_round_is_carried_once(race: Race) -> None:
    for _ in range(TIMES):
        told = race("the last two sign")
        assert told["said"] == ["done", "done"]
        assert (told["state"], told["standing"]) == ("voting", BY_ALL)
        assert told["desks"] == ["vote.auditor", "vote.officer", "vote.supervisor"]


def test_one_refuses_while_another_signs_and_the_paper_is_returned_in_either_order(race: Race) -> None:
    for _ in range(TIMES):
        told = race("one refuses")
        refused, signed = told["said"]
        assert (refused, told["state"], told["desks"]) == ("done", "returned", ["fill_in"])
        # Who was later is told; who was earlier has signed, and there is no desk left with a ghost on it.
        assert signed in ("done", "Overtaken"), told
        assert told["acts"].count("slips.sign") == 1 + (signed == "done")


def test_one_sends_back_while_another_signs_and_the_paper_goes_back_in_either_order(race: Race) -> None:
    for _ in range(TIMES):
        told = race("one sends back")
        returned, signed = told["said"]
        assert (returned, told["state"], told["desks"]) == ("done", "returned", ["fill_in"])
        assert signed in ("done", "Overtaken"), told


def test_two_make_the_majority_and_the_one_who_comes_second_is_told(race: Race) -> None:
    for _ in range(TIMES):
        told = race("two make the majority")
        assert sorted(told["said"]) == ["Overtaken", "done"]
        assert (told["state"], told["desks"]) == ("deciding", ["decide"])
        assert sum(step.startswith("vote.") for step in told["standing"]) == 2


def test_decided_or_sent_back_but_not_both(race: Race) -> None:
    for _ in range(TIMES):
        told = race("decide or send back")
        assert sorted(told["said"]) == ["Overtaken", "done"]
        decided = told["said"][0] == "done"
        assert (told["state"], told["desks"]) == (("decided", []) if decided else ("returned", ["fill_in"]))


def test_fetched_back_or_gone_on_but_not_both(race: Race) -> None:
    for _ in range(TIMES):
        told = race("fetch back or go on")
        assert sorted(told["said"]) == ["Overtaken", "done"]
        fetched = told["said"][0] == "done"
        assert told["state"] == ("checking" if fetched else "signing")
        assert told["standing"] == ([] if fetched else ["check", "sign_all.keeper"])


def test_a_signature_is_fetched_back_only_while_nobody_has_signed_after_it(race: Race) -> None:
    for _ in range(TIMES):
        told = race("fetch back one of the round")
        fetched, signed = told["said"]
        assert signed == "done"
        keeper = [] if fetched == "done" else ["sign_all.keeper"]
        assert told["standing"] == ["check", "sign_all.clerk", *keeper]
        if fetched == "done":
            assert told["acts"].index("desk.take_back") < len(told["acts"]) - 1, "the other had signed before"


def test_a_deputy_decides_before_the_delegation_ends_or_not_at_all(race: Race) -> None:
    for _ in range(TIMES):
        told = race("the delegation ends")
        ended, decided = told["said"]
        assert ended == "done"
        if decided == "done":
            assert told["last"] == ["slips.decide", "desk.end_delegation"], "decided after the end"
        else:
            assert (decided, told["state"], told["desks"]) == ("NotYours", "deciding", ["decide"])
