"""《扶贫专岗年度考核方案》 on paper and on the screen, the township's own and each village's with its receipt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from forms_templates.sheet import sheet_html
from forms_templates.slots import Slot
from forms_templates.values import chinese_date
from registry.roles import Role
from workflows.core.actions import Move
from workflows.core.actors import Actor
from workflows.core.case_forms import case_form, form_on_page
from workflows.core.cells import (
    OpinionCell,
    opinion_cell,
    pad,
    picture,
    seal_place,
    text_area_cell,
    text_cell,
    written,
)
from workflows.core.filing import OpinionPlaces, file_opinions, pictures_of
from workflows.core.guards import verdicts
from workflows.core.models import Case, DeskTask, Opinion
from workflows.core.opinions import opinion_facts, valid_opinions
from workflows.core.paperwork import Button, Page, Paperwork

from ..scheme_models import BEFORE_ISSUED, CRITERIA, POINTS, TEXTS, ReceiptState, Scheme, SchemeReceipt, SchemeState
from . import rules

FORM = ("appraisal_scheme", 3)
DRAWING_UP, STEP, RECEIVING = "draw_up_scheme", "review_scheme", "sign_for_scheme"
REVIEWER = OpinionPlaces("", "reviewed_on", "reviewer_signature", "township_seal")
RECEIPT = OpinionCell(
    places=OpinionPlaces("receipt", "received_on", "village_signature", ""),
    label="签收意见",
    signer="签收人签字",
    waits="由村支部书记（村委会主任）签收。",
    phrases=("已收到，将向村两委成员和专岗人员传达，按方案组织实施。",),
)
NUMBERS = (*POINTS, "learning_target", "pass_mark")
SHOWN = (*NUMBERS, *TEXTS)
UNFINISHED = frozenset({"points_do_not_add_up", "nothing_for_daily_work", "no_target", "no_pass_mark", "not_written"})


def criteria_rows(scheme: Scheme) -> list[dict[str, str]]:
    """The criteria that are worth points, in their order."""
    target = f"全年应参加{scheme.learning_target}次。"
    return [
        {
            "name": CRITERIA[code][0],
            "weight": str(points),
            "how": CRITERIA[code][1] + (target if code == "learning" else ""),
        }
        for code, points in scheme.points().items()
        if points
    ]


def values_of(
    scheme: Scheme, number: str, review: Opinion | None, receipt: Opinion | None = None, village: str = ""
) -> dict[str, object]:
    """Every tag of the scheme; what is not decided yet is an explicit blank."""
    reviewed = timezone.localtime(review.at).date() if review is not None else None
    received = timezone.localtime(receipt.at).date() if receipt is not None else None
    return {
        "county": scheme.county.name,
        "township": scheme.township.name,
        "number": number,
        "year": str(scheme.year),
        **{name: getattr(scheme, name) for name in TEXTS},
        "pass_mark": str(scheme.pass_mark),
        "criteria": criteria_rows(scheme),
        "issuer": scheme.township.seal_name,
        "reviewed_on": chinese_date(reviewed),
        "issued_on": chinese_date(scheme.issued_on),
        "receiver": village,
        "receipt": receipt.text if receipt is not None else "",
        "received_on": chinese_date(received),
    }


def standing(scheme: Scheme) -> Opinion | None:
    """The reviewer's hand, unless the scheme is back with who drew it up."""
    if scheme.state in (SchemeState.DRAFT, SchemeState.RETURNED, SchemeState.AWAITING_REVIEW, SchemeState.VOIDED):
        return None
    return valid_opinions(scheme.case).get(STEP)


def file_scheme(move: Move, label: str, *, sign: Opinion | None = None, seal: Opinion | None = None) -> None:
    """The next version of the township's scheme."""
    opinion = sign or seal or standing(move.entity)
    file_opinions(
        move,
        form=case_form(FORM, move.case),
        values=values_of(move.entity, move.case.number, opinion),
        places={STEP: REVIEWER},
        opinions={STEP: opinion} if opinion else {},
        label=label,
        sign=sign,
        seal=seal,
    )


def township_pictures(opinion: Opinion | None) -> dict[str, bytes]:
    """The reviewer's hand and the township's seal, as they stand on every copy."""
    return pictures_of({STEP: opinion}, {STEP: REVIEWER}) if opinion is not None else {}


def file_receipt(move: Move, label: str, *, receipt: Opinion | None = None) -> None:
    """The next version of a village's copy."""
    copy: SchemeReceipt = move.entity
    scheme = copy.scheme
    signed = standing(scheme)
    file_opinions(
        move,
        form=case_form(FORM, move.case),
        values=values_of(scheme, scheme.case.number, signed, receipt, copy.village.name),
        places={RECEIVING: RECEIPT.places},
        opinions={RECEIVING: receipt} if receipt is not None else {},
        label=label,
        sign=receipt,
        pictures=township_pictures(signed),
    )


def facts_of(scheme: Scheme, given: Mapping[str, Any], on: Any, actor: Actor | None = None) -> rules.SchemeFacts:
    """`given`: the fields as typed, or as kept."""
    submitted = False
    if actor is not None and actor.user is not None:
        done = DeskTask.objects.filter(process=scheme.case_id, owner=actor.user, outcome="schemes.submit")
        submitted = done.filter(status="DONE").exists()
    return rules.SchemeFacts(
        on=on,
        year=scheme.year,
        points={code: number(given.get(f"{code}_points")) for code in CRITERIA},
        learning_target=number(given.get("learning_target")),
        pass_mark=number(given.get("pass_mark")),
        texts={name: str(given.get(name) or "") for name in TEXTS},
        actor_submitted=submitted,
    )


def number(typed: Any) -> int:
    """A number as typed; nonsense is none."""
    text = str(typed or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0


def fields_of(scheme: Scheme) -> dict[str, Any]:
    return {name: getattr(scheme, name) for name in (*NUMBERS, *TEXTS)}


def drawn(pictures: Mapping[str, bytes]) -> dict[str, SafeString]:
    """Ink and seals of other offices on the screen."""
    return {
        place: picture("seal" if place.endswith("_seal") else "signature", png, "签字" if "sign" in place else "公章")
        for place, png in pictures.items()
    }


class SchemePaperwork(Paperwork):
    """考核方案 as the desk shows it."""

    flow_label = "schemes"
    title = "年度考核方案"
    form = FORM
    refile = staticmethod(file_scheme)

    def describe(self, case: Case, entity: Scheme) -> None:
        case.title = f"{entity.year}年度考核方案"
        case.headline = entity.township.name

    def shown(self, case: Case, entity: Scheme) -> dict[str, Any]:
        return {"state": entity.state, **fields_of(entity)}

    def facts(self, case: Case, entity: Scheme) -> dict[str, Any]:
        return {name: str(value) for name, value in fields_of(entity).items()} | opinion_facts(case, STEP)

    def fact_label(self, name: str) -> str:
        labels = {"learning_target": "全年应参加学习次数", "pass_mark": "合格分数线", STEP: "审核意见", **rules.LABELS}
        return labels.get(name) or f"{CRITERIA[name.removesuffix('_points')][0]}分值"

    def state_tag(self, entity: Scheme) -> dict[str, str]:
        state = SchemeState(entity.state)
        kinds = {SchemeState.ISSUED: "done", SchemeState.RETURNED: "back", SchemeState.VOIDED: "ended"}
        return {"kind": kinds.get(state, ""), "label": state.label}

    def heading(self, page: Page) -> str:
        return f"{page.entity.township.name}{page.entity.year}年度考核方案"

    def sheet(self, page: Page) -> SafeString:
        scheme: Scheme = page.entity
        scheme.case = page.on_case
        opinion = standing(scheme)
        values = values_of(scheme, page.on_case.number or "交审核后自动编号", opinion)
        slots: dict[str, Any] = written(values)
        if page.step == DRAWING_UP:
            slots |= self._open_cells(page, scheme)
        pictures: dict[str, Any] = drawn(township_pictures(opinion))
        if page.step == STEP:
            pictures[REVIEWER.signature] = pad(page, "乡镇审核人签字")
            slots["reviewed_on"] = chinese_date(page.on)
        if page.step == "seal_scheme":
            pictures[REVIEWER.seal] = seal_place()
            slots["issued_on"] = chinese_date(page.on)
        return sheet_html(form_on_page(FORM, page), slots, pictures)

    def _open_cells(self, page: Page, scheme: Scheme) -> dict[str, Any]:
        given = page.typed if page.typed is not None else fields_of(scheme)
        spec = form_on_page(FORM, page).fields
        cells: dict[str, Any] = {
            name: text_area_cell(
                page, name, rules.LABELS[name], given.get(name), maximum=spec[name].max_length or 400, required=True
            )
            for name in TEXTS
        }
        cells["pass_mark"] = text_cell(
            page, "pass_mark", "合格分数线", given.get("pass_mark") or "", maximum=3, required=True, numeric=True
        )
        cells["criteria"] = [
            {
                "name": label,
                "weight": text_cell(
                    page, f"{code}_points", f"{label}分值", given.get(f"{code}_points"), maximum=3, numeric=True
                ),
                "how": how if code != "learning" else self._learning(page, given.get("learning_target")),
            }
            for code, (label, how) in CRITERIA.items()
        ]
        return cells

    def _learning(self, page: Page, target: Any) -> Slot:
        """The one rule of the table that has a number of its own: how often one should have learnt."""
        asked = text_cell(page, "learning_target", "全年应参加学习次数", target or "", maximum=3, numeric=True)
        words = format_html('<span class="blank">{}全年应参加{}次。</span>', CRITERIA["learning"][1], asked.html)
        return Slot(words, classes=asked.classes)

    def checks(self, page: Page) -> list[dict[str, Any]]:
        if page.step not in (DRAWING_UP, STEP):
            return []
        filling = page.step == DRAWING_UP
        given = page.typed if filling and page.typed is not None else fields_of(page.entity)
        facts = facts_of(page.entity, given, page.on, page.actor)
        guards = rules.CONTENT if filling else rules.REVIEW
        return list(verdicts(guards, facts, unfinished=UNFINISHED if filling else frozenset()))

    def consequence(self, page: Page) -> tuple[str, str]:
        said = {
            DRAWING_UP: ("写明对象、分值、合格线和时间安排", "转乡镇审核人签字；对方办理以前您可以撤回。"),
            STEP: ("请先在方案上手写签字", "签字后转印章管理员盖章。"),
            "seal_scheme": ("请核对审核人的签字", "盖章后印发，系统发给所辖各村签收，不能撤回。"),
        }
        return said.get(page.step, ("", ""))

    def help(self, page: Page) -> tuple[str, ...]:
        if page.step == DRAWING_UP:
            return (
                "《办法》第七条：具体考核方案由各乡镇制定。一年一份，有底色的格子由您填。",
                "五项内容的分值合计100分；不考核的一项写0。学习一行填全年应参加几次。",
                "填好点“交审核”，转乡镇审核人签字，再由印章管理员盖章，然后发给各村签收。",
            )
        return super().help(page)

    def unmasked(self, entity: Scheme) -> dict[str, str]:
        return {}

    def can_return_to(self, case: Case, acted: DeskTask) -> bool:
        return bool(case.entity.state != SchemeState.ISSUED)

    def case_buttons(self, page: Page) -> list[Button]:
        clerk = page.actor.appointment_for(page.entity.township_id, Role.TOWNSHIP_CLERK)
        if clerk and page.entity.state in BEFORE_ISSUED:
            return [Button("schemes.void", "作废", "final", needs_reason=True, reason_label="为什么作废")]
        return []


class ReceiptPaperwork(Paperwork):
    """A village's copy of the scheme, which its head signs for."""

    flow_label = "scheme_receipts"
    title = "考核方案签收"
    form = FORM

    def describe(self, case: Case, entity: SchemeReceipt) -> None:
        case.title = f"{entity.village.name}签收考核方案"[:60]
        case.headline = f"{entity.scheme.year}年度，{entity.township.name}"

    def shown(self, case: Case, entity: SchemeReceipt) -> dict[str, Any]:
        return {"state": entity.state}

    def state_tag(self, entity: SchemeReceipt) -> dict[str, str]:
        kind = "done" if entity.state == ReceiptState.RECEIVED else ""
        return {"kind": kind, "label": ReceiptState(entity.state).label}

    def heading(self, page: Page) -> str:
        return f"{page.entity.scheme.year}年度考核方案"

    def sheet(self, page: Page) -> SafeString:
        copy: SchemeReceipt = page.entity
        scheme = copy.scheme
        receipt = valid_opinions(page.on_case).get(RECEIVING)
        signed = standing(scheme)
        values = values_of(scheme, scheme.case.number, signed, receipt, copy.village.name)
        slots: dict[str, Any] = written(values)
        pictures: dict[str, Any] = drawn(township_pictures(signed))
        opinion_cell(page, RECEIPT, receipt, slots, pictures, open_here=page.step == RECEIVING, seal_here=False)
        return sheet_html(form_on_page(FORM, page), slots, pictures)

    def consequence(self, page: Page) -> tuple[str, str]:
        return "看完方案，写明签收意见并签字", "签收后村里可以按方案开始考核。"

    def unmasked(self, entity: SchemeReceipt) -> dict[str, str]:
        return {}
