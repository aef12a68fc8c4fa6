"""离岗：一个人为什么、依据哪一条、从哪天起不再在岗，以及对离岗通知的复核。"""

from __future__ import annotations

from datetime import date, timedelta

from django.db import models
from django.db.models import Q
from django_fsm import GET_STATE, ConcurrentTransitionMixin, FSMField, FSMModelMixin, transition

from registry.encryption import EncryptedTextField
from workflows.core.round_about import handed_back, moved_by_exception, sent_back
from workflows.employment.models import EndReason


class TerminationState(models.TextChoices):
    """States are only added, never renamed."""

    DRAFT = "draft", "待提出"
    RETURNED = "returned", "退回补正"
    AWAITING_CONFIRMATION = "awaiting_confirmation", "待乡镇确认"
    AWAITING_HEARING = "awaiting_hearing", "待听取陈述"
    AWAITING_DECISION = "awaiting_decision", "待乡镇审定"
    AWAITING_SEAL = "awaiting_seal", "待盖章"
    AWAITING_DELIVERY = "awaiting_delivery", "待送达"
    AWAITING_EFFECT = "awaiting_effect", "已送达，待生效"
    EFFECTIVE = "effective", "已生效"
    REVOKED = "revoked", "已撤销"
    REJECTED = "rejected", "乡镇不同意"
    VOIDED = "voided", "已作废"


BEFORE_DECIDED = (
    TerminationState.DRAFT,
    TerminationState.RETURNED,
    TerminationState.AWAITING_CONFIRMATION,
    TerminationState.AWAITING_HEARING,
    TerminationState.AWAITING_DECISION,
)
NOTICE_GIVEN = (TerminationState.AWAITING_DELIVERY, TerminationState.AWAITING_EFFECT, TerminationState.EFFECTIVE)
OVER = (TerminationState.REVOKED, TerminationState.REJECTED, TerminationState.VOIDED)


class Termination(ConcurrentTransitionMixin, FSMModelMixin, models.Model):
    """One exit of one tenure: its ground with what proves it, the hearing, the decision, the notice and its receipt.

    `last_on` is the last day on the post; the exit takes effect the day after. `happened_on`, `proof` and the
    verification mean what the ground says (grounds.py): the day of the relapse, the number of the death certificate …
    """

    county = models.ForeignKey("registry.County", models.PROTECT, verbose_name="县")
    township = models.ForeignKey("registry.Organisation", models.PROTECT, related_name="+", verbose_name="乡镇")
    village = models.ForeignKey("registry.Organisation", models.PROTECT, related_name="+", verbose_name="行政村")
    case = models.OneToOneField("core.Case", models.PROTECT, related_name="termination", verbose_name="办件")
    tenure = models.ForeignKey(
        "employment.Tenure", models.PROTECT, related_name="terminations", verbose_name="在岗经历"
    )
    employer = models.ForeignKey("registry.Organisation", models.PROTECT, related_name="+", verbose_name="甲方")
    agreement_number = models.CharField("协议编号", max_length=40, blank=True)
    reason = models.CharField("离岗原因", max_length=30, choices=EndReason.choices)
    finding = models.ForeignKey(
        "inspections.Finding", models.PROTECT, null=True, related_name="terminations", verbose_name="所依问题记录"
    )
    facts = EncryptedTextField("事实和理由", blank=True)
    happened_on = models.DateField("发生日期", null=True)
    proof = EncryptedTextField("要件", blank=True)
    verified_by = models.CharField("核实人", max_length=30, blank=True)
    verified_on = models.DateField("核实日期", null=True)
    evidence = models.JSONField("证据材料", default=list)
    last_on = models.DateField("最后在岗日", null=True)
    state = FSMField(
        "状态", default=TerminationState.DRAFT, choices=TerminationState.choices, protected=True, max_length=30
    )
    policy_set = models.ForeignKey("registry.PolicySet", models.PROTECT, null=True, verbose_name="所依政策参数")
    heard_way = models.CharField("听取结果", max_length=10, blank=True)
    heard_on = models.DateField("听取日期", null=True)
    statement = EncryptedTextField("本人陈述", blank=True)
    issued_on = models.DateField("通知日期", null=True)
    delivered_way = models.CharField("送达方式", max_length=10, blank=True)
    delivered_on = models.DateField("送达日期", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "离岗"
        constraints = [
            models.UniqueConstraint(
                fields=["tenure"], condition=~Q(state__in=[str(state) for state in OVER]), name="one_exit_per_tenure"
            )
        ]
        indexes = [models.Index(fields=["state", "last_on"], name="termination_by_state")]

    def __str__(self) -> str:
        return f"{EndReason(self.reason).label}（{TerminationState(self.state).label}）"

    @property
    def is_live(self) -> bool:
        """The clerk may still write."""
        return self.state in (TerminationState.DRAFT, TerminationState.RETURNED)

    @property
    def effective_on(self) -> date | None:
        """The first day on which the person is no longer on the post."""
        return self.last_on + timedelta(days=1) if self.last_on is not None else None

    @transition(
        field=state,
        source=[TerminationState.DRAFT, TerminationState.RETURNED],
        target=GET_STATE(
            lambda self, to: to,
            states=[
                TerminationState.AWAITING_CONFIRMATION,
                TerminationState.AWAITING_HEARING,
                TerminationState.AWAITING_DECISION,
            ],
        ),
    )
    def propose(self, to: str) -> str:
        """提出：第十一条第5项先经乡镇确认；自行终止的和死亡的不用听取陈述。"""
        return to

    @transition(field=state, source=TerminationState.AWAITING_CONFIRMATION, target=TerminationState.AWAITING_HEARING)
    def confirm(self) -> None:
        """乡镇确认属于其他不适宜继续工作的情形（《办法》第十一条第5项）。"""

    @transition(field=state, source=TerminationState.AWAITING_HEARING, target=TerminationState.AWAITING_DECISION)
    def hear(self) -> None:
        """事实告知，听取陈述：本人签字，或者拒签、联系不上记录在案。"""

    @transition(field=state, source=TerminationState.AWAITING_DECISION, target=TerminationState.AWAITING_SEAL)
    def decide(self) -> None:
        """乡镇审定。"""

    @transition(field=state, source=TerminationState.AWAITING_SEAL, target=TerminationState.AWAITING_DELIVERY)
    def issue(self) -> None:
        """通知书盖章发出。"""

    @transition(field=state, source=TerminationState.AWAITING_DELIVERY, target=TerminationState.AWAITING_EFFECT)
    def deliver(self) -> None:
        """通知书送达：本人签收，拒收的由两名见证人签字，邮寄的有单号。"""

    @transition(field=state, source=TerminationState.AWAITING_EFFECT, target=TerminationState.EFFECTIVE)
    def take_effect(self) -> None:
        """生效：最后在岗日的第二天，腾出岗位，停发补贴，台账变动（《办法》第五条）。"""

    @transition(
        field=state,
        source=[TerminationState.AWAITING_CONFIRMATION, TerminationState.AWAITING_DECISION],
        target=TerminationState.REJECTED,
    )
    def reject(self) -> None:
        """乡镇不同意，继续在岗。"""

    @transition(field=state, source=list(NOTICE_GIVEN), target=TerminationState.REVOKED)
    def revoke(self) -> None:
        """撤销：异议成立，或者生效以前发现通知有误；用工协议继续履行。"""

    @transition(field=state, source=list(BEFORE_DECIDED), target=TerminationState.VOIDED)
    def void(self) -> None:
        """作废：审定以前由村里撤销；不删除。"""

    @transition(
        field=state,
        source=[
            TerminationState.AWAITING_CONFIRMATION,
            TerminationState.AWAITING_HEARING,
            TerminationState.AWAITING_DECISION,
            TerminationState.AWAITING_SEAL,
            TerminationState.AWAITING_DELIVERY,
            TerminationState.RETURNED,
        ],
        target=GET_STATE(lambda self, to: to, states=[*BEFORE_DECIDED, TerminationState.AWAITING_SEAL]),
    )
    def take_back(self, to: str) -> str:
        """撤回：最后办理的人在下一环节办理以前收回。"""
        return to

    send_back_to = sent_back(state, [*BEFORE_DECIDED, TerminationState.AWAITING_SEAL], BEFORE_DECIDED)
    hand_back = handed_back(state, BEFORE_DECIDED, [*BEFORE_DECIDED, TerminationState.AWAITING_SEAL])
    move_by_exception = moved_by_exception(
        state, [*BEFORE_DECIDED, TerminationState.AWAITING_SEAL, TerminationState.AWAITING_DELIVERY]
    )


class ReviewCause(models.TextChoices):
    """Who asks that a notice be looked at again."""

    OBJECTION = "objection", "本人提出异议"
    CORRECTION = "correction", "发现通知有误"


class ReviewState(models.TextChoices):
    """States are only added, never renamed."""

    DRAFT = "draft", "待填写"
    RETURNED = "returned", "退回补正"
    AWAITING_RULING = "awaiting_ruling", "待复核"
    AWAITING_SEAL = "awaiting_seal", "待盖章"
    UPHELD = "upheld", "维持原通知"
    REVOKED = "revoked", "撤销原通知"
    VOIDED = "voided", "已作废"


BEFORE_RULED = (ReviewState.DRAFT, ReviewState.RETURNED, ReviewState.AWAITING_RULING)


class Review(ConcurrentTransitionMixin, FSMModelMixin, models.Model):
    """复核: a notice is looked at again by somebody who did not decide it; it stands, or it is revoked."""

    county = models.ForeignKey("registry.County", models.PROTECT, verbose_name="县")
    township = models.ForeignKey("registry.Organisation", models.PROTECT, related_name="+", verbose_name="乡镇")
    village = models.ForeignKey("registry.Organisation", models.PROTECT, related_name="+", verbose_name="行政村")
    case = models.OneToOneField("core.Case", models.PROTECT, related_name="exit_review", verbose_name="办件")
    termination = models.ForeignKey(Termination, models.PROTECT, related_name="reviews", verbose_name="离岗")
    cause = models.CharField("起因", max_length=12, choices=ReviewCause.choices)
    claim = EncryptedTextField("提出的理由", blank=True)
    claimed_on = models.DateField("提出日期", null=True)
    revokes = models.BooleanField("撤销原通知", null=True)
    state = FSMField("状态", default=ReviewState.DRAFT, choices=ReviewState.choices, protected=True, max_length=20)

    class Meta:
        verbose_name = verbose_name_plural = "离岗复核"
        constraints = [
            models.UniqueConstraint(
                fields=["termination", "cause"], condition=~Q(state="voided"), name="one_review_of_a_kind"
            )
        ]

    def __str__(self) -> str:
        return f"{ReviewCause(self.cause).label}（{ReviewState(self.state).label}）"

    @property
    def is_live(self) -> bool:
        """The clerk may still write."""
        return self.state in (ReviewState.DRAFT, ReviewState.RETURNED)

    @transition(field=state, source=[ReviewState.DRAFT, ReviewState.RETURNED], target=ReviewState.AWAITING_RULING)
    def submit(self) -> None:
        """提出复核：异议由本人签字。"""

    @transition(field=state, source=ReviewState.AWAITING_RULING, target=ReviewState.AWAITING_SEAL)
    def rule(self) -> None:
        """复核：由原审定人以外的人决定维持还是撤销。"""

    @transition(
        field=state,
        source=ReviewState.AWAITING_SEAL,
        target=GET_STATE(lambda self, to: to, states=[ReviewState.UPHELD, ReviewState.REVOKED]),
    )
    def conclude(self, to: str) -> str:
        """复核决定书盖章：维持，或者撤销原通知，用工协议继续履行。"""
        return to

    @transition(field=state, source=list(BEFORE_RULED), target=ReviewState.VOIDED)
    def void(self) -> None:
        """作废：复核以前撤销。"""

    @transition(
        field=state,
        source=[ReviewState.AWAITING_RULING, ReviewState.AWAITING_SEAL, ReviewState.RETURNED],
        target=GET_STATE(lambda self, to: to, states=list(BEFORE_RULED)),
    )
    def take_back(self, to: str) -> str:
        """撤回：最后办理的人在下一环节办理以前收回。"""
        return to

    send_back_to = sent_back(state, [*BEFORE_RULED, ReviewState.AWAITING_SEAL], BEFORE_RULED)
    hand_back = handed_back(state, BEFORE_RULED, [*BEFORE_RULED, ReviewState.AWAITING_SEAL])
    move_by_exception = moved_by_exception(state, [*BEFORE_RULED, ReviewState.AWAITING_SEAL])
