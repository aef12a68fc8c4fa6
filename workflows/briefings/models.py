"""The telling of one policy set to one village, and its receipt (《办法》第十七条)."""

from __future__ import annotations

from django.db import models
from django_fsm import ConcurrentTransitionMixin, FSMField, FSMModelMixin, transition


class State(models.TextChoices):
    """States are only added, never renamed."""

    AWAITING_RECEIPT = "awaiting_receipt", "待回执"
    RECEIVED = "received", "已回执"


class Briefing(ConcurrentTransitionMixin, FSMModelMixin, models.Model):
    """One notice to one village; once for each policy set."""

    county = models.ForeignKey("registry.County", models.PROTECT, verbose_name="县")
    township = models.ForeignKey("registry.Organisation", models.PROTECT, related_name="+", verbose_name="乡镇")
    village = models.ForeignKey("registry.Organisation", models.PROTECT, related_name="+", verbose_name="行政村")
    case = models.OneToOneField("core.Case", models.PROTECT, related_name="briefing", verbose_name="办件")
    state = FSMField("状态", default=State.AWAITING_RECEIPT, choices=State.choices, protected=True, max_length=40)
    policy_set = models.ForeignKey(
        "registry.PolicySet", models.PROTECT, related_name="+", verbose_name="所传达的政策参数"
    )
    sent_on = models.DateField("传达日期")
    sent_by = models.ForeignKey("registry.User", models.PROTECT, related_name="+", verbose_name="传达人")
    signature = models.OneToOneField(
        "signatures.Signature", models.PROTECT, null=True, related_name="+", verbose_name="传达人签字"
    )

    class Meta:
        verbose_name = "规定传达"
        verbose_name_plural = "规定传达"
        constraints = [models.UniqueConstraint(fields=["village", "policy_set"], name="briefing_once_per_set")]
        indexes = [models.Index(fields=["policy_set", "township", "state"], name="briefing_receipts")]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name}{self.pk}"

    @transition(field=state, source=State.AWAITING_RECEIPT, target=State.RECEIVED)
    def receive(self) -> None:
        """村支部书记（村委会主任）写明怎样传达，签写回执（《办法》第十七条）。"""
