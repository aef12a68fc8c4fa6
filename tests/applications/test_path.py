"""The way of an application that succeeds: each step with its event, its paper and its ink."""

from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pytest
from django_tasks_db.models import DBTaskResult
from docx import Document as WordFile

from audit.trail import field_matches
from forms_templates.filed_pictures import pictures_in
from forms_templates.library import form
from forms_templates.models import Document
from forms_templates.papers import read_paper
from registry.models import Worker
from registry.roles import Role
from signatures.demo_strokes import demo_signature
from signatures.models import SealUse, Signature
from signatures.signing import verify_signature
from tests.cast import Cast, application_of, events_of, papers_of, signed, state_of, task_of, user_of
from workflows.applications.models import State
from workflows.core.models import Case, DeskTask, Notice, Opinion

REJECTION = {"reason": "已在县城企业上班。", "strokes": demo_signature("秦守义")}


@dataclass(frozen=True)
class Step:
    """One transition as the procedure has it."""

    action: str
    part: str
    role: Role
    before: State
    after: State
    label: str = ""  # of the paper it makes; "" when it makes none
    data: Any = None
    reason: str = ""
    next_role: Role | None = None


CONFIRMED = {"opinion": "名额确需，同意安置。"}
STEPS = (
    Step(
        "applications.agree_by_village", "head", Role.VILLAGE_HEAD,
        State.AWAITING_VILLAGE_REVIEW, State.AWAITING_VILLAGE_SEAL,
        "签署村委会意见：同意", next_role=Role.VILLAGE_SEAL_KEEPER,
    ),
    Step(
        "applications.reject_by_village", "head", Role.VILLAGE_HEAD,
        State.AWAITING_VILLAGE_REVIEW, State.REJECTED_BY_VILLAGE,
        "签署村委会意见：不同意", REJECTION, REJECTION["reason"],
    ),
    Step(
        "applications.seal_by_village", "keeper", Role.VILLAGE_SEAL_KEEPER,
        State.AWAITING_VILLAGE_SEAL, State.AWAITING_TOWNSHIP_REVIEW,
        "加盖村委会印章", next_role=Role.TOWNSHIP_REVIEWER,
    ),
    Step(
        "applications.agree_by_township", "reviewer", Role.TOWNSHIP_REVIEWER,
        State.AWAITING_TOWNSHIP_REVIEW, State.AWAITING_TOWNSHIP_SEAL,
        "签署乡镇意见：同意", next_role=Role.TOWNSHIP_SEAL_KEEPER,
    ),
    Step(
        "applications.reject_by_township", "reviewer", Role.TOWNSHIP_REVIEWER,
        State.AWAITING_TOWNSHIP_REVIEW, State.REJECTED_BY_TOWNSHIP,
        "签署乡镇意见：不同意", REJECTION, REJECTION["reason"],
    ),
    Step(
        "applications.seal_by_township", "township_keeper", Role.TOWNSHIP_SEAL_KEEPER,
        State.AWAITING_TOWNSHIP_SEAL, State.APPROVED, "加盖乡镇印章",
    ),
    Step(
        "applications.confirm_quota", "officer", Role.EMPLOYMENT_SERVICE_OFFICER,
        State.AWAITING_QUOTA_CONFIRMATION, State.AWAITING_TOWNSHIP_SEAL,
        data=CONFIRMED, reason="一户两老都要人照看，确实只能就近安置。", next_role=Role.TOWNSHIP_SEAL_KEEPER,
    ),
    Step(
        "applications.decline_quota", "officer", Role.EMPLOYMENT_SERVICE_OFFICER,
        State.AWAITING_QUOTA_CONFIRMATION, State.AWAITING_TOWNSHIP_REVIEW,
        "名额未获确认，乡镇意见须重新签署",
        {"reason": "理由不充分。"}, "理由不充分。", Role.TOWNSHIP_REVIEWER,
    ),
    *(
        Step(
            "applications.send_back", part, role, before, State.RETURNED,
            data={"reason": "电话打不通。"}, reason="电话打不通。", next_role=Role.VILLAGE_CLERK,
        )
        for part, role, before in (
            ("head", Role.VILLAGE_HEAD, State.AWAITING_VILLAGE_REVIEW),
            ("keeper", Role.VILLAGE_SEAL_KEEPER, State.AWAITING_VILLAGE_SEAL),
            ("reviewer", Role.TOWNSHIP_REVIEWER, State.AWAITING_TOWNSHIP_REVIEW),
            ("township_keeper", Role.TOWNSHIP_SEAL_KEEPER, State.AWAITING_TOWNSHIP_SEAL),
        )
    ),
)  # fmt: skip


@pytest.mark.parametrize("step", STEPS, ids=lambda step: f"{step.action}-{step.before}")
def test_each_step_leads_where_it_should_and_leaves_one_event_and_one_paper(cast: Cast, step: Step) -> None:
    case = cast.walk_to(step.before)
    desk, papers, events = task_of(case), papers_of(case), events_of(case)
    actor = cast.people[step.part]
    outcome = cast.act(case, step.action, actor, step.data)

    assert state_of(case) == step.after
    (event,) = events_of(case)[len(events) :]
    assert event == outcome.event
    assert (event.action, event.from_state, event.to_state) == (step.action, step.before, step.after)
    assert (event.actor_name, event.actor_role) == (actor.name, step.role)
    assert event.actor_user_id == user_of(actor).pk
    assert event.at == cast.now
    assert event.subject_number == case_now(case).number == "2020-104-0001"
    assert event.reason == step.reason
    assert event.content["organisations"] == ["104", "104001"]

    desk.refresh_from_db()
    assert (desk.outcome, desk.from_state, desk.to_state) == (step.action, step.before, step.after)
    assert (desk.owner, desk.finished, desk.acted_as) == (user_of(actor), cast.now, actor.appointments[0])
    if step.next_role is None:
        assert case_now(case).finished == cast.now
    else:
        waiting = task_of(case)
        assert (waiting.office_role, waiting.owner, waiting.created) == (step.next_role, None, cast.now)

    new_papers = papers_of(case)[len(papers) :]
    assert [paper.label for paper in new_papers] == ([step.label] if step.label else [])
    assert [paper["file_digest"] for paper in event.content["papers"]] == [p.file_digest for p in new_papers]


def case_now(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def text_of(paper: Document) -> str:
    """Every word of the filed Word file."""
    word = WordFile(BytesIO(read_paper(paper)))
    cells = [cell.text for table in word.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in word.paragraphs), *cells])


# --- submitting -------------------------------------------------------------------------------------


def test_a_submission_gets_its_number_its_worker_and_its_first_paper(cast: Cast) -> None:
    answers = cast.answers(name="周<小>&兰")
    draft = cast.do("applications.open", cast.village, cast.clerk, {**answers, "opening_key": "k"}).result
    assert draft.number == ""
    assert draft.submitted_at is None
    assert papers_of(draft) == []
    with pytest.raises(Exception, match="姓名里只能有文字"):
        cast.act(draft, "applications.submit", cast.clerk, answers)

    answers["name"], answers["address"] = "周小兰", "青禾村<二>组&东"
    outcome = cast.act(draft, "applications.submit", cast.clerk, answers)
    case = case_now(draft)
    application = application_of(case)
    assert case.number == "2020-104-0001"
    assert case.submitted_at == cast.now
    assert (case.title, case.headline) == ("周小兰", "青禾村，保洁")
    worker = Worker.objects.get()
    assert application.worker == worker
    assert application.household == worker.household
    assert (worker.name, worker.sex, worker.id_number) == ("周小兰", "男", answers["id_number"])
    assert application.post == cast.posts["104001"][0]
    assert application.policy_set is not None
    assert outcome.event.policy == "2019-06-20 昌黎县2019年度就业扶贫工作实施方案"
    assert field_matches(outcome.event, "phone", answers["phone"])
    (paper,) = papers_of(case)
    assert (paper.number, paper.label) == (1, "提交申请")
    assert paper.values["id_number"] == answers["id_number"]
    for words in ("青禾村<二>组&东", "周小兰", answers["id_number"], "2020-104-0001", "保洁"):
        assert words in text_of(paper), words


def test_the_ready_form_is_read_back_in_the_background(cast: Cast) -> None:
    cast.apply()
    jobs = [job.task_path for job in DBTaskResult.objects.filter(task_path__endswith="check_filed_paper")]
    assert jobs == ["workflows.core.jobs.check_filed_paper"] * 2  # the pledge and the sheet


# --- the whole way ----------------------------------------------------------------------------------


def test_the_approved_paper_carries_both_opinions_signatures_and_seals(cast: Cast) -> None:
    case = cast.apply()
    cast.act(case, "applications.agree_by_village", cast.head, signed("秦守义", "入户核实，<属实>&同意推荐。"))
    cast.act(case, "applications.seal_by_village", cast.keeper)
    cast.act(case, "applications.agree_by_township", cast.reviewer, signed("林书平", "符合条件，同意安置。"))
    cast.act(case, "applications.seal_by_township", cast.township_keeper)

    papers = papers_of(case)
    assert [paper.number for paper in papers] == [1, 2, 3, 4, 5]
    places = [set(pictures_in(read_paper(paper))) for paper in papers]
    assert places == [
        set(),
        {"village_signature"},
        {"village_signature", "village_seal"},
        {"village_signature", "village_seal", "township_signature"},
        {"village_signature", "village_seal", "township_signature", "township_seal"},
    ]
    last = papers[-1]
    assert last.values["village_opinion"] == "入户核实，<属实>&同意推荐。"
    assert last.values["township_opinion"] == "符合条件，同意安置。"
    assert last.values["village_signed_on"] == last.values["township_signed_on"] == "2020年9月15日"
    for words in ("入户核实，<属实>&同意推荐。", "符合条件，同意安置。", "2020年9月15日"):
        assert words in text_of(last), words
    assert "符合条件" not in text_of(papers[2])
    assert last.values["category"] == [
        {"label": "已脱贫", "chosen": False},
        {"label": "未脱贫", "chosen": True},
        {"label": "边缘户", "chosen": False},
    ]


def test_each_signature_and_each_seal_is_bound_to_the_content_of_the_paper_it_made(cast: Cast) -> None:
    case = cast.walk_to(State.APPROVED)
    papers = papers_of(case)
    signatures = list(Signature.objects.filter(signer__isnull=False).order_by("pk"))
    assert [(s.signer_name, s.acted_as, s.place) for s in signatures] == [
        ("秦守义", Role.VILLAGE_HEAD, "village_signature"),
        ("林书平", Role.TOWNSHIP_REVIEWER, "township_signature"),
    ]
    for signature, paper in zip(signatures, (papers[1], papers[3]), strict=True):
        assert verify_signature(signature)
        assert not hasattr(signature, "revocation")
        assert signature.content_digest == paper.content_digest
        assert signature.form_digest == form(paper.form_code, paper.form_version).digest
        assert (signature.subject_kind, signature.subject_key) == (paper.subject_kind, paper.subject_key)
    uses = list(SealUse.objects.order_by("pk"))
    assert [(use.keeper.name, use.place, use.number, use.by_clerk) for use in uses] == [
        ("宋敏", "village_seal", 1, False),
        ("沈静", "township_seal", 1, False),
    ]
    assert [use.content_digest for use in uses] == [papers[2].content_digest, papers[4].content_digest]
    assert [(use.requested_by, use.approved_by) for use in uses] == [("何素琴", "秦守义"), ("何素琴", "林书平")]
    opinions = Opinion.objects.filter(case=case, voided_at__isnull=True).order_by("pk")
    assert [(o.step, o.verdict, o.seal_use) for o in opinions] == [
        ("village_opinion", "agree", uses[0]),
        ("township_opinion", "agree", uses[1]),
    ]
    told = [event.details.get("seal_register") for event in events_of(case) if "seal" in event.action]
    assert told == ["2020年第1号", "2020年第1号"]
    named = [event.content["signatures"] for event in events_of(case)]
    everybody = Signature.objects.order_by("pk").values_list("digest", flat=True)  # the worker on the pledge first
    assert [digest for digests in named for digest in digests] == list(everybody)


def test_in_a_village_whose_clerk_holds_the_seal_the_register_says_so(cast: Cast) -> None:
    case = cast.apply(village="104002")
    cast.act(case, "applications.agree_by_village", cast.second_head)
    outcome = cast.act(case, "applications.seal_by_village", cast.clerk_with_seal)
    assert SealUse.objects.get().by_clerk
    assert outcome.event.actor_role == Role.VILLAGE_CLERK
    assert state_of(case) == State.AWAITING_TOWNSHIP_REVIEW


def test_the_clerk_hears_of_a_return_of_a_rejection_and_of_the_approval(cast: Cast) -> None:
    approved = cast.walk_to(State.APPROVED)
    returned = cast.walk_to(State.RETURNED)
    rejected = cast.walk_to(State.REJECTED_BY_VILLAGE)
    told = {notice.case_id: notice for notice in Notice.objects.all()}
    assert {notice.office_role for notice in told.values()} == {Role.VILLAGE_CLERK}
    assert told[approved.pk].text == "已批准，乡镇已盖章"
    assert told[returned.pk].text == "退回补正：联系电话打不通，请核对。"
    assert "已在县城上班" in told[rejected.pk].text


# --- 退回补正 ----------------------------------------------------------------------------------------


def test_what_was_sent_back_is_corrected_and_goes_the_whole_way_again(cast: Cast) -> None:
    case = cast.walk_to(State.RETURNED)
    number = case_now(case).number
    old = list(Opinion.objects.filter(case=case))
    corrected = {**application_of(case).answers, "phone": "13800000000"}
    outcome = cast.act(case, "applications.submit", cast.clerk, corrected)
    assert (outcome.event.from_state, outcome.event.to_state) == (State.RETURNED, State.AWAITING_VILLAGE_REVIEW)
    assert outcome.event.details["voided"] == ["village_opinion"]
    assert case_now(case).number == number
    for opinion in old:
        opinion.refresh_from_db()
        assert opinion.voided_at == cast.now
        assert opinion.signature is not None
        assert opinion.signature.revocation.why == "退回补正后重新提交"
        assert opinion.seal_use is not None
        assert opinion.seal_use.revocation.why == "退回补正后重新提交"
    cast.walk(case, State.APPROVED)
    papers = papers_of(case)
    assert [paper.number for paper in papers] == list(range(1, len(papers) + 1))
    assert papers[3].values["phone"] == papers[-1].values["phone"] == "13800000000"
    assert set(pictures_in(read_paper(papers[3]))) == set()
    assert len(pictures_in(read_paper(papers[-1]))) == 4
    assert [use.number for use in SealUse.objects.filter(place="village_seal").order_by("pk")] == [1, 2]


def test_a_paper_of_every_version_can_still_be_read_at_the_end(cast: Cast) -> None:
    case = cast.walk_to(State.RETURNED)
    cast.act(case, "applications.submit", cast.clerk, application_of(case).answers)
    cast.walk(case, State.APPROVED)
    for paper in papers_of(case):
        assert text_of(paper)
    assert DeskTask.objects.filter(process=case, office__isnull=False, finished__isnull=True).count() == 0
