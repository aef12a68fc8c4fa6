"""在岗经历和请假：一个人在一个岗位上从哪天到哪天，第十条数的就是它。"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django_fsm import GET_STATE, ConcurrentTransitionMixin, FSMField, FSMModelMixin, transition

from workflows.core.round_about import handed_back, moved_by_exception, sent_back


class TenureState(models.TextChoices):
    """States are only added, never renamed."""

    PENDING = "pending", "待上岗"
    WORKING = "working", "在岗"
    ON_LEAVE = "on_leave", "停岗（请假）"
    AWAITING_RENEWAL = "awaiting_renewal", "待续签"
    EXPIRED = "expired", "到期待处理"
    TERMINATED = "terminated", "终止"
    DISSOLVED = "dissolved", "解除"
    WITHDRAWN = "withdrawn", "退出"
    CANCELLED = "cancelled", "未上岗"
    # Work that was over before this system began: nobody wrote down how it ended.
    ENDED = "ended", "已离岗"


AT_WORK = (TenureState.WORKING, TenureState.ON_LEAVE, TenureState.AWAITING_RENEWAL)
LASTING = (TenureState.PENDING, *AT_WORK, TenureState.EXPIRED)
ENDINGS = (TenureState.TERMINATED, TenureState.DISSOLVED, TenureState.WITHDRAWN)


class EndReason(models.TextChoices):
    """Why somebody left. What is outside the rules has a code of its own and is never forced under Article 11."""

    EXPIRY = "expiry", "协议期满"
    AGE = "age", "达到年龄上限"
    FULL_TERM = "full_term", "累计满三年"
    FAILED_APPRAISAL = "failed_appraisal", "年度考核不合格"
    NOT_ELIGIBLE = "not_eligible", "不符合上岗条件"
    UNABLE = "unable", "不能坚持正常工作"
    MISCONDUCT = "misconduct", "失职、违规违纪"
    DISOBEDIENCE = "disobedience", "不服从安排或管理"
    UNSUITABLE = "unsuitable", "不适宜继续工作"
    DISMISSAL = "dismissal", "解聘"
    FRAUD = "fraud", "弄虚作假"
    RESIGNATION = "resignation", "自愿退出"
    DEATH = "death", "死亡"
    EMPLOYED = "employed", "已就业"
    STATUS_CHANGED = "status_changed", "身份变化"
    NOT_STARTED = "not_started", "没有上岗"


class Tenure(ConcurrentTransitionMixin, FSMModelMixin, models.Model):
    """One stretch of work on a welfare post: what Article 10 counts.

    `end_on` is the last day; empty while it lasts (also while it waits for an exit). The first agreement and those
    that renew it are its `agreements`; work from before this system has none for its first stretch.
    """

    county = models.ForeignKey("registry.County", models.PROTECT, verbose_name="县")
    township = models.ForeignKey("registry.Organisation", models.PROTECT, related_name="+", verbose_name="乡镇")
    village = models.ForeignKey("registry.Organisation", models.PROTECT, related_name="+", verbose_name="行政村")
    worker = models.ForeignKey("registry.Worker", models.PROTECT, related_name="tenures", verbose_name="劳动者")
    post = models.ForeignKey("employment.Post", models.PROTECT, null=True, related_name="tenures", verbose_name="岗位")
    state = FSMField("状态", default=TenureState.WORKING, choices=TenureState.choices, protected=True, max_length=20)
    start_on = models.DateField("上岗日期")
    end_on = models.DateField("离岗日期", null=True, blank=True)
    end_reason = models.CharField("离岗原因", max_length=30, choices=EndReason.choices, blank=True, default="")
    end_basis = models.CharField("离岗依据", max_length=120, blank=True, default="")
    end_case = models.ForeignKey("core.Case", models.PROTECT, null=True, related_name="+", verbose_name="离岗办件")
    # The last reminder: of which end, and how many days before it. A renewal has a new end and is reminded of anew.
    reminded_of = models.DateField("已提醒的到期日", null=True)
    reminded_days = models.PositiveSmallIntegerField("已提醒到提前几天", null=True)

    class Meta:
        verbose_name = "在岗经历"
        verbose_name_plural = "在岗经历"
        constraints = [
            models.CheckConstraint(
                condition=Q(end_on__isnull=True) | Q(end_on__gte=F("start_on")),
                name="tenure_ends_after_it_starts",
            ),
            models.UniqueConstraint(
                fields=["worker"], condition=Q(end_on__isnull=True), name="one_running_tenure_per_worker"
            ),
        ]
        indexes = [
            models.Index(fields=["township", "end_on"], name="tenure_by_township"),
            models.Index(fields=["village", "end_on"], name="tenure_by_village"),
        ]

    def __str__(self) -> str:
        return f"{self.start_on}至{self.end_on or '今'}"

    @transition(field=state, source=TenureState.PENDING, target=TenureState.WORKING)
    def start(self) -> None:
        """上岗：协议开始的那一天。"""

    @transition(field=state, source=[TenureState.WORKING, TenureState.AWAITING_RENEWAL], target=TenureState.ON_LEAVE)
    def go_on_leave(self) -> None:
        """停岗：请假经村支部书记（村委会主任）批准，从请假的第一天起。"""

    @transition(field=state, source=TenureState.ON_LEAVE, target=TenureState.WORKING)
    def come_back(self) -> None:
        """返岗。"""

    @transition(field=state, source=TenureState.WORKING, target=TenureState.AWAITING_RENEWAL)
    def await_renewal(self) -> None:
        """待续签：离到期不多的日子（政策参数里最后一次提醒）。"""

    @transition(
        field=state,
        source=[TenureState.WORKING, TenureState.AWAITING_RENEWAL, TenureState.EXPIRED],
        target=TenureState.WORKING,
    )
    def renew(self) -> None:
        """续签：新的协议接着履行。"""

    @transition(field=state, source=list(AT_WORK), target=TenureState.EXPIRED)
    def expire(self) -> None:
        """期满的第二天：到期待处理，停发补贴，等人办理续签或者终止。"""

    @transition(
        field=state,
        source=list(LASTING),
        target=GET_STATE(lambda self, kind: kind, states=[*ENDINGS, TenureState.CANCELLED]),
    )
    def end(self, kind: str) -> str:
        """终止、解除或者退出；还没有上岗的是未上岗。"""
        return kind

    @transition(
        field=state,
        source=[*ENDINGS, TenureState.CANCELLED],
        target=GET_STATE(lambda self, to: to, states=[TenureState.WORKING, TenureState.PENDING]),
    )
    def reinstate(self, to: str) -> str:
        """恢复在岗：离岗通知经复核撤销，用工协议继续履行。"""
        return to


class LeaveState(models.TextChoices):
    """States are only added, never renamed."""

    DRAFT = "draft", "待填写"
    RETURNED = "returned", "退回补正"
    AWAITING_APPROVAL = "awaiting_approval", "待村批准"
    APPROVED = "approved", "已批准，待返岗"
    BACK = "back", "已返岗"
    REJECTED = "rejected", "不批准"
    VOIDED = "voided", "已作废"
    CUT_OFF = "cut_off", "请假中离岗"


BEFORE_APPROVED = (LeaveState.DRAFT, LeaveState.RETURNED, LeaveState.AWAITING_APPROVAL)


class Leave(ConcurrentTransitionMixin, FSMModelMixin, models.Model):
    """请假：从哪天到哪天、为什么；返岗的那天写上。"""

    county = models.ForeignKey("registry.County", models.PROTECT, verbose_name="县")
    village = models.ForeignKey("registry.Organisation", models.PROTECT, related_name="+", verbose_name="行政村")
    case = models.OneToOneField("core.Case", models.PROTECT, related_name="leave", verbose_name="办件")
    tenure = models.ForeignKey(Tenure, models.PROTECT, related_name="leaves", verbose_name="在岗经历")
    reason = models.TextField("请假事由", blank=True)
    first_on = models.DateField("请假开始", null=True)
    last_on = models.DateField("请假截止", null=True)
    # The day of coming back: the leave ended the day before.
    back_on = models.DateField("返岗日期", null=True)
    # How many days past its end the offices were last told of.
    reminded_days = models.PositiveSmallIntegerField("已提醒到逾期几天", null=True)
    state = FSMField("状态", default=LeaveState.DRAFT, choices=LeaveState.choices, protected=True, max_length=20)
    policy_set = models.ForeignKey("registry.PolicySet", models.PROTECT, null=True, verbose_name="所依政策参数")

    class Meta:
        verbose_name = verbose_name_plural = "请假"
        constraints = [
            models.CheckConstraint(
                condition=Q(first_on__isnull=True) | Q(last_on__gte=F("first_on")), name="leave_ends_after_it_starts"
            )
        ]

    def __str__(self) -> str:
        return f"{self.first_on}至{self.last_on}"

    @property
    def is_live(self) -> bool:
        """The clerk may still write."""
        return self.state in (LeaveState.DRAFT, LeaveState.RETURNED)

    @transition(field=state, source=[LeaveState.DRAFT, LeaveState.RETURNED], target=LeaveState.AWAITING_APPROVAL)
    def submit(self) -> None:
        """本人签字，交村支部书记（村委会主任）。"""

    @transition(field=state, source=LeaveState.AWAITING_APPROVAL, target=LeaveState.APPROVED)
    def approve(self) -> None:
        """批准：从第一天起停岗。"""

    @transition(field=state, source=LeaveState.AWAITING_APPROVAL, target=LeaveState.REJECTED)
    def reject(self) -> None:
        """不批准，写明理由。"""

    @transition(field=state, source=LeaveState.APPROVED, target=LeaveState.BACK)
    def come_back(self) -> None:
        """返岗销假。"""

    @transition(field=state, source=LeaveState.APPROVED, target=LeaveState.CUT_OFF)
    def cut_off(self) -> None:
        """请假中间离岗。"""

    @transition(field=state, source=list(BEFORE_APPROVED), target=LeaveState.VOIDED)
    def void(self) -> None:
        """作废：批准以前由村经办人撤销。"""

    @transition(
        field=state,
        source=list(BEFORE_APPROVED),
        target=GET_STATE(lambda self, to: to, states=list(BEFORE_APPROVED)),
    )
    def take_back(self, to: str) -> str:
        """撤回：最后办理的人在下一环节办理以前收回。"""
        return to

    send_back_to = sent_back(state, BEFORE_APPROVED, BEFORE_APPROVED)
    hand_back = handed_back(state, BEFORE_APPROVED, BEFORE_APPROVED)
    move_by_exception = moved_by_exception(state, BEFORE_APPROVED)
