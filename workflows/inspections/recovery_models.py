"""追回：按实际发放的金额，一个月一个月地追回；通知、退回、结清。"""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import Q, Sum
from django_fsm import GET_STATE, ConcurrentTransitionMixin, FSMField, FSMModelMixin, transition

from audit.append_only import AppendOnlyModel
from registry.encryption import EncryptedTextField
from workflows.core.round_about import moved_by_exception


class RecoveryState(models.TextChoices):
    """States are only added, never renamed."""

    AWAITING_REVIEW = "awaiting_review", "待审核"
    AWAITING_SEAL = "awaiting_seal", "待盖章"
    AWAITING_DELIVERY = "awaiting_delivery", "待送达"
    OWED = "owed", "待退回"
    REPAID = "repaid", "已退清"
    VOIDED = "voided", "已作废"


ON_THE_WAY = (
    RecoveryState.AWAITING_REVIEW,
    RecoveryState.AWAITING_SEAL,
    RecoveryState.AWAITING_DELIVERY,
    RecoveryState.OWED,
)


class Recovery(ConcurrentTransitionMixin, FSMModelMixin, models.Model):
    """资金追回: what was paid to one worker without right, owed by that worker, by a village or by an official.

    It stands on a finding, which says who owes; the amounts are those of the paid rosters (《办法》第十四条).
    Or it stands on a paid roster in which a corrected month left the worker less than nothing: that is owed.
    """

    county = models.ForeignKey("registry.County", models.PROTECT, verbose_name="县")
    township = models.ForeignKey("registry.Organisation", models.PROTECT, related_name="+", verbose_name="乡镇")
    village = models.ForeignKey("registry.Organisation", models.PROTECT, related_name="+", verbose_name="行政村")
    case = models.OneToOneField("core.Case", models.PROTECT, related_name="recovery", verbose_name="办件")
    finding = models.ForeignKey(
        "inspections.Finding", models.PROTECT, null=True, related_name="recoveries", verbose_name="所依问题记录"
    )
    roster = models.ForeignKey(
        "attendance.PayRoster", models.PROTECT, null=True, related_name="recoveries", verbose_name="所依花名册"
    )
    paid_to = models.ForeignKey("registry.Worker", models.PROTECT, related_name="+", verbose_name="领取人")
    facts = EncryptedTextField("骗取（多领）事实")
    due_on = models.DateField("退回期限")
    account = models.CharField("退回账户", max_length=60)
    total = models.DecimalField("应追回合计", max_digits=10, decimal_places=2)
    state = FSMField(
        "状态", default=RecoveryState.AWAITING_REVIEW, choices=RecoveryState.choices, protected=True, max_length=20
    )
    issued_on = models.DateField("通知日期", null=True)
    delivered_on = models.DateField("送达日期", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "资金追回"
        indexes = [models.Index(fields=["township", "state"], name="recovery_by_township")]
        constraints = [
            models.CheckConstraint(
                condition=Q(finding__isnull=False, roster__isnull=True) | Q(finding__isnull=True, roster__isnull=False),
                name="recovery_stands_on_one_thing",
            ),
            models.UniqueConstraint(
                fields=["roster", "paid_to"], condition=~Q(state="voided"), name="difference_recovered_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.total}元（{RecoveryState(self.state).label}）"

    @property
    def whom(self) -> str:
        """Who owes, as papers name them."""
        return str(self.finding.whom if self.finding is not None else self.paid_to.name)

    @property
    def paid_back(self) -> Decimal:
        """What has come back so far (one query)."""
        return self.repayments.aggregate(sum=Sum("amount"))["sum"] or Decimal(0)

    @transition(field=state, source=RecoveryState.AWAITING_REVIEW, target=RecoveryState.AWAITING_SEAL)
    def review(self) -> None:
        """乡镇审核追回的月份和金额（《办法》第十四条）。"""

    @transition(field=state, source=RecoveryState.AWAITING_SEAL, target=RecoveryState.AWAITING_DELIVERY)
    def issue(self) -> None:
        """资金追回通知书盖章发出（《办法》第十四条）。"""

    @transition(field=state, source=RecoveryState.AWAITING_DELIVERY, target=RecoveryState.OWED)
    def deliver(self) -> None:
        """通知书送达被追回人。"""

    @transition(field=state, source=RecoveryState.OWED, target=RecoveryState.REPAID)
    def settle(self) -> None:
        """全部退回（《办法》第十四条：追回所有资金）。"""

    @transition(
        field=state,
        source=[RecoveryState.AWAITING_REVIEW, RecoveryState.AWAITING_SEAL, RecoveryState.AWAITING_DELIVERY],
        target=RecoveryState.VOIDED,
    )
    def void(self) -> None:
        """作废：送达以前由乡镇撤销；不删除。"""

    @transition(
        field=state,
        source=[RecoveryState.AWAITING_SEAL, RecoveryState.AWAITING_DELIVERY],
        target=GET_STATE(lambda self, to: to, states=[RecoveryState.AWAITING_REVIEW, RecoveryState.AWAITING_SEAL]),
    )
    def take_back(self, to: str) -> str:
        """撤回：下一环节办理以前收回。"""
        return to

    move_by_exception = moved_by_exception(state, ON_THE_WAY)


class RecoveryLine(models.Model):
    """One line of a paid roster that is to come back; a line is claimed once."""

    recovery = models.ForeignKey(Recovery, models.PROTECT, related_name="lines", verbose_name="追回")
    pay_line = models.ForeignKey("attendance.PayLine", models.PROTECT, related_name="+", verbose_name="发放行")
    counts = models.BooleanField("计数", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "追回明细"
        constraints = [
            models.UniqueConstraint(fields=["pay_line"], condition=Q(counts=True), name="pay_line_recovered_once")
        ]

    def __str__(self) -> str:
        return str(self.pay_line)


class Repayment(AppendOnlyModel):
    """What came back, on which day, under which voucher; never changed."""

    recovery = models.ForeignKey(Recovery, models.PROTECT, related_name="repayments", verbose_name="追回")
    amount = models.DecimalField("金额", max_digits=10, decimal_places=2)
    paid_on = models.DateField("退回日期")
    voucher = models.CharField("凭证号", max_length=40)
    recorded_by = models.CharField("登记人", max_length=50)
    at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = verbose_name_plural = "退回登记"
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="repayment_is_money")]

    def __str__(self) -> str:
        return f"{self.paid_on} {self.amount}元"
