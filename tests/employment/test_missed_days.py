"""The round may be missed for a day, a week or forty days: one round then leaves everything as the daily ones would."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from tests.cast import Cast, post_of, prepared_cast, task_of
from tests.employment.test_leaves import granted
from tests.employment.test_tenures import at, concluded
from tests.registry.people import id_number
from workflows.attendance.models import AttendanceSheet
from workflows.core import daily as round_
from workflows.core.daily import run_daily
from workflows.core.door import perform
from workflows.core.models import DeskTask
from workflows.core.refusals import Refused
from workflows.employment.models import EndReason, Leave, Tenure, TenureState
from workflows.reporting.models import Ledger
from workflows.terminations.models import Termination

pytestmark = pytest.mark.django_db
BEGINS = at(2020, 9, 21)


def eventful() -> Cast:
    """From 21 September 2020: one goes on leave and does not come back, one's agreement runs out, one turns 65, one
    begins and ends, one has used three years."""
    cast = prepared_cast()
    places = post_of(cast.village, "养路", 100)
    roomy = str(cast.do("employment.establish_post", cast.county, cast.system, places).result.pk)
    away = concluded(cast, "2020-09-16", "2021-09-15", post=roomy)
    concluded(cast, "2020-09-16", "2020-10-17", post=roomy)
    concluded(cast, "2020-09-16", "2020-09-27", post=roomy, id_number=id_number(date(1955, 9, 27), 7))
    concluded(cast, "2020-09-25", "2020-10-05", post=roomy)
    cast.do("registry.enter_household", cast.county, cast.system, cast.listed(700))
    cast.record_service(cast.county.worker_set.order_by("-pk")[0], date(2017, 9, 30), None)
    cast.now = at(2020, 9, 18)
    run_daily(cast.now)
    granted(cast, away, "2020-09-23", "2020-09-26")
    run_daily(BEGINS)
    return cast


@pytest.fixture
def cast(db: None) -> Iterator[Cast]:
    cast = prepared_cast("eventful", eventful)
    yield cast
    cast.prove()


def standing() -> dict[str, list[Any]]:
    """Everything the clock decides, without the moments at which it did."""
    tenures = Tenure.objects.order_by("pk").values_list("pk", "state", "end_on", "reminded_of", "reminded_days")
    over = TenureState.EXPIRED  # nobody is reminded any more, so it does not count which reminder was the last
    exits = Termination.objects.values_list("tenure", "reason", "state", "last_on")
    sheets = AttendanceSheet.objects.values_list("village", "month", "state")
    ledgers = Ledger.objects.values_list("township", "month", "version", "state")
    desks = DeskTask.objects.filter(finished__isnull=True, office__isnull=False)
    return {
        "tenures": [each[:3] if each[1] == over else each for each in tenures],
        "leaves": list(Leave.objects.order_by("pk").values_list("pk", "state", "reminded_days")),
        "exits": sorted(exits),
        "sheets": sorted(sheets),
        "ledgers": sorted(ledgers),
        "desks": sorted(
            (task.flow_task.name, task.office_id, task.office_role, task.process.title)
            for task in desks.select_related("process")
        ),
    }


@pytest.mark.parametrize("days", [1, 7, 40])
def test_one_round_after_missed_days_does_what_the_daily_ones_would(cast: Cast, days: int) -> None:
    last = BEGINS + timedelta(days=days + 1)
    found = []
    for rounds in ([BEGINS + timedelta(days=number) for number in range(1, days + 2)], [last], [last, last]):
        with transaction.atomic():
            refused = [sentence for moment in rounds for done in run_daily(moment) for sentence in done.refused]
            assert refused == []
            found.append(standing())
            transaction.set_rollback(True)
    every_day, once, twice = found
    assert once == every_day
    assert twice == once


def test_who_reaches_a_limit_has_an_exit_opened_with_pay_stopped_and_one_whose_agreement_ran_out_has_not(
    cast: Cast,
) -> None:
    run_daily(at(2020, 10, 20))
    run_daily(at(2020, 10, 21))
    exits = {each.reason: each for each in Termination.objects.select_related("case", "tenure")}
    assert set(exits) == {EndReason.AGE, EndReason.FULL_TERM}
    assert Tenure.objects.filter(state=TenureState.EXPIRED).count() == 4
    aged = exits[EndReason.AGE]
    assert (aged.last_on, aged.facts) == (date(2020, 9, 27), "2020年9月27日达到年龄上限，用工协议自行终止。")
    # It lies on the village's desk, and the township follows it.
    task = task_of(aged.case)
    assert (task.flow_task.name, task.office_id) == ("draw_up_exit", cast.village.pk)
    assert aged.case.submitted_at is not None
    # People have a reason to keep it from going on: the clock does not open it again.
    cast.now = at(2020, 10, 21, 10)
    cast.do("terminations.void", aged.case, cast.clerk, {"reason": "身份证号登记有误，正在核实。"})
    run_daily(at(2020, 10, 22))
    assert Termination.objects.count() == 2


def test_what_another_round_has_done_meanwhile_is_no_refusal(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both rounds have looked; the second one's step comes after the first one's."""
    real, moment = perform, at(2020, 10, 20)
    inner: list[str] = []

    def slower(action: str, *rest: Any, **more: Any) -> Any:
        if not inner:
            inner.append("the other round")
            round_.run_daily(moment)
        return real(action, *rest, **more)

    monkeypatch.setattr(round_, "perform", slower)
    done = round_.run_daily(moment)
    assert [sentence for each in done for sentence in each.refused] == []


def test_what_is_still_due_after_it_was_refused_is_told(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(action: str, subject: Any, actor: Any, data: Any, *, at: datetime) -> None:
        raise Refused([])

    monkeypatch.setattr(round_, "perform", refused)
    assert sum(len(each.refused) for each in round_.run_daily(at(2020, 10, 20))) > 3
