"""Many at once: numbers without a gap, nothing lost, every writer gets their turn."""

from tests.races.director import Theatre
from tests.races.scenes import AT_QINGHE, Person, agree_by_village, application, way_to_approval

SERIES = "2020-104"


def test_twelve_submits_at_once_get_twelve_numbers_in_a_row(theatre: Theatre) -> None:
    before = theatre.numbers(SERIES)
    answers = theatre.at_once(*[application(AT_QINGHE, Person(20 + each)) for each in range(12)])
    assert [answer.answer for answer in answers] == ["done"] * 12, [str(answer) for answer in answers]
    assert sum(answer.pauses for answer in answers) == 0, "they waited for each other in a circle"
    given = sorted(answer.number for answer in answers)
    assert given == [f"{SERIES}-{len(before) + each:04d}" for each in range(1, 13)]
    assert theatre.numbers(SERIES) == [*before, *given]
    assert theatre.faults() == []


def test_eight_writers_with_fifteen_acts_each_lose_nothing(theatre: Theatre) -> None:
    """Each walks three applications from the blank form to the township's seal."""
    before = theatre.total()
    walks = [
        [act for each in range(3) for act in way_to_approval(AT_QINGHE, Person(100 + 10 * writer + each))]
        for writer in range(8)
    ]
    scripts = theatre.scripts(*walks)
    answers = [answer for script in scripts for answer in script]
    assert [answer.answer for answer in answers] == ["done"] * 120, [str(each) for each in answers]
    assert sum(answer.pauses for answer in answers) == 0, "they waited for each other in a circle"
    after = theatre.total()
    # Opening and submitting is one act and two events.
    assert after["Event"] - before["Event"] == 8 * 3 * 6
    assert after["Document"] - before["Document"] == 8 * 3 * 6  # the pledge, and 附件5 after each act
    assert after["SealUse"] - before["SealUse"] == 8 * 3 * 2
    assert theatre.faults() == []


def test_an_act_that_finds_the_database_busy_is_tried_again_and_succeeds(theatre: Theatre) -> None:
    """A writer holds the lock longer than the database waits and lets go while the door pauses."""
    case = theatre.do(application(AT_QINGHE, Person(60)))
    answer = theatre.block(agree_by_village(AT_QINGHE, case))
    assert (answer.answer, answer.pauses) == ("done", 1), str(answer)
    assert theatre.sight(case)["state"] == "awaiting_village_seal"
    assert theatre.faults() == []
