"""An approved application becomes an agreement; on its first day the worker is on the post."""

from datetime import date, timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries
from time_machine import travel

from forms_templates.filed_pictures import pictures_in
from forms_templates.models import Document
from forms_templates.papers import read_paper
from registry.models import PolicySet
from registry.policy_parameters import jsonable, shipped_2019_source
from signatures.demo_strokes import demo_signature
from signatures.models import SealUse
from tests.applications.test_pledge import photo
from tests.cast import (
    Cast,
    application_of,
    browser_of,
    events_of,
    nothing_happens,
    papers_of,
    signed,
    state_of,
    task_of,
)
from workflows.applications.models import State
from workflows.core.daily import run_daily
from workflows.core.models import Case
from workflows.core.refusals import NotFound, NotYours, Overtaken, Refused
from workflows.employment.models import Agreement, AgreementState, Tenure, TenureState

pytestmark = pytest.mark.django_db
TODAY = date(2020, 9, 15)
INK = {"worker_strokes": demo_signature("周桂兰")}


def drawn_up(cast: Cast, **changes: Any) -> tuple[Case, Case]:
    """An approved application and the agreement opened from it."""
    source = cast.walk_to(State.APPROVED, **changes)
    case: Case = cast.do("agreements.open", source, cast.clerk).result
    return source, case


def agreement_of(case: Case) -> Agreement:
    return Agreement.objects.get(case=case)


def dates(start: date = TODAY, end: date = date(2021, 9, 14), **more: str) -> dict[str, str]:
    return {"start_on": start.isoformat(), "end_on": end.isoformat(), "workplace": "青禾村主街", **INK, **more}


def submit(cast: Cast, case: Case, **data: str) -> None:
    cast.do("agreements.submit", task_of(case), cast.clerk, dates() | data)


def conclude(cast: Cast, case: Case, **data: str) -> None:
    submit(cast, case, **data)
    cast.act(case, "agreements.sign_for_township", cast.reviewer, signed("林书平"))
    cast.act(case, "agreements.seal_by_township", cast.township_keeper)


def page_of(cast: Cast, case: Case) -> str:
    return browser_of(cast.clerk).get(f"/cases/{case.pk}/").content.decode()


def codes(caught: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [refusal.code for refusal in caught.value.refusals]


def test_an_agreement_is_prefilled_signed_by_both_sealed_and_makes_a_tenure(cast: Cast) -> None:
    source, case = drawn_up(cast)
    agreement = Agreement.objects.get(case=case)
    assert (agreement.start_on, agreement.end_on) == (date(2020, 10, 1), date(2021, 9, 30))
    assert (agreement.party_a, agreement.yuan_per_month) == (cast.township, 400)
    conclude(cast, case)
    assert Agreement.objects.get(case=case).state == AgreementState.CONCLUDED
    assert state_of(source) == State.SIGNED
    tenure = Tenure.objects.get(agreements=agreement)
    assert (tenure.state, tenure.start_on, tenure.end_on) == (TenureState.PENDING, TODAY, None)
    papers = list(Document.objects.filter(case_key=case.key).order_by("number"))
    assert [paper.label for paper in papers] == ["劳动者签字", "甲方代表人签字", "甲方盖章，协议签订"]
    assert papers[-1].values["stipend_in_words"] == "肆佰元整"
    assert papers[-1].values["party_a_representative"] == "林书平"
    assert events_of(case)[-1].details["application"] == source.key
    run_daily(cast.tick())
    tenure.refresh_from_db()
    assert tenure.state == TenureState.WORKING
    before = Tenure.objects.values_list("state", flat=True)[0]
    run_daily(cast.tick())
    assert Tenure.objects.values_list("state", flat=True)[0] == before


def test_who_cannot_write_gives_a_thumb_print_and_the_witness_signs_on_the_agreement_itself(cast: Cast) -> None:
    _, case = drawn_up(cast)
    data = dates(worker_strokes="", witness_name="郑守山", witness_strokes=demo_signature("郑守山"))
    cast.do("agreements.submit", task_of(case), cast.clerk, data, files={"worker_thumb": photo()})
    cast.act(case, "agreements.sign_for_township", cast.reviewer, signed("林书平"))
    cast.act(case, "agreements.seal_by_township", cast.township_keeper)
    papers = papers_of(case)
    assert papers[0].label == "劳动者按手印"
    for paper in papers:
        assert paper.form_version == 3
        assert paper.values["witness_name"] == "郑守山"
        assert {"worker_signature", "witness_signature"} <= set(pictures_in(read_paper(paper)))
    assert "见证人郑守山签字" in page_of(cast, case)


def test_the_application_tells_what_became_of_its_agreement(
    cast: Cast, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    source, case = drawn_up(cast)
    told = page_of(cast, source)
    assert "填写用工协议" in told
    assert f'href="/cases/{case.pk}/">看协议</a>' in told
    conclude(cast, case)
    browser = browser_of(cast.clerk)
    browser.get("/")  # the session is fresh
    with django_assert_max_num_queries(10):
        told = browser.get(f"/cases/{source.pk}/").content.decode()
    assert "用工协议签订，甲方已盖章" in told
    assert told.index("用工协议签订，") < told.index("开始填写用工协议")


def test_where_the_policy_says_so_the_village_is_party_a(cast: Cast) -> None:
    PolicySet.objects.create(
        county=cast.county,
        effective_on=date(2020, 7, 1),
        document_number="昌政办〔2020〕7号",
        title="政策参数",
        parameters=jsonable(shipped_2019_source()["parameters"]) | {"party_a": "village"},
        approved_by="测试",
    )
    _, case = drawn_up(cast)
    submit(cast, case)
    assert task_of(case).flow_task.name == "village_signs"
    with nothing_happens(), pytest.raises((NotFound, NotYours)):
        cast.act(case, "agreements.sign_for_township", cast.reviewer, signed("林书平"))
    cast.act(case, "agreements.sign_for_village", cast.head, signed("秦守义"))
    cast.act(case, "agreements.seal_by_village", cast.keeper)
    paper = papers_of(case)[-1]
    assert paper.values["party_a"] == cast.village.seal_name
    assert paper.values["party_a_representative"] == "秦守义"
    assert SealUse.objects.latest("pk").seal.organisation == cast.village
    assert Tenure.objects.get().state == TenureState.PENDING


def test_the_day_after_its_last_day_it_waits_for_people(cast: Cast) -> None:
    _, case = drawn_up(cast)
    conclude(cast, case)
    run_daily(cast.tick())
    cast.now = cast.now.replace(year=2021, month=9, day=14)
    run_daily(cast.now)
    assert Tenure.objects.get().state == TenureState.AWAITING_RENEWAL
    run_daily(cast.tick(days=1))
    assert Tenure.objects.get().state == TenureState.EXPIRED


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"end_on": "2021-09-15"}, "term_too_long"),
        ({"start_on": "2020-09-14"}, "starts_in_the_past"),
        ({"end_on": "2020-09-14"}, "ends_before_start"),
        ({"worker_strokes": ""}, "unsigned"),
        ({"start_on": ""}, "shape"),
    ],
)
def test_what_the_rules_forbid_is_said_with_its_date(cast: Cast, changes: dict[str, str], code: str) -> None:
    _, case = drawn_up(cast)
    with nothing_happens(), pytest.raises(Refused) as caught:
        submit(cast, case, **changes)
    assert code in codes(caught)


def test_it_ends_at_the_latest_on_the_sixty_fifth_birthday(cast: Cast) -> None:
    from tests.registry.people import id_number

    _, case = drawn_up(cast, id_number=id_number(date(1956, 2, 29), 7))
    agreement = Agreement.objects.get(case=case)
    assert agreement.end_on == date(2021, 2, 28)  # what the sheet offers
    with pytest.raises(Refused) as caught:
        submit(cast, case, end_on="2021-03-01")
    assert codes(caught) == ["beyond_age"]
    assert "2021年2月28日" in caught.value.refusals[0].message
    submit(cast, case, end_on="2021-02-28")


def test_all_service_together_is_three_years_at_most(cast: Cast) -> None:
    source = cast.walk_to(State.APPROVED)
    worker = application_of(source).worker
    cast.record_service(worker, date(2018, 1, 1), date(2020, 6, 30))  # thirty months
    case = cast.do("agreements.open", source, cast.clerk).result
    assert Agreement.objects.get(case=case).end_on == date(2021, 3, 31)
    with pytest.raises(Refused) as caught:
        submit(cast, case, end_on="2021-03-15")
    assert codes(caught) == ["beyond_three_years"]
    submit(cast, case, end_on="2021-03-14")


def test_only_the_right_people_do_it_and_only_once(cast: Cast) -> None:
    source, case = drawn_up(cast)
    with pytest.raises(Overtaken):
        cast.do("agreements.open", source, cast.clerk)
    with pytest.raises(NotFound):
        cast.do("agreements.open", source, cast.other_clerk)
    submit(cast, case)
    with pytest.raises(NotYours):
        cast.act(case, "agreements.sign_for_township", cast.clerk, signed("何素琴"))
    with pytest.raises(NotFound):
        cast.act(case, "agreements.sign_for_township", cast.other_reviewer, signed("段玉洁"))


def test_a_returned_agreement_is_signed_anew_by_the_worker(cast: Cast) -> None:
    _, case = drawn_up(cast)
    submit(cast, case)
    cast.act(case, "agreements.send_back", cast.reviewer, {"reason": "工作地点写具体。"})
    with pytest.raises(Refused) as caught:
        submit(cast, case, worker_strokes="")
    assert codes(caught) == ["unsigned"]
    conclude(cast, case, workplace="青禾村主街和两条支巷")


def test_who_declines_frees_the_place_and_the_agreement_under_way_falls_in_the_same_act(cast: Cast) -> None:
    source, case = drawn_up(cast)
    with pytest.raises(Refused):
        cast.do("applications.decline", source, cast.clerk, {"reason": ""})
    assert (state_of(source), agreement_of(case).state) == (State.APPROVED, AgreementState.DRAFT)
    cast.do("applications.decline", source, cast.clerk, {"reason": "找到了工作。"})
    assert (state_of(source), agreement_of(case).state) == (State.DECLINED, AgreementState.VOIDED)
    with pytest.raises(Refused):
        cast.do("agreements.open", source, cast.clerk)


def test_the_township_that_approved_lets_it_lapse_by_hand_when_the_clock_has_not(cast: Cast) -> None:
    source = cast.walk_to(State.APPROVED)
    cast.now = cast.now.replace(day=29)
    with pytest.raises(NotYours):
        cast.do("applications.lapse", source, cast.clerk)
    with travel(cast.now, tick=False):
        client = browser_of(cast.reviewer)
        assert "批准失效" in client.get(f"/cases/{source.pk}/").content.decode()
    cast.do("applications.lapse", source, cast.reviewer)
    assert state_of(source) == State.LAPSED


def test_an_approval_nobody_takes_up_lapses_after_ten_working_days(cast: Cast) -> None:
    source = cast.walk_to(State.APPROVED)  # Tuesday 15 September 2020; 27 September was a working Sunday
    cast.now = cast.now.replace(day=28)
    run_daily(cast.now)
    with pytest.raises(Refused) as caught:
        cast.do("applications.lapse", source, cast.reviewer)
    assert codes(caught) == ["not_due"]
    assert state_of(source) == State.APPROVED
    run_daily(cast.now + timedelta(days=1))
    assert state_of(source) == State.LAPSED
