"""《扶贫专岗薪酬发放花名册》 on paper and on the screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from forms_templates.money import in_figures, in_words
from forms_templates.sheet import sheet_html
from forms_templates.values import chinese_date
from registry.id_numbers import mask_account, mask_id
from registry.roles import Role
from workflows.core.actions import Move
from workflows.core.case_forms import case_form
from workflows.core.cells import pad, panel_field, picture, seal_place
from workflows.core.filing import OpinionPlaces, file_opinions, pictures_of
from workflows.core.guards import verdicts
from workflows.core.models import Case, Opinion
from workflows.core.opinions import opinion_facts, valid_opinions, with_given
from workflows.core.paperwork import Button, Page, Paperwork

from ..models import UNPAID, PayLine, PayRoster, RosterState
from ..sheets import days
from . import rules
from .accounts import accounts_panel
from .amounts import partial_rule
from .facts import facts_of, in_rows, lines_of, payees, remark_of, total_of, waited
from .steps import PAYING, PREPARE, REVIEW, SEALING
from .ways_back import way_back

FORM = ("pay_roster", 4)
PLACES = {
    PREPARE: OpinionPlaces("", "prepared_on", "preparer_signature", ""),
    REVIEW: OpinionPlaces("", "reviewed_on", "reviewer_signature", "township_seal"),
    PAYING: OpinionPlaces("", "finance_on", "finance_signature", ""),
}
MAY_EXPORT = (Role.TOWNSHIP_CLERK, Role.TOWNSHIP_REVIEWER, Role.FINANCE_OFFICER)
TAGS = {RosterState.RETURNED: "back", RosterState.PAID: "done", RosterState.VOIDED: "ended"}


def standing(roster: PayRoster) -> dict[str, Opinion]:
    """The signatures that stand on the paper, by step."""
    return {step: opinion for step, opinion in valid_opinions(roster.case).items() if step in PLACES}


def figures(amount: Decimal) -> str:
    """12,400.00, and what is taken back with its sign."""
    return in_figures(amount)


def words(amount: Decimal) -> str:
    """大写; a total that is taken back says 负."""
    return in_words(amount) if amount >= 0 else in_words(-amount).replace("人民币", "人民币负", 1)


def values_of(roster: PayRoster, lines: Sequence[PayLine], opinions: Mapping[str, Opinion]) -> dict[str, object]:
    """Every tag of the paper; numbers of persons and accounts are masked."""
    total = total_of(lines)
    batch = f"（第{roster.batch}批）" if roster.batch > 1 else ""
    values: dict[str, object] = {
        "county": roster.county.name,
        "township": roster.township.name,
        "month": f"{roster.month.year}年{roster.month.month}月",
        "number": f"{roster.case.number}{batch}",
        "rule": partial_rule(roster.policy_set.policy()) if roster.policy_set is not None else "",
        "payments": [_row(row, roster) for row in in_rows(lines)],
        "people": str(len({line.worker_id for line in lines})),
        "total": figures(total),
        "total_in_words": words(total),
        "voucher": roster.voucher,
    }
    for step, place in PLACES.items():
        signed = opinions.get(step)
        values[place.signed_on] = chinese_date(timezone.localtime(signed.at).date() if signed else None)
    return values


def _row(row: Sequence[PayLine], roster: PayRoster) -> dict[str, str]:
    worker = row[0].worker
    return {
        "village": "、".join(dict.fromkeys(line.village.name for line in row)),
        "name": worker.name,
        "id_number": mask_id(worker.id_number),
        "post_type": "、".join(dict.fromkeys(line.post_type for line in row)),
        "days": str(sum(line.attended for line in row)),
        "standard": figures(Decimal(row[0].standard)),
        "amount": figures(total_of(row)),
        "account": mask_account(worker.account) if worker.account else "",
        "remark": remark_of(row, roster.month),
    }


def file_version(move: Move, label: str, *, sign: Opinion | None = None, seal: Opinion | None = None) -> None:
    """File the next version of the roster with everything that stands on it."""
    roster: PayRoster = move.entity
    opinions = with_given(standing(roster), sign, seal)
    file_opinions(
        move,
        form=case_form(FORM, move.case),
        values=values_of(roster, lines_of(roster), opinions),
        places=PLACES,
        opinions=opinions,
        label=label,
        sign=sign,
        seal=seal,
    )


HELP: dict[str, tuple[str, ...]] = {
    PREPARE: (
        "花名册由系统从审核锁定的考勤表算出，金额不能手改；考勤有错的，请村里开更正单，差额列在下一册。",
        "刚又有村审核锁定的，点“重新核算”，就会列进来。",
        "核对无误，在制表人处签字，交审核；审核以前您可以撤回。",
    ),
    REVIEW: ("请核对人数、金额和依据的考勤表，签字后转盖章。", "要改的，写明原因退回制表人。"),
    SEALING: ("请核对制表、审核签字，加盖公章；盖章后转县财政局发放。",),
    PAYING: (
        "请按花名册发放，填写凭证号和发放日期，签字确认；确认以后不能撤回。",
        "银行文件在看表页“导出银行文件”里取，里面是全号，每次都记录在案。",
        "账号不对、退票的，退回乡镇写明是谁。",
    ),
}


class RosterPaperwork(Paperwork):
    """薪酬 as the desk shows it."""

    flow_label = "pay"
    title = "薪酬发放"
    checks_hint = "制表、审核时核对。"
    form = FORM
    refile = staticmethod(file_version)

    def describe(self, case: Case, entity: PayRoster) -> None:
        batch = f"第{entity.batch}批" if entity.batch > 1 else ""
        case.title = f"{entity.township.name}{days.spoken(entity.month)}薪酬花名册{batch}"[:60]
        lines = lines_of(entity)
        case.headline = f"{len({line.worker_id for line in lines})}人，合计{figures(total_of(lines))}元"

    def shown(self, case: Case, entity: PayRoster) -> dict[str, Any]:
        return {"state": entity.state, "lines": [[line.pk, line.amount] for line in lines_of(entity)]}

    def facts(self, case: Case, entity: PayRoster) -> dict[str, Any]:
        return {
            "lines": [
                [line.worker.name, line.village.name, line.for_month.isoformat(), str(line.amount)]
                for line in lines_of(entity)
            ],
            **opinion_facts(case, REVIEW),
        }

    def fact_label(self, name: str) -> str:
        return {"lines": "发放明细", REVIEW: "审核意见"}.get(name, name)

    def fact_text(self, case: Case, name: str, value: Any) -> str:
        if name != "lines":
            return super().fact_text(case, name, value)
        return "；".join(f"{row[0]}{row[3]}元" for row in value or [])

    def state_tag(self, entity: PayRoster) -> dict[str, str]:
        state = RosterState(entity.state)
        return {"kind": TAGS.get(state, ""), "label": state.label}

    def heading(self, page: Page) -> str:
        return page.on_case.title

    def sheet(self, page: Page) -> SafeString:
        roster: PayRoster = page.entity
        lines, opinions = lines_of(roster), standing(roster)
        slots: dict[str, Any] = dict(values_of(roster, lines, opinions))
        slots["number"] = slots["number"] if page.on_case.number else "制表签字后自动编号"
        pictures: dict[str, Any] = {}
        for place, png in pictures_of(opinions, PLACES).items():
            kind = "seal" if place.endswith("seal") else "signature"
            pictures[place] = picture(kind, png, "乡镇公章" if kind == "seal" else "手写签字")
        if page.step in PLACES:
            slots[PLACES[page.step].signed_on] = chinese_date(page.on)
            pictures[PLACES[page.step].signature] = pad(page, "签字")
        if page.step == SEALING:
            pictures["township_seal"] = seal_place()
        return sheet_html(case_form(FORM, page.on_case), slots, pictures)

    def side_panels(self, page: Page) -> list[Any]:
        roster: PayRoster = page.entity
        lines = lines_of(roster)
        panels: list[Any] = []
        if page.step == PAYING:
            typed = page.typed or {}
            panels.append(
                {
                    "title": "发放凭证",
                    "hint": "拨款或银行回单的凭证号，和实际发放的日期。",
                    "fields": [
                        panel_field(page, typed, "voucher", "凭证号", "text", required=True),
                        panel_field(page, typed, "paid_on", "发放日期", "date", default=str(page.on), required=True),
                    ],
                }
            )
        if page.step == PREPARE:
            panels.append(accounts_panel(page, lines))
        panels.append(self._money_panel(page, roster, lines))
        return panels

    def _money_panel(self, page: Page, roster: PayRoster, lines: Sequence[PayLine]) -> SafeString:
        people = payees(lines)
        bank = [payee for payee in people if payee.amount > 0]
        back = [payee for payee in people if payee.amount < 0]
        context = {
            "total": figures(total_of(lines)),
            "bank": figures(sum((payee.amount for payee in bank), Decimal(0))),
            "bank_people": len(bank),
            "back": [
                {
                    "name": payee.worker.name,
                    "amount": figures(-payee.amount),
                    "url": way_back(page.actor, roster, payee.worker),
                }
                for payee in back
            ],
            "waited": waited(roster, lines, page.on),
            "paid": roster.state == RosterState.PAID,
            "paid_on": chinese_date(roster.paid_on) if roster.paid_on else "",
            "voucher": roster.voucher,
            "sheets": sorted({(line.sheet.case_id, line.village.name, days.spoken(line.for_month)) for line in lines}),
            "may_export": bool(self.export_url(page)),
        }
        return SafeString(render_to_string("attendance/_money.html", context))

    def checks(self, page: Page) -> list[dict[str, Any]]:
        roster: PayRoster = page.entity
        if roster.state not in UNPAID:
            return []
        facts = facts_of(roster, lines_of(roster), on=page.on, actor=page.actor)
        return list(verdicts(rules.CONTENT if roster.is_live else rules.DECISION, facts))

    def consequence(self, page: Page) -> tuple[str, str]:
        lines = lines_of(page.entity)
        total = f"{len({line.worker_id for line in lines})}人，合计{figures(total_of(lines))}元"
        if page.step == PREPARE:
            return total, "签字后转乡镇审核人审核；对方办理以前您可以撤回。"
        if page.step == REVIEW:
            return total, "审核签字后转盖章。"
        if page.step == PAYING:
            return total, "确认后花名册办结，不能撤回；以后的更正列在下一册。"
        return total, "公章盖在日期上并登记用印；盖好后转县财政局发放。"

    def help(self, page: Page) -> tuple[str, ...]:
        return HELP.get(page.step, HELP[PREPARE])

    def unmasked(self, entity: PayRoster) -> dict[str, str]:
        return {}

    def can_return_to(self, case: Case, acted: Any) -> bool:
        """The seal hands the roster to the county: what lies there comes back by 退回 only."""
        return bool(acted.outcome != "pay.seal")

    def export_url(self, page: Page) -> str:
        roster: PayRoster = page.entity
        sealed = roster.state in (RosterState.AWAITING_PAYMENT, RosterState.PAID)
        may = sealed and page.task is None and page.actor.holds(MAY_EXPORT, roster.county_id) is not None
        return reverse("pay_export", args=[roster.case_id]) if may else ""

    def case_buttons(self, page: Page) -> list[Button]:
        roster: PayRoster = page.entity
        clerk = page.actor.appointment_for(roster.township_id, Role.TOWNSHIP_CLERK)
        if clerk and roster.state in UNPAID:
            return [Button("pay.void", "作废", "final", needs_reason=True, reason_label="为什么作废")]
        return []
