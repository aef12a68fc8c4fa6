"""月考勤表：一个村一个月一张，三方签字、乡镇审核以后锁定，薪酬只从锁定的表来。"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django_fsm import GET_STATE, ConcurrentTransitionMixin, FSMField, FSMModelMixin, transition

from workflows.core.round_about import moved_by_exception


class SheetState(models.TextChoices):
    """States are only added, never renamed."""

    FILLING = "filling", "填写"
    RETURNED = "returned", "退回更正"
    SIGNING = "signing", "待签"
    SIGNED = "signed", "三签齐，待报乡镇"
    AWAITING_AUDIT = "awaiting_audit", "待乡镇审核"
    AWAITING_SEAL = "awaiting_seal", "待乡镇盖章"
    LOCKED = "locked", "已审核锁定"
    IN_PAY = "in_pay", "已入薪酬"
    CORRECTED = "corrected", "已被更正"
    VOIDED = "voided", "已作废"


WRITABLE = (SheetState.FILLING, SheetState.RETURNED)
IN_VILLAGE = (*WRITABLE, SheetState.SIGNING, SheetState.SIGNED)
ON_THE_WAY = (*IN_VILLAGE, SheetState.AWAITING_AUDIT, SheetState.AWAITING_SEAL)
AUDITED = (SheetState.LOCKED, SheetState.IN_PAY, SheetState.CORRECTED)


class AttendanceSheet(ConcurrentTransitionMixin, FSMModelMixin, models.Model):
    """One village's month (《办法》第四条第2项). A sheet is never changed once it is locked: a later version
    (更正单) takes its place, and `corrects` is the one it replaces."""

    county = models.ForeignKey("registry.County", models.PROTECT, verbose_name="县")
    township = models.ForeignKey("registry.Organisation", models.PROTECT, related_name="+", verbose_name="乡镇")
    village = models.ForeignKey("registry.Organisation", models.PROTECT, related_name="+", verbose_name="行政村")
    case = models.OneToOneField("core.Case", models.PROTECT, related_name="attendance_sheet", verbose_name="办件")
    month = models.DateField("考勤月份")  # its first day
    version = models.PositiveSmallIntegerField("版次", default=1)
    corrects = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="corrections", verbose_name="更正哪张表"
    )
    why_corrected = models.CharField("更正原因", max_length=300, blank=True, default="")
    state = FSMField("状态", default=SheetState.FILLING, choices=SheetState.choices, protected=True, max_length=20)
    locked_on = models.DateField("审核锁定日期", null=True)
    policy_set = models.ForeignKey("registry.PolicySet", models.PROTECT, null=True, verbose_name="所依政策参数")

    class Meta:
        verbose_name = verbose_name_plural = "月考勤表"
        constraints = [
            models.UniqueConstraint(
                fields=["village", "month", "version"],
                condition=~Q(state="voided"),
                name="one_sheet_per_village_and_month",
            ),
            models.CheckConstraint(condition=Q(month__day=1), name="sheet_month_is_its_first_day"),
        ]
        indexes = [
            models.Index(fields=["township", "-month"], name="sheet_by_township"),
            models.Index(fields=["county", "-month", "state"], name="sheet_by_county"),
        ]

    def __str__(self) -> str:
        return f"{self.month.year}年{self.month.month}月"

    @property
    def is_live(self) -> bool:
        """The clerk may still write."""
        return self.state in WRITABLE

    @transition(field=state, source=list(WRITABLE), target=SheetState.SIGNING)
    def submit(self) -> None:
        """村经办人填完，交劳动者本人、村支书或主任、两委成员签字（《办法》第四条第2项）。"""

    @transition(field=state, source=SheetState.SIGNING, target=SheetState.SIGNED)
    def carry_signing(self) -> None:
        """三方都已签字（《办法》第四条第2项）。"""

    @transition(field=state, source=SheetState.SIGNING, target=SheetState.RETURNED)
    def fail_signing(self) -> None:
        """有人不肯签，退回填表人。"""

    @transition(field=state, source=[SheetState.SIGNING, SheetState.SIGNED], target=SheetState.FILLING)
    def reopen(self) -> None:
        """签字以后要改：回到填写，改了签字就作废。"""

    @transition(field=state, source=SheetState.SIGNED, target=SheetState.AWAITING_AUDIT)
    def report(self) -> None:
        """报乡镇审核（《办法》第四条第2项）。"""

    @transition(field=state, source=SheetState.AWAITING_AUDIT, target=SheetState.AWAITING_SEAL)
    def audit(self) -> None:
        """乡镇审核通过。"""

    @transition(field=state, source=SheetState.AWAITING_SEAL, target=SheetState.LOCKED)
    def lock(self) -> None:
        """乡镇盖章，考勤锁定，作为核算薪酬的依据（《办法》第四条第2项）。"""

    @transition(field=state, source=SheetState.LOCKED, target=SheetState.IN_PAY)
    def enter_pay(self) -> None:
        """列入当月薪酬发放花名册。"""

    @transition(field=state, source=SheetState.IN_PAY, target=SheetState.LOCKED)
    def leave_pay(self) -> None:
        """花名册作废，考勤表退回锁定，可以重新列入。"""

    @transition(field=state, source=[SheetState.LOCKED, SheetState.IN_PAY], target=SheetState.CORRECTED)
    def give_way(self) -> None:
        """更正单审核锁定，本表不再作数；差额在下一次花名册里结清。"""

    @transition(field=state, source=list(ON_THE_WAY), target=SheetState.VOIDED)
    def void(self) -> None:
        """作废：审核锁定以前由村经办人撤销。"""

    @transition(
        field=state,
        source=[SheetState.SIGNING, SheetState.SIGNED, SheetState.AWAITING_AUDIT, SheetState.AWAITING_SEAL],
        target=GET_STATE(lambda self, to: to, states=list(ON_THE_WAY)),
    )
    def send_back_to(self, to: str) -> str:
        """退回更正：写明哪一行要改。"""
        return to

    @transition(field=state, source=list(ON_THE_WAY), target=GET_STATE(lambda self, to: to, states=list(ON_THE_WAY)))
    def hand_back(self, to: str) -> str:
        """直送退回人。"""
        return to

    @transition(field=state, source=list(ON_THE_WAY), target=GET_STATE(lambda self, to: to, states=list(ON_THE_WAY)))
    def take_back(self, to: str) -> str:
        """撤回：最后办理的人在下一环节办理以前收回。"""
        return to

    move_by_exception = moved_by_exception(state, ON_THE_WAY)


class AttendanceRow(models.Model):
    """One worker's month: a mark for each day (sheets/days.py), signed by the worker in person."""

    sheet = models.ForeignKey(AttendanceSheet, models.PROTECT, related_name="rows", verbose_name="考勤表")
    position = models.PositiveSmallIntegerField("序号")
    worker = models.ForeignKey("registry.Worker", models.PROTECT, related_name="+", verbose_name="劳动者")
    # The last of the month, when an agreement was renewed within it.
    tenure = models.ForeignKey("employment.Tenure", models.PROTECT, related_name="+", verbose_name="在岗经历")
    post_type = models.CharField("岗位", max_length=20)
    marks = models.CharField("逐日记录", max_length=31)
    remark = models.CharField("备注", max_length=30, blank=True, default="")
    fault = models.CharField("乡镇标出", max_length=40, blank=True, default="")
    signature = models.OneToOneField(
        "signatures.Signature", models.PROTECT, null=True, related_name="+", verbose_name="本人签字"
    )

    class Meta:
        verbose_name = verbose_name_plural = "考勤行"
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["sheet", "worker"], name="one_row_per_worker")]
        indexes = [models.Index(fields=["worker", "sheet"], name="row_by_worker")]

    def __str__(self) -> str:
        return f"{self.position}"


# The roster and its lines.
from .pay_models import IN_PREPARATION, UNPAID, LineKind, PayLine, PayRoster, RosterState  # noqa: E402

__all__ = [
    "AUDITED",
    "IN_PREPARATION",
    "IN_VILLAGE",
    "ON_THE_WAY",
    "UNPAID",
    "WRITABLE",
    "AttendanceRow",
    "AttendanceSheet",
    "LineKind",
    "PayLine",
    "PayRoster",
    "RosterState",
    "SheetState",
]
