"""扶贫专岗岗位与在岗经历：每一个流程最后都落到这里。"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django_fsm import GET_STATE, ConcurrentTransitionMixin, FSMField, FSMModelMixin, transition

from workflows.core.round_about import handed_back, moved_by_exception, sent_back


class PostState(models.TextChoices):
    """States are only added, never renamed."""

    PLANNED = "planned", "拟设"
    AWAITING_APPROVAL = "awaiting_approval", "待乡镇核定"
    RETURNED = "returned", "退回补正"
    REJECTED = "rejected", "未核定"
    VOIDED = "voided", "已作废"
    VACANT = "vacant", "空缺"
    OCCUPIED = "occupied", "在用"
    ABOLISHED = "abolished", "撤销"


SETTLED = (PostState.VACANT, PostState.OCCUPIED)
BEFORE_SETTLED = (PostState.PLANNED, PostState.AWAITING_APPROVAL, PostState.RETURNED)


class Post(ConcurrentTransitionMixin, FSMModelMixin, models.Model):
    """A welfare post of a village (三（二）1 就近设置；三（二）4). `places` people may work on it at once."""

    county = models.ForeignKey("registry.County", models.PROTECT, verbose_name="县")
    village = models.ForeignKey("registry.Organisation", models.PROTECT, related_name="posts", verbose_name="行政村")
    # Empty for a post that was settled on paper before this system began.
    case = models.OneToOneField("core.Case", models.PROTECT, null=True, related_name="post", verbose_name="办件")
    type_name = models.CharField("岗位", max_length=20)
    duties = models.TextField("职责范围")
    standard = models.TextField("工作标准")
    hours = models.TextField("工作时间")
    near = models.TextField("就近安置", blank=True, default="")
    places = models.PositiveSmallIntegerField("人数", default=1)
    state = FSMField("状态", default=PostState.PLANNED, choices=PostState.choices, protected=True)
    submitted_by = models.CharField("村申报人", max_length=50, blank=True, default="")
    policy_set = models.ForeignKey("registry.PolicySet", models.PROTECT, null=True, verbose_name="所依政策参数")

    class Meta:
        verbose_name = "岗位"
        verbose_name_plural = "岗位"
        constraints = [models.CheckConstraint(condition=Q(places__gte=1), name="post_has_a_place")]
        indexes = [models.Index(fields=["village", "state"], name="post_by_village")]

    def __str__(self) -> str:
        return self.type_name

    @property
    def is_live(self) -> bool:
        """The village may still write."""
        return self.state in (PostState.PLANNED, PostState.RETURNED)

    @property
    def is_described(self) -> bool:
        """Duties, standard and hours are stated (《办法》第四条第3项)."""
        return bool(self.duties.strip() and self.standard.strip() and self.hours.strip())

    @transition(field=state, source=[PostState.PLANNED, PostState.RETURNED], target=PostState.AWAITING_APPROVAL)
    def submit(self) -> None:
        """村里报乡镇核定。"""

    @transition(field=state, source=[PostState.PLANNED, PostState.AWAITING_APPROVAL], target=PostState.VACANT)
    def approve(self) -> None:
        """乡镇核定岗位的类别、所在村、职责和人数；从此可以安置人。"""

    @transition(field=state, source=PostState.AWAITING_APPROVAL, target=PostState.REJECTED)
    def reject(self) -> None:
        """乡镇不予核定，本件办结。"""

    @transition(field=state, source=list(BEFORE_SETTLED), target=PostState.VOIDED)
    def void(self) -> None:
        """作废：核定以前由村里撤销；不删除。"""

    @transition(
        field=state,
        source=list(BEFORE_SETTLED),
        target=GET_STATE(lambda self, to: to, states=list(BEFORE_SETTLED)),
    )
    def take_back(self, to: str) -> str:
        """撤回：最后办理的人在下一环节办理以前收回。"""
        return to

    send_back_to = sent_back(state, BEFORE_SETTLED, BEFORE_SETTLED)
    hand_back = handed_back(state, BEFORE_SETTLED, BEFORE_SETTLED)
    move_by_exception = moved_by_exception(state, BEFORE_SETTLED)

    @transition(field=state, source=PostState.VACANT, target=PostState.OCCUPIED)
    def occupy(self) -> None:
        """每个名额都有人在用。"""

    @transition(field=state, source=PostState.OCCUPIED, target=PostState.VACANT)
    def vacate(self) -> None:
        """又有空出的名额。"""

    @transition(field=state, source=PostState.VACANT, target=PostState.ABOLISHED)
    def abolish(self) -> None:
        """撤销：不再需要，也没有人在用。"""


class AgreementState(models.TextChoices):
    """States are only added, never renamed."""

    DRAFT = "draft", "待填写"
    RETURNED = "returned", "退回补正"
    AWAITING_TOWNSHIP_SIGNATURE = "awaiting_township_signature", "待乡镇签字"
    AWAITING_TOWNSHIP_SEAL = "awaiting_township_seal", "待乡镇盖章"
    AWAITING_VILLAGE_SIGNATURE = "awaiting_village_signature", "待村签字"
    AWAITING_VILLAGE_SEAL = "awaiting_village_seal", "待村盖章"
    CONCLUDED = "concluded", "已签订"
    VOIDED = "voided", "已作废"


ON_PAPER = "原纸质协议"  # the number of what has none here
BEFORE_CONCLUDED = (
    AgreementState.DRAFT,
    AgreementState.RETURNED,
    AgreementState.AWAITING_TOWNSHIP_SIGNATURE,
    AgreementState.AWAITING_TOWNSHIP_SEAL,
    AgreementState.AWAITING_VILLAGE_SIGNATURE,
    AgreementState.AWAITING_VILLAGE_SEAL,
)


class Agreement(ConcurrentTransitionMixin, FSMModelMixin, models.Model):
    """用工协议: who works on which post from when to when, signed by both and sealed by party A.

    `source` is the approved application the first one is drawn up from; a renewal has none, but the `tenure` it
    carries on, to which the first one is joined when it is concluded. Party A is the village or the township by policy.
    """

    county = models.ForeignKey("registry.County", models.PROTECT, verbose_name="县")
    village = models.ForeignKey("registry.Organisation", models.PROTECT, related_name="+", verbose_name="行政村")
    township = models.ForeignKey("registry.Organisation", models.PROTECT, related_name="+", verbose_name="乡镇")
    # Empty for one that was signed on paper before this system began: it came in with a list.
    case = models.OneToOneField("core.Case", models.PROTECT, null=True, related_name="agreement", verbose_name="办件")
    source = models.ForeignKey(
        "core.Case", models.PROTECT, null=True, related_name="agreements", verbose_name="依据的申请"
    )
    tenure = models.ForeignKey(
        "employment.Tenure", models.PROTECT, null=True, related_name="agreements", verbose_name="在岗经历"
    )
    # What the renewal stands on (《办法》第九条).
    appraisal_year = models.CharField("考核年度", max_length=6, blank=True, default="")
    appraisal_result = models.CharField("考核结果", max_length=10, blank=True, default="")
    worker = models.ForeignKey("registry.Worker", models.PROTECT, related_name="agreements", verbose_name="劳动者")
    post = models.ForeignKey(Post, models.PROTECT, related_name="agreements", verbose_name="岗位")
    category = models.CharField("人员类别", max_length=40)
    party_a = models.ForeignKey("registry.Organisation", models.PROTECT, related_name="+", verbose_name="甲方")
    workplace = models.CharField("工作地点", max_length=60)
    start_on = models.DateField("开始日期")
    end_on = models.DateField("终止日期")
    yuan_per_month = models.PositiveIntegerField("每月补贴（元）")
    # Of one from before this system: attendance and pay are kept here from this day on, before it on paper.
    kept_from = models.DateField("考勤从哪天起记在这里", null=True)
    state = FSMField(
        "状态", default=AgreementState.DRAFT, choices=AgreementState.choices, protected=True, max_length=40
    )
    policy_set = models.ForeignKey("registry.PolicySet", models.PROTECT, null=True, verbose_name="所依政策参数")

    class Meta:
        verbose_name = verbose_name_plural = "用工协议"
        constraints = [
            models.CheckConstraint(condition=Q(end_on__gte=F("start_on")), name="agreement_ends_after_it_starts"),
            models.CheckConstraint(
                condition=Q(case__isnull=False) | Q(state="concluded", tenure__isnull=False),
                name="agreement_without_case_is_concluded",
            ),
            models.UniqueConstraint(
                fields=["source"], condition=~Q(state="voided"), name="one_agreement_per_application"
            ),
            models.UniqueConstraint(
                fields=["tenure"], condition=~Q(state__in=["concluded", "voided"]), name="one_renewal_at_a_time"
            ),
        ]
        indexes = [models.Index(fields=["worker", "-start_on"], name="agreement_by_worker")]

    def __str__(self) -> str:
        return f"{self.start_on}至{self.end_on}"

    @property
    def is_live(self) -> bool:
        """The clerk may still write."""
        return self.state in (AgreementState.DRAFT, AgreementState.RETURNED)

    @property
    def carries_on(self) -> bool:
        """It may follow days of its tenure that no agreement here tells of; the first one of an application never."""
        return self.source_id is None

    @property
    def is_renewal(self) -> bool:
        """续签 of a tenure, not the first agreement of an application, nor one from before this system."""
        return self.carries_on and self.case_id is not None

    @property
    def number(self) -> str:
        """As papers name it."""
        return str(self.case.number) if self.case is not None else ON_PAPER

    @transition(
        field=state,
        source=[AgreementState.DRAFT, AgreementState.RETURNED],
        target=GET_STATE(
            lambda self: (
                AgreementState.AWAITING_VILLAGE_SIGNATURE
                if self.party_a_id == self.village_id
                else AgreementState.AWAITING_TOWNSHIP_SIGNATURE
            ),
            states=[AgreementState.AWAITING_TOWNSHIP_SIGNATURE, AgreementState.AWAITING_VILLAGE_SIGNATURE],
        ),
    )
    def submit(self) -> None:
        """劳动者签字，交甲方代表人。"""

    @transition(
        field=state,
        source=AgreementState.AWAITING_TOWNSHIP_SIGNATURE,
        target=AgreementState.AWAITING_TOWNSHIP_SEAL,
    )
    def sign_for_township(self) -> None:
        """乡镇代表人签字。"""

    @transition(
        field=state, source=AgreementState.AWAITING_VILLAGE_SIGNATURE, target=AgreementState.AWAITING_VILLAGE_SEAL
    )
    def sign_for_village(self) -> None:
        """村委会代表人签字。"""

    @transition(
        field=state,
        source=[AgreementState.AWAITING_TOWNSHIP_SEAL, AgreementState.AWAITING_VILLAGE_SEAL],
        target=AgreementState.CONCLUDED,
    )
    def conclude(self) -> None:
        """甲方盖章，协议签订。"""

    @transition(field=state, source=list(BEFORE_CONCLUDED), target=AgreementState.VOIDED)
    def void(self) -> None:
        """作废：签订以前由村经办人撤销。"""

    @transition(
        field=state,
        source=list(BEFORE_CONCLUDED),
        target=GET_STATE(lambda self, to: to, states=list(BEFORE_CONCLUDED)),
    )
    def take_back(self, to: str) -> str:
        """撤回：最后办理的人在下一环节办理以前收回。"""
        return to

    send_back_to = sent_back(state, BEFORE_CONCLUDED, BEFORE_CONCLUDED)
    hand_back = handed_back(state, BEFORE_CONCLUDED, BEFORE_CONCLUDED)
    move_by_exception = moved_by_exception(state, BEFORE_CONCLUDED)


# Tenures and leaves.
from .tenure_models import (  # noqa: E402
    AT_WORK,
    BEFORE_APPROVED,
    ENDINGS,
    LASTING,
    EndReason,
    Leave,
    LeaveState,
    Tenure,
    TenureState,
)

__all__ = [
    "AT_WORK",
    "BEFORE_APPROVED",
    "BEFORE_CONCLUDED",
    "BEFORE_SETTLED",
    "ENDINGS",
    "LASTING",
    "SETTLED",
    "Agreement",
    "AgreementState",
    "EndReason",
    "Leave",
    "LeaveState",
    "Post",
    "PostState",
    "Tenure",
    "TenureState",
]
