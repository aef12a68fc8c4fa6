"""年度考核结果汇总表：一个乡镇一年一批，报县就业服务中心备案（《办法》第七条）。"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django_fsm import GET_STATE, ConcurrentTransitionMixin, FSMField, FSMModelMixin, transition

from workflows.core.round_about import handed_back, moved_by_exception, sent_back


class SummaryState(models.TextChoices):
    """States are only added, never renamed."""

    DRAFT = "draft", "草稿"
    RETURNED = "returned", "退回补正"
    AWAITING_REVIEW = "awaiting_review", "待审核"
    AWAITING_SEAL = "awaiting_seal", "待盖章"
    AWAITING_FILING = "awaiting_filing", "待备案"
    FILED = "filed", "已备案"
    VOIDED = "voided", "已作废"


BEFORE_FILED = (
    SummaryState.DRAFT,
    SummaryState.RETURNED,
    SummaryState.AWAITING_REVIEW,
    SummaryState.AWAITING_SEAL,
    SummaryState.AWAITING_FILING,
)


class Summary(ConcurrentTransitionMixin, FSMModelMixin, models.Model):
    """One batch of one township's results of one year; its members are the appraisals that name it."""

    county = models.ForeignKey("registry.County", models.PROTECT, verbose_name="县")
    township = models.ForeignKey("registry.Organisation", models.PROTECT, related_name="+", verbose_name="乡镇")
    case = models.OneToOneField("core.Case", models.PROTECT, related_name="appraisal_summary", verbose_name="办件")
    year = models.PositiveSmallIntegerField("考核年度")
    batch = models.PositiveSmallIntegerField("批次")
    state = FSMField("状态", default=SummaryState.DRAFT, choices=SummaryState.choices, protected=True, max_length=20)
    filled_on = models.DateField("填表日期", null=True)
    reported_on = models.DateField("报送日期", null=True)
    filed_on = models.DateField("备案日期", null=True)
    policy_set = models.ForeignKey("registry.PolicySet", models.PROTECT, null=True, verbose_name="所依政策参数")

    class Meta:
        verbose_name = verbose_name_plural = "考核结果汇总表"
        constraints = [
            models.UniqueConstraint(fields=["township", "year", "batch"], name="one_summary_per_batch"),
            models.UniqueConstraint(
                fields=["township", "year"],
                condition=~Q(state__in=["filed", "voided"]),
                name="one_open_summary_per_township_and_year",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year}年度考核结果汇总表"

    @transition(field=state, source=[SummaryState.DRAFT, SummaryState.RETURNED], target=SummaryState.AWAITING_REVIEW)
    def submit(self) -> None:
        """乡镇经办人汇总签字。"""

    @transition(field=state, source=SummaryState.AWAITING_REVIEW, target=SummaryState.AWAITING_SEAL)
    def approve(self) -> None:
        """乡镇审核人签字。"""

    @transition(field=state, source=SummaryState.AWAITING_SEAL, target=SummaryState.AWAITING_FILING)
    def report(self) -> None:
        """乡镇盖章，报县就业服务中心（《办法》第七条）。"""

    @transition(field=state, source=SummaryState.AWAITING_FILING, target=SummaryState.FILED)
    def file(self) -> None:
        """县就业服务中心接收备案（《办法》第七条）。"""

    @transition(field=state, source=list(BEFORE_FILED), target=SummaryState.VOIDED)
    def void(self) -> None:
        """作废：备案以前由乡镇经办人撤销，考核结果回到待汇总。"""

    @transition(
        field=state, source=list(BEFORE_FILED), target=GET_STATE(lambda self, to: to, states=list(BEFORE_FILED))
    )
    def take_back(self, to: str) -> str:
        """撤回：最后办理的人在下一环节办理以前收回。"""
        return to

    send_back_to = sent_back(state, BEFORE_FILED, BEFORE_FILED)
    hand_back = handed_back(state, BEFORE_FILED, BEFORE_FILED)
    move_by_exception = moved_by_exception(state, BEFORE_FILED)
