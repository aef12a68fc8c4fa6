"""附件5 on the screen: which cells are open to whom, the panels beside the sheet, the words below it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from forms_templates.sheet import sheet_html
from registry.policies import Policy
from workflows.core.case_forms import form_on_page
from workflows.core.cells import (
    OpinionCell,
    choice_cell,
    masked_cell,
    opinion_cell,
    panel_field,
    select_cell,
    text_cell,
)
from workflows.core.filing import OpinionPlaces
from workflows.core.guards import verdicts
from workflows.core.history_panel import mark_changes
from workflows.core.paperwork import Page
from workflows.employment.models import SETTLED, Post
from workflows.employment.places import free_and_taken, with_places_taken

from . import documents, pledge, rules
from .facts import facts_of
from .models import Application, State

OPINIONS = {
    "village_opinion": OpinionCell(
        places=OpinionPlaces("village_opinion", "village_signed_on", "village_signature", "village_seal"),
        label="村委会意见",
        signer="村委会审核人签字",
        waits="提交后，由村党支部书记或村委会主任填写。",
        phrases=("经入户核实，情况属实，同意推荐。", "情况属实，本人能胜任岗位，同意推荐。"),
    ),
    "township_opinion": OpinionCell(
        places=OpinionPlaces("township_opinion", "township_signed_on", "township_signature", "township_seal"),
        label="乡镇意见",
        signer="乡镇审核人签字",
        waits="村委会签署盖章后，由乡镇审核人填写。",
        phrases=("情况属实，符合条件，同意安置。", "同意村委会意见。"),
    ),
}
GUARDS_SHOWN: dict[str, tuple[rules.ApplicantGuard, ...]] = {
    "consult": (rules.not_kin,),
    "village_deliberation": rules.VILLAGE_OPINION,
    "": rules.ELIGIBILITY,
    "fill_in": rules.ELIGIBILITY,
    "village_opinion": rules.VILLAGE_OPINION,
    "township_opinion": rules.TOWNSHIP_OPINION,
    "quota_confirmation": (rules.within_edge_quota, *rules.QUOTA_CONFIRMATION),
}
# What is merely not filled in yet, while the sheet is being filled in.
UNFINISHED = frozenset(
    {"no_category", "ability_unknown", "not_willing", "market_not_verified", "no_post", "id_number_missing"}
)
LABELS = {
    "name": "姓名",
    "phone": "联系电话",
    "id_number": "身份证号",
    "address": "家庭住址",
    "health": "健康状况",
    "work_ability": "劳动能力",
    "skills": "技能",
}


def answers_of(page: Page) -> Mapping[str, Any]:
    """What stands in the cells: what was just typed, else what is saved."""
    if page.typed is not None and page.step in ("", "fill_in"):
        return page.typed
    return page.entity.answers if page.entity is not None else {}


def is_filling(page: Page) -> bool:
    return page.entity is None or page.step == "fill_in"


def township_of(page: Page) -> Any:
    return page.entity.township if page.entity is not None else page.village.township


def village_of(page: Page) -> Any:
    return page.entity.village if page.entity is not None else page.village


def policy_for(page: Page) -> Policy:
    if page.entity is not None:
        return documents.policy_of(page.entity, page)
    return page.policy(page.village.county)


# --- the sheet ------------------------------------------------------------------------------------


def sheet(page: Page, paperwork: Any) -> SafeString:
    """The A4 sheet with inputs where this step may write and values elsewhere."""
    answers, policy = answers_of(page), policy_for(page)
    slots: dict[str, Any] = {
        "county": village_of(page).county.name,
        "township": township_of(page).name,
        "number": page.case.number if page.case is not None and page.case.number else "提交后自动编号",
    }
    if is_filling(page):
        slots |= _open_cells(page, answers, policy)
    else:
        slots |= _closed_cells(page, answers, policy, paperwork)
    mark_changes(page, slots, {"post": "post_type"})
    pictures: dict[str, Any] = {}
    opinions = documents.standing_opinions(page.entity) if page.entity is not None else {}
    for step, cell in OPINIONS.items():
        opinion_cell(
            page,
            cell,
            opinions.get(step),
            slots,
            pictures,
            open_here=page.step == step,
            seal_here=page.step == step.replace("opinion", "seal"),
        )
    return sheet_html(form_on_page(documents.FORM, page), slots, pictures)


def _open_cells(page: Page, answers: Mapping[str, Any], policy: Policy) -> dict[str, Any]:
    spec = form_on_page(documents.FORM, page).fields
    cells: dict[str, Any] = {}
    for name in ("name", "phone", "id_number", "address", "skills"):
        field = spec[name]
        cells[name] = text_cell(
            page,
            name,
            field.label,
            answers.get(name),
            maximum=40 if name == "id_number" else (field.max_length or 100),
            required=field.required,
            numeric=name == "phone",
        )
    for name in ("health", "work_ability"):
        choices = [(choice, choice) for choice in spec[name].choices]
        cells[name] = select_cell(page, name, spec[name].label, choices, answers.get(name))
    cells["post_type"] = select_cell(page, "post", "申请岗位", posts_of(page), answers.get("post"))
    categories = [(each.code, each.name) for each in policy.categories]
    cells["category"] = choice_cell(page, "category", "人员类别", categories, answers.get("category"))
    sex = documents.sex_of(str(answers.get("id_number") or ""))
    cells["sex"] = format_html("<span data-sex>{}</span>", sex or "由身份证号得出")
    return cells


def posts_of(page: Page) -> list[tuple[str, str]]:
    """The village's posts that still have a place, and the one chosen already."""
    chosen = str(answers_of(page).get("post") or "")
    vacancies = [(post, free_and_taken(post)[0]) for post in _posts(page)]
    return [
        (str(post.pk), f"{post.type_name}（{f'空缺{free}人' if free > 0 else '已满'}）")
        for post, free in vacancies
        if free > 0 or str(post.pk) == chosen
    ]


def _posts(page: Page) -> list[Post]:
    """The village's settled posts, read once per page."""
    if "_posts" not in page.__dict__:
        settled = Post.objects.filter(village=village_of(page), state__in=SETTLED)
        page.__dict__["_posts"] = list(with_places_taken(settled).order_by("pk"))
    posts: list[Post] = page.__dict__["_posts"]
    return posts


def _closed_cells(page: Page, answers: Mapping[str, Any], policy: Policy, paperwork: Any) -> dict[str, Any]:
    masked = {**paperwork.masked(answers), **page.full}
    post_type = page.entity.post.type_name if page.entity.post else documents.post_type_of(answers.get("post"))
    values = documents.values_of(page.entity, {}, policy, post_type)
    cells: dict[str, Any] = {
        name: format_html("{}", values[name])
        for name in ("name", "sex", "address", "health", "work_ability", "skills", "post_type")
    }
    for name, value in masked.items():
        cells[name] = masked_cell(page, name, LABELS[name], value)
    cells["category"] = values["category"]
    return cells


# --- beside the sheet -----------------------------------------------------------------------------


def side_panels(page: Page) -> list[Any]:
    """What the rules ask for and the official form has no cell for."""
    if is_filling(page):
        village = village_of(page)
        signing = pledge.panel(page, answers_of(page), page.policy(village.county), village)
        return [_verification_panel(page), _household_panel(page), signing]
    panels: list[dict[str, Any]] = []
    if page.entity is not None:
        panels.append({"html": render_to_string("applications/verification.html", _verification(page.entity))})
    if page.step == "township_opinion":
        panels += _quota_panel(page)
    if page.step == "quota_confirmation":
        panels.append(_confirmation_panel(page))
    return [panel.get("html", panel) for panel in panels]


def _field(page: Page, name: str, label: str, kind: str, **more: Any) -> dict[str, Any]:
    source = answers_of(page) if is_filling(page) else (page.typed or {})
    return panel_field(page, source, name, label, kind, **more)


def _verification_panel(page: Page) -> dict[str, Any]:
    return {
        "id": "verification",
        "title": "入户核实情况",
        "hint": "扶贫专岗安置通过市场确实难以就业的人，提交前村里要入户核实。",
        "fields": [
            _field(page, "is_willing", "本人愿意上岗（已当面问清）", "checkbox"),
            _field(
                page,
                "has_job",
                "目前就业",
                "radio",
                choices=[("no", "没有工作"), ("yes", "有工作")],
                default="no",
            ),
            _field(
                page,
                "market_verification",
                "核实情况",
                "textarea",
                required=True,
                hint="谁、什么时候入户，为什么通过市场难以就业。",
            ),
            _field(
                page,
                "job_override_reason",
                "有工作仍须安置的理由",
                "textarea",
                hint="目前没有工作的不用填。",
            ),
        ],
    }


def _household_panel(page: Page) -> dict[str, Any]:
    return {
        "id": "household",
        "title": "所在户",
        "hint": facts_for_page(page).registered_as or "边缘户名额按户计算。名单上已有的人，按登记的户。",
        "fields": [
            _field(
                page,
                "head_is_self",
                "户主",
                "radio",
                choices=[("yes", "本人是户主"), ("no", "户主是家里别人")],
                default="yes",
            ),
            _field(page, "head_name", "户主姓名", "text", hint="本人是户主的不用填。"),
            _field(page, "head_id_number", "户主身份证号", "text"),
        ],
    }


def _verification(application: Application) -> dict[str, Any]:
    answers = application.answers
    return {
        "willing": bool(answers.get("is_willing")),
        "has_job": answers.get("has_job") == "yes",
        "verification": answers.get("market_verification", ""),
        "override": answers.get("job_override_reason", ""),
        "head": application.household.head_name if application.household else "",
        "quota_reason": application.quota_reason,
    }


def _quota_panel(page: Page) -> list[dict[str, Any]]:
    facts = facts_for_page(page)
    if rules.within_edge_quota(facts) is None and "quota_reason" not in (page.typed or {}):
        return []
    return [
        {
            "id": "quota",
            "title": "超名额安置",
            "hint": "写明理由后同意，转县就业服务中心确认，再由乡镇盖章。",
            "fields": [
                _field(
                    page,
                    "quota_reason",
                    "超名额理由",
                    "textarea",
                    required=True,
                    default=page.entity.quota_reason,
                )
            ],
        }
    ]


def _confirmation_panel(page: Page) -> dict[str, Any]:
    return {
        "id": "confirmation",
        "title": "名额确认",
        "hint": f"乡镇写明的理由：{page.entity.quota_reason}",
        "fields": [_field(page, "opinion", "确认意见", "textarea", required=True)],
    }


# --- the rules --------------------------------------------------------------------------------------


def facts_for_page(page: Page) -> rules.ApplicantFacts:
    """What the rules ask of this page, read once."""
    if "_facts" not in page.__dict__:
        page.__dict__["_facts"] = _facts(page)
    facts: rules.ApplicantFacts = page.__dict__["_facts"]
    return facts


def _facts(page: Page) -> rules.ApplicantFacts:
    quota_reason = str((page.typed or {}).get("quota_reason") or "")
    if page.entity is not None:
        quota_reason = quota_reason or page.entity.quota_reason
    return facts_of(
        page.entity,
        answers_of(page),
        county=village_of(page).county,
        policy=page.policy(village_of(page).county),
        on=page.on,
        actor=page.actor,
        township_id=township_of(page).pk,
        township_name=township_of(page).name,
        village_id=village_of(page).pk,
        quota_reason=quota_reason,
        posts=_posts(page) if is_filling(page) else (),
    )


def checks(page: Page) -> list[dict[str, Any]]:
    """Every rule of this desk with its verdict; nothing is said yet on an empty new form, nor to whoever only reads
    what its clerk is correcting."""
    if page.entity is not None and not page.task and page.entity.state != State.DRAFT:
        return []
    facts = facts_for_page(page)
    if is_filling(page) and facts.birth_on is None:
        return []
    guards = GUARDS_SHOWN.get(page.step, rules.ELIGIBILITY)
    return list(verdicts(guards, facts, unfinished=UNFINISHED if is_filling(page) else frozenset()))


# --- below the sheet --------------------------------------------------------------------------------


def consequence(page: Page) -> tuple[str, str]:
    """What to do, and to whom the paper goes then."""
    said = {
        "": ("填好表和入户核实情况", "提交后转村党支部书记（村委会主任）签署意见，并自动编号。"),
        "fill_in": (
            "填好表和入户核实情况",
            "提交后转村党支部书记（村委会主任）签署意见；对方办理以前您可以撤回。",
        ),
        "village_opinion": ("请先在表上手写签字", "同意后转村印章管理员盖章；盖章以前您可以撤回。"),
        "village_seal": ("请核对表上的意见和签字", "公章盖在日期上并登记用印；盖好后转乡镇审核人。"),
        "township_opinion": ("请先在表上手写签字", "同意后转乡镇印章管理员盖章；盖章以前您可以撤回。"),
        "village_deliberation": (
            "请看过申请再表态",
            "三人里两人同意，转村支部书记（村委会主任）签署意见；表态可以撤回。",
        ),
        "consult": ("请写明答复", "答复后附在本件里，由征求意见的人继续办理。"),
        "quota_confirmation": ("请核对超名额理由", "确认后转乡镇印章管理员盖章；不予确认的退回乡镇审核人。"),
        "township_seal": (
            "请核对表上的意见和签字",
            "公章盖在日期上并登记用印；盖好后申请即获批准，不能撤回。",
        ),
    }
    return said[page.step]
