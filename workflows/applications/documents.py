"""附件5 on paper and on the screen: its values, its pictures, its versions, and the words around it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from registry.id_numbers import IdNumber, IdNumberError, mask_id, mask_phone
from registry.models import County
from registry.policies import Policy, policy_on
from registry.roles import Role
from workflows.core.actions import Move
from workflows.core.case_forms import case_form
from workflows.core.cells import UNDECIDED_DATE
from workflows.core.filing import file_opinions
from workflows.core.guards import chinese
from workflows.core.models import Case, DeskTask, Opinion
from workflows.core.opinions import opinion_facts, valid_opinions, void_act
from workflows.core.paperwork import Button, Page, Paperwork
from workflows.core.requests import row_number
from workflows.core.story import Entry
from workflows.employment.models import Post

from . import screen
from .forms import ANSWERS
from .help import HELP
from .models import BEFORE_APPROVAL, Application, State
from .taking_up import agreement_story, is_overdue

FORM = ("post_application", 1)
PLACES = {step: cell.places for step, cell in screen.OPINIONS.items()}
# The fields a step may be shown, as people call them; the rest reads as it was typed.
FACT_LABELS = {
    **screen.LABELS,
    "category": "人员类别",
    "post": "申请岗位",
    "is_willing": "本人愿意上岗",
    "market_verification": "入户核实情况",
    "has_job": "目前就业",
    "job_override_reason": "有工作仍须安置的理由",
    "head_is_self": "户主是否本人",
    "head_name": "户主姓名",
    "head_id_number": "户主身份证号",
    "quota_reason": "超名额理由",
    "edge_quota": "边缘户名额",
    "village_opinion": "村委会意见",
    "township_opinion": "乡镇意见",
}
FACT_WORDS = {
    "is_willing": {"on": "是", "": "否"},
    "has_job": {"yes": "有工作", "no": "没有工作"},
    "head_is_self": {"yes": "本人是户主", "no": "户主是家里别人"},
}
_VILLAGE = ("village_opinion",)
_BOTH = ("village_opinion", "township_opinion")
# Whose opinion stands while the application is in a state. After a return nothing stands until it is given anew,
# though the rows are voided only when the clerk hands in again: so the return itself can be taken back.
STANDING: dict[str, tuple[str, ...]] = {
    State.DRAFT: (),
    State.RETURNED: (),
    State.AWAITING_VILLAGE_DELIBERATION: (),
    State.AWAITING_VILLAGE_REVIEW: (),
    State.REJECTED_BY_VILLAGE: _VILLAGE,
    State.AWAITING_VILLAGE_SEAL: _VILLAGE,
    State.AWAITING_TOWNSHIP_REVIEW: _VILLAGE,
    State.REJECTED_BY_TOWNSHIP: _BOTH,
    State.AWAITING_QUOTA_CONFIRMATION: _BOTH,
    State.AWAITING_TOWNSHIP_SEAL: _BOTH,
    State.APPROVED: _BOTH,
    State.VOIDED: (),
    State.SIGNED: _BOTH,
    State.DECLINED: _BOTH,
    State.LAPSED: _BOTH,
}


def policy_of(application: Application, page: Page) -> Policy:
    """The set a decision used; before any decision the one in force today."""
    return _decided_under(application) or page.policy(application.county)


def _decided_under(application: Application) -> Policy | None:
    """A seal, a printout, a new version of the paper carry the words under which was decided, not today's."""
    if application.policy_set is not None and not application.is_live:
        return application.policy_set.policy()
    return None


def standing_opinions(application: Application) -> dict[str, Opinion]:
    """The opinions that count in the state the application has now."""
    steps = STANDING[application.state]
    if not steps:
        return {}
    return {step: opinion for step, opinion in valid_opinions(application.case).items() if step in steps}


def sex_of(id_number: str) -> str:
    try:
        return IdNumber.parse(id_number).sex
    except IdNumberError:
        return ""


def marks(policy: Policy, category: str) -> list[dict[str, object]]:
    return [{"label": each.name, "chosen": each.code == category} for each in policy.categories]


def values_of(
    application: Application, opinions: Mapping[str, Opinion], policy: Policy, post_type: str
) -> dict[str, object]:
    """Every tag of 附件5; what is not decided yet is an explicit blank."""
    answers = application.answers
    county: County = application.county
    values: dict[str, object] = {
        "county": county.name,
        "township": application.township.name,
        "number": application.case.number,
        "sex": sex_of(str(answers.get("id_number") or "")),
        "category": marks(policy, str(answers.get("category") or "")),
        "post_type": post_type,
    }
    for name in ("name", "phone", "id_number", "address", "health", "work_ability", "skills"):
        values[name] = str(answers.get(name) or "")
    for step, place in PLACES.items():
        opinion = opinions.get(step)
        values[place.text] = opinion.text if opinion else ""
        values[place.signed_on] = chinese(timezone.localtime(opinion.at).date()) if opinion else UNDECIDED_DATE
    return values


def post_type_of(value: Any, known: Post | None = None) -> str:
    """What the post of this number is called (one query, unless it is the one that is `known`)."""
    number = row_number(value)
    if number is None:
        return ""
    if known is not None and known.pk == number:
        return str(known.type_name)
    return Post.objects.filter(pk=number).values_list("type_name", flat=True).first() or ""


def file_version(move: Move, label: str, *, sign: Opinion | None = None, seal: Opinion | None = None) -> None:
    """File the next version of the sheet; a signature or a seal given in this move is bound to its content first."""
    application: Application = move.entity
    policy = _decided_under(application) or policy_on(move.county, move.on)
    opinions = standing_opinions(application)
    file_opinions(
        move,
        form=case_form(FORM, move.case),
        values=values_of(application, opinions, policy, application.post.type_name if application.post else ""),
        places=PLACES,
        opinions=opinions,
        label=label,
        sign=sign,
        seal=seal,
    )


class ApplicationPaperwork(Paperwork):
    """扶贫专岗申请 as the desk shows it."""

    flow_label = "applications"
    title = "扶贫专岗申请"
    checks_hint = "填好身份证号后自动核对，不必等全表填完。"
    form = FORM
    refile = staticmethod(file_version)

    def describe(self, case: Case, entity: Application) -> None:
        answers = entity.answers
        case.title = str(answers.get("name") or "未填姓名")[:60]
        case.headline = "，".join(part for part in (entity.village.name, post_type_of(answers.get("post"))) if part)

    def shown(self, case: Case, entity: Application) -> dict[str, Any]:
        opinions = {step: [opinion.pk, opinion.seal_use_id] for step, opinion in standing_opinions(entity).items()}
        return {"state": entity.state, "answers": entity.answers, "opinions": opinions}

    def facts(self, case: Case, entity: Application) -> dict[str, Any]:
        """What was typed, and the opinions in force with their text."""
        answers = entity.answers
        typed = {name: str(answers.get(name) or "") for name in ANSWERS}
        typed["is_willing"] = "on" if answers.get("is_willing") else ""
        return {**typed, "quota_reason": entity.quota_reason, "edge_quota": "", **opinion_facts(case, *PLACES)}

    def fact_label(self, name: str) -> str:
        return FACT_LABELS.get(name, name)

    def fact_text(self, case: Case, name: str, value: Any) -> str:
        if name == "category":
            policy = policy_on(case.county, timezone.localtime(case.created).date())
            return next((each.name for each in policy.categories if each.code == value), str(value))
        if name in ("id_number", "head_id_number"):
            return mask_id(str(value)) if value else ""
        if name == "phone":
            return mask_phone(str(value)) if value else ""
        if name == "post":
            return post_type_of(value)
        if name in PLACES:
            return str(value[1]) if value else ""
        return FACT_WORDS.get(name, {}).get(str(value), str(value))

    def state_tag(self, entity: Application) -> dict[str, str]:
        state = State(entity.state)
        if state in (State.APPROVED, State.SIGNED):
            kind = "done"
        elif state == State.RETURNED:
            kind = "back"
        elif state in (
            State.REJECTED_BY_TOWNSHIP,
            State.REJECTED_BY_VILLAGE,
            State.VOIDED,
            State.DECLINED,
            State.LAPSED,
        ):
            kind = "ended"
        else:
            kind = ""
        label = "已批准，已盖章" if state == State.APPROVED else state.label
        return {"kind": kind, "label": label}

    def heading(self, page: Page) -> str:
        name = page.case.title if page.case is not None else ""
        return f"{name}的扶贫专岗申请" if name and name != "未填姓名" else "新申请"

    def sheet(self, page: Page) -> SafeString:
        return screen.sheet(page, self)

    def side_panels(self, page: Page) -> list[Any]:
        return screen.side_panels(page)

    def check_url(self, page: Page) -> str:
        return reverse("eligibility") if screen.is_filling(page) else ""

    def checks(self, page: Page) -> list[dict[str, Any]]:
        return screen.checks(page)

    def consequence(self, page: Page) -> tuple[str, str]:
        return screen.consequence(page)

    def help(self, page: Page) -> tuple[str, ...]:
        return HELP[page.step]

    def unmasked(self, entity: Application) -> dict[str, str]:
        answers = entity.answers
        return {"id_number": str(answers.get("id_number", "")), "phone": str(answers.get("phone", ""))}

    def case_buttons(self, page: Page) -> list[Button]:
        """作废 for the village's clerk until approval; 回避 for the people who might review."""
        application: Application = page.entity
        buttons = []
        reviewer = page.actor.holds((Role.VILLAGE_HEAD, Role.TOWNSHIP_REVIEWER))
        if reviewer and application.id_index and application.state in BEFORE_APPROVAL:
            relation = "您和申请人是什么亲属关系"
            buttons.append(
                Button("desk.declare_kinship", "申报亲属回避", "quiet", needs_reason=True, reason_label=relation)
            )
        clerk = page.actor.appointment_for(application.village_id, Role.VILLAGE_CLERK)
        if clerk and application.state in (State.DRAFT, *BEFORE_APPROVAL):
            buttons.append(Button("applications.void", "作废", "final", needs_reason=True, reason_label="为什么作废"))
        if clerk and application.state == State.APPROVED:
            why = "本人为什么放弃"
            buttons.append(Button("applications.decline", "本人放弃", "final", needs_reason=True, reason_label=why))
            buttons.append(Button("agreements.open", "签用工协议", "primary"))
        approver = page.actor.appointment_for(application.township_id, Role.TOWNSHIP_REVIEWER)
        overdue = application.state == State.APPROVED and is_overdue(
            application, page.policy(application.county), page.on
        )
        if approver and overdue:
            buttons.append(Button("applications.lapse", "批准失效", "final"))
        return buttons

    def elsewhere(self, page: Page) -> list[Entry]:
        return agreement_story(page.on_case, page.entity)

    def masked(self, answers: Mapping[str, Any]) -> dict[str, str]:
        return {
            "id_number": mask_id(str(answers.get("id_number") or "")),
            "phone": mask_phone(str(answers.get("phone") or "")),
        }

    def can_return_to(self, case: Case, acted: DeskTask) -> bool:
        """The opinions that stood then must stand still: a second round voids those of the first."""
        stood = STANDING[acted.from_state]
        return not stood or set(stood) <= set(valid_opinions(case))

    def take_back(self, move: Move, acted: DeskTask) -> None:
        """The state returns to what it was; what was signed or sealed in that act is voided."""
        application: Application = move.entity
        void_act(move, acted, why="撤回")
        if acted.outcome.rpartition(".")[2] in ("agree_by_township", "uphold_by_township"):
            application.quota_reason = ""
        application.take_back(acted.from_state)
        application.save()
        if not application.is_live:
            file_version(move, f"撤回（{move.action.label}人：{move.actor.name}）")
