"""Two people, or one person twice, at the same paper at the same moment: one act counts, the other is told why."""

from tests.races.director import Answer, Theatre
from tests.races.scenes import (
    AT_QINGHE,
    OTHER_REVIEWER,
    Person,
    agree_by_township,
    agree_by_village,
    application,
    draft,
    seal_by_village,
    send_back,
    submit,
    take_back,
    way_to_township,
)


def one_done_one_overtaken(answers: list[Answer]) -> tuple[Answer, Answer]:
    done = [answer for answer in answers if answer.answer == "done"]
    late = [answer for answer in answers if answer.answer == "Overtaken"]
    assert (len(done), len(late)) == (1, 1), [str(answer) for answer in answers]
    assert late[0].status == 409
    return done[0], late[0]


def test_the_same_submit_twice_at_once_is_one_submit(theatre: Theatre) -> None:
    person = Person(1)
    case = theatre.do(draft(AT_QINGHE, person))
    before = theatre.numbers("2020-104")
    answers = theatre.at_once(submit(AT_QINGHE, person, case), submit(AT_QINGHE, person, case))
    done, late = one_done_one_overtaken(answers)
    assert late.message == "何素琴在09:00已办理这一件（提交申请），您刚才的操作没有提交。"
    seen = theatre.sight(case)
    assert seen["events"] == [
        ["applications.open", "何素琴", "draft"],
        ["applications.submit", "何素琴", "awaiting_village_review"],
    ]
    assert seen["papers"] == ["申请人签字", "提交申请"]
    assert seen["desks"] == ["village_opinion"]
    assert theatre.numbers("2020-104") == [*before, done.number]
    assert theatre.faults() == []


def test_two_reviewers_of_one_office_agree_and_one_of_them_signs(theatre: Theatre) -> None:
    case = theatre.do(*way_to_township(AT_QINGHE, Person(2)))
    answers = theatre.at_once(
        agree_by_township(AT_QINGHE, case), agree_by_township(AT_QINGHE, case, who=OTHER_REVIEWER)
    )
    _, late = one_done_one_overtaken(answers)
    seen = theatre.sight(case)
    winner = seen["events"][-1][1]
    assert late.message == f"{winner}在09:00已办理这一件（签署乡镇意见：同意），您刚才的操作没有提交。"
    assert [event[0] for event in seen["events"]].count("applications.agree_by_township") == 1
    assert ["township_opinion", "agree", winner, True, False, True] in seen["opinions"]
    assert seen["signatures"] == 3, "the applicant's, the village's, the township's"
    assert seen["desks"] == ["township_seal"]
    assert theatre.faults() == []


def test_one_reviewer_agrees_while_the_other_sends_back(theatre: Theatre) -> None:
    case = theatre.do(*way_to_township(AT_QINGHE, Person(3)))
    agreed, returned = theatre.at_once(agree_by_township(AT_QINGHE, case), send_back(OTHER_REVIEWER, case))
    one_done_one_overtaken([agreed, returned])
    seen = theatre.sight(case)
    if agreed.answer == "done":
        assert (seen["state"], seen["desks"]) == ("awaiting_township_seal", ["township_seal"])
        assert returned.message == "林书平在09:00已办理这一件（签署乡镇意见：同意），您刚才的操作没有提交。"
    else:
        assert (seen["state"], seen["desks"]) == ("returned", ["fill_in"])
        assert agreed.message == "苏文静在09:00已办理这一件（退回补正），您刚才的操作没有提交。"
    assert theatre.faults() == []


def test_a_paper_is_taken_back_or_acted_on_but_not_both(theatre: Theatre) -> None:
    case = theatre.do(application(AT_QINGHE, Person(4)), agree_by_village(AT_QINGHE))
    taken, sealed = theatre.at_once(take_back(AT_QINGHE.head, case), seal_by_village(AT_QINGHE, case))
    one_done_one_overtaken([taken, sealed])
    seen = theatre.sight(case)
    if taken.answer == "done":
        assert (seen["state"], seen["desks"]) == ("awaiting_village_review", ["village_opinion"])
        assert seen["opinions"] == [["village_opinion", "agree", "秦守义", True, False, False]]
        assert seen["seal_uses"] == 0
        assert sealed.message == "这一件在09:00已被撤回或退回，您刚才的操作没有提交。"
    else:
        assert (seen["state"], seen["desks"]) == ("awaiting_township_review", ["township_opinion"])
        assert seen["opinions"] == [["village_opinion", "agree", "秦守义", True, True, True]]
        assert seen["seal_uses"] == 1
        assert taken.message == "您打开之后，这一件已有人办理或有了变动，不能撤回。请看现在的表。"
    assert theatre.faults() == []


def test_a_double_click_on_a_new_application_is_one_application(theatre: Theatre) -> None:
    before = theatre.total()
    click = application(AT_QINGHE, Person(5), key="one-page")
    done, late = one_done_one_overtaken(theatre.at_once(click, click))
    assert late.message == "这份申请刚才已经保存，没有重复新建。"
    after = theatre.total()
    assert {name: after[name] - before[name] for name in ("Case", "Event", "Document")} == {
        "Case": 1,
        "Event": 2,
        "Document": 2,
    }
    assert theatre.sight(done.case)["desks"] == ["village_opinion"]
    assert theatre.faults() == []


def test_a_triple_click_on_save_draft_is_one_draft(theatre: Theatre) -> None:
    before = theatre.total()["Case"]
    answers = theatre.at_once(*[draft(AT_QINGHE, Person(6), key="one-draft") for _ in range(3)])
    assert sorted(answer.answer for answer in answers) == ["Overtaken", "Overtaken", "done"]
    assert theatre.total()["Case"] == before + 1
    assert theatre.faults() == []
