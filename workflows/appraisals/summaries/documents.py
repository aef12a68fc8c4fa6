"""《扶贫专岗人员年度考核结果汇总表》 on paper and on the screen."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django.utils import timezone
from django.utils.safestring import SafeString

from forms_templates.sheet import sheet_html
from forms_templates.values import chinese_date
from registry.id_numbers import mask_id
from registry.roles import Role
from workflows.core.actions import Move
from workflows.core.actors import Actor
from workflows.core.case_forms import case_form, form_on_page
from workflows.core.cells import OpinionCell, opinion_cell, pad, picture, seal_place, written
from workflows.core.filing import OpinionPlaces, file_opinions, pictures_of
from workflows.core.guards import verdicts
from workflows.core.models import Case, DeskTask, Opinion
from workflows.core.opinions import opinion_facts, valid_opinions, with_given
from workflows.core.paperwork import Button, Page, Paperwork

from ..grading.figures import from_json
from ..models import Appraisal, Confirmation, Grade, State
from ..summary_models import BEFORE_FILED, Summary, SummaryState
from . import rules

FORM = ("appraisal_summary", 4)
FILLING, REVIEWING, FILING = "fill_summary", "review_summary", "file_summary"
OFFICER = OpinionCell(
    places=OpinionPlaces("filing", "filed_on", "officer_signature", ""),
    label="备案意见",
    signer="县就业服务中心经办人签字",
    waits="报送后，由县就业服务中心填写。",
    phrases=("已核对，接收备案。",),
)
PLACES = {
    FILLING: OpinionPlaces("", "filled_on", "filler_signature", ""),
    REVIEWING: OpinionPlaces("", "", "reviewer_signature", "reporter_seal"),
    FILING: OFFICER.places,
}
# From which state on each office's hand stands on the paper.
STANDS_FROM = {
    FILLING: (
        SummaryState.AWAITING_REVIEW,
        SummaryState.AWAITING_SEAL,
        SummaryState.AWAITING_FILING,
        SummaryState.FILED,
    ),
    REVIEWING: (SummaryState.AWAITING_SEAL, SummaryState.AWAITING_FILING, SummaryState.FILED),
    FILING: (SummaryState.FILED,),
}
FOLLOW_UP = {Grade.PASS: "续签", Grade.FAIL: "终止协议"}


def members_of(summary: Summary) -> list[Appraisal]:
    """The people of the batch, village by village (one query)."""
    notes = summary.case.notes()
    if "members" not in notes:
        found = Appraisal.objects.filter(summary=summary).select_related("worker", "village", "tenure__post", "case")
        notes["members"] = list(found.order_by("village__code", "pk"))
    return list(notes["members"])


def standing(summary: Summary) -> dict[str, Opinion]:
    """The hands that stand on the paper in its present state."""
    opinions = valid_opinions(summary.case)
    return {
        step: opinions[step] for step, states in STANDS_FROM.items() if summary.state in states and step in opinions
    }


def row_of(appraisal: Appraisal) -> dict[str, str]:
    """One person's line; the number is masked on this list."""
    post = appraisal.tenure.post
    confirmed = Confirmation(appraisal.confirmation).label if appraisal.confirmation else ""
    return {
        "village": appraisal.village.name,
        "name": appraisal.worker.name,
        "id_number": mask_id(appraisal.worker.id_number),
        "post_type": post.type_name if post is not None else "—",
        "attended": str(from_json(appraisal.figures).days("attended")),
        "result": str(Grade(appraisal.grade).label),
        "confirmation": f"复核后{confirmed}" if appraisal.was_reviewed else str(confirmed),
        "follow_up": FOLLOW_UP[Grade(appraisal.grade)],
        "remark": "有异议，已复核" if appraisal.was_reviewed else "",
    }


def values_of(summary: Summary, members: list[Appraisal], opinions: dict[str, Opinion]) -> dict[str, object]:
    """Every tag of the summary."""
    filing = opinions.get(FILING)
    values: dict[str, object] = {
        "county": summary.county.name,
        "township": summary.township.name,
        "year": str(summary.year),
        "number": summary.case.number,
        "passed_count": str(sum(1 for each in members if each.grade == Grade.PASS)),
        "failed_count": str(sum(1 for each in members if each.grade == Grade.FAIL)),
        "filled_on": chinese_date(summary.filled_on),
        "reported_on": chinese_date(summary.reported_on),
        "filing": filing.text if filing is not None else "",
        "filed_on": chinese_date(summary.filed_on),
        "results": [row_of(each) for each in members],
    }
    if "reviewed_on" in case_form(FORM, summary.case).fields:  # not on the version before, which running cases keep
        reviewed = opinions.get(REVIEWING)
        values["reviewed_on"] = chinese_date(timezone.localtime(reviewed.at).date() if reviewed else None)
    return values


def file_summary(move: Move, label: str, *, sign: Opinion | None = None, seal: Opinion | None = None) -> None:
    """The next version, with the hand or the seal of this move."""
    summary: Summary = move.entity
    opinions = with_given(standing(summary), sign, seal)
    file_opinions(
        move,
        form=case_form(FORM, move.case),
        values=values_of(summary, members_of(summary), opinions),
        places=PLACES,
        opinions=opinions,
        label=label,
        sign=sign,
        seal=seal,
    )


def facts_of(summary: Summary, members: list[Appraisal], actor: Actor | None = None) -> rules.SummaryFacts:
    """What the rules ask of this batch, for the person who acts."""
    outcomes: set[str] = set()
    if actor is not None and actor.user is not None:
        done = DeskTask.objects.filter(process=summary.case_id, owner=actor.user, status="DONE")
        outcomes = set(done.values_list("outcome", flat=True))
    return rules.SummaryFacts(
        year=summary.year,
        members=len(members),
        not_ready=tuple(each.worker.name for each in members if each.state != State.AWAITING_SUMMARY),
        actor_filled="summaries.submit" in outcomes,
        actor_reported=bool(outcomes & {"summaries.approve", "summaries.report"}),
    )


class SummaryPaperwork(Paperwork):
    """考核结果汇总 as the desk shows it."""

    flow_label = "summaries"
    title = "考核结果汇总"
    form = FORM
    refile = staticmethod(file_summary)

    def describe(self, case: Case, entity: Summary) -> None:
        case.title = f"{entity.year}年度考核结果汇总"
        count = Appraisal.objects.filter(summary=entity).count()
        case.headline = f"{entity.township.name}，第{entity.batch}批，{count}人"

    def shown(self, case: Case, entity: Summary) -> dict[str, Any]:
        return {"state": entity.state, "members": [[each.pk, each.grade, each.state] for each in members_of(entity)]}

    fact_labels: Mapping[str, str] = MappingProxyType({"members": "考核结果", REVIEWING: "审核意见"})

    def facts(self, case: Case, entity: Summary) -> dict[str, Any]:
        members = [[each.worker.name, each.grade] for each in members_of(entity)]
        return {"members": members, **opinion_facts(case, REVIEWING)}

    def fact_text(self, case: Case, name: str, value: Any) -> str:
        if name == "members":
            return "、".join(f"{who}{Grade(grade).label}" for who, grade in value or ())
        return super().fact_text(case, name, value)

    def state_tag(self, entity: Summary) -> dict[str, str]:
        state = SummaryState(entity.state)
        kinds = {SummaryState.FILED: "done", SummaryState.RETURNED: "back", SummaryState.VOIDED: "ended"}
        return {"kind": kinds.get(state, ""), "label": state.label}

    def heading(self, page: Page) -> str:
        return f"{page.entity.township.name}{page.entity.year}年度考核结果汇总"

    def sheet(self, page: Page) -> SafeString:
        summary: Summary = page.entity
        summary.case = page.on_case
        opinions = standing(summary)
        values = values_of(summary, members_of(summary), opinions)
        slots: dict[str, Any] = written(values)
        slots["number"] = page.on_case.number or "交审核后自动编号"
        pictures: dict[str, Any] = {}
        for place, png in pictures_of(opinions, PLACES).items():
            kind = "seal" if place == "reporter_seal" else "signature"
            pictures[place] = picture(kind, png, "乡镇公章" if kind == "seal" else "手写签字")
        if page.step == FILLING:
            pictures["filler_signature"] = pad(page, "填表人签字")
            slots["filled_on"] = chinese_date(page.on)
        if page.step == REVIEWING:
            pictures["reviewer_signature"] = pad(page, "审核人签字")
            if "reviewed_on" in slots:
                slots["reviewed_on"] = chinese_date(page.on)
        if page.step == "seal_summary":
            pictures["reporter_seal"] = seal_place()
            slots["reported_on"] = chinese_date(page.on)
        opinion_cell(
            page, OFFICER, opinions.get(FILING), slots, pictures, open_here=page.step == FILING, seal_here=False
        )
        return sheet_html(form_on_page(FORM, page), slots, pictures)

    def checks(self, page: Page) -> list[dict[str, Any]]:
        by_step = {FILLING: rules.FILLING, REVIEWING: rules.REVIEW, FILING: rules.FILING}
        if page.step not in by_step:
            return []
        return list(verdicts(by_step[page.step], facts_of(page.entity, members_of(page.entity), page.actor)))

    def consequence(self, page: Page) -> tuple[str, str]:
        said = {
            FILLING: ("核对每人的结果，填表人签字", "转乡镇审核人签字；对方办理以前您可以撤回。"),
            REVIEWING: ("请先在表上手写签字", "签字后转印章管理员盖章报送。"),
            "seal_summary": ("请核对审核人的签字", "盖章后报县就业服务中心备案。"),
            FILING: ("写明备案意见并签字", "备案以后，乡镇为合格的人续签，不合格的提出终止；不能撤回。"),
        }
        return said.get(page.step, ("", ""))

    def unmasked(self, entity: Summary) -> dict[str, str]:
        return {}

    def can_return_to(self, case: Case, acted: DeskTask) -> bool:
        return bool(case.entity.state != SummaryState.FILED)

    def take_back(self, move: Move, acted: DeskTask) -> None:
        if acted.flow_task.name == FILLING:
            move.entity.filled_on = None
        if acted.flow_task.name == "seal_summary":
            move.entity.reported_on = None
        super().take_back(move, acted)

    def case_buttons(self, page: Page) -> list[Button]:
        clerk = page.actor.appointment_for(page.entity.township_id, Role.TOWNSHIP_CLERK)
        if clerk and page.entity.state in BEFORE_FILED:
            return [Button("summaries.void", "作废", "final", needs_reason=True, reason_label="为什么作废")]
        return []
