"""What follows a filed result: renewal within three years and sixty-five, termination; an alarm without a result."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.appraisals import years
from tests.appraisals.years import appraisal_of, filed, tenure_of
from tests.attendance.months import at, employ
from tests.cast import Cast, events_of, nothing_happens, signed, task_of
from tests.registry.people import id_number
from workflows.appraisals.models import MissingResult, State
from workflows.core.daily import run_daily
from workflows.core.door import perform
from workflows.core.models import Case, Notice
from workflows.core.refusals import Refused
from workflows.core.sittings import dry_run, progress_of, work_off
from workflows.employment.models import Agreement, AgreementState, Tenure

pytestmark = pytest.mark.django_db


def codes(caught: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [refusal.code for refusal in caught.value.refusals]


@pytest.mark.article("《办法》第九条")
@pytest.mark.article("《办法》第七条")
def test_nobody_is_renewed_without_a_filed_result(cast: Cast) -> None:
    worker = cast.workers[0]
    years.sealed(cast, worker)
    with nothing_happens(), pytest.raises(Refused) as caught:
        cast.do("agreements.renew", tenure_of(worker), cast.clerk)
    assert codes(caught) == ["no_result"]


@pytest.mark.article("《办法》第九条")
def test_who_failed_is_not_renewed(cast: Cast) -> None:
    case = filed(cast, cast.workers[0], years.BAD, "fail")
    with nothing_happens(), pytest.raises(Refused) as caught:
        cast.do("appraisals.renew", task_of(case), cast.township_clerk)
    assert codes(caught) == ["failed"]
    with nothing_happens(), pytest.raises(Refused) as caught:
        cast.do("agreements.renew", tenure_of(cast.workers[0]), cast.clerk)
    assert codes(caught) == ["failed"]


@pytest.mark.article("《办法》第九条")
def test_one_result_renews_once(cast: Cast) -> None:
    worker = cast.workers[0]
    case = filed(cast, worker)
    cast.do("appraisals.renew", task_of(case), cast.township_clerk)
    renewal = Agreement.objects.get(worker=worker, state=AgreementState.DRAFT).case
    conclude(cast, renewal)
    with nothing_happens(), pytest.raises(Refused) as caught:
        cast.do("agreements.renew", tenure_of(worker), cast.clerk)
    assert codes(caught) == ["no_result"]


def conclude(cast: Cast, case: Case) -> None:
    """The person, the township and its seal."""
    agreement = Agreement.objects.get(case=case)
    dates = {"start_on": agreement.start_on.isoformat(), "end_on": agreement.end_on.isoformat(), "workplace": "主街"}
    cast.do("agreements.submit", task_of(case), cast.clerk, dates | years.INK)
    cast.do("agreements.sign_for_township", task_of(case), cast.reviewer, signed("林书平"))
    cast.do("agreements.seal_by_township", task_of(case), cast.township_keeper)


def hired(cast: Cast, *, born: date = date(1980, 1, 1), served_since: date | None = None, number: int = 700) -> Any:
    """Somebody under an agreement of a year from 15 September 2020, with service before it."""
    cast.now, later = at(2020, 9, 15, 12), cast.now
    source_id = id_number(born, number)
    if served_since is not None:
        listed = {**cast.listed(1), "head_id_number": source_id}
        listed["workers"] = [{**listed["workers"][0], "id_number": source_id}]
        cast.do("registry.enter_household", cast.county, cast.system, listed)
        worker = cast.county.worker_set.order_by("-pk")[0]
        cast.record_service(worker, served_since, date(2020, 9, 10))
    worker = employ(cast, date(2020, 9, 15), date(2021, 9, 14), id_number=source_id)
    run_daily(cast.now)
    cast.now = max(later, cast.now)
    return worker


@pytest.mark.article("《办法》第十条")
def test_past_the_age_limit_the_reason_and_the_day_are_told(cast: Cast) -> None:
    worker = hired(cast, born=date(1956, 9, 14))  # 65 on the last day of the agreement
    case = filed(cast, worker)
    with nothing_happens(), pytest.raises(Refused) as caught:
        cast.do("appraisals.renew", task_of(case), cast.township_clerk)
    assert codes(caught) == ["beyond_age"]
    assert "2021年9月14日满65周岁" in caught.value.refusals[0].message
    cast.do("appraisals.let_end", task_of(case), cast.township_clerk)
    assert appraisal_of(case).state == State.NOT_RENEWED
    assert "2021年9月14日满65周岁" in appraisal_of(case).follow_up


@pytest.mark.article("《办法》第十条")
def test_one_day_younger_is_renewed_for_that_day(cast: Cast) -> None:
    worker = hired(cast, born=date(1956, 9, 15))
    case = filed(cast, worker)
    cast.do("appraisals.renew", task_of(case), cast.township_clerk)
    renewal = Agreement.objects.get(worker=worker, state=AgreementState.DRAFT)
    assert (renewal.start_on, renewal.end_on) == (date(2021, 9, 15), date(2021, 9, 15))


@pytest.mark.article("《办法》第九条")
def test_who_can_be_renewed_is_not_let_go(cast: Cast) -> None:
    case = filed(cast, cast.workers[0])
    with nothing_happens(), pytest.raises(Refused) as caught:
        cast.do("appraisals.let_end", task_of(case), cast.township_clerk)
    assert codes(caught) == ["can_be_renewed"]


def test_a_township_renews_many_in_one_sitting_and_sees_what_came_of_each(cast: Cast) -> None:
    first, second = (years.sealed(cast, worker) for worker in cast.workers)
    failed = years.sealed(cast, hired(cast), years.BAD, "fail")
    years.file_batch(cast)
    from workflows.core.actions import ACTIONS

    tasks = [task_of(case) for case in (first, second, failed)]
    verdicts = dry_run(tasks, ACTIONS["appraisals.renew"], cast.township_clerk, at=cast.now)  # type: ignore[arg-type]
    assert [bool(each.refusals) for each in verdicts] == [False, False, True]
    assert "不合格" in verdicts[2].refusals[0]
    data = {"decision": "appraisals.renew", "picks": [each.pick for each in verdicts]}
    sitting = perform("desk.open_sitting", cast.county, cast.township_clerk, data, at=cast.tick()).result
    from time_machine import travel

    with travel(cast.tick(), tick=False):
        assert work_off(sitting)
    progress = progress_of(sitting)
    assert (progress["done"], progress["refused"]) == (2, 1)
    renewals = Agreement.objects.filter(state=AgreementState.DRAFT)
    assert {each.worker_id for each in renewals} == {worker.pk for worker in cast.workers}
    cast.now = max(cast.now, *(each.case.created for each in renewals))


@pytest.mark.article("《办法》第九条")
def test_an_agreement_that_runs_out_without_a_result_raises_an_alarm_once_for_each_reminder(cast: Cast) -> None:
    ends = date(2021, 9, 14)
    days = [91, 90, 89, 30, 7, 0, -1, -2]
    expected = [0, 2, 2, 4, 6, 6, 8, 8]  # both of them, each once
    found = []
    for left in days:
        day = ends - timedelta(days=left)
        cast.now = at(day.year, day.month, day.day)
        run_daily(cast.now)
        found.append(MissingResult.objects.count())
    assert found == expected
    told = Notice.objects.filter(text__contains="没有已备案的考核结果", office_role="village_clerk")
    assert told.count() == 8
    assert "还有90天" in told.order_by("pk")[0].text
    assert "已经到期" in told.order_by("-pk")[0].text
    assert set(Tenure.objects.values_list("state", flat=True)) == {"expired"}  # never a silent renewal


@pytest.mark.article("《办法》第九条")
def test_a_filed_result_is_no_alarm(cast: Cast) -> None:
    filed(cast, cast.workers[0])
    cast.now = at(2021, 9, 1)
    run_daily(cast.now)
    assert list(MissingResult.objects.values_list("tenure__worker", flat=True)) == [cast.workers[1].pk]


def test_the_filing_reaches_each_appraisal_with_an_event_of_its_own(cast: Cast) -> None:
    case = years.sealed(cast, cast.workers[0])
    batch = years.file_batch(cast)
    event = events_of(case)[-1]
    assert (event.action, event.to_state, event.details["summary"]) == ("appraisals.file", "filed", batch.key)
    with nothing_happens():
        run_daily(cast.now)


@pytest.mark.article("《办法》第九条")
def test_who_failed_is_put_forward_for_termination(cast: Cast) -> None:
    from workflows.terminations.models import Termination

    case = filed(cast, cast.workers[0], years.BAD, "fail")
    cast.do("appraisals.terminate", task_of(case), cast.township_clerk)
    assert appraisal_of(case).state == State.TERMINATION_OPENED
    exit_ = Termination.objects.get(tenure=tenure_of(cast.workers[0]))
    assert (exit_.reason, exit_.happened_on) == ("failed_appraisal", appraisal_of(case).filed_on)
    assert "2020年度考核不合格" in exit_.facts
    assert case.number in exit_.proof
    assert events_of(case)[-1].details["termination"] == exit_.case.key


@pytest.mark.article("《办法》第九条")
def test_who_passed_is_not_put_forward(cast: Cast) -> None:
    case = filed(cast, cast.workers[0])
    with nothing_happens(), pytest.raises(Refused) as caught:
        cast.do("appraisals.terminate", task_of(case), cast.township_clerk)
    assert codes(caught) == ["passed"]


def test_the_township_signs_and_seals_all_renewals_in_one_sitting(cast: Cast) -> None:
    from time_machine import travel

    from workflows.core.actions import ACTIONS

    cases = [filed(cast, worker) for worker in cast.workers]
    for case in cases:
        cast.do("appraisals.renew", task_of(case), cast.township_clerk)
    renewals = [each.case for each in Agreement.objects.filter(state=AgreementState.DRAFT)]
    for renewal in renewals:
        agreement = Agreement.objects.get(case=renewal)
        dates = {"start_on": str(agreement.start_on), "end_on": str(agreement.end_on), "workplace": "主街"}
        cast.do("agreements.submit", task_of(renewal), cast.clerk, dates | years.INK)
    for action, part in (
        ("agreements.sign_for_township", cast.reviewer),
        ("agreements.seal_by_township", cast.township_keeper),
    ):
        tasks = [task_of(each) for each in renewals]
        picks = [each.pick for each in dry_run(tasks, ACTIONS[action], part, at=cast.now)]  # type: ignore[arg-type]
        data = {"decision": action, "picks": picks, **signed(part.name)}
        sitting = perform("desk.open_sitting", cast.county, part, data, at=cast.tick()).result
        with travel(cast.tick(), tick=False):
            work_off(sitting)
        assert progress_of(sitting)["done"] == len(cases)
        cast.tick()
    assert Agreement.objects.filter(state=AgreementState.CONCLUDED, appraisal_year="2020").count() == len(cases)
