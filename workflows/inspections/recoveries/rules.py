"""追回资金的条件：站在一条认定的问题上，按实际发放的金额，一笔只追一次，退多少记多少。"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from workflows.core.guards import Guard, GuardsOn, chinese
from workflows.core.refusals import Refusal

BASIS = "《办法》第十四条"


@dataclass(frozen=True)
class RecoveryFacts:
    """Everything the rules may ask about one recovery on one day; `claimed` of `paid` lines are asked back."""

    on: date
    stands: bool
    is_fraud: bool
    is_established: bool
    concerns_payee: bool
    paid: int
    claimed: int
    total: Decimal
    due_on: date | None
    account: str
    actor_opened: bool = False
    balance: Decimal = Decimal(0)
    amount: Decimal | None = None
    paid_on: date | None = None
    voucher: str = ""
    delivered_on: date | None = None


guard = GuardsOn(RecoveryFacts)
RecoveryGuard = Guard[RecoveryFacts]


@guard(title="问题属实", basis=BASIS, says=lambda f: "问题记录有效。")
def stands_on_a_finding(facts: RecoveryFacts) -> Refusal | None:
    """追回要有依据：问题记录没有作废；骗取补贴的已经认定属实。"""
    if not facts.stands:
        return Refusal("no_finding", "请先记录问题：问题记录已经作废，或者不属实。", BASIS)
    if facts.is_fraud and not facts.is_established:
        return Refusal("not_established", "请先认定骗取属实，再追回资金。", BASIS)
    if not facts.concerns_payee:
        return Refusal("another_payee", "请核对领取人：这条问题记录关于另一个人。", BASIS, "worker")
    return None


@guard(title="实际发放过", basis="《方案》三（六）", says=lambda f: f"共{f.total}元。")
def was_really_paid(facts: RecoveryFacts) -> Refusal | None:
    """只追回已经发放、还没有追回过的金额。"""
    if facts.claimed < 1 or facts.total <= 0:
        return Refusal(
            "nothing_paid",
            "请核对起止月份：没有已经发放、还没有追回的补贴。",
            "《方案》三（六）",
            "first_month",
        )
    return None


@guard(title="追回所有资金", basis=BASIS, says=lambda f: "全部已发月份都列入。" if f.is_fraud else "按多发的月份。")
def asks_back_everything(facts: RecoveryFacts) -> Refusal | None:
    """骗取岗位补贴的，追回所有资金。"""
    if facts.is_fraud and facts.claimed < facts.paid:
        return Refusal("not_everything", "请把全部已发月份都列入：骗取岗位补贴的，追回所有资金。", BASIS, "first_month")
    return None


@guard(title="退回期限和账户", basis=BASIS, says=lambda f: f"{chinese(f.due_on)}以前。" if f.due_on else "")
def says_until_when_and_where(facts: RecoveryFacts) -> Refusal | None:
    if facts.due_on is None or facts.due_on <= facts.on:
        return Refusal("no_due_day", "请把退回期限写到今天以后。", BASIS, "due_on")
    if len(facts.account.strip()) < 4:
        return Refusal("no_account", "请写明退回到哪个账户。", BASIS, "account")
    return None


recovery_not_own = guard.done_by_another(
    "recovery_not_own",
    title="谁提出谁不审核",
    says="提出人和审核人不是同一人。",
    mine=lambda f: f.actor_opened,
    asks="请由别人审核：这次追回是您提出的。",
    basis=BASIS,
)


@guard(title="退回登记", basis="《方案》三（六）", says=lambda f: f"尚欠{f.balance}元。")
def repayment_is_right(facts: RecoveryFacts) -> Refusal | None:
    """退多少记多少：有凭证号，不多于尚欠，日期不在以后。"""
    basis = "《方案》三（六）"
    if facts.amount is None or facts.amount <= 0:
        return Refusal("no_amount", "请填写退回金额。", basis, "amount")
    if facts.amount > facts.balance:
        return Refusal("too_much", f"请核对退回金额：尚欠{facts.balance}元，不能多于这个数。", basis, "amount")
    if facts.paid_on is None:
        return Refusal("no_day", "请填写退回日期。", basis, "paid_on")
    if facts.paid_on > facts.on:
        return Refusal("day_in_future", "请核对退回日期：还没有到这一天。", basis, "paid_on")
    if len(facts.voucher.strip()) < 2:
        return Refusal("no_voucher", "请填写凭证号。", basis, "voucher")
    return None


OPENING: tuple[RecoveryGuard, ...] = (
    stands_on_a_finding,
    was_really_paid,
    asks_back_everything,
    says_until_when_and_where,
)
REVIEW: tuple[RecoveryGuard, ...] = (stands_on_a_finding, recovery_not_own)
REPAYMENT: tuple[RecoveryGuard, ...] = (repayment_is_right,)
