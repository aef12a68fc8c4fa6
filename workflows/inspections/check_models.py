"""检查：计划检查、随机抽查、回头看；抽了谁、看到什么、当场改了什么。"""

from __future__ import annotations

from django.db import models
from django_fsm import ConcurrentTransitionMixin, FSMField, FSMModelMixin, transition

from registry.encryption import EncryptedTextField
from registry.models import Organisation


class InspectionKind(models.TextChoices):
    PLANNED = "planned", "计划检查"
    RANDOM = "random", "随机抽查"
    LOOK_BACK = "look_back", "“回头看”"


class InspectionState(models.TextChoices):
    """States are only added, never renamed."""

    CHECKING = "checking", "检查中"
    RECORDED = "recorded", "已记录"
    VOIDED = "voided", "已作废"


class Inspection(ConcurrentTransitionMixin, FSMModelMixin, models.Model):
    """One round of checks in a township. A draw keeps its seed and the whole list it was drawn from, so that anybody
    can draw again and find the same people."""

    county = models.ForeignKey("registry.County", models.PROTECT, verbose_name="县")
    township = models.ForeignKey("registry.Organisation", models.PROTECT, related_name="+", verbose_name="乡镇")
    case = models.OneToOneField("core.Case", models.PROTECT, related_name="inspection", verbose_name="办件")
    kind = models.CharField("类别", max_length=12, choices=InspectionKind.choices)
    title = models.CharField("督查名称", max_length=60)
    finder = models.ForeignKey("registry.Organisation", models.PROTECT, related_name="+", verbose_name="检查单位")
    finder_role = models.CharField("检查岗位", max_length=40)
    scope = models.CharField("督查范围", max_length=200)
    seed = models.CharField("抽签种子", max_length=60, blank=True)
    population = models.JSONField("抽签名单", default=list)  # the keys of everybody who could be drawn
    inspected_on = models.DateField("督查日期", null=True)
    place = models.CharField("督查地点", max_length=60, blank=True)
    conclusion = EncryptedTextField("督查结论", blank=True)
    state = FSMField(
        "状态", default=InspectionState.CHECKING, choices=InspectionState.choices, protected=True, max_length=20
    )

    class Meta:
        verbose_name = verbose_name_plural = "检查"

    def __str__(self) -> str:
        return self.title

    @transition(field=state, source=InspectionState.CHECKING, target=InspectionState.RECORDED)
    def record(self) -> None:
        """检查完毕，逐项记录，签字（《办法》第十二条、第十四条；《方案》四（三）“回头看”）。"""

    @transition(field=state, source=InspectionState.CHECKING, target=InspectionState.VOIDED)
    def void(self) -> None:
        """作废：记录以前由检查单位撤销；不删除。"""


class InspectionItem(models.Model):
    """One person (or, looking back, one earlier finding) that is checked: what was seen, and what was put right."""

    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="items", verbose_name="检查")
    position = models.PositiveSmallIntegerField("序号")
    tenure = models.ForeignKey(
        "employment.Tenure", models.PROTECT, null=True, related_name="+", verbose_name="在岗经历"
    )
    finding = models.ForeignKey(
        "inspections.Finding", models.PROTECT, null=True, related_name="+", verbose_name="以前的问题"
    )
    checked = models.CharField("检查内容", max_length=80)
    found = EncryptedTextField("发现情况", blank=True)
    verdict = models.CharField("结论", max_length=10, blank=True)
    corrected = models.CharField("即改情况", max_length=60, blank=True)
    raised = models.OneToOneField(
        "inspections.Finding", models.PROTECT, null=True, related_name="seen_at", verbose_name="由此指出的问题"
    )

    class Meta:
        verbose_name = verbose_name_plural = "检查事项"
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["inspection", "position"], name="one_check_per_position")]

    def __str__(self) -> str:
        return f"{self.position}"

    @property
    def is_wrong(self) -> bool:
        """Recorded as a problem or as something doubtful: it may be pointed out."""
        return self.inspection.state == InspectionState.RECORDED and self.verdict in ("问题", "疑点")

    @property
    def village(self) -> Organisation | None:
        """Where it was seen."""
        where = self.tenure or self.finding
        return where.village if where is not None else None

    @property
    def worker_id(self) -> int | None:
        """Whom it concerns, when that is a worker."""
        about = self.tenure or self.finding
        return about.worker_id if about is not None else None

    @property
    def subject(self) -> str:
        """Who or what is checked, as the record names it."""
        if self.tenure is not None:
            return str(self.tenure.worker.name)
        return self.finding.whom if self.finding is not None else ""
