"""Two applications want the last place: what the rules count is locked, so one of them sees the other."""

from tests.races.director import Theatre
from tests.races.scenes import (
    AT_QINGHE,
    AT_YUNSHAN,
    OTHER_REVIEWER,
    SINGLE_POST,
    Person,
    agree_by_township,
    application,
    signed,
    way_to_township,
)


def test_of_two_edge_households_one_gets_the_fifth_place_and_the_other_the_soft_stop(theatre: Theatre) -> None:
    """Four are placed in the township when the two reviewers click."""
    first = theatre.do(*way_to_township(AT_QINGHE, Person(11, "edge")))
    second = theatre.do(*way_to_township(AT_QINGHE, Person(12, "edge")))
    answers = theatre.at_once(
        agree_by_township(AT_QINGHE, first), agree_by_township(AT_QINGHE, second, who=OTHER_REVIEWER)
    )
    placed = next(answer for answer in answers if answer.answer == "done")
    stopped = next(answer for answer in answers if answer.answer == "Refused")
    assert stopped.codes == ("quota_full",), str(stopped)
    assert "泥井镇已安置边缘户5户，原则上不超过5户" in stopped.message
    assert theatre.sight(placed.case)["state"] == "awaiting_township_seal"
    left = second if placed.case == first else first
    waiting = theatre.sight(left)
    assert (waiting["state"], waiting["desks"]) == ("awaiting_township_review", ["township_opinion"])
    assert waiting["papers"][-1] == "加盖村委会印章"
    # With the written reason it goes to the county, and still nobody is the sixth.
    theatre.do(signed("林书平", "agree_by_township", left, quota_reason="家里两人重病，村内无人可替，确须安置。"))
    assert theatre.sight(left)["state"] == "awaiting_quota_confirmation"
    assert theatre.faults() == []


def test_of_two_applicants_one_gets_the_last_place_of_a_post(theatre: Theatre) -> None:
    first = theatre.do(*way_to_township(AT_QINGHE, Person(13), post=SINGLE_POST))
    second = theatre.do(*way_to_township(AT_QINGHE, Person(14), post=SINGLE_POST))
    answers = theatre.at_once(
        agree_by_township(AT_QINGHE, first), agree_by_township(AT_QINGHE, second, who=OTHER_REVIEWER)
    )
    assert sorted(answer.answer for answer in answers) == ["Refused", "done"], [str(each) for each in answers]
    stopped = next(answer for answer in answers if answer.answer == "Refused")
    assert stopped.codes == ("post_full",), str(stopped)
    states = sorted(theatre.sight(case)["state"] for case in (first, second))
    assert states == ["awaiting_township_review", "awaiting_township_seal"]
    assert theatre.faults() == []


def test_two_townships_with_one_id_number_make_one_application(theatre: Theatre) -> None:
    """Nobody knows the person before: both townships enter them, the database stops one, the rule says why."""
    one_running_application(theatre, Person(15), Person(15))


def test_two_townships_with_one_id_number_known_to_the_register(theatre: Theatre) -> None:
    """The person was entered by an earlier application that was rejected."""
    person = Person(16)
    rejected = theatre.do(
        application(AT_YUNSHAN, person), signed("郝振国", "reject_by_village", reason="本人不愿上岗。")
    )
    assert theatre.sight(rejected)["state"] == "rejected_by_village"
    one_running_application(theatre, person, person)


def one_running_application(theatre: Theatre, here: Person, there: Person) -> None:
    answers = theatre.at_once(application(AT_QINGHE, here), application(AT_YUNSHAN, there))
    assert sorted(answer.answer for answer in answers) == ["Refused", "done"], [str(each) for each in answers]
    refused = next(answer for answer in answers if answer.answer == "Refused")
    assert refused.codes == ("second_application",)
    assert "这个身份证号在本县已有在办的申请" in refused.message
    done = next(answer for answer in answers if answer.answer == "done")
    assert theatre.sight(done.case)["state"] == "awaiting_village_review"
    assert theatre.faults() == []


def test_two_people_of_one_household_come_from_two_townships(theatre: Theatre) -> None:
    """Both enter the same household at once: it is one row, and no traceback."""
    head = Person(17).answers
    family = {"head_is_self": "no", "head_name": head["name"], "head_id_number": head["id_number"]}
    before = theatre.total()
    answers = theatre.at_once(
        application(AT_QINGHE, Person(18), **family), application(AT_YUNSHAN, Person(19), **family)
    )
    assert [answer.answer for answer in answers] == ["done", "done"], [str(each) for each in answers]
    after = theatre.total()
    assert {name: after[name] - before[name] for name in ("Household", "Worker")} == {"Household": 1, "Worker": 2}
    assert theatre.faults() == []
