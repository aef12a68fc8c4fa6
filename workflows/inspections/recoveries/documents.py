"""《资金追回通知书》 on paper and on the screen."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from forms_templates.money import in_words
from forms_templates.sheet import sheet_html
from forms_templates.values import chinese_date
from registry.roles import Role
from workflows.attendance.models import PayLine
from workflows.core.actions import Move
from workflows.core.case_forms import case_form
from workflows.core.cells import date_cell, pad, pad_context, panel_field, picture, seal_place, text_cell, written
from workflows.core.delivery import DELIVERY_WAYS, RECEIPT, Delivered, receipt_values
from workflows.core.filing import OpinionPlaces, digest_of, file_opinions, file_version
from workflows.core.models import Case, DeskTask, Opinion
from workflows.core.opinions import sign_opinion, valid_opinions
from workflows.core.paperwork import Button, Page, Paperwork
from workflows.core.receipts import hands_panels

from ..models import Recovery, RecoveryState
from .amounts import by_month

FORM = ("recovery_notice", 2)
REVIEW, SEAL, DELIVER, COLLECT = "review_recovery", "seal_recovery", "deliver_recovery", "collect"
PLACES = {REVIEW: OpinionPlaces("", "", "", "township_seal")}
TITLE = "资金追回通知书"
SAID = {
    REVIEW: ("核对月份和金额，请签字", "审核后由乡镇印章管理员盖章。"),
    SEAL: ("请核对通知书", "公章盖在日期上并登记用印；盖好后送达被追回人。"),
    DELIVER: ("把通知书交给被追回人，签写回执", "送达以后，退回一笔登记一笔。"),
    COLLECT: ("退回一笔登记一笔，写明凭证号", "全部退清后办结。"),
}


def lines_of(recovery: Recovery) -> list[PayLine]:
    """The paid lines that are asked back, voided ones included; for a difference those of its roster."""
    if recovery.roster is not None:
        found = PayLine.objects.filter(roster=recovery.roster, worker=recovery.paid_to_id, counts=True)
        return list(found.select_related("roster").order_by("for_month", "pk"))
    found = PayLine.objects.filter(pk__in=recovery.lines.values("pay_line"))
    return list(found.select_related("roster").order_by("for_month", "pk"))


def back_of(recovery: Recovery) -> Decimal:
    """What has come back so far: a page asks once, a move each time."""
    return recovery.case.once("paid_back", lambda: recovery.paid_back)


def values_of(recovery: Recovery, case: Case) -> dict[str, object]:
    """Every tag of the notice, with what has come back by now."""
    back = back_of(recovery)
    return {
        "county": recovery.county.name,
        "number": case.number,
        "debtor": recovery.whom[:40],
        "facts": recovery.facts[:600],
        "months": [
            {
                "month": f"{month.year}年{month.month}月",
                "paid_on": chinese_date(paid_on),
                "amount": str(-amount if recovery.roster is not None else amount),
                "remark": _remark(recovery, amount),
            }
            for month, paid_on, amount in by_month(lines_of(recovery))
        ],
        "paid_back": f"{back:.2f}",
        "outstanding": f"{recovery.total - back:.2f}",
        "due_on": chinese_date(recovery.due_on),
        "account": recovery.account,
        "transfer": _handed_over(recovery),
        "issuer": recovery.township.seal_name,
        "issued_on": chinese_date(recovery.issued_on),
        "received_on": chinese_date(recovery.delivered_on),
    }


def _handed_over(recovery: Recovery) -> str:
    """Whether the authorities have it (《办法》第十四条)."""
    finding = recovery.finding
    if finding is None:
        return "是考勤更正后的多发，不属于骗取，不移送。"
    if finding.handed_over_on is not None:
        return f"已于{chinese_date(finding.handed_over_on)}将有关材料移送{finding.handed_over_to}。"
    return "还没有移送。" if finding.weight == "fraud" else "不属于骗取，不移送。"


def _remark(recovery: Recovery, amount: Decimal) -> str:
    """To whom a month was paid, where somebody else owes it; for a difference, how it came about."""
    finding = recovery.finding
    if finding is None:
        return "考勤更正，多发" if amount < 0 else "当月应发，抵扣"
    return "" if finding.worker_id == recovery.paid_to_id else f"发给{recovery.paid_to.name}"[:30]


def sign_review(move: Move, opinion: Opinion) -> None:
    """The reviewer's hand is bound to the notice as it stands; the notice itself has no place for it."""
    sheet = case_form(FORM, move.case)
    values = values_of(move.entity, move.case)
    digest = digest_of(sheet, values)
    sign_opinion(move, opinion, place="reviewer", content_digest=digest, form_digest=sheet.digest)
    file_version(move, form=sheet, values=values, pictures={}, label="乡镇审核")


def file_notice(move: Move, label: str, *, seal: Opinion | None = None) -> None:
    """The next version of the notice, with its seal."""
    opinions = {step: each for step, each in valid_opinions(move.case).items() if step in PLACES}
    file_opinions(
        move,
        form=case_form(FORM, move.case),
        values=values_of(move.entity, move.case),
        places=PLACES,
        opinions=opinions,
        label=label,
        seal=seal,
    )


def delivered(recovery: Recovery, case: Case) -> Delivered:
    return Delivered(recovery.county.name, TITLE, case.number, recovery.whom[:30], recovery.township.seal_name)


class RecoveryPaperwork(Paperwork):
    """资金追回 as the desk shows it."""

    flow_label = "recoveries"
    title = "资金追回"
    form = FORM
    refile = staticmethod(file_notice)

    def can_lie_in(self, case: Case, state: str) -> bool:
        """What has come back is on record: the claim it was paid on stays as it is."""
        return not back_of(case.entity)

    def describe(self, case: Case, entity: Recovery) -> None:
        case.title = entity.whom[:60]
        case.headline = f"{entity.village.name}，追回{entity.total}元"

    def shown(self, case: Case, entity: Recovery) -> dict[str, Any]:
        return {"state": entity.state, "total": str(entity.total), "back": str(entity.paid_back)}

    def state_tag(self, entity: Recovery) -> dict[str, str]:
        state = RecoveryState(entity.state)
        kinds = {RecoveryState.REPAID: "done", RecoveryState.VOIDED: "ended"}
        label = state.label
        if state == RecoveryState.OWED:
            label = f"尚欠{entity.total - back_of(entity)}元"
        return {"kind": kinds.get(state, ""), "label": label}

    def heading(self, page: Page) -> str:
        return f"{page.on_case.title}：资金追回"

    def form_on(self, page: Page) -> tuple[str, int]:
        return RECEIPT if page.step == DELIVER else FORM

    def sheet(self, page: Page) -> SafeString:
        recovery: Recovery = page.entity
        code, pictures = self.form_on(page), dict[str, Any]()
        if code == RECEIPT:
            values = receipt_values(delivered(recovery, page.on_case), {}, page.actor.name)
        else:
            values = values_of(recovery, page.on_case)
            values |= {"total": str(recovery.total), "total_in_words": in_words(recovery.total)}
        slots: dict[str, Any] = written(values)
        if code == RECEIPT:
            typed: Mapping[str, Any] = page.typed or {}
            day = typed.get("delivered_on", page.on.isoformat())
            slots["delivered_on"] = date_cell(page, "delivered_on", "送达日期", day)
            place = typed.get("place", page.entity.village.name)
            slots["place"] = text_cell(page, "place", "送达地点", place, maximum=60, required=True)
            pictures["deliverer_signature"] = pad(page, "送达人签字")
        opinion = valid_opinions(page.on_case).get(REVIEW)
        if code == FORM and opinion is not None and opinion.seal_use is not None:
            pictures["township_seal"] = picture("seal", opinion.seal_use.picture, opinion.seal_use.said)
        elif page.step == SEAL:
            pictures["township_seal"] = seal_place()
        return sheet_html(case_form(code, page.on_case), slots, pictures)

    def side_panels(self, page: Page) -> list[Any]:
        typed = page.typed or {}
        if page.step == REVIEW:
            return [review_pad(page)]
        if page.step == DELIVER:
            return hands_panels(
                page,
                title="送达方式",
                ways=DELIVERY_WAYS,
                read=[page.entity.facts],
                hint="签收的人在这里签字；不会写字的按手印。",
                note_label="邮寄单号和签收情况",
            )
        if page.step == COLLECT:
            balance = page.entity.total - back_of(page.entity)
            fields = [
                panel_field(page, typed, "amount", "退回金额（元）", "text", required=True, inputmode="decimal"),
                panel_field(page, typed, "paid_on", "退回日期", "date", required=True),
                panel_field(page, typed, "voucher", "凭证号", "text", required=True),
            ]
            return [{"id": "repayment", "title": "登记退回", "hint": f"尚欠{balance}元。", "fields": fields}]
        return []

    def consequence(self, page: Page) -> tuple[str, str]:
        return SAID.get(page.step, ("", ""))

    def unmasked(self, entity: Recovery) -> dict[str, str]:
        return {}

    def can_return_to(self, case: Case, acted: DeskTask) -> bool:
        return acted.flow_task.name in (REVIEW, SEAL)

    def case_buttons(self, page: Page) -> list[Button]:
        recovery: Recovery = page.entity
        before = (RecoveryState.AWAITING_REVIEW, RecoveryState.AWAITING_SEAL, RecoveryState.AWAITING_DELIVERY)
        if recovery.state in before and page.actor.appointment_for(recovery.township_id, Role.TOWNSHIP_REVIEWER):
            return [Button("recoveries.void", "作废", "final", needs_reason=True, reason_label="为什么作废")]
        return []


def review_pad(page: Page) -> SafeString:
    """The reviewer's pad stands beside the notice, which has no place for this hand."""
    error = page.errors.get("strokes") or page.errors.get("scan") or ""
    context = pad_context("strokes", "审核人签字", str((page.typed or {}).get("strokes", "")), error)
    inner = SafeString(render_to_string("signatures/pad.html", context))
    return format_html('<section class="panel panel--fields" id="review-pad"><h2>审核人签字</h2>{}</section>', inner)
