"""How a tenure goes on: reminded, renewed, expired by itself, ended by people; every limit on its own day."""

from datetime import date, datetime
from typing import Any

import pytest

from registry.models import Organisation, Worker
from signatures.demo_strokes import demo_signature
from tests.cast import CHINA, Cast, application_of, nothing_happens, signed, task_of
from tests.registry.people import id_number
from workflows.applications.models import State
from workflows.core.daily import run_daily
from workflows.core.models import Case, Notice
from workflows.core.refusals import NotFound, Overtaken, Refused
from workflows.employment.models import Agreement, EndReason, Post, PostState, Tenure, TenureState
from workflows.employment.service import Span, Stretch, joined, service_until
from workflows.employment.tenures.endings import Ending, end_tenure, lock_tenure
from workflows.employment.tenures.periods import served_in

pytestmark = pytest.mark.django_db


def at(year: int, month: int, day: int, hour: int = 8) -> datetime:
    return datetime(year, month, day, hour, tzinfo=CHINA)


def concluded(cast: Cast, start: str, end: str, **changes: Any) -> Tenure:
    """Somebody with a signed agreement, brought in by an application."""
    source = cast.walk_to(State.APPROVED, **changes)
    case = cast.do("agreements.open", source, cast.clerk).result
    sign(cast, case, start, end)
    return Tenure.objects.get(worker=application_of(source).worker, end_on=None)


def sign(cast: Cast, case: Case, start: str, end: str) -> None:
    data = {"start_on": start, "end_on": end, "workplace": "青禾村主街", "worker_strokes": demo_signature("周桂兰")}
    cast.do("agreements.submit", task_of(case), cast.clerk, data)
    cast.act(case, "agreements.sign_for_township", cast.reviewer, signed("林书平"))
    cast.act(case, "agreements.seal_by_township", cast.township_keeper)


def renew(cast: Cast, tenure: Tenure) -> Case:
    case: Case = cast.do("agreements.renew", tenure, cast.clerk).result
    return case


def state(tenure: Tenure) -> str:
    return str(Tenure.objects.get(pk=tenure.pk).state)


def codes(caught: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [refusal.code for refusal in caught.value.refusals]


def test_an_agreement_and_its_renewal_are_one_stretch_and_counted_by_the_calendar() -> None:
    halves = [Stretch(date(2019, 1, 31), date(2019, 6, 14)), Stretch(date(2019, 6, 15), date(2020, 1, 30))]
    assert joined(halves) == [Stretch(date(2019, 1, 31), date(2020, 1, 30))]
    assert service_until(halves, date(2020, 1, 30)) == Span(12, 0)
    apart = [halves[0], Stretch(date(2019, 6, 16), date(2020, 1, 30))]
    assert joined(apart) == apart
    assert service_until([Stretch(date(2019, 1, 1), None), Stretch(date(2019, 3, 1), date(2019, 4, 1))],
                         date(2019, 5, 31)) == Span(5, 0)  # fmt: skip


def test_ninety_thirty_and_seven_days_before_the_end_the_offices_are_told_once(cast: Cast) -> None:
    tenure = concluded(cast, "2020-09-16", "2021-09-15")
    run_daily(at(2020, 9, 16))
    assert state(tenure) == TenureState.WORKING

    def told(moment: datetime) -> list[str]:
        before = Notice.objects.count()
        run_daily(moment)
        run_daily(moment)
        return [notice.text for notice in Notice.objects.order_by("pk")[before:] if "协议期满" in notice.text]

    assert told(at(2021, 6, 16)) == []  # 91 days
    texts = told(at(2021, 6, 17))
    assert len(texts) == 3  # the village's clerk, the township's clerk and reviewer
    assert "还有90天" in texts[0]
    assert "2021年9月15日" in texts[0]
    assert told(at(2021, 8, 15)) == []
    assert state(tenure) == TenureState.WORKING
    # The round misses the thirtieth day and four more: it says how many are left now.
    assert "还有26天" in told(at(2021, 8, 20))[0]
    assert state(tenure) == TenureState.AWAITING_RENEWAL
    assert "还有7天" in told(at(2021, 9, 8))[0]
    assert told(at(2021, 9, 15)) == []
    assert state(tenure) == TenureState.AWAITING_RENEWAL


def test_after_a_missed_week_it_expires_with_the_right_day_and_pays_nothing_more(cast: Cast) -> None:
    from audit.models import Event

    tenure = concluded(cast, "2020-09-16", "2021-03-15")
    run_daily(at(2020, 9, 16))
    run_daily(at(2021, 3, 23))
    run_daily(at(2021, 3, 23))
    assert state(tenure) == TenureState.EXPIRED
    (event,) = Event.objects.filter(action="employment.expire_tenure")
    assert event.details["last_on"] == "2021-03-15"
    assert Notice.objects.filter(text__contains="2021年3月15日协议期满").exists()
    (served,) = served_in(cast.village, date(2021, 3, 1), date(2021, 3, 31))
    assert served.stretches == (Stretch(date(2021, 3, 1), date(2021, 3, 15)),)
    assert served_in(cast.village, date(2021, 4, 1), date(2021, 4, 30)) == []
    # The place is held until people have settled it.
    with pytest.raises(Refused):
        concluded(cast, "2021-03-24", "2021-09-23", id_number=tenure.worker.id_number)


def test_a_renewal_follows_the_day_after_on_its_own_paper(cast: Cast) -> None:
    from forms_templates.models import Document

    tenure = concluded(cast, "2020-09-16", "2021-09-15")
    run_daily(at(2020, 9, 16))
    cast.now = at(2021, 8, 20)
    run_daily(cast.now)
    case = renew(cast, tenure)
    agreement = Agreement.objects.get(case=case)
    assert (agreement.start_on, agreement.end_on) == (date(2021, 9, 16), date(2022, 9, 15))
    with nothing_happens(), pytest.raises(Overtaken):
        renew(cast, tenure)
    with nothing_happens(), pytest.raises(Refused) as caught:
        sign(cast, case, "2021-09-15", "2022-09-14")
    assert codes(caught) == ["overlaps"]
    sign(cast, case, "2021-09-16", "2022-09-15")
    assert state(tenure) == TenureState.WORKING
    tenure.refresh_from_db()
    assert [each.case_id for each in tenure.agreements.order_by("start_on")][-1] == case.pk
    paper = Document.objects.filter(case_key=case.key).latest("pk")
    assert paper.form_code == "renewal_agreement"
    assert paper.values["months_served"] == "12个月"
    assert paper.values["former_end_on"] == "2021年9月15日"
    run_daily(at(2021, 9, 16))
    assert state(tenure) == TenureState.WORKING
    (served,) = served_in(cast.township, date(2021, 9, 1), date(2021, 9, 30))
    assert len(served.days) == 30
    assert served.agreement_on(date(2021, 9, 16)) == agreement


def test_a_renewal_signed_too_late_leaves_the_days_between_out(cast: Cast) -> None:
    tenure = concluded(cast, "2020-09-16", "2021-03-15")
    run_daily(at(2021, 3, 16))
    cast.now = at(2021, 3, 20)
    case = renew(cast, tenure)
    sign(cast, case, "2021-03-25", "2021-12-24")
    assert state(tenure) == TenureState.EXPIRED
    run_daily(at(2021, 3, 24))
    assert state(tenure) == TenureState.EXPIRED
    run_daily(at(2021, 3, 25))
    assert state(tenure) == TenureState.WORKING
    (served,) = served_in(cast.village, date(2021, 3, 1), date(2021, 3, 31))
    assert served.stretches == (
        Stretch(date(2021, 3, 1), date(2021, 3, 15)),
        Stretch(date(2021, 3, 25), date(2021, 3, 31)),
    )


def test_a_renewal_ends_at_the_latest_with_the_thirty_sixth_month(cast: Cast) -> None:
    source = cast.walk_to(State.APPROVED)
    cast.record_service(application_of(source).worker, date(2017, 9, 1), date(2019, 8, 31))  # 24 months elsewhere
    case = cast.do("agreements.open", source, cast.clerk).result
    sign(cast, case, "2020-10-01", "2021-03-31")
    tenure = Tenure.objects.get(end_on__isnull=True)
    run_daily(at(2020, 10, 1))
    cast.now = at(2021, 3, 10)
    renewal = renew(cast, tenure)
    assert Agreement.objects.get(case=renewal).end_on == date(2021, 9, 30)
    with pytest.raises(Refused) as caught:
        sign(cast, renewal, "2021-04-01", "2021-10-01")
    assert codes(caught) == ["beyond_three_years"]
    sign(cast, renewal, "2021-04-01", "2021-09-30")
    cast.now = at(2021, 9, 20)
    run_daily(cast.now)
    with nothing_happens(), pytest.raises(Refused) as caught:
        renew(cast, tenure)
    assert codes(caught) == ["three_years_used"]
    assert Notice.objects.filter(text__contains="累计满三年").exists()


def test_who_was_born_on_the_twenty_ninth_of_february_1960_works_until_the_28th_of_february_2025(cast: Cast) -> None:
    cast.now = at(2024, 3, 5)
    tenure = concluded(cast, "2024-06-01", "2024-12-31", id_number=id_number(date(1960, 2, 29), 1))
    run_daily(at(2024, 6, 1))
    cast.now = at(2024, 12, 10)
    renewal = renew(cast, tenure)
    assert Agreement.objects.get(case=renewal).end_on == date(2025, 2, 28)
    with pytest.raises(Refused) as caught:
        sign(cast, renewal, "2025-01-01", "2025-03-01")
    assert codes(caught) == ["beyond_age"]
    sign(cast, renewal, "2025-01-01", "2025-02-28")
    run_daily(at(2025, 2, 28))
    assert state(tenure) == TenureState.AWAITING_RENEWAL
    run_daily(at(2025, 3, 1))
    assert state(tenure) == TenureState.EXPIRED
    cast.now = at(2025, 3, 2)
    with pytest.raises(Refused) as caught:
        renew(cast, tenure)
    assert codes(caught) == ["beyond_age"]


def test_work_from_before_this_system_ends_with_the_limits_too(cast: Cast) -> None:
    cast.do("registry.enter_household", cast.county, cast.system, cast.listed(300))
    worker = Worker.objects.latest("pk")
    cast.record_service(worker, date(2017, 10, 1), None)
    tenure = Tenure.objects.get(worker=worker)
    run_daily(at(2020, 9, 30))
    assert state(tenure) == TenureState.AWAITING_RENEWAL
    (served,) = served_in(cast.township, date(2020, 9, 1), date(2020, 10, 31))
    assert served.stretches == (Stretch(date(2020, 9, 1), date(2020, 9, 30)),)
    run_daily(at(2020, 10, 1))
    assert state(tenure) == TenureState.EXPIRED


def end(cast: Cast, tenure: Tenure, reason: str, last_on: date, kind: str = TenureState.WITHDRAWN) -> None:
    """As a room above does it: inside its own act."""
    from django.db import transaction

    from workflows.core.actions import ACTIONS, Move

    with transaction.atomic():
        move = Move(ACTIONS["desk.comment"], cast.system, cast.tick(), {}, "", cast.county)
        end_tenure(move, lock_tenure(tenure.pk), Ending(kind, reason, "自愿退出", last_on))


def test_an_exit_frees_the_place_and_the_person_and_stops_the_days(cast: Cast) -> None:
    tenure = concluded(cast, "2020-09-16", "2021-09-15", post=1)  # 绿化 has one place
    post = Post.objects.get(pk=tenure.post_id)
    assert post.state == PostState.OCCUPIED
    run_daily(at(2020, 9, 16))
    cast.now = at(2020, 10, 20)
    for reason, last_on, kind, code in (
        (EndReason.RESIGNATION, date(2020, 10, 21), TenureState.WITHDRAWN, "in_the_future"),
        (EndReason.RESIGNATION, date(2020, 9, 15), TenureState.WITHDRAWN, "before_start"),
        (EndReason.RESIGNATION, date(2020, 10, 12), TenureState.DISSOLVED, "no_such_reason"),
        (EndReason.NOT_STARTED, date(2020, 10, 12), TenureState.CANCELLED, "has_started"),
    ):
        with nothing_happens(), pytest.raises(Refused) as caught:
            end(cast, tenure, reason, last_on, kind)
        assert codes(caught) == [code]
    end(cast, tenure, EndReason.RESIGNATION, date(2020, 10, 12))
    post.refresh_from_db()
    assert post.state == PostState.VACANT
    assert state(tenure) == TenureState.WITHDRAWN
    (served,) = served_in(cast.village, date(2020, 10, 1), date(2020, 10, 31))
    assert served.days == {date(2020, 10, day) for day in range(1, 13)}
    with pytest.raises(Refused) as caught:
        end(cast, tenure, EndReason.RESIGNATION, date(2020, 10, 12))
    assert codes(caught) == ["ended_already"]
    again = concluded(cast, "2020-10-21", "2021-10-20", id_number=tenure.worker.id_number, post=1)
    assert again.pk != tenure.pk


def test_who_never_began_has_served_no_day(cast: Cast) -> None:
    tenure = concluded(cast, "2020-10-01", "2021-09-30")
    end(cast, tenure, EndReason.NOT_STARTED, date(2020, 10, 1), TenureState.CANCELLED)
    assert state(tenure) == TenureState.CANCELLED
    assert served_in(cast.village, date(2020, 10, 1), date(2020, 10, 31)) == []


def test_a_renewal_of_somebody_who_has_left_in_between_is_not_concluded(cast: Cast) -> None:
    tenure = concluded(cast, "2020-09-16", "2021-03-15")
    run_daily(at(2020, 9, 16))
    cast.now = at(2021, 3, 1)
    case = renew(cast, tenure)
    end(cast, tenure, EndReason.RESIGNATION, date(2021, 3, 1))
    with nothing_happens(), pytest.raises(Refused) as caught:
        sign(cast, case, "2021-03-16", "2022-03-15")
    assert codes(caught) == ["has_left"]


def test_only_the_village_renews(cast: Cast) -> None:
    tenure = concluded(cast, "2020-09-16", "2021-03-15")
    run_daily(at(2020, 9, 16))
    with nothing_happens():
        for actor in (cast.other_clerk, cast.reviewer):
            with pytest.raises(NotFound):
                cast.do("agreements.renew", tenure, actor)


def test_the_people_of_a_place_are_read_in_a_few_queries_whatever_their_number(
    cast: Cast, django_assert_num_queries: Any
) -> None:
    concluded(cast, "2020-09-16", "2021-03-15")
    concluded(cast, "2020-09-16", "2021-03-15")
    for place in (cast.village, cast.township, Organisation.objects.get(code="bureau")):
        with django_assert_num_queries(3):
            assert len(served_in(place, date(2020, 9, 1), date(2020, 9, 30))) == 2
