"""A letter that is to bear an organisation's seal outside any other flow."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django_fsm import GET_STATE, ConcurrentTransitionMixin, FSMField, FSMModelMixin, transition

from workflows.core.round_about import handed_back, moved_by_exception, sent_back


class LetterState(models.TextChoices):
    """States are only added, never renamed."""

    DRAFT = "draft", "草稿"
    AWAITING_APPROVAL = "awaiting_approval", "待审批"
    RETURNED = "returned", "退回补正"
    AWAITING_SEAL = "awaiting_seal", "待用印"
    SEALED = "sealed", "已用印"
    REJECTED = "rejected", "不予用印"
    VOIDED = "voided", "已作废"


BEFORE_SEALED = (
    LetterState.DRAFT,
    LetterState.AWAITING_APPROVAL,
    LetterState.RETURNED,
    LetterState.AWAITING_SEAL,
)


class Letter(ConcurrentTransitionMixin, FSMModelMixin, models.Model):
    """用印申请: the text, what it is for, how many copies; approved by one person, sealed by another."""

    county = models.ForeignKey("registry.County", models.PROTECT, verbose_name="县")
    organisation = models.ForeignKey(
        "registry.Organisation", models.PROTECT, related_name="letters", verbose_name="单位"
    )
    case = models.OneToOneField("core.Case", models.PROTECT, related_name="letter", verbose_name="办件")
    title = models.CharField("标题", max_length=60, blank=True, default="")
    addressee = models.CharField("主送单位", max_length=80, blank=True, default="")
    body = models.TextField("正文", blank=True, default="")
    purpose = models.TextField("用途", blank=True, default="")
    copies = models.PositiveSmallIntegerField("份数", default=1)
    requested_by = models.CharField("申请人", max_length=50, blank=True, default="")
    state = FSMField("状态", default=LetterState.DRAFT, choices=LetterState.choices, protected=True)

    class Meta:
        verbose_name = verbose_name_plural = "用印申请"
        constraints = [models.CheckConstraint(condition=Q(copies__gte=1), name="letter_has_copies")]
        indexes = [models.Index(fields=["organisation", "state"], name="letter_by_organisation")]

    def __str__(self) -> str:
        return self.title

    @transition(field=state, source=[LetterState.DRAFT, LetterState.RETURNED], target=LetterState.AWAITING_APPROVAL)
    def submit(self) -> None:
        """提出用印申请。"""

    @transition(field=state, source=LetterState.AWAITING_APPROVAL, target=LetterState.AWAITING_SEAL)
    def approve(self) -> None:
        """批准用印；盖章是印章管理员的事。"""

    @transition(field=state, source=LetterState.AWAITING_APPROVAL, target=LetterState.REJECTED)
    def reject(self) -> None:
        """不予用印，本件办结。"""

    @transition(field=state, source=LetterState.AWAITING_SEAL, target=LetterState.SEALED)
    def seal(self) -> None:
        """印章管理员盖章、登记。"""

    @transition(field=state, source=list(BEFORE_SEALED), target=LetterState.VOIDED)
    def void(self) -> None:
        """作废：盖章以前由申请人撤销；不删除。"""

    @transition(
        field=state,
        source=[*BEFORE_SEALED],
        target=GET_STATE(lambda self, to: to, states=list(BEFORE_SEALED)),
    )
    def take_back(self, to: str) -> str:
        """撤回：最后办理的人在下一环节办理以前收回。盖了章的不能收回。"""
        return to

    send_back_to = sent_back(state, BEFORE_SEALED, BEFORE_SEALED)
    hand_back = handed_back(state, BEFORE_SEALED, BEFORE_SEALED)
    move_by_exception = moved_by_exception(state, BEFORE_SEALED)
