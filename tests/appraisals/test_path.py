"""A year from the scheme to the renewal, and each way it may end (《办法》第六条至第九条)."""

from datetime import date
from typing import Any

import pytest

from forms_templates.models import Document
from signatures.models import Signature
from signatures.signing import verify_signature
from tests.appraisals import years
from tests.appraisals.years import INK, REFUSAL, YEAR, appraisal_of, begin, filed, hear, sealed, submit, walk
from tests.attendance.months import at
from tests.cast import Cast, events_of, nothing_happens, signed, task_of
from workflows.appraisals.models import Grade, SchemeReceipt, State, Summary, SummaryState
from workflows.core.daily import run_daily
from workflows.core.models import Case, Notice
from workflows.core.refusals import Refused
from workflows.employment.models import Agreement, AgreementState

pytestmark = pytest.mark.django_db


def papers(case: Case, form: str = "appraisal_form") -> list[Document]:
    return list(Document.objects.filter(case_key=case.key, form_code=form).order_by("pk"))


def codes(caught: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [refusal.code for refusal in caught.value.refusals]


@pytest.mark.article("《办法》第七条")
def test_every_village_signs_for_the_scheme(cast: Cast) -> None:
    copies = SchemeReceipt.objects.filter(township=cast.township)
    assert copies.count() == 2
    mine = copies.get(village=cast.village)
    cast.do("scheme_receipts.receive", task_of(mine.case), cast.head, signed("秦守义", "已收到。"))
    mine.refresh_from_db()
    assert mine.state == "received"
    paper = papers(mine.case, "appraisal_scheme")[-1]
    assert (paper.values["receiver"], paper.values["receipt"]) == ("青禾村", "已收到。")
    assert [row["weight"] for row in paper.values["criteria"]] == ["40", "20", "10", "30"]


@pytest.mark.article("《办法》第六条")
@pytest.mark.article("《办法》第九条")
def test_who_passes_is_renewed_with_the_agreement_prefilled(cast: Cast) -> None:
    worker = cast.workers[0]
    case = filed(cast, worker)
    appraisal = appraisal_of(case)
    assert (appraisal.grade, str(appraisal.score)) == (Grade.PASS, "100.0")
    acts = [event.action.partition(".")[2] for event in events_of(case)]
    assert acts == [
        "open", "hear", "hear", "submit", "propose", "worker_signs", "agree_by_township", "seal", "file",
    ]  # fmt: skip
    cast.do("appraisals.renew", task_of(case), cast.township_clerk)
    renewal = Agreement.objects.get(worker=worker, state=AgreementState.DRAFT)
    assert (renewal.start_on, renewal.end_on) == (date(2021, 9, 15), date(2022, 9, 14))
    assert (renewal.appraisal_year, renewal.appraisal_result) == ("2020", "合格")
    assert appraisal_of(case).state == State.RENEWAL_OPENED
    assert events_of(case)[-1].details["agreement"] == renewal.case.key
    last = papers(case)[-1]
    assert last.label == "乡镇盖章"
    assert last.values["village_opinion"] == "情况属实。"
    assert [word["chosen"] for word in last.values["confirmation"]] == [True, False, False]
    assert "共100.0分，合格线60分" in last.values["daily_results"]
    assert all(verify_signature(each) for each in Signature.objects.filter(subject_kind="appraisals.appraisal"))


def test_each_step_files_its_paper(cast: Cast) -> None:
    case = sealed(cast, cast.workers[0])
    assert [paper.label for paper in papers(case)] == [
        "村汇总，拟定结果", "村考核组负责人签字", "本人签字确认", "乡镇审核人签字", "乡镇盖章",
    ]  # fmt: skip
    record = papers(case, "opinion_record")
    assert [paper.label for paper in record] == ["听取意见，记录人签字", "考核组负责人签字"]
    assert [row["kind"] for row in record[-1].values["opinions"]] == ["村组干部", "普通群众"]


@pytest.mark.article("《办法》第八条")
def test_who_objects_is_reviewed_and_asked_again(cast: Cast) -> None:
    case = walk(cast, begin(cast, cast.workers[0], years.BAD), State.AWAITING_WORKER, "fail")
    data = {**INK, "objection": "10月3日请了假，不是旷工。"}
    cast.do("appraisals.worker_objects", task_of(case), cast.clerk, data)
    assert appraisal_of(case).state == State.UNDER_REVIEW
    assert [word["chosen"] for word in papers(case)[-1].values["confirmation"]] == [False, True, False]
    review = signed("林书平", "核对后确有请假条。") | {"review_grade": "pass"}
    cast.do("appraisals.decide_objection", task_of(case), cast.reviewer, review)
    appraisal = appraisal_of(case)
    assert (appraisal.state, appraisal.grade, appraisal.proposed) == (State.AWAITING_WORKER_AGAIN, "pass", "fail")
    assert "复核（改为合格）" in papers(case)[-1].values["township_opinion"]
    cast.do("appraisals.worker_signs", task_of(case), cast.clerk, INK)
    walk(cast, case, State.FILED)
    opinions = papers(case)[-1].values
    assert opinions["village_opinion"] == "情况属实。"  # what the village signed stands
    assert opinions["township_opinion"].endswith("情况属实，同意。")
    row = Document.objects.filter(form_code="appraisal_summary").latest("pk").values["results"][0]
    assert (row["result"], row["confirmation"], row["remark"]) == ("合格", "复核后已签", "有异议，已复核")


@pytest.mark.article("《办法》第八条")
def test_who_will_not_sign_is_witnessed_by_two(cast: Cast) -> None:
    case = walk(cast, begin(cast, cast.workers[0], years.BAD), State.AWAITING_WORKER, "fail")
    cast.do("appraisals.worker_refuses", task_of(case), cast.clerk, REFUSAL)
    paper = papers(case)[-1]
    assert [word["chosen"] for word in paper.values["confirmation"]] == [False, False, True]
    assert (paper.values["first_witness"], paper.values["second_witness"]) == ("戴永年", "单秀云")
    assert Signature.objects.filter(place__endswith="_witness", revocation__isnull=True).count() == 2


@pytest.mark.article("《办法》第八条")
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"second_witness_name": ""}, "no_witness"),
        ({"second_witness_name": "戴永年"}, "same_witness"),
        ({"second_witness_name": "何素琴"}, "witness_is_clerk"),
        ({"refusal_said": "不签"}, "not_told"),
        ({"second_witness_strokes": ""}, "shape"),
    ],
)
def test_a_refusal_without_two_proper_witnesses_is_none(cast: Cast, changes: dict[str, str], code: str) -> None:
    case = walk(cast, begin(cast, cast.workers[0]), State.AWAITING_WORKER)
    with nothing_happens(), pytest.raises(Refused) as caught:
        cast.do("appraisals.worker_refuses", task_of(case), cast.clerk, REFUSAL | changes)
    assert code in codes(caught)


@pytest.mark.article("《办法》第四条第1项")
@pytest.mark.article("《办法》第四条第4项")
@pytest.mark.article("《办法》第八条")
@pytest.mark.parametrize(
    ("looks", "heard", "words", "code"),
    [
        (years.GOOD[:-1], years.PEOPLE, {}, "no_records"),
        (years.GOOD, years.PEOPLE[:1], {}, "no_villager"),
        (years.GOOD, years.PEOPLE[1:], {}, "no_cadre"),
        (years.GOOD, years.PEOPLE, {"heard_summary": ""}, "no_summary"),
        (years.GOOD, years.PEOPLE, {"reason": ""}, "no_reason"),
        (years.GOOD, years.PEOPLE, {"grade": ""}, "no_grade"),
        (years.GOOD, years.PEOPLE, {"grade": "fail"}, "grade_differs"),
        (years.GOOD, years.PEOPLE, {"heard_on": "2021-01-01"}, "heard_later"),
        (years.GOOD, years.PEOPLE, {"strokes": ""}, "shape"),
    ],
)
def test_a_grade_needs_records_opinions_and_its_reason(
    cast: Cast, looks: Any, heard: Any, words: dict[str, str], code: str
) -> None:
    case = begin(cast, cast.workers[0], looks)
    hear(cast, case, *heard)
    with nothing_happens(), pytest.raises(Refused) as caught:
        submit(cast, case, **words)
    assert code in codes(caught)


def test_a_grade_against_the_points_says_why(cast: Cast) -> None:
    case = begin(cast, cast.workers[0])
    hear(cast, case)
    submit(cast, case, "fail", differs_because="弄虚作假，方案规定直接评为不合格。")
    assert "弄虚作假" in papers(case)[-1].values["daily_results"]


@pytest.mark.article("《办法》第七条")
def test_a_township_sums_up_and_the_county_takes_it_on_file(cast: Cast) -> None:
    for worker in cast.workers:
        sealed(cast, worker)
    batch = years.batch_to(cast, "file_summary")
    assert appraisal_of(Case.objects.filter(appraisal__worker=cast.workers[0]).get()).state == State.AWAITING_SUMMARY
    cast.do("summaries.file", task_of(batch), cast.officer, signed("江月明", "接收备案。"))
    run_daily(cast.tick())
    assert Summary.objects.get().state == SummaryState.FILED
    labels = [paper.label for paper in papers(batch, "appraisal_summary")]
    assert labels == ["填表人签字", "审核人签字", "乡镇盖章报送", "县就业服务中心备案"]
    paper = papers(batch, "appraisal_summary")[-1].values
    assert (paper["passed_count"], paper["failed_count"], paper["filing"]) == ("2", "0", "接收备案。")
    for worker in cast.workers:
        assert Case.objects.get(appraisal__worker=worker).entity.state == State.FILED


def test_the_county_may_send_the_batch_back(cast: Cast) -> None:
    sealed(cast, cast.workers[0])
    batch = years.batch_to(cast, "file_summary")
    cast.do("summaries.send_back", task_of(batch), cast.officer, {"reason": "缺一个人，请核对。"})
    assert Summary.objects.get().state == SummaryState.RETURNED
    sealed(cast, cast.workers[1])
    cast.do("summaries.gather_more", task_of(batch), cast.township_clerk)
    assert Summary.objects.get().appraisals.count() == 2
    assert Notice.objects.filter(case=batch, text__contains="缺一个人").exists()


def test_a_voided_batch_frees_its_people_for_the_next(cast: Cast) -> None:
    sealed(cast, cast.workers[0])
    batch = years.batch_to(cast, "review_summary")
    cast.do("summaries.void", batch, cast.township_clerk, {"reason": "年度写错了。"})
    assert years.batch_to(cast, "fill_summary") != batch
    assert Summary.objects.filter(state=SummaryState.DRAFT).get().batch == 2


def test_nobody_is_appraised_twice_or_without_a_scheme(cast: Cast) -> None:
    from workflows.core.refusals import Overtaken

    begin(cast, cast.workers[0])
    tenure = years.tenure_of(cast.workers[0])
    with nothing_happens(), pytest.raises(Overtaken):
        cast.do("appraisals.open", tenure, cast.clerk, {"year": str(YEAR)})
    cast.now = at(2021, 3, 1)
    with nothing_happens(), pytest.raises(Refused) as caught:
        cast.do("appraisals.open", tenure, cast.clerk, {"year": "2021"})
    assert codes(caught) == ["no_scheme"]
    with nothing_happens(), pytest.raises(Refused) as caught:
        cast.do("appraisals.open", tenure, cast.clerk, {"year": "2019"})
    assert codes(caught) == ["no_scheme", "not_in_post"]
