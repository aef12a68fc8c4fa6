"""附件5 on the screen: which cells are open to whom, the panels beside the sheet, the words below it."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from forms_templates.sheet import Slot, sheet_html
from registry.policies import Policy
from workflows.core.desk_actions import MAY_UNMASK, UNMASK_REASONS
from workflows.core.models import Opinion
from workflows.core.paperwork import Page
from workflows.core.refusals import Refusal
from workflows.employment.models import Post

from . import documents, rules
from .facts import facts_of
from .models import Application, State

READY_PHRASES = {
    "village_opinion": ("经入户核实，情况属实，同意推荐。", "情况属实，本人能胜任岗位，同意推荐。"),
    "township_opinion": ("情况属实，符合条件，同意安置。", "同意村委会意见。"),
}
WHO_WRITES = {
    "village_opinion": "提交后，由村党支部书记或村委会主任填写。",
    "township_opinion": "村委会签署盖章后，由乡镇审核人填写。",
}
GUARDS_SHOWN = {
    "": rules.ELIGIBILITY,
    "fill_in": rules.ELIGIBILITY,
    "village_opinion": rules.VILLAGE_OPINION,
    "township_opinion": rules.TOWNSHIP_OPINION,
    "quota_confirmation": (rules.within_edge_quota, *rules.QUOTA_CONFIRMATION),
}
INPUTMODE = {"phone": mark_safe(' inputmode="numeric"')}
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
    pictures: dict[str, Any] = {}
    opinions = documents.standing_opinions(page.entity) if page.entity is not None else {}
    for step in documents.CELLS:
        _opinion_cell(page, step, opinions.get(step), slots, pictures)
    return sheet_html(documents.current_form(), slots, pictures)


def _open_cells(page: Page, answers: Mapping[str, Any], policy: Policy) -> dict[str, Any]:
    spec = documents.current_form().fields
    cells: dict[str, Any] = {}
    for name in ("name", "phone", "id_number", "address", "skills"):
        field = spec[name]
        cells[name] = _cell(
            page,
            name,
            format_html(
                '<input class="input" id="f-{0}" name="{0}" value="{1}" aria-label="{2}" maxlength="{3}"{4}{5}>',
                name,
                str(answers.get(name) or ""),
                field.label,
                40 if name == "id_number" else (field.max_length or 100),
                INPUTMODE.get(name, ""),
                _invalid(page, name),
            ),
            required=field.required,
            value=answers.get(name),
        )
    for name in ("health", "work_ability"):
        cells[name] = _cell(
            page,
            name,
            _select(page, name, spec[name].label, [(choice, choice) for choice in spec[name].choices], answers),
            required=True,
            value=answers.get(name),
        )
    cells["post_type"] = _cell(
        page,
        "post",
        _select(page, "post", "申请岗位", posts_of(page), answers),
        required=True,
        value=answers.get("post"),
    )
    choices = format_html_join(
        "",
        '<label><input type="radio" name="category" value="{}"{}><span>{}</span></label>',
        (
            (each.code, mark_safe(" checked") if each.code == answers.get("category") else "", each.name)
            for each in policy.categories
        ),
    )
    cells["category"] = _cell(
        page,
        "category",
        format_html(
            '<div class="choice" id="f-category" role="radiogroup" aria-label="人员类别" tabindex="-1">{}</div>',
            choices,
        ),
        required=True,
        value=answers.get("category"),
    )
    cells["sex"] = format_html(
        "<span data-sex>{}</span>", documents.sex_of(str(answers.get("id_number") or "")) or "由身份证号得出"
    )
    return cells


def posts_of(page: Page) -> list[tuple[str, str]]:
    """The village's posts to choose from."""
    return [(str(post.pk), f"{post.type_name}（{post.places}人）") for post in _posts(page)]


def _posts(page: Page) -> list[Post]:
    """The village's posts, read once per page."""
    if "_posts" not in page.__dict__:
        open_posts = Post.objects.filter(village=village_of(page), state__in=("vacant", "occupied"))
        page.__dict__["_posts"] = list(open_posts.order_by("pk"))
    posts: list[Post] = page.__dict__["_posts"]
    return posts


def _select(
    page: Page, name: str, label: str, choices: list[tuple[str, str]], answers: Mapping[str, Any]
) -> SafeString:
    options = format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        (
            (value, mark_safe(" selected") if value == str(answers.get(name) or "") else "", text)
            for value, text in [("", "请选择"), *choices]
        ),
    )
    return format_html(
        '<select class="input" id="f-{0}" name="{0}" aria-label="{1}"{2}>{3}</select>',
        name,
        label,
        _invalid(page, name),
        options,
    )


def _invalid(page: Page, name: str) -> SafeString:
    if name not in page.errors:
        return mark_safe("")
    return format_html(' aria-invalid="true" aria-describedby="e-{}"', name)


def _cell(page: Page, name: str, widget: SafeString, *, required: bool, value: Any) -> Any:
    error = page.errors.get(name)
    if error:
        note = format_html('<p class="error" id="e-{}">{}</p>', name, error)
        return Slot(widget + note, classes=("live", "wrong"))
    touched = page.typed is not None
    return Slot(widget, classes=("live", "missing") if required and touched and not value else ("live",))


def _closed_cells(page: Page, answers: Mapping[str, Any], policy: Policy, paperwork: Any) -> dict[str, Any]:
    masked = {**paperwork.masked(answers), **page.full}
    post_type = page.entity.post.type_name if page.entity.post else documents.post_type_of(answers.get("post"))
    values = documents.values_of(page.entity, {}, policy, post_type)
    cells: dict[str, Any] = {
        name: format_html("{}", values[name])
        for name in ("name", "sex", "address", "health", "work_ability", "skills", "post_type")
    }
    may_unmask = page.actor.holds(MAY_UNMASK) is not None
    for name, value in masked.items():
        cells[name] = (
            render_to_string(
                "desk/_masked.html",
                {"value": value, "field": name, "label": LABELS[name], "reasons": UNMASK_REASONS},
            )
            if may_unmask and value and name not in page.full
            else format_html('<span class="num">{}</span>', value)
        )
    cells["category"] = values["category"]
    return cells


def _opinion_cell(
    page: Page, step: str, opinion: Opinion | None, slots: dict[str, Any], pictures: dict[str, Any]
) -> None:
    text, signed_on, signature_place, seal_place = documents.CELLS[step]
    today = rules.chinese(page.on)
    if page.step == step:
        slots[text] = Slot(_opinion_widget(page, step), classes=("live",))
        slots[signed_on] = format_html('<span class="num">{}</span>', today)
        pictures[signature_place] = _pad(page, "村委会审核人签字" if step == "village_opinion" else "乡镇审核人签字")
        pictures[seal_place] = _seal_place()
        return
    if opinion is None:
        slots[text] = Slot(format_html("<span>{}</span>", WHO_WRITES[step]), classes=("waiting",))
        slots[signed_on] = documents.UNDECIDED_DATE
        return
    slots[text] = format_html("{}", opinion.text)
    slots[signed_on] = rules.chinese(timezone.localtime(opinion.at).date())
    if opinion.signature is not None:
        pictures[signature_place] = _picture(
            "signature", bytes(opinion.signature.picture), f"{opinion.written_by.name}手写签字"
        )
    if opinion.seal_use is not None:
        pictures[seal_place] = _picture(
            "seal", bytes(opinion.seal_use.seal.picture), f"红色圆形印章：{opinion.seal_use.seal.name}"
        )
    elif page.step.endswith("_seal") and page.step.split("_")[0] == step.split("_", maxsplit=1)[0]:
        pictures[seal_place] = _seal_place()


def _picture(kind: str, png: bytes, alt: str) -> SafeString:
    return format_html(
        '<img class="{}" src="data:image/png;base64,{}" alt="{}">', kind, base64.b64encode(png).decode(), alt
    )


def _seal_place() -> SafeString:
    return mark_safe(
        '<svg class="seal seal--place" viewBox="0 0 160 160" aria-hidden="true"><circle cx="80" cy="80" r="76"'
        ' fill="none" stroke="currentColor" stroke-width="1.4" stroke-dasharray="5 5"/></svg>'
    )


def _opinion_widget(page: Page, step: str) -> SafeString:
    typed = page.typed or {}
    phrases = format_html_join(
        "", '<button type="button" data-phrase>{}</button>', ((phrase,) for phrase in READY_PHRASES[step])
    )
    error = page.errors.get("opinion")
    return format_html(
        '<textarea class="input input--opinion" id="f-opinion" name="opinion" rows="3" maxlength="1000"'
        ' aria-label="{}"{}>\n{}</textarea>{}<div class="quick" role="group" aria-label="常用意见">{}</div>',
        "村委会意见" if step == "village_opinion" else "乡镇意见",
        _invalid(page, "opinion"),
        typed.get("opinion", ""),
        format_html('<p class="error" id="e-opinion">{}</p>', error) if error else "",
        phrases,
    )


def _pad(page: Page, label: str) -> Slot:
    """The signature pad in the line, its tools (重签, 上传签字扫描件) below it."""
    typed = page.typed or {}
    context = {
        "name": "strokes",
        "label": label,
        "value": typed.get("strokes", ""),
        "error": page.errors.get("strokes") or page.errors.get("scan") or "",
        "scan_name": "scan",
    }
    return Slot(
        render_to_string("signatures/pad_box.html", context),
        after=render_to_string("signatures/pad_tools.html", context),
    )


# --- beside the sheet -----------------------------------------------------------------------------


def side_panels(page: Page) -> list[Any]:
    """What the rules ask for and the official form has no cell for."""
    if is_filling(page):
        return [_verification_panel(page), _household_panel(page)]
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
    return {
        "id": f"f-{name}",
        "name": name,
        "label": label,
        "kind": kind,
        "value": source.get(name, more.pop("default", "")),
        "error": page.errors.get(name, ""),
        **more,
    }


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
    """Every rule of this desk with its verdict; on an empty new form nothing is said yet."""
    if page.entity is not None and not page.task and page.entity.state not in (State.DRAFT, State.RETURNED):
        return []
    facts = facts_for_page(page)
    if is_filling(page) and facts.birth_on is None:
        return []
    return verdicts(GUARDS_SHOWN.get(page.step, rules.ELIGIBILITY), facts, lenient=is_filling(page))


def verdicts(
    guards: tuple[rules.Guard, ...], facts: rules.ApplicantFacts, *, lenient: bool = False
) -> list[dict[str, Any]]:
    """`lenient`: while the sheet is being filled in, what is merely not filled in yet is amber, not brick."""
    shown = []
    for guard in guards:
        refusal = guard(facts)
        if refusal is None:
            kind = "warn" if guard.notable(facts) else "ok"
            text, basis = guard.says(facts), guard.basis
        else:
            kind = "warn" if refusal.lifted_by or (lenient and is_unfinished(refusal)) else "stop"
            text, basis = refusal.message, refusal.basis or guard.basis
        shown.append({"kind": kind, "title": guard.title, "text": text, "basis": basis, "url": ""})
    return shown


UNFINISHED = frozenset(
    {"no_category", "ability_unknown", "not_willing", "market_not_verified", "no_post", "id_number_missing"}
)


def is_unfinished(refusal: Refusal) -> bool:
    return refusal.code in UNFINISHED


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
        "quota_confirmation": ("请核对超名额理由", "确认后转乡镇印章管理员盖章；不予确认的退回乡镇审核人。"),
        "township_seal": (
            "请核对表上的意见和签字",
            "公章盖在日期上并登记用印；盖好后申请即获批准，不能撤回。",
        ),
    }
    return said[page.step]
