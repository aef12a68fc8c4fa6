"""The application for a welfare post (附件5): what was typed, and its state."""

from __future__ import annotations

import json
from typing import Any

from django.db import models
from django.db.models import Q
from django_fsm import GET_STATE, ConcurrentTransitionMixin, FSMField, FSMModelMixin, transition

from registry.encryption import EncryptedTextField
from workflows.core.round_about import moved_by_exception


class State(models.TextChoices):
    """States are only added, never renamed: old cases and the trail keep them."""

    DRAFT = "draft", "草稿"
    AWAITING_VILLAGE_REVIEW = "awaiting_village_review", "待村审"
    RETURNED = "returned", "退回补正"
    REJECTED_BY_VILLAGE = "rejected_by_village", "村不同意"
    AWAITING_VILLAGE_SEAL = "awaiting_village_seal", "待村盖章"
    AWAITING_TOWNSHIP_REVIEW = "awaiting_township_review", "待乡镇审"
    REJECTED_BY_TOWNSHIP = "rejected_by_township", "乡镇不同意"
    AWAITING_QUOTA_CONFIRMATION = "awaiting_quota_confirmation", "待名额确认"
    AWAITING_TOWNSHIP_SEAL = "awaiting_township_seal", "待乡镇盖章"
    APPROVED = "approved", "已批准"
    VOIDED = "voided", "已作废"
    AWAITING_VILLAGE_DELIBERATION = "awaiting_village_deliberation", "待村评议"  # since flow_v2
    SIGNED = "signed", "已签协议"
    DECLINED = "declined", "放弃"
    LAPSED = "lapsed", "失效"


# An application that stands in the way of a second one under the same ID number.
RUNNING = (
    State.AWAITING_VILLAGE_DELIBERATION,
    State.AWAITING_VILLAGE_REVIEW,
    State.RETURNED,
    State.AWAITING_VILLAGE_SEAL,
    State.AWAITING_TOWNSHIP_REVIEW,
    State.AWAITING_QUOTA_CONFIRMATION,
    State.AWAITING_TOWNSHIP_SEAL,
    State.APPROVED,
)
# An application that holds a place: of its post, and of its township's edge households.
PLACED = (State.AWAITING_TOWNSHIP_SEAL, State.APPROVED)
# The steps after the clerk's, in their order: each may return the paper to an earlier one.
UNDER_REVIEW = (
    State.AWAITING_VILLAGE_DELIBERATION,
    State.AWAITING_VILLAGE_REVIEW,
    State.AWAITING_VILLAGE_SEAL,
    State.AWAITING_TOWNSHIP_REVIEW,
    State.AWAITING_QUOTA_CONFIRMATION,
    State.AWAITING_TOWNSHIP_SEAL,
)
# What becomes of an approval: signed, or the place is free again.
AFTER_APPROVAL = (State.SIGNED, State.DECLINED, State.LAPSED)
BEFORE_APPROVAL = tuple(state for state in RUNNING if state != State.APPROVED)


class Application(ConcurrentTransitionMixin, FSMModelMixin, models.Model):
    """One application on 附件5.

    `answers` keeps what stands in the sheet's cells, encrypted, as typed; once submitted, the rows that rules
    count (worker, household, post, category) stand beside it as columns.
    """

    county = models.ForeignKey("registry.County", models.PROTECT, verbose_name="县")
    village = models.ForeignKey("registry.Organisation", models.PROTECT, related_name="+", verbose_name="行政村")
    township = models.ForeignKey("registry.Organisation", models.PROTECT, related_name="+", verbose_name="乡镇")
    case = models.OneToOneField("core.Case", models.PROTECT, related_name="application", verbose_name="办件")
    state = FSMField("状态", default=State.DRAFT, choices=State.choices, protected=True, max_length=40)
    answers_text = EncryptedTextField("填写内容", default="")
    id_index = models.CharField("身份证号索引", max_length=64, blank=True)
    category = models.CharField("人员类别", max_length=20, blank=True)
    worker = models.ForeignKey("registry.Worker", models.PROTECT, null=True, verbose_name="劳动者")
    household = models.ForeignKey("registry.Household", models.PROTECT, null=True, verbose_name="户")
    post = models.ForeignKey("employment.Post", models.PROTECT, null=True, verbose_name="申请岗位")
    quota_reason = EncryptedTextField("超名额理由", default="")
    policy_set = models.ForeignKey("registry.PolicySet", models.PROTECT, null=True, verbose_name="所依政策参数")

    class Meta:
        verbose_name = "扶贫专岗申请"
        verbose_name_plural = "扶贫专岗申请"
        constraints = [
            models.UniqueConstraint(
                fields=["county", "id_index"],
                condition=Q(state__in=[str(state) for state in RUNNING]),
                name="one_running_application_per_person",
            )
        ]
        indexes = [
            models.Index(fields=["township", "category", "state"], name="application_edge_count"),
            models.Index(fields=["post", "state"], name="application_places"),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name}{self.pk}"

    @property
    def answers(self) -> dict[str, Any]:
        return dict(json.loads(self.answers_text)) if self.answers_text else {}

    @answers.setter
    def answers(self, value: dict[str, Any]) -> None:
        self.answers_text = json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)

    @property
    def is_live(self) -> bool:
        """The clerk may still write."""
        return self.state in (State.DRAFT, State.RETURNED)

    @transition(field=state, source=[State.DRAFT, State.RETURNED], target=State.AWAITING_VILLAGE_REVIEW)
    def submit(self) -> None:
        """村经办人提交；退回补正后再交也走这一步。"""

    @transition(field=state, source=[State.DRAFT, State.RETURNED], target=State.AWAITING_VILLAGE_DELIBERATION)
    def submit_for_deliberation(self) -> None:
        """村经办人提交，先由村里评议（第二版流程）。"""

    @transition(field=state, source=State.AWAITING_VILLAGE_DELIBERATION, target=State.AWAITING_VILLAGE_REVIEW)
    def carry_deliberation(self) -> None:
        """村评议过半数同意。"""

    @transition(field=state, source=State.AWAITING_VILLAGE_DELIBERATION, target=State.RETURNED)
    def fail_deliberation(self) -> None:
        """村评议不能过半数，退回村经办人。"""

    @transition(field=state, source=State.AWAITING_VILLAGE_REVIEW, target=State.AWAITING_VILLAGE_SEAL)
    def agree_by_village(self) -> None:
        """村支部书记或村委会主任签署同意。"""

    @transition(field=state, source=State.AWAITING_VILLAGE_REVIEW, target=State.REJECTED_BY_VILLAGE)
    def reject_by_village(self) -> None:
        """村不同意，本件办结。"""

    @transition(field=state, source=State.AWAITING_VILLAGE_SEAL, target=State.AWAITING_TOWNSHIP_REVIEW)
    def seal_by_village(self) -> None:
        """村委会公章盖在村意见的日期上。"""

    @transition(field=state, source=State.AWAITING_TOWNSHIP_REVIEW, target=State.AWAITING_TOWNSHIP_SEAL)
    def agree_by_township(self) -> None:
        """乡镇审核人签署同意，边缘户名额未满。"""

    @transition(field=state, source=State.AWAITING_TOWNSHIP_REVIEW, target=State.AWAITING_QUOTA_CONFIRMATION)
    def agree_beyond_quota(self) -> None:
        """乡镇审核人同意，但边缘户已满：写明理由，等县就业服务中心确认。"""

    @transition(field=state, source=State.AWAITING_QUOTA_CONFIRMATION, target=State.AWAITING_TOWNSHIP_SEAL)
    def confirm_quota(self) -> None:
        """县就业服务中心确认超名额。"""

    @transition(field=state, source=State.AWAITING_QUOTA_CONFIRMATION, target=State.AWAITING_TOWNSHIP_REVIEW)
    def decline_quota(self) -> None:
        """县就业服务中心不确认，退回乡镇审核人。"""

    @transition(field=state, source=State.AWAITING_TOWNSHIP_REVIEW, target=State.REJECTED_BY_TOWNSHIP)
    def reject_by_township(self) -> None:
        """乡镇不同意，本件办结。"""

    @transition(field=state, source=State.AWAITING_TOWNSHIP_SEAL, target=State.APPROVED)
    def seal_by_township(self) -> None:
        """乡镇公章盖在乡镇意见的日期上，申请即获批准。"""

    @transition(
        field=state,
        source=list(UNDER_REVIEW),
        target=GET_STATE(lambda self, to: to, states=[State.RETURNED, *UNDER_REVIEW[:-1]]),
    )
    def send_back_to(self, to: str) -> str:
        """退回：写明要补什么；退到村经办人或以前任何一个环节，改好再逐级审批，或直送退回人。"""
        return to

    @transition(
        field=state,
        source=[State.RETURNED, *UNDER_REVIEW[:-1]],
        target=GET_STATE(lambda self, to: to, states=list(UNDER_REVIEW)),
    )
    def hand_back(self, to: str) -> str:
        """直送退回人：中间各环节看过的内容没有变动，不再重复审批。"""
        return to

    @transition(field=state, source=State.APPROVED, target=State.SIGNED)
    def sign(self) -> None:
        """用工协议已经签订，从此由在岗经历占名额。"""

    @transition(field=state, source=State.APPROVED, target=State.DECLINED)
    def decline(self) -> None:
        """本人放弃，名额空出。"""

    @transition(field=state, source=State.APPROVED, target=State.LAPSED)
    def lapse(self) -> None:
        """超过期限没有签用工协议，名额空出。"""

    @transition(field=state, source=[State.DRAFT, *BEFORE_APPROVAL], target=State.VOIDED)
    def void(self) -> None:
        """作废：批准以前由村经办人撤销申请；不删除。"""

    @transition(
        field=state,
        source=list(BEFORE_APPROVAL),
        target=GET_STATE(lambda self, to: to, states=[State.DRAFT, *BEFORE_APPROVAL]),
    )
    def take_back(self, to: str) -> str:
        """撤回：最后办理的人在下一环节办理以前收回，回到他办理以前的状态。"""
        return to

    move_by_exception = moved_by_exception(state, [State.RETURNED, *UNDER_REVIEW])
