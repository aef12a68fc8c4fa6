"""What a case has been through: its versions, its returns, the offices asked beside the way; and the flows in force."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from registry.encryption import EncryptedTextField


class CaseVersion(models.Model):
    """What stood in the fields of a case at a moment, kept once per content: acts refer to what they saw."""

    case = models.ForeignKey("core.Case", models.PROTECT, related_name="versions", verbose_name="办件")
    digest = models.CharField("内容摘要", max_length=64)
    facts_text = EncryptedTextField("内容")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "办件内容版本"
        verbose_name_plural = "办件内容版本"
        constraints = [models.UniqueConstraint(fields=["case", "digest"], name="one_version_per_content")]

    def __str__(self) -> str:
        return self.digest[:12]

    @property
    def facts(self) -> dict[str, Any]:
        """The fields by name, as plain values."""
        return dict(json.loads(self.facts_text))


class ReturnMode(models.TextChoices):
    WALK_AGAIN = "walk_again", "重新逐级审批"
    STRAIGHT_BACK = "straight_back", "直送退回人"


class CaseReturn(models.Model):
    """退回: who sent the paper back to which step, why, and how it is to come again."""

    case = models.ForeignKey("core.Case", models.PROTECT, related_name="returns", verbose_name="办件")
    task = models.OneToOneField("core.DeskTask", models.PROTECT, related_name="sent_back", verbose_name="退回的待办")
    from_step = models.CharField("退回环节", max_length=40)
    from_state = models.CharField("退回前状态", max_length=40)
    to_step = models.CharField("退回到", max_length=40)
    mode = models.CharField("再送方式", max_length=20, choices=ReturnMode.choices)
    reason = EncryptedTextField("原因")
    version = models.ForeignKey(CaseVersion, models.PROTECT, null=True, related_name="+", verbose_name="退回时的内容")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="退回人")
    at = models.DateTimeField("退回时间")
    # The act that brought the paper on again; the return is open until then.
    settled_by = models.OneToOneField(
        "core.DeskTask", models.PROTECT, null=True, related_name="settled_return", verbose_name="再送的待办"
    )
    # Fields that somebody who would have been skipped had seen otherwise: the paper walked again because of them.
    changed_for_skipped = models.JSONField("因此逐级的字段", default=list, blank=True)
    undone_at = models.DateTimeField("被收回时间", null=True)

    class Meta:
        verbose_name = "退回"
        verbose_name_plural = "退回"
        constraints = [
            models.UniqueConstraint(
                fields=["case", "to_step"],
                condition=Q(settled_by__isnull=True, undone_at__isnull=True),
                name="one_open_return_per_step",
            )
        ]

    def __str__(self) -> str:
        return f"{self.from_step} → {self.to_step}"


class Consultation(models.Model):
    """加签: another office is asked beside the way; its answer is on the case. Withdrawn (减签) it stays, marked."""

    case = models.ForeignKey("core.Case", models.PROTECT, related_name="consultations", verbose_name="办件")
    asked_at_task = models.ForeignKey(
        "core.DeskTask", models.PROTECT, related_name="consultations", verbose_name="在哪件待办征求"
    )
    office = models.ForeignKey("registry.Organisation", models.PROTECT, related_name="+", verbose_name="被征求单位")
    office_role = models.CharField("被征求岗位", max_length=40)
    question = EncryptedTextField("征求什么意见")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="征求人")
    asked_as = models.ForeignKey("registry.Appointment", models.PROTECT, related_name="+", verbose_name="以何任职征求")
    at = models.DateTimeField("征求时间")
    answer = EncryptedTextField("答复", default="")
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="答复人"
    )
    answered_as = models.ForeignKey(
        "registry.Appointment", models.PROTECT, null=True, related_name="+", verbose_name="以何任职答复"
    )
    answered_at = models.DateTimeField("答复时间", null=True)
    signature = models.OneToOneField(
        "signatures.Signature", models.PROTECT, null=True, related_name="+", verbose_name="签字"
    )
    withdrawn_at = models.DateTimeField("减签时间", null=True)
    withdrawn_why = EncryptedTextField("减签原因", default="")

    class Meta:
        verbose_name = "加签"
        verbose_name_plural = "加签"
        constraints = [
            # The same office is not asked twice at once.
            models.UniqueConstraint(
                fields=["case", "office", "office_role"],
                condition=Q(answered_at__isnull=True, withdrawn_at__isnull=True),
                name="one_open_consultation_per_office",
            )
        ]

    def __str__(self) -> str:
        return f"{self.office_role}"

    @property
    def is_open(self) -> bool:
        return self.answered_at is None and self.withdrawn_at is None


class PublishedFlow(models.Model):
    """From when new cases of a county run by which version of a flow. Without a row: version 1."""

    county = models.ForeignKey("registry.County", models.PROTECT, related_name="+", verbose_name="县")
    label = models.CharField("流程", max_length=40)
    version = models.PositiveIntegerField("版本")
    published_at = models.DateTimeField("发布时间")
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="发布人"
    )

    class Meta:
        verbose_name = "流程版本"
        verbose_name_plural = "流程版本"
        constraints = [
            models.UniqueConstraint(fields=["county", "label", "version"], name="one_publication_per_flow_version")
        ]

    def __str__(self) -> str:
        return f"{self.label} v{self.version}"
