"""Whose desk it is, what comes back, what is taken back, and what the daily records allow."""

from datetime import date
from typing import Any

import pytest

from registry.policies import policy_on
from tests.appraisals import years
from tests.appraisals.years import appraisal_of, begin, look, sealed, tenure_of, walk
from tests.attendance.months import at
from tests.cast import Cast, nothing_happens, signed, task_of
from workflows.appraisals.models import Appraisal, DailyRecord, State
from workflows.core.models import Case
from workflows.core.opinions import valid_opinions
from workflows.core.refusals import NotFound, NotYours, Overtaken, Refused
from workflows.core.seen import seen_of
from workflows.core.working_days import after_working_days

pytestmark = pytest.mark.django_db
WAY: tuple[tuple[State, str, str, dict[str, Any]], ...] = (
    (State.GATHERING, "appraisals.submit", "clerk", years.WORDS | {"grade": "pass"}),
    (State.AWAITING_VILLAGE, "appraisals.propose", "head", {}),
    (State.AWAITING_WORKER, "appraisals.worker_signs", "clerk", years.INK),
    (State.AWAITING_TOWNSHIP, "appraisals.agree_by_township", "reviewer", {}),
    (State.AWAITING_SEAL, "appraisals.seal", "township_keeper", {}),
)
STRANGERS = ("supervisor", "auditor", "township_clerk", "keeper", "other_reviewer", "other_head", "administrator")


def codes(caught: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [refusal.code for refusal in caught.value.refusals]


@pytest.mark.parametrize(("state", "action", "part", "data"), WAY)
def test_a_step_is_for_its_own_desk_and_only_in_its_own_state(
    cast: Cast, state: str, action: str, part: str, data: dict[str, Any]
) -> None:
    case = walk(cast, begin(cast, cast.workers[0]), state)
    task, seen = task_of(case), seen_of(task_of(case), Case.objects.get(pk=case.pk))
    for stranger in STRANGERS:
        if stranger == part:
            continue
        with nothing_happens(), pytest.raises((NotYours, NotFound)):
            cast.do(action, task, cast.people[stranger], {**signed("甲"), **data})
    walk(cast, case, State.AWAITING_SUMMARY)
    with nothing_happens(), pytest.raises(Overtaken):
        cast.do(action, task, cast.people[part], {**signed(cast.people[part].name), **data}, seen=seen)
    with nothing_happens(), pytest.raises((NotYours, Refused)):
        cast.do(action, task_of(case), cast.people[part], {**signed(cast.people[part].name), **data})


@pytest.mark.article("《办法》第十四条")
def test_who_gathered_does_not_sign_for_the_group_or_the_township(cast: Cast) -> None:
    cast.people["clerk_as_head"] = cast.also("clerk", "village_head", "104001")
    cast.people["clerk_as_reviewer"] = cast.also("clerk", "township_reviewer", "104")
    case = walk(cast, begin(cast, cast.workers[0]), State.AWAITING_VILLAGE)
    with nothing_happens(), pytest.raises(Refused) as caught:
        cast.do("appraisals.propose", task_of(case), cast.clerk_as_head, signed("何素琴"))
    assert codes(caught) == ["own_submission"]
    walk(cast, case, State.AWAITING_TOWNSHIP)
    with nothing_happens(), pytest.raises(Refused) as caught:
        cast.do("appraisals.agree_by_township", task_of(case), cast.clerk_as_reviewer, signed("何素琴"))
    assert codes(caught) == ["signed_below"]


def send_back(cast: Cast, case: Case, to: str = "gather", mode: str = "walk_again") -> None:
    data = {"reason": "综合意见太简单，请补充。", "to": to, "mode": mode}
    cast.do("appraisals.send_back", task_of(case), cast.reviewer, data)


def test_what_was_sent_back_and_changed_is_confirmed_anew(cast: Cast) -> None:
    case = walk(cast, begin(cast, cast.workers[0]), State.AWAITING_TOWNSHIP)
    send_back(cast, case)
    assert appraisal_of(case).state == State.RETURNED
    years.submit(cast, case, reason="全年任务都完成，雨后当天疏通边沟。")
    appraisal = appraisal_of(case)
    assert (appraisal.state, appraisal.confirmation) == (State.AWAITING_VILLAGE, "")
    assert valid_opinions(Case.objects.get(pk=case.pk)) == {}
    walk(cast, case, State.AWAITING_SUMMARY)


def test_what_reads_the_same_goes_straight_back(cast: Cast) -> None:
    case = walk(cast, begin(cast, cast.workers[0]), State.AWAITING_TOWNSHIP)
    send_back(cast, case, mode="straight_back")
    years.submit(cast, case)
    appraisal = appraisal_of(case)
    assert (appraisal.state, appraisal.confirmation) == (State.AWAITING_TOWNSHIP, "signed")
    assert "village_grades" in valid_opinions(Case.objects.get(pk=case.pk))


def test_a_sealed_result_may_be_sent_back_until_it_stands_in_a_batch(cast: Cast) -> None:
    case = sealed(cast, cast.workers[0])
    years.batch_to(cast, "fill_summary")
    data = {"reason": "等次写错了，请改正。", "to": "gather", "mode": "walk_again"}
    with nothing_happens(), pytest.raises(Refused) as caught:
        cast.do("appraisals.send_back", task_of(case), cast.township_clerk, data)
    assert "in_summary" in codes(caught)
    with nothing_happens(), pytest.raises(Refused) as caught:
        cast.do("appraisals.void", case, cast.clerk, {"reason": "写错了。"})
    assert codes(caught) == ["in_summary"]


@pytest.mark.parametrize(
    ("state", "part", "back"),
    [
        (State.AWAITING_VILLAGE, "clerk", State.GATHERING),
        (State.AWAITING_WORKER, "head", State.AWAITING_VILLAGE),
        (State.AWAITING_TOWNSHIP, "clerk", State.AWAITING_WORKER),
        (State.AWAITING_SEAL, "reviewer", State.AWAITING_TOWNSHIP),
        (State.AWAITING_SUMMARY, "township_keeper", State.AWAITING_SEAL),
    ],
)
def test_the_last_to_act_may_take_it_back(cast: Cast, state: str, part: str, back: str) -> None:
    case = walk(cast, begin(cast, cast.workers[0]), state)
    cast.do("desk.take_back", case, cast.people[part], {"reason": "看错了。"})
    appraisal = appraisal_of(case)
    assert appraisal.state == back
    if back == State.AWAITING_WORKER:
        assert appraisal.confirmation == ""
    walk(cast, case, State.AWAITING_SUMMARY)


def test_a_review_taken_back_leaves_the_grade_as_it_was(cast: Cast) -> None:
    case = walk(cast, begin(cast, cast.workers[0], years.BAD), State.AWAITING_WORKER, "fail")
    objection = {**years.INK, "objection": "10月3日请了假。"}
    cast.do("appraisals.worker_objects", task_of(case), cast.clerk, objection)
    review = signed("林书平", "确有请假条。") | {"review_grade": "pass"}
    cast.do("appraisals.decide_objection", task_of(case), cast.reviewer, review)
    cast.do("desk.take_back", case, cast.reviewer, {"reason": "再核对。"})
    appraisal = appraisal_of(case)
    assert (appraisal.state, appraisal.grade, appraisal.review) == (State.UNDER_REVIEW, "fail", "")


def test_a_wrong_opinion_is_struck_out_and_counts_no_more(cast: Cast) -> None:
    case = begin(cast, cast.workers[0])
    years.hear(cast, case)
    with nothing_happens(), pytest.raises(Refused) as caught:
        years.hear(cast, case, ("villager", "单秀云"))
    assert codes(caught) == ["heard_already"]
    row = appraisal_of(case).voices.get(name="单秀云")
    data = {"reason": "记错了人。", "voice": str(row.pk)}
    cast.do("appraisals.strike_opinion", task_of(case), cast.clerk, data)
    with nothing_happens(), pytest.raises(Refused) as caught:
        years.submit(cast, case)
    assert codes(caught) == ["no_villager"]
    with nothing_happens(), pytest.raises(Refused) as caught:
        years.hear(cast, case, ("villager", appraisal_of(case).worker.name))
    assert codes(caught) == ["own_voice"]


@pytest.mark.article("《办法》第四条第1项")
@pytest.mark.article("《办法》第四条第4项")
def test_village_and_township_both_look_and_nobody_else(cast: Cast) -> None:
    worker = cast.workers[0]
    for part in ("clerk", "head", "township_clerk", "reviewer"):
        look(cast, worker, "task", "yes", part=part)
    assert DailyRecord.objects.count() == 4
    for part in ("clerk_with_seal", "other_reviewer", "officer", "auditor"):
        with nothing_happens(), pytest.raises(NotFound):
            look(cast, worker, "task", "yes", part=part)


@pytest.mark.article("《办法》第四条第4项")
@pytest.mark.parametrize(
    ("day", "code"),
    [("2020-09-15", ""), ("2020-12-20", ""), ("2020-09-14", "not_in_post"), ("2020-12-21", "in_the_future")],
)
def test_a_look_is_of_a_day_in_post_that_has_come(cast: Cast, day: str, code: str) -> None:
    if not code:
        look(cast, cast.workers[0], "fit", "yes", on=day)
        return
    with nothing_happens(), pytest.raises(Refused) as caught:
        look(cast, cast.workers[0], "fit", "yes", on=day)
    assert codes(caught) == [code]


@pytest.mark.article("《办法》第八条")
def test_when_the_grade_is_proposed_nothing_is_written_or_struck_any_more(cast: Cast) -> None:
    walk(cast, begin(cast, cast.workers[0]), State.AWAITING_VILLAGE)
    with nothing_happens(), pytest.raises(Refused) as caught:
        look(cast, cast.workers[0], "fit", "yes")
    assert codes(caught) == ["handed_in"]
    record = DailyRecord.objects.filter(tenure=tenure_of(cast.workers[0]))[0]
    with nothing_happens(), pytest.raises(Refused) as caught:
        cast.do("appraisals.strike_record", record, cast.clerk, {"reason": "记错了。"})
    assert codes(caught) == ["handed_in"]


def test_a_struck_record_is_not_counted(cast: Cast) -> None:
    case = begin(cast, cast.workers[0])
    record = DailyRecord.objects.filter(kind="fit").get()
    cast.do("appraisals.strike_record", record, cast.head, {"reason": "记错了人。"})
    years.hear(cast, case)
    with nothing_happens(), pytest.raises(Refused) as caught:
        years.submit(cast, case)
    assert "no_records" in codes(caught)


@pytest.mark.article("《办法》第八条")
def test_attendance_comes_by_itself_from_audited_sheets(cast: Cast) -> None:
    points = {"attendance_points": "30", "tasks_points": "20", "learning_points": "20", "opinions_points": "20"}
    years.audited(cast, date(2020, 9, 1))
    cast.now = at(2021, 1, 10)
    years.issue(cast, 2021, **points)
    case = begin(cast, cast.workers[0], (), 2021)
    years.hear(cast, case)
    with nothing_happens(), pytest.raises(Refused) as caught:
        years.submit(cast, case, heard_on="2021-01-10")
    assert {"no_attendance", "no_records"} <= set(codes(caught))
    from workflows.appraisals.attendance import year_of

    september = year_of(cast.workers[0].pk, 2020)[8]
    assert (september.known, september.attended, september.absent) == (True, september.due, 0)
    assert september.due > 0
    assert not year_of(cast.workers[0].pk, 2020)[9].known


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"fit_points": "11"}, "points_do_not_add_up"),
        ({"fit_points": "9"}, "points_do_not_add_up"),
        ({"opinions_points": "0", "fit_points": "40"}, "nothing_for_daily_work"),
        ({"learning_target": "0"}, "no_target"),
        ({"pass_mark": "0"}, "no_pass_mark"),
        ({"pass_mark": "101"}, "no_pass_mark"),
        ({"timetable": ""}, "not_written"),
    ],
)
@pytest.mark.article("《办法》第七条")
def test_a_scheme_is_whole_before_it_is_issued(cast: Cast, changes: dict[str, str], code: str) -> None:
    case = years.scheme_to(cast, "draw_up_scheme", 2021)
    with nothing_happens(), pytest.raises(Refused) as caught:
        cast.do("schemes.submit", task_of(case), cast.township_clerk, years.SCHEME | changes)
    assert codes(caught) == [code]


def test_a_scheme_begins_from_last_years_and_its_author_does_not_approve_it(cast: Cast) -> None:
    cast.people["author"] = cast.also("township_clerk", "township_reviewer", "104")
    case = years.scheme_to(cast, "review_scheme", 2021)
    assert case.entity.pass_mark == 60
    with nothing_happens(), pytest.raises(Refused) as caught:
        cast.do("schemes.approve", task_of(case), cast.author, signed("罗晓敏"))
    assert codes(caught) == ["own_submission"]


def test_the_people_of_a_batch_stay_as_they_are(cast: Cast) -> None:
    sealed(cast, cast.workers[0])
    batch = years.batch_to(cast, "review_summary")
    cast.people["filler"] = cast.also("township_clerk", "township_reviewer", "104")
    with nothing_happens(), pytest.raises(Refused) as caught:
        cast.do("summaries.approve", task_of(batch), cast.filler, signed("罗晓敏"))
    assert codes(caught) == ["own_submission"]
    assert Appraisal.objects.get().summary is not None


def test_every_step_has_its_last_day_from_the_policy_of_the_day(cast: Cast) -> None:
    case = begin(cast, cast.workers[0])
    states = (State.GATHERING, State.AWAITING_VILLAGE, State.AWAITING_WORKER, State.AWAITING_TOWNSHIP,
              State.AWAITING_SEAL, State.AWAITING_SUMMARY, State.FILED)  # fmt: skip
    for state in states:
        walk(cast, case, state)
        task = task_of(case)
        days = policy_on(cast.county, cast.now.date()).step_days
        name = task.flow_task.name
        term = days.get(f"appraisals.{name}", days.get(name))
        assert term is not None, f"{name} has no term"
        assert task.due_on == after_working_days(cast.now.date(), term), name
