"""薪酬发放花名册：每个乡镇一个月一册，只从审核锁定的考勤表来；更正的差额记在下一册。"""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django_fsm import GET_STATE, ConcurrentTransitionMixin, FSMField, FSMModelMixin, transition

from workflows.core.round_about import moved_by_exception


class RosterState(models.TextChoices):
    """States are only added, never renamed."""

    PREPARING = "preparing", "待制表"
    RETURNED = "returned", "退回重制"
    AWAITING_REVIEW = "awaiting_review", "待乡镇审核"
    AWAITING_SEAL = "awaiting_seal", "待乡镇盖章"
    AWAITING_PAYMENT = "awaiting_payment", "待财政发放"
    PAID = "paid", "已发放"
    VOIDED = "voided", "已作废"


IN_PREPARATION = (RosterState.PREPARING, RosterState.RETURNED)
UNPAID = (
    *IN_PREPARATION,
    RosterState.AWAITING_REVIEW,
    RosterState.AWAITING_SEAL,
    RosterState.AWAITING_PAYMENT,
)
HANDED_IN = (RosterState.AWAITING_REVIEW, RosterState.AWAITING_SEAL, RosterState.AWAITING_PAYMENT)


class PayRoster(ConcurrentTransitionMixin, FSMModelMixin, models.Model):
    """One payment of a township. A sheet that was late comes in the next `batch` of its month or a later one."""

    county = models.ForeignKey("registry.County", models.PROTECT, verbose_name="县")
    township = models.ForeignKey("registry.Organisation", models.PROTECT, related_name="+", verbose_name="乡镇")
    case = models.OneToOneField("core.Case", models.PROTECT, related_name="pay_roster", verbose_name="办件")
    month = models.DateField("发放月份")  # its first day
    batch = models.PositiveSmallIntegerField("批次", default=1)
    state = FSMField("状态", default=RosterState.PREPARING, choices=RosterState.choices, protected=True, max_length=20)
    sealed_on = models.DateField("盖章日期", null=True)
    voucher = models.CharField("凭证号", max_length=40, blank=True, default="")
    paid_on = models.DateField("发放日期", null=True)
    policy_set = models.ForeignKey("registry.PolicySet", models.PROTECT, null=True, verbose_name="所依政策参数")

    class Meta:
        verbose_name = verbose_name_plural = "薪酬发放花名册"
        constraints = [
            models.UniqueConstraint(
                fields=["township", "month", "batch"], condition=~Q(state="voided"), name="one_roster_per_batch"
            ),
            # A second one is not drawn up while the first is on its way: nobody stands on two.
            models.UniqueConstraint(
                fields=["township"], condition=~Q(state__in=["voided", "paid"]), name="one_roster_on_its_way"
            ),
            models.CheckConstraint(condition=Q(month__day=1), name="roster_month_is_its_first_day"),
            models.CheckConstraint(
                condition=~Q(state="paid") | (Q(paid_on__isnull=False) & ~Q(voucher="")), name="paid_with_a_voucher"
            ),
        ]
        indexes = [models.Index(fields=["county", "-month"], name="roster_by_county")]

    def __str__(self) -> str:
        return f"{self.month.year}年{self.month.month}月"

    @property
    def is_live(self) -> bool:
        """The township's clerk may still draw it up anew."""
        return self.state in IN_PREPARATION

    @transition(field=state, source=list(IN_PREPARATION), target=RosterState.AWAITING_REVIEW)
    def submit(self) -> None:
        """乡镇经办人制表签字，交审核（《办法》第四条第2项）。"""

    @transition(field=state, source=RosterState.AWAITING_REVIEW, target=RosterState.AWAITING_SEAL)
    def review(self) -> None:
        """乡镇审核人审核签字。"""

    @transition(field=state, source=RosterState.AWAITING_SEAL, target=RosterState.AWAITING_PAYMENT)
    def seal(self) -> None:
        """乡镇盖章，报县财政局发放（《办法》第十五条）。"""

    @transition(field=state, source=RosterState.AWAITING_PAYMENT, target=RosterState.PAID)
    def pay(self) -> None:
        """县财政局凭凭证号确认已经发放（《办法》第十五条）。"""

    @transition(field=state, source=list(UNPAID), target=RosterState.VOIDED)
    def void(self) -> None:
        """作废：发放以前由乡镇经办人撤销，考勤表可以重新列入。"""

    @transition(
        field=state,
        source=list(HANDED_IN),
        target=GET_STATE(lambda self, to: to, states=list(UNPAID)),
    )
    def send_back_to(self, to: str) -> str:
        """退回：写明要改什么。"""
        return to

    @transition(field=state, source=list(UNPAID), target=GET_STATE(lambda self, to: to, states=list(UNPAID)))
    def hand_back(self, to: str) -> str:
        """直送退回人。"""
        return to

    @transition(field=state, source=list(UNPAID), target=GET_STATE(lambda self, to: to, states=list(UNPAID)))
    def take_back(self, to: str) -> str:
        """撤回：最后办理的人在下一环节办理以前收回。"""
        return to

    move_by_exception = moved_by_exception(state, UNPAID)


class LineKind(models.TextChoices):
    PAY = "pay", "当月"
    CORRECTION = "correction", "更正差额"


class PayLine(models.Model):
    """What one person gets (or, corrected, gives back) for one village's month. `paid` means the roster stands: lines
    of a roster that was voided count for nothing and stay."""

    roster = models.ForeignKey(PayRoster, models.PROTECT, related_name="lines", verbose_name="花名册")
    position = models.PositiveSmallIntegerField("序号")
    worker = models.ForeignKey("registry.Worker", models.PROTECT, related_name="+", verbose_name="劳动者")
    village = models.ForeignKey("registry.Organisation", models.PROTECT, related_name="+", verbose_name="行政村")
    sheet = models.ForeignKey(
        "attendance.AttendanceSheet", models.PROTECT, related_name="pay_lines", verbose_name="所依考勤表"
    )
    for_month = models.DateField("考勤月份")
    kind = models.CharField("类别", max_length=20, choices=LineKind.choices)
    post_type = models.CharField("岗位", max_length=20)
    attended = models.PositiveSmallIntegerField("出勤天数")
    inside = models.PositiveSmallIntegerField("协议期内天数")
    calendar_days = models.PositiveSmallIntegerField("当月天数")
    standard = models.PositiveIntegerField("标准（元/月）")
    by_days = models.BooleanField("按天折算")
    due = models.DecimalField("该月应发", max_digits=10, decimal_places=2)
    amount = models.DecimalField("金额", max_digits=10, decimal_places=2, default=Decimal(0))
    counts = models.BooleanField("计数", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "发放行"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["worker", "sheet"], condition=Q(counts=True), name="one_pay_line_per_worker_and_sheet"
            ),
            models.UniqueConstraint(
                fields=["worker", "village", "for_month"],
                condition=Q(counts=True, kind="pay"),
                name="paid_once_per_village_and_month",
            ),
            models.CheckConstraint(
                condition=Q(kind="correction") | Q(amount__gte=0), name="only_corrections_take_money_back"
            ),
        ]
        indexes = [models.Index(fields=["worker", "for_month"], name="pay_line_by_worker")]

    def __str__(self) -> str:
        return f"{self.position}"
