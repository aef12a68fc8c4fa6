"""An exit from the first word to the day it takes effect, on every ground outside findings."""

from datetime import date
from typing import Any

import pytest
from time_machine import travel

from forms_templates.models import Document
from registry.models import Organisation
from tests.cast import Cast, browser_of, events_of, nothing_happens, signed, task_of, user_of
from tests.employment.test_tenures import concluded
from tests.registry.people import id_number
from tests.terminations.steps import (
    at,
    codes,
    decide,
    deliver,
    exit_of,
    hear,
    lasts,
    on_post,
    opened,
    propose,
    seal,
    state_of,
    walk,
    witnessed,
)
from workflows.core.daily import run_daily
from workflows.core.refusals import NotFound, NotYours, Overtaken, Refused
from workflows.employment.models import EndReason, PostState, Tenure, TenureState
from workflows.employment.places import places_taken
from workflows.employment.tenures.periods import served_in
from workflows.terminations.grounds import GROUNDS
from workflows.terminations.models import TerminationState

pytestmark = pytest.mark.django_db
TODAY = date(2020, 9, 15)
RESIGNS = {"happened_on": "2020-09-14"}


def forms_of(case: Any) -> list[tuple[str, str]]:
    return list(Document.objects.filter(case_key=case.key).order_by("pk").values_list("form_code", "label"))


def test_who_resigns_is_heard_decided_sealed_delivered_and_leaves_on_the_right_day(cast: Cast) -> None:
    tenure = on_post(cast)
    case = opened(cast, tenure, EndReason.RESIGNATION)
    propose(cast, case, date(2020, 9, 20), **RESIGNS)
    hear(cast, case, statement="要去照看孙子，自愿退出。")
    decide(cast, case)
    seal(cast, case)
    deliver(cast, case)
    assert state_of(case) == TerminationState.AWAITING_EFFECT
    assert forms_of(case) == [
        ("exit_approval", "村里提出"),
        ("hearing_record", "听取陈述"),
        ("exit_approval", "乡镇审定"),
        ("exit_notice", "通知书盖章"),
        ("delivery_receipt", "送达回执"),
    ]
    notice = Document.objects.get(case_key=case.key, form_code="exit_notice").values
    assert "自愿退出" in notice["basis"]
    assert "第十一条" not in notice["basis"]
    assert notice["effective_on"] == "2020年9月21日"
    assert "要去照看孙子" in notice["statement"]
    told = [event.action for event in events_of(case)]
    assert told == ["terminations.open", "terminations.propose", "terminations.hear", "terminations.decide",
                    "terminations.seal", "terminations.deliver"]  # fmt: skip
    cast.now = cast.now.replace(day=20)
    run_daily(cast.now)
    assert lasts(tenure)
    run_daily(cast.tick(days=1))
    run_daily(cast.tick(days=1))
    gone = Tenure.objects.get(pk=tenure.pk)
    assert (gone.state, gone.end_on, gone.end_reason) == (TenureState.WITHDRAWN, date(2020, 9, 20), "resignation")
    assert gone.end_case_id == case.pk
    assert state_of(case) == TerminationState.EFFECTIVE
    assert tenure.post is not None
    assert places_taken(tenure.post) == 0
    # Attendance, pay and the ledger read the days from here.
    (served,) = served_in(cast.township, date(2020, 9, 1), date(2020, 9, 30))
    assert max(served.days) == date(2020, 9, 20)
    assert served_in(cast.township, date(2020, 10, 1), date(2020, 10, 31)) == []


def test_a_full_post_is_vacant_again(cast: Cast) -> None:
    tenure = on_post(cast)
    post = tenure.post
    assert post is not None
    case = opened(cast, tenure, EndReason.RESIGNATION)
    propose(cast, case, TODAY, **RESIGNS)
    walk(cast, case)
    run_daily(cast.tick(days=1))
    post.refresh_from_db()
    assert post.state == PostState.VACANT


def test_one_exit_of_one_tenure_at_a_time_and_none_after_it(cast: Cast) -> None:
    tenure = on_post(cast)
    case = opened(cast, tenure, EndReason.RESIGNATION)
    with pytest.raises(Overtaken):
        opened(cast, tenure, EndReason.EMPLOYED)
    propose(cast, case, TODAY, **RESIGNS)
    walk(cast, case)
    run_daily(cast.tick(days=1))
    with pytest.raises(Overtaken):
        opened(cast, tenure, EndReason.RESIGNATION)
    with pytest.raises(NotFound):
        cast.do("terminations.open", tenure, cast.other_clerk, {"reason": "resignation"})


def test_who_resigns_signs_in_person(cast: Cast) -> None:
    case = opened(cast, on_post(cast), EndReason.RESIGNATION)
    propose(cast, case, TODAY, **RESIGNS)
    with nothing_happens(), pytest.raises(Refused) as caught:
        hear(cast, case, way="refused", worker_strokes="", **witnessed("李春生", "王秀芝"))
    assert codes(caught) == ["not_of_own_will"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"facts": "不想干了"}, "no_facts"),
        ({"last_on": ""}, "no_last_day"),
        ({"last_on": "2020-09-14"}, "backdated"),
        ({"last_on": "2020-02-29"}, "before_start"),
        ({"last_on": "2023-03-01"}, "after_the_limit"),  # three years from 1 March 2020 end on 28 February 2023
        ({"happened_on": ""}, "no_day"),
        ({"happened_on": "2020-09-16"}, "day_in_future"),
        ({"last_on": "明天"}, "shape"),
        ({"opinion": ""}, "shape"),
        ({"strokes": ""}, "shape"),
    ],
)
def test_a_proposal_says_all_that_is_missing_and_keeps_the_desk(cast: Cast, changes: dict[str, str], code: str) -> None:
    case = opened(cast, on_post(cast), EndReason.RESIGNATION)
    with nothing_happens(), pytest.raises(Refused) as caught:
        propose(cast, case, TODAY, **(RESIGNS | changes))
    assert code in codes(caught)


ELEVEN: list[tuple[EndReason, dict[str, str], dict[str, str], str]] = [
    (EndReason.NOT_ELIGIBLE, {"proof": "已办理企业职工养老保险", "verified_by": "林书平", "verified_on": "2020-09-14"},
     {"verified_by": ""}, "not_verified"),
    (EndReason.NOT_ELIGIBLE, {"proof": "已办理企业职工养老保险", "verified_by": "林书平", "verified_on": "2020-09-14"},
     {"verified_on": "2020-09-16"}, "verified_in_future"),
    (EndReason.NOT_ELIGIBLE, {"proof": "已办理企业职工养老保险", "verified_by": "林书平", "verified_on": "2020-09-14"},
     {"proof": ""}, "no_proof"),
    (EndReason.UNABLE, {"proof": "腿部手术，不能久站", "happened_on": "2020-08-20"}, {"proof": ""}, "no_proof"),
    (EndReason.MISCONDUCT, {"proof": "烧毁邻居柴房，损失三千元", "happened_on": "2020-09-01"},
     {"happened_on": "2020-02-29"}, "before_the_tenure"),
    (EndReason.MISCONDUCT, {"proof": "烧毁邻居柴房，损失三千元", "happened_on": "2020-09-01"},
     {"evidence_1_name": ""}, "no_evidence"),
    (EndReason.EMPLOYED, {"proof": "县服装厂", "happened_on": "2020-09-16", "verified_by": "秦守义",
                          "verified_on": "2020-09-14"}, {}, "day_in_future"),
    (EndReason.EMPLOYED, {"proof": "县服装厂", "happened_on": "2020-09-14", "verified_by": "秦守义",
                          "verified_on": "2020-09-14"}, {"last_on": "2020-09-15"}, "works_elsewhere"),
    (EndReason.STATUS_CHANGED, {"proof": "户籍迁出本县", "verified_by": "秦守义", "verified_on": "2020-09-14",
                                "happened_on": "2020-09-10"}, {"verified_by": ""}, "not_verified"),
    (EndReason.DEATH, {"proof": "死亡医学证明A-12，县医院", "happened_on": "2020-09-10"}, {"proof": ""}, "no_proof"),
    (EndReason.DEATH, {"proof": "死亡医学证明A-12，县医院", "happened_on": "2020-09-10"},
     {"last_on": "2020-09-11"}, "not_the_day_of_death"),
]  # fmt: skip


@pytest.mark.article("《办法》第十一条")
@pytest.mark.parametrize(("reason", "needs", "changes", "code"), ELEVEN)
def test_every_ground_has_evidence_of_its_own(
    cast: Cast, reason: EndReason, needs: dict[str, str], changes: dict[str, str], code: str
) -> None:
    case = opened(cast, on_post(cast), reason)
    last = date(2020, 9, 10) if reason == EndReason.DEATH else TODAY
    with nothing_happens(), pytest.raises(Refused) as caught:
        propose(cast, case, last, **(needs | changes))
    assert codes(caught) == [code]
    if code not in ("day_in_future", "works_elsewhere"):
        propose(cast, case, last, **needs)
        assert state_of(case) in (TerminationState.AWAITING_HEARING, TerminationState.AWAITING_DECISION)


@pytest.mark.article("《办法》第十一条第5项")
def test_what_else_is_unsuitable_the_township_confirms_before_the_person_is_heard(cast: Cast) -> None:
    tenure = on_post(cast)
    case = opened(cast, tenure, EndReason.UNSUITABLE)
    propose(cast, case, TODAY, proof="与多户长期纠纷，不宜巡逻")
    assert state_of(case) == TerminationState.AWAITING_CONFIRMATION
    with pytest.raises(NotYours):
        cast.act(case, "terminations.confirm", cast.clerk, signed("何素琴"))
    cast.act(case, "terminations.confirm", cast.reviewer, signed("林书平", "经核实，不适宜继续工作。"))
    assert state_of(case) == TerminationState.AWAITING_HEARING
    walk(cast, case)
    papers = Document.objects.filter(case_key=case.key, form_code="exit_approval").order_by("number")
    assert papers.last().values["confirmation"] == "经核实，不适宜继续工作。"
    run_daily(cast.tick(days=1))
    assert Tenure.objects.get(pk=tenure.pk).state == TenureState.DISSOLVED


@pytest.mark.article("《办法》第十条")
def test_at_sixty_five_it_ends_by_itself_on_the_birthday_and_nobody_is_heard(cast: Cast) -> None:
    born = date(1955, 12, 1)
    listed = cast.listed(501)
    listed["workers"][0]["id_number"] = listed["head_id_number"] = id_number(born, 12)
    tenure = on_post(cast, number=501, head_id_number=listed["head_id_number"], workers=listed["workers"])
    case = opened(cast, tenure, EndReason.AGE)
    assert exit_of(case).last_on == date(2020, 12, 1)  # what the sheet offers
    with nothing_happens(), pytest.raises(Refused) as caught:
        propose(cast, case, date(2020, 11, 30))
    assert codes(caught) == ["not_the_limit_day"]
    propose(cast, case, date(2020, 12, 1), evidence_1_name="")
    assert state_of(case) == TerminationState.AWAITING_DECISION
    walk(cast, case)
    run_daily(cast.now.replace(month=12, day=1))
    assert state_of(case) == TerminationState.AWAITING_EFFECT
    run_daily(cast.now.replace(month=12, day=2))
    gone = Tenure.objects.get(pk=tenure.pk)
    assert (gone.state, gone.end_on) == (TenureState.TERMINATED, date(2020, 12, 1))


@pytest.mark.article("《办法》第十条")
def test_an_agreement_that_ran_out_waits_for_people_and_leaves_with_its_notice(cast: Cast) -> None:
    tenure = concluded(cast, "2020-09-16", "2020-12-15")
    run_daily(at(2020, 9, 16))
    run_daily(at(2020, 12, 15))
    assert Tenure.objects.get(pk=tenure.pk).state == TenureState.AWAITING_RENEWAL  # the last day is worked
    run_daily(at(2020, 12, 16))
    assert Tenure.objects.get(pk=tenure.pk).state == TenureState.EXPIRED
    cast.now = at(2020, 12, 18)
    client = browser_of(cast.clerk)
    with travel(cast.now, tick=False):
        page = client.get(f"/exits/new/{tenure.pk}/").content.decode()
    assert 'value="expiry" checked' in page  # why it ran out stands there already
    case = opened(cast, tenure, EndReason.EXPIRY)
    for wrong in (date(2020, 12, 14), date(2020, 12, 16)):
        with nothing_happens(), pytest.raises(Refused) as caught:
            propose(cast, case, wrong, evidence_1_name="")
        assert "not_the_limit_day" in codes(caught)
    propose(cast, case, date(2020, 12, 15), evidence_1_name="")
    walk(cast, case)
    run_daily(cast.tick(days=1))
    gone = Tenure.objects.get(pk=tenure.pk)
    assert (gone.state, gone.end_on, gone.end_reason) == (TenureState.TERMINATED, date(2020, 12, 15), "expiry")
    notice = Document.objects.get(case_key=case.key, form_code="exit_notice").values
    assert "第十条" in notice["basis"]
    assert gone.post is not None
    assert places_taken(gone.post) == 0
    with travel(cast.now, tick=False):
        client.force_login(user_of(cast.clerk), backend="django.contrib.auth.backends.ModelBackend")
        page = client.get(f"/workers/{gone.worker_id}/").content.decode()
    assert f'<a href="/cases/{case.pk}/">协议期满</a>' in page
    # December is paid to the 15th and January not at all.
    (served,) = served_in(cast.township, date(2020, 12, 1), date(2021, 1, 31))
    assert max(served.days) == date(2020, 12, 15)


@pytest.mark.article("《办法》第十条")
def test_a_limit_is_proposed_ninety_days_before_it_and_only_the_first_one(cast: Cast) -> None:
    tenure = on_post(cast, date(2017, 12, 15))  # three years end on 14 December 2020, ninety days are 15 September
    with pytest.raises(Refused) as caught:
        propose(cast, opened(cast, tenure, EndReason.AGE), date(2020, 12, 14))
    assert codes(caught) == ["another_limit"]
    cast.do("terminations.void", exit_case(tenure), cast.clerk, {"reason": "原因选错了。"})
    case = opened(cast, tenure, EndReason.FULL_TERM)
    propose(cast, case, date(2020, 12, 14))
    later = on_post_elsewhere(cast, date(2017, 12, 16))
    with pytest.raises(Refused) as caught:
        propose(cast, opened(cast, later, EndReason.FULL_TERM), date(2020, 12, 15))
    assert codes(caught) == ["too_early"]


def exit_case(tenure: Tenure) -> Any:
    return tenure.terminations.latest("pk").case


def on_post_elsewhere(cast: Cast, start_on: date) -> Tenure:
    return on_post(cast, start_on, number=502)


def test_the_dead_leave_on_the_day_of_death_and_a_relative_signs(cast: Cast) -> None:
    tenure = on_post(cast)
    case = opened(cast, tenure, EndReason.DEATH)
    propose(cast, case, date(2020, 8, 20), happened_on="2020-08-20", proof="死亡医学证明A-12，县医院")
    decide(cast, case)
    seal(cast, case)
    with nothing_happens(), pytest.raises(Refused) as caught:
        deliver(cast, case)
    assert codes(caught) == ["no_recipient"]
    deliver(cast, case, recipient="孟庆山")
    # The day lies behind: the exit takes effect in the very act.
    gone = Tenure.objects.get(pk=tenure.pk)
    assert (gone.state, gone.end_on) == (TenureState.WITHDRAWN, date(2020, 8, 20))
    assert state_of(case) == TerminationState.EFFECTIVE
    assert "家属" in Document.objects.get(case_key=case.key, form_code="delivery_receipt").values["recipient"]


def test_a_dissolution_waits_for_its_notice(cast: Cast) -> None:
    """Proposed for the 16th, decided on the 18th, delivered on the 22nd: paid until the 22nd."""
    tenure = on_post(cast)
    case = opened(cast, tenure, EndReason.UNABLE)
    propose(cast, case, date(2020, 9, 16), proof="腿部手术，不能久站", happened_on="2020-08-20")
    hear(cast, case)
    cast.now = cast.now.replace(day=18)
    decide(cast, case)
    assert exit_of(case).last_on == date(2020, 9, 18)
    seal(cast, case)
    cast.now = cast.now.replace(day=23)
    deliver(cast, case, delivered_on="2020-09-22")
    assert Tenure.objects.get(pk=tenure.pk).end_on == date(2020, 9, 22)


def test_only_the_right_people_and_nobody_decides_what_they_proposed(cast: Cast) -> None:
    case = opened(cast, on_post(cast), EndReason.RESIGNATION)
    with pytest.raises(NotFound):
        cast.do("terminations.propose", task_of(case), cast.reviewer, {})
    propose(cast, case, TODAY, **RESIGNS)
    hear(cast, case)
    for who, error in ((cast.clerk, NotYours), (cast.other_reviewer, NotFound), (cast.township_keeper, NotYours)):
        with pytest.raises(error):
            cast.act(case, "terminations.decide", who, signed("某人", "同意。"))
    both = cast.also("clerk", "township_reviewer", "104")
    with nothing_happens(), pytest.raises(Refused) as caught:
        cast.act(case, "terminations.decide", both, signed("何素琴", "同意。"))
    assert codes(caught) == ["own_submission"]


def test_sent_back_it_is_proposed_and_heard_anew_and_rejected_the_person_stays(cast: Cast) -> None:
    tenure = on_post(cast)
    case = opened(cast, tenure, EndReason.RESIGNATION)
    propose(cast, case, TODAY, **RESIGNS)
    hear(cast, case)
    cast.act(case, "terminations.send_back", cast.reviewer, {"reason": "最后在岗日写到月底。"})
    assert state_of(case) == TerminationState.RETURNED
    propose(cast, case, date(2020, 9, 30), **RESIGNS)
    assert (exit_of(case).heard_way, state_of(case)) == ("", TerminationState.AWAITING_HEARING)
    hear(cast, case)
    rejection = {"reason": "本人又愿意继续干。", **signed("林书平")}
    cast.act(case, "terminations.reject", cast.reviewer, rejection)
    assert state_of(case) == TerminationState.REJECTED
    assert lasts(tenure)
    opened(cast, tenure, EndReason.RESIGNATION)  # and may be begun again


def test_taken_back_before_the_next_desk_acts(cast: Cast) -> None:
    case = opened(cast, on_post(cast), EndReason.RESIGNATION)
    propose(cast, case, TODAY, **RESIGNS)
    cast.do("desk.take_back", case, cast.clerk, {})
    assert state_of(case) == TerminationState.DRAFT
    propose(cast, case, TODAY, **RESIGNS)
    walk(cast, case, TerminationState.AWAITING_SEAL)
    cast.do("desk.take_back", case, cast.reviewer, {})
    assert state_of(case) == TerminationState.AWAITING_DECISION
    decide(cast, case)
    seal(cast, case)


def test_the_village_seals_where_it_is_party_a(cast: Cast) -> None:
    tenure = on_post(cast)
    case = opened(cast, tenure, EndReason.RESIGNATION)
    exit_ = exit_of(case)
    exit_.employer = Organisation.objects.get(code="104001")
    exit_.save()
    propose(cast, case, TODAY, **RESIGNS)
    walk(cast, case, TerminationState.AWAITING_SEAL)
    with pytest.raises(NotYours):
        seal(cast, case)
    cast.act(case, "terminations.seal", cast.keeper, {})
    assert state_of(case) == TerminationState.AWAITING_DELIVERY


def test_the_township_may_begin_it_and_sees_it(cast: Cast) -> None:
    case = cast.do("terminations.open", on_post(cast), cast.reviewer, {"reason": "resignation"}).case
    assert case
    propose(cast, case, TODAY, **RESIGNS)
    hear(cast, case)
    decide(cast, case)


def test_what_became_of_somebody_is_said_in_their_own_word() -> None:
    assert {ground.done_word for ground in GROUNDS.values()} == {"已终止", "已解除", "已退出", "未上岗"}
    assert GROUNDS[EndReason.NOT_STARTED].done_word == "未上岗"
