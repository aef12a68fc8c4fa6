"""A process killed in the middle of an act (SIGKILL, as the power cut) leaves everything or nothing."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Literal

import pytest

from tests.races.director import Theatre
from tests.races.scenes import AT_QINGHE, Act, Person, agree_by_village, application, seal_by_village

# How the paper comes before the person, and what that person does.
ACTS: dict[str, tuple[list[Act], Act]] = {
    "opinion": ([], agree_by_village(AT_QINGHE)),
    "seal": ([agree_by_village(AT_QINGHE)], seal_by_village(AT_QINGHE)),
}


def paper_before(theatre: Theatre, kind: str, person: Person) -> Act:
    """Somebody's paper lies there and the act is about to be done."""
    if kind == "submit":
        return application(AT_QINGHE, person)
    before, act = ACTS[kind]
    return replace(act, case=theatre.do(application(AT_QINGHE, person), *before))


def usual_steps(theatre: Theatre, kind: str, twin: Person) -> int:
    """How many steps the act takes before its commit, counted on the twin's paper."""
    done = theatre.steps(paper_before(theatre, kind, twin))
    assert done.answer == "done", str(done)
    return done.steps


def kill_at(theatre: Theatre, act: Act, steps: Iterable[int]) -> None:
    standing = theatre.sight(act.case) if act.case else {}
    counted = theatre.total()
    places: list[int | Literal["commit", "committed"]] = [*steps, "commit"]
    for at in places:
        died = theatre.kill_during(act, at)
        assert (died.answer, died.signal) == ("dead", -9), f"killed at {at}: {died}"
        assert theatre.total() == counted, f"killed at {at}"
        assert not act.case or theatre.sight(act.case) == standing, f"killed at {at}"
    assert theatre.faults() == []
    # No lock is left and nothing is in the way. Once committed, it is done, though nobody was told.
    assert theatre.kill_during(act, "committed").answer == "dead"
    # Handing in files two papers: the pledge, and 附件5.
    assert theatre.total()["Document"] == counted["Document"] + (1 if act.case else 2)
    assert theatre.faults() == []


@pytest.mark.parametrize(("kind", "sequence"), [("submit", 10), ("opinion", 20), ("seal", 30)])
def test_killed_in_the_middle_of_an_act_nothing_happened(theatre: Theatre, kind: str, sequence: int) -> None:
    usual = usual_steps(theatre, kind, Person(sequence))
    assert usual > 30
    act = paper_before(theatre, kind, Person(sequence + 1))
    kill_at(theatre, act, [usual // 3, usual * 2 // 3])


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "sequence"), [("submit", 40), ("opinion", 50), ("seal", 60)])
def test_killed_at_every_single_step_nothing_happened(theatre: Theatre, kind: str, sequence: int) -> None:
    usual = usual_steps(theatre, kind, Person(sequence))
    act = paper_before(theatre, kind, Person(sequence + 1))
    # A folder or a series that is there already saves some of the twin's steps.
    kill_at(theatre, act, range(1, usual - 8))


def test_a_number_taken_by_the_killed_is_given_to_the_next(theatre: Theatre) -> None:
    before = theatre.numbers("2020-104")
    assert theatre.kill_during(application(AT_QINGHE, Person(70)), "commit").answer == "dead"
    case = theatre.do(application(AT_QINGHE, Person(71)))
    assert theatre.sight(case)["number"] == f"2020-104-{len(before) + 1:04d}"
    assert theatre.faults() == []
