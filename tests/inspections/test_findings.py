"""A problem is pointed out, told, looked at again, warned of, settled, handed over."""

from datetime import date
from typing import Any

import pytest

from forms_templates.models import Document
from signatures.models import Signature
from tests.cast import Cast, events_of, nothing_happens, signed, task_of, user_of
from tests.inspections.steps import finding_of, found, recheck, state_of, tell, warn
from tests.terminations.steps import codes, on_post
from workflows.core.refusals import NotFound, NotYours, Refused
from workflows.inspections.models import FindingState

pytestmark = [pytest.mark.django_db, pytest.mark.article("《办法》第十二条、第十三条")]


def forms_of(case: Any) -> list[tuple[str, str]]:
    return list(Document.objects.filter(case_key=case.key).order_by("pk").values_list("form_code", "label"))


def test_what_was_pointed_out_is_told_and_put_right(cast: Cast) -> None:
    case = found(cast, on_post(cast))
    assert state_of(case) == FindingState.AWAITING_FEEDBACK
    tell(cast, case)
    assert finding_of(case).delivered_on == date(2020, 9, 15)
    recheck(cast, case, "findings.correct")
    assert state_of(case) == FindingState.CORRECTED
    assert forms_of(case) == [
        ("rectification_notice", "指出问题"),
        ("rectification_notice", "反馈签收"),
        ("inspection_record", "复查"),
    ]
    assert [event.action for event in events_of(case)] == ["findings.open", "findings.deliver", "findings.correct"]
    hands = Signature.objects.filter(place="rectification_notice.recipient_signature")
    assert [hand.signer_name for hand in hands] == ["孟照林"]


def test_who_refuses_to_put_it_right_is_warned_and_then_found_grave(cast: Cast) -> None:
    case = found(cast, on_post(cast))
    tell(cast, case)
    with nothing_happens(), pytest.raises(Refused) as caught:
        recheck(cast, case, "findings.refuse")  # the deadline is the 22nd
    assert codes(caught) == ["deadline_runs"]
    cast.now = cast.now.replace(day=21)
    with pytest.raises(Refused):
        recheck(cast, case, "findings.refuse")
    cast.now = cast.now.replace(day=22)
    recheck(cast, case, "findings.refuse")
    assert state_of(case) == FindingState.AWAITING_WARNING
    with pytest.raises(NotYours):
        warn(cast, case, by=cast.clerk)
    warn(cast, case)
    tell(cast, case, action="findings.deliver_warning")
    assert state_of(case) == FindingState.WARNED
    recheck(cast, case, "findings.find_serious")
    assert state_of(case) == FindingState.SERIOUS
    assert ("warning_decision", "给予警告") in forms_of(case)
    assert ("delivery_receipt", "警告送达") in forms_of(case)


def test_a_serious_problem_is_warned_of_at_once_and_closed_when_mended(cast: Cast) -> None:
    case = found(cast, on_post(cast), by=cast.colleague, weight="serious")
    assert state_of(case) == FindingState.AWAITING_WARNING
    warn(cast, case)
    tell(cast, case, by=cast.colleague, action="findings.deliver_warning")
    recheck(cast, case, "findings.close", by=cast.colleague)
    assert state_of(case) == FindingState.CLOSED


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"statement": ""}, "no_statement"),
        ({"recheck_on": ""}, "no_recheck_day"),
        ({"recheck_on": "2020-09-15"}, "recheck_too_soon"),
        ({"strokes": ""}, "shape"),
    ],
)
def test_a_warning_says_what_the_person_said_and_when_it_is_looked_at_again(
    cast: Cast, changes: dict[str, Any], code: str
) -> None:
    case = found(cast, on_post(cast), weight="serious")
    with nothing_happens(), pytest.raises(Refused) as caught:
        warn(cast, case, **changes)
    assert code in codes(caught)


def test_a_warning_is_taken_back_before_it_is_delivered(cast: Cast) -> None:
    case = found(cast, on_post(cast), weight="serious")
    warn(cast, case)
    cast.do("desk.take_back", case, cast.reviewer, {})
    assert state_of(case) == FindingState.AWAITING_WARNING


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"problem": "没扫街"}, "no_problem"),
        ({"demand": ""}, "no_demand"),
        ({"deadline_on": ""}, "no_deadline"),
        ({"deadline_on": "2020-09-14"}, "deadline_over"),
        ({"found_on": "2020-09-16"}, "found_in_future"),
        ({"found_on": ""}, "shape"),
        ({"weight": ""}, "shape"),
        ({"strokes": ""}, "shape"),
        ({"worker": "999999"}, "no_worker"),
        ({"about": "official"}, "no_official"),
    ],
)
def test_a_finding_says_what_when_and_until_when(cast: Cast, changes: dict[str, Any], code: str) -> None:
    tenure = on_post(cast)
    with nothing_happens(), pytest.raises(Refused) as caught:
        found(cast, tenure, **changes)
    assert code in codes(caught)


def test_refused_it_is_left_before_two_witnesses_and_posted_it_has_a_number(cast: Cast) -> None:
    case = found(cast, on_post(cast))
    with pytest.raises(Refused) as caught:
        tell(cast, case, way="refused", worker_strokes="")
    assert codes(caught) == ["two_witnesses"]
    with pytest.raises(Refused) as caught:
        tell(cast, case, way="posted", worker_strokes="")
    assert codes(caught) == ["no_note"]
    with pytest.raises(Refused) as caught:
        tell(cast, case, delivered_on="2020-09-14")
    assert codes(caught) == ["day_too_early"]
    tell(cast, case, way="posted", worker_strokes="", note="挂号信XA12345678901")
    assert forms_of(case)[-1] == ("delivery_receipt", "反馈签收")


def test_finance_and_audit_record_findings_and_follow_them(cast: Cast) -> None:
    case = found(cast, on_post(cast), by=cast.auditor)
    with pytest.raises(NotYours):
        tell(cast, case)  # the village does not tell itself for the auditor
    tell(cast, case, by=cast.auditor)
    recheck(cast, case, "findings.correct", by=cast.auditor)
    assert state_of(case) == FindingState.CORRECTED


def test_a_village_and_an_official_are_found_fault_with_too(cast: Cast) -> None:
    village = found(cast, on_post(cast), by=cast.supervisor, about="village")
    assert finding_of(village).whom == "青禾村村民委员会"
    tell(cast, village, by=cast.supervisor, recipient="秦守义")
    about_head = {"about": "official", "official": str(user_of(cast.head).pk)}
    case = found(cast, on_post(cast, number=510), by=cast.reviewer, weight="serious", **about_head)
    with pytest.raises(NotYours):
        warn(cast, case)  # an official is warned by the bureau
    warn(cast, case, by=cast.supervisor)
    tenure = on_post(cast, number=511)
    with nothing_happens(), pytest.raises(Refused) as caught:
        found(cast, tenure, by=cast.head, **about_head)
    assert codes(caught) == ["about_oneself"]


def test_nobody_from_elsewhere_records_or_finds_it(cast: Cast) -> None:
    tenure = on_post(cast)
    for who in (cast.other_clerk, cast.other_reviewer, cast.outsider, cast.administrator):
        with pytest.raises(NotFound):
            found(cast, tenure, by=who)
    case = found(cast, tenure)
    with pytest.raises(NotFound):
        tell(cast, case, by=cast.other_clerk)


@pytest.mark.article("《办法》第十四条")
def test_fraud_is_settled_by_another_and_handed_over(cast: Cast) -> None:
    case = found(cast, on_post(cast), by=cast.reviewer, weight="fraud")
    assert state_of(case) == FindingState.AWAITING_VERDICT
    verdict = signed("林书平", "走访三户邻居，考勤由他人代签，情况属实。")
    with nothing_happens(), pytest.raises(Refused) as caught:
        cast.act(case, "findings.establish", cast.reviewer, verdict)
    assert codes(caught) == ["own_finding"]
    cast.act(case, "findings.establish", cast.colleague, verdict)
    record = signed("苏文静", "材料一并移送。")
    for changes, code in (
        ({}, "no_authority"),
        ({"handed_over_to": "县纪委监委"}, "no_day"),
        ({"handed_over_to": "县纪委监委", "handed_over_on": "2020-09-16"}, "day_in_future"),
    ):
        with nothing_happens(), pytest.raises(Refused) as caught:
            cast.do("findings.hand_over", task_of(case), cast.colleague, record | changes)
        assert codes(caught) == [code]
    data = record | {"handed_over_to": "县纪委监委", "handed_over_on": "2020-09-15"}
    cast.do("findings.hand_over", task_of(case), cast.colleague, data)
    assert state_of(case) == FindingState.HANDED_OVER


def test_what_is_not_so_is_closed_and_what_was_a_mistake_voided(cast: Cast) -> None:
    case = found(cast, on_post(cast), weight="fraud")
    cast.act(case, "findings.dismiss", cast.reviewer, signed("林书平", "核对考勤和签字，举报不实。"))
    assert state_of(case) == FindingState.UNFOUNDED
    other = found(cast, on_post(cast, number=512))
    with pytest.raises(NotYours):
        cast.do("findings.void", other, cast.reviewer, {"reason": "记错了人。"})
    cast.do("findings.void", other, cast.clerk, {"reason": "记错了人。"})
    assert state_of(other) == FindingState.VOIDED


def test_each_step_has_its_last_day_and_a_recheck_waits_for_the_deadline(cast: Cast) -> None:
    """Pointed out on Tuesday 15 September 2020, to be told in three working days, to be put right by the 22nd."""
    case = found(cast, on_post(cast))
    assert task_of(case).due_on == date(2020, 9, 18)
    tell(cast, case)
    assert task_of(case).due_on == date(2020, 9, 25)  # three working days after the 22nd
    cast.now = cast.now.replace(day=22)
    recheck(cast, case, "findings.refuse")
    assert task_of(case).due_on == date(2020, 9, 28)  # the 27th, a Sunday, was worked
    warn(cast, case)
    tell(cast, case, action="findings.deliver_warning")
    assert task_of(case).due_on == date(2020, 10, 12)  # from 2 October on: the 9th, the 10th, the 12th
