"""抄送 and 关注: who reads a case beside the offices that work on it, and who wants to hear of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class CaseReader(models.Model):
    """One person and one case: `copied_by` is set for 抄送, empty for somebody who follows what they may see anyway."""

    case = models.ForeignKey("core.Case", models.PROTECT, related_name="readers", verbose_name="办件")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="阅读人")
    copied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="抄送人"
    )
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "抄送和关注"
        constraints = [models.UniqueConstraint(fields=["case", "user"], name="one_reader_per_case")]
        indexes = [models.Index(fields=["user", "-at"], name="reader_by_person")]

    def __str__(self) -> str:
        return f"{self.user.name}{'收到抄送' if self.copied_by_id else '关注'}"
