"""督查中发现的问题：关于一个劳动者、一个村，或者一名工作人员；从指出到整改、警告、移送。"""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q
from django_fsm import GET_STATE, ConcurrentTransitionMixin, FSMField, FSMModelMixin, transition

from registry.encryption import EncryptedTextField
from workflows.core.round_about import moved_by_exception


class About(models.TextChoices):
    """Whom a finding concerns."""

    WORKER = "worker", "劳动者"
    VILLAGE = "village", "行政村"
    OFFICIAL = "official", "工作人员"


class Weight(models.TextChoices):
    """How grave it is, which says what follows."""

    ORDINARY = "ordinary", "一般问题，限期整改"
    SERIOUS = "serious", "严重问题，当即警告"
    FRAUD = "fraud", "骗取岗位补贴"


class FindingState(models.TextChoices):
    """States are only added, never renamed."""

    AWAITING_FEEDBACK = "awaiting_feedback", "待反馈签收"
    RECTIFYING = "rectifying", "整改中，待复查"
    CORRECTED = "corrected", "已整改"
    AWAITING_WARNING = "awaiting_warning", "待警告"
    AWAITING_WARNING_DELIVERY = "awaiting_warning_delivery", "警告待送达"
    WARNED = "warned", "已警告，待复查"
    CLOSED = "closed", "已警告，已纠正"
    SERIOUS = "serious", "情节严重，应予解聘"
    AWAITING_VERDICT = "awaiting_verdict", "待核实认定"
    ESTABLISHED = "established", "骗取属实，待移送"
    HANDED_OVER = "handed_over", "已移送"
    UNFOUNDED = "unfounded", "不属实"
    VOIDED = "voided", "已作废"


# Where a finding lies before it is settled.
ON_THE_WAY = (
    FindingState.AWAITING_FEEDBACK,
    FindingState.RECTIFYING,
    FindingState.AWAITING_WARNING,
    FindingState.AWAITING_WARNING_DELIVERY,
    FindingState.WARNED,
    FindingState.AWAITING_VERDICT,
    FindingState.ESTABLISHED,
)


class Finding(ConcurrentTransitionMixin, FSMModelMixin, models.Model):
    """发现问题: what was found, when and by whom, what is demanded until when, and what came of it.

    `village` is where it happened. `finder` and `finder_role` are the office that found it and checks it again.
    """

    county = models.ForeignKey("registry.County", models.PROTECT, verbose_name="县")
    township = models.ForeignKey("registry.Organisation", models.PROTECT, related_name="+", verbose_name="乡镇")
    village = models.ForeignKey("registry.Organisation", models.PROTECT, related_name="+", verbose_name="行政村")
    case = models.OneToOneField("core.Case", models.PROTECT, related_name="finding", verbose_name="办件")
    about = models.CharField("对象", max_length=10, choices=About.choices)
    worker = models.ForeignKey(
        "registry.Worker", models.PROTECT, null=True, related_name="findings", verbose_name="劳动者"
    )
    official = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="工作人员"
    )
    finder = models.ForeignKey("registry.Organisation", models.PROTECT, related_name="+", verbose_name="检查单位")
    finder_role = models.CharField("检查岗位", max_length=40)
    found_by = models.CharField("检查人", max_length=50)
    weight = models.CharField("性质", max_length=10, choices=Weight.choices)
    found_on = models.DateField("发现日期")
    problem = EncryptedTextField("问题和依据")
    demand = EncryptedTextField("整改要求", blank=True)
    deadline_on = models.DateField("整改期限", null=True)
    state = FSMField(
        "状态", default=FindingState.AWAITING_FEEDBACK, choices=FindingState.choices, protected=True, max_length=30
    )
    # The notice reached the person concerned: by which way, on which day.
    delivered_way = models.CharField("反馈方式", max_length=10, blank=True)
    delivered_on = models.DateField("反馈日期", null=True)
    rechecked_on = models.DateField("复查日期", null=True)
    recheck = EncryptedTextField("复查情况", blank=True)
    statement = EncryptedTextField("本人陈述", blank=True)
    warned_on = models.DateField("警告日期", null=True)
    warning_delivered_on = models.DateField("警告送达日期", null=True)
    warning_recheck_on = models.DateField("警告后复查日期", null=True)
    verdict = EncryptedTextField("认定情况", blank=True)
    handed_over_to = models.CharField("移送单位", max_length=60, blank=True)
    handed_over_on = models.DateField("移送日期", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "发现问题"
        constraints = [
            models.CheckConstraint(
                condition=Q(about=About.WORKER, worker__isnull=False, official__isnull=True)
                | Q(about=About.VILLAGE, worker__isnull=True, official__isnull=True)
                | Q(about=About.OFFICIAL, worker__isnull=True, official__isnull=False),
                name="finding_concerns_one",
            )
        ]
        indexes = [
            models.Index(fields=["worker", "-found_on"], name="finding_by_worker"),
            models.Index(fields=["township", "state"], name="finding_by_township"),
        ]

    def __str__(self) -> str:
        return f"{self.whom}（{FindingState(self.state).label}）"

    @property
    def whom(self) -> str:
        """Whom it concerns, as papers name them."""
        if self.worker is not None:
            return str(self.worker.name)
        return str(self.official.name) if self.official is not None else f"{self.village.name}村民委员会"

    @property
    def pointed_out_on(self) -> date | None:
        """The day on which the problem was told to the person concerned (《办法》第十一条第4项、第十二条)."""
        return self.delivered_on

    @transition(field=state, source=FindingState.AWAITING_FEEDBACK, target=FindingState.RECTIFYING)
    def deliver(self) -> None:
        """反馈给被检查人，签收（《办法》第十二条）；从这一天起限期整改。"""

    @transition(field=state, source=FindingState.RECTIFYING, target=FindingState.CORRECTED)
    def correct(self) -> None:
        """复查：已经整改（《办法》第十二条）。"""

    @transition(field=state, source=FindingState.RECTIFYING, target=FindingState.AWAITING_WARNING)
    def refuse(self) -> None:
        """复查：拒不纠正（《办法》第十三条）。"""

    @transition(field=state, source=FindingState.AWAITING_WARNING, target=FindingState.AWAITING_WARNING_DELIVERY)
    def warn(self) -> None:
        """给予警告，记录在案（《办法》第十三条）。"""

    @transition(field=state, source=FindingState.AWAITING_WARNING_DELIVERY, target=FindingState.WARNED)
    def deliver_warning(self) -> None:
        """警告决定书送达（《办法》第十三条）。"""

    @transition(field=state, source=FindingState.WARNED, target=FindingState.CLOSED)
    def close(self) -> None:
        """警告后复查：已经纠正。"""

    @transition(field=state, source=FindingState.WARNED, target=FindingState.SERIOUS)
    def find_serious(self) -> None:
        """警告后复查：情节严重，予以解聘，按照程序上报（《办法》第十三条）。"""

    @transition(field=state, source=FindingState.AWAITING_VERDICT, target=FindingState.ESTABLISHED)
    def establish(self) -> None:
        """认定属实：骗取岗位补贴（《办法》第十四条）。"""

    @transition(field=state, source=FindingState.AWAITING_VERDICT, target=FindingState.UNFOUNDED)
    def dismiss(self) -> None:
        """认定不属实，办结。"""

    @transition(field=state, source=FindingState.ESTABLISHED, target=FindingState.HANDED_OVER)
    def hand_over(self) -> None:
        """移送有关机关，依照有关法律法规处理（《办法》第十四条）。"""

    @transition(
        field=state,
        source=[FindingState.AWAITING_FEEDBACK, FindingState.AWAITING_WARNING, FindingState.AWAITING_VERDICT],
        target=FindingState.VOIDED,
    )
    def void(self) -> None:
        """作废：反馈、警告、认定以前由检查单位撤销；不删除。"""

    @transition(
        field=state,
        source=[FindingState.AWAITING_WARNING_DELIVERY],
        target=GET_STATE(lambda self, to: to, states=[FindingState.AWAITING_WARNING]),
    )
    def take_back(self, to: str) -> str:
        """撤回：警告送达以前收回。"""
        return to

    move_by_exception = moved_by_exception(state, ON_THE_WAY)


# Inspections, and money that was paid without right and how it comes back.
from .check_models import Inspection, InspectionItem, InspectionKind, InspectionState  # noqa: E402
from .recovery_models import Recovery, RecoveryLine, RecoveryState, Repayment  # noqa: E402

__all__ = [
    "About",
    "Finding",
    "FindingState",
    "Inspection",
    "InspectionItem",
    "InspectionKind",
    "InspectionState",
    "Recovery",
    "RecoveryLine",
    "RecoveryState",
    "Repayment",
    "Weight",
]
