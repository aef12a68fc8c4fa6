"""《扶贫专岗人员年度考核表》 and 《听取意见记录》 on paper and on the screen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from forms_templates.sheet import sheet_html
from registry.id_numbers import mask_id
from registry.roles import Role
from workflows.core.actions import Move
from workflows.core.case_forms import form_on_page
from workflows.core.cells import (
    OpinionCell,
    choice_cell,
    masked_cell,
    opinion_cell,
    pad_context,
    panel_field,
    picture,
    seal_place,
    written,
)
from workflows.core.guards import verdicts
from workflows.core.models import Case, DeskTask, Opinion
from workflows.core.opinions import opinion_facts, valid_opinions
from workflows.core.paperwork import Button, Page, Paperwork
from workflows.core.signing_refusal import refusal_panel
from workflows.core.worker_ink import ink_panel

from ..models import BEFORE_SUMMARY, SETTLED, Appraisal, Grade, State, View, Voice
from ..scheme_models import CRITERIA
from . import rules
from .facts import facts_of, figures_for, history_of, outcome_facts, voices_of
from .papers import file_form, standing_ink, void_hands
from .values import (
    FORM,
    PLACES,
    drawn_in,
    standing_opinions,
    values_of,
)

OPINIONS = {
    "village_grades": OpinionCell(
        places=PLACES["village_grades"],
        label="村考核组意见",
        signer="村考核组负责人签字",
        waits="由村支部书记（村委会主任）代表村考核组填写。",
        phrases=("情况属实，同意评为合格。", "情况属实，同意评为不合格。"),
    ),
    "township_agrees": OpinionCell(
        places=PLACES["township_agrees"],
        label="乡镇审核意见",
        signer="乡镇审核人签字",
        waits="本人确认后，由乡镇审核人填写。",
        phrases=("情况属实，同意村考核组意见。",),
    ),
    "township_reviews": OpinionCell(
        places=PLACES["township_reviews"],
        label="复核意见",
        signer="乡镇审核人签字",
        waits="",
        phrases=("经核对考勤表和日常记录，维持原结果。", "经核对考勤表和日常记录，改变原结果。"),
    ),
}
CONFIRMING = ("worker_confirms", "worker_confirms_again")
HELP: dict[str, tuple[str, ...]] = {
    "gather": (
        "这一步由村经办人汇总一年的情况。出勤从审核过的考勤表自动来，学习、任务、人岗相符从日常记录自动来，不用再填。",
        "在右边“听取意见”里逐条记下村组干部和普通群众怎么说，每类至少一人，记一条点一次“记下这条意见”。",
        "写综合意见和理由，在表上选合格或者不合格；和得分不一致的，另外写明为什么。",
        "记录人签字后点“交村考核组”，转村支部书记（村委会主任）；对方办理以前您可以撤回。",
    ),
    "worker_confirms": (
        "这一步请把结果读给本人听。同意的，请本人在右边签字，点“本人已签”。",
        "有异议的，写明异议，请本人签字，点“本人有异议”，转乡镇复核。",
        "拒绝签字的，写明经过，两名见证人签字，点“本人拒签”。",
    ),
    "await_summary": (
        "这份考核已经盖章，等乡镇汇总。请到“考核”页，点“汇总报备”，一次列入本年度全部已盖章的考核。",
        "发现有错的，写明原因退回前面的环节。",
    ),
    "settle_result": (
        "县就业服务中心已经备案。合格的点“办理续签”，续签协议由系统填好，转村经办人请本人签字。",
        "不合格的点“提出终止”；累计满三年、超过年龄上限或者已经离岗的点“不再续签”。",
        "人多的，在待办里勾选以后点“批量办理”，一次办完，逐人看结果。",
    ),
}


class AppraisalPaperwork(Paperwork):
    """年度考核 as the desk shows it."""

    flow_label = "appraisals"
    title = "年度考核"
    form = FORM
    refile = staticmethod(file_form)

    def can_lie_in(self, case: Case, state: str) -> bool:
        """A summary holds it: that one is sent back or voided first."""
        return case.entity.summary_id is None

    def describe(self, case: Case, entity: Appraisal) -> None:
        case.title = entity.worker.name[:60]
        case.headline = f"{entity.year}年度，{entity.village.name}"

    def shown(self, case: Case, entity: Appraisal) -> dict[str, Any]:
        return {
            "state": entity.state,
            "grade": entity.grade,
            "reason": entity.reason,
            "score": str(entity.score),
            "confirmation": entity.confirmation,
            "objection": entity.objection,
        }

    def facts(self, case: Case, entity: Appraisal) -> dict[str, Any]:
        village = valid_opinions(case).get("village_grades")
        return {
            "figures": entity.figures,
            "voices": [[voice.kind, voice.name, voice.view, voice.text] for voice in voices_of(entity)],
            # A review changes the result, not what the village proposed and signed.
            "grade": entity.proposed or entity.grade,
            "result": [entity.grade, entity.review],
            "reason": f"{entity.reason}{entity.differs_because}{entity.heard_summary}",
            "village": [village.pk, village.text] if village is not None else "",
            **opinion_facts(case, "township_agrees"),
        }

    def fact_label(self, name: str) -> str:
        labels = {"figures": "汇总的数字", "voices": "听取的意见", "grade": "村拟定结果", "reason": "理由"}
        labels |= {"result": "考核结果", "township_agrees": "乡镇意见"}
        return labels.get(name, "村考核组意见")

    def fact_text(self, case: Case, name: str, value: Any) -> str:
        if name == "grade":
            return str(Grade(value).label) if value else ""
        if name == "result" and value:
            return f"{Grade(value[0]).label if value[0] else ''}{value[1]}"
        if name == "figures" and value:
            return "、".join(f"{CRITERIA[code][0]}{points}分" for code, points in value["points"].items())
        if name == "voices":
            return "；".join(f"{Voice(kind).label}{who}：{View(view).label}" for kind, who, view, _ in value)
        return super().fact_text(case, name, value)

    def state_tag(self, entity: Appraisal) -> dict[str, str]:
        state = State(entity.state)
        kind = "done" if state in (State.FILED, *SETTLED) else ""
        kind = {State.RETURNED: "back", State.VOIDED: "ended", State.UNDER_REVIEW: "back"}.get(state, kind)
        return {"kind": kind, "label": str(state.label)}

    def heading(self, page: Page) -> str:
        return f"{page.on_case.title}的{page.entity.year}年度考核"

    # --- the sheet ------------------------------------------------------------------------------------

    def sheet(self, page: Page) -> SafeString:
        appraisal: Appraisal = page.entity
        appraisal.case = page.on_case
        standing = standing_opinions(appraisal, valid_opinions(page.on_case))
        ink = standing_ink(appraisal)
        values = values_of(appraisal, figures_for(appraisal), voices_of(appraisal), standing, ink)
        slots: dict[str, Any] = written(values)
        masked = mask_id(appraisal.worker.id_number)
        slots["id_number"] = masked_cell(page, "id_number", "身份证号", page.full.get("id_number", masked))
        pictures: dict[str, Any] = {
            place: picture("signature", png, f"{ink[place].signer_name}的签字或手印")
            for place, png in drawn_in(ink).items()
        }
        if page.step == "gather":
            grade = (page.typed or {}).get("grade", appraisal.grade)
            slots["result"] = choice_cell(page, "grade", "考核结果", Grade.choices, grade, required=True)
        village, agrees = standing.get("village_grades"), standing.get("township_agrees")
        self._opinion(page, "village_grades", village, slots, pictures)
        if page.step == "township_reviews" or (appraisal.was_reviewed and agrees is None and page.step == ""):
            self._opinion(page, "township_reviews", standing.get("township_reviews"), slots, pictures)
        else:
            self._opinion(page, "township_agrees", agrees, slots, pictures)
        return sheet_html(form_on_page(FORM, page), slots, pictures)

    def _opinion(
        self, page: Page, step: str, opinion: Opinion | None, slots: dict[str, Any], pictures: dict[str, Any]
    ) -> None:
        text = slots["township_opinion"]
        sealing = page.step == "township_seals" and step == "township_agrees"
        cell = OPINIONS[step]
        opinion_cell(page, cell, opinion, slots, pictures, open_here=page.step == step, seal_here=sealing)
        if step == "township_agrees" and opinion is not None:
            slots["township_opinion"] = text  # with the outcome of the review above it
        if sealing:
            pictures[PLACES[step].seal] = seal_place()

    # --- beside the sheet -------------------------------------------------------------------------------

    def checks(self, page: Page) -> list[dict[str, Any]]:
        appraisal: Appraisal = page.entity
        if page.task is None:
            return []
        appraisal.case = page.on_case
        if page.step == "settle_result":
            tenure = appraisal.tenure
            tenure.worker, tenure.county = appraisal.worker, page.on_case.county
            policy = page.policy(appraisal.county)
            facts = outcome_facts(appraisal, tenure, policy, page.on, history_of(appraisal))
            guards = rules.RENEWAL if appraisal.grade == Grade.PASS else rules.TERMINATION
            return list(verdicts(guards, facts))
        by_step: dict[str, tuple[rules.AppraisalGuard, ...]] = {
            "gather": rules.SUBMISSION,
            "village_grades": (*rules.SUBMISSION, rules.leader_did_not_gather),
            "township_agrees": (*rules.SUBMISSION, rules.township_did_not_sign_for_village),
        }
        asked = by_step.get(page.step)
        if asked is None:
            return []
        given = page.typed if page.step == "gather" else None
        found = facts_of(appraisal, on=page.on, given=given, actor=page.actor)
        unfinished = frozenset({"no_cadre", "no_villager", "no_summary", "no_grade", "no_reason"})
        return list(verdicts(asked, found, unfinished=unfinished if page.step == "gather" else frozenset()))

    def side_panels(self, page: Page) -> list[Any]:
        appraisal: Appraisal = page.entity
        appraisal.case = page.on_case
        panels: list[Any] = [self._points(page)]
        if page.step == "gather":
            return [self._voice_fields(page), *panels, self._result_fields(page), self._recorder(page)]
        if page.step in CONFIRMING:
            panels += self._confirming(page)
        if page.step == "township_reviews":
            panels.insert(0, self._review_fields(page))
        if appraisal.follow_up:
            panels.append(
                format_html('<section class="panel"><h2>处理结果</h2><p>{}</p></section>', appraisal.follow_up)
            )
        return panels

    def _points(self, page: Page) -> SafeString:
        appraisal: Appraisal = page.entity
        figures = figures_for(appraisal)
        worth = appraisal.scheme.points()
        context = {
            "rows": [
                {
                    "name": CRITERIA[code][0],
                    "worth": worth[code],
                    "points": points,
                    "known": figures.shares[code] is not None,
                }
                for code, points in figures.points.items()
            ],
            "total": figures.total,
            "pass_mark": appraisal.scheme.pass_mark,
            "passes": figures.total >= appraisal.scheme.pass_mark,
            "voices": [
                {"pk": each.pk, "kind": each.get_kind_display(), "name": each.name,
                 "view": each.get_view_display(), "text": each.text}
                for each in voices_of(appraisal)
            ],
        }  # fmt: skip
        return SafeString(render_to_string("appraisals/_points.html", context))

    def _voice_fields(self, page: Page) -> dict[str, Any]:
        typed: Mapping[str, Any] = page.typed or {}
        return {
            "id": "voices",
            "title": "听取意见",
            "hint": "村组干部、普通群众每类至少一人，记一条点一次“记下这条意见”。",
            "fields": [
                panel_field(page, typed, "voice_kind", "身份", "radio", choices=Voice.choices),
                panel_field(page, typed, "voice_name", "姓名", "text"),
                panel_field(page, typed, "voice_view", "评价", "radio", choices=View.choices),
                panel_field(page, typed, "voice_text", "意见", "textarea"),
            ],
        }

    def _result_fields(self, page: Page) -> dict[str, Any]:
        appraisal: Appraisal = page.entity
        kept = {
            "heard_on": appraisal.heard_on.isoformat() if appraisal.heard_on else page.on.isoformat(),
            "heard_at": appraisal.heard_at or f"{appraisal.village.name}村委会",
            "heard_summary": appraisal.heard_summary,
            "reason": appraisal.reason,
            "differs_because": appraisal.differs_because,
        }
        source = {**kept, **{name: page.typed[name] for name in kept if page.typed and name in page.typed}}
        return {
            "id": "result-words",
            "title": "综合意见和理由",
            "hint": "考核结果在表上选。",
            "fields": [
                panel_field(page, source, "heard_on", "听取意见日期", "date"),
                panel_field(page, source, "heard_at", "地点", "text"),
                panel_field(page, source, "heard_summary", "干部群众的综合意见", "textarea"),
                panel_field(page, source, "reason", "拟定结果的理由", "textarea"),
                panel_field(page, source, "differs_because", "和得分不一致的，写明理由", "textarea"),
            ],
        }

    def _recorder(self, page: Page) -> SafeString:
        return _pad_panel(page, "记录人签字", "签在《听取意见记录》上。", "strokes", "scan")

    def _review_fields(self, page: Page) -> dict[str, Any]:
        typed: Mapping[str, Any] = page.typed or {}
        source = {"review_grade": typed.get("review_grade", "")}
        return {
            "id": "review",
            "title": "复核结果",
            "hint": f"本人的异议：{page.entity.objection}",
            "fields": [panel_field(page, source, "review_grade", "复核后的结果", "radio", choices=Grade.choices)],
        }

    def _confirming(self, page: Page) -> list[Any]:
        appraisal: Appraisal = page.entity
        typed: Mapping[str, Any] = page.typed or {}
        result = Grade(appraisal.grade).label
        read = [
            f"{appraisal.worker.name}，{appraisal.year}年度考核结果：{result}，得{appraisal.score}分。",
            f"理由：{appraisal.reason}",
        ]
        if appraisal.review:
            read.append(f"乡镇复核：{appraisal.review}")
        panels: list[Any] = [
            ink_panel(
                page, title="本人签字", hint="考核对象没有账户：请本人看清结果，在这里签字。", read=read, signed=""
            )
        ]
        if page.step == "worker_confirms":
            panels.append(
                {
                    "id": "objection",
                    "title": "有异议的",
                    "hint": "写明对什么不服，请本人在上面签字，再点“本人有异议”。",
                    "fields": [panel_field(page, typed, "objection", "异议内容", "textarea")],
                }
            )
        panels.append(refusal_panel(page, who="本人"))
        return panels

    def consequence(self, page: Page) -> tuple[str, str]:
        said = {
            "gather": ("听取意见，拟定结果，记录人签字", "转村考核组负责人签字；对方办理以前您可以撤回。"),
            "village_grades": ("请先在表上手写签字", "签字后由村经办人请本人确认。"),
            "worker_confirms": ("把结果读给本人听，请本人签字", "同意或拒签的转乡镇审核，有异议的转乡镇复核。"),
            "worker_confirms_again": ("把复核结果读给本人听，请本人签字", "转乡镇审核。"),
            "township_reviews": ("选复核后的结果，写明意见并签字", "复核后再请本人确认。"),
            "township_agrees": ("请先在表上手写签字", "签字后转乡镇印章管理员盖章。"),
            "township_seals": ("请核对乡镇的审核意见和签字", "公章盖在日期上并登记用印，然后等待汇总。"),
            "await_summary": ("到“考核”页汇总报备", "汇总表盖章后报县就业服务中心备案。"),
            "settle_result": ("按备案的结果办理", "续签协议由系统填好，转村经办人请本人签字。"),
        }
        return said.get(page.step, ("", ""))

    def help(self, page: Page) -> tuple[str, ...]:
        if page.step in CONFIRMING:
            return HELP["worker_confirms"]
        return HELP.get(page.step) or super().help(page)

    def unmasked(self, entity: Appraisal) -> dict[str, str]:
        return {"id_number": entity.worker.id_number}

    def take_back(self, move: Move, acted: DeskTask) -> None:
        appraisal: Appraisal = move.entity
        if acted.flow_task.name in CONFIRMING:
            void_hands(move, why="撤回")
            appraisal.confirmation = appraisal.refusal = appraisal.first_witness = appraisal.second_witness = ""
            if acted.flow_task.name == "worker_confirms":
                appraisal.objection, appraisal.objected_on = "", None
        if acted.flow_task.name == "township_reviews":
            appraisal.review, appraisal.grade = "", appraisal.proposed
        super().take_back(move, acted)

    def can_return_to(self, case: Case, acted: DeskTask) -> bool:
        # What has been settled after the filing has opened another case: it is undone there.
        return str(case.entity.state) not in SETTLED and acted.flow_task.name not in ("await_summary", "settle_result")

    def case_buttons(self, page: Page) -> list[Button]:
        appraisal: Appraisal = page.entity
        clerk = page.actor.appointment_for(appraisal.village_id, Role.VILLAGE_CLERK)
        if clerk and appraisal.state in BEFORE_SUMMARY and appraisal.summary_id is None:
            return [Button("appraisals.void", "作废", "final", needs_reason=True, reason_label="为什么作废")]
        return []


def _pad_panel(page: Page, label: str, hint: str, name: str, scan_name: str) -> SafeString:
    """A signature pad that does not stand on the sheet."""
    error = page.errors.get(name) or page.errors.get(scan_name) or ""
    context = pad_context(name, label, str((page.typed or {}).get(name, "")), error, scan_name)
    return SafeString(render_to_string("appraisals/_pad_panel.html", {**context, "title": label, "hint": hint}))
