"""花名册可以报送、审核、发放的条件。"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from workflows.core.guards import Guard, GuardsOn, chinese
from workflows.core.refusals import Refusal

ARTICLE_4, ARTICLE_14, ARTICLE_15, STIPEND = (
    "《办法》第四条",
    "《办法》第十四条",
    "《办法》第十五条",
    "《方案》三（二）4",
)


@dataclass(frozen=True)
class LineFacts:
    """One line: whose, for what it counts, and what the person's whole month comes to in the county."""

    name: str
    amount: Decimal
    audited: bool
    standard: int
    month_total: Decimal
    has_account: bool = True


@dataclass(frozen=True)
class RosterFacts:
    """Everything the rules may ask about one roster on one day."""

    on: date
    lines: tuple[LineFacts, ...]
    actor_prepared: bool = False
    sealed_on: date | None = None
    voucher: str = ""
    paid_on: date | None = None

    @property
    def total(self) -> Decimal:
        return sum((line.amount for line in self.lines), Decimal(0))


guard = GuardsOn(RosterFacts)
RosterGuard = Guard[RosterFacts]


def _names(lines: list[LineFacts]) -> str:
    names = list(dict.fromkeys(line.name for line in lines))
    return "、".join(names[:3]) + (f"等{len(names)}人" if len(names) > 3 else "")


@guard(title="发放人员", basis=ARTICLE_4, says=lambda f: f"{len(f.lines)}行，合计{f.total:,.2f}元。")
def has_lines(facts: RosterFacts) -> Refusal | None:
    if not facts.lines:
        text = "请先等村里的考勤表审核锁定：没有可以列入的考勤表，花名册是空的，可以作废。"
        return Refusal("no_lines", text, ARTICLE_4)
    return None


@guard(title="有审核的考勤才发", basis=ARTICLE_4, says=lambda f: "每一行都有审核锁定的考勤表。")
def from_audited_sheets_only(facts: RosterFacts) -> Refusal | None:
    """第四条第2项：考勤报乡镇审核，作为核算薪酬的依据。"""
    wrong = [line for line in facts.lines if not line.audited]
    if wrong:
        text = f"请点“重新核算”：{_names(wrong)}的考勤表没有审核锁定，不能发放。"
        return Refusal("not_audited", text, ARTICLE_4)
    return None


@guard(title="不超过标准", basis=STIPEND, says=lambda f: "每人每月合计都不超过补贴标准。")
def within_the_standard(facts: RosterFacts) -> Refusal | None:
    """三（二）4：每人每月400元；同一个人一个月在两个村的，合计也不超过。"""
    wrong = [line for line in facts.lines if line.month_total > line.standard or line.month_total < 0]
    if wrong:
        return Refusal("over", f"请点“重新核算”：{_names(wrong)}一个月的合计超过了补贴标准。", STIPEND)
    return None


@guard(
    title="银行账号",
    basis=ARTICLE_15,
    says=lambda f: (
        f"{_names([line for line in f.lines if not line.has_account])}没有登记银行账号，银行文件里空着，请补。"
        if not all(line.has_account for line in f.lines)
        else "每个人都有银行账号。"
    ),
    notable=lambda f: not all(line.has_account for line in f.lines),
)
def has_accounts(facts: RosterFacts) -> Refusal | None:
    """Told, never refused: some are paid at the counter."""
    return None


prepared_by_somebody_else = guard.done_by_another(
    "prepared_by_somebody_else",
    title="谁制表谁不审核",
    says="制表人和审核、发放的人不是同一人。",
    mine=lambda f: f.actor_prepared,
    asks="请由别人办理：这册花名册是您制表或者审核的，您不能再办下一步。",
    basis=ARTICLE_14,
)


@guard(title="凭证和日期", basis=ARTICLE_15, says=lambda f: f"凭证号{f.voucher}。")
def paid_after_the_seal(facts: RosterFacts) -> Refusal | None:
    """第十五条：全程审计监督；先发钱后补考勤的，一看日期就知道。"""
    if not facts.voucher:
        return Refusal("no_voucher", "请填写发放的凭证号。", ARTICLE_15, "voucher")
    if facts.paid_on is None or facts.paid_on > facts.on:
        return Refusal("not_paid_yet", "请填写实际发放的日期，不能晚于今天。", ARTICLE_15, "paid_on")
    if facts.sealed_on is not None and facts.paid_on < facts.sealed_on:
        text = f"请核对发放日期：乡镇{chinese(facts.sealed_on)}才盖章，不能在那以前发放。"
        return Refusal("paid_before_seal", text, ARTICLE_15, "paid_on")
    return None


CONTENT: tuple[RosterGuard, ...] = (has_lines, from_audited_sheets_only, within_the_standard, has_accounts)
DECISION: tuple[RosterGuard, ...] = (*CONTENT, prepared_by_somebody_else)
PAYMENT: tuple[RosterGuard, ...] = (*DECISION, paid_after_the_seal)
