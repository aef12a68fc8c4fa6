"""年度考核：一个人一年的日常记录、听取的意见、结果，和本人的确认（《办法》第六条至第九条）。"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django_fsm import GET_STATE, ConcurrentTransitionMixin, FSMField, FSMModelMixin, transition

from workflows.core.round_about import handed_back, moved_by_exception, sent_back

from .scheme_models import BEFORE_ISSUED, ReceiptState, Scheme, SchemeReceipt, SchemeState
from .summary_models import BEFORE_FILED, Summary, SummaryState


class Grade(models.TextChoices):
    PASS = "pass", "合格"
    FAIL = "fail", "不合格"


class RecordKind(models.TextChoices):
    """What villages and townships look at during the year (《办法》第四条第1项、第4项)."""

    LEARNING = "learning", "学习"
    TASK = "task", "任务完成"
    FIT = "fit", "人岗相符"


class DailyRecord(models.Model):
    """One look at one person's work on one day: took part in learning, did the task, fits the post, or not."""

    county = models.ForeignKey("registry.County", models.PROTECT, verbose_name="县")
    tenure = models.ForeignKey("employment.Tenure", models.PROTECT, related_name="records", verbose_name="在岗经历")
    kind = models.CharField("种类", max_length=20, choices=RecordKind.choices)
    on = models.DateField("日期")
    good = models.BooleanField("参加、完成、相符")
    text = models.CharField("内容", max_length=100)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="记录人")
    acted_as = models.ForeignKey("registry.Appointment", models.PROTECT, related_name="+", verbose_name="以何任职记录")
    at = models.DateTimeField("记录时间")
    # A slip is struck out with its reason; nothing is deleted.
    struck_at = models.DateTimeField("划去时间", null=True)
    struck_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="划去人"
    )
    struck_because = models.CharField("划去原因", max_length=300, blank=True, default="")

    class Meta:
        verbose_name = verbose_name_plural = "日常考核记录"
        indexes = [models.Index(fields=["tenure", "on"], name="record_by_tenure")]

    def __str__(self) -> str:
        return f"{self.on} {self.get_kind_display()}"


class State(models.TextChoices):
    """States are only added, never renamed."""

    GATHERING = "gathering", "汇总和听取意见"
    RETURNED = "returned", "退回补正"
    AWAITING_VILLAGE = "awaiting_village", "待村考核组签字"
    AWAITING_WORKER = "awaiting_worker", "待本人确认"
    UNDER_REVIEW = "under_review", "有异议，待乡镇复核"
    AWAITING_WORKER_AGAIN = "awaiting_worker_again", "复核后待本人确认"
    AWAITING_TOWNSHIP = "awaiting_township", "待乡镇审核"
    AWAITING_SEAL = "awaiting_seal", "待乡镇盖章"
    AWAITING_SUMMARY = "awaiting_summary", "待汇总报备"
    FILED = "filed", "已备案，待办结果"
    RENEWAL_OPENED = "renewal_opened", "合格，已办续签"
    TERMINATION_OPENED = "termination_opened", "不合格，已提终止"
    NOT_RENEWED = "not_renewed", "不再续签"
    VOIDED = "voided", "已作废"


BEFORE_SUMMARY = (
    State.GATHERING,
    State.RETURNED,
    State.AWAITING_VILLAGE,
    State.AWAITING_WORKER,
    State.UNDER_REVIEW,
    State.AWAITING_WORKER_AGAIN,
    State.AWAITING_TOWNSHIP,
    State.AWAITING_SEAL,
    State.AWAITING_SUMMARY,
)
SETTLED = (State.RENEWAL_OPENED, State.TERMINATION_OPENED, State.NOT_RENEWED)
WITH_RESULT = (State.FILED, *SETTLED)


class Confirmation(models.TextChoices):
    """What the person said of the result; 有异议 stays beside what they did after the review."""

    SIGNED = "signed", "已签"
    REFUSED = "refused", "拒签"


class Appraisal(ConcurrentTransitionMixin, FSMModelMixin, models.Model):
    """One person's appraisal of one year. `figures` are what was counted when the village handed it in."""

    county = models.ForeignKey("registry.County", models.PROTECT, verbose_name="县")
    township = models.ForeignKey("registry.Organisation", models.PROTECT, related_name="+", verbose_name="乡镇")
    village = models.ForeignKey("registry.Organisation", models.PROTECT, related_name="+", verbose_name="行政村")
    case = models.OneToOneField("core.Case", models.PROTECT, related_name="appraisal", verbose_name="办件")
    scheme = models.ForeignKey(Scheme, models.PROTECT, related_name="appraisals", verbose_name="考核方案")
    tenure = models.ForeignKey("employment.Tenure", models.PROTECT, related_name="appraisals", verbose_name="在岗经历")
    worker = models.ForeignKey("registry.Worker", models.PROTECT, related_name="appraisals", verbose_name="劳动者")
    year = models.PositiveSmallIntegerField("考核年度")
    state = FSMField("状态", default=State.GATHERING, choices=State.choices, protected=True, max_length=40)
    heard_on = models.DateField("听取意见日期", null=True)
    heard_at = models.CharField("听取意见地点", max_length=40, blank=True, default="")
    heard_summary = models.TextField("综合意见", blank=True, default="")
    figures = models.JSONField("汇总的数字", default=dict)
    score = models.DecimalField("得分", max_digits=4, decimal_places=1, null=True)
    grade = models.CharField("考核结果", max_length=10, choices=Grade.choices, blank=True, default="")
    # What the village proposed; a review may have changed the grade.
    proposed = models.CharField("村拟定结果", max_length=10, choices=Grade.choices, blank=True, default="")
    reason = models.TextField("拟定理由", blank=True, default="")
    differs_because = models.TextField("和得分不一致的理由", blank=True, default="")
    confirmation = models.CharField("本人确认", max_length=10, choices=Confirmation.choices, blank=True, default="")
    objection = models.TextField("异议内容", blank=True, default="")
    objected_on = models.DateField("提出异议日期", null=True)
    review = models.TextField("复核意见", blank=True, default="")
    refusal = models.TextField("拒签情况", blank=True, default="")
    first_witness = models.CharField("见证人一", max_length=30, blank=True, default="")
    second_witness = models.CharField("见证人二", max_length=30, blank=True, default="")
    summary = models.ForeignKey(
        Summary, models.PROTECT, null=True, related_name="appraisals", verbose_name="所在的汇总表"
    )
    filed_on = models.DateField("备案日期", null=True)
    follow_up = models.CharField("处理结果", max_length=300, blank=True, default="")
    policy_set = models.ForeignKey("registry.PolicySet", models.PROTECT, null=True, verbose_name="所依政策参数")

    class Meta:
        verbose_name = verbose_name_plural = "年度考核"
        constraints = [
            models.UniqueConstraint(
                fields=["tenure", "year"], condition=~Q(state="voided"), name="one_appraisal_per_tenure_and_year"
            )
        ]
        indexes = [
            models.Index(fields=["township", "year", "state"], name="appraisal_by_township"),
            models.Index(fields=["village", "year"], name="appraisal_by_village"),
        ]

    def __str__(self) -> str:
        return f"{self.year}年度考核"

    @property
    def is_live(self) -> bool:
        """The village may still write."""
        return self.state in (State.GATHERING, State.RETURNED)

    @property
    def was_reviewed(self) -> bool:
        return bool(self.review)

    @transition(field=state, source=[State.GATHERING, State.RETURNED], target=State.AWAITING_VILLAGE)
    def submit(self) -> None:
        """村经办人汇总日常考核情况，听取村组干部、普通群众意见，拟定结果（《办法》第八条）。"""

    @transition(field=state, source=State.AWAITING_VILLAGE, target=State.AWAITING_WORKER)
    def propose(self) -> None:
        """村考核组负责人签字（《办法》第七条）。"""

    @transition(
        field=state,
        source=[State.AWAITING_WORKER, State.AWAITING_WORKER_AGAIN],
        target=State.AWAITING_TOWNSHIP,
    )
    def confirm(self) -> None:
        """考核对象签字确认；拒绝签字的，由两名见证人签字证明（《办法》第八条）。"""

    @transition(field=state, source=State.AWAITING_WORKER, target=State.UNDER_REVIEW)
    def object(self) -> None:
        """考核对象有异议，由乡镇复核（《办法》第八条）。"""

    @transition(field=state, source=State.UNDER_REVIEW, target=State.AWAITING_WORKER_AGAIN)
    def decide_objection(self) -> None:
        """乡镇复核，维持或者改变结果，再由本人确认。"""

    @transition(field=state, source=State.AWAITING_TOWNSHIP, target=State.AWAITING_SEAL)
    def approve(self) -> None:
        """乡镇审核人签字。"""

    @transition(field=state, source=State.AWAITING_SEAL, target=State.AWAITING_SUMMARY)
    def seal(self) -> None:
        """乡镇盖章，等待汇总。"""

    @transition(field=state, source=State.AWAITING_SUMMARY, target=State.FILED)
    def file(self) -> None:
        """考核结果已报县就业服务中心备案（《办法》第七条）。"""

    @transition(field=state, source=State.FILED, target=State.RENEWAL_OPENED)
    def renew(self) -> None:
        """年终考核合格，续签用工协议（《办法》第九条）。"""

    @transition(field=state, source=State.FILED, target=State.TERMINATION_OPENED)
    def terminate(self) -> None:
        """年终考核不合格，终止用工协议（《办法》第九条）。"""

    @transition(field=state, source=State.FILED, target=State.NOT_RENEWED)
    def let_end(self) -> None:
        """考核合格，但累计已满3年、超过年龄上限或者已经离岗，不再续签（《办法》第十条）。"""

    @transition(field=state, source=list(BEFORE_SUMMARY), target=State.VOIDED)
    def void(self) -> None:
        """作废：汇总以前由村经办人撤销；不删除。"""

    @transition(
        field=state, source=list(BEFORE_SUMMARY), target=GET_STATE(lambda self, to: to, states=list(BEFORE_SUMMARY))
    )
    def take_back(self, to: str) -> str:
        """撤回：最后办理的人在下一环节办理以前收回。"""
        return to

    send_back_to = sent_back(state, BEFORE_SUMMARY, BEFORE_SUMMARY)
    hand_back = handed_back(state, BEFORE_SUMMARY, BEFORE_SUMMARY)
    move_by_exception = moved_by_exception(state, BEFORE_SUMMARY)


class Voice(models.TextChoices):
    CADRE = "cadre", "村组干部"
    VILLAGER = "villager", "普通群众"


class View(models.TextChoices):
    SATISFIED = "satisfied", "满意"
    FAIRLY = "fairly", "基本满意"
    DISSATISFIED = "dissatisfied", "不满意"


class HeardOpinion(models.Model):
    """What a cadre or a villager said of the person (《办法》第八条)."""

    appraisal = models.ForeignKey(Appraisal, models.PROTECT, related_name="voices", verbose_name="年度考核")
    kind = models.CharField("身份", max_length=10, choices=Voice.choices)
    name = models.CharField("姓名", max_length=30)
    view = models.CharField("评价", max_length=20, choices=View.choices)
    text = models.CharField("意见", max_length=200)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="记录人")
    at = models.DateTimeField("记录时间")
    struck_at = models.DateTimeField("划去时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "听取的意见"

    def __str__(self) -> str:
        return f"{self.get_kind_display()}{self.pk}"


class MissingResult(models.Model):
    """The alarm that an agreement runs out without a filed result, given once at each of the policy's reminders."""

    tenure = models.ForeignKey("employment.Tenure", models.PROTECT, related_name="+", verbose_name="在岗经历")
    ends_on = models.DateField("到期日")
    days = models.PositiveSmallIntegerField("提前几天")
    raised_at = models.DateTimeField("报警时间")

    class Meta:
        verbose_name = verbose_name_plural = "到期没有考核结果"
        constraints = [models.UniqueConstraint(fields=["tenure", "ends_on", "days"], name="missing_result_raised_once")]

    def __str__(self) -> str:
        return f"{self.ends_on}"


__all__ = [
    "BEFORE_FILED",
    "BEFORE_ISSUED",
    "BEFORE_SUMMARY",
    "SETTLED",
    "WITH_RESULT",
    "Appraisal",
    "Confirmation",
    "DailyRecord",
    "Grade",
    "HeardOpinion",
    "MissingResult",
    "ReceiptState",
    "RecordKind",
    "Scheme",
    "SchemeReceipt",
    "SchemeState",
    "State",
    "Summary",
    "SummaryState",
    "View",
    "Voice",
]
