"""扶贫专岗实名台账：一个乡镇一个月一份，人员是建立那一天的快照。"""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django_fsm import GET_STATE, ConcurrentTransitionMixin, FSMField, FSMModelMixin, transition

from registry.encryption import EncryptedTextField
from workflows.core.round_about import handed_back, moved_by_exception, sent_back


class LedgerState(models.TextChoices):
    """States are only added, never renamed."""

    CHECKING = "checking", "待核对"
    RETURNED = "returned", "退回"
    AWAITING_REVIEW = "awaiting_review", "待审核"
    AWAITING_SEAL = "awaiting_seal", "待盖章"
    AWAITING_RECEIPT = "awaiting_receipt", "已报送，待接收"
    RECEIVED = "received", "已接收"
    ARCHIVED = "archived", "已归档"
    VOIDED = "voided", "已作废"


AT_TOWNSHIP = (
    LedgerState.CHECKING, LedgerState.RETURNED, LedgerState.AWAITING_REVIEW, LedgerState.AWAITING_SEAL,
)  # fmt: skip
FILED = (LedgerState.AWAITING_RECEIPT, LedgerState.RECEIVED, LedgerState.ARCHIVED)


class Ledger(ConcurrentTransitionMixin, FSMModelMixin, models.Model):
    """实名台账 of one township and month (《办法》第五条). A correction is a supplement: version 2 refers to 1."""

    county = models.ForeignKey("registry.County", models.PROTECT, verbose_name="县")
    township = models.ForeignKey("registry.Organisation", models.PROTECT, related_name="+", verbose_name="乡镇")
    case = models.OneToOneField("core.Case", models.PROTECT, related_name="ledger", verbose_name="办件")
    month = models.DateField("台账月份")  # its first day
    version = models.PositiveSmallIntegerField("版本", default=1)
    supplements = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", verbose_name="补充哪一版")
    why = models.CharField("补充原因", max_length=300, blank=True, default="")
    # Whose people the changes are counted from; none for a township's first.
    former = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", verbose_name="上期台账")
    since_on = models.DateField("上期数据日期")
    snapshot_on = models.DateField("数据日期")
    due_on = models.DateField("报送截止日")
    last_count = models.PositiveIntegerField("上月在岗")
    joined_count = models.PositiveIntegerField("本月新增")
    left_count = models.PositiveIntegerField("本月减少")
    now_count = models.PositiveIntegerField("本月在岗")
    # Who stands otherwise in the former ledger than the records say today, in words.
    differences = models.JSONField("与上期不一致", default=list)
    state = FSMField("状态", default=LedgerState.CHECKING, choices=LedgerState.choices, protected=True, max_length=20)
    first_filed_at = models.DateTimeField("首次报送时间", null=True)
    filed_at = models.DateTimeField("报送时间", null=True)
    received_at = models.DateTimeField("接收时间", null=True)
    entered_on = models.DateField("录入省系统日期", null=True)
    entered_note = models.CharField("录入情况", max_length=300, blank=True, default="")
    policy_set = models.ForeignKey("registry.PolicySet", models.PROTECT, null=True, verbose_name="所依政策参数")

    class Meta:
        verbose_name = verbose_name_plural = "实名台账"
        constraints = [
            models.UniqueConstraint(
                fields=["township", "month", "version"], condition=~Q(state="voided"), name="one_ledger_per_month"
            )
        ]
        indexes = [models.Index(fields=["county", "-month"], name="ledger_by_month")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}第{self.version}版"

    @property
    def is_live(self) -> bool:
        """The township's clerk may still take the data anew."""
        return self.state in (LedgerState.CHECKING, LedgerState.RETURNED)

    def days_late(self, on: date) -> int:
        """Days between the due day and the day of handing in (or today, while it is not); 0 in time. What counts is
        when it was handed in first: a return by the county makes nobody late."""
        filed_on = timezone.localtime(self.first_filed_at).date() if self.first_filed_at else on
        return max((filed_on - self.due_on).days, 0)

    @transition(field=state, source=[LedgerState.CHECKING, LedgerState.RETURNED], target=LedgerState.AWAITING_REVIEW)
    def confirm(self) -> None:
        """填表人核对并签字。"""

    @transition(field=state, source=LedgerState.AWAITING_REVIEW, target=LedgerState.AWAITING_SEAL)
    def review(self) -> None:
        """审核人签字。"""

    @transition(field=state, source=LedgerState.AWAITING_SEAL, target=LedgerState.AWAITING_RECEIPT)
    def file(self) -> None:
        """乡镇盖章，报送县就业服务中心（《办法》第五条）。"""

    @transition(field=state, source=LedgerState.AWAITING_RECEIPT, target=LedgerState.RECEIVED)
    def receive(self) -> None:
        """县就业服务中心接收。"""

    @transition(field=state, source=LedgerState.RECEIVED, target=LedgerState.ARCHIVED)
    def archive(self) -> None:
        """归档：当月过完以后。"""

    @transition(field=state, source=list(AT_TOWNSHIP), target=LedgerState.VOIDED)
    def void(self) -> None:
        """作废没有报送的补充台账。"""

    @transition(
        field=state,
        source=list(AT_TOWNSHIP),
        target=GET_STATE(lambda self, to: to, states=list(AT_TOWNSHIP)),
    )
    def take_back(self, to: str) -> str:
        """撤回：最后办理的人在下一环节办理以前收回。"""
        return to

    send_back_to = sent_back(state, [*AT_TOWNSHIP, LedgerState.AWAITING_RECEIPT], AT_TOWNSHIP)
    hand_back = handed_back(state, AT_TOWNSHIP, [*AT_TOWNSHIP, LedgerState.AWAITING_RECEIPT])
    move_by_exception = moved_by_exception(state, [*AT_TOWNSHIP, LedgerState.AWAITING_RECEIPT])


class RowKind(models.TextChoices):
    PRESENT = "present", "在岗"
    DEPARTED = "departed", "离岗"


class LedgerRow(models.Model):
    """One person as they stood on the ledger's day. Nothing here changes when the records do."""

    ledger = models.ForeignKey(Ledger, models.CASCADE, related_name="rows", verbose_name="台账")
    kind = models.CharField("类别", max_length=10, choices=RowKind.choices)
    position = models.PositiveIntegerField("序号")
    tenure = models.ForeignKey("employment.Tenure", models.PROTECT, related_name="+", verbose_name="在岗经历")
    worker = models.ForeignKey("registry.Worker", models.PROTECT, related_name="+", verbose_name="劳动者")
    village = models.CharField("行政村", max_length=50)
    name = models.CharField("姓名", max_length=50)
    sex = models.CharField("性别", max_length=2)
    id_number = EncryptedTextField("身份证号")
    phone = EncryptedTextField("联系电话", blank=True, default="")
    category = models.CharField("人员类别", max_length=40)
    post_type = models.CharField("岗位", max_length=20, blank=True, default="")
    start_on = models.DateField("上岗日期")
    end_on = models.DateField("协议终止日期", null=True)
    months = models.PositiveSmallIntegerField("累计月数")
    odd_days = models.PositiveSmallIntegerField("零头天数", default=0)
    left_on = models.DateField("离岗日期", null=True)
    why = models.CharField("离岗原因", max_length=60, blank=True, default="")
    basis = models.CharField("依据", max_length=120, blank=True, default="")
    # What happened since the last ledger: {"what", "on", "case", "number"} each, with the case whose paper tells it.
    changes = models.JSONField("变动", default=list)

    class Meta:
        verbose_name = verbose_name_plural = "台账人员"
        constraints = [
            models.UniqueConstraint(fields=["ledger", "kind", "position"], name="ledger_row_once"),
        ]

    def __str__(self) -> str:
        return self.name
