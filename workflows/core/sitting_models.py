"""批量: one sitting is one decision of one person over a list of papers; every paper is then decided on its own."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from registry.encryption import EncryptedTextField


class ItemState(models.TextChoices):
    WAITING = "waiting", "待办"
    DONE = "done", "已办"
    REFUSED = "refused", "未办"
    OVERTAKEN = "overtaken", "已有变动"


class Sitting(models.Model):
    """What was decided once, for which list (`list_digest`), with whose signature under it."""

    county = models.ForeignKey("registry.County", models.PROTECT, verbose_name="县")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="sittings", verbose_name="办理人")
    action = models.CharField("办理动作", max_length=60)
    title = models.CharField("标题", max_length=100)
    list_digest = models.CharField("清单摘要", max_length=64)
    data_text = EncryptedTextField("意见和签字", default="")
    signature = models.OneToOneField(
        "signatures.Signature", models.PROTECT, null=True, related_name="+", verbose_name="清单签字"
    )
    opened_at = models.DateTimeField("开始时间")

    class Meta:
        verbose_name = "批量办理"
        verbose_name_plural = "批量办理"
        indexes = [models.Index(fields=["user", "-opened_at"], name="sitting_by_person")]

    def __str__(self) -> str:
        return self.title

    @property
    def data(self) -> dict[str, Any]:
        """What is written into each paper: the opinion, the strokes."""
        return dict(json.loads(self.data_text)) if self.data_text else {}


class SittingItem(models.Model):
    """One paper of the list, and what came of it. `seen` is what its reader was shown when the list was made."""

    sitting = models.ForeignKey(Sitting, models.PROTECT, related_name="items", verbose_name="批量办理")
    position = models.PositiveSmallIntegerField("序号")
    task = models.ForeignKey("core.DeskTask", models.PROTECT, related_name="+", verbose_name="待办")
    case = models.ForeignKey("core.Case", models.PROTECT, related_name="+", verbose_name="办件")
    seen = models.CharField("所见", max_length=120)
    state = models.CharField("结果", max_length=20, choices=ItemState.choices, default=ItemState.WAITING)
    message = models.CharField("说明", max_length=400, blank=True, default="")
    at = models.DateTimeField("办理时间", null=True)

    class Meta:
        verbose_name = "批量办理项"
        verbose_name_plural = "批量办理项"
        constraints = [
            models.UniqueConstraint(fields=["sitting", "task"], name="one_item_per_sitting_and_task"),
            models.UniqueConstraint(fields=["sitting", "position"], name="one_item_per_position"),
        ]
        indexes = [
            models.Index(fields=["sitting", "position"], condition=Q(state="waiting"), name="sitting_items_waiting")
        ]

    def __str__(self) -> str:
        return f"{self.position}"
