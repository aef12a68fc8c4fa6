"""Exits that stand on a record of a problem: 11.4, 13 and 14 are refused until it stands, and then go their way."""

from datetime import date

import pytest

from forms_templates.models import Document
from tests.cast import Cast, nothing_happens, signed, task_of
from tests.inspections.steps import finding_of, found, recheck, tell, warn
from tests.terminations.steps import codes, exit_of, on_post, opened, propose, state_of, walk
from workflows.core.daily import run_daily
from workflows.core.models import Case
from workflows.core.refusals import NotFound, Refused
from workflows.employment.models import EndReason, Tenure, TenureState
from workflows.terminations.models import TerminationState

pytestmark = pytest.mark.django_db
AGAIN = {"happened_on": "2020-09-25"}
LAST = date(2020, 9, 25)


def refused(cast: Cast, case: Case, **data: str) -> list[str]:
    with nothing_happens(), pytest.raises(Refused) as caught:
        propose(cast, case, cast.now.date(), **data)
    return codes(caught)


@pytest.mark.article("《办法》第十一条第4项")
def test_disobedience_needs_a_delivered_notice_and_a_relapse_after_it(cast: Cast) -> None:
    tenure, other = on_post(cast), on_post(cast, number=520)
    someone_elses = found(cast, other)
    tell(cast, someone_elses)
    case = opened(cast, tenure, EndReason.DISOBEDIENCE)
    assert refused(cast, case, happened_on="2020-09-15") == ["not_pointed_out"]
    elsewhere = str(finding_of(someone_elses).pk)
    assert refused(cast, case, happened_on="2020-09-15", finding=elsewhere) == ["not_pointed_out"]
    notice = found(cast, tenure)
    mine = {"finding": str(finding_of(notice).pk)}
    assert refused(cast, case, happened_on="2020-09-15", **mine) == ["notice_undelivered"]
    cast.now = cast.now.replace(day=20)
    tell(cast, notice)
    assert refused(cast, case, happened_on="2020-09-19", **mine) == ["no_relapse"]
    assert refused(cast, case, happened_on="2020-09-20", **mine) == ["no_relapse"]  # the very day
    assert refused(cast, case, happened_on="2020-09-21", **mine) == ["day_in_future"]
    assert refused(cast, case, happened_on="", **mine) == ["no_day"]
    cast.now = cast.now.replace(day=21)
    propose(cast, case, cast.now.date(), happened_on="2020-09-21", **mine)
    walk(cast, case)
    sheet = Document.objects.filter(case_key=case.key, form_code="exit_notice").get().values
    assert "第十一条第4项：不服从工作安排或岗位管理，经指出后仍不改正的" in sheet["basis"]
    assert "2020年9月20日送达本人" in sheet["facts"]
    assert [mark["label"] for mark in sheet["kind"] if mark["chosen"]] == ["解除"]
    run_daily(cast.tick(days=1))
    gone = Tenure.objects.get(pk=tenure.pk)
    assert (gone.state, gone.end_reason) == (TenureState.DISSOLVED, "disobedience")


@pytest.mark.article("《办法》第十三条")
def test_a_dismissal_follows_a_warning_and_a_grave_recheck(cast: Cast) -> None:
    tenure = on_post(cast)
    notice = found(cast, tenure)
    case = opened(cast, tenure, EndReason.DISMISSAL, finding=finding_of(notice).pk)
    assert exit_of(case).finding_id == finding_of(notice).pk
    mine = {"finding": str(finding_of(notice).pk)}
    tell(cast, notice)
    assert refused(cast, case, **mine) == ["not_warned"]
    cast.now = cast.now.replace(day=22)
    recheck(cast, notice, "findings.refuse")
    warn(cast, notice)
    assert refused(cast, case, **mine) == ["not_warned"]  # given, not delivered
    tell(cast, notice, action="findings.deliver_warning")
    assert refused(cast, case, **mine) == ["not_grave"]
    recheck(cast, notice, "findings.find_serious")
    propose(cast, case, cast.now.date(), **mine)
    walk(cast, case)
    run_daily(cast.tick(days=1))
    assert Tenure.objects.get(pk=tenure.pk).end_reason == "dismissal"


def test_a_dismissal_is_opened_from_the_findings_page(cast: Cast) -> None:
    tenure = on_post(cast)
    notice = found(cast, tenure, weight="serious")
    warn(cast, notice)
    tell(cast, notice, action="findings.deliver_warning")
    recheck(cast, notice, "findings.find_serious")
    with pytest.raises(NotFound):
        cast.do("terminations.open_for_finding", notice, cast.other_clerk, {})
    case = cast.do("terminations.open_for_finding", notice, cast.clerk, {}).case
    assert case
    assert (exit_of(case).reason, exit_of(case).finding) == (EndReason.DISMISSAL, finding_of(notice))


@pytest.mark.article("《办法》第十四条")
def test_fraud_is_established_and_handed_over_before_it_ends_the_agreement(cast: Cast) -> None:
    tenure = on_post(cast)
    notice = found(cast, tenure, weight="fraud")
    case = opened(cast, tenure, EndReason.FRAUD)
    mine = {"finding": str(finding_of(notice).pk)}
    assert refused(cast, case, **mine) == ["fraud_not_established"]
    cast.act(notice, "findings.establish", cast.reviewer, signed("林书平", "考勤由他人代签，本人在外地务工。"))
    assert refused(cast, case, **mine) == ["not_handed_over"]
    data = {"handed_over_to": "县纪委监委", "handed_over_on": "2020-09-15", **signed("林书平", "材料一并移送。")}
    cast.do("findings.hand_over", task_of(notice), cast.reviewer, data)
    propose(cast, case, cast.now.date(), **mine)
    assert state_of(case) == TerminationState.AWAITING_HEARING
