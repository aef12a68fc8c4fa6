"""政策参数的修订：一人提出，另一人批准，从写明的那天起生效。

一、人社局监督员照上级文件，在现行政策参数的副本上修改，写明生效日期和文号，提出。
二、另一位有权批准的人（人社局另一名监督员，或领导小组成员）逐项看改了什么，批准或不批准；提出人不能批准自己提出的。
三、批准以后成为新的一套政策参数，从生效日期起使用；在那以前一切照旧，以前的决定和文书仍按当时的一套。
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django_fsm import FSMField, FSMModelMixin, transition


class ProposalState(models.TextChoices):
    PROPOSED = "proposed", "待批准"
    APPROVED = "approved", "已批准"
    REJECTED = "rejected", "不批准"
    WITHDRAWN = "withdrawn", "已撤回"


class PolicyProposal(FSMModelMixin, models.Model):
    """A policy set that somebody proposes. What was proposed is never edited: another proposal is made."""

    county = models.ForeignKey("registry.County", models.PROTECT, related_name="+", verbose_name="县")
    effective_on = models.DateField("生效日期")
    document_number = models.CharField("文号", max_length=150)
    title = models.CharField("标题", max_length=150)
    parameters = models.JSONField("参数")
    note = models.TextField("说明", blank=True)
    state = FSMField("状态", default=ProposalState.PROPOSED, choices=ProposalState.choices, protected=True)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="提出人")
    proposed_at = models.DateTimeField("提出时间")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="决定人"
    )
    decided_at = models.DateTimeField("决定时间", null=True)
    reason = models.TextField("理由", blank=True)
    policy_set = models.OneToOneField(
        "registry.PolicySet", models.PROTECT, null=True, related_name="proposal", verbose_name="政策参数"
    )

    class Meta:
        verbose_name = verbose_name_plural = "政策参数提案"
        constraints = [
            models.UniqueConstraint(
                fields=["county", "effective_on"],
                condition=Q(state=ProposalState.PROPOSED),
                name="one_open_proposal_per_day",
            )
        ]
        indexes = [models.Index(fields=["county", "state", "-id"], name="proposal_by_state")]

    def __str__(self) -> str:
        return self.title

    @property
    def values(self) -> dict[str, Any]:
        return dict(self.parameters)

    @transition(field=state, source=ProposalState.PROPOSED, target=ProposalState.APPROVED)
    def approve(self) -> None:
        """另一位有权的人批准，上级政策有变化的按上级政策执行（《办法》第十一条、第十六条）。"""

    @transition(field=state, source=ProposalState.PROPOSED, target=ProposalState.REJECTED)
    def reject(self) -> None:
        """不批准，写明理由。"""

    @transition(field=state, source=ProposalState.PROPOSED, target=ProposalState.WITHDRAWN)
    def withdraw(self) -> None:
        """批准以前，提出人自己撤回。"""
